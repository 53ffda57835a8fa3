use super::super::cause::{CAUSES, cause};
use super::*;
use proptest::prelude::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn later(days: u64) -> NaiveDate {
    day("2026-03-02").checked_add_days(Days::new(days)).unwrap()
}

fn situation() -> Situation {
    Situation {
        reported_on: day("2026-03-02"),
        asked_on: None,
        held_on: None,
        lasts: Some(Duration { typical: 30, p90: 60 }),
        decided: None,
        safety_risk: false,
        danger_at_home: false,
        protection_need: false,
        fled: vec![],
        gate: JourneyState::PreDeparture,
        deferred_days: 0,
        deferral_max_days: 365,
        lead_days: 45,
        horizon: None,
        renewable: false,
        idle: true,
        without_income: true,
        in_debt: false,
        remedy_until: None,
        cutoff_on: None,
        exempt: false,
        tops_up: false,
        other_institute: false,
        person_bound: false,
        proven: false,
        wishes: vec![],
        openings: vec![],
        paid: vec![],
    }
}

fn opening(n: u128, kind: OpeningKind) -> Opening {
    Opening {
        need: Uuid::from_u128(n),
        title: "Electrician".into(),
        kind,
        pathway: (kind != OpeningKind::AtHome).then(|| "DE-SKILLED/MA".to_owned()),
        country: if kind == OpeningKind::AtHome { "MA".into() } else { "DE".into() },
        starts_on: later(60),
        skill_percent: 80,
        same_language: true,
        stopped_by: vec![],
    }
}

fn of(code: &str, now: &Situation) -> Decision {
    let cause = cause(code).unwrap();
    decide(cause, cause.responses, now)
}

fn bar_of(decision: &Decision, response: Response) -> Option<Bar> {
    decision.barred.iter().find(|barred| barred.response == response).map(|barred| barred.bar)
}

/// Golden vector 13.
#[test]
fn she_is_deferred_only_where_her_papers_outlast_the_cause() {
    let mut now = situation();
    now.horizon = Some(later(90));
    let decision = of("HLT.ACUTE", &now);
    assert_eq!(bar_of(&decision, Response::Defer), Some(Bar::HorizonShort), "60 + 45 days are more than 90");
    now.renewable = true;
    let decision = of("HLT.ACUTE", &now);
    let defer = decision.choices.iter().find(|one| one.response == Response::Defer).unwrap();
    assert_eq!(defer.with, [Response::ExtendPapers]);
    now.horizon = Some(later(105));
    let decision = of("HLT.ACUTE", &now);
    assert!(decision.choices.iter().any(|one| one.response == Response::Defer && one.with.is_empty()), "the very day is enough");
}

/// Golden vector 14: a closed pathway is open to nobody who has not filed, and the cut-off is a response while it lies ahead.
#[test]
fn a_pathway_that_closes_is_filed_for_before_its_day() {
    let mut now = situation();
    now.lasts = None;
    now.cutoff_on = Some(day("2026-03-02"));
    assert!(of("DST.CLOSED", &now).choices.iter().any(|one| one.response == Response::FileBeforeCutoff));
    now.cutoff_on = Some(day("2026-03-01"));
    let decision = of("DST.CLOSED", &now);
    assert_eq!(bar_of(&decision, Response::FileBeforeCutoff), Some(Bar::NoCutoff));
    assert_eq!(bar_of(&decision, Response::Defer), Some(Bar::NoEnd));
}

#[test]
fn safety_comes_first_and_a_refugee_is_not_kept_where_she_fled_from() {
    let mut now = situation();
    (now.safety_risk, now.protection_need) = (true, true);
    now.openings = vec![opening(1, OpeningKind::AtHome), opening(2, OpeningKind::OtherCountry)];
    let decision = of("ORI.CONFLICT", &now);
    assert_eq!(decision.measures[0], Response::Protect);
    assert_eq!(bar_of(&decision, Response::HomeTrack), Some(Bar::NoOpening), "and nobody reads out of it that she fled");
    assert!(decision.choices.iter().all(|one| one.opening.as_ref().is_none_or(|opening| opening.kind != OpeningKind::AtHome)));
}

/// A refugee who was trained where she found asylum may stay there, and is sent nowhere near what she fled from.
#[test]
fn a_refugee_may_stay_where_she_found_asylum() {
    let home = |country: &str| Opening { country: country.into(), ..opening(1, OpeningKind::AtHome) };
    let abroad = |country: &str| Opening { country: country.into(), ..opening(2, OpeningKind::OtherCountry) };
    let mut now = Situation { protection_need: true, fled: vec!["SY".into()], ..situation() };
    now.openings = vec![home("JO"), abroad("SY")];
    let decision = of("DST.BORDER", &now);
    assert!(decision.choices.iter().any(|one| one.response == Response::HomeTrack));
    assert_eq!(bar_of(&decision, Response::SubDest), Some(Bar::NoOpening));
    now.fled = vec!["JO".into()];
    assert_eq!(bar_of(&of("DST.BORDER", &now), Response::HomeTrack), Some(Bar::NoOpening));
}

#[test]
fn three_kinds_are_shown_and_one_of_them_is_at_home() {
    let mut now = situation();
    now.horizon = Some(later(900));
    now.openings = (1..6).map(|n| opening(n, OpeningKind::SamePathway)).collect();
    now.openings.push(opening(7, OpeningKind::OtherCountry));
    now.openings.push(opening(8, OpeningKind::AtHome));
    now.paid = vec![Paid { kind: CostKind::Visa, sunk_minor: 7_500, currency: "EUR".into() }];
    let decision = of("EMP.INSOLV", &now);
    let shown: Vec<Response> = decision.shown.iter().map(|at| decision.choices[*at].response).collect();
    assert_eq!(shown.len(), 3);
    assert!(shown.contains(&Response::HomeTrack), "{shown:?}");
    assert_eq!(decision.measures, [Response::Stipend, Response::CostRecovery]);
}

#[test]
fn her_wishes_come_before_what_is_lost() {
    let mut now = situation();
    now.openings = vec![opening(1, OpeningKind::SamePathway), opening(2, OpeningKind::AtHome)];
    now.paid = vec![Paid { kind: CostKind::Training, sunk_minor: 600_000, currency: "EUR".into() }];
    assert_eq!(
        of("EMP.WITHDRAW", &now).choices[0].response,
        Response::SubEmployer,
        "nothing is lost, and pay comes sooner than by waiting"
    );
    now.wishes = vec![Response::HomeTrack];
    let decision = of("EMP.WITHDRAW", &now);
    assert_eq!(decision.choices[0].response, Response::HomeTrack);
    assert_eq!(decision.choices[0].loss["EUR"], 60_000, "a tenth of a training is of no use at home");
}

#[test]
fn a_post_that_the_law_keeps_her_from_is_named_with_its_rules() {
    let mut now = situation();
    let mut shut = opening(1, OpeningKind::SamePathway);
    shut.stopped_by = vec!["r15-below-level".into()];
    now.openings = vec![shut];
    let decision = of("EMP.INSOLV", &now);
    let barred = decision.barred.iter().find(|one| one.response == Response::SubEmployer).unwrap();
    assert_eq!((barred.bar, barred.stopped_by.as_slice()), (Bar::OpeningsShut, ["r15-below-level".to_owned()].as_slice()));
}

#[test]
fn with_nothing_open_she_is_unplaced_and_told_why() {
    let mut now = situation();
    (now.deferred_days, now.idle) = (360, false);
    let decision = of("DST.BORDER", &now);
    assert!(decision.unplaced);
    assert_eq!(bar_of(&decision, Response::Defer), Some(Bar::DeferralSpent));
    assert!(decision.barred.iter().any(|barred| barred.response == Response::SubDest && barred.bar == Bar::NoOpening));
}

#[test]
fn a_post_that_goes_to_somebody_else_is_no_choice_any_more() {
    let mut now = situation();
    (now.lasts, now.idle) = (None, false);
    now.openings = vec![opening(1, OpeningKind::SamePathway)];
    let mut decision = of("EMP.INSOLV", &now);
    assert!(!decision.unplaced);
    decision.without(|need| need == Uuid::from_u128(1));
    assert!(decision.unplaced && decision.shown.is_empty());
    assert_eq!(bar_of(&decision, Response::SubEmployer), Some(Bar::OtherTurn));
}

proptest! {
    /// Over all causes: whatever is open leads somewhere, a response is never open and barred at once, a refugee is
    /// shown nothing in the country that she fled from (I7), and the answer does not hang on the order of the posts.
    #[test]
    fn every_answer_is_sound(
        at in 0_usize..CAUSES.len(),
        gate in prop::sample::select(vec![JourneyState::Enrolled, JourneyState::InTraining, JourneyState::Certified, JourneyState::Visa]),
        kinds in prop::collection::vec((prop::sample::select(OpeningKind::ALL.to_vec()), any::<bool>()), 0..8),
        flags in prop::collection::vec(any::<bool>(), 8),
        fled in prop::collection::vec(prop::sample::select(vec!["MA", "DE", "SY"]), 0..3),
        horizon in prop::option::of(0_u64..900),
        deferred in 0_u32..400,
    ) {
        let cause = &CAUSES[at];
        let mut now = situation();
        now.gate = gate;
        now.lasts = cause.lasting.from(now.reported_on);
        (now.safety_risk, now.protection_need, now.renewable, now.idle) = (flags[0], flags[1], flags[2], flags[3]);
        (now.exempt, now.other_institute, now.person_bound, now.proven) = (flags[4], flags[5], flags[6], flags[7]);
        now.fled = fled.iter().map(|country| (*country).to_owned()).collect();
        now.horizon = horizon.map(later);
        now.deferred_days = deferred;
        now.openings = kinds.iter().enumerate().map(|(n, (kind, lawful))| {
            let mut one = opening(n as u128, *kind);
            if !lawful { one.stopped_by = vec!["r11-listed".into()]; }
            one
        }).collect();
        let decision = decide(cause, cause.responses, &now);
        for one in &decision.choices {
            let outcome = one.response.resolution();
            prop_assert!(outcome.is_some_and(|outcome| crate::machine::journey::leads_to(gate, outcome)));
            prop_assert!(decision.barred.iter().all(|barred| barred.response != one.response));
            prop_assert!(one.opening.as_ref().is_none_or(|opening| opening.stopped_by.is_empty()));
            prop_assert!(one.from >= now.reported_on);
            if now.protection_need {
                prop_assert!(!one.response.is_home() || !now.fled.is_empty());
                prop_assert!(one.opening.as_ref().is_none_or(|opening| !now.fled.contains(&opening.country)));
            }
        }
        prop_assert_eq!(decision.unplaced, decision.choices.is_empty());
        prop_assert!(decision.shown.len() == decision.choices.len().min(SHOWN));
        prop_assert_eq!(decision.measures.contains(&Response::Protect), now.safety_risk);
        now.openings.reverse();
        prop_assert_eq!(decision, decide(cause, cause.responses, &now));
    }
}

/// What was open on the day of the report is not open for ever: a cut-off and a remedy pass, days ahead are reckoned from
/// today, and what she has waited in this case counts.
#[test]
fn days_are_reckoned_from_the_day_that_is_asked_about() {
    let open = |decision: &Decision, response| decision.choices.iter().find(|one| one.response == response).map(|one| one.from);
    let mut now = Situation { cutoff_on: Some(later(20)), remedy_until: Some(later(10)), ..situation() };
    assert!(open(&of("DST.QUOTA", &now), Response::FileBeforeCutoff).is_some());
    assert!(open(&of("VIS.REF_SUB", &now), Response::Appeal).is_some());
    assert_eq!(open(&of("VIS.DELAY", &now), Response::Defer), Some(later(75)), "30 days, and 45 to departure");
    now.asked_on = Some(later(40));
    assert!(open(&of("DST.QUOTA", &now), Response::FileBeforeCutoff).is_none());
    assert!(open(&of("VIS.REF_SUB", &now), Response::Appeal).is_none());
    assert_eq!(open(&of("VIS.DELAY", &now), Response::Defer), Some(later(85)), "it should be over, and is not: 45 days from today");
    now.asked_on = Some(later(366));
    now.held_on = Some(later(360));
    assert!(open(&of("VIS.DELAY", &now), Response::Defer).is_some(), "she stands still for six days");
    now.held_on = None;
    let spent = of("VIS.DELAY", &now);
    assert!(spent.barred.iter().any(|one| one.response == Response::Defer && one.bar == Bar::DeferralSpent));
    now.openings = vec![opening(1, OpeningKind::SamePathway)];
    assert_eq!(open(&of("EMP.INSOLV", &now), Response::SubEmployer), Some(later(396)), "filed again from today");
}

/// Nobody is offered to stay where what has happened is a danger to her.
#[test]
fn nobody_is_kept_where_she_is_in_danger() {
    let now = Situation { openings: vec![opening(1, OpeningKind::AtHome)], ..situation() };
    for cause in CAUSES {
        let decision = of(cause.code, &now);
        let home = decision.choices.iter().any(|one| one.response == Response::HomeTrack);
        let danger = matches!(cause.code, "ORI.CONFLICT" | "ORI.DISASTER" | "PER.VICTIM");
        assert_eq!(home, !danger, "{}", cause.code);
        assert_eq!(decision.barred.iter().any(|one| one.bar == Bar::IntoDanger), danger, "{}", cause.code);
        // Another cause of her own makes it no safer.
        let struck = of(cause.code, &Situation { danger_at_home: true, ..now.clone() });
        assert!(struck.choices.iter().all(|one| one.response != Response::HomeTrack), "{}", cause.code);
    }
}
