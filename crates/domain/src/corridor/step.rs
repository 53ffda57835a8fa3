//! Steps: the nodes of a pathway's graph.

use super::pack::{DayRange, Fee, LocalText, Party};
use crate::people::JourneyState;
use crate::words;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

words!(
    /// Kinds of steps on a pathway.
    StepKind {
        Training = "training",
        LanguageCourse = "language_course",
        Exam = "exam",
        Document = "document",
        RecognitionFiling = "recognition_filing",
        RecognitionDecision = "recognition_decision",
        CompensationMeasure = "compensation_measure",
        Offer = "offer",
        LabourMarketTest = "labour_market_test",
        Approval = "approval",
        Appointment = "appointment",
        Visa = "visa",
        Medical = "medical",
        Orientation = "orientation",
        Travel = "travel",
        Registration = "registration",
        StartOfWork = "start_of_work",
        CheckIn = "check_in",
        Return = "return",
    }
);

/// One step of a pathway.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    pub id: String,
    /// What pages call it; without a name, the name of its kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<LocalText>,
    pub kind: StepKind,
    /// Who does it. A draft may leave it open; a published pathway may not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<Party>,
    /// Steps that come before; a step without any starts the pathway.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub after: Vec<String>,
    #[serde(default = "Join::all", skip_serializing_if = "Join::is_all")]
    pub join: Join,
    pub days: DayRange,
    /// Chance of success of one attempt, in percent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chance_percent: Option<u8>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempts_max: Option<u8>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gives: Vec<Paper>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock: Option<Clock>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub costs: Vec<Fee>,
    /// Cause of the contingency taxonomy that a failure opens, such as `REC.REFUSE`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_failure: Option<String>,
    /// Where a failure leads back to, and how often.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeat: Option<Repeat>,
    /// State of the trainee's journey that the end of the step reaches, where it is not the one
    /// that its kind implies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reaches: Option<JourneyState>,
    /// Last day on which the step can be begun: a closed branch is no way through.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closes_on: Option<NaiveDate>,
    pub source: String,
}

words!(
    /// How many of the steps before must be done.
    Join { All = "all", OneOf = "one_of" }
);

impl Join {
    fn all() -> Self {
        Self::All
    }

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde asks for")]
    fn is_all(&self) -> bool {
        *self == Self::All
    }
}

/// A loop: after a failure the pathway goes on from an earlier step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Repeat {
    /// The earlier step.
    pub from: String,
    /// How often at the most; a loop without a limit never ends and is refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u8>,
}

impl Step {
    /// The state of the journey that is reached when the step is done: the one it names, or the
    /// one that its kind implies.
    pub fn milestone(&self) -> Option<JourneyState> {
        self.reaches.or(match self.kind {
            StepKind::Offer => Some(JourneyState::Offered),
            StepKind::Visa => Some(JourneyState::PreDeparture),
            StepKind::Travel => Some(JourneyState::Departed),
            StepKind::StartOfWork => Some(JourneyState::Placed),
            StepKind::Return => Some(JourneyState::Returned),
            _ => None,
        })
    }

    /// Chance that the step succeeds within its attempts, 0 to 1.
    pub fn chance(&self) -> f64 {
        let once = f64::from(self.chance_percent.unwrap_or(100)) / 100.0;
        1.0 - (1.0 - once).powi(i32::from(self.attempts_max.unwrap_or(1).max(1)))
    }

    pub fn is_open_on(&self, day: NaiveDate) -> bool {
        self.closes_on.is_none_or(|last| day <= last)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Paper {
    pub paper: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_months: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub renewable: Option<bool>,
}

/// A statutory clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clock {
    /// Event that starts it, such as `complete_file`.
    pub anchor: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub months: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<u32>,
    /// Calendar whose business days move a due date that falls on a day of rest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calendar: Option<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub extendable_once: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub pausable: bool,
    /// A target raises an alert; only a binding clock is breached.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub binding: bool,
}

/// What has really happened with a step.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Actual {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_on: Option<NaiveDate>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished_on: Option<NaiveDate>,
    /// Day of the event that starts the step's clock, such as the complete file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock_started_on: Option<NaiveDate>,
    #[serde(default)]
    pub extended: bool,
    /// Attempts that failed.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub failures: u8,
    /// Days for which a clock that can pause has stood still.
    #[serde(default)]
    pub paused_days: u32,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde asks for")]
fn is_zero(count: &u8) -> bool {
    *count == 0
}
