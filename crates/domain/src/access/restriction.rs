//! What an authority takes away from a role, at some stages, for some fields, in its own territory.

use super::{Action, FieldGroup, Role, Subject};
use crate::country::CountryCode;
use crate::words;
use std::collections::BTreeSet;

words!(
    /// What a restriction does with the fields.
    Effect {
        /// They are not shown, and so cannot be changed.
        Hide = "hide",
        /// They are shown and cannot be changed.
        Lock = "lock",
    }
);

/// Fields of a group that a role cannot see or change in rows of some countries and stages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restriction {
    pub role: Role,
    pub subject: Subject,
    pub group: FieldGroup,
    /// Words of the subject's states; empty means every stage.
    pub stages: BTreeSet<String>,
    pub effect: Effect,
    pub countries: BTreeSet<CountryCode>,
}

impl Restriction {
    /// Whether it counts for this question; whether it counts for a row is the row's matter.
    pub fn binds(&self, role: Role, action: Action, subject: Subject, group: FieldGroup) -> bool {
        let felt = match self.effect {
            Effect::Hide => action != Action::Decide,
            Effect::Lock => matches!(action, Action::Update | Action::Delete),
        };
        // A row is hidden as a whole by nothing; a locked row is one whose general fields are.
        let meant = self.group == group && (group != FieldGroup::General || self.effect == Effect::Lock);
        self.role == role && self.subject == subject && felt && meant
    }

    /// Whether a row of that country and stage is one of those meant.
    pub fn covers(&self, country: CountryCode, stage: &str) -> bool {
        self.countries.contains(&country) && (self.stages.is_empty() || self.stages.contains(stage))
    }
}
