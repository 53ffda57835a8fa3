//! Closed lists of words about organisations, people and their papers. The states are those of
//! the state machines in `docs/glossary.md`; transitions land with the capabilities that use them.

use crate::words;

words!(
    /// Kinds of parties to a partnership.
    OrganisationKind {
        Employer = "employer",
        Institute = "institute",
        OriginAuthority = "origin_authority",
        DestinationAuthority = "destination_authority",
        RecognitionAuthority = "recognition_authority",
        WorkerOrganisation = "worker_organisation",
        Funder = "funder",
    }
);

words!(
    /// Whether an organisation may act.
    OrganisationStatus { Active = "active", Suspended = "suspended" }
);

words!(
    /// An answer that may not be known yet. Law treats `unknown` as missing, never as no.
    Answer { Yes = "yes", No = "no", Unknown = "unknown" }
);

impl Answer {
    pub const fn known(self) -> Option<bool> {
        match self {
            Self::Yes => Some(true),
            Self::No => Some(false),
            Self::Unknown => None,
        }
    }
}

words!(
    /// How far a file of people has come.
    ImportStatus {
        /// Read and judged; nothing of it is a record yet.
        Preview = "preview",
        Running = "running",
        Done = "done",
        Undone = "undone",
        Failed = "failed",
        Discarded = "discarded",
    }
);

words!(
    /// What a row of a file of people is good for.
    RowVerdict {
        Good = "good",
        /// Right in itself, and perhaps somebody who is known already.
        Doubtful = "doubtful",
        Bad = "bad",
    }
);

words!(
    /// Which part of a day in numbers comes first.
    DateOrder { DayFirst = "day_first", MonthFirst = "month_first" }
);

words!(
    /// The track of a trainee: leave with a job, stay and strengthen the home market, or open.
    Track { Away = "away", Home = "home", Undecided = "undecided" }
);

words!(
    /// Statistical sex. Never a feature of any ranking (rule R16).
    Sex { Female = "female", Male = "male", Other = "other", Undisclosed = "undisclosed" }
);

words!(
    /// Furthest gate that a trainee has passed.
    JourneyState {
        Applied = "applied",
        Enrolled = "enrolled",
        InTraining = "in_training",
        Certified = "certified",
        Matched = "matched",
        Offered = "offered",
        Recognition = "recognition",
        Visa = "visa",
        PreDeparture = "pre_departure",
        Departed = "departed",
        Arrived = "arrived",
        Placed = "placed",
        OnHold = "on_hold",
        Rejected = "rejected",
        Dropped = "dropped",
        HomePlaced = "home_placed",
        Transferred = "transferred",
        Unplaced = "unplaced",
        Returned = "returned",
        Reintegrated = "reintegrated",
        Settled = "settled",
    }
);

impl JourneyState {
    /// Whether a match may be sought: enrolled and before any match.
    pub const fn seeks_match(self) -> bool {
        matches!(self, Self::Enrolled | Self::InTraining | Self::Certified)
    }
}

words!(
    /// States of a recognition case.
    RecognitionState {
        Draft = "draft",
        Filed = "filed",
        DocsPending = "docs_pending",
        ClockRunning = "clock_running",
        DecidedFull = "decided_full",
        DecidedPartial = "decided_partial",
        DecidedRefused = "decided_refused",
        CmRunning = "cm_running",
        CmPassed = "cm_passed",
        CmFailed = "cm_failed",
        Objection = "objection",
        Licensed = "licensed",
        NotRequired = "not_required",
        Suspended = "suspended",
        Withdrawn = "withdrawn",
        Lapsed = "lapsed",
    }
);

impl RecognitionState {
    /// A case that may still lead to work: neither refused nor ended without a decision.
    pub const fn is_alive(self) -> bool {
        match self {
            Self::Draft
            | Self::Filed
            | Self::DocsPending
            | Self::ClockRunning
            | Self::DecidedFull
            | Self::DecidedPartial
            | Self::CmRunning
            | Self::CmPassed
            | Self::Objection
            | Self::Licensed
            | Self::NotRequired => true,
            Self::DecidedRefused | Self::CmFailed | Self::Suspended | Self::Withdrawn | Self::Lapsed => false,
        }
    }
}

words!(
    /// States of a need (a vacancy or forecast of one).
    NeedStatus {
        Forecast = "forecast",
        Validated = "validated",
        Open = "open",
        Reserved = "reserved",
        Filled = "filled",
        Closed = "closed",
        Suspended = "suspended",
        Cancelled = "cancelled",
    }
);

words!(
    /// States of a partnership agreement.
    AgreementStatus {
        Concept = "concept",
        Negotiation = "negotiation",
        Signed = "signed",
        Funded = "funded",
        Active = "active",
        Amending = "amending",
        Suspended = "suspended",
        TeachOut = "teach_out",
        Terminated = "terminated",
        Expired = "expired",
    }
);

impl AgreementStatus {
    /// Whether its conditions still cover people on the way.
    pub const fn covers_open_cases(self) -> bool {
        matches!(self, Self::Active | Self::Amending | Self::TeachOut)
    }
}

words!(
    /// How costs on a worker are judged: after the employer-pays standard, or the law alone.
    CostMode { Strict = "strict", LegalMinimum = "legal_minimum" }
);

words!(
    /// Who vouches for a skill.
    SkillProvenance {
        SelfStated = "self",
        Institute = "institute",
        Test = "test",
        Employer = "employer",
        Authority = "authority",
    }
);

words!(
    /// How much a need wants a skill.
    SkillImportance { Must = "must", Nice = "nice" }
);

words!(
    /// What a quota is a cap on.
    QuotaScope {
        Origin = "origin",
        Provider = "provider",
        Destination = "destination",
        Corridor = "corridor",
        Pathway = "pathway",
    }
);

words!(
    /// Whether a qualification is held yet.
    CredentialStatus { Expected = "expected", Awarded = "awarded", Revoked = "revoked" }
);

words!(
    /// What one side says to a proposal.
    Decision { Pending = "pending", Accepted = "accepted", Declined = "declined" }
);

words!(
    /// Why a side declines. Closed, so that outcomes can be counted.
    DeclineReason {
        Place = "place",
        Wage = "wage",
        Timing = "timing",
        Family = "family",
        OtherOffer = "other_offer",
        Skills = "skills",
        Language = "language",
        PostWithdrawn = "post_withdrawn",
        /// The person no longer agrees to be matched.
        ConsentWithdrawn = "consent_withdrawn",
        /// She chose the track that stays.
        TrackChanged = "track_changed",
        Other = "other",
    }
);

words!(
    /// Ways of passing a case on: the case itself, or a view of it for counsel.
    TransferKind { Transfer = "transfer", Referral = "referral" }
);

words!(
    /// States of a transfer or referral.
    TransferStatus {
        Open = "open",
        Accepted = "accepted",
        Declined = "declined",
        Withdrawn = "withdrawn",
        /// An accepted referral that has been brought to its end.
        Ended = "ended",
    }
);

words!(
    /// Parts of somebody's caseload.
    Case {
        Mine = "mine",
        Team = "team",
        Unassigned = "unassigned",
        Due = "due",
        Overdue = "overdue",
        Blocked = "blocked",
        Waiting = "waiting",
    }
);

words!(
    /// What a clock asks somebody to look at.
    TaskKind {
        DeadlineNear = "deadline_near",
        Overdue = "overdue",
        PaperLapses = "paper_lapses",
        OnHold = "on_hold",
        RecognitionNear = "recognition_near",
        RecognitionOverdue = "recognition_overdue",
    }
);

words!(
    /// Whether a task is still to be done.
    TaskStatus { Open = "open", Closed = "closed" }
);

words!(
    /// How far a programme answers a requirement of a reference occupation.
    Coverage { Covered = "covered", Partly = "partly", Missing = "missing" }
);

words!(
    /// How a paper lies in a recognition case.
    DocumentForm {
        Original = "original",
        CertifiedCopy = "certified_copy",
        PlainCopy = "plain_copy",
        Translation = "translation",
    }
);

words!(
    /// How far a disruption has come.
    DisruptionStatus {
        /// Written down to be drilled; nobody is touched.
        Draft = "draft",
        /// Cases are opened for whom it strikes.
        Declared = "declared",
        Ended = "ended",
    }
);
