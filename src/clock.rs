//! The only place that reads the time of day.

use chrono::{DateTime, NaiveDate, SubsecRound, Utc};

/// A moment, cut to milliseconds so that every database gives back what it was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(pub DateTime<Utc>);

impl Moment {
    #[expect(clippy::disallowed_methods, reason = "this is the place")]
    pub fn now() -> Self {
        Self(Utc::now().trunc_subsecs(3))
    }

    pub fn from_ms(ms: i64) -> Self {
        Self(DateTime::from_timestamp_millis(ms).unwrap_or_default())
    }

    pub fn ms(self) -> i64 {
        self.0.timestamp_millis()
    }

    /// The same time of day some calendar months ago; the earliest moment when there is none.
    pub fn months_before(self, months: u32) -> Self {
        Self(self.0.checked_sub_months(chrono::Months::new(months)).unwrap_or_default())
    }

    pub fn date(self) -> NaiveDate {
        self.0.date_naive()
    }
}
