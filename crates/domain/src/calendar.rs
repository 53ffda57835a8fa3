//! Legal periods: months that clamp to the end of the month, days, and business days of a
//! jurisdiction with its own days of rest.
//!
//! A period of months ends on the day of the month that its anchor names, or on the last day of a
//! shorter month (31 October and 4 months make 28 February). Where the law says so, an end that
//! falls on a day of rest moves to a business day.

use crate::parse::ParseError;
use crate::words;
use chrono::{Datelike, Days, Months, NaiveDate};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

words!(
    /// Where an end goes that falls on a day of rest.
    Roll {
        /// It stays.
        None = "none",
        NextBusinessDay = "next_business_day",
        PreviousBusinessDay = "previous_business_day",
        /// The next business day, or the one before where that lies in another month.
        ModifiedNextBusinessDay = "modified_next_business_day",
    }
);

/// Days of rest of a country or a part of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calendar {
    /// Country or subdivision: `DE`, `DE-BY`.
    pub id: String,
    /// Days of rest of each week, ISO 8601: 1 is Monday, 7 is Sunday.
    pub weekend: Vec<u8>,
    /// Days between which the holidays are listed. Beyond them only weekends are known.
    pub valid_from: NaiveDate,
    pub valid_to: NaiveDate,
    pub holidays: BTreeMap<NaiveDate, String>,
    pub source: String,
}

impl Calendar {
    /// Saturday and Sunday, and no holiday.
    pub fn weekends() -> Self {
        let (valid_from, valid_to) = (NaiveDate::MIN, NaiveDate::MAX);
        Self { id: "weekends".into(), weekend: vec![6, 7], valid_from, valid_to, holidays: BTreeMap::new(), source: "ISO 8601".into() }
    }

    pub fn is_business_day(&self, day: NaiveDate) -> bool {
        let weekday = u8::try_from(day.weekday().number_from_monday()).unwrap_or(0);
        !self.weekend.contains(&weekday) && !self.holidays.contains_key(&day)
    }

    /// Whether the holidays of that day's year are listed.
    pub fn knows(&self, day: NaiveDate) -> bool {
        self.valid_from <= day && day <= self.valid_to
    }

    /// Moves a day of rest.
    pub fn roll(&self, day: NaiveDate, roll: Roll) -> NaiveDate {
        // A week of nothing but rest would never end; every calendar has a business day a fortnight.
        let after = || (0..60).filter_map(|n| day.checked_add_days(Days::new(n))).find(|d| self.is_business_day(*d)).unwrap_or(day);
        let before = || (0..60).filter_map(|n| day.checked_sub_days(Days::new(n))).find(|d| self.is_business_day(*d)).unwrap_or(day);
        match roll {
            Roll::None => day,
            Roll::NextBusinessDay => after(),
            Roll::PreviousBusinessDay => before(),
            Roll::ModifiedNextBusinessDay => Some(after()).filter(|next| next.month() == day.month()).unwrap_or_else(before),
        }
    }
}

/// A length of time that a law names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Term {
    Months(u32),
    Days(u32),
    BusinessDays(u32),
}

/// The end of a period and how it came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadline {
    pub due: NaiveDate,
    /// Before it was moved off a day of rest.
    pub unrolled: NaiveDate,
    /// Whether the calendar lists the holidays around the end.
    pub covered: bool,
}

/// The end of a period that starts on `anchor`.
///
/// # Errors
/// When the end lies beyond the dates that can be written.
pub fn deadline(anchor: NaiveDate, term: Term, calendar: &Calendar, roll: Roll) -> Result<Deadline, ParseError> {
    let beyond = || ParseError::new("deadline-beyond", "the period ends beyond the year 262142");
    let unrolled = match term {
        Term::Months(months) => anchor.checked_add_months(Months::new(months)).ok_or_else(beyond)?,
        Term::Days(days) => anchor.checked_add_days(Days::new(days.into())).ok_or_else(beyond)?,
        Term::BusinessDays(days) => {
            let mut day = anchor;
            let mut left = days;
            while left > 0 {
                day = day.succ_opt().ok_or_else(beyond)?;
                left -= u32::from(calendar.is_business_day(day));
            }
            day
        }
    };
    Ok(Deadline { due: calendar.roll(unrolled, roll), unrolled, covered: calendar.knows(unrolled) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn months(anchor: &str, n: u32, roll: Roll) -> NaiveDate {
        deadline(day(anchor), Term::Months(n), &Calendar::weekends(), roll).unwrap().due
    }

    #[test]
    fn months_clamp_to_shorter_months_and_roll_off_days_of_rest() {
        assert_eq!(months("2025-10-31", 4, Roll::None), day("2026-02-28"));
        assert_eq!(months("2025-10-31", 4, Roll::NextBusinessDay), day("2026-03-02"));
        assert_eq!(months("2026-01-31", 2, Roll::NextBusinessDay), day("2026-03-31"));
        assert_eq!(months("2026-01-31", 4, Roll::None), day("2026-05-31"));
        assert_eq!(months("2026-01-31", 4, Roll::NextBusinessDay), day("2026-06-01"));
        assert_eq!(months("2026-01-31", 4, Roll::ModifiedNextBusinessDay), day("2026-05-29"));
        assert_eq!(months("2023-10-29", 4, Roll::None), day("2024-02-29"), "a leap year has the day");
    }

    #[test]
    fn holidays_count_as_rest() {
        let mut calendar = Calendar::weekends();
        calendar.holidays.insert(day("2026-06-04"), "Corpus Christi".into());
        let due = |term| deadline(day("2026-06-03"), term, &calendar, Roll::NextBusinessDay).unwrap().due;
        assert_eq!(due(Term::Days(1)), day("2026-06-05"));
        assert_eq!(due(Term::BusinessDays(2)), day("2026-06-08"));
    }
}
