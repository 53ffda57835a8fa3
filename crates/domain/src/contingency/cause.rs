//! The causes that steps of a pathway and emergencies name: in whose hands each lies, who answers for it first,
//! how long it lasts, and by which responses it is met, the first one first.
//!
//! Lengths are illustrative and are written over by evidence. In whose hands a cause lies is no setting of anybody.

use super::response::Response;
use crate::words;
use chrono::{Datelike, NaiveDate};

words!(
    /// In whose hands a cause lies. It settles whether a trainee can owe anything at all.
    Control {
        /// Outside her control: she owes nothing, ever.
        Outside = "outside",
        /// Within it.
        Within = "within",
        /// To be decided by somebody independent; she owes nothing until a final decision says otherwise.
        Adjudicate = "adjudicate",
    }
);

words!(
    /// Who answers for a cause first.
    AtFault {
        Nobody = "nobody",
        Trainee = "trainee",
        Insurer = "insurer",
        Employer = "employer",
        OriginState = "origin_state",
        DestinationState = "destination_state",
        /// The institute, state or funder that failed or withdrew.
        Partner = "partner",
        WhoDelayed = "who_delayed",
    }
);

/// How long a cause lasts when nothing else is known. Illustrative.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lasting {
    /// Usual days, and days within which nine of ten are over.
    Days { typical: u32, p90: u32 },
    /// Until the year of a quota is over.
    ToYearEnd,
    /// Nobody knows of an end.
    ForGood,
}

/// An expected length in days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Duration {
    pub typical: u32,
    pub p90: u32,
}

impl Lasting {
    /// Days from `from` on; nothing where there is no end to wait for.
    pub fn from(self, from: NaiveDate) -> Option<Duration> {
        match self {
            Self::Days { typical, p90 } => Some(Duration { typical, p90 }),
            Self::ToYearEnd => {
                let next = NaiveDate::from_ymd_opt(from.year() + 1, 1, 1)?;
                let left = u32::try_from((next - from).num_days()).ok()?;
                Some(Duration { typical: left, p90: left })
            }
            Self::ForGood => None,
        }
    }
}

/// A cause of the taxonomy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cause {
    pub code: &'static str,
    pub control: Control,
    pub at_fault: AtFault,
    pub lasting: Lasting,
    /// Responses in the order in which they are looked at.
    pub responses: &'static [Response],
}

impl Cause {
    const fn new(code: &'static str, control: Control, at_fault: AtFault, lasting: Lasting, responses: &'static [Response]) -> Self {
        Self { code, control, at_fault, lasting, responses }
    }

    /// In whose hands it lies, once somebody independent has decided where that is open.
    pub const fn control(&self, decided: Option<Control>) -> Control {
        match (self.control, decided) {
            (Control::Adjudicate, Some(decided)) => decided,
            (control, _) => control,
        }
    }
}

const fn days(typical: u32, p90: u32) -> Lasting {
    Lasting::Days { typical, p90 }
}

use AtFault::{DestinationState, Employer, Insurer, Nobody, OriginState, Partner, Trainee, WhoDelayed};
use Control::{Adjudicate, Outside, Within};
use Response as R;

/// The causes that steps of a pathway and emergencies name.
pub const CAUSES: [Cause; 45] = [
    Cause::new("PER.BEREAVE", Outside, Nobody, days(30, 90), &[R::Defer, R::HomeTrack, R::TransferPlace]),
    Cause::new("PER.CARE", Outside, Nobody, days(90, 270), &[R::Defer, R::HomeTrack, R::TransferPlace]),
    Cause::new("PER.VICTIM", Outside, Nobody, days(60, 240), &[R::Protect, R::Defer, R::SubDest]),
    Cause::new("PER.PREG", Outside, Nobody, days(180, 365), &[R::Defer, R::HomeTrack]),
    Cause::new("PER.LEGAL", Adjudicate, Nobody, days(120, 540), &[R::Defer, R::HomeTrack]),
    Cause::new("PER.DOC", Outside, Nobody, days(30, 90), &[R::AdminFix, R::Defer]),
    Cause::new("PER.CHANGE", Within, Nobody, Lasting::ForGood, &[R::HomeTrack, R::TransferPlace]),
    Cause::new("PER.FRAUD", Within, Trainee, Lasting::ForGood, &[R::Terminate, R::TransferPlace]),
    Cause::new("FAM.ILL", Outside, Nobody, days(90, 270), &[R::Defer, R::SubDest, R::HomeTrack]),
    Cause::new("FAM.CUSTODY", Outside, Nobody, days(90, 270), &[R::Defer, R::SubDest, R::HomeTrack]),
    Cause::new("FAM.SPLIT", Outside, Nobody, days(90, 270), &[R::Defer, R::SubDest, R::HomeTrack]),
    Cause::new("HLT.ACUTE", Outside, Insurer, days(30, 120), &[R::Medical, R::Defer, R::SubEmployer, R::HomeTrack]),
    Cause::new("HLT.CHRONIC", Outside, Insurer, days(180, 540), &[R::Medical, R::Defer, R::SubEmployer, R::HomeTrack]),
    Cause::new("HLT.MENTAL", Outside, Insurer, days(90, 270), &[R::Medical, R::Defer, R::SubEmployer, R::HomeTrack]),
    Cause::new("HLT.INADM", Outside, Nobody, days(60, 180), &[R::Appeal, R::SubDest, R::HomeTrack]),
    Cause::new("HLT.EPIDEMIC", Outside, Nobody, days(90, 365), &[R::Defer, R::FurtherTraining, R::Stipend]),
    Cause::new("ORI.CONFLICT", Outside, Nobody, days(180, 720), &[R::Protect, R::RelocateTraining, R::Defer, R::SubDest]),
    Cause::new("ORI.DISASTER", Outside, Nobody, days(60, 270), &[R::Protect, R::RelocateTraining, R::Defer, R::SubDest]),
    Cause::new("ORI.CLIMATE", Outside, Nobody, days(180, 720), &[R::Protect, R::RelocateTraining, R::Defer, R::SubDest]),
    Cause::new("ORI.EXITBAN", Outside, OriginState, days(90, 365), &[R::PriorityQueue, R::Defer, R::Exemption, R::HomeTrack]),
    Cause::new("ORI.CAP", Outside, OriginState, Lasting::ToYearEnd, &[R::PriorityQueue, R::Defer, R::Exemption, R::HomeTrack]),
    Cause::new("ORI.AIRSPACE", Outside, Nobody, days(14, 60), &[R::Defer, R::Reroute]),
    Cause::new("DST.BORDER", Outside, DestinationState, days(90, 540), &[R::Defer, R::Stipend, R::FurtherTraining, R::SubDest]),
    Cause::new(
        "DST.QUOTA",
        Outside,
        DestinationState,
        Lasting::ToYearEnd,
        &[R::FileBeforeCutoff, R::SwitchPathway, R::SubDest, R::HomeTrack],
    ),
    Cause::new(
        "DST.CLOSED",
        Outside,
        DestinationState,
        Lasting::ForGood,
        &[R::FileBeforeCutoff, R::SwitchPathway, R::SubDest, R::HomeTrack],
    ),
    Cause::new(
        "DST.RULE",
        Outside,
        DestinationState,
        Lasting::ForGood,
        &[R::TopUpWage, R::FurtherTraining, R::SwitchPathway, R::SubEmployer],
    ),
    Cause::new("DST.WHO", Outside, Nobody, Lasting::ForGood, &[R::HomeTrack]),
    Cause::new("EMP.INSOLV", Outside, Employer, days(45, 120), &[R::SubEmployer, R::Defer, R::SubDest, R::HomeTrack, R::CostRecovery]),
    Cause::new("EMP.WITHDRAW", Outside, Employer, days(45, 120), &[R::SubEmployer, R::Defer, R::SubDest, R::HomeTrack, R::CostRecovery]),
    Cause::new("EMP.LICENCE", Outside, Employer, days(45, 120), &[R::Protect, R::SubEmployer, R::CostRecovery]),
    Cause::new("EMP.ABUSE", Outside, Employer, days(45, 120), &[R::Protect, R::SubEmployer, R::CostRecovery]),
    Cause::new("EMP.DISPUTE", Outside, Nobody, days(30, 90), &[R::Defer, R::SubEmployer]),
    Cause::new("VIS.DELAY", Outside, DestinationState, days(60, 180), &[R::Escalate, R::ExtendPapers, R::Defer]),
    Cause::new("VIS.REF_DOC", Outside, Nobody, days(60, 180), &[R::Refile]),
    Cause::new("VIS.REF_SUB", Outside, Nobody, days(60, 180), &[R::Appeal, R::SwitchPathway, R::SubDest]),
    Cause::new("VIS.REF_SEC", Adjudicate, Nobody, days(60, 180), &[R::Appeal, R::HomeTrack]),
    Cause::new(
        "REC.REFUSE",
        Outside,
        Nobody,
        days(60, 180),
        &[R::Object, R::FurtherTraining, R::SwitchOccupation, R::SubDest, R::HomeTrack],
    ),
    Cause::new(
        "REC.PARTIAL",
        Outside,
        Nobody,
        days(90, 240),
        &[R::Object, R::FurtherTraining, R::SwitchOccupation, R::SubDest, R::HomeTrack],
    ),
    Cause::new("REC.EXAM", Outside, Nobody, days(90, 240), &[R::Object, R::FurtherTraining, R::SwitchOccupation, R::SubDest, R::HomeTrack]),
    Cause::new(
        "REC.DELAY",
        Outside,
        Nobody,
        days(60, 180),
        &[R::Object, R::FurtherTraining, R::SwitchOccupation, R::SubDest, R::HomeTrack],
    ),
    Cause::new("REC.EXPIRE", Outside, WhoDelayed, days(60, 180), &[R::Retake, R::ExtendPapers]),
    Cause::new("PRT.TRAINER", Outside, Partner, days(90, 270), &[R::TeachOut, R::TransferCohort]),
    Cause::new("PRT.STATE", Outside, Partner, days(90, 270), &[R::TeachOut, R::TransferCohort]),
    Cause::new("PRT.FUNDER", Outside, Partner, days(90, 270), &[R::TeachOut, R::TransferCohort]),
    Cause::new("FMJ", Outside, Nobody, days(90, 365), &[R::Defer, R::SubEmployer, R::SubDest, R::HomeTrack]),
];

/// Whether a cause is a danger to her where she is at home: nobody is kept there, nor sent back.
pub fn is_danger_at_home(code: &str) -> bool {
    matches!(code, "ORI.CONFLICT" | "ORI.DISASTER" | "PER.VICTIM")
}

/// Whether whoever reports a cause may be in danger, until somebody has looked: help comes first in its responses.
pub fn may_be_in_danger(code: &str) -> bool {
    cause(code).is_some_and(|known| known.responses.first() == Some(&R::Protect))
}

/// Whether a cause lies with an employer: what it has come to keeps her from its other posts as well, and its pay.
pub fn is_of_employer(code: &str) -> bool {
    code.starts_with("EMP.")
}

/// Whether a cause strikes many at once, so that an authority can declare it: never what somebody is accused of, and never
/// her own life.
pub fn is_declared(code: &str) -> bool {
    !["PER.", "FAM.", "HLT."].iter().any(|group| code.starts_with(group)) || code == "HLT.EPIDEMIC"
}

/// Whether a cause keeps everybody of the country, or her, from leaving for anywhere until it is over.
pub fn keeps_from_leaving(code: &str) -> bool {
    matches!(code, "ORI.EXITBAN" | "ORI.CAP" | "ORI.AIRSPACE" | "HLT.EPIDEMIC" | "PER.LEGAL")
}

/// The cause of that code.
pub fn cause(code: &str) -> Option<&'static Cause> {
    CAUSES.iter().find(|known| known.code == code)
}

/// Whether a code is a cause of the taxonomy.
pub fn is_cause(code: &str) -> bool {
    cause(code).is_some()
}
