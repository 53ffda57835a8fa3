//! Spans of calendar days, and the month arithmetic that ages and validities need.

use crate::parse::ParseError;
use chrono::{Datelike, Months, NaiveDate};
use serde::{Deserialize, Serialize};

/// A window of days, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct DateWindow {
    pub from: NaiveDate,
    pub to: NaiveDate,
}

impl DateWindow {
    /// # Errors
    /// When the window ends before it starts.
    pub fn new(from: NaiveDate, to: NaiveDate) -> Result<Self, ParseError> {
        if to < from {
            return Err(ParseError::new("window-reversed", format!("ends before it starts on {from}")));
        }
        Ok(Self { from, to })
    }
}

/// Completed years between birth and a day. Someone born on 29 February completes a year on
/// 1 March in common years, the stricter reading of the two in use.
pub fn age_on(birth: NaiveDate, day: NaiveDate) -> i32 {
    let before_birthday = (day.month(), day.day()) < (birth.month(), birth.day());
    day.year() - birth.year() - i32::from(before_birthday)
}

/// Adds calendar months; a day that the month lacks becomes its last day.
pub fn add_months(day: NaiveDate, months: u32) -> NaiveDate {
    day.checked_add_months(Months::new(months)).unwrap_or(NaiveDate::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn ages_turn_on_the_birthday() {
        assert_eq!(age_on(day("2008-11-24"), day("2026-11-23")), 17);
        assert_eq!(age_on(day("2008-11-23"), day("2026-11-23")), 18);
        assert_eq!(age_on(day("2008-02-29"), day("2026-02-28")), 17);
        assert_eq!(age_on(day("2008-02-29"), day("2026-03-01")), 18);
    }

    #[test]
    fn months_clamp_to_the_last_day() {
        assert_eq!(add_months(day("2025-10-31"), 4), day("2026-02-28"));
        assert_eq!(add_months(day("2026-01-31"), 2), day("2026-03-31"));
        assert!(DateWindow::new(day("2026-02-01"), day("2026-01-31")).is_err());
        assert!(DateWindow::new(day("2026-02-01"), day("2026-02-01")).is_ok());
    }
}
