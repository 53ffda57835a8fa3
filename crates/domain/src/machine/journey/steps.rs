//! The steps of the pathway below the gates: begun, done, held already, failed; and their clocks.

use super::{Event, Ground, Held, Journey, guard, said};
use crate::calendar::{Calendar, Roll, Term, deadline};
use crate::corridor::{Actual, Join, Step, StepKind};
use crate::machine::Refusal;
use crate::people::JourneyState as State;
use chrono::NaiveDate;
use std::collections::BTreeSet;

/// The step that an event is about.
pub fn of(event: &Event) -> Option<&str> {
    match event {
        Event::BeginStep { step }
        | Event::FinishStep { step }
        | Event::SkipStep { step, .. }
        | Event::FailStep { step }
        | Event::StartClock { step }
        | Event::ExtendClock { step, .. } => Some(step),
        _ => None,
    }
}

/// States that a gate of the machine leads to; other milestones are reached by the step alone.
const GATES: [State; 5] = [State::Certified, State::Offered, State::PreDeparture, State::Departed, State::Placed];

/// The gate that passes the step; such a step is not finished by hand.
pub fn gate_of(step: &Step) -> Option<State> {
    step.milestone().filter(|state| GATES.contains(state))
}

impl Journey {
    pub fn is_done(&self, step: &str) -> bool {
        self.actuals.get(step).is_some_and(|actual| actual.finished_on.is_some())
    }

    fn is_begun(&self, step: &str) -> bool {
        self.actuals.get(step).is_some_and(|actual| actual.started_on.is_some())
    }

    /// Steps that must be done before a step can begin, and are not.
    pub fn missing_before<'s>(&self, step: &'s Step) -> Vec<&'s str> {
        let open: Vec<&str> = step.after.iter().map(String::as_str).filter(|before| !self.is_done(before)).collect();
        match step.join {
            Join::OneOf if open.len() < step.after.len() => vec![],
            Join::All | Join::OneOf => open,
        }
    }

    /// Steps that can begin or are under way, in the order of the pathway. A branch beside one that
    /// is done is none of them.
    pub fn ready<'s>(&self, steps: &'s [Step]) -> Vec<&'s Step> {
        let spared = |step: &Step| {
            let mut later = steps.iter().filter(|later| later.after.contains(&step.id)).peekable();
            later.peek().is_some() && later.all(|later| later.join == Join::OneOf && self.missing_before(later).is_empty())
        };
        steps.iter().filter(|step| !self.is_done(&step.id) && self.missing_before(step).is_empty() && !spared(step)).collect()
    }

    fn leading<'s>(ground: &Ground<'s>, state: State) -> impl Iterator<Item = &'s Step> {
        ground.steps.iter().filter(move |step| step.milestone() == Some(state))
    }

    /// A gate stays shut until the steps in front of one that leads to it are done.
    pub(super) fn steps_done_before(&self, state: State, ground: &Ground<'_>) -> Result<(), Refusal> {
        let mut leading = Self::leading(ground, state).peekable();
        let open = leading.peek().is_none() || leading.any(|step| self.is_done(&step.id) || self.missing_before(step).is_empty());
        guard(open, "steps_before")
    }

    /// What the step to the gate needs has not lapsed.
    pub(super) fn papers_valid_for(&self, state: State, on: NaiveDate, ground: &Ground<'_>) -> Result<(), Refusal> {
        guard(Self::leading(ground, state).all(|step| self.lapsed_for(step, on).is_none()), "papers_valid")
    }

    /// A paper that the step needs and that has lapsed.
    pub fn lapsed_for<'s>(&self, step: &'s Step, on: NaiveDate) -> Option<&'s str> {
        let lapsed = |paper: &&String| self.papers.get(*paper).and_then(|held| held.valid_to).is_some_and(|end| end < on);
        step.needs.iter().find(lapsed).map(String::as_str)
    }

    /// Begins the step that leads to a gate, where the pathway has one.
    pub(super) fn begin_gate(&mut self, state: State, on: NaiveDate, ground: &Ground<'_>) -> Result<(), Refusal> {
        self.steps_done_before(state, ground)?;
        let leading: Vec<&Step> = Self::leading(ground, state).filter(|step| self.missing_before(step).is_empty()).collect();
        for step in leading {
            self.may_begin(step, on)?;
            self.actuals.entry(step.id.clone()).or_default().started_on.get_or_insert(on);
        }
        Ok(())
    }

    /// Passing a gate is what the step that leads to it was for.
    pub(super) fn finish_gate(&mut self, state: State, on: NaiveDate, ground: &Ground<'_>) {
        let leading: Vec<&Step> =
            Self::leading(ground, state).filter(|step| !self.is_done(&step.id) && self.missing_before(step).is_empty()).collect();
        for step in leading {
            self.finish(step, on);
        }
    }

    /// Whoever is certified has learnt what the pathway teaches before an offer, and done what comes
    /// before that. Papers are given where the certificate is of this day; those of an earlier one are
    /// entered with their own dates.
    pub(super) fn learnt(&mut self, on: NaiveDate, with_papers: bool, ground: &Ground<'_>) {
        let find = |id: &String| ground.steps.iter().find(|step| step.id == *id);
        let before = |step: &Step| {
            let (mut seen, mut pending) = (BTreeSet::new(), step.after.clone());
            while let Some(id) = pending.pop() {
                if let Some(earlier) = find(&id).filter(|_| seen.insert(id.clone())) {
                    pending.extend(earlier.after.iter().cloned());
                }
            }
            seen
        };
        let taught = |step: &&Step| matches!(step.kind, StepKind::Training | StepKind::LanguageCourse | StepKind::Exam);
        let after_a_gate =
            |ids: &BTreeSet<String>| ids.iter().filter_map(find).any(|step| gate_of(step).is_some_and(|gate| gate != State::Certified));
        let mut done: BTreeSet<String> = BTreeSet::new();
        for step in ground.steps.iter().filter(taught) {
            let earlier = before(step);
            if !after_a_gate(&earlier) {
                done.extend(earlier);
                done.insert(step.id.clone());
            }
        }
        for step in ground.steps.iter().filter(|step| done.contains(&step.id) && !self.is_done(&step.id)).collect::<Vec<_>>() {
            if with_papers {
                self.finish(step, on);
            } else {
                let known = self.actuals.get(&step.id).cloned().unwrap_or_default();
                self.actuals.insert(step.id.clone(), Actual { finished_on: Some(on), ..known });
            }
        }
    }

    fn finish(&mut self, step: &Step, on: NaiveDate) {
        let actual = self.actuals.entry(step.id.clone()).or_default();
        actual.started_on.get_or_insert(on);
        actual.finished_on = Some(on);
        for paper in &step.gives {
            let ends = |months| deadline(on, Term::Months(months), &Calendar::weekends(), Roll::None).ok().map(|end| end.due);
            let held = Held { since: on, valid_to: paper.valid_months.and_then(ends), renewable: paper.renewable.unwrap_or(false) };
            self.papers.insert(paper.paper.clone(), held);
        }
    }

    pub(super) fn step(&mut self, event: &Event, on: NaiveDate, ground: &Ground<'_>) -> Result<(), Refusal> {
        let id = of(event).unwrap_or_default();
        let step = ground.steps.iter().find(|step| step.id == id).ok_or(Refusal::Guard("step"))?;
        guard(!self.is_done(id), "step_open")?;
        let begun = self.is_begun(id);
        let actual = |journey: &mut Self| -> Actual { journey.actuals.get(id).cloned().unwrap_or_default() };
        match event {
            Event::SkipStep { reason, .. } => {
                guard(gate_of(step).is_none(), "gate")?;
                guard(said(reason), "reason")?;
                let next = Actual { finished_on: Some(on), ..actual(self) };
                self.actuals.insert(step.id.clone(), next);
            }
            Event::BeginStep { .. } => {
                guard(!begun, "step_begun")?;
                self.may_begin(step, on)?;
                let next = Actual { started_on: Some(on), ..actual(self) };
                self.actuals.insert(step.id.clone(), next);
            }
            Event::FinishStep { .. } => {
                // The step that leads to a gate is done when the gate is passed.
                guard(gate_of(step).is_none(), "gate")?;
                if !begun {
                    self.may_begin(step, on)?;
                }
                self.finish(step, on);
            }
            Event::FailStep { .. } => {
                if !begun {
                    self.may_begin(step, on)?;
                }
                self.fail(step, on, ground);
            }
            Event::StartClock { .. } => {
                guard(step.clock.is_some(), "clock")?;
                let before = actual(self);
                guard(before.clock_started_on.is_none(), "clock_stands")?;
                self.actuals.insert(step.id.clone(), Actual { clock_started_on: Some(on), ..before });
            }
            Event::ExtendClock { reason, .. } => {
                guard(step.clock.as_ref().is_some_and(|clock| clock.extendable_once), "extendable")?;
                guard(said(reason), "reason")?;
                let before = actual(self);
                guard(before.clock_started_on.is_some(), "clock_runs")?;
                guard(!before.extended, "not_extended")?;
                self.actuals.insert(step.id.clone(), Actual { extended: true, ..before });
            }
            _ => {}
        }
        Ok(())
    }

    fn may_begin(&self, step: &Step, on: NaiveDate) -> Result<(), Refusal> {
        guard(self.missing_before(step).is_empty(), "steps_before")?;
        guard(step.is_open_on(on), "closed")?;
        guard(self.lapsed_for(step, on).is_none(), "papers_valid")
    }

    /// Another attempt, back to an earlier step, or a case for the contingency plan.
    fn fail(&mut self, step: &Step, on: NaiveDate, ground: &Ground<'_>) {
        let actual = self.actuals.entry(step.id.clone()).or_default();
        actual.failures = actual.failures.saturating_add(1);
        actual.started_on = None;
        let (failures, attempts) = (actual.failures, step.attempts_max.unwrap_or(1).max(1));
        if failures % attempts != 0 {
            return;
        }
        match &step.repeat {
            Some(repeat) if repeat.limit.is_none_or(|limit| failures / attempts <= limit) => self.reopen(&repeat.from, ground),
            _ => self.hold(step.on_failure.as_deref().unwrap_or("FMJ"), on),
        }
    }

    /// Opens a step again, and whatever was done after it.
    fn reopen(&mut self, from: &str, ground: &Ground<'_>) {
        let mut again = vec![from.to_owned()];
        while let Some(id) = again.pop() {
            if let Some(actual) = self.actuals.get_mut(&id) {
                (actual.started_on, actual.finished_on) = (None, None);
            }
            let later = ground.steps.iter().filter(|later| later.after.contains(&id) && self.is_done(&later.id));
            again.extend(later.map(|later| later.id.clone()));
        }
    }

    /// A clock that can pause stood still while the journey did.
    pub(super) fn pause_clocks(&mut self, days: u64, ground: &Ground<'_>) {
        let days = u32::try_from(days).unwrap_or(u32::MAX);
        for step in ground.steps.iter().filter(|step| step.clock.as_ref().is_some_and(|clock| clock.pausable)) {
            if let Some(actual) = self.actuals.get_mut(&step.id)
                && actual.clock_started_on.is_some()
                && actual.finished_on.is_none()
            {
                actual.paused_days = actual.paused_days.saturating_add(days);
            }
        }
    }
}
