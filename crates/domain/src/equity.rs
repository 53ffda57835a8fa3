//! Origin equity: for those whom a partnership takes away it funds others who stay.
//!
//! An agreement names a share ρ of places and, where it wants, a share μ of money. New places of the
//! away track wait while the home track is behind; whoever is on the way is not held back for it.
//! Shares are whole percent, so that "one half" and "three for one" are told exactly.

use crate::parse::ParseError;
use crate::words;
use serde::{Deserialize, Serialize};

words!(
    /// Why somebody changes her track. Closed, so that it can be counted, and so wide that nobody is
    /// made to tell more than she wants.
    TrackReason {
        Wish = "wish",
        Family = "family",
        Health = "health",
        WorkAtHome = "work_at_home",
        WorkAbroad = "work_abroad",
        Language = "language",
        /// The choice that was written down before is hers, and stays.
        Confirmed = "confirmed",
        Other = "other",
    }
);

/// Shares beyond ten home places for each away place are taken for a slip.
pub const SHARE_MAX_PERCENT: u32 = 1_000;

/// Home places that are owed for so many who left: `ceil(ρ × away)`.
pub const fn home_needed(percent: u32, away: u64) -> u64 {
    (away.saturating_mul(percent as u64)).div_ceil(100)
}

/// Counts of the two tracks over one window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub struct Tracks {
    /// People who left.
    pub away_departed: u64,
    /// Places of the home track that the agreement funds.
    pub home_funded: u64,
}

/// How the two tracks stand to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Balance {
    pub ratio_percent: u32,
    pub away_departed: u64,
    pub home_funded: u64,
    pub home_needed: u64,
    /// Home places that are missing.
    pub short: u64,
    /// Whether one more may leave before another home place is funded.
    pub next_away_allowed: bool,
    pub breach: bool,
}

impl Balance {
    pub const fn of(ratio_percent: u32, tracks: Tracks) -> Self {
        let Tracks { away_departed, home_funded } = tracks;
        let needed = home_needed(ratio_percent, away_departed);
        Self {
            ratio_percent,
            away_departed,
            home_funded,
            home_needed: needed,
            short: needed.saturating_sub(home_funded),
            next_away_allowed: home_needed(ratio_percent, away_departed + 1) <= home_funded,
            breach: needed > home_funded,
        }
    }
}

/// What is asked at the terminal and over the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// ρ in percent: 50 is one home place for two who left.
    pub ratio_percent: u32,
    pub away_departed: u64,
    #[serde(default)]
    pub home_funded: u64,
}

/// Answers [`Question`].
///
/// # Errors
/// When the share is beyond [`SHARE_MAX_PERCENT`], or more people left than any agreement sends.
pub fn balance(asked: &Question) -> Result<Balance, ParseError> {
    if asked.ratio_percent > SHARE_MAX_PERCENT || asked.away_departed > 10_000_000 {
        return Err(ParseError::new("share-range", "lies beyond what an agreement can mean"));
    }
    Ok(Balance::of(asked.ratio_percent, Tracks { away_departed: asked.away_departed, home_funded: asked.home_funded }))
}

/// Money of one currency on both tracks, in minor units; whether `home ≥ μ × away`.
pub const fn money_holds(percent: u32, home_minor: i64, away_minor: i64) -> bool {
    home_minor as i128 * 100 >= away_minor as i128 * percent as i128
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_half_place_more_is_a_place_more() {
        assert_eq!(home_needed(50, 7), 4);
        assert_eq!(home_needed(300, 30), 90);
        assert_eq!(home_needed(50, 0), 0);
        let balance = Balance::of(50, Tracks { away_departed: 7, home_funded: 4 });
        assert_eq!((balance.short, balance.breach, balance.next_away_allowed), (0, false, true));
        let behind = Balance::of(50, Tracks { away_departed: 7, home_funded: 3 });
        assert_eq!((behind.short, behind.breach, behind.next_away_allowed), (1, true, false));
        // The eighth is covered by the fourth; the ninth asks for a fifth.
        assert!(!Balance::of(50, Tracks { away_departed: 8, home_funded: 4 }).next_away_allowed);
    }

    #[test]
    fn money_is_compared_without_rounding() {
        assert!(money_holds(50, 500, 1_000));
        assert!(!money_holds(50, 499, 1_000));
        assert!(money_holds(50, i64::MAX, i64::MAX));
    }
}
