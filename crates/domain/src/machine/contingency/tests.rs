use super::*;
use proptest::prelude::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn begun() -> Case {
    Case::new("DST.BORDER", false, day("2026-03-02"), &Terms::default(), &Calendar::weekends())
}

fn on(case: &Case, event: &Event, by: Option<Party>, at: &str) -> Result<Case, Refusal> {
    case.apply(event, by, day(at), &Terms::default(), &Calendar::weekends())
}

fn officer() -> Option<Party> {
    Some(Party::OriginAuthority)
}

fn triage() -> Event {
    Event::Triage { cause: "DST.BORDER".into(), safety_risk: false }
}

#[test]
fn a_case_runs_from_the_report_to_its_end() {
    let case = begun();
    assert_eq!(case.due_on, Some(day("2026-03-04")), "two working days to look at it");
    let case = on(&case, &triage(), officer(), "2026-03-03").unwrap();
    let case = on(&case, &Event::Verify { proof: Proof::Evidence }, officer(), "2026-03-04").unwrap();
    let case = on(&case, &Event::Propose { shown: 3 }, officer(), "2026-03-05").unwrap();
    let choice = Event::Consent { response: Response::Defer, need: None, her_word: false };
    let case = on(&case, &choice, Some(Party::Trainee), "2026-03-06").unwrap();
    let case =
        on(&case, &Event::Done { insurance: None, fault_cap: None, refund_item: None, refund: None }, officer(), "2026-06-01").unwrap();
    assert_eq!((case.state, case.outcome), (State::Resolved, Some(Response::Defer)));
    assert_eq!(on(&case, &Event::Close { balanced: false }, officer(), "2026-06-02"), Err(Refusal::Guard("balanced")));
    let case = on(&case, &Event::Close { balanced: true }, officer(), "2026-06-02").unwrap();
    assert_eq!(case.state, State::Closed);
}

#[test]
fn danger_halves_the_time_and_protection_waits_for_nobody() {
    let case = Case::new("ORI.CONFLICT", true, day("2026-03-06"), &Terms::default(), &Calendar::weekends());
    assert_eq!(case.due_on, Some(day("2026-03-07")), "a day, weekend or not");
    let case = on(&begun(), &Event::Protect { reason: "threatened at home".into() }, Some(Party::Trainee), "2026-03-02").unwrap();
    assert!(case.safety_risk && case.state == State::Reported);
}

#[test]
fn silence_counts_for_her_and_only_the_clock_may_say_it() {
    let case = on(&begun(), &triage(), officer(), "2026-03-03").unwrap();
    let silence = Event::Verify { proof: Proof::Silence };
    assert_eq!(on(&case, &silence, officer(), "2026-03-20"), Err(Refusal::Guard("proof")));
    let case = on(&case, &silence, None, "2026-03-20").unwrap();
    assert_eq!((case.state, case.proof), (State::Verified, Some(Proof::Silence)));
}

#[test]
fn an_appeal_has_its_time_and_a_panel_decides() {
    let case = on(&begun(), &triage(), officer(), "2026-03-03").unwrap();
    let case = on(&case, &Event::Reject { reason: "no border was closed".into() }, officer(), "2026-03-04").unwrap();
    let appeal = Event::Appeal { reason: "it was".into() };
    assert_eq!(on(&case, &appeal, Some(Party::Trainee), "2026-04-04"), Err(Refusal::Guard("appeal_period")));
    assert!(matches!(on(&case, &appeal, officer(), "2026-03-05"), Err(Refusal::NotYours { .. })));
    let case = on(&case, &appeal, Some(Party::Trainee), "2026-04-03").unwrap();
    let ruling = |independent_panel| Event::Decide {
        ruling: Ruling::Upheld,
        independent_panel,
        representative: "UNTM".into(),
        reason: "The paper is genuine".into(),
        control: None,
    };
    assert_eq!(on(&case, &ruling(false), officer(), "2026-04-10"), Err(Refusal::Guard("independent_panel")));
    assert_eq!(on(&case, &ruling(true), officer(), "2026-04-10").unwrap().state, State::Verified);
}

#[test]
fn what_lies_outside_her_control_is_not_decided_otherwise() {
    let mut case = begun();
    case.state = State::Appeal;
    let turned = Event::Decide {
        ruling: Ruling::Dismissed,
        independent_panel: true,
        representative: "UNTM".into(),
        reason: "It was shown".into(),
        control: Some(Control::Within),
    };
    assert_eq!(on(&case, &turned, officer(), "2026-04-10"), Err(Refusal::Guard("control")));
    case.cause = "PER.LEGAL".into();
    assert_eq!(case.control(), Control::Adjudicate, "nothing is hers until somebody has decided");
    assert_eq!(on(&case, &turned, officer(), "2026-04-10").unwrap().control(), Control::Within);
}

fn events() -> impl Strategy<Value = Event> {
    let cause = prop::sample::select(crate::contingency::CAUSES.map(|cause| cause.code.to_owned()).to_vec());
    prop_oneof![
        (cause.clone(), any::<bool>()).prop_map(|(cause, safety_risk)| Event::Triage { cause, safety_risk }),
        prop::sample::select(Proof::ALL.to_vec()).prop_map(|proof| Event::Verify { proof }),
        Just(Event::Reject { reason: "r".into() }),
        Just(Event::Propose { shown: 2 }),
        (prop::sample::select(Response::ALL.to_vec()), any::<bool>()).prop_map(|(response, her_word)| Event::Consent {
            response,
            need: None,
            her_word
        }),
        Just(Event::Protect { reason: "r".into() }),
        Just(Event::Done { insurance: None, fault_cap: None, refund_item: None, refund: None }),
        cause.prop_map(|cause| Event::Worsen { cause, reason: "r".into() }),
        Just(Event::Appeal { reason: "r".into() }),
        (any::<bool>(), prop::sample::select(Ruling::ALL.to_vec())).prop_map(|(independent_panel, ruling)| Event::Decide {
            ruling,
            independent_panel,
            representative: "UNTM".into(),
            reason: "It was shown".into(),
            control: None
        }),
        any::<bool>().prop_map(|balanced| Event::Close { balanced }),
        Just(Event::Retract { reason: "r".into() }),
        Just(Event::Withdraw),
        Just(Event::Reopened { disruption: Uuid::nil() }),
        Just(Event::Wish { first: Response::Defer, second: Response::HomeTrack }),
    ]
}

proptest! {
    /// Nothing is carried out without her word (I9), and everything that waits has a day on which it must be decided (I6).
    #[test]
    fn consent_comes_before_anything_is_done(
        events in prop::collection::vec((events(), prop::sample::select(vec![None, officer(), Some(Party::Trainee)])), 0..60),
    ) {
        let mut case = begun();
        let mut agreed = false;
        for (event, by) in events {
            let Ok(next) = on(&case, &event, by, "2026-03-10") else { continue };
            match event {
                Event::Consent { her_word, .. } => {
                    prop_assert!(by == Some(Party::Trainee) || her_word);
                    agreed = true;
                }
                Event::Worsen { .. } | Event::Decide { .. } | Event::Retract { .. } => agreed = false,
                _ => {}
            }
            if matches!(next.state, State::Executing | State::Resolved) {
                prop_assert!(agreed);
                prop_assert!(next.chosen.is_some_and(|chosen| !chosen.goes_along()));
            }
            if next.state != State::Closed {
                prop_assert!(next.due_on.is_some());
            }
            case = next;
        }
    }
}

/// Where nobody at an office does anything, a case of any cause comes to where her own word is awaited, or to its end.
#[test]
fn no_office_keeps_her_waiting_for_ever() {
    for cause in crate::contingency::CAUSES {
        let mut case = Case::new(cause.code, false, day("2026-03-02"), &Terms::default(), &Calendar::weekends());
        let mut silent = vec![];
        while let Some(event) = case.when_late() {
            let late = case.due_on.unwrap().checked_add_days(Days::new(1)).unwrap();
            // The books of a case that was never carried out say nothing.
            let event = if event.kind() == EventKind::Close { Event::Close { balanced: true } } else { event };
            silent.push(event.kind());
            case = case.apply(&event, None, late, &Terms::default(), &Calendar::weekends()).unwrap();
        }
        use EventKind as K;
        let hers = cause.control == Control::Within;
        assert_eq!(silent, if hers { [K::Triage, K::Reject, K::Close] } else { [K::Triage, K::Verify, K::Propose] }, "{}", cause.code);
        assert_eq!(case.state, if hers { State::Closed } else { State::Proposed });
        assert!((case.since - case.reported_on).num_days() < 100, "{}", cause.code);
    }
}

#[test]
fn silence_shows_nothing_that_would_be_held_against_her() {
    let fraud = Case::new("PER.FRAUD", false, day("2026-03-02"), &Terms::default(), &Calendar::weekends());
    let seen = on(&fraud, &Event::Triage { cause: "PER.FRAUD".into(), safety_risk: false }, officer(), "2026-03-03").unwrap();
    assert_eq!(on(&seen, &Event::Verify { proof: Proof::Silence }, None, "2026-03-30"), Err(Refusal::Guard("proof")));
    let case = on(&fraud, &Event::Protect { reason: "she is threatened".into() }, Some(Party::Institute), "2026-03-02").unwrap();
    assert_eq!(case.due_on, Some(day("2026-03-03")), "somebody looks within a day");
}

#[test]
fn what_was_written_on_her_word_is_hers_to_take_back() {
    let case = on(&begun(), &triage(), officer(), "2026-03-03").unwrap();
    let case = on(&case, &Event::Verify { proof: Proof::Evidence }, officer(), "2026-03-04").unwrap();
    let case = on(&case, &Event::Propose { shown: 3 }, officer(), "2026-03-05").unwrap();
    let choice = |her_word| Event::Consent { response: Response::Defer, need: None, her_word };
    let back = Event::Retract { reason: "I never said so".into() };
    let written = on(&case, &choice(true), officer(), "2026-03-06").unwrap();
    assert!(matches!(on(&written, &back, officer(), "2026-03-07"), Err(Refusal::NotYours { .. })));
    let taken_back = on(&written, &back, Some(Party::Trainee), "2026-03-07").unwrap();
    assert_eq!((taken_back.state, taken_back.chosen), (State::Proposed, None));
    let hers = on(&case, &choice(false), Some(Party::Trainee), "2026-03-06").unwrap();
    assert!(matches!(on(&hers, &back, Some(Party::Trainee), "2026-03-07"), Err(Refusal::NotNow { .. })), "her own word stands");
}

#[test]
fn protection_hurries_whoever_looks_and_nobody_else() {
    let seen = on(&begun(), &triage(), officer(), "2026-03-03").unwrap();
    let safe = on(&seen, &Event::Protect { reason: "threatened".into() }, Some(Party::Trainee), "2026-03-03").unwrap();
    assert_eq!(safe.due_on, seen.due_on, "an accusation is not dropped sooner, and a report not believed sooner, for it");
}
