//! A small world for tests of matching: builders of lawful facts that a test then changes.

use super::policy::{Feature, Mode, Policy};
use super::snapshot::{SNAPSHOT_FORMAT, Snapshot};
use passerelle_domain::corridor::{AgeRule, OccupationScope, PathwayId, QuotaSide, WagePeriod};
use passerelle_domain::country::CountryCode;
use passerelle_domain::fact::FactStatus;
use passerelle_domain::ids::{NeedId, OrganisationId, TraineeId};
use passerelle_domain::law::*;
use passerelle_domain::money::Money;
use passerelle_domain::occupation::IscoCode;
use passerelle_domain::people::*;
use passerelle_domain::period::DateWindow;
use std::collections::BTreeMap;
use uuid::Uuid;

pub fn country(code: &str) -> CountryCode {
    CountryCode::parse(code).unwrap()
}

pub fn pathway(id: &str, between_governments: bool) -> PathwayFacts {
    let id = PathwayId::parse(id).unwrap();
    PathwayFacts {
        destination: country(&id.pack.as_str()[..2]),
        id,
        pack_version: 1,
        status: FactStatus::InForce,
        open: true,
        occupations: OccupationScope { isco: vec![] },
        age: AgeRule { min: 18, max: None, proof_from: None },
        languages: vec![],
        recognition: vec![],
        wage_floors: vec![],
        employer_licence: false,
        permit_days: 60,
        lead: None,
        in_time_min_percent: None,
        agreement: between_governments.then_some(AgreementFacts {
            between_governments: true,
            labour_market_analysis: false,
            support_to_origin: false,
        }),
    }
}

pub fn trainee(number: u128, merit: i32) -> TraineeFacts {
    TraineeFacts {
        id: TraineeId(Uuid::from_u128(number)),
        birth_date: Some("2002-02-02".parse().unwrap()),
        nationalities: vec![country("PH")],
        habitual_residence: country("PH"),
        training_country: country("PH"),
        institute: OrganisationId(Uuid::from_u128(900)),
        occupation: IscoCode::parse("7411").unwrap(),
        track: Track::Away,
        journey: JourneyState::InTraining,
        ready_on: "2027-05-01".parse().unwrap(),
        passport_valid_to: Some("2033-01-01".parse().unwrap()),
        identity_confirmed: Answer::Yes,
        possible_duplicate: false,
        languages: vec![],
        skills: vec![],
        recognitions: vec![],
        preferred_destinations: vec![],
        waiting_since: "2026-01-01".parse().unwrap(),
        merit,
        first_turn: false,
    }
}

pub fn need(number: u128, pathway: &str, seats: u32) -> NeedFacts {
    let wage = Money::parse("EUR 3000").unwrap();
    NeedFacts {
        id: NeedId(Uuid::from_u128(number)),
        employer: EmployerFacts {
            id: OrganisationId(Uuid::from_u128(800)),
            suspended: false,
            licence_valid_to: None,
            insolvent: Answer::No,
            open_sanction: Answer::No,
            unpaid_wage_judgment: Answer::No,
            provides_housing: false,
            housing_approved: Answer::Unknown,
        },
        country: country(&pathway[..2]),
        occupation: IscoCode::parse("7411").unwrap(),
        skills: vec![],
        start: DateWindow::new("2027-06-01".parse().unwrap(), "2027-12-01".parse().unwrap()).unwrap(),
        wage: Some(wage),
        wage_per: WagePeriod::Month,
        hours_per_week_centi: 4_000,
        comparable_wage: Some(wage),
        language: None,
        open: true,
        subdivision: None,
        pools: vec![SeatPool { pathway: PathwayId::parse(pathway).unwrap(), seats }],
    }
}

pub fn departures(cap: u32, exempts: bool, side: QuotaSide, owner: &str) -> QuotaFacts {
    QuotaFacts {
        name: "departures".into(),
        side,
        scope: QuotaScope::Origin,
        country: country(owner),
        subject: "PH".into(),
        cap,
        used: 0,
        exempts_government_placement: exempts,
    }
}

pub fn policy() -> Policy {
    Policy {
        version: "test".into(),
        mode: Mode::Stable,
        placement_bonus: 0,
        hold_back_percent: 0,
        shortlist_max: 10,
        occupation_digits_min: 3,
        provenance_percent: SkillProvenance::ALL.iter().map(|provenance| (*provenance, 100)).collect(),
        sibling_percent: 50,
        need_weights: [(Feature::Readiness, 100)].into(),
        trainee_weights: [(Feature::Readiness, 100)].into(),
    }
}

/// A snapshot with every rule in force.
pub fn snapshot(pathways: Vec<PathwayFacts>, trainees: Vec<TraineeFacts>, needs: Vec<NeedFacts>, quotas: Vec<QuotaFacts>) -> Snapshot {
    let rules = RuleId::ALL.iter().map(|rule| RuleVersion {
        rule: *rule,
        version: 1,
        severity: Severity::Block,
        status: FactStatus::InForce,
        valid_from: "2020-01-01".parse().unwrap(),
        valid_to: None,
        anchor: "match".into(),
        source: "test".into(),
    });
    let list = SafeguardsList {
        edition: "2023".into(),
        valid_from: "2020-01-01".parse().unwrap(),
        valid_to: None,
        source: "test".into(),
        countries: [].into(),
    };
    Snapshot {
        format: SNAPSHOT_FORMAT.into(),
        as_of: "2026-11-23".parse().unwrap(),
        seed: 1,
        book: RuleBook { version: 1, rules: rules.collect(), safeguards_lists: vec![list], extended_health_set: Severity::Block },
        pathways,
        trainees,
        needs,
        quotas,
        broader: BTreeMap::new(),
        seat_worth: BTreeMap::new(),
        elsewhere: [].into(),
    }
}
