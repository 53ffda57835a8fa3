//! What can be done about a cause, and what of the money that was spent stays of use on each way.

use crate::corridor::Party;
use crate::finance::ledger::CostGroup;
use crate::machine::journey::Resolution;
use crate::people::JourneyState;
use crate::words;

words!(
    /// The responses of a contingency plan.
    Response {
        /// She leaves later; place and offer are held.
        Defer = "defer",
        /// Another employer on the same pathway.
        SubEmployer = "sub_employer",
        /// Another pathway.
        SubDest = "sub_dest",
        /// Work at home, or in the country of refuge.
        HomeTrack = "home_track",
        FurtherTraining = "further_training",
        Retake = "retake",
        SwitchPathway = "switch_pathway",
        SwitchOccupation = "switch_occupation",
        ExtendPapers = "extend_papers",
        Refile = "refile",
        Appeal = "appeal",
        Object = "object",
        Escalate = "escalate",
        AdminFix = "admin_fix",
        Reroute = "reroute",
        PriorityQueue = "priority_queue",
        Exemption = "exemption",
        FileBeforeCutoff = "file_before_cutoff",
        TopUpWage = "top_up_wage",
        RelocateTraining = "relocate_training",
        TransferCohort = "transfer_cohort",
        TeachOut = "teach_out",
        /// Her place goes to the next on the waiting list; she keeps her certificate and a first refusal.
        TransferPlace = "transfer_place",
        CostRecovery = "cost_recovery",
        DebtRelief = "debt_relief",
        Stipend = "stipend",
        /// Help before anything else; the one response that waits for nobody's word.
        Protect = "protect",
        Medical = "medical",
        Terminate = "terminate",
        /// Nothing was found in time: her certificate, no debt, and the first turn for two years.
        Unplaced = "unplaced",
    }
);

impl Response {
    /// How the journey goes on when it is done. Nothing where it goes along with another response.
    pub const fn resolution(self) -> Option<Resolution> {
        use Resolution as To;
        Some(match self {
            Self::SubEmployer => To::SubstituteEmployer,
            Self::SubDest => To::SubstituteDestination,
            Self::HomeTrack => To::HomeTrack,
            Self::FurtherTraining => To::FurtherTraining,
            Self::Retake => To::Retake,
            Self::SwitchPathway => To::SwitchPathway,
            Self::SwitchOccupation => To::SwitchOccupation,
            Self::ExtendPapers => To::ExtendPapers,
            Self::Medical => To::Medical,
            Self::TransferPlace => To::TransferPlace,
            Self::Terminate => To::Terminate,
            Self::Unplaced => To::Unplaced,
            // What was decided elsewhere in her favour, and what mended the matter, leads back to where she was.
            Self::Defer
            | Self::Refile
            | Self::Appeal
            | Self::Object
            | Self::Escalate
            | Self::AdminFix
            | Self::Reroute
            | Self::PriorityQueue
            | Self::Exemption
            | Self::FileBeforeCutoff
            | Self::TopUpWage
            | Self::RelocateTraining
            | Self::TransferCohort
            | Self::TeachOut => To::Defer,
            Self::CostRecovery | Self::DebtRelief | Self::Stipend | Self::Protect => return None,
        })
    }

    /// Who carries it out once she has chosen it.
    pub const fn owner(self) -> Party {
        match self {
            Self::SubDest | Self::SwitchPathway | Self::SwitchOccupation => Party::DestinationAuthority,
            Self::SubEmployer | Self::TopUpWage => Party::Employer,
            Self::FurtherTraining | Self::Retake | Self::RelocateTraining | Self::TransferCohort | Self::TeachOut => Party::Institute,
            _ => Party::OriginAuthority,
        }
    }

    /// Whether it goes along with another response and is chosen by nobody.
    pub const fn goes_along(self) -> bool {
        self.resolution().is_none()
    }

    /// Whether she stays where she is now.
    pub const fn is_home(self) -> bool {
        matches!(self, Self::HomeTrack)
    }

    /// Where what she has learnt is used afterwards.
    pub const fn way(self) -> Way {
        match self {
            Self::SubEmployer => Way::OtherEmployer,
            Self::SubDest | Self::SwitchPathway | Self::SwitchOccupation => Way::OtherDestination,
            Self::HomeTrack | Self::TransferPlace | Self::Unplaced | Self::Terminate => Way::Home,
            _ => Way::Same,
        }
    }
}

words!(
    /// Where a skill is used, as far as it matters for what was paid for it.
    Way { Same = "same", OtherEmployer = "other_employer", OtherDestination = "other_destination", Home = "home" }
);

words!(
    /// What a cost was for. It says how much of it is still worth something on another way.
    CostKind {
        Training = "training",
        Language = "language",
        /// An examination or a licence of one destination.
        Exam = "exam",
        Recognition = "recognition",
        Visa = "visa",
        Travel = "travel",
        Orientation = "orientation",
        Other = "other",
    }
);

impl CostKind {
    /// The gate from which on a cost of this kind was spent: nobody in training has had a visa paid for.
    pub const fn spent_from(self) -> JourneyState {
        match self {
            Self::Visa | Self::Travel => JourneyState::Visa,
            Self::Exam | Self::Recognition => JourneyState::Certified,
            Self::Training | Self::Language | Self::Orientation | Self::Other => JourneyState::Applied,
        }
    }

    /// One of the five groups of costs.
    pub const fn group(self) -> CostGroup {
        match self {
            Self::Training | Self::Language | Self::Orientation | Self::Other => CostGroup::Training,
            Self::Exam | Self::Recognition | Self::Visa | Self::Travel => CostGroup::Migration,
        }
    }

    /// Whole percent of a cost that keeps its worth on a way. Illustrative defaults.
    pub const fn transferable_percent(self, way: Way, same_language: bool) -> u8 {
        match (way, self) {
            (Way::Same, _) => 100,
            (Way::OtherEmployer, Self::Visa) => 0,
            (Way::OtherEmployer, _) => 100,
            (Way::OtherDestination, Self::Training) => 80,
            (Way::OtherDestination, Self::Language) => {
                if same_language {
                    100
                } else {
                    20
                }
            }
            (Way::OtherDestination, Self::Exam) => 30,
            (Way::Home, Self::Training) => 90,
            (Way::Home, Self::Language) => 70,
            (_, Self::Orientation) => 20,
            _ => 0,
        }
    }
}
