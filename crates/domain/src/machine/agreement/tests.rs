//! Every transition and refusal of a partnership agreement.

use super::*;
use std::collections::BTreeSet;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn sample(kind: EventKind) -> Event {
    match kind {
        EventKind::FeasibilityOk => {
            Event::FeasibilityOk { qualification_clear: true, training_supply: true, recognition_route: true, entry_route: true }
        }
        EventKind::Sign => Event::Sign {
            destination_authority: true,
            origin_authority: true,
            employer_commitment: true,
            workers_consulted: true,
            cost_share_percent: 100,
            equity_ratio: true,
            contingency_annex: true,
            data_protection_annex: true,
            complaint_body: true,
        },
        EventKind::Fund => Event::Fund { reserve_percent: 100 },
        EventKind::Activate => Event::Activate { safeguards_checked: true },
        EventKind::Review => Event::Review { outcome: ReviewOutcome::Amend },
        EventKind::Suspend => Event::Suspend { reason: "wages unpaid".into() },
        EventKind::Resume => Event::Resume,
        EventKind::Notice => Event::Notice { months: 6 },
        EventKind::LastCohortResolved => Event::LastCohortResolved { open_journeys: 0 },
        EventKind::TermEnd => Event::TermEnd { open_journeys: 0 },
    }
}

const LATE: &str = "2031-01-01";

fn apply(agreement: &Agreement, event: &Event, on: &str) -> Result<Agreement, Refusal> {
    agreement.apply(event, Some(Party::OriginAuthority), day(on))
}

fn walk(kinds: &[EventKind]) -> Agreement {
    let start = Agreement::new(State::Concept, None, Some(day("2030-12-31")));
    kinds.iter().fold(start, |agreement, kind| apply(&agreement, &sample(*kind), LATE).unwrap())
}

const ACTIVE: [EventKind; 4] = [EventKind::FeasibilityOk, EventKind::Sign, EventKind::Fund, EventKind::Activate];

fn active_then(more: &[EventKind]) -> Agreement {
    walk(&[&ACTIVE, more].concat())
}

#[test]
fn every_transition_and_every_refusal() {
    use EventKind as K;
    let mut taught_out = active_then(&[K::Notice]);
    taught_out.ends_on = Some(day(LATE));
    let agreements = [
        walk(&[]),
        walk(&ACTIVE[..1]),
        walk(&ACTIVE[..2]),
        walk(&ACTIVE[..3]),
        active_then(&[]),
        active_then(&[K::Review]),
        active_then(&[K::Suspend]),
        taught_out.clone(),
        apply(&taught_out, &sample(K::LastCohortResolved), LATE).unwrap(),
        active_then(&[K::TermEnd]),
    ];
    let names: BTreeSet<State> = agreements.iter().map(|agreement| agreement.state).collect();
    assert_eq!(names.len(), State::ALL.len(), "a state that no walk reaches");
    for agreement in agreements {
        for kind in K::ALL {
            let answer = apply(&agreement, &sample(*kind), LATE);
            match agreement.takes().contains(kind) {
                true => assert!(answer.is_ok(), "{} {kind}: {answer:?}", agreement.state),
                false => assert!(matches!(answer, Err(Refusal::NotNow { .. })), "{} {kind}: {answer:?}", agreement.state),
            }
            for stranger in Party::ALL.iter().filter(|party| !hands(*kind).contains(party)) {
                assert!(agreement.apply(&sample(*kind), Some(*stranger), day(LATE)).is_err(), "{stranger} may not {kind}");
            }
        }
    }
}

#[test]
fn conditions_are_named() {
    for at in 0..ACTIVE.len() {
        let whole = serde_json::to_value(sample(ACTIVE[at])).unwrap();
        for name in whole.as_object().unwrap().keys().filter(|name| *name != "event") {
            let mut lacking = whole.clone();
            lacking[name] = if whole[name].is_boolean() { false.into() } else { 99.into() };
            let refusal = apply(&walk(&ACTIVE[..at]), &serde_json::from_value(lacking).unwrap(), LATE).unwrap_err();
            assert!(matches!(refusal, Refusal::Guard(guard) if guard == name), "{name}: {refusal}");
        }
    }
    let notice = active_then(&[EventKind::Notice]);
    let refused = |event: Event, on: &str| apply(&notice, &event, on).unwrap_err();
    assert_eq!(refused(Event::LastCohortResolved { open_journeys: 0 }, "2031-06-30"), Refusal::Guard("notice_period"));
    assert_eq!(refused(Event::LastCohortResolved { open_journeys: 3 }, "2031-07-01"), Refusal::Guard("open_journeys"));
    let active = active_then(&[]);
    assert_eq!(apply(&active, &Event::TermEnd { open_journeys: 0 }, "2030-12-30").unwrap_err(), Refusal::Guard("term"));
    let open = apply(&active, &Event::TermEnd { open_journeys: 1 }, LATE).unwrap();
    assert_eq!(open.state, State::TeachOut, "nobody under way is left alone");
    let amended = active_then(&[EventKind::Review, EventKind::Sign]);
    assert_eq!(amended.state, State::Active, "what is amended runs on");
}

#[test]
fn what_an_event_asks_for_is_what_it_has() {
    for kind in EventKind::ALL {
        let event = serde_json::to_value(sample(*kind)).unwrap();
        let mut has: Vec<&str> =
            event.as_object().unwrap().keys().map(String::as_str).filter(|name| !matches!(*name, "event" | "open_journeys")).collect();
        let mut asked: Vec<&str> = asks(*kind).iter().map(|(name, _)| *name).collect();
        has.sort_unstable();
        asked.sort_unstable();
        assert_eq!(asked, has, "{kind}");
    }
}
