//! Words and rules of data protection: what people agree to, how far they are disclosed, what is
//! sealed, what they may ask for, and how long things are kept.

use crate::people::Decision;
use crate::words;

words!(
    /// What a person can agree to, each for itself (rule R19: specific, informed, revocable).
    ConsentPurpose {
        /// Her profile is compared with needs.
        Matching = "matching",
        /// Name and papers go to an employer, stage by stage.
        EmployerDisclosure = "employer_disclosure",
        /// The destination's authority sees what the annex of the agreement names.
        PartnerSharing = "partner_sharing",
        /// Statistics and research, without name.
        Research = "research",
        /// Letters after the programme has ended.
        AlumniContact = "alumni_contact",
    }
);

impl ConsentPurpose {
    /// Version of the text that people read before they agree. A new text asks for new consent.
    pub const TEXT_VERSION: &'static str = "2026-11";

    /// Whether the consent can be given for one recipient alone.
    pub const fn has_recipient(self) -> bool {
        matches!(self, Self::EmployerDisclosure)
    }
}

words!(
    /// How consent was expressed.
    ConsentChannel { Herself = "herself", Paper = "paper" }
);

words!(
    /// How far an employer may see a candidate.
    DisclosureStage {
        /// Skills, levels and dates, no name.
        Profile = "profile",
        /// Names, after both sides have said yes.
        Name = "name",
        /// Papers and contact, after the offer.
        Papers = "papers",
    }
);

/// The furthest stage that decisions, offer and consent have opened; `None` after a refusal.
pub fn disclosure_stage(trainee: Decision, employer: Decision, offered: bool, consented: bool) -> Option<DisclosureStage> {
    use Decision::{Accepted, Declined};
    match (trainee, employer) {
        (Declined, _) | (_, Declined) => None,
        (Accepted, Accepted) if consented && offered => Some(DisclosureStage::Papers),
        (Accepted, Accepted) if consented => Some(DisclosureStage::Name),
        _ => Some(DisclosureStage::Profile),
    }
}

words!(
    /// Kinds of facts that are kept sealed, apart from everything else.
    SealedKind {
        Health = "health",
        Admissibility = "admissibility",
        Asylum = "asylum",
        Pregnancy = "pregnancy",
        Union = "union",
    }
);

words!(
    /// What a sealed fact means for a case: all that a case officer is told without exceptional access.
    SealedClass {
        NoEffect = "no_effect",
        Delay = "delay",
        Support = "support",
        Obstacle = "obstacle",
    }
);

words!(
    /// What a person can ask about her own data.
    RequestKind {
        Correction = "correction",
        /// A decision by a person instead of a ranking.
        Objection = "objection",
        /// Her data are kept and not used.
        Restriction = "restriction",
        Erasure = "erasure",
    }
);

words!(
    RequestStatus { Open = "open", Accepted = "accepted", Refused = "refused", Withdrawn = "withdrawn" }
);

words!(
    /// Whether two records are one person.
    DuplicateStatus { Open = "open", Same = "same", Different = "different" }
);

words!(
    /// Documents that identify a person.
    IdentityDocumentKind { Passport = "passport", NationalId = "national_id", BirthCertificate = "birth_certificate" }
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn disclosure_waits_for_both_sides_consent_and_offer() {
        use Decision::{Accepted, Declined, Pending};
        use DisclosureStage::{Name, Papers, Profile};
        for (trainee, employer, offered, consented, stage) in [
            (Pending, Pending, false, true, Some(Profile)),
            (Accepted, Pending, false, true, Some(Profile)),
            (Accepted, Accepted, false, true, Some(Name)),
            (Accepted, Accepted, true, true, Some(Papers)),
            (Accepted, Accepted, true, false, Some(Profile)),
            (Declined, Accepted, true, true, None),
            (Accepted, Declined, false, true, None),
        ] {
            assert_eq!(disclosure_stage(trainee, employer, offered, consented), stage, "{trainee} {employer} {offered} {consented}");
        }
    }
}
