//! R29, quotas: each quota of either side that counts the placement has a slot left, or exempts it.
//!
//! Whether the last slots go to this person or another is not law but assignment: the caps of the
//! matching hold the rest.

use super::{Finding, MatchFacts};
use crate::matching::{Reason, ReasonCode};

pub(super) fn judge(facts: &MatchFacts<'_>) -> Finding {
    let mut finding = Finding::of(facts);
    for quota in facts.quotas.iter().filter(|quota| quota.counts(facts.trainee, facts.pathway)) {
        if quota.exempts(facts.pathway) {
            finding = finding.used(&quota.name, "exempt");
            continue;
        }
        finding = finding.used(&quota.name, format_args!("{} of {} used", quota.used, quota.cap));
        if quota.left() == 0 {
            return finding.block(Reason::new(ReasonCode::R29Reached).with("quota", &quota.name).with("cap", quota.cap));
        }
    }
    finding.pass()
}

#[cfg(test)]
mod tests {
    use super::super::test_facts::World;
    use super::*;
    use crate::corridor::QuotaSide;
    use crate::law::facts::{AgreementFacts, QuotaFacts};
    use crate::people::QuotaScope;

    #[test]
    fn a_reached_cap_blocks_unless_the_placement_is_exempt() {
        let mut world = World::lawful();
        world.quotas = vec![QuotaFacts {
            name: "deployment cap".into(),
            side: QuotaSide::Origin,
            scope: QuotaScope::Origin,
            country: world.trainee.training_country,
            subject: world.trainee.training_country.to_string(),
            cap: 7500,
            used: 7500,
            exempts_government_placement: true,
        }];
        assert_eq!(judge(&world.facts()).reason.unwrap().code, ReasonCode::R29Reached);
        world.pathway.agreement =
            Some(AgreementFacts { between_governments: true, labour_market_analysis: false, support_to_origin: false });
        assert!(judge(&world.facts()).reason.is_none());
        world.pathway.agreement = None;
        world.quotas[0].used = 7499;
        assert!(judge(&world.facts()).reason.is_none());
        world.quotas[0].subject = "PH".into();
        world.quotas[0].used = 7500;
        assert!(judge(&world.facts()).reason.is_none());
    }
}
