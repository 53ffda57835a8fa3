//! R01, age on the day of departure. Nobody departs below 18, whatever a pathway says.

use super::{Finding, MatchFacts};
use crate::matching::{Reason, ReasonCode};
use crate::period::{add_months, age_on};

const ADULT: i32 = 18;

pub(super) fn judge(facts: &MatchFacts<'_>) -> Finding {
    let departure = facts.departure();
    let finding = Finding::of(facts).used("departure", departure);
    let Some(birth) = facts.trainee.birth_date else {
        return finding.unknown(ReasonCode::R01AgeUnknown, "birth_date");
    };
    let age = age_on(birth, departure);
    let rule = &facts.pathway.age;
    let least = rule.min.max(ADULT);
    let finding = finding.used("age", age).used("age_min", least);
    if age < least {
        let months = u32::try_from(least).unwrap_or(18) * 12;
        let reason = Reason::new(ReasonCode::R01TooYoung).with("age", age).with("least", least).with("date", add_months(birth, months));
        return finding.block(reason);
    }
    match rule.max {
        Some(most) if age > most => finding.block(Reason::new(ReasonCode::R01TooOld).with("age", age).with("most", most)),
        _ => finding.pass(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::test_facts::World;
    use super::*;
    use crate::law::Outcome;

    fn outcome(birth: Option<&str>, min: i32, max: Option<i32>) -> (Option<Outcome>, Option<ReasonCode>) {
        let mut world = World::lawful();
        world.trainee.birth_date = birth.map(|day| day.parse().unwrap());
        world.pathway.age.min = min;
        world.pathway.age.max = max;
        let finding = judge(&world.facts());
        (finding.outcome, finding.reason.map(|reason| reason.code))
    }

    #[test]
    fn age_counts_on_the_day_of_departure_and_never_below_eighteen() {
        // Departure in this world is on 2027-09-01.
        assert_eq!(outcome(Some("2009-09-01"), 18, None).0, Some(Outcome::Pass));
        assert_eq!(outcome(Some("2009-09-02"), 18, None).1, Some(ReasonCode::R01TooYoung));
        assert_eq!(outcome(Some("2009-09-02"), 16, None).1, Some(ReasonCode::R01TooYoung));
        assert_eq!(outcome(Some("2007-09-02"), 21, None).1, Some(ReasonCode::R01TooYoung));
        assert_eq!(outcome(Some("1990-01-01"), 18, Some(35)).1, Some(ReasonCode::R01TooOld));
        assert_eq!(outcome(None, 18, None).0, Some(Outcome::Unknown));
    }
}
