//! Pairs judged for their outcome alone, against the gates that explain.

use super::*;
use crate::matching::plan;
use crate::matching::report::score;
use crate::matching::sample::*;
use passerelle_domain::corridor::{QuotaSide, Regulated};
use passerelle_domain::ids::TraineeId;
use passerelle_domain::language::{LanguageLevel, LanguageTag};
use passerelle_domain::law::*;
use passerelle_domain::occupation::{ConceptUri, IscoCode};
use passerelle_domain::people::*;
use proptest::prelude::*;
use uuid::Uuid;

const PATHWAYS: [&str; 3] = ["DE-ORDINARY/PH", "DE-GOVERNMENT/PH", "IT-NURSES/MA"];

fn skill(number: u8) -> ConceptUri {
    ConceptUri::parse(&format!("urn:passerelle:concept:skill-{number}")).unwrap()
}

/// A word of dice, a number of which decides each fact.
#[derive(Debug, Clone)]
struct Dice(Vec<u8>, usize);

impl Dice {
    fn below(&mut self, faces: u8) -> u8 {
        self.1 += 1;
        self.0[self.1 % self.0.len()].wrapping_add((self.1 / self.0.len()) as u8) % faces
    }

    fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len() as u8) as usize]
    }
}

fn some_trainee(number: u128, dice: &mut Dice) -> TraineeFacts {
    let mut person = trainee(number, i32::from(dice.below(5)));
    person.occupation = IscoCode::parse(dice.one_of(&["7411", "7412", "2221", "5321"])).unwrap();
    person.training_country = country(dice.one_of(&["PH", "PH", "MA"]));
    person.habitual_residence = country(dice.one_of(&["PH", "MA", "NG"]));
    person.institute = OrganisationId(Uuid::from_u128(900 + u128::from(dice.below(2))));
    person.birth_date = if dice.below(8) == 0 { None } else { format!("{}-03-01", 1970 + u32::from(dice.below(42))).parse().ok() };
    person.journey = dice.one_of(&[JourneyState::InTraining, JourneyState::Certified, JourneyState::Placed]);
    person.track = dice.one_of(&[Track::Away, Track::Away, Track::Home]);
    person.ready_on = format!("2027-{:02}-01", 1 + dice.below(12)).parse().unwrap();
    person.identity_confirmed = dice.one_of(&[Answer::Yes, Answer::Yes, Answer::No, Answer::Unknown]);
    person.possible_duplicate = dice.below(8) == 0;
    if dice.below(2) == 0 {
        person.languages = vec![LanguageFact {
            language: LanguageTag::parse("de").unwrap(),
            level: LanguageLevel::parse(dice.one_of(&["CEFR A2", "CEFR B1", "CEFR B2"])).unwrap(),
            expires_on: dice.one_of(&[None, Some("2027-04-01")]).map(|day| day.parse().unwrap()),
        }];
    }
    person.skills = (0..dice.below(4)).map(|_| SkillFact { skill: skill(dice.below(6)), provenance: SkillProvenance::Test }).collect();
    person.skills.sort_by(|a, b| a.skill.cmp(&b.skill));
    person.recognitions = (0..dice.below(2))
        .map(|_| RecognitionFact {
            destination: country(dice.one_of(&["DE", "IT"])),
            occupation: person.occupation,
            state: dice.one_of(&[RecognitionState::ClockRunning, RecognitionState::DecidedRefused]),
        })
        .collect();
    person
}

fn some_need(number: u128, dice: &mut Dice) -> NeedFacts {
    let mut post = need(number, dice.one_of(&PATHWAYS), u32::from(dice.below(3)));
    post.occupation = IscoCode::parse(dice.one_of(&["7411", "7412", "2221", "5321"])).unwrap();
    post.open = dice.below(6) > 0;
    if dice.below(2) == 0 {
        let other = PathwayId::parse(dice.one_of(&PATHWAYS)).unwrap();
        if other != post.pools[0].pathway {
            post.pools.push(SeatPool { pathway: other, seats: u32::from(dice.below(3)) });
            post.pools.sort_by(|a, b| a.pathway.cmp(&b.pathway));
        }
    }
    if dice.below(3) == 0 {
        post.start.from = "2027-09-01".parse().unwrap();
    }
    post.employer.insolvent = dice.one_of(&[Answer::No, Answer::No, Answer::Yes]);
    post.skills = (0..dice.below(4))
        .map(|at| NeedSkill { skill: skill(at + dice.below(2)), importance: SkillImportance::Must, weight: 1 + i32::from(at) })
        .collect();
    post.skills.dedup_by(|a, b| a.skill == b.skill);
    if dice.below(3) == 0 {
        post.language = Some((LanguageTag::parse("de").unwrap(), LanguageLevel::parse("CEFR B1").unwrap()));
    }
    if dice.below(4) == 0 {
        post.comparable_wage = Some(passerelle_domain::money::Money::parse("EUR 3100").unwrap());
    }
    post
}

fn world() -> impl Strategy<Value = Snapshot> {
    (prop::collection::vec(any::<u8>(), 97), 1u128..12, 1u128..8).prop_map(|(numbers, people, needs)| {
        let mut dice = Dice(numbers, 0);
        let mut pathways: Vec<PathwayFacts> = PATHWAYS.iter().map(|id| pathway(id, id.contains("GOVERNMENT"))).collect();
        for pathway in &mut pathways {
            pathway.open = dice.below(5) > 0;
            pathway.age.max = dice.one_of(&[None, Some(45)]);
            pathway.lead = dice.one_of(&[None, Some(100)]).map(|days| LeadTime(vec![days; 60]));
            pathway.in_time_min_percent = dice.one_of(&[None, Some(50)]);
            if dice.below(3) == 0 {
                pathway.recognition = vec![RecognitionGate { regulated: Regulated::Yes, occupations: vec![], entry_states: vec![] }];
            }
        }
        let quotas = vec![departures(u32::from(dice.below(3)), true, QuotaSide::Origin, "PH")];
        let people = (1..=people).map(|number| some_trainee(number, &mut dice)).collect();
        let needs = (50..50 + needs).map(|number| some_need(number, &mut dice)).collect();
        let mut world = snapshot(pathways, people, needs, quotas);
        world.book.safeguards_lists[0].countries = [country("NG")].into();
        world.broader = (0..6).map(|number| (skill(number), vec![skill(number / 2 + 100)])).collect();
        world.canonical().unwrap();
        world
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn what_is_judged_quickly_is_what_the_gates_say(world in world()) {
        let policy = policy();
        let index = Index::new(&world, &policy, world.trainees.iter().collect());
        let features = policy.feature_names();
        for (number, trainee) in world.trainees.iter().enumerate() {
            let mut known = vec![None; index.openings];
            for (at, need) in world.needs.iter().enumerate() {
                let gated = gate(&world, &policy, &features, trainee, need);
                let expected = gated.pathway.filter(|_| gated.reasons.is_empty()).and_then(|pathway| {
                    let score = score(&world, &policy, trainee, need, pathway)?;
                    Some((pathway.id.clone(), score.u as u16, score.v as u16))
                });
                let in_reach = super::super::gate::person(trainee).is_none() && index.in_reach(number).contains(&(at as u32));
                let (stage, candidate) = if in_reach { index.judge(number, at, &mut known) } else { (gated.stage, None) };
                let found = candidate.map(|candidate| (index.roles[candidate.role as usize].1.clone(), candidate.u, candidate.v));
                prop_assert_eq!(found, expected, "{:?}", gated);
                let without_score = gated.reasons.is_empty() && candidate.is_none();
                let reached = if candidate.is_some() { CANDIDATE } else if without_score { NO_SKILL } else { gated.stage };
                prop_assert_eq!(stage, reached, "{:?}", gated);
            }
        }
    }

    #[test]
    fn the_number_of_threads_changes_no_byte(world in world()) {
        let bytes = |threads| {
            let planned = plan(&world, &policy(), threads, &mut |_, _| {}).unwrap();
            (serde_json::to_string(&planned.result).unwrap(), serde_json::to_string(&planned.certificate).unwrap())
        };
        prop_assert_eq!(bytes(1), bytes(3));
    }

    #[test]
    fn whoever_has_no_proposal_hears_why(world in world()) {
        let result = plan(&world, &policy(), 2, &mut |_, _| {}).unwrap().result;
        for outcome in &result.outcomes {
            prop_assert!(!outcome.reasons.is_empty(), "{:?}", outcome);
        }
        let placed: Vec<TraineeId> = result.proposals.iter().map(|proposal| proposal.trainee).collect();
        prop_assert!(placed.windows(2).all(|pair| pair[0] < pair[1]));
    }
}
