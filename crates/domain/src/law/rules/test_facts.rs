//! A small lawful world that each rule's tests bend in one place.

use crate::corridor::{AgeRule, OccupationScope, PathwayId, WagePeriod};
use crate::country::CountryCode;
use crate::fact::FactStatus;
use crate::ids::{NeedId, OrganisationId, TraineeId};
use crate::law::*;
use crate::money::Money;
use crate::occupation::IscoCode;
use crate::people::{Answer, JourneyState, Track};
use crate::period::DateWindow;
use chrono::NaiveDate;
use uuid::Uuid;

pub(super) struct World {
    pub trainee: TraineeFacts,
    pub need: NeedFacts,
    pub pathway: PathwayFacts,
    pub quotas: Vec<QuotaFacts>,
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

impl World {
    pub fn lawful() -> Self {
        let morocco = CountryCode::parse("MA").unwrap();
        let electrician = IscoCode::parse("7411").unwrap();
        let pathway = PathwayId::parse("DE-NAFR-THAMM/MA").unwrap();
        Self {
            trainee: TraineeFacts {
                id: TraineeId(Uuid::from_u128(1)),
                birth_date: Some(day("2004-05-06")),
                nationalities: vec![morocco],
                habitual_residence: morocco,
                training_country: morocco,
                institute: OrganisationId(Uuid::from_u128(2)),
                occupation: electrician,
                track: Track::Away,
                journey: JourneyState::InTraining,
                ready_on: day("2027-07-01"),
                passport_valid_to: Some(day("2031-01-01")),
                identity_confirmed: Answer::Yes,
                possible_duplicate: false,
                languages: vec![],
                skills: vec![],
                recognitions: vec![],
                preferred_destinations: vec![],
                waiting_since: day("2026-01-01"),
                merit: 70,
                first_turn: false,
            },
            need: NeedFacts {
                id: NeedId(Uuid::from_u128(3)),
                employer: EmployerFacts {
                    id: OrganisationId(Uuid::from_u128(4)),
                    suspended: false,
                    licence_valid_to: None,
                    insolvent: Answer::No,
                    open_sanction: Answer::No,
                    unpaid_wage_judgment: Answer::No,
                    provides_housing: false,
                    housing_approved: Answer::Unknown,
                },
                country: CountryCode::parse("DE").unwrap(),
                occupation: electrician,
                skills: vec![],
                start: DateWindow::new(day("2027-09-01"), day("2027-12-31")).unwrap(),
                wage: Some(Money::parse("EUR 3000").unwrap()),
                wage_per: WagePeriod::Month,
                hours_per_week_centi: 4000,
                comparable_wage: Some(Money::parse("EUR 3000").unwrap()),
                language: None,
                open: true,
                subdivision: None,
                pools: vec![SeatPool { pathway: pathway.clone(), seats: 2 }],
            },
            pathway: PathwayFacts {
                id: pathway,
                pack_version: 1,
                destination: CountryCode::parse("DE").unwrap(),
                status: FactStatus::InForce,
                open: true,
                occupations: OccupationScope { isco: vec![] },
                age: AgeRule { min: 18, max: None, proof_from: None },
                languages: vec![],
                recognition: vec![],
                wage_floors: vec![],
                employer_licence: false,
                permit_days: 70,
                lead: None,
                in_time_min_percent: None,
                agreement: None,
            },
            quotas: vec![],
        }
    }

    pub fn facts(&self) -> MatchFacts<'_> {
        MatchFacts {
            trainee: &self.trainee,
            need: &self.need,
            pathway: &self.pathway,
            quotas: &self.quotas,
            ranking_features: &["must_skills"],
            match_date: day("2026-11-23"),
            explain: true,
        }
    }
}

pub(super) fn book() -> RuleBook {
    let rules = RuleId::PAIR
        .iter()
        .map(|rule| RuleVersion {
            rule: *rule,
            version: 1,
            severity: Severity::Block,
            status: FactStatus::InForce,
            valid_from: day("2024-01-01"),
            valid_to: None,
            anchor: "match".into(),
            source: "test".into(),
        })
        .collect();
    let countries = ["NP", "NG", "VU", "GH"].map(|code| CountryCode::parse(code).unwrap()).into_iter().collect();
    let list = SafeguardsList { edition: "2023".into(), valid_from: day("2023-03-08"), valid_to: None, source: "WHO".into(), countries };
    RuleBook { version: 1, rules, safeguards_lists: vec![list], extended_health_set: Severity::Block }
}

#[test]
fn the_lawful_world_passes_every_rule_and_an_old_version_steps_aside() {
    let world = World::lawful();
    let verdicts = judge_all(&world.facts(), &book());
    assert_eq!(verdicts.len(), RuleId::PAIR.len());
    assert!(blocks(&verdicts).next().is_none(), "{verdicts:?}");
    let mut announced = book();
    announced.rules[0].status = FactStatus::Announced;
    assert!(judge(RuleId::R01, &world.facts(), &announced).is_none());
    assert_eq!(announced.check(), vec![]);
    announced.rules[0].severity = Severity::Warn;
    assert_eq!(announced.check().len(), 1);
}

#[test]
fn not_knowing_blocks_only_where_the_rule_blocks() {
    let mut world = World::lawful();
    world.need.comparable_wage = None;
    let mut book = book();
    assert_eq!(blocks(&judge_all(&world.facts(), &book)).count(), 1);
    book.rules.iter_mut().filter(|version| version.rule == RuleId::R06).for_each(|version| version.severity = Severity::Warn);
    assert_eq!(blocks(&judge_all(&world.facts(), &book)).count(), 0);
}
