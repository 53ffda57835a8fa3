//! Every gate from TJ1 to TJ19, every refusal, steps of a pathway below the gates, and journeys
//! rebuilt from their events.

use super::*;
use crate::corridor::{Clock, DayRange, Join, Paper, Repeat, StepKind};
use proptest::prelude::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn terms() -> Terms {
    Terms {
        admit_days: 30,
        certify_days: 30,
        match_days: 90,
        offer_working_days: 15,
        cooling_off_working_days: 5,
        accept_working_days: 10,
        arrive_days: 7,
        start_work_days: 14,
        reintegrate_months: 12,
        reserve_days: 30,
        attendance_min_percent: 80,
        reintegration_min_percent: 66,
    }
}

/// One event of every kind, with facts that satisfy its conditions.
fn sample(kind: EventKind) -> Event {
    use EventKind as K;
    match kind {
        K::Admit => Event::Admit { eligible: true, informed_consent: true, place_free: true, contingency_plan: true, early_sign_off: true },
        K::Reject => Event::Reject { reason: "no place".into() },
        K::Start => Event::Start { funding_committed: true, trainee_pays_nothing: true },
        K::Certify => Event::Certify { exam_passed: true, attendance_percent: 91, language_reached: true },
        K::Leave => Event::Leave { reason: "exams failed".into(), partial_certificate: true },
        K::Match => Event::Match { lawful: true, reserved: true, both_consent: true },
        K::Release => Event::Release { reason: "declined".into() },
        K::Offer => Event::Offer { contract_complete: true, wage_lawful: true, works_council: true },
        K::Accept => Event::Accept,
        K::Recognition => Event::Recognition { state: RecognitionState::Filed },
        K::FileVisa => Event::FileVisa,
        K::GrantVisa => Event::GrantVisa,
        K::RefuseVisa => Event::RefuseVisa { cause: "VIS.REF_DOC".into() },
        K::Clear => Event::Clear {
            orientation: true,
            same_contract: true,
            ticket_not_paid_by_trainee: true,
            passport_in_own_hands: true,
            insured: true,
            exit_clearance: true,
        },
        K::Arrive => Event::Arrive,
        K::RefuseEntry => Event::RefuseEntry { cause: "DST.BORDER".into() },
        K::StartWork => Event::StartWork { contract_unchanged: true, social_insurance: true, housing_seen: true },
        K::Return => Event::Return {
            will: ReturnWill::Voluntary,
            order: ReturnOrder::First,
            duration: ReturnDuration::Circular,
            scale: ReturnScale::Individual,
            vulnerable: false,
            claims_opened: true,
        },
        K::Stabilise => Event::Stabilise { score_percent: 70 },
        K::PlaceHome => Event::PlaceHome { accepted_freely: true, credential_issued: true, no_debt: true },
        K::Emergency => Event::Emergency { cause: "FAM.ILL".into() },
        K::Resolve => Event::Resolve { outcome: Resolution::Defer },
        K::Settle => Event::Settle { permanent_status: true },
        K::Withdraw => Event::Withdraw,
        K::TakePathway => Event::TakePathway { pack: "DE-TEST".into(), pack_version: 1, reason: "first".into() },
        K::BeginStep => Event::BeginStep { step: "course".into() },
        K::FinishStep => Event::FinishStep { step: "course".into() },
        K::SkipStep => Event::SkipStep { step: "course".into(), reason: "holds the certificate".into() },
        K::FailStep => Event::FailStep { step: "course".into() },
        K::StartClock => Event::StartClock { step: "course".into() },
        K::ExtendClock => Event::ExtendClock { step: "course".into(), reason: "experts".into() },
        K::AddPaper => Event::AddPaper { paper: "passport".into(), valid_to: Some(day("2036-01-01")), renewable: true },
        K::Reopen => Event::Reopen { gate: State::PreDeparture, cause: "FMJ".into() },
        K::Reenter => Event::Reenter { accepted_freely: true, in_time: true, gate: Some(State::Visa) },
    }
}

fn step(id: &str, kind: StepKind, after: &[&str]) -> Step {
    Step {
        id: id.into(),
        name: None,
        kind,
        actor: Some(Party::Institute),
        after: after.iter().map(|id| (*id).to_owned()).collect(),
        join: Join::All,
        days: DayRange { min: 1, typical: 2, max: 3 },
        chance_percent: None,
        attempts_max: None,
        needs: vec![],
        gives: vec![],
        clock: None,
        costs: vec![],
        on_failure: None,
        repeat: None,
        reaches: None,
        closes_on: None,
        source: "TEST".into(),
    }
}

struct Walk {
    journey: Journey,
    steps: Vec<Step>,
    on: NaiveDate,
}

impl Walk {
    fn from(state: State) -> Self {
        let on = day("2026-01-05");
        Self { journey: Journey::new(state, on, &terms()), steps: vec![], on }
    }

    fn on(mut self, on: &str) -> Self {
        self.on = day(on);
        self
    }

    fn along(mut self, steps: Vec<Step>) -> Self {
        self.steps = steps;
        self.event(&sample(EventKind::TakePathway))
    }

    fn try_event(&self, event: &Event) -> Result<Journey, Refusal> {
        let (terms, calendar) = (terms(), Calendar::weekends());
        let ground = Ground { terms: &terms, steps: &self.steps, entry_states: &[RecognitionState::DecidedPartial], calendar: &calendar };
        self.journey.apply(event, hands(event.kind()).first().copied(), self.on, &ground)
    }

    fn event(mut self, event: &Event) -> Self {
        self.journey = self.try_event(event).unwrap_or_else(|refusal| panic!("{event:?} in {}: {refusal}", self.journey.state));
        self
    }

    fn all(self, kinds: &[EventKind]) -> Self {
        kinds.iter().fold(self, |walk, kind| walk.event(&sample(*kind)))
    }

    fn refused(&self, event: &Event) -> Refusal {
        self.try_event(event).expect_err("was to be refused")
    }
}

/// A journey in every state, reached by events alone.
fn in_every_state() -> Vec<Journey> {
    use EventKind as K;
    let begin = || Walk::from(State::Applied);
    let certified = || begin().all(&[K::Admit, K::Start, K::Certify]);
    let offered = || certified().all(&[K::Match, K::Offer]);
    let accepted = || offered().on("2026-01-20").all(&[K::Accept]);
    let visa = || accepted().event(&Event::Recognition { state: RecognitionState::DecidedPartial });
    let cleared = || visa().all(&[K::FileVisa, K::GrantVisa]);
    let placed = || cleared().all(&[K::Clear, K::Arrive, K::StartWork]);
    let resolved = |outcome| begin().all(&[K::Admit, K::Start, K::Certify, K::Emergency]).event(&Event::Resolve { outcome });
    [
        begin(),
        begin().all(&[K::Admit]),
        begin().all(&[K::Admit, K::Start]),
        certified(),
        certified().all(&[K::Match]),
        offered(),
        accepted(),
        visa(),
        cleared(),
        cleared().all(&[K::Clear]),
        cleared().all(&[K::Clear, K::Arrive]),
        placed(),
        begin().all(&[K::Emergency]),
        begin().all(&[K::Reject]),
        begin().all(&[K::Admit, K::Start, K::Leave]),
        certified().all(&[K::PlaceHome]),
        resolved(Resolution::TransferPlace),
        resolved(Resolution::Unplaced),
        placed().all(&[K::Return]),
        placed().all(&[K::Return]).on("2027-02-01").all(&[K::Stabilise]),
        placed().all(&[K::Settle]),
    ]
    .map(|walk| walk.journey)
    .into()
}

#[test]
fn every_transition_and_every_refusal() {
    let journeys = in_every_state();
    let names: std::collections::BTreeSet<State> = journeys.iter().map(|journey| journey.state).collect();
    assert_eq!(names.len(), State::ALL.len(), "a state that no walk reaches");
    for journey in journeys {
        let walk = Walk { journey, steps: vec![], on: day("2028-01-03") };
        for kind in EventKind::ALL {
            let event = sample(*kind);
            let answer = walk.try_event(&event);
            match walk.journey.takes().contains(kind) {
                true => assert!(answer.is_ok(), "{} {kind}: {answer:?}", walk.journey.state),
                false => assert!(matches!(answer, Err(Refusal::NotNow { .. })), "{} {kind}: {answer:?}", walk.journey.state),
            }
            let (terms, calendar) = (terms(), Calendar::weekends());
            let ground = Ground { terms: &terms, steps: &[], entry_states: &[], calendar: &calendar };
            for stranger in Party::ALL.iter().filter(|party| !hands(*kind).contains(party)) {
                let answer = walk.journey.apply(&event, Some(*stranger), walk.on, &ground);
                assert!(answer.is_err(), "{stranger} may not {kind}");
            }
        }
    }
}

#[test]
fn every_condition_is_asked_for_by_its_name() {
    for journey in in_every_state() {
        let walk = Walk { journey, steps: vec![], on: day("2028-01-03") };
        for kind in walk.journey.takes() {
            let whole = serde_json::to_value(sample(kind)).unwrap();
            for (name, value) in whole.as_object().unwrap() {
                if *value != serde_json::Value::Bool(true) || name == "renewable" {
                    continue;
                }
                let mut lacking = whole.clone();
                lacking[name] = false.into();
                let refusal = walk.refused(&serde_json::from_value(lacking).unwrap());
                assert!(matches!(refusal, Refusal::Guard(guard) if guard == name), "{kind} without {name}: {refusal}");
            }
        }
    }
    let training = Walk::from(State::InTraining);
    let attended = |percent| Event::Certify { exam_passed: true, attendance_percent: percent, language_reached: true };
    assert_eq!(training.refused(&attended(79)), Refusal::Guard("attendance_percent"));
    assert_eq!(training.refused(&attended(101)), Refusal::Guard("attendance_percent"));
    let offered = Walk::from(State::Certified).all(&[EventKind::Match, EventKind::Offer]);
    assert_eq!(offered.on("2026-01-09").refused(&Event::Accept), Refusal::Guard("cooling_off"), "Friday is the fourth working day");
    let back = Walk::from(State::Placed).all(&[EventKind::Return]);
    assert_eq!(back.refused(&sample(EventKind::Stabilise)), Refusal::Guard("reintegration_period"));
    let back = back.on("2027-01-05");
    assert_eq!(back.refused(&Event::Stabilise { score_percent: 65 }), Refusal::Guard("score_percent"));
    for kind in [EventKind::Emergency, EventKind::Recognition] {
        assert!(Walk::from(State::Visa).journey.takes().contains(&kind));
    }
    let unknown = Event::Emergency { cause: "NO.SUCH".into() };
    assert_eq!(Walk::from(State::Visa).refused(&unknown), Refusal::Guard("cause"));
    let wrong = Event::RefuseVisa { cause: "FAM.ILL".into() };
    assert_eq!(Walk::from(State::Visa).all(&[EventKind::FileVisa]).refused(&wrong), Refusal::Guard("cause"));
}

#[test]
fn an_emergency_wraps_any_state_and_stops_the_time() {
    use EventKind as K;
    let offered = Walk::from(State::Certified).all(&[K::Match, K::Offer]);
    assert_eq!(offered.journey.due_on, Some(day("2026-01-19")), "ten working days");
    let held = offered.on("2026-01-12").all(&[K::Emergency]);
    assert_eq!((held.journey.state, held.journey.gate(), held.journey.due_on), (State::OnHold, State::Offered, None));
    let back = held.on("2026-02-11").all(&[K::Resolve]);
    assert_eq!((back.journey.state, back.journey.due_on), (State::Offered, Some(day("2026-02-18"))), "thirty days are given back");
    for (outcome, state) in [
        (Resolution::ExtendPapers, State::Offered),
        (Resolution::Medical, State::Offered),
        (Resolution::SubstituteEmployer, State::Matched),
        (Resolution::SubstituteDestination, State::Matched),
        (Resolution::SwitchPathway, State::Recognition),
        (Resolution::SwitchOccupation, State::Recognition),
        (Resolution::FurtherTraining, State::InTraining),
        (Resolution::Retake, State::InTraining),
        (Resolution::HomeTrack, State::HomePlaced),
        (Resolution::TransferPlace, State::Transferred),
        (Resolution::Unplaced, State::Unplaced),
        (Resolution::Terminate, State::Dropped),
        (Resolution::Appeal, State::OnHold),
        (Resolution::Refile, State::OnHold),
        (Resolution::Object, State::OnHold),
    ] {
        let offered = Walk::from(State::Certified).all(&[K::Match, K::Offer]);
        let next = match state {
            State::Recognition => offered.on("2026-02-02").all(&[K::Accept]),
            _ => offered,
        };
        let next = next.all(&[K::Emergency]).event(&Event::Resolve { outcome });
        assert_eq!(next.journey.state, state, "{outcome}");
        // Whoever lost the employer is matched again from here.
        let again = matches!(outcome, Resolution::SubstituteEmployer | Resolution::SubstituteDestination);
        assert_eq!(next.journey.takes().contains(&K::Match), again, "{outcome}");
    }
    // No emergency carries anybody past a gate.
    for (from, outcome) in [
        (State::Applied, Resolution::SwitchPathway),
        (State::Applied, Resolution::SubstituteEmployer),
        (State::Applied, Resolution::HomeTrack),
        (State::Enrolled, Resolution::Retake),
        (State::InTraining, Resolution::SubstituteDestination),
        (State::Certified, Resolution::SwitchOccupation),
        (State::Offered, Resolution::SwitchPathway),
    ] {
        let held = Walk::from(from).all(&[K::Emergency]);
        assert_eq!(held.refused(&Event::Resolve { outcome }), Refusal::Guard("outcome"), "{from} {outcome}");
    }
    let refused = Walk::from(State::Visa).all(&[K::FileVisa, K::RefuseVisa]);
    assert_eq!((refused.journey.state, refused.journey.visa), (State::OnHold, VisaRegion::Refused));
    let again = refused.all(&[K::Resolve, K::FileVisa, K::GrantVisa]);
    assert_eq!(again.journey.state, State::PreDeparture, "filed again and granted");
    let entry = Walk::from(State::Departed).all(&[K::RefuseEntry]);
    assert_eq!((entry.journey.gate(), entry.journey.cause.as_deref()), (State::Departed, Some("DST.BORDER")));
    assert!(!entry.journey.takes().contains(&K::Withdraw), "she has left already");
}

#[test]
fn recognition_and_visa_run_beside_each_other() {
    use EventKind as K;
    let accepted = || Walk::from(State::Certified).all(&[K::Match, K::Offer]).on("2026-02-02").all(&[K::Accept]);
    let visa_first = accepted().all(&[K::FileVisa, K::GrantVisa]);
    assert_eq!(visa_first.journey.state, State::Recognition);
    let both = visa_first.event(&Event::Recognition { state: RecognitionState::Licensed });
    assert_eq!(both.journey.state, State::PreDeparture);
    let known = Walk::from(State::Certified)
        .event(&Event::Recognition { state: RecognitionState::NotRequired })
        .all(&[K::Match, K::Offer])
        .on("2026-02-02")
        .all(&[K::Accept]);
    assert_eq!(known.journey.state, State::Visa, "nothing is left to recognise");
}

#[test]
fn whoever_is_matched_in_training_goes_on_when_she_is_certified() {
    use EventKind as K;
    let early = Walk::from(State::InTraining).all(&[K::Match]);
    assert_eq!((early.journey.state, early.journey.matched_on), (State::InTraining, Some(day("2026-01-05"))));
    assert_eq!(Walk::from(State::InTraining).all(&[K::Match, K::Certify]).journey.state, State::Matched);
    assert_eq!(early.all(&[K::Offer, K::Certify]).journey.state, State::Offered);
    let released = Walk::from(State::InTraining).all(&[K::Match, K::Release, K::Certify]);
    assert_eq!(released.journey.state, State::Certified);
}

/// course, then a permit with a clock or a short cut, then the visa, which needs the permit.
fn pathway() -> Vec<Step> {
    let mut course = step("course", StepKind::Document, &[]);
    course.attempts_max = Some(2);
    course.on_failure = Some("REC.EXAM".into());
    course.gives = vec![Paper { paper: "entitlement".into(), valid_months: Some(6), renewable: Some(false) }];
    let mut permit = step("permit", StepKind::Approval, &["course"]);
    permit.clock = Some(Clock {
        anchor: "complete_file".into(),
        months: Some(2),
        days: None,
        calendar: None,
        extendable_once: true,
        pausable: true,
        binding: true,
    });
    permit.closes_on = Some(day("2026-12-31"));
    let short = step("short-cut", StepKind::Approval, &["course"]);
    let mut visa = step("visa", StepKind::Visa, &["permit", "short-cut"]);
    (visa.join, visa.needs) = (Join::OneOf, vec!["entitlement".into()]);
    let mut travel = step("travel", StepKind::Travel, &["visa"]);
    travel.needs = vec!["entitlement".into()];
    vec![course, permit, short, visa, travel]
}

fn ids(steps: Vec<&Step>) -> Vec<&str> {
    steps.into_iter().map(|step| step.id.as_str()).collect()
}

#[test]
fn steps_hold_the_gates_shut() {
    use EventKind as K;
    let of = |id: &str| Event::FinishStep { step: id.into() };
    let walk = Walk::from(State::Visa).along(pathway());
    assert_eq!(ids(walk.journey.ready(&walk.steps)), ["course"]);
    assert_eq!(walk.refused(&Event::FileVisa), Refusal::Guard("steps_before"));
    assert_eq!(walk.refused(&of("permit")), Refusal::Guard("steps_before"));
    assert_eq!(walk.refused(&of("nowhere")), Refusal::Guard("step"));
    let walk = walk.event(&of("course"));
    assert_eq!(walk.journey.horizon(walk.on), Some((day("2026-07-05"), "entitlement")));
    assert_eq!(ids(walk.journey.ready(&walk.steps)), ["permit", "short-cut"]);
    assert_eq!(walk.refused(&of("course")), Refusal::Guard("step_open"));
    let late = Walk { journey: walk.journey.clone(), steps: pathway(), on: day("2027-01-01") };
    assert_eq!(late.refused(&of("permit")), Refusal::Guard("closed"), "the branch closed with the year");
    let walk = walk.event(&of("short-cut"));
    assert_eq!(ids(walk.journey.ready(&walk.steps)), ["visa"], "the other branch is spared");
    assert_eq!(walk.refused(&of("visa")), Refusal::Guard("gate"));
    let lapsed = Walk { journey: walk.journey.clone(), steps: pathway(), on: day("2026-07-06") };
    assert_eq!(lapsed.refused(&Event::FileVisa), Refusal::Guard("papers_valid"));
    let walk = walk.event(&Event::Recognition { state: RecognitionState::NotRequired }).all(&[K::FileVisa, K::GrantVisa]);
    assert!(walk.journey.is_done("visa") && walk.journey.state == State::PreDeparture);
    let walk = walk.on("2026-07-06");
    assert_eq!(walk.refused(&sample(K::Clear)), Refusal::Guard("papers_valid"), "the entitlement has lapsed");
}

#[test]
fn a_new_stage_holds_whoever_moves_to_the_version_that_has_it() {
    use EventKind as K;
    let finish = |id: &str| Event::FinishStep { step: id.into() };
    let mut walk = Walk::from(State::Visa).along(pathway()).event(&finish("course")).event(&finish("short-cut"));
    let unmoved = walk.try_event(&Event::FileVisa);
    assert!(unmoved.is_ok());
    let without = Event::TakePathway { pack: "DE-TEST".into(), pack_version: 2, reason: " ".into() };
    assert_eq!(walk.refused(&without), Refusal::Guard("reason"), "an open case keeps its version unless somebody says why");
    walk.steps.push(step("briefing", StepKind::Orientation, &["course"]));
    walk.steps[4].after.push("briefing".into());
    let walk = walk.event(&Event::TakePathway { pack: "DE-TEST".into(), pack_version: 2, reason: "the briefing was agreed on".into() });
    let walk = walk.event(&Event::Recognition { state: RecognitionState::NotRequired }).all(&[K::FileVisa, K::GrantVisa]);
    assert_eq!(walk.refused(&sample(K::Clear)), Refusal::Guard("steps_before"));
    assert_eq!(walk.event(&finish("briefing")).all(&[K::Clear]).journey.state, State::Departed);
}

#[test]
fn whoever_is_certified_has_done_what_is_taught_before_the_offer() {
    let approval = step("approval", StepKind::Approval, &[]);
    let mut course = step("course", StepKind::Training, &["approval"]);
    course.gives = vec![Paper { paper: "entitlement".into(), valid_months: Some(6), renewable: Some(false) }];
    let steps = || {
        vec![
            approval.clone(),
            course.clone(),
            step("offer", StepKind::Offer, &["course"]),
            step("later-course", StepKind::LanguageCourse, &["offer"]),
        ]
    };
    let certified = Walk::from(State::InTraining).along(steps()).all(&[EventKind::Certify]);
    assert!(certified.journey.is_done("course") && certified.journey.is_done("approval"));
    assert!(!certified.journey.is_done("later-course"), "what is taught after the offer is still to come");
    assert_eq!(certified.journey.horizon(certified.on), Some((day("2026-07-05"), "entitlement")));
    let before = Walk::from(State::Certified).along(steps());
    assert!(before.journey.is_done("course") && before.journey.papers.is_empty(), "papers of an earlier day have dates of their own");
    assert!(!Walk::from(State::InTraining).along(steps()).journey.is_done("course"));
}

#[test]
fn a_failed_step_is_tried_again_then_led_back_then_held() {
    let fail = Event::FailStep { step: "course".into() };
    let once = Walk::from(State::InTraining).along(pathway()).event(&fail);
    assert_eq!(once.journey.state, State::InTraining);
    let twice = once.event(&fail);
    assert_eq!((twice.journey.state, twice.journey.cause.as_deref()), (State::OnHold, Some("REC.EXAM")));
    let mut steps = pathway();
    steps[2].repeat = Some(Repeat { from: "course".into(), limit: Some(1) });
    let walk = Walk::from(State::InTraining).along(steps).event(&Event::FinishStep { step: "course".into() });
    let back = walk.event(&Event::FailStep { step: "short-cut".into() });
    assert_eq!(ids(back.journey.ready(&back.steps)), ["course"]);
    let again = back.event(&Event::FinishStep { step: "course".into() }).event(&Event::FailStep { step: "short-cut".into() });
    assert_eq!(again.journey.state, State::OnHold, "once is the limit");
}

#[test]
fn clocks_run_are_extended_once_and_pause_with_the_journey() {
    let walk = Walk::from(State::Visa).along(pathway());
    let extend = Event::ExtendClock { step: "permit".into(), reason: "an expert is heard".into() };
    let start = Event::StartClock { step: "permit".into() };
    assert_eq!(walk.refused(&extend), Refusal::Guard("clock_runs"));
    assert_eq!(walk.refused(&Event::StartClock { step: "course".into() }), Refusal::Guard("clock"));
    let walk = walk.event(&start);
    assert_eq!(walk.refused(&start), Refusal::Guard("clock_stands"));
    let walk = walk.event(&extend);
    assert_eq!(walk.refused(&extend), Refusal::Guard("not_extended"));
    let walk = walk.all(&[EventKind::Emergency]).on("2026-01-25").all(&[EventKind::Resolve]);
    assert_eq!(walk.journey.actuals["permit"].paused_days, 20);
}

proptest! {
    /// Whatever happens, a journey is its events: written down and applied again they make the same
    /// journey, and what was refused leaves it as it was.
    #[test]
    fn a_journey_is_its_events(choices in proptest::collection::vec((0usize..EventKind::ALL.len(), 0i64..40), 1..60)) {
        let mut walk = Walk::from(State::Applied).along(pathway());
        let beginning = walk.journey.clone();
        let mut written = Vec::new();
        for (choice, days) in choices {
            let event = sample(EventKind::ALL[choice]);
            walk.on += chrono::TimeDelta::days(days);
            if let Ok(next) = walk.try_event(&event) {
                written.push((serde_json::to_string(&event).unwrap(), walk.on));
                walk.journey = next;
            }
            prop_assert!(walk.journey.state != State::OnHold || walk.journey.due_on.is_none(), "time runs while she is held");
        }
        let stored: Journey = serde_json::from_str(&serde_json::to_string(&walk.journey).unwrap()).unwrap();
        let mut again = Walk { journey: beginning, steps: pathway(), on: day("2026-01-05") };
        for (event, on) in written {
            again.on = on;
            again = again.event(&serde_json::from_str(&event).unwrap());
        }
        prop_assert_eq!(again.journey, stored);
    }
}

#[test]
fn what_an_event_asks_for_is_what_it_has() {
    for kind in EventKind::ALL {
        let event = serde_json::to_value(sample(*kind)).unwrap();
        // What the service finds out itself is asked of nobody.
        let found = |name: &str| matches!(name, "event" | "open_journeys") || (*kind == EventKind::Reenter && name != "accepted_freely");
        let mut has: Vec<&str> = event.as_object().unwrap().keys().map(String::as_str).filter(|name| !found(name)).collect();
        let mut asked: Vec<&str> = asks(*kind).iter().map(|(name, _)| *name).collect();
        has.sort_unstable();
        asked.sort_unstable();
        assert_eq!(asked, has, "{kind}");
    }
}
