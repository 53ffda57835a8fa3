//! R28, identity: a passport valid six months beyond entry, a confirmed name, one record a person.

use super::{Finding, MatchFacts, known};
use crate::matching::{Reason, ReasonCode};
use crate::period::add_months;

const MONTHS_BEYOND_ENTRY: u32 = 6;

pub(super) fn judge(facts: &MatchFacts<'_>) -> Finding {
    let trainee = facts.trainee;
    let mut finding = Finding::of(facts).used("possible_duplicate", trainee.possible_duplicate);
    if trainee.possible_duplicate {
        return finding.block(Reason::new(ReasonCode::R28Duplicate));
    }
    finding = finding.used("identity_confirmed", trainee.identity_confirmed);
    match known(trainee.identity_confirmed) {
        Some(true) => {}
        Some(false) => return finding.block(Reason::new(ReasonCode::R28NameDiffers)),
        None => return finding.unknown(ReasonCode::R28IdentityUnknown, "identity_confirmed"),
    }
    let Some(end) = trainee.passport_valid_to else {
        return finding.unknown(ReasonCode::R28PassportUnknown, "passport_valid_to");
    };
    let least = add_months(facts.departure(), MONTHS_BEYOND_ENTRY);
    let finding = finding.used("passport_valid_to", end).used("least", least);
    if end < least {
        return finding.block(Reason::new(ReasonCode::R28PassportEnds).with("end", end).with("least", least));
    }
    finding.pass()
}

#[cfg(test)]
mod tests {
    use super::super::test_facts::World;
    use super::*;
    use crate::people::Answer;

    #[test]
    fn a_passport_lasts_six_months_beyond_entry() {
        let mut world = World::lawful();
        for (end, code) in [
            (Some("2028-03-01"), None),
            (Some("2028-02-29"), Some(ReasonCode::R28PassportEnds)),
            (None, Some(ReasonCode::R28PassportUnknown)),
        ] {
            world.trainee.passport_valid_to = end.map(|day| day.parse().unwrap());
            assert_eq!(judge(&world.facts()).reason.map(|reason| reason.code), code, "{end:?}");
        }
    }

    #[test]
    fn doubts_about_the_person_block() {
        let mut world = World::lawful();
        world.trainee.identity_confirmed = Answer::No;
        assert_eq!(judge(&world.facts()).reason.unwrap().code, ReasonCode::R28NameDiffers);
        world.trainee.possible_duplicate = true;
        assert_eq!(judge(&world.facts()).reason.unwrap().code, ReasonCode::R28Duplicate);
    }
}
