//! The trainee's journey: from the application to work at home or abroad, and back.
//!
//! Recognition and visa run beside each other; the main state shows the furthest gate passed. The
//! steps of her pathway run below the gates and hold them shut: no gate opens before the steps that
//! the pathway puts in front of it are done, so that a stage which a ministry adds is passed by
//! everybody without a line of code. An emergency wraps any state, and no time that works against
//! her runs until it is resolved.

use super::{Refusal, guard, taken};
use crate::calendar::{Calendar, Roll, Term, deadline};
use crate::contingency::is_cause;
use crate::corridor::{Actual, Party, Step};
use crate::people::{JourneyState as State, RecognitionState};
use crate::words;
use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

mod events;
pub mod steps;

pub use events::*;

/// Periods and thresholds. Data of the reference tables; days are calendar days unless they say otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    pub admit_days: u32,
    pub certify_days: u32,
    /// After the certificate, until a place at home has to be offered.
    pub match_days: u32,
    /// From the day on which she can begin, until a seat without an offer is given back.
    #[serde(default = "month")]
    pub reserve_days: u32,
    pub offer_working_days: u32,
    pub cooling_off_working_days: u32,
    pub accept_working_days: u32,
    pub arrive_days: u32,
    pub start_work_days: u32,
    pub reintegrate_months: u32,
    pub attendance_min_percent: u8,
    pub reintegration_min_percent: u8,
}

impl Terms {
    /// What no terms say: periods beyond ten years, more than all.
    pub fn faults(&self) -> Vec<&'static str> {
        let days = |days: u32| days <= 3_650;
        let working = |days: u32| days <= 260;
        let sound = [
            ("admit_days", days(self.admit_days)),
            ("certify_days", days(self.certify_days)),
            ("match_days", days(self.match_days)),
            ("reserve_days", days(self.reserve_days)),
            ("offer_working_days", working(self.offer_working_days)),
            ("cooling_off_working_days", working(self.cooling_off_working_days)),
            ("accept_working_days", working(self.accept_working_days)),
            ("arrive_days", days(self.arrive_days)),
            ("start_work_days", days(self.start_work_days)),
            ("reintegrate_months", self.reintegrate_months <= 120),
            ("attendance_min_percent", self.attendance_min_percent <= 100),
            ("reintegration_min_percent", self.reintegration_min_percent <= 100),
        ];
        sound.into_iter().filter(|(_, holds)| !holds).map(|(name, _)| name).collect()
    }
}

/// What terms say that were written down before seats were held by them.
const fn month() -> u32 {
    30
}

words!(
    /// The region of recognition, as far as the way to work asks.
    RecognitionRegion { Open = "open", Ready = "ready" }
);

words!(
    /// The region of the visa.
    VisaRegion { NotFiled = "not_filed", Filed = "filed", Granted = "granted", Refused = "refused" }
);

/// A paper that she holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    pub since: NaiveDate,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<NaiveDate>,
    #[serde(default)]
    pub renewable: bool,
}

/// A journey with the facts of its state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Journey {
    pub state: State,
    /// Day on which the state was reached.
    pub since: NaiveDate,
    /// Day by which the next gate has to be passed, where a period runs.
    pub due_on: Option<NaiveDate>,
    /// State that an emergency wraps, since when, and why.
    pub held_from: Option<State>,
    pub held_since: Option<NaiveDate>,
    pub cause: Option<String>,
    /// What was due when the emergency stopped the time.
    pub frozen_due_on: Option<NaiveDate>,
    pub matched_on: Option<NaiveDate>,
    pub offered_on: Option<NaiveDate>,
    pub recognition: RecognitionRegion,
    pub visa: VisaRegion,
    /// Pack and version.
    pub pathway: Option<(String, u32)>,
    pub actuals: BTreeMap<String, Actual>,
    pub papers: BTreeMap<String, Held>,
    pub return_type: Option<ReturnType>,
}

/// What a journey is judged by.
#[derive(Debug)]
pub struct Ground<'a> {
    pub terms: &'a Terms,
    /// Steps of the version of the pathway that the journey has; empty without one.
    pub steps: &'a [Step],
    /// States of recognition that the pathway lets people enter and work in.
    pub entry_states: &'a [RecognitionState],
    /// Working days count after this one.
    pub calendar: &'a Calendar,
}

/// States in which nothing more can happen.
pub const fn is_final(state: State) -> bool {
    matches!(
        state,
        State::Rejected | State::Dropped | State::HomePlaced | State::Transferred | State::Unplaced | State::Reintegrated | State::Settled
    )
}

/// States before somebody has left her country.
pub const fn is_before_departure(state: State) -> bool {
    use State as S;
    matches!(
        state,
        S::Applied | S::Enrolled | S::InTraining | S::Certified | S::Matched | S::Offered | S::Recognition | S::Visa | S::PreDeparture
    )
}

impl Journey {
    /// A journey that begins in a state that was reached before it was written down here.
    pub fn new(state: State, since: NaiveDate, terms: &Terms) -> Self {
        let mut journey = Self {
            state,
            since,
            due_on: None,
            held_from: None,
            held_since: None,
            cause: None,
            frozen_due_on: None,
            matched_on: None,
            offered_on: None,
            recognition: RecognitionRegion::Open,
            visa: VisaRegion::NotFiled,
            pathway: None,
            actuals: BTreeMap::new(),
            papers: BTreeMap::new(),
            return_type: None,
        };
        journey.due_on = period(state, since, terms, &Calendar::weekends());
        journey
    }

    /// The state, or the one that an emergency wraps.
    pub fn gate(&self) -> State {
        self.held_from.unwrap_or(self.state)
    }

    /// Events that the state takes, whoever brings them.
    pub fn takes(&self) -> Vec<EventKind> {
        use EventKind as K;
        use State as S;
        let mut kinds = match self.state {
            S::Applied => vec![K::Admit, K::Reject],
            S::Enrolled => vec![K::Start],
            S::InTraining => vec![K::Certify, K::Leave],
            S::Certified => vec![K::PlaceHome],
            S::Matched | S::Offered | S::Recognition | S::Visa | S::PreDeparture => vec![K::PlaceHome, K::Release],
            S::Departed => vec![K::Arrive, K::RefuseEntry],
            S::Arrived => vec![K::StartWork],
            S::Placed => vec![K::Return, K::Settle],
            S::Returned => vec![K::Stabilise],
            S::OnHold => vec![K::Resolve],
            S::Transferred | S::Unplaced => vec![K::Reopen, K::Reenter],
            S::HomePlaced | S::Dropped => vec![K::Reopen],
            _ => vec![],
        };
        match self.state {
            S::Enrolled | S::InTraining | S::Certified if self.matched_on.is_none() => kinds.push(K::Match),
            // Matched while still in training: the offer need not wait for the certificate.
            S::Enrolled | S::InTraining => {
                kinds.push(K::Release);
                kinds.extend(self.offered_on.is_none().then_some(K::Offer));
            }
            // Whoever lost the employer or the country waits here for another.
            S::Matched => kinds.push(if self.matched_on.is_some() { K::Offer } else { K::Match }),
            S::Offered => kinds.push(K::Accept),
            S::PreDeparture => kinds.push(K::Clear),
            _ => {}
        }
        // The region of the visa runs from the accepted offer on.
        if matches!(self.state, S::Recognition | S::Visa) {
            match self.visa {
                VisaRegion::NotFiled | VisaRegion::Refused => kinds.push(K::FileVisa),
                VisaRegion::Filed => kinds.extend([K::GrantVisa, K::RefuseVisa]),
                VisaRegion::Granted => {}
            }
        }
        if !is_final(self.state) {
            kinds.extend([K::Recognition, K::TakePathway, K::AddPaper]);
            if self.state != S::OnHold {
                kinds.push(K::Emergency);
                if self.pathway.is_some() {
                    kinds.extend([K::BeginStep, K::FinishStep, K::SkipStep, K::FailStep, K::StartClock, K::ExtendClock]);
                }
            }
        }
        if is_before_departure(self.gate()) && !is_final(self.state) {
            kinds.push(K::Withdraw);
        }
        kinds
    }

    /// What follows from an event. `by` is nobody where the system itself brings it.
    ///
    /// # Errors
    /// Why it cannot happen.
    pub fn apply(&self, event: &Event, by: Option<Party>, on: NaiveDate, ground: &Ground<'_>) -> Result<Self, Refusal> {
        let kind = event.kind();
        taken(self.state.as_str(), &self.takes(), kind, EventKind::as_str)?;
        self.ensure_hand(event, by, ground)?;
        let mut next = self.clone();
        match event {
            Event::Admit { eligible, informed_consent, place_free, contingency_plan, early_sign_off } => {
                guard(*eligible, "eligible")?;
                guard(*informed_consent, "informed_consent")?;
                guard(*place_free, "place_free")?;
                guard(*contingency_plan, "contingency_plan")?;
                guard(*early_sign_off, "early_sign_off")?;
                next.reach(State::Enrolled, on, ground);
            }
            Event::Reject { reason } => {
                guard(said(reason), "reason")?;
                next.reach(State::Rejected, on, ground);
            }
            Event::Start { funding_committed, trainee_pays_nothing } => {
                guard(*funding_committed, "funding_committed")?;
                guard(*trainee_pays_nothing, "trainee_pays_nothing")?;
                next.reach(State::InTraining, on, ground);
            }
            Event::Certify { exam_passed, attendance_percent, language_reached } => {
                guard(*exam_passed, "exam_passed")?;
                guard((ground.terms.attendance_min_percent..=100).contains(attendance_percent), "attendance_percent")?;
                guard(*language_reached, "language_reached")?;
                next.steps_done_before(State::Certified, ground)?;
                next.reach(State::Certified, on, ground);
                next.learnt(on, true, ground);
                // What was agreed while she was in training counts from here.
                if self.offered_on.is_some() {
                    next.reach(State::Offered, on, ground);
                } else if self.matched_on.is_some() {
                    next.reach(State::Matched, on, ground);
                }
            }
            Event::Leave { reason, partial_certificate } => {
                guard(said(reason), "reason")?;
                guard(*partial_certificate, "partial_certificate")?;
                next.reach(State::Dropped, on, ground);
            }
            Event::Match { lawful, reserved, both_consent } => {
                guard(*lawful, "lawful")?;
                guard(*reserved, "reserved")?;
                guard(*both_consent, "both_consent")?;
                next.matched_on = Some(on);
                if matches!(self.state, State::Certified | State::Matched) {
                    next.reach(State::Matched, on, ground);
                }
            }
            Event::Release { reason } => {
                guard(said(reason), "reason")?;
                (next.matched_on, next.offered_on, next.visa) = (None, None, VisaRegion::NotFiled);
                if !matches!(self.state, State::Enrolled | State::InTraining) {
                    next.reach(State::Certified, on, ground);
                }
            }
            Event::Offer { contract_complete, wage_lawful, works_council } => {
                guard(*contract_complete, "contract_complete")?;
                guard(*wage_lawful, "wage_lawful")?;
                guard(*works_council, "works_council")?;
                next.offered_on = Some(on);
                if self.state == State::Matched {
                    next.steps_done_before(State::Offered, ground)?;
                    next.reach(State::Offered, on, ground);
                }
            }
            Event::Accept => {
                let since = self.offered_on.unwrap_or(self.since);
                let over = working_days(since, ground.terms.cooling_off_working_days, ground.calendar);
                guard(over.is_some_and(|end| on >= end), "cooling_off")?;
                next.reach(State::Recognition, on, ground);
                next.advance(on, ground);
            }
            Event::Recognition { state } => {
                let enters = matches!(state, RecognitionState::Licensed | RecognitionState::NotRequired | RecognitionState::DecidedFull)
                    || ground.entry_states.contains(state);
                next.recognition = if enters { RecognitionRegion::Ready } else { RecognitionRegion::Open };
                next.advance(on, ground);
            }
            Event::FileVisa => {
                next.begin_gate(State::PreDeparture, on, ground)?;
                next.visa = VisaRegion::Filed;
            }
            Event::GrantVisa => {
                next.steps_done_before(State::PreDeparture, ground)?;
                next.visa = VisaRegion::Granted;
                next.advance(on, ground);
            }
            Event::RefuseVisa { cause } => {
                guard(cause.starts_with("VIS.") && is_cause(cause), "cause")?;
                next.visa = VisaRegion::Refused;
                next.hold(cause, on);
            }
            Event::Clear { orientation, same_contract, ticket_not_paid_by_trainee, passport_in_own_hands, insured, exit_clearance } => {
                guard(*orientation, "orientation")?;
                guard(*same_contract, "same_contract")?;
                guard(*ticket_not_paid_by_trainee, "ticket_not_paid_by_trainee")?;
                guard(*passport_in_own_hands, "passport_in_own_hands")?;
                guard(*insured, "insured")?;
                guard(*exit_clearance, "exit_clearance")?;
                next.steps_done_before(State::Departed, ground)?;
                next.papers_valid_for(State::Departed, on, ground)?;
                next.reach(State::Departed, on, ground);
            }
            Event::Arrive => next.reach(State::Arrived, on, ground),
            Event::RefuseEntry { cause } => {
                guard(cause.starts_with("DST.") && is_cause(cause), "cause")?;
                next.hold(cause, on);
            }
            Event::StartWork { contract_unchanged, social_insurance, housing_seen } => {
                guard(*contract_unchanged, "contract_unchanged")?;
                guard(*social_insurance, "social_insurance")?;
                guard(*housing_seen, "housing_seen")?;
                next.steps_done_before(State::Placed, ground)?;
                next.reach(State::Placed, on, ground);
            }
            Event::Return { will, order, duration, scale, vulnerable, claims_opened } => {
                guard(*claims_opened, "claims_opened")?;
                next.return_type =
                    Some(ReturnType { will: *will, order: *order, duration: *duration, scale: *scale, vulnerable: *vulnerable });
                next.reach(State::Returned, on, ground);
            }
            Event::Stabilise { score_percent } => {
                guard((ground.terms.reintegration_min_percent..=100).contains(score_percent), "score_percent")?;
                let year = deadline(self.since, Term::Months(ground.terms.reintegrate_months), ground.calendar, Roll::None);
                guard(year.is_ok_and(|end| on >= end.due), "reintegration_period")?;
                next.reach(State::Reintegrated, on, ground);
            }
            Event::PlaceHome { accepted_freely, credential_issued, no_debt } => {
                guard(*accepted_freely, "accepted_freely")?;
                guard(*credential_issued, "credential_issued")?;
                guard(*no_debt, "no_debt")?;
                next.reach(State::HomePlaced, on, ground);
            }
            Event::Emergency { cause } => {
                guard(is_cause(cause), "cause")?;
                next.hold(cause, on);
            }
            Event::Resolve { outcome } => {
                guard(leads_to(self.gate(), *outcome), "outcome")?;
                next.resolve(*outcome, on, ground);
            }
            Event::Reopen { gate, cause } => {
                guard(is_cause(cause), "cause")?;
                guard(is_before_departure(*gate), "gate")?;
                next.state = *gate;
                next.hold(cause, on);
            }
            Event::Reenter { accepted_freely, in_time, gate } => {
                guard(*accepted_freely, "accepted_freely")?;
                guard(*in_time, "in_time")?;
                // What she had agreed on went with the place; what she has learnt is hers. Without a certificate she
                // applies for a place in training again.
                let trained = gate.is_some_and(|gate| !matches!(gate, State::Applied | State::Enrolled | State::InTraining));
                (next.matched_on, next.offered_on, next.visa) = (None, None, VisaRegion::NotFiled);
                next.reach(if trained { State::Certified } else { State::Applied }, on, ground);
            }
            Event::Settle { permanent_status } => {
                guard(*permanent_status, "permanent_status")?;
                next.reach(State::Settled, on, ground);
            }
            Event::Withdraw => next.reach(State::Dropped, on, ground),
            Event::TakePathway { pack, pack_version, reason } => {
                // Open cases keep the version they have, unless somebody says why not.
                guard(self.pathway.is_none() || said(reason), "reason")?;
                next.pathway = Some((pack.clone(), *pack_version));
                if !matches!(self.gate(), State::Applied | State::Enrolled | State::InTraining) {
                    next.learnt(on, false, ground);
                }
            }
            Event::AddPaper { paper, valid_to, renewable } => {
                guard(said(paper), "paper")?;
                guard(valid_to.is_none_or(|end| end >= on), "valid_to")?;
                next.papers.insert(paper.clone(), Held { since: on, valid_to: *valid_to, renewable: *renewable });
            }
            Event::BeginStep { .. }
            | Event::FinishStep { .. }
            | Event::SkipStep { .. }
            | Event::FailStep { .. }
            | Event::StartClock { .. }
            | Event::ExtendClock { .. } => next.step(event, on, ground)?,
        }
        Ok(next)
    }

    /// The validity horizon: the earliest day on which something that is held and valid lapses, and
    /// what it is.
    pub fn horizon(&self, today: NaiveDate) -> Option<(NaiveDate, &str)> {
        let lapse = |(name, held): (&'_ String, &Held)| held.valid_to.filter(|end| *end >= today).map(|end| (end, name.clone()));
        let first = self.papers.iter().filter_map(lapse).min()?;
        self.papers.get_key_value(&first.1).map(|(name, _)| (first.0, name.as_str()))
    }

    fn ensure_hand(&self, event: &Event, by: Option<Party>, ground: &Ground<'_>) -> Result<(), Refusal> {
        let Some(by) = by else { return Ok(()) };
        let allowed = hands(event.kind());
        // A step is for whoever the pathway names, and for the authorities that see the whole way.
        let own = steps::of(event).and_then(|id| ground.steps.iter().find(|step| step.id == id)).and_then(|step| step.actor);
        // Who examines has no account here: the institute writes down what the examiner says.
        let stands_in = own == Some(Party::Examiner) && by == Party::Institute;
        if allowed.contains(&by) || own == Some(by) || stands_in { Ok(()) } else { Err(Refusal::NotYours { allowed }) }
    }

    fn reach(&mut self, state: State, on: NaiveDate, ground: &Ground<'_>) {
        (self.state, self.since) = (state, on);
        (self.held_from, self.held_since, self.cause, self.frozen_due_on) = (None, None, None, None);
        self.due_on = period(state, on, ground.terms, ground.calendar);
        self.finish_gate(state, on, ground);
    }

    /// From recognition to visa to departure, as far as both regions have come.
    fn advance(&mut self, on: NaiveDate, ground: &Ground<'_>) {
        if self.state == State::Recognition && self.recognition == RecognitionRegion::Ready {
            self.reach(State::Visa, on, ground);
        }
        if self.state == State::Visa && self.visa == VisaRegion::Granted {
            self.reach(State::PreDeparture, on, ground);
        }
    }

    fn hold(&mut self, cause: &str, on: NaiveDate) {
        self.held_from = Some(self.state);
        (self.state, self.held_since, self.cause) = (State::OnHold, Some(on), Some(cause.to_owned()));
        (self.frozen_due_on, self.due_on) = (self.due_on, None);
    }

    fn resolve(&mut self, outcome: Resolution, on: NaiveDate, ground: &Ground<'_>) {
        let back = self.held_from.unwrap_or(State::Applied);
        let stood = u64::try_from(self.held_since.map_or(0, |since| (on - since).num_days())).unwrap_or(0);
        let due = self.frozen_due_on.and_then(|due| due.checked_add_days(Days::new(stood)));
        if !matches!(outcome, Resolution::Appeal | Resolution::Refile | Resolution::Object) {
            self.pause_clocks(stood, ground);
        }
        match outcome {
            Resolution::Defer | Resolution::ExtendPapers | Resolution::Medical => {
                let since = self.since;
                self.reach(back, on, ground);
                // The time that stood still is given back.
                (self.since, self.due_on) = (since, due);
                self.advance(on, ground);
            }
            Resolution::SubstituteEmployer => {
                (self.matched_on, self.offered_on) = (None, None);
                self.reach(State::Matched, on, ground);
            }
            Resolution::SubstituteDestination => {
                (self.matched_on, self.offered_on) = (None, None);
                (self.visa, self.recognition) = (VisaRegion::NotFiled, RecognitionRegion::Open);
                self.reach(State::Matched, on, ground);
            }
            Resolution::SwitchPathway | Resolution::SwitchOccupation => {
                self.visa = VisaRegion::NotFiled;
                if outcome == Resolution::SwitchOccupation {
                    self.recognition = RecognitionRegion::Open;
                }
                self.reach(State::Recognition, on, ground);
                self.advance(on, ground);
            }
            Resolution::FurtherTraining | Resolution::Retake => self.reach(State::InTraining, on, ground),
            Resolution::HomeTrack => self.reach(State::HomePlaced, on, ground),
            Resolution::TransferPlace => self.reach(State::Transferred, on, ground),
            Resolution::Unplaced => self.reach(State::Unplaced, on, ground),
            Resolution::Terminate => self.reach(State::Dropped, on, ground),
            // Decided elsewhere first: nothing moves until then.
            Resolution::Appeal | Resolution::Refile | Resolution::Object => {}
        }
    }
}

/// Whether an outcome leads somewhere that she had come to before: no emergency carries anybody past
/// a gate.
pub fn leads_to(from: State, outcome: Resolution) -> bool {
    use Resolution as R;
    use State as S;
    let trains = !matches!(from, S::Applied | S::Enrolled);
    let certified = trains && from != S::InTraining;
    match outcome {
        R::Defer | R::Unplaced | R::ExtendPapers | R::Medical | R::Terminate | R::Appeal | R::Refile | R::Object => true,
        R::SubstituteEmployer | R::SubstituteDestination => certified && from != S::Certified,
        R::SwitchPathway | R::SwitchOccupation => certified && !matches!(from, S::Certified | S::Matched | S::Offered),
        R::FurtherTraining | R::Retake | R::TransferPlace => trains,
        R::HomeTrack => trains && is_before_departure(from) || matches!(from, S::Departed | S::Arrived | S::Placed | S::Returned),
    }
}

fn said(text: &str) -> bool {
    !text.trim().is_empty()
}

fn working_days(from: NaiveDate, days: u32, calendar: &Calendar) -> Option<NaiveDate> {
    deadline(from, Term::BusinessDays(days), calendar, Roll::None).ok().map(|end| end.due)
}

/// Until when the next gate has to be passed.
fn period(state: State, since: NaiveDate, terms: &Terms, calendar: &Calendar) -> Option<NaiveDate> {
    let days = |days: u32| since.checked_add_days(Days::new(days.into()));
    match state {
        State::Applied => days(terms.admit_days),
        State::Certified => days(terms.match_days),
        State::Matched => working_days(since, terms.offer_working_days, calendar),
        State::Offered => working_days(since, terms.accept_working_days, calendar),
        State::Departed => days(terms.arrive_days),
        State::Arrived => days(terms.start_work_days),
        State::Returned => deadline(since, Term::Months(terms.reintegrate_months), calendar, Roll::None).ok().map(|end| end.due),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
