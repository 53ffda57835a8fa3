//! Groups of fields: what is disclosed, shared or withheld together.

use super::{Reach, Subject};
use crate::words;

words!(
    /// A group of fields of a record.
    FieldGroup {
        /// What whoever sees the row at all may see of it.
        General = "general",
        /// Given and family name.
        Name = "name",
        /// Birth date, nationalities, residence, passport.
        Identity = "identity",
        /// Sex. Never shown to an employer.
        Demographic = "demographic",
        Contact = "contact",
        /// What is learnt, where, until when, with what result.
        Training = "training",
        /// Track, stage and wishes.
        Journey = "journey",
        /// Diplomas and certificates with their issuers.
        Papers = "papers",
    }
);

/// The part of a reach in which a group shows. Most reaches show all groups; those of the other
/// side of a partnership do not.
pub(super) fn narrow(reach: Reach, subject: Subject, group: FieldGroup) -> Option<Reach> {
    match reach {
        Reach::Disclosed(organisations, _) => disclosed(subject, group).map(|group| Reach::Disclosed(organisations, group)),
        Reach::Annexed(territory, _) => Some(Reach::Annexed(territory, annexed(subject, group))),
        Reach::Cases(_) => match group {
            FieldGroup::General | FieldGroup::Name | FieldGroup::Identity | FieldGroup::Training | FieldGroup::Papers => Some(reach),
            FieldGroup::Demographic | FieldGroup::Contact | FieldGroup::Journey => None,
        },
        other => Some(other),
    }
}

/// The group whose disclosure opens this one to an employer: the profile with the proposal, the
/// name with mutual interest, the rest with the offer.
fn disclosed(subject: Subject, group: FieldGroup) -> Option<FieldGroup> {
    match group {
        // Whom she will work for follows her way from the offer on.
        FieldGroup::General | FieldGroup::Journey if subject == Subject::Journey => Some(FieldGroup::Papers),
        // That a diploma exists tells who awarded it: the row itself waits for the offer.
        FieldGroup::General if subject == Subject::Credential => Some(FieldGroup::Papers),
        FieldGroup::General | FieldGroup::Training => Some(FieldGroup::General),
        FieldGroup::Name => Some(FieldGroup::Name),
        FieldGroup::Identity | FieldGroup::Contact | FieldGroup::Papers => Some(FieldGroup::Papers),
        FieldGroup::Demographic | FieldGroup::Journey => None,
    }
}

/// The group that an annex must share for this one to show. A row shows when anything of it does;
/// a paper shows when the annex shares papers, and its level when it shares the training.
fn annexed(subject: Subject, group: FieldGroup) -> Option<FieldGroup> {
    match (subject, group) {
        (Subject::Trainee, FieldGroup::General) => None,
        (Subject::Credential, FieldGroup::General) => Some(FieldGroup::Papers),
        (Subject::Journey, FieldGroup::General) => Some(FieldGroup::Journey),
        (_, FieldGroup::General) => Some(FieldGroup::Training),
        (_, group) => Some(group),
    }
}
