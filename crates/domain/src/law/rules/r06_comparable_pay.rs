//! R06, comparable pay: not below what local staff earn in the same work. No tolerance.

use super::{Finding, MatchFacts};
use crate::matching::{Reason, ReasonCode};

pub(super) fn judge(facts: &MatchFacts<'_>) -> Finding {
    let Some(wage) = facts.need.wage else {
        return Finding::of(facts).unknown(ReasonCode::R05WageUnknown, "wage");
    };
    let finding = Finding::of(facts).used("wage", wage);
    match facts.need.comparable_wage {
        None => finding.unknown(ReasonCode::R06ComparableUnknown, "comparable_wage"),
        Some(comparable) => {
            let finding = finding.used("comparable_wage", comparable);
            if comparable.currency != wage.currency || wage.minor < comparable.minor {
                finding.block(Reason::new(ReasonCode::R06BelowComparable).with("wage", wage).with("comparable", comparable))
            } else {
                finding.pass()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::test_facts::World;
    use super::*;
    use crate::law::Outcome;
    use crate::money::Money;

    #[test]
    fn equal_pay_passes_one_cent_less_blocks_and_not_knowing_says_so() {
        let mut world = World::lawful();
        for (comparable, outcome) in [(Some("EUR 3000.00"), Outcome::Pass), (Some("EUR 3000.01"), Outcome::Block), (None, Outcome::Unknown)]
        {
            world.need.wage = Some(Money::parse("EUR 3000").unwrap());
            world.need.comparable_wage = comparable.map(|text| Money::parse(text).unwrap());
            assert_eq!(judge(&world.facts()).outcome, Some(outcome), "{comparable:?}");
        }
    }
}
