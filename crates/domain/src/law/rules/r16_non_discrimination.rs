//! R16, non-discrimination: no feature of the ranking is, or stands for, a protected attribute.
//!
//! Selection rates between groups are watched after the run, outside the engine, since the engine
//! never sees the attributes.

use super::{Finding, MatchFacts};
use crate::matching::{Reason, ReasonCode};

/// What no ranking may read. A policy that names one of these is refused.
const PROTECTED: [&str; 12] = [
    "sex",
    "gender",
    "pregnancy",
    "family_status",
    "marital_status",
    "religion",
    "ethnicity",
    "union_membership",
    "hiv",
    "health",
    "disability",
    "nationality",
];

pub(super) fn judge(facts: &MatchFacts<'_>) -> Finding {
    let finding = Finding::of(facts).used("features", facts.ranking_features.join(", "));
    match facts.ranking_features.iter().find(|feature| PROTECTED.contains(*feature)) {
        Some(feature) => finding.block(Reason::new(ReasonCode::R16Feature).with("feature", feature)),
        None => finding.pass(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::test_facts::World;
    use super::*;

    #[test]
    fn a_ranking_that_reads_a_protected_attribute_blocks_every_match() {
        let world = World::lawful();
        assert!(judge(&world.facts()).reason.is_none());
        for feature in PROTECTED {
            let features = ["must_skills", feature];
            let facts = MatchFacts { ranking_features: &features, ..world.facts() };
            assert_eq!(judge(&facts).reason.unwrap().code, ReasonCode::R16Feature);
        }
    }
}
