//! What can happen on a journey: events with their facts, whose hand brings them, and what a form asks for.

use crate::corridor::Party;
use crate::machine::Ask;
use crate::people::{JourneyState, RecognitionState};
use crate::words;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

words!(
    /// What can happen on a journey.
    EventKind {
        Admit = "admit",
        Reject = "reject",
        Start = "start",
        Certify = "certify",
        Leave = "leave",
        Match = "match",
        Release = "release",
        Offer = "offer",
        Accept = "accept",
        Recognition = "recognition",
        FileVisa = "file_visa",
        GrantVisa = "grant_visa",
        RefuseVisa = "refuse_visa",
        Clear = "clear",
        Arrive = "arrive",
        RefuseEntry = "refuse_entry",
        StartWork = "start_work",
        Return = "return",
        Stabilise = "stabilise",
        PlaceHome = "place_home",
        Emergency = "emergency",
        Resolve = "resolve",
        /// An appeal against how an emergency ended was upheld.
        Reopen = "reopen",
        /// She gave up her place, or stayed without one, and comes back while her turn lasts.
        Reenter = "reenter",
        Settle = "settle",
        Withdraw = "withdraw",
        TakePathway = "take_pathway",
        BeginStep = "begin_step",
        FinishStep = "finish_step",
        SkipStep = "skip_step",
        FailStep = "fail_step",
        StartClock = "start_clock",
        ExtendClock = "extend_clock",
        AddPaper = "add_paper",
    }
);

words!(
    /// How an emergency ends. Names are those of the responses of the contingency plan.
    Resolution {
        Defer = "defer",
        ExtendPapers = "extend_papers",
        Medical = "medical",
        SubstituteEmployer = "sub_employer",
        SubstituteDestination = "sub_dest",
        SwitchPathway = "switch_pathway",
        SwitchOccupation = "switch_occupation",
        FurtherTraining = "further_training",
        Retake = "retake",
        HomeTrack = "home_track",
        TransferPlace = "transfer_place",
        Unplaced = "unplaced",
        Terminate = "terminate",
        Appeal = "appeal",
        Refile = "refile",
        Object = "object",
    }
);

words!(ReturnWill { Voluntary = "voluntary", Obliged = "obliged", Forced = "forced" });
words!(ReturnOrder { First = "first", Repeated = "repeated", Onward = "onward" });
words!(ReturnDuration { Temporary = "temporary", Permanent = "permanent", Circular = "circular" });
words!(ReturnScale { Individual = "individual", Collective = "collective" });

/// A return on its five independent axes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReturnType {
    pub will: ReturnWill,
    pub order: ReturnOrder,
    pub duration: ReturnDuration,
    pub scale: ReturnScale,
    pub vulnerable: bool,
}

/// An event with its facts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case", deny_unknown_fields)]
pub enum Event {
    Admit {
        eligible: bool,
        informed_consent: bool,
        place_free: bool,
        contingency_plan: bool,
        early_sign_off: bool,
    },
    Reject {
        reason: String,
    },
    Start {
        funding_committed: bool,
        trainee_pays_nothing: bool,
    },
    Certify {
        exam_passed: bool,
        attendance_percent: u8,
        language_reached: bool,
    },
    Leave {
        reason: String,
        partial_certificate: bool,
    },
    /// Both sides have said yes, and every blocking rule passed.
    Match {
        lawful: bool,
        reserved: bool,
        both_consent: bool,
    },
    /// A match or an offer falls away: declined, or its time ran out.
    Release {
        reason: String,
    },
    Offer {
        contract_complete: bool,
        wage_lawful: bool,
        works_council: bool,
    },
    Accept,
    /// The recognition case moved; the machine of recognition says what that means.
    Recognition {
        state: RecognitionState,
    },
    FileVisa,
    GrantVisa,
    RefuseVisa {
        cause: String,
    },
    Clear {
        orientation: bool,
        same_contract: bool,
        ticket_not_paid_by_trainee: bool,
        passport_in_own_hands: bool,
        insured: bool,
        exit_clearance: bool,
    },
    Arrive,
    RefuseEntry {
        cause: String,
    },
    StartWork {
        contract_unchanged: bool,
        social_insurance: bool,
        housing_seen: bool,
    },
    Return {
        will: ReturnWill,
        order: ReturnOrder,
        duration: ReturnDuration,
        scale: ReturnScale,
        vulnerable: bool,
        claims_opened: bool,
    },
    Stabilise {
        score_percent: u8,
    },
    PlaceHome {
        accepted_freely: bool,
        credential_issued: bool,
        no_debt: bool,
    },
    Emergency {
        cause: String,
    },
    Resolve {
        outcome: Resolution,
    },
    Reopen {
        /// The gate that she had passed when the emergency began.
        gate: JourneyState,
        cause: String,
    },
    Reenter {
        accepted_freely: bool,
        /// Her turn has not run out; the service looks, and finds the gate that she comes back to.
        #[serde(default)]
        in_time: bool,
        #[serde(default)]
        gate: Option<JourneyState>,
    },
    Settle {
        permanent_status: bool,
    },
    Withdraw,
    /// The pathway and the version that count for her; moving on to another needs a reason.
    TakePathway {
        pack: String,
        pack_version: u32,
        #[serde(default)]
        reason: String,
    },
    BeginStep {
        step: String,
    },
    FinishStep {
        step: String,
    },
    /// What the step would bring is held already.
    SkipStep {
        step: String,
        reason: String,
    },
    FailStep {
        step: String,
    },
    /// The event that starts the step's statutory clock, such as the complete file.
    StartClock {
        step: String,
    },
    ExtendClock {
        step: String,
        reason: String,
    },
    AddPaper {
        paper: String,
        #[serde(default)]
        valid_to: Option<NaiveDate>,
        #[serde(default)]
        renewable: bool,
    },
}

impl Event {
    pub const fn kind(&self) -> EventKind {
        use EventKind as K;
        match self {
            Self::Admit { .. } => K::Admit,
            Self::Reject { .. } => K::Reject,
            Self::Start { .. } => K::Start,
            Self::Certify { .. } => K::Certify,
            Self::Leave { .. } => K::Leave,
            Self::Match { .. } => K::Match,
            Self::Release { .. } => K::Release,
            Self::Offer { .. } => K::Offer,
            Self::Accept => K::Accept,
            Self::Recognition { .. } => K::Recognition,
            Self::FileVisa => K::FileVisa,
            Self::GrantVisa => K::GrantVisa,
            Self::RefuseVisa { .. } => K::RefuseVisa,
            Self::Clear { .. } => K::Clear,
            Self::Arrive => K::Arrive,
            Self::RefuseEntry { .. } => K::RefuseEntry,
            Self::StartWork { .. } => K::StartWork,
            Self::Return { .. } => K::Return,
            Self::Stabilise { .. } => K::Stabilise,
            Self::PlaceHome { .. } => K::PlaceHome,
            Self::Emergency { .. } => K::Emergency,
            Self::Resolve { .. } => K::Resolve,
            Self::Reopen { .. } => K::Reopen,
            Self::Reenter { .. } => K::Reenter,
            Self::Settle { .. } => K::Settle,
            Self::Withdraw => K::Withdraw,
            Self::TakePathway { .. } => K::TakePathway,
            Self::BeginStep { .. } => K::BeginStep,
            Self::FinishStep { .. } => K::FinishStep,
            Self::SkipStep { .. } => K::SkipStep,
            Self::FailStep { .. } => K::FailStep,
            Self::StartClock { .. } => K::StartClock,
            Self::ExtendClock { .. } => K::ExtendClock,
            Self::AddPaper { .. } => K::AddPaper,
        }
    }
}

/// Whose hand brings an event; nobody's where the system itself does.
pub const fn hands(kind: EventKind) -> &'static [Party] {
    use EventKind as K;
    use Party::{Consulate, DestinationAuthority, Employer, Examiner, Institute, OriginAuthority, RecognitionAuthority, Trainee};
    match kind {
        K::Admit | K::Reject => &[Institute, OriginAuthority],
        K::Start | K::Leave => &[Institute],
        K::Certify => &[Institute, Examiner],
        // Both follow from what the two sides say to a proposal and what the case of recognition does.
        // So does the end of an emergency from her contingency case.
        K::Match | K::Recognition | K::Offer | K::Resolve | K::Reopen => &[],
        K::Release => &[Trainee, OriginAuthority, DestinationAuthority],
        K::Accept => &[Trainee],
        K::FileVisa => &[Trainee, Employer, OriginAuthority, DestinationAuthority],
        K::GrantVisa | K::RefuseVisa => &[Consulate, DestinationAuthority],
        K::Clear => &[OriginAuthority],
        K::Arrive | K::RefuseEntry => &[DestinationAuthority],
        K::StartWork => &[Employer, DestinationAuthority],
        K::Return => &[Trainee, OriginAuthority, DestinationAuthority],
        K::Stabilise => &[OriginAuthority],
        // Her free word; the authority writes it down for whoever has no account.
        K::PlaceHome | K::Reenter => &[Trainee, OriginAuthority],
        K::Emergency => &[Trainee, Institute, Employer, OriginAuthority, DestinationAuthority, RecognitionAuthority],
        K::Settle => &[DestinationAuthority],
        K::Withdraw => &[Trainee],
        K::TakePathway => &[OriginAuthority, DestinationAuthority],
        K::BeginStep | K::FinishStep | K::FailStep => &[OriginAuthority, DestinationAuthority],
        K::SkipStep | K::StartClock | K::ExtendClock => &[OriginAuthority, DestinationAuthority, RecognitionAuthority],
        K::AddPaper => &[Institute, OriginAuthority, DestinationAuthority],
    }
}

/// What has to be said with an event.
pub const fn asks(kind: EventKind) -> &'static [(&'static str, Ask)] {
    use Ask::{Cause, Date, Flag, Pack, Percent, Text, Version, Words, Yes};
    use EventKind as K;
    match kind {
        K::Admit => {
            &[("eligible", Yes), ("informed_consent", Yes), ("place_free", Yes), ("contingency_plan", Yes), ("early_sign_off", Yes)]
        }
        K::Reject | K::Release => &[("reason", Text)],
        K::Start => &[("funding_committed", Yes), ("trainee_pays_nothing", Yes)],
        K::Certify => &[("exam_passed", Yes), ("attendance_percent", Percent), ("language_reached", Yes)],
        K::Leave => &[("reason", Text), ("partial_certificate", Yes)],
        K::Match => &[("lawful", Yes), ("reserved", Yes), ("both_consent", Yes)],
        K::Offer => &[("contract_complete", Yes), ("wage_lawful", Yes), ("works_council", Yes)],
        K::Recognition => &[("state", Words("recognition-state", RecognitionState::WORDS))],
        K::Accept | K::FileVisa | K::GrantVisa | K::Arrive | K::Withdraw => &[],
        K::RefuseVisa => &[("cause", Cause("VIS."))],
        K::Clear => &[
            ("orientation", Yes),
            ("same_contract", Yes),
            ("ticket_not_paid_by_trainee", Yes),
            ("passport_in_own_hands", Yes),
            ("insured", Yes),
            ("exit_clearance", Yes),
        ],
        K::RefuseEntry => &[("cause", Cause("DST."))],
        K::StartWork => &[("contract_unchanged", Yes), ("social_insurance", Yes), ("housing_seen", Yes)],
        K::Return => &[
            ("will", Words("return-will", ReturnWill::WORDS)),
            ("order", Words("return-order", ReturnOrder::WORDS)),
            ("duration", Words("return-duration", ReturnDuration::WORDS)),
            ("scale", Words("return-scale", ReturnScale::WORDS)),
            ("vulnerable", Flag),
            ("claims_opened", Yes),
        ],
        K::Stabilise => &[("score_percent", Percent)],
        K::PlaceHome => &[("accepted_freely", Yes), ("credential_issued", Yes), ("no_debt", Yes)],
        K::Reenter => &[("accepted_freely", Yes)],
        K::Emergency => &[("cause", Cause(""))],
        K::Resolve => &[("outcome", Words("resolution", Resolution::WORDS))],
        K::Reopen => &[("gate", Words("journey-state", JourneyState::WORDS)), ("cause", Cause(""))],
        K::Settle => &[("permanent_status", Yes)],
        K::TakePathway => &[("pack", Pack), ("pack_version", Version), ("reason", Text)],
        K::BeginStep | K::FinishStep | K::FailStep | K::StartClock => &[("step", Ask::Step)],
        K::SkipStep | K::ExtendClock => &[("step", Ask::Step), ("reason", Text)],
        K::AddPaper => &[("paper", Text), ("valid_to", Date), ("renewable", Flag)],
    }
}
