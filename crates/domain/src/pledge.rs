//! What an employer stands for before anybody is trained: seats, a share of the cost, and what is owed when it draws
//! back. Acknowledged by the origin, a pledge is a term of the partnership and no longer edited.

use crate::contingency::CAUSES;
use crate::words;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

words!(
    PledgeStatus { Offered = "offered", Acknowledged = "acknowledged", Cancelled = "cancelled" }
);

/// What is owed when an employer draws back late.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Withdrawal {
    /// Notice before the first day of the window, in days, with which nothing is owed.
    pub notice_days: u32,
    /// Share of the training cost of its seats that is owed with less notice, in percent.
    pub percent: u32,
}

/// Causes that a pledge can end by: the employer's own, and what befalls a border, a state or a programme.
pub fn causes() -> impl Iterator<Item = &'static str> {
    CAUSES.iter().map(|cause| cause.code).filter(|code| ["EMP.", "DST.", "ORI.", "PRT."].iter().any(|group| code.starts_with(group)))
}

/// Whether the employer answers for the cause. A strike is nobody's fault, and what a state does is not an
/// employer's.
pub fn employer_answers(cause: &str) -> bool {
    matches!(cause, "EMP.WITHDRAW" | "EMP.INSOLV" | "EMP.LICENCE" | "EMP.ABUSE")
}

/// Percent of the training cost that is owed when a pledge ends on a day.
pub fn owed_percent(terms: Withdrawal, cause: &str, on: NaiveDate, first_day: NaiveDate) -> u32 {
    let late = (first_day - on).num_days() < i64::from(terms.notice_days);
    if employer_answers(cause) && late { terms.percent.min(100) } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_late_withdrawal_of_its_own_costs_the_employer() {
        let day = |text: &str| text.parse().expect("a day");
        let terms = Withdrawal { notice_days: 180, percent: 60 };
        let owed = |cause, on| owed_percent(terms, cause, day(on), day("2028-09-01"));
        assert_eq!(owed("EMP.WITHDRAW", "2028-09-01"), 60);
        assert_eq!(owed("EMP.WITHDRAW", "2028-03-06"), 60, "179 days");
        assert_eq!(owed("EMP.WITHDRAW", "2028-03-05"), 0, "180 days");
        assert_eq!(owed("DST.BORDER", "2028-08-31"), 0);
        assert_eq!(owed("EMP.DISPUTE", "2028-08-31"), 0);
        assert!(causes().all(|cause| CAUSES.iter().any(|known| known.code == cause)) && causes().count() > 10);
    }
}
