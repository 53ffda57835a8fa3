//! Every transition, every refusal, the clock, and a case rebuilt from its events.

use super::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// Nursing in Germany: four months, a waiver, two attempts.
fn nursing() -> Procedure {
    Procedure {
        regulated: true,
        limit_months: 4,
        binding: true,
        pausable: true,
        waiver: true,
        supply_days: 90,
        remedy_months: 1,
        measures: vec![Measure::AdaptationPeriod, Measure::KnowledgeTest],
        attempts_max: 2,
        retry_wait_days: 30,
    }
}

fn filed() -> Event {
    Event::File { consent: true, identity: true, credential: true, authority: true }
}

fn partial() -> Event {
    Event::DecidePartial {
        deficits: vec![Deficit { subject: "Geriatric care".into(), hours: Some(120) }],
        measures: vec![Measure::KnowledgeTest],
    }
}

/// One event of every kind, with facts that satisfy its conditions.
fn sample(kind: EventKind) -> Event {
    match kind {
        EventKind::File => filed(),
        EventKind::AcknowledgeComplete => Event::AcknowledgeComplete { seen: vec![], lacking: vec![] },
        EventKind::RequestDocuments => Event::RequestDocuments { missing: vec!["curriculum".into()] },
        EventKind::Supply => Event::Supply { papers: vec!["curriculum".into()] },
        EventKind::Extend => Event::Extend { reason: "an expert is heard".into() },
        EventKind::DecideFull => Event::DecideFull,
        EventKind::DecidePartial => partial(),
        EventKind::Refuse => Event::Refuse { reason: "too far apart".into() },
        EventKind::WaiveAssessment => Event::WaiveAssessment { measure: Measure::KnowledgeTest },
        EventKind::ChooseMeasure => Event::ChooseMeasure { measure: Measure::KnowledgeTest, place_reserved: true, payer: Party::Employer },
        EventKind::Pass => Event::Pass,
        EventKind::Fail => Event::Fail,
        EventKind::Retry => Event::Retry,
        EventKind::License => Event::License { language: true, health: true, good_character: true },
        EventKind::Object => Event::Object { reason: "practice was not counted".into() },
        EventKind::Uphold => Event::Uphold,
        EventKind::Overturn => Event::Overturn,
        EventKind::Suspend => Event::Suspend { contingency_case: true },
        EventKind::Resume => Event::Resume,
        EventKind::Reapply => Event::Reapply { covered: vec!["Geriatric care".into()] },
        EventKind::Withdraw => Event::Withdraw,
        EventKind::Lapse => Event::Lapse,
    }
}

struct Walk {
    case: Case,
    on: NaiveDate,
}

impl Walk {
    fn start() -> Self {
        Self { case: Case::new(true), on: day("2025-10-01") }
    }

    fn at(mut self, on: &str) -> Self {
        self.on = day(on);
        self
    }

    fn step(mut self, event: &Event) -> Self {
        self.case = self
            .case
            .apply(event, hands(event.kind())[0], self.on, &nursing(), &Calendar::weekends())
            .unwrap_or_else(|r| panic!("{event:?}: {r}"));
        self
    }

    fn all(self, kinds: &[EventKind]) -> Self {
        kinds.iter().fold(self, |walk, kind| walk.step(&sample(*kind)))
    }
}

/// A case in every state.
fn in_every_state() -> Vec<Case> {
    use EventKind as K;
    let to = |kinds: &[K]| Walk::start().all(kinds).case;
    let running: &[K] = &[K::File, K::AcknowledgeComplete];
    let after = |more: &[K]| Walk::start().all(running).all(more).case;
    vec![
        to(&[]),
        to(&[K::File]),
        to(&[K::File, K::RequestDocuments]),
        after(&[]),
        after(&[K::DecideFull]),
        after(&[K::DecidePartial]),
        after(&[K::Refuse]),
        after(&[K::DecidePartial, K::ChooseMeasure]),
        after(&[K::DecidePartial, K::ChooseMeasure, K::Pass]),
        after(&[K::DecidePartial, K::ChooseMeasure, K::Fail]),
        after(&[K::Refuse, K::Object]),
        after(&[K::DecideFull, K::License]),
        Case::new(false),
        to(&[K::File, K::Suspend]),
        to(&[K::Withdraw]),
        Walk::start().all(&[K::File, K::RequestDocuments]).at("2026-06-01").step(&Event::Lapse).case,
    ]
}

#[test]
fn every_transition_and_every_refusal() {
    let states: Vec<Case> = in_every_state();
    let names: std::collections::BTreeSet<State> = states.iter().map(|case| case.state).collect();
    assert_eq!(names.len(), State::ALL.len(), "a state that no walk reaches");
    let late = day("2026-12-01");
    for case in &states {
        for kind in EventKind::ALL {
            let event = sample(*kind);
            // Objections have their period: they are brought at once.
            let on = if *kind == EventKind::Object { day("2025-10-02") } else { late };
            let answer = case.apply(&event, hands(*kind)[0], on, &nursing(), &Calendar::weekends());
            if case.takes(&nursing()).contains(kind) {
                assert!(answer.is_ok(), "{} {kind}: {answer:?}", case.state);
            } else {
                assert!(matches!(answer, Err(Refusal::NotNow { .. })), "{} {kind}: {answer:?}", case.state);
            }
            for stranger in Party::ALL.iter().filter(|party| !hands(*kind).contains(party)) {
                let answer = case.apply(&event, *stranger, on, &nursing(), &Calendar::weekends());
                assert!(answer.is_err(), "{stranger} may not {kind}");
            }
        }
    }
}

#[test]
fn the_clock_runs_from_the_last_paper_rolls_and_is_extended_once() {
    let walk = Walk::start().step(&filed()).step(&Event::RequestDocuments { missing: vec!["curriculum".into(), "licence".into()] });
    let walk = walk.at("2025-10-20").step(&Event::Supply { papers: vec!["licence".into()] });
    assert_eq!((walk.case.state, walk.case.complete_on), (State::DocsPending, None));
    let walk = walk.at("2025-10-31").step(&Event::Supply { papers: vec!["curriculum".into()] });
    assert_eq!(walk.case.due_on, Some(day("2026-03-02")), "31 October and four months, off a Saturday");
    let walk = walk.at("2026-02-20").step(&Event::Extend { reason: "an expert is heard".into() });
    assert_eq!(walk.case.due_on, Some(day("2026-06-30")));
    assert!(!walk.case.takes(&nursing()).contains(&EventKind::Extend), "once");
}

#[test]
fn a_suspension_stops_the_clock_only_where_the_law_lets_it() {
    let running = Walk::start().at("2026-01-05").all(&[EventKind::File, EventKind::AcknowledgeComplete]);
    let due = running.case.due_on.unwrap();
    let suspended = running.at("2026-02-01").step(&sample(EventKind::Suspend)).case;
    let resume = |procedure: &Procedure| {
        suspended.apply(&Event::Resume, Party::OriginAuthority, day("2026-03-03"), procedure, &Calendar::weekends()).unwrap()
    };
    assert_eq!((resume(&nursing()).state, resume(&nursing()).due_on), (State::ClockRunning, Some(due + Days::new(30))));
    assert_eq!(resume(&Procedure { pausable: false, ..nursing() }).due_on, Some(due));
}

#[test]
fn conditions_are_named() {
    let refused = |case: &Case, event: Event, on: &str| {
        case.apply(&event, hands(event.kind())[0], day(on), &nursing(), &Calendar::weekends()).unwrap_err()
    };
    let draft = Case::new(true);
    let lacking = Event::File { consent: true, identity: true, credential: false, authority: true };
    assert_eq!(refused(&draft, lacking, "2026-01-01"), Refusal::Guard("credential"));
    let partial = Walk::start().all(&[EventKind::File, EventKind::AcknowledgeComplete, EventKind::DecidePartial]).case;
    let choose = |measure, place_reserved, payer| Event::ChooseMeasure { measure, place_reserved, payer };
    assert_eq!(
        refused(&partial, choose(Measure::KnowledgeTest, true, Party::Trainee), "2025-10-02"),
        Refusal::Guard("payer"),
        "she never pays"
    );
    assert_eq!(refused(&partial, choose(Measure::AptitudeTest, true, Party::Employer), "2025-10-02"), Refusal::Guard("measure"));
    assert_eq!(refused(&partial, choose(Measure::KnowledgeTest, false, Party::Employer), "2025-10-02"), Refusal::Guard("place"));
    assert_eq!(refused(&partial, sample(EventKind::Object), "2025-11-04"), Refusal::Guard("remedy_period"));
    let failed = Walk::start().all(&[EventKind::File, EventKind::WaiveAssessment, EventKind::Fail]);
    assert_eq!(refused(&failed.case, Event::Retry, "2025-10-15"), Refusal::Guard("waiting_period"));
    let twice = failed.at("2025-11-15").all(&[EventKind::Retry, EventKind::Fail]).case;
    assert!(matches!(refused(&twice, Event::Retry, "2026-11-15"), Refusal::NotNow { .. }), "two attempts are all");
    let upheld =
        Walk::start().all(&[EventKind::File, EventKind::AcknowledgeComplete, EventKind::Refuse, EventKind::Object, EventKind::Uphold]).case;
    assert_eq!(refused(&upheld, sample(EventKind::Object), "2025-10-01"), Refusal::Guard("remedy_period"), "a remedy is used once");
}

#[test]
fn a_case_is_its_events() {
    let events = [
        EventKind::File,
        EventKind::RequestDocuments,
        EventKind::Supply,
        EventKind::DecidePartial,
        EventKind::ChooseMeasure,
        EventKind::Pass,
        EventKind::License,
    ];
    let once = Walk::start().all(&events).case;
    let written: Vec<String> = events.iter().map(|kind| serde_json::to_string(&sample(*kind)).unwrap()).collect();
    let again = written.iter().fold(Walk::start(), |walk, text| walk.step(&serde_json::from_str(text).unwrap())).case;
    assert_eq!(once, again);
    assert_eq!(once.state, State::Licensed);
}
