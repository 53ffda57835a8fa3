//! Small markets whose outcome can be worked out by hand.

use super::*;
use crate::matching::sample::*;
use passerelle_domain::corridor::QuotaSide;
use passerelle_domain::ids::OrganisationId;
use passerelle_domain::law::*;
use passerelle_domain::people::QuotaScope;
use uuid::Uuid;

fn market(pathways: Vec<PathwayFacts>, needs: Vec<NeedFacts>, quotas: Vec<QuotaFacts>) -> RunResult {
    let trainees = vec![trainee(1, 60), trainee(2, 90), trainee(3, 75)];
    plan(&snapshot(pathways, trainees, needs, quotas), &policy(), 2, &mut |_, _| {}).unwrap().result
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

/// Two seats whose wishes cross, so that the best sum is another matching than the stable one.
#[test]
fn the_mode_of_the_policy_decides_how_is_chosen() {
    let people = || vec![trainee(1, 60), trainee(2, 90), trainee(3, 75)];
    let world = || snapshot(vec![pathway(ORDINARY, false)], people(), vec![need(50, ORDINARY, 1), need(51, ORDINARY, 1)], vec![]);
    for mode in [Mode::Stable, Mode::StableSeats, Mode::Optimal] {
        let planned = plan(&world(), &Policy { mode, ..policy() }, 1, &mut |_, _| {}).unwrap();
        assert_eq!((planned.result.mode, planned.result.proposals.len()), (mode, 2));
        let priced = planned.certificate.bars.iter().filter(|bar| bar.price.is_some()).count();
        assert_eq!(priced, if mode == Mode::Optimal { 2 } else { 0 });
    }
    let wrong = Policy { hold_back_percent: 10, ..policy() };
    assert!(matches!(plan(&world(), &wrong, 1, &mut |_, _| {}), Err(PlanError::Policy(_))));
}

#[test]
fn a_seat_that_is_worth_more_later_is_held_back_and_the_report_says_so() {
    let mut world = snapshot(vec![pathway(ORDINARY, false)], vec![trainee(1, 60)], vec![need(50, ORDINARY, 1)], vec![]);
    world.seat_worth = [(PathwayId::parse(ORDINARY).unwrap(), 20_000)].into();
    let policy = |percent| Policy { mode: Mode::Optimal, hold_back_percent: percent, ..policy() };
    let run = |percent| plan(&world, &policy(percent), 1, &mut |_, _| {}).unwrap().result;
    assert_eq!((run(0).proposals.len(), run(0).totals.held_back), (1, 0));
    assert_eq!((run(10).proposals.len(), run(10).totals.held_back), (1, 0), "2,000 points are less than the pair is worth");
    let held = run(100);
    assert_eq!((held.proposals.len(), held.totals.held_back, held.totals.candidates), (0, 1, 1));
    assert_eq!(held.totals.unmatched_by_reason, BTreeMap::from([(ReasonCode::HeldBack, 1)]));
    assert!(held.outcomes.iter().all(|outcome| outcome.reasons.iter().any(|reason| reason.code == ReasonCode::HeldBack)));
    // What was held back counts when the next run asks what a seat was worth.
    let worth = plan(&world, &policy(100), 1, &mut |_, _| {}).unwrap().certificate.seat_worth();
    assert_eq!(worth.values().copied().collect::<Vec<_>>(), [20_000]);
}

#[test]
fn the_certificate_says_why_of_every_pair() {
    use crate::matching::{Own, explain_pair};
    let needs = vec![need(50, ORDINARY, 1), need(51, ORDINARY, 1)];
    let world = snapshot(
        vec![pathway(ORDINARY, false)],
        vec![trainee(1, 60), trainee(2, 90), trainee(3, 75)],
        needs,
        vec![departures(2, false, QuotaSide::Origin, "PH")],
    );
    for mode in [Mode::Stable, Mode::StableSeats, Mode::Optimal] {
        let policy = Policy { mode, ..policy() };
        let planned = plan(&world, &policy, 1, &mut |_, _| {}).unwrap();
        let mut codes = BTreeMap::new();
        for trainee in &world.trainees {
            let own = planned.result.proposals.iter().find(|proposal| proposal.trainee == trainee.id).map(|proposal| Own {
                need: proposal.need,
                u: proposal.score.u,
                adds: planned
                    .certificate
                    .bar(proposal.need, &proposal.pathway)
                    .and_then(|bar| planned.certificate.adds(bar, proposal.score.weight())),
            });
            for need in &world.needs {
                let report = explain_pair(&world, &policy, trainee.id, need.id).unwrap();
                let reason = planned.certificate.why(&world, &report, own.as_ref()).unwrap();
                *codes.entry(reason.code).or_insert(0) += 1;
            }
        }
        let expected = match mode {
            Mode::Optimal => BTreeMap::from([(ReasonCode::Proposed, 2), (ReasonCode::PairPrice, 4)]),
            _ => BTreeMap::from([
                (ReasonCode::Proposed, 2),
                (ReasonCode::PairBetterOffer, 1),
                (ReasonCode::PairSeatsTaken, 1),
                (ReasonCode::PairWaits, 2),
            ]),
        };
        assert_eq!(codes, expected, "{mode}");
    }
}

#[test]
fn a_quota_of_an_institute_holds_for_exempt_and_counted_people_together() {
    let institute = QuotaFacts {
        scope: QuotaScope::Provider,
        subject: OrganisationId(Uuid::from_u128(900)).to_string(),
        ..departures(1, false, QuotaSide::Origin, "PH")
    };
    let both = vec![pathway(ORDINARY, false), pathway(GOVERNMENT, true)];
    // One has an exempt way, for the other need asks for a language that she alone has; the institute may send one.
    let mut people = vec![trainee(1, 60), trainee(2, 90)];
    people[0].recognitions = vec![];
    let mut government = need(51, GOVERNMENT, 2);
    government.start.to = "2027-05-31".parse().unwrap();
    government.start.from = "2027-05-01".parse().unwrap();
    people[1].ready_on = "2027-06-15".parse().unwrap();
    let quotas = vec![departures(5, true, QuotaSide::Origin, "PH"), institute];
    let result =
        plan(&snapshot(both, people, vec![need(50, ORDINARY, 3), government], quotas), &policy(), 1, &mut |_, _| {}).unwrap().result;
    assert_eq!(result.proposals.len(), 1, "{:?}", placed(&result));
}
