//! R14, recognition route: in a regulated occupation a recognition case exists at the destination,
//! is alive, and stands where the pathway lets a person enter.

use super::{Finding, MatchFacts};
use crate::corridor::Regulated;
use crate::matching::{Reason, ReasonCode};

pub(super) fn judge(facts: &MatchFacts<'_>) -> Finding {
    let occupation = facts.need.occupation;
    let finding = Finding::of(facts).used("occupation", occupation);
    let gate = facts
        .pathway
        .recognition
        .iter()
        .find(|gate| gate.occupations.contains(&occupation))
        .or_else(|| facts.pathway.recognition.iter().find(|gate| gate.occupations.is_empty()));
    let Some(gate) = gate else {
        return finding.used("regulated", "no").pass();
    };
    let finding = finding.used("regulated", gate.regulated);
    match gate.regulated {
        Regulated::No => return finding.pass(),
        Regulated::BySubdivision if facts.need.subdivision.is_none() => {
            return finding.unknown(ReasonCode::R14RegulationUnknown, "site_subdivision");
        }
        Regulated::BySubdivision | Regulated::Yes => {}
    }
    let destination = facts.pathway.destination;
    let mut cases = facts.trainee.recognitions.iter().filter(|case| case.destination == destination && case.occupation == occupation);
    let Some(case) = cases.clone().find(|case| case.state.is_alive()).or_else(|| cases.next()) else {
        return finding.block(Reason::new(ReasonCode::R14NoCase).with("destination", destination).with("occupation", occupation));
    };
    let finding = finding.used("recognition_state", case.state);
    if !case.state.is_alive() {
        return finding.block(Reason::new(ReasonCode::R14Ended).with("state", case.state).with("destination", destination));
    }
    if !gate.entry_states.is_empty() && !gate.entry_states.contains(&case.state) {
        let wanted = gate.entry_states.iter().map(|state| state.as_str()).collect::<Vec<_>>().join(", ");
        return finding.block(Reason::new(ReasonCode::R14NotYet).with("state", case.state).with("wanted", wanted));
    }
    finding.pass()
}

#[cfg(test)]
mod tests {
    use super::super::test_facts::World;
    use super::*;
    use crate::law::facts::{RecognitionFact, RecognitionGate};
    use crate::law::verdict::Outcome;
    use crate::people::RecognitionState::{self, ClockRunning, DecidedPartial, DecidedRefused};

    fn world(state: Option<RecognitionState>, entry_states: Vec<RecognitionState>) -> World {
        let mut world = World::lawful();
        world.pathway.recognition = vec![RecognitionGate { regulated: Regulated::Yes, occupations: vec![], entry_states }];
        world.trainee.recognitions = state
            .map(|state| RecognitionFact { destination: world.pathway.destination, occupation: world.need.occupation, state })
            .into_iter()
            .collect();
        world
    }

    #[test]
    fn a_regulated_occupation_needs_a_living_case_in_an_entry_state() {
        let code = |world: World| judge(&world.facts()).reason.map(|reason| reason.code);
        assert_eq!(code(world(None, vec![])), Some(ReasonCode::R14NoCase));
        assert_eq!(code(world(Some(DecidedRefused), vec![])), Some(ReasonCode::R14Ended));
        assert_eq!(code(world(Some(ClockRunning), vec![DecidedPartial])), Some(ReasonCode::R14NotYet));
        assert_eq!(code(world(Some(DecidedPartial), vec![DecidedPartial])), None);
        assert_eq!(code(world(Some(ClockRunning), vec![])), None);
    }

    #[test]
    fn a_province_that_is_not_named_leaves_the_question_open() {
        let mut world = world(None, vec![]);
        world.pathway.recognition[0].regulated = Regulated::BySubdivision;
        world.need.subdivision = None;
        let finding = judge(&world.facts());
        assert_eq!((finding.outcome, finding.missing), (Some(Outcome::Unknown), vec!["site_subdivision".to_owned()]));
    }
}
