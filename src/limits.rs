//! How often one account, token or address may ask: a bucket each that refills. In the memory of the
//! process: several replicas each count for themselves.

use crate::config::Limits as Settings;
use crate::error::AppError;
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use std::num::NonZeroU32;

/// The buckets.
pub struct Limits {
    actors: DefaultKeyedRateLimiter<String>,
    addresses: DefaultKeyedRateLimiter<String>,
    /// Forms at the door that send letters or compare passwords.
    door: DefaultKeyedRateLimiter<String>,
    clock: DefaultClock,
}

impl std::fmt::Debug for Limits {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Limits")
    }
}

fn per_minute(count: u32) -> Quota {
    Quota::per_minute(NonZeroU32::new(count).unwrap_or(NonZeroU32::MIN))
}

impl Limits {
    pub fn new(settings: &Settings) -> Self {
        Self {
            actors: RateLimiter::keyed(per_minute(settings.requests_per_actor_minute)),
            addresses: RateLimiter::keyed(per_minute(settings.requests_per_address_minute)),
            door: RateLimiter::keyed(per_minute(settings.door_per_address_minute)),
            clock: DefaultClock::default(),
        }
    }

    fn ask(&self, buckets: &DefaultKeyedRateLimiter<String>, key: &str) -> Result<(), AppError> {
        // Buckets that are full again say nothing: without this the table grows with every address.
        if buckets.len() > 50_000 {
            buckets.retain_recent();
        }
        buckets.check_key(&key.to_owned()).map_err(|refused| {
            let wait = refused.wait_time_from(self.clock.now()).as_secs();
            AppError::RateLimited { wait_seconds: i64::try_from(wait).unwrap_or(60) + 1 }
        })
    }

    /// # Errors
    /// [`AppError::RateLimited`].
    pub fn actor(&self, key: &str) -> Result<(), AppError> {
        self.ask(&self.actors, key)
    }

    /// # Errors
    /// [`AppError::RateLimited`].
    pub fn address(&self, key: &str) -> Result<(), AppError> {
        self.ask(&self.addresses, key)
    }

    /// # Errors
    /// [`AppError::RateLimited`].
    pub fn door(&self, key: &str) -> Result<(), AppError> {
        self.ask(&self.door, key)
    }
}
