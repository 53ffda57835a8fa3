//! Contingency plans: who is affected when something breaks, and which lawful options they have.
//!
//! The planner lands with the capability. What exists already are the causes, with whose control they lie
//! in and who answers for them: packs are checked by them, and losses are settled by them
//! ([`crate::finance::settlement`]).

use crate::words;

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

/// A cause of the taxonomy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cause {
    pub code: &'static str,
    pub control: Control,
    pub at_fault: AtFault,
}

impl Cause {
    const fn new(code: &'static str, control: Control, at_fault: AtFault) -> Self {
        Self { code, control, at_fault }
    }
}

/// The causes that steps of a pathway and emergencies name.
pub const CAUSES: [Cause; 45] = [
    Cause::new("PER.BEREAVE", Control::Outside, AtFault::Nobody),
    Cause::new("PER.CARE", Control::Outside, AtFault::Nobody),
    Cause::new("PER.VICTIM", Control::Outside, AtFault::Nobody),
    Cause::new("PER.PREG", Control::Outside, AtFault::Nobody),
    Cause::new("PER.LEGAL", Control::Adjudicate, AtFault::Nobody),
    Cause::new("PER.DOC", Control::Outside, AtFault::Nobody),
    Cause::new("PER.CHANGE", Control::Within, AtFault::Nobody),
    Cause::new("PER.FRAUD", Control::Within, AtFault::Trainee),
    Cause::new("FAM.ILL", Control::Outside, AtFault::Nobody),
    Cause::new("FAM.CUSTODY", Control::Outside, AtFault::Nobody),
    Cause::new("FAM.SPLIT", Control::Outside, AtFault::Nobody),
    Cause::new("HLT.ACUTE", Control::Outside, AtFault::Insurer),
    Cause::new("HLT.CHRONIC", Control::Outside, AtFault::Insurer),
    Cause::new("HLT.MENTAL", Control::Outside, AtFault::Insurer),
    Cause::new("HLT.INADM", Control::Outside, AtFault::Nobody),
    Cause::new("HLT.EPIDEMIC", Control::Outside, AtFault::Nobody),
    Cause::new("ORI.CONFLICT", Control::Outside, AtFault::Nobody),
    Cause::new("ORI.DISASTER", Control::Outside, AtFault::Nobody),
    Cause::new("ORI.CLIMATE", Control::Outside, AtFault::Nobody),
    Cause::new("ORI.EXITBAN", Control::Outside, AtFault::OriginState),
    Cause::new("ORI.CAP", Control::Outside, AtFault::OriginState),
    Cause::new("ORI.AIRSPACE", Control::Outside, AtFault::Nobody),
    Cause::new("DST.BORDER", Control::Outside, AtFault::DestinationState),
    Cause::new("DST.QUOTA", Control::Outside, AtFault::DestinationState),
    Cause::new("DST.CLOSED", Control::Outside, AtFault::DestinationState),
    Cause::new("DST.RULE", Control::Outside, AtFault::DestinationState),
    Cause::new("DST.WHO", Control::Outside, AtFault::Nobody),
    Cause::new("EMP.INSOLV", Control::Outside, AtFault::Employer),
    Cause::new("EMP.WITHDRAW", Control::Outside, AtFault::Employer),
    Cause::new("EMP.LICENCE", Control::Outside, AtFault::Employer),
    Cause::new("EMP.ABUSE", Control::Outside, AtFault::Employer),
    Cause::new("EMP.DISPUTE", Control::Outside, AtFault::Nobody),
    Cause::new("VIS.DELAY", Control::Outside, AtFault::DestinationState),
    Cause::new("VIS.REF_DOC", Control::Outside, AtFault::Nobody),
    Cause::new("VIS.REF_SUB", Control::Outside, AtFault::Nobody),
    Cause::new("VIS.REF_SEC", Control::Adjudicate, AtFault::Nobody),
    Cause::new("REC.REFUSE", Control::Outside, AtFault::Nobody),
    Cause::new("REC.PARTIAL", Control::Outside, AtFault::Nobody),
    Cause::new("REC.EXAM", Control::Outside, AtFault::Nobody),
    Cause::new("REC.DELAY", Control::Outside, AtFault::Nobody),
    Cause::new("REC.EXPIRE", Control::Outside, AtFault::WhoDelayed),
    Cause::new("PRT.TRAINER", Control::Outside, AtFault::Partner),
    Cause::new("PRT.STATE", Control::Outside, AtFault::Partner),
    Cause::new("PRT.FUNDER", Control::Outside, AtFault::Partner),
    Cause::new("FMJ", Control::Outside, AtFault::Nobody),
];

/// The cause of that code.
pub fn cause(code: &str) -> Option<&'static Cause> {
    CAUSES.iter().find(|known| known.code == code)
}

/// Whether a code is a cause of the taxonomy.
pub fn is_cause(code: &str) -> bool {
    cause(code).is_some()
}
