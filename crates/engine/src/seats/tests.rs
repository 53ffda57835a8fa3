use super::*;
use proptest::prelude::*;

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a day")
}

fn de() -> CountryCode {
    CountryCode::parse("DE").expect("a country")
}

fn demand(from: &str, seats: u32, pledged: bool) -> Demand {
    Demand { occupation: "2221".into(), destination: de(), from: day(from), seats, pledged }
}

fn facts() -> SeatFacts {
    SeatFacts {
        ways: vec![Way {
            pathway: "DE-NURSE".into(),
            destination: de(),
            occupations: vec![],
            chances: Chances { completion: 0.8, recognition: 0.9, visa: 0.95 },
            lead_days: 180,
        }],
        training_days: [("2221".to_owned(), 300)].into(),
        ..SeatFacts::default()
    }
}

const PLEDGED_ONLY: SeatPolicy = SeatPolicy { unpledged_percent: 0 };

#[test]
fn pledged_demand_is_divided_by_those_who_arrive() {
    let facts = SeatFacts { demand: vec![demand("2028-09-01", 40, true), demand("2028-10-01", 60, false)], ..facts() };
    let made = plan(&facts, PLEDGED_ONLY);
    let [line] = made.lines.as_slice() else { panic!("one line, and not {:?}", made.lines) };
    // 40 / (0.8 · 0.9 · 0.95) = 58.5
    assert_eq!((line.pledged, line.wanted, line.seats, line.balance), (40, 60, 59, -59));
    assert_eq!(line.begin_by, Some(day("2027-03-09")), "480 days before July");
    // With half of what is only wanted: 70 / 0.684 = 102.3
    assert_eq!(plan(&facts, SeatPolicy { unpledged_percent: 50 }).lines[0].seats, 103);
}

#[test]
fn who_is_on_the_way_is_taken_off_by_what_lies_behind_her() {
    let person = |reached, ready: &str| OnTheWay { occupation: "2221".into(), destination: None, ready_on: day(ready), reached };
    let on_the_way = vec![
        person(Reached::Recognised, "2027-01-01"),
        person(Reached::Certified, "2027-01-01"),
        person(Reached::Training, "2028-01-01"),
        // Ready too late for the window.
        person(Reached::Training, "2029-01-01"),
    ];
    let facts = SeatFacts { demand: vec![demand("2028-09-01", 10, true)], on_the_way, ..facts() };
    let line = &plan(&facts, PLEDGED_ONLY).lines[0];
    assert!((line.on_the_way - (0.95 + 0.9 * 0.95 + 0.684)).abs() < 1e-9, "{line:?}");
    assert_eq!(line.seats, 11, "(10 − 2.489) / 0.684 = 10.98");
}

#[test]
fn a_pathway_counts_for_the_occupations_that_it_takes() {
    let mut facts = SeatFacts { demand: vec![demand("2028-09-01", 40, true)], ..facts() };
    let better = Chances { completion: 1.0, recognition: 1.0, visa: 1.0 };
    facts.ways.push(Way { pathway: "DE-TRADES".into(), occupations: vec!["7411".into()], chances: better, ..facts.ways[0].clone() });
    assert_eq!(plan(&facts, PLEDGED_ONLY).lines[0].pathway.as_deref(), Some("DE-NURSE"), "nurses do not go as electricians");
    facts.ways.remove(0);
    let line = &plan(&facts, PLEDGED_ONLY).lines[0];
    assert_eq!((line.pathway.as_deref(), line.seats), (None, 0));
}

#[test]
fn nobody_is_sent_where_no_pathway_leads() {
    let nowhere = Demand { destination: CountryCode::parse("CA").expect("a country"), ..demand("2028-01-01", 10, true) };
    let person = OnTheWay { occupation: "2221".into(), destination: None, ready_on: day("2027-01-01"), reached: Reached::Recognised };
    let facts = SeatFacts { demand: vec![nowhere, demand("2028-09-01", 10, true)], on_the_way: vec![person], ..facts() };
    let arriving: Vec<f64> = plan(&facts, PLEDGED_ONLY).lines.iter().map(|line| line.on_the_way).collect();
    assert_eq!(arriving, [0.0, 0.95]);
}

#[test]
fn cohorts_serve_what_they_end_in_time_for_and_the_rest_is_spare() {
    let intake = |number: u128, ends: &str, seats| Intake {
        id: uuid::Uuid::from_u128(number),
        name: number.to_string(),
        occupation: "2221".into(),
        starts_on: day("2027-01-01"),
        ends_on: day(ends),
        seats,
    };
    let intakes = vec![intake(1, "2028-01-01", 50), intake(2, "2028-06-30", 30), intake(3, "2029-06-30", 20)];
    let facts = SeatFacts { demand: vec![demand("2028-09-01", 40, true)], intakes, ..facts() };
    let made = plan(&facts, PLEDGED_ONLY);
    assert_eq!((made.lines[0].planned, made.lines[0].balance), (59, 0));
    let spare: Vec<(&str, u32)> = made.spare.iter().map(|spare| (spare.name.as_str(), spare.seats)).collect();
    assert_eq!(spare, [("2", 21), ("3", 20)]);
}

#[test]
fn where_no_pathway_leads_no_seat_is_asked_for() {
    let facts = SeatFacts { demand: vec![demand("2028-09-01", 40, true)], ways: vec![], ..facts() };
    let made = plan(&facts, PLEDGED_ONLY);
    assert_eq!((made.lines[0].seats, made.lines[0].pathway.as_deref(), made.lines[0].pledged), (0, None, 40));
}

/// Training, then recognition beside a visa, then travel to work.
#[test]
fn a_way_waits_for_the_longer_of_what_runs_beside_each_other() {
    let step = |id: &str, kind, after: &[&str], typical: u32, chance: u8| Step {
        id: id.into(),
        name: None,
        kind,
        actor: None,
        after: after.iter().map(|id| (*id).to_owned()).collect(),
        join: passerelle_domain::corridor::Join::All,
        days: DayRange { min: typical, typical, max: typical },
        chance_percent: Some(chance),
        attempts_max: None,
        needs: vec![],
        gives: vec![],
        clock: None,
        costs: vec![],
        on_failure: None,
        repeat: None,
        reaches: (kind == StepKind::StartOfWork).then_some(JourneyState::Placed),
        closes_on: None,
        source: "test".into(),
    };
    let steps = [
        step("training", StepKind::Training, &[], 300, 80),
        step("recognition", StepKind::RecognitionDecision, &["training"], 120, 90),
        step("visa", StepKind::Visa, &["training"], 90, 95),
        step("work", StepKind::StartOfWork, &["recognition", "visa"], 10, 100),
    ];
    let (chances, lead_days) = through(&steps, day("2027-01-01")).expect("a way");
    assert_eq!(lead_days, 130);
    assert!((chances.completion - 0.8).abs() < 1e-9 && (chances.recognition - 0.9).abs() < 1e-9 && (chances.visa - 0.95).abs() < 1e-9);
}

proptest! {
    /// The seats of a line bring at least what is missing, and one seat fewer would not; nobody is counted twice.
    #[test]
    fn seats_are_exact_and_nobody_counts_twice(
        pledges in prop::collection::vec((1_u32..60, 0_i64..1_500), 1..8),
        people in prop::collection::vec((0_i64..1_500, 0_u8..3), 0..60),
        intakes in prop::collection::vec((0_i64..1_500, 1_u32..50), 0..6),
    ) {
        let on = |days: i64| day("2027-01-01") + TimeDelta::days(days);
        let demand: Vec<Demand> = pledges.iter().map(|(seats, days)| Demand { from: on(*days), ..demand("2027-01-01", *seats, true) }).collect();
        let reached = [Reached::Training, Reached::Certified, Reached::Recognised];
        let on_the_way: Vec<OnTheWay> = people
            .iter()
            .map(|(days, at)| OnTheWay { occupation: "2221".into(), destination: None, ready_on: on(*days), reached: reached[*at as usize] })
            .collect();
        let intakes: Vec<Intake> = intakes
            .iter()
            .enumerate()
            .map(|(at, (days, seats))| Intake {
                id: uuid::Uuid::from_u128(at as u128),
                name: at.to_string(),
                occupation: "2221".into(),
                starts_on: on(*days - 300),
                ends_on: on(*days),
                seats: *seats,
            })
            .collect();
        let facts = SeatFacts { demand, on_the_way, intakes, ..facts() };
        let made = plan(&facts, PLEDGED_ONLY);
        let survival = 0.8 * 0.9 * 0.95;
        for line in &made.lines {
            let gap = (line.counted - line.on_the_way).max(0.0);
            prop_assert!(f64::from(line.seats) * survival >= gap - 1e-6);
            prop_assert!(line.seats == 0 || f64::from(line.seats - 1) * survival < gap + 1e-6);
            prop_assert!(line.planned <= line.seats);
        }
        let arriving: f64 = made.lines.iter().map(|line| line.on_the_way).sum();
        prop_assert!(arriving <= facts.on_the_way.len() as f64 + 1e-9);
        let given: u32 = made.lines.iter().map(|line| line.planned).sum::<u32>() + made.spare.iter().map(|spare| spare.seats).sum::<u32>();
        prop_assert_eq!(given, facts.intakes.iter().map(|intake| intake.seats).sum::<u32>());
    }
}
