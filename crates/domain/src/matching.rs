//! Words about a match: every reason that can stand behind a yes or a no.

use crate::words;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

words!(
    /// The closed list of reasons. Each has two sentences in the message catalogues: `why-…` says
    /// what stands in the way, `fix-…` says the smallest change that would lift it.
    ReasonCode {
        // Law. The prefix is the rule that says so.
        R01TooYoung = "r01-too-young",
        R01TooOld = "r01-too-old",
        R01AgeUnknown = "r01-age-unknown",
        R05WageUnknown = "r05-wage-unknown",
        R05BelowFloor = "r05-below-floor",
        R05FloorCurrency = "r05-floor-currency",
        R06ComparableUnknown = "r06-comparable-unknown",
        R06BelowComparable = "r06-below-comparable",
        R11Listed = "r11-listed",
        R11Conditions = "r11-conditions",
        R11ExtendedWatch = "r11-extended-watch",
        R12Unknown = "r12-unknown",
        R12Insolvent = "r12-insolvent",
        R12Sanction = "r12-sanction",
        R12WageJudgment = "r12-wage-judgment",
        R12LicenceMissing = "r12-licence-missing",
        R12LicenceEnds = "r12-licence-ends",
        R12Suspended = "r12-suspended",
        R12Housing = "r12-housing",
        R14NoCase = "r14-no-case",
        R14Ended = "r14-ended",
        R14NotYet = "r14-not-yet",
        R14RegulationUnknown = "r14-regulation-unknown",
        R15NoCertificate = "r15-no-certificate",
        R15BelowLevel = "r15-below-level",
        R15Expires = "r15-expires",
        R15OtherScale = "r15-other-scale",
        R16Feature = "r16-feature",
        R28PassportUnknown = "r28-passport-unknown",
        R28PassportEnds = "r28-passport-ends",
        R28IdentityUnknown = "r28-identity-unknown",
        R28NameDiffers = "r28-name-differs",
        R28Duplicate = "r28-duplicate",
        R29Reached = "r29-reached",
        // The pathway and the people.
        /// Something about the side that the reader does not know.
        OtherSide = "other-side",
        NotSeeking = "not-seeking",
        HomeTrack = "home-track",
        OccupationDiffers = "occupation-differs",
        NoPathway = "no-pathway",
        PathwayClosed = "pathway-closed",
        PathwayOccupation = "pathway-occupation",
        NeedNotOpen = "need-not-open",
        NeedNoSeats = "need-no-seats",
        NoNeed = "no-need",
        NoTrainee = "no-trainee",
        NoSharedSkill = "no-shared-skill",
        ReadyTooLate = "ready-too-late",
        /// The agreement asks for a better chance of being at work in time.
        InTimeUnlikely = "in-time-unlikely",
        BeyondShortlist = "beyond-shortlist",
        // The assignment.
        Proposed = "proposed",
        BetterPlace = "better-place",
        NeedFull = "need-full",
        QuotaFull = "quota-full",
        ProviderFull = "provider-full",
        SeatsLeft = "seats-left",
        Filled = "filled",
        /// The seat is worth more to others later, by the prices of earlier runs.
        HeldBack = "held-back",
        // One pair that is asked about, against the certificate of the run.
        /// The trainee was given what she likes better.
        PairBetterOffer = "pair-better-offer",
        /// All seats of the need are held by people who stand before her.
        PairSeatsTaken = "pair-seats-taken",
        /// A quota around the need is full of pairs that stand before hers.
        PairQuotaTaken = "pair-quota-taken",
        /// A quota of her own side is full of people who come first.
        PairWaits = "pair-waits",
        /// The same, where those who come first have lost a place before.
        PairFirstTurn = "pair-first-turn",
        /// At the prices of an optimal plan she adds more elsewhere.
        PairPrice = "pair-price",
    }
);

impl ReasonCode {
    /// Whether the sentences of a gate before the law mention values of the pair.
    pub const fn has_values(self) -> bool {
        matches!(
            self,
            Self::NotSeeking
                | Self::OccupationDiffers
                | Self::NoPathway
                | Self::ReadyTooLate
                | Self::InTimeUnlikely
                | Self::PathwayClosed
                | Self::PathwayOccupation
        )
    }
}

/// A reason with the values that its sentences mention.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Reason {
    pub code: ReasonCode,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub args: BTreeMap<String, String>,
}

impl Reason {
    pub fn new(code: ReasonCode) -> Self {
        Self { code, args: BTreeMap::new() }
    }

    /// Adds a value for the sentences, by the name that the catalogues use.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.args.insert(name.to_owned(), value.to_string());
        self
    }
}
