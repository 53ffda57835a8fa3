//! R05, wage floor: gross pay for normal hours reaches every floor of the pathway that applies to
//! the occupation and the age. Collective floors without an amount are judged by R06.

use super::{Finding, MatchFacts};
use crate::corridor::WagePeriod;
use crate::law::facts::WageFloorFact;
use crate::matching::{Reason, ReasonCode};
use crate::money::Money;
use crate::period::age_on;

pub(super) fn judge(facts: &MatchFacts<'_>) -> Finding {
    let Some(wage) = facts.need.wage else {
        return Finding::of(facts).unknown(ReasonCode::R05WageUnknown, "wage");
    };
    let hours = facts.need.hours_per_week_centi;
    let mut finding = Finding::of(facts).used("wage", wage).used("per", facts.need.wage_per);
    let age = facts.trainee.birth_date.map(|birth| age_on(birth, facts.need.start.from));
    for floor in facts.pathway.wage_floors.iter().filter(|floor| applies(floor, facts, age)) {
        finding = finding.used("floor", format_args!("{} per {}", floor.amount, floor.per));
        if floor.amount.currency != wage.currency {
            return finding.block(Reason::new(ReasonCode::R05FloorCurrency).with("currency", floor.amount.currency));
        }
        if yearly_milli(wage, facts.need.wage_per, hours) < yearly_milli(floor.amount, floor.per, hours) {
            let reason = Reason::new(ReasonCode::R05BelowFloor)
                .with("wage", wage)
                .with("per", facts.need.wage_per)
                .with("floor", floor.amount)
                .with("floor-per", floor.per);
            return finding.block(reason);
        }
    }
    finding.pass()
}

/// A floor with an age condition applies to somebody of unknown age, since that errs for her.
fn applies(floor: &WageFloorFact, facts: &MatchFacts<'_>, age: Option<i32>) -> bool {
    let occupation = floor.occupations.is_empty() || floor.occupations.contains(&facts.need.occupation);
    let from = floor.age_from.is_none_or(|from| age.is_none_or(|age| age >= from));
    let under = floor.age_under.is_none_or(|under| age.is_none_or(|age| age < under));
    occupation && from && under
}

/// Thousandths of a minor unit in a year of 52 weeks, so that hours, weeks, months and years
/// compare exactly.
fn yearly_milli(wage: Money, per: WagePeriod, hours_per_week_centi: i64) -> i128 {
    let minor = i128::from(wage.minor);
    match per {
        WagePeriod::Hour => minor * i128::from(hours_per_week_centi) * 52 * 10,
        WagePeriod::Week => minor * 52 * 1000,
        WagePeriod::Month => minor * 12 * 1000,
        WagePeriod::Year => minor * 1000,
    }
}

#[cfg(test)]
mod tests {
    use super::super::test_facts::World;
    use super::*;
    use crate::law::Outcome;

    fn floor(amount: &str, per: WagePeriod) -> WageFloorFact {
        WageFloorFact { amount: Money::parse(amount).unwrap(), per, occupations: vec![], age_from: None, age_under: None }
    }

    #[test]
    fn pay_of_any_period_is_compared_over_a_year() {
        let mut world = World::lawful();
        world.need.wage = Some(Money::parse("EUR 3000").unwrap());
        world.need.wage_per = WagePeriod::Month;
        world.pathway.wage_floors = vec![floor("EUR 36000", WagePeriod::Year)];
        assert_eq!(judge(&world.facts()).outcome, Some(Outcome::Pass));
        world.pathway.wage_floors = vec![floor("EUR 36000.01", WagePeriod::Year)];
        assert_eq!(judge(&world.facts()).reason.unwrap().code, ReasonCode::R05BelowFloor);
        // 40 hours a week at 17.31 an hour are 36,004.80 a year.
        world.pathway.wage_floors = vec![floor("EUR 17.31", WagePeriod::Hour)];
        assert_eq!(judge(&world.facts()).outcome, Some(Outcome::Block));
        world.pathway.wage_floors = vec![floor("EUR 17.30", WagePeriod::Hour)];
        assert_eq!(judge(&world.facts()).outcome, Some(Outcome::Pass));
    }

    #[test]
    fn floors_apply_by_age_and_never_across_currencies() {
        let mut world = World::lawful();
        world.need.wage = Some(Money::parse("EUR 3000").unwrap());
        world.pathway.wage_floors = vec![WageFloorFact { age_from: Some(45), ..floor("EUR 55770", WagePeriod::Year) }];
        assert_eq!(judge(&world.facts()).outcome, Some(Outcome::Pass));
        world.trainee.birth_date = Some("1980-01-01".parse().unwrap());
        assert_eq!(judge(&world.facts()).outcome, Some(Outcome::Block));
        world.pathway.wage_floors = vec![floor("AUD 200", WagePeriod::Week)];
        assert_eq!(judge(&world.facts()).reason.unwrap().code, ReasonCode::R05FloorCurrency);
        world.need.wage = None;
        assert_eq!(judge(&world.facts()).missing, ["wage"]);
    }
}
