//! The clocks of a journey: whose turn it is with what, until when, when something that is held
//! lapses, when she will be at work, and what stands in the way of that. Pure, so that one journey
//! after an event and every journey in the night are computed by the same function.

use super::{Objective, Route, RouteError, Schedule, Standing, routes, schedule};
use chrono::{Days, NaiveDate};
use passerelle_domain::calendar::Calendar;
use passerelle_domain::corridor::{Party, Step};
use passerelle_domain::machine::journey::{EventKind, Journey, is_final, steps::gate_of};
use passerelle_domain::people::JourneyState as State;
use passerelle_domain::words;
use std::collections::BTreeMap;

words!(
    /// How a journey stands.
    JourneyStanding {
        OnTrack = "on_track",
        DueSoon = "due_soon",
        Overdue = "overdue",
        /// Something that a later step needs lapses before it is needed.
        PaperLapses = "paper_lapses",
        /// Every way to work is closed.
        Closed = "closed",
        OnHold = "on_hold",
        Ended = "ended",
    }
);

/// Days before a due date from which everybody concerned is warned.
pub const WARN_DAYS: u64 = 14;

/// What comes next: a step of the pathway, or an event of the journey itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    Step(String),
    Gate(EventKind),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clocks {
    pub next: Option<Next>,
    pub owner: Option<Party>,
    pub due_on: Option<NaiveDate>,
    /// Earliest lapse among what is held, and of what.
    pub horizon: Option<(NaiveDate, String)>,
    /// Day on which she can be at work, on typical durations.
    pub ready_on: Option<NaiveDate>,
    /// What lapses too early, or the step that closed.
    pub trouble: Option<String>,
    pub standing: JourneyStanding,
}

/// What remains of the way to work.
#[derive(Debug)]
pub struct Remaining {
    pub route: Route,
    pub schedule: Schedule,
}

/// The quickest way that is left, with its dates.
///
/// # Errors
/// When every way is closed or the pathway leads nowhere.
pub fn remaining(
    journey: &Journey,
    steps: &[Step],
    calendars: &BTreeMap<String, Calendar>,
    today: NaiveDate,
) -> Result<Remaining, RouteError> {
    let done = journey.actuals.iter().filter(|(_, actual)| actual.finished_on.is_some()).map(|(id, _)| id.clone()).collect();
    let standing = Standing { papers: std::collections::BTreeSet::new(), done };
    let route = routes(steps, &standing, &Objective::Milestone(State::Placed), today)?.swap_remove(0);
    let open: Vec<&Step> = route.steps.iter().filter_map(|id| steps.iter().find(|step| step.id == *id)).collect();
    let schedule = schedule(&open, today, today, calendars, &journey.actuals);
    Ok(Remaining { route, schedule })
}

/// The clocks of a journey on a day.
pub fn clocks(journey: &Journey, steps: &[Step], calendars: &BTreeMap<String, Calendar>, today: NaiveDate) -> Clocks {
    let horizon = journey.horizon(today).map(|(end, paper)| (end, paper.to_owned()));
    let none =
        |standing| Clocks { next: None, owner: None, due_on: None, horizon: horizon.clone(), ready_on: None, trouble: None, standing };
    if is_final(journey.state) {
        return none(JourneyStanding::Ended);
    }
    if journey.state == State::OnHold {
        let held = none(JourneyStanding::OnHold);
        return Clocks {
            next: Some(Next::Gate(EventKind::Resolve)),
            owner: Some(Party::OriginAuthority),
            trouble: journey.cause.clone(),
            ..held
        };
    }
    let under_way = is_under_way(journey.state);
    let way = (under_way && !steps.is_empty()).then(|| remaining(journey, steps, calendars, today));
    let closed = matches!(way, Some(Err(RouteError::NoWay)));
    let way = way.and_then(Result::ok);
    let gate = next_gate(journey);
    let ready = journey.ready(steps);
    let on_route = |step: &&&Step| way.as_ref().is_some_and(|way| way.route.steps.contains(&step.id));
    let open_steps: Vec<&Step> = ready.iter().filter(on_route).copied().collect();
    let dues = |step: &Step| -> Option<NaiveDate> {
        let planned = way.as_ref()?.schedule.steps.iter().find(|planned| planned.step == step.id)?;
        let statutory = planned.due.as_ref().filter(|due| due.running).map(|due| due.on);
        statutory.or_else(|| target(journey, step))
    };
    let by_hand = open_steps.iter().copied().filter(|step| gate_of(step).is_none()).min_by_key(|step| (dues(step).is_none(), dues(step)));
    let (next, owner, due_on) = match (by_hand, gate) {
        (Some(step), gate) if !first(journey.state) || gate.is_none() => (Some(Next::Step(step.id.clone())), step.actor, dues(step)),
        (_, Some((kind, owner))) => {
            let leading = open_steps.iter().find(|step| gate_of(step).is_some());
            let due = journey.due_on.or_else(|| leading.and_then(|step| dues(step)));
            (Some(Next::Gate(kind)), Some(owner), due)
        }
        (_, None) => (None, None, journey.due_on),
    };
    let lapse = way.as_ref().and_then(|way| lapses(journey, steps, way));
    let ready_on = way.as_ref().map(|way| way.schedule.ready);
    let soon = today.checked_add_days(Days::new(WARN_DAYS)).unwrap_or(NaiveDate::MAX);
    let (standing, trouble) = if closed {
        let shut = steps.iter().find(|step| !step.is_open_on(today) && !journey.is_done(&step.id));
        (JourneyStanding::Closed, shut.map(|step| step.id.clone()))
    } else if due_on.is_some_and(|due| due < today) {
        (JourneyStanding::Overdue, None)
    } else if let Some(paper) = lapse {
        (JourneyStanding::PaperLapses, Some(paper))
    } else if due_on.is_some_and(|due| due <= soon) {
        (JourneyStanding::DueSoon, None)
    } else {
        (JourneyStanding::OnTrack, None)
    };
    Clocks { next, owner, due_on, horizon, ready_on, trouble, standing }
}

/// From enrolment until work.
const fn is_under_way(state: State) -> bool {
    use State as S;
    matches!(
        state,
        S::Enrolled
            | S::InTraining
            | S::Certified
            | S::Matched
            | S::Offered
            | S::Recognition
            | S::Visa
            | S::PreDeparture
            | S::Departed
            | S::Arrived
    )
}

/// States in which the gate itself is what everybody waits for, whatever else can be done.
const fn first(state: State) -> bool {
    use State as S;
    matches!(state, S::Applied | S::Matched | S::Offered | S::Departed | S::Arrived | S::Returned)
}

fn next_gate(journey: &Journey) -> Option<(EventKind, Party)> {
    use passerelle_domain::machine::journey::VisaRegion;
    Some(match journey.state {
        State::Applied => (EventKind::Admit, Party::Institute),
        State::Enrolled => (EventKind::Start, Party::Institute),
        State::InTraining => (EventKind::Certify, Party::Institute),
        State::Certified => (EventKind::Match, Party::OriginAuthority),
        State::Matched => (EventKind::Offer, Party::Employer),
        State::Offered => (EventKind::Accept, Party::Trainee),
        State::Recognition => (EventKind::Recognition, Party::RecognitionAuthority),
        State::Visa if journey.visa == VisaRegion::Filed => (EventKind::GrantVisa, Party::DestinationAuthority),
        State::Visa => (EventKind::FileVisa, Party::Trainee),
        State::PreDeparture => (EventKind::Clear, Party::OriginAuthority),
        State::Departed => (EventKind::Arrive, Party::DestinationAuthority),
        State::Arrived => (EventKind::StartWork, Party::Employer),
        State::Returned => (EventKind::Stabilise, Party::OriginAuthority),
        _ => return None,
    })
}

/// A step without a statutory clock is due when its longest duration is over since it could begin.
fn target(journey: &Journey, step: &Step) -> Option<NaiveDate> {
    let finished = |id: &String| journey.actuals.get(id).and_then(|actual| actual.finished_on);
    let began = journey.actuals.get(&step.id).and_then(|actual| actual.started_on);
    let possible = step.after.iter().filter_map(finished).max();
    began.or(possible).or(Some(journey.since))?.checked_add_days(Days::new(step.days.max.into()))
}

/// A held paper that lapses before the last step that needs it can begin.
fn lapses(journey: &Journey, steps: &[Step], way: &Remaining) -> Option<String> {
    let lapsed = |planned: &super::Planned| {
        let step = steps.iter().find(|step| step.id == planned.step)?;
        let early = |paper: &&String| journey.papers.get(*paper).and_then(|held| held.valid_to).is_some_and(|end| end < planned.start);
        step.needs.iter().find(early).cloned()
    };
    way.schedule.steps.iter().find_map(lapsed)
}

#[cfg(test)]
mod tests {
    use super::super::tests::step;
    use super::*;
    use passerelle_domain::corridor::{Actual, StepKind};
    use passerelle_domain::machine::journey::{Held, Terms};

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

    /// filing, a decision of 30 to 90 days, a visa that needs a contract, work.
    fn pathway() -> Vec<Step> {
        let mut filing = step("filing", StepKind::Document, &[], [5, 10, 20]);
        filing.closes_on = Some(day("2026-12-31"));
        let decision = step("decision", StepKind::Approval, &["filing"], [30, 60, 90]);
        let mut visa = step("visa", StepKind::Visa, &["decision"], [5, 15, 30]);
        visa.needs = vec!["contract".into()];
        let work = step("work", StepKind::StartOfWork, &["visa"], [1, 5, 10]);
        vec![filing, decision, visa, work]
    }

    fn at(journey: &Journey, today: &str) -> Clocks {
        clocks(journey, &pathway(), &BTreeMap::new(), day(today))
    }

    #[test]
    fn whose_turn_until_when_and_what_is_at_risk() {
        let mut journey = Journey::new(State::Visa, day("2026-03-02"), &terms());
        let first = at(&journey, "2026-03-02");
        assert_eq!((first.next, first.due_on), (Some(Next::Step("filing".into())), Some(day("2026-03-22"))));
        assert_eq!((first.standing, first.ready_on), (JourneyStanding::OnTrack, Some(day("2026-05-31"))));
        assert_eq!(at(&journey, "2026-03-08").standing, JourneyStanding::DueSoon, "fourteen days before");
        assert_eq!(at(&journey, "2026-03-07").standing, JourneyStanding::OnTrack);
        assert_eq!(at(&journey, "2026-03-22").standing, JourneyStanding::DueSoon, "the last day counts");
        assert_eq!(at(&journey, "2026-03-23").standing, JourneyStanding::Overdue);
        assert_eq!(at(&journey, "2027-01-01").standing, JourneyStanding::Closed, "unfiled when the pathway closed");
        journey.papers.insert("contract".into(), Held { since: day("2026-03-02"), valid_to: Some(day("2026-05-10")), renewable: true });
        let risk = at(&journey, "2026-03-02");
        assert_eq!((risk.standing, risk.trouble.as_deref()), (JourneyStanding::PaperLapses, Some("contract")), "needed on 11 May");
        assert_eq!(risk.horizon, Some((day("2026-05-10"), "contract".into())));
        let filed = Actual { finished_on: Some(day("2026-12-31")), ..Actual::default() };
        journey.actuals.insert("filing".into(), filed);
        assert_ne!(at(&journey, "2027-01-01").standing, JourneyStanding::Closed, "filed on the last day");
    }

    #[test]
    fn a_held_journey_has_no_due_date_and_an_ended_one_nothing() {
        let mut journey = Journey::new(State::Offered, day("2026-03-02"), &terms());
        assert_eq!(at(&journey, "2026-03-02").owner, Some(Party::Trainee));
        (journey.state, journey.due_on, journey.cause) = (State::OnHold, None, Some("FAM.ILL".into()));
        let held = at(&journey, "2026-09-02");
        assert_eq!((held.standing, held.due_on), (JourneyStanding::OnHold, None));
        journey.state = State::Dropped;
        assert_eq!((at(&journey, "2026-09-02").standing, at(&journey, "2026-09-02").next), (JourneyStanding::Ended, None));
    }
}
