//! Every transition and refusal of a need, and seats that are never held twice.

use super::*;
use proptest::prelude::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn sample(kind: EventKind, who: &str) -> Event {
    let holder = who.to_owned();
    match kind {
        EventKind::Validate => {
            Event::Validate { evidence: true, evidence_valid_to: Some(day("2026-12-31")), wage_checked: true, employer_in_standing: true }
        }
        EventKind::Publish => Event::Publish,
        EventKind::Reserve => Event::Reserve { holder, until: day("2026-03-01") },
        EventKind::Timeout => Event::Timeout { holder },
        EventKind::Release => Event::Release { holder },
        EventKind::OfferAccepted => Event::OfferAccepted { holder },
        EventKind::Start => Event::Start { holder },
        EventKind::Suspend => Event::Suspend { reason: SuspendReason::Strike },
        EventKind::Resume => Event::Resume,
        EventKind::Cancel => Event::Cancel { reason: "no budget".into() },
    }
}

fn apply(need: &Need, event: &Event, on: &str) -> Result<Need, Refusal> {
    need.apply(event, hands(event.kind()).first().copied(), day(on))
}

fn walk(kinds: &[EventKind]) -> Need {
    kinds.iter().fold(Need::new(State::Forecast, 1), |need, kind| apply(&need, &sample(*kind, "a"), "2026-02-01").unwrap())
}

fn in_every_state() -> Vec<Need> {
    use EventKind as K;
    let open: &[K] = &[K::Validate, K::Publish];
    let after = |more: &[K]| walk(&[open, more].concat());
    vec![
        walk(&[]),
        walk(&[K::Validate]),
        after(&[]),
        after(&[K::Reserve]),
        after(&[K::Reserve, K::OfferAccepted]),
        after(&[K::Reserve, K::OfferAccepted, K::Start]),
        after(&[K::Reserve, K::Suspend]),
        walk(&[K::Cancel]),
    ]
}

#[test]
fn every_transition_and_every_refusal() {
    let needs = in_every_state();
    let names: BTreeSet<State> = needs.iter().map(|need| need.state).collect();
    assert_eq!(names.len(), State::ALL.len(), "a state that no walk reaches");
    for need in needs {
        for kind in EventKind::ALL {
            // Reservations fall after their day, and only whoever holds a seat can lose it.
            let on = if *kind == EventKind::Timeout { "2026-03-02" } else { "2026-02-02" };
            let answer = apply(&need, &sample(*kind, "a"), on);
            if need.takes().contains(kind) {
                assert!(!matches!(answer, Err(Refusal::NotNow { .. } | Refusal::NotYours { .. })), "{} {kind}: {answer:?}", need.state);
            } else {
                assert!(matches!(answer, Err(Refusal::NotNow { .. })), "{} {kind}: {answer:?}", need.state);
            }
            for stranger in Party::ALL.iter().filter(|party| !hands(*kind).contains(party)) {
                assert!(need.apply(&sample(*kind, "a"), Some(*stranger), day(on)).is_err(), "{stranger} may not {kind}");
            }
        }
    }
}

#[test]
fn conditions_are_named() {
    let refused = |need: &Need, event: Event, on: &str| apply(need, &event, on).unwrap_err();
    let whole = serde_json::to_value(sample(EventKind::Validate, "a")).unwrap();
    for name in ["evidence", "wage_checked", "employer_in_standing"] {
        let mut lacking = whole.clone();
        lacking[name] = false.into();
        let refusal = refused(&walk(&[]), serde_json::from_value(lacking).unwrap(), "2026-02-01");
        assert!(matches!(refusal, Refusal::Guard(guard) if guard == name), "{refusal}");
    }
    let validated = walk(&[EventKind::Validate]);
    assert_eq!(refused(&validated, Event::Publish, "2027-01-01"), Refusal::Guard("evidence_valid_to"), "the test's result has lapsed");
    let reserved = walk(&[EventKind::Validate, EventKind::Publish, EventKind::Reserve]);
    assert_eq!(reserved.state, State::Reserved);
    assert_eq!(refused(&reserved, sample(EventKind::Timeout, "a"), "2026-03-01"), Refusal::Guard("until"), "its last day counts");
    assert_eq!(apply(&reserved, &sample(EventKind::Timeout, "a"), "2026-03-02").unwrap().state, State::Open);
    assert_eq!(refused(&reserved, sample(EventKind::OfferAccepted, "b"), "2026-02-02"), Refusal::Guard("holder"));
    let suspended = apply(&reserved, &sample(EventKind::Suspend, "a"), "2026-02-02").unwrap();
    assert_eq!(apply(&suspended, &Event::Resume, "2026-02-03").unwrap().state, State::Reserved, "the seat was kept");
}

proptest! {
    /// Seats held never exceed the positions, whatever comes in whatever order.
    #[test]
    fn no_seat_is_held_twice(choices in proptest::collection::vec((0usize..EventKind::ALL.len(), 0usize..4, 0u64..50), 1..80)) {
        let mut need = Need::new(State::Forecast, 2);
        for (kind, who, days) in choices {
            let event = sample(EventKind::ALL[kind], ["a", "b", "c", "d"][who]);
            let on = day("2026-02-01") + chrono::Days::new(days);
            if let Ok(next) = need.apply(&event, hands(event.kind()).first().copied(), on) {
                need = next;
            }
            prop_assert!(need.reserved.len() + need.filled.len() + need.started.len() <= 2);
            prop_assert!(need.reserved.keys().all(|who| !need.filled.contains(who) && !need.started.contains(who)));
        }
    }
}

#[test]
fn what_an_event_asks_for_is_what_it_has() {
    for kind in EventKind::ALL {
        let event = serde_json::to_value(sample(*kind, "a")).unwrap();
        let mut has: Vec<&str> =
            event.as_object().unwrap().keys().map(String::as_str).filter(|name| !matches!(*name, "event" | "open_journeys")).collect();
        let mut asked: Vec<&str> = asks(*kind).iter().map(|(name, _)| *name).collect();
        has.sort_unstable();
        asked.sort_unstable();
        assert_eq!(asked, has, "{kind}");
    }
}
