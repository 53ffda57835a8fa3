//! R12, standing of the employer: licence valid to the start, not insolvent, no open sanction, no
//! unpaid wage judgment, approved housing where the employer provides it.

use super::{Finding, MatchFacts, known};
use crate::matching::{Reason, ReasonCode};

pub(super) fn judge(facts: &MatchFacts<'_>) -> Finding {
    let employer = &facts.need.employer;
    let mut finding = Finding::of(facts).used("suspended", employer.suspended);
    if employer.suspended {
        return finding.block(Reason::new(ReasonCode::R12Suspended));
    }
    let standing = [
        ("insolvent", employer.insolvent, ReasonCode::R12Insolvent),
        ("open_sanction", employer.open_sanction, ReasonCode::R12Sanction),
        ("unpaid_wage_judgment", employer.unpaid_wage_judgment, ReasonCode::R12WageJudgment),
    ];
    for (name, answer, code) in standing {
        finding = finding.used(name, answer);
        match known(answer) {
            Some(true) => return finding.block(Reason::new(code)),
            Some(false) => {}
            None => return finding.unknown(ReasonCode::R12Unknown, name),
        }
    }
    if facts.pathway.employer_licence {
        let start = facts.need.start.from;
        match employer.licence_valid_to {
            None => return finding.block(Reason::new(ReasonCode::R12LicenceMissing)),
            Some(end) => {
                finding = finding.used("licence_valid_to", end);
                if end < start {
                    return finding.block(Reason::new(ReasonCode::R12LicenceEnds).with("end", end).with("start", start));
                }
            }
        }
    }
    if employer.provides_housing {
        finding = finding.used("housing_approved", employer.housing_approved);
        match known(employer.housing_approved) {
            Some(true) => {}
            Some(false) => return finding.block(Reason::new(ReasonCode::R12Housing)),
            None => return finding.unknown(ReasonCode::R12Unknown, "housing_approved"),
        }
    }
    finding.pass()
}

#[cfg(test)]
mod tests {
    use super::super::test_facts::World;
    use super::*;
    use crate::law::verdict::Outcome;
    use crate::people::Answer;

    #[test]
    fn each_fault_of_an_employer_blocks_and_each_gap_is_named() {
        type Change = fn(&mut World);
        let cases: [(Change, ReasonCode); 8] = [
            (|w| w.need.employer.suspended = true, ReasonCode::R12Suspended),
            (|w| w.need.employer.insolvent = Answer::Yes, ReasonCode::R12Insolvent),
            (|w| w.need.employer.open_sanction = Answer::Yes, ReasonCode::R12Sanction),
            (|w| w.need.employer.unpaid_wage_judgment = Answer::Yes, ReasonCode::R12WageJudgment),
            (|w| w.need.employer.insolvent = Answer::Unknown, ReasonCode::R12Unknown),
            (
                |w| {
                    w.pathway.employer_licence = true;
                    w.need.employer.licence_valid_to = None
                },
                ReasonCode::R12LicenceMissing,
            ),
            (
                |w| {
                    w.pathway.employer_licence = true;
                    w.need.employer.licence_valid_to = w.need.start.from.pred_opt()
                },
                ReasonCode::R12LicenceEnds,
            ),
            (
                |w| {
                    w.need.employer.provides_housing = true;
                    w.need.employer.housing_approved = Answer::No
                },
                ReasonCode::R12Housing,
            ),
        ];
        assert_eq!(judge(&World::lawful().facts()).outcome, Some(Outcome::Pass));
        for (change, code) in cases {
            let mut world = World::lawful();
            change(&mut world);
            assert_eq!(judge(&world.facts()).reason.map(|reason| reason.code), Some(code));
        }
    }
}
