//! Facts about laws, fees and dates are data: each carries its source, its standing and the dates
//! between which it holds. Nothing here is legal advice.

use crate::words;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

words!(
    /// Standing of a rule or figure. Only what is in force gates a match; what is announced is
    /// shown as a risk on open cases.
    FactStatus {
        Announced = "announced",
        Enacted = "enacted",
        InForce = "in_force",
        Suspended = "suspended",
        Closed = "closed",
    }
);

/// A value with the evidence for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fact<T> {
    pub value: T,
    /// Key of an entry in the pack's `sources`.
    pub source: String,
    #[serde(default = "in_force", skip_serializing_if = "is_in_force")]
    pub status: FactStatus,
    pub valid_from: NaiveDate,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<NaiveDate>,
    /// True where the value is a plausible default and not something a source states.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub illustrative: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

fn in_force() -> FactStatus {
    FactStatus::InForce
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde asks for")]
fn is_in_force(status: &FactStatus) -> bool {
    *status == FactStatus::InForce
}

impl<T> Fact<T> {
    /// Whether the fact gates anything on that day.
    pub fn holds_on(&self, day: NaiveDate) -> bool {
        self.status == FactStatus::InForce && self.valid_from <= day && self.valid_to.is_none_or(|end| day <= end)
    }
}
