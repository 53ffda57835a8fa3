//! Small markets whose outcome can be worked out by hand.

use super::*;
use crate::matching::policy::Feature;
use crate::matching::snapshot::SNAPSHOT_FORMAT;
use passerelle_domain::corridor::{AgeRule, OccupationScope, QuotaSide, WagePeriod};
use passerelle_domain::country::CountryCode;
use passerelle_domain::fact::FactStatus;
use passerelle_domain::ids::OrganisationId;
use passerelle_domain::law::*;
use passerelle_domain::money::Money;
use passerelle_domain::occupation::IscoCode;
use passerelle_domain::people::*;
use passerelle_domain::period::DateWindow;
use uuid::Uuid;

fn country(code: &str) -> CountryCode {
    CountryCode::parse(code).unwrap()
}

fn pathway(id: &str, between_governments: bool) -> PathwayFacts {
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

fn trainee(number: u128, merit: i32) -> TraineeFacts {
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
    }
}

fn need(number: u128, pathway: &str, seats: u32) -> NeedFacts {
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

fn departures(cap: u32, exempts: bool, side: QuotaSide, owner: &str) -> QuotaFacts {
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

fn policy() -> Policy {
    Policy {
        version: "test".into(),
        shortlist_max: 10,
        occupation_digits_min: 3,
        provenance_percent: SkillProvenance::ALL.iter().map(|provenance| (*provenance, 100)).collect(),
        sibling_percent: 50,
        need_weights: [(Feature::Readiness, 100)].into(),
        trainee_weights: [(Feature::Readiness, 100)].into(),
    }
}

fn market(pathways: Vec<PathwayFacts>, needs: Vec<NeedFacts>, quotas: Vec<QuotaFacts>) -> RunResult {
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
    let snapshot = Snapshot {
        format: SNAPSHOT_FORMAT.into(),
        as_of: "2026-11-23".parse().unwrap(),
        seed: 1,
        book: RuleBook { version: 1, rules: rules.collect(), safeguards_lists: vec![list], extended_health_set: Severity::Block },
        pathways,
        trainees: vec![trainee(1, 60), trainee(2, 90), trainee(3, 75)],
        needs,
        quotas,
        broader: BTreeMap::new(),
    };
    plan(&snapshot, &policy(), &mut |_, _| {}).unwrap()
}

fn placed(result: &RunResult) -> Vec<u128> {
    result.proposals.iter().map(|proposal| proposal.trainee.0.as_u128()).collect()
}

const ORDINARY: &str = "DE-ORDINARY/PH";
const GOVERNMENT: &str = "DE-GOVERNMENT/PH";

#[test]
fn the_last_seat_goes_to_the_better_result_and_the_others_hear_why() {
    let result = market(vec![pathway(ORDINARY, false)], vec![need(50, ORDINARY, 1)], vec![]);
    assert_eq!(placed(&result), [2]);
    assert_eq!(result.totals.unmatched_by_reason, BTreeMap::from([(ReasonCode::NeedFull, 2)]));
}

#[test]
fn a_quota_of_the_origin_holds_over_all_needs() {
    let needs = || vec![need(50, ORDINARY, 2), need(51, ORDINARY, 2)];
    let result = market(vec![pathway(ORDINARY, false)], needs(), vec![departures(2, false, QuotaSide::Origin, "PH")]);
    assert_eq!(placed(&result), [2, 3]);
    assert_eq!(result.totals.unmatched_by_reason, BTreeMap::from([(ReasonCode::ProviderFull, 1)]));
    // Another country's office cannot cap departures that are not its own.
    let foreign = market(vec![pathway(ORDINARY, false)], needs(), vec![departures(0, false, QuotaSide::Destination, "IT")]);
    assert_eq!(placed(&foreign), [1, 2, 3]);
}

#[test]
fn placements_between_governments_are_exempt_and_the_quota_is_never_exceeded() {
    let both = || vec![pathway(ORDINARY, false), pathway(GOVERNMENT, true)];
    let used_up = || vec![departures(0, true, QuotaSide::Origin, "PH")];
    assert_eq!(placed(&market(both(), vec![need(50, ORDINARY, 3)], used_up())), Vec::<u128>::new());
    let result = market(both(), vec![need(50, ORDINARY, 3), need(51, GOVERNMENT, 2)], used_up());
    assert_eq!(placed(&result), [2, 3]);
    assert!(result.proposals.iter().all(|proposal| proposal.pathway.to_string() == GOVERNMENT));
}

#[test]
fn an_agreement_can_ask_for_a_chance_of_being_at_work_in_time() {
    // Ready on 1 May, the window ends on 1 December: 214 days. Sixty of a hundred make it, ten never arrive.
    let lead = LeadTime([vec![214; 60], vec![215; 30]].concat());
    let asked = |percent| PathwayFacts { lead: Some(lead.clone()), in_time_min_percent: percent, ..pathway(ORDINARY, false) };
    for (percent, seated) in [(None, 1), (Some(60), 1), (Some(61), 0)] {
        let result = market(vec![asked(percent)], vec![need(50, ORDINARY, 1)], vec![]);
        assert_eq!(placed(&result).len(), seated, "{percent:?}");
    }
    let result = market(vec![asked(Some(61))], vec![need(50, ORDINARY, 1)], vec![]);
    assert_eq!(result.totals.unmatched_by_reason, BTreeMap::from([(ReasonCode::InTimeUnlikely, 3)]));
    assert_eq!((lead.percent_within(213), lead.percent_within(214), lead.percent_within(10_000)), (0, 60, 90));
    assert_eq!(lead.percent_within(-1), 0, "ready after the window");
}
