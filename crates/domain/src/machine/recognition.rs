//! The recognition case: from the filing of a foreign qualification to the licence, with its clock,
//! its compensation measure and its remedy.
//!
//! The clock runs from the day on which the file is complete, not from the filing. It may be extended
//! once, and stands still during a suspension only where the law lets it.

use super::{Refusal, guard, in_hand, taken};
use crate::calendar::{Calendar, Roll, Term, deadline};
use crate::corridor::Party;
use crate::people::RecognitionState as State;
use crate::words;
use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};

words!(
    /// What can happen to a case.
    EventKind {
        File = "file",
        AcknowledgeComplete = "acknowledge_complete",
        RequestDocuments = "request_documents",
        Supply = "supply",
        Extend = "extend",
        DecideFull = "decide_full",
        DecidePartial = "decide_partial",
        Refuse = "refuse",
        WaiveAssessment = "waive_assessment",
        ChooseMeasure = "choose_measure",
        Pass = "pass",
        Fail = "fail",
        Retry = "retry",
        License = "license",
        Object = "object",
        Uphold = "uphold",
        Overturn = "overturn",
        Suspend = "suspend",
        Resume = "resume",
        Reapply = "reapply",
        Withdraw = "withdraw",
        Lapse = "lapse",
    }
);

words!(
    /// How substantial differences are bridged.
    Measure { AdaptationPeriod = "adaptation_period", AptitudeTest = "aptitude_test", KnowledgeTest = "knowledge_test" }
);

/// What the jurisdiction and the occupation lay down. Data of the catalogue of authorities.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Procedure {
    pub regulated: bool,
    /// Months from the complete file to the decision.
    pub limit_months: u32,
    /// A target raises an alert; only a binding limit is breached.
    #[serde(default)]
    pub binding: bool,
    #[serde(default)]
    pub pausable: bool,
    /// The assessment may be waived for a measure at once.
    #[serde(default)]
    pub waiver: bool,
    /// Days in which missing papers have to come.
    pub supply_days: u32,
    /// Months in which a decision can be objected to.
    pub remedy_months: u32,
    pub measures: Vec<Measure>,
    /// Attempts at a measure's examination.
    pub attempts_max: u8,
    /// Days to wait after a failed attempt.
    #[serde(default)]
    pub retry_wait_days: u32,
}

/// A substantial difference that a notice names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deficit {
    /// Subject or skill.
    pub subject: String,
    #[serde(default)]
    pub hours: Option<u32>,
}

impl Deficit {
    /// Named in so many letters and so many hours that a plan can answer it.
    fn is_sound(&self) -> bool {
        let letters = self.subject.trim().chars().count();
        (1..=200).contains(&letters) && self.hours.is_none_or(|hours| hours <= 20_000)
    }
}

impl Procedure {
    /// What no procedure has: periods beyond a working life, no measure, no attempt.
    pub fn faults(&self) -> Vec<&'static str> {
        let sound = [
            ("limit_months", (1..=120).contains(&self.limit_months)),
            ("supply_days", (1..=3_650).contains(&self.supply_days)),
            ("remedy_months", self.remedy_months <= 120),
            ("retry_wait_days", self.retry_wait_days <= 3_650),
            ("measures", !self.measures.is_empty()),
            ("attempts_max", (1..=20).contains(&self.attempts_max)),
        ];
        sound.into_iter().filter(|(_, holds)| !holds).map(|(name, _)| name).collect()
    }
}

/// An event with its facts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case", deny_unknown_fields)]
pub enum Event {
    File {
        consent: bool,
        /// These three the service knows and fills in itself.
        #[serde(default)]
        identity: bool,
        #[serde(default)]
        credential: bool,
        #[serde(default)]
        authority: bool,
    },
    AcknowledgeComplete {
        /// Papers of the checklist that the authority has before it though nobody has entered them.
        #[serde(default)]
        seen: Vec<String>,
        /// Papers of the checklist that are neither entered nor seen, or have lapsed. The service knows them.
        #[serde(default)]
        lacking: Vec<String>,
    },
    RequestDocuments {
        missing: Vec<String>,
    },
    /// The papers that came.
    Supply {
        papers: Vec<String>,
    },
    Extend {
        reason: String,
    },
    DecideFull,
    DecidePartial {
        deficits: Vec<Deficit>,
        measures: Vec<Measure>,
    },
    Refuse {
        reason: String,
    },
    WaiveAssessment {
        measure: Measure,
    },
    ChooseMeasure {
        measure: Measure,
        place_reserved: bool,
        payer: Party,
    },
    Pass,
    Fail,
    Retry,
    License {
        language: bool,
        health: bool,
        good_character: bool,
    },
    Object {
        reason: String,
    },
    Uphold,
    /// The remedy changes the decision to full recognition.
    Overturn,
    Suspend {
        contingency_case: bool,
    },
    Resume,
    /// A new application after what was missing has been made good.
    Reapply {
        /// Deficits of the notice that the adaptation plan has closed. The service knows them.
        #[serde(default)]
        covered: Vec<String>,
    },
    Withdraw,
    Lapse,
}

impl Event {
    pub const fn kind(&self) -> EventKind {
        match self {
            Self::File { .. } => EventKind::File,
            Self::AcknowledgeComplete { .. } => EventKind::AcknowledgeComplete,
            Self::RequestDocuments { .. } => EventKind::RequestDocuments,
            Self::Supply { .. } => EventKind::Supply,
            Self::Extend { .. } => EventKind::Extend,
            Self::DecideFull => EventKind::DecideFull,
            Self::DecidePartial { .. } => EventKind::DecidePartial,
            Self::Refuse { .. } => EventKind::Refuse,
            Self::WaiveAssessment { .. } => EventKind::WaiveAssessment,
            Self::ChooseMeasure { .. } => EventKind::ChooseMeasure,
            Self::Pass => EventKind::Pass,
            Self::Fail => EventKind::Fail,
            Self::Retry => EventKind::Retry,
            Self::License { .. } => EventKind::License,
            Self::Object { .. } => EventKind::Object,
            Self::Uphold => EventKind::Uphold,
            Self::Overturn => EventKind::Overturn,
            Self::Suspend { .. } => EventKind::Suspend,
            Self::Resume => EventKind::Resume,
            Self::Reapply { .. } => EventKind::Reapply,
            Self::Withdraw => EventKind::Withdraw,
            Self::Lapse => EventKind::Lapse,
        }
    }
}

/// A case with the facts of its state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Case {
    pub state: State,
    pub filed_on: Option<NaiveDate>,
    /// Papers that are still missing.
    pub missing: Vec<String>,
    /// Day on which the file was complete: the clock runs from here.
    pub complete_on: Option<NaiveDate>,
    /// Day on which the decision is due, or the papers, or the remedy ends, by state.
    pub due_on: Option<NaiveDate>,
    pub extended: bool,
    pub decided_on: Option<NaiveDate>,
    pub deficits: Vec<Deficit>,
    pub measures: Vec<Measure>,
    pub measure: Option<Measure>,
    pub attempts: u8,
    /// Day from which a failed measure can be tried again.
    pub retry_from: Option<NaiveDate>,
    /// Decision that is objected to.
    pub before: Option<State>,
    /// State in which a suspension began, and to which it leads back.
    pub suspended_from: Option<State>,
    pub suspended_on: Option<NaiveDate>,
}

impl Case {
    /// A new case: nothing is needed where the occupation is not regulated.
    pub fn new(regulated: bool) -> Self {
        Self {
            state: if regulated { State::Draft } else { State::NotRequired },
            filed_on: None,
            missing: vec![],
            complete_on: None,
            due_on: None,
            extended: false,
            decided_on: None,
            deficits: vec![],
            measures: vec![],
            measure: None,
            attempts: 0,
            retry_from: None,
            before: None,
            suspended_from: None,
            suspended_on: None,
        }
    }

    pub const fn is_final(&self) -> bool {
        matches!(self.state, State::Licensed | State::NotRequired | State::Withdrawn | State::Lapsed)
    }

    /// Events that the state takes, whoever brings them.
    pub fn takes(&self, procedure: &Procedure) -> Vec<EventKind> {
        use EventKind as K;
        let mut kinds = match self.state {
            State::Draft => vec![K::File],
            State::Filed => {
                let mut kinds = vec![K::AcknowledgeComplete, K::RequestDocuments];
                kinds.extend(procedure.waiver.then_some(K::WaiveAssessment));
                kinds
            }
            State::DocsPending => vec![K::Supply, K::Lapse],
            State::ClockRunning => {
                let mut kinds = vec![K::DecideFull, K::DecidePartial, K::Refuse];
                kinds.extend((!self.extended).then_some(K::Extend));
                kinds.extend(procedure.waiver.then_some(K::WaiveAssessment));
                kinds
            }
            State::DecidedPartial => vec![K::ChooseMeasure, K::Object, K::Reapply],
            State::DecidedRefused => vec![K::Object, K::Reapply],
            State::DecidedFull | State::CmPassed => vec![K::License],
            State::CmRunning => vec![K::Pass, K::Fail],
            State::CmFailed => {
                let retry = (self.attempts < procedure.attempts_max).then_some(K::Retry);
                retry.into_iter().chain([K::Reapply]).collect()
            }
            State::Objection => vec![K::Uphold, K::Overturn],
            State::Suspended => vec![K::Resume],
            State::Licensed | State::NotRequired | State::Withdrawn | State::Lapsed => vec![],
        };
        if !self.is_final() {
            kinds.push(K::Withdraw);
            kinds.extend((self.state != State::Suspended).then_some(K::Suspend));
        }
        kinds
    }

    /// What follows from an event.
    ///
    /// # Errors
    /// Why it cannot happen.
    pub fn apply(&self, event: &Event, by: Party, on: NaiveDate, procedure: &Procedure, calendar: &Calendar) -> Result<Self, Refusal> {
        let kind = event.kind();
        taken(self.state.as_str(), &self.takes(procedure), kind, EventKind::as_str)?;
        in_hand(hands(kind), Some(by))?;
        let mut next = self.clone();
        match event {
            Event::File { consent, identity, credential, authority } => {
                guard(*consent, "consent")?;
                guard(*identity, "identity")?;
                guard(*credential, "credential")?;
                guard(*authority, "authority")?;
                (next.state, next.filed_on, next.due_on) = (State::Filed, Some(on), months(on, 1, calendar));
            }
            Event::AcknowledgeComplete { lacking, .. } => {
                guard(lacking.is_empty(), "checklist")?;
                next.complete(on, procedure, calendar);
            }
            Event::RequestDocuments { missing } => {
                guard(!missing.is_empty(), "missing")?;
                (next.state, next.missing) = (State::DocsPending, missing.clone());
                next.due_on = on.checked_add_days(Days::new(procedure.supply_days.into()));
            }
            Event::Supply { papers } => {
                guard(papers.iter().any(|paper| self.missing.contains(paper)), "papers")?;
                next.missing.retain(|paper| !papers.contains(paper));
                // The clock runs from the day of the last paper.
                if next.missing.is_empty() {
                    next.complete(on, procedure, calendar);
                }
            }
            Event::Extend { reason } => {
                guard(!reason.trim().is_empty(), "reason")?;
                next.extended = true;
                next.due_on = self.complete_on.and_then(|day| months(day, procedure.limit_months.saturating_mul(2), calendar));
            }
            Event::DecideFull => next.decide(State::DecidedFull, on, None),
            Event::DecidePartial { deficits, measures } => {
                guard(!deficits.is_empty() && deficits.iter().all(Deficit::is_sound), "deficits")?;
                guard(!measures.is_empty() && measures.iter().all(|measure| procedure.measures.contains(measure)), "measures")?;
                (next.deficits, next.measures) = (deficits.clone(), measures.clone());
                next.decide(State::DecidedPartial, on, months(on, procedure.remedy_months, calendar));
            }
            Event::Refuse { reason } => {
                guard(!reason.trim().is_empty(), "reason")?;
                // A refusal names no deficit; those of an earlier notice are not asked for any more.
                (next.deficits, next.measures) = (vec![], vec![]);
                next.decide(State::DecidedRefused, on, months(on, procedure.remedy_months, calendar));
            }
            Event::WaiveAssessment { measure } => {
                guard(procedure.measures.contains(measure), "measure")?;
                (next.state, next.measure, next.attempts, next.due_on) = (State::CmRunning, Some(*measure), 1, None);
            }
            Event::ChooseMeasure { measure, place_reserved, payer } => {
                guard(self.measures.contains(measure), "measure")?;
                guard(*place_reserved, "place")?;
                // No worker pays for what the job needs.
                guard(*payer != Party::Trainee, "payer")?;
                (next.state, next.measure, next.attempts, next.due_on) = (State::CmRunning, Some(*measure), 1, None);
            }
            Event::Pass => next.state = State::CmPassed,
            Event::Fail => {
                next.state = State::CmFailed;
                next.retry_from = on.checked_add_days(Days::new(procedure.retry_wait_days.into()));
            }
            Event::Retry => {
                guard(self.retry_from.is_none_or(|day| on >= day), "waiting_period")?;
                next.state = State::CmRunning;
                next.attempts = self.attempts + 1;
            }
            Event::License { language, health, good_character } => {
                if procedure.regulated {
                    guard(*language, "language")?;
                    guard(*health, "health")?;
                    guard(*good_character, "good_character")?;
                }
                (next.state, next.due_on) = (State::Licensed, None);
            }
            Event::Object { reason } => {
                guard(!reason.trim().is_empty(), "reason")?;
                guard(self.due_on.is_none_or(|end| on <= end), "remedy_period")?;
                (next.state, next.before, next.due_on) = (State::Objection, Some(self.state), None);
            }
            Event::Uphold => {
                next.state = self.before.unwrap_or(State::DecidedRefused);
                // What was objected to and upheld stands: the remedy is used.
                (next.before, next.due_on) = (None, on.pred_opt());
            }
            Event::Overturn => {
                (next.deficits, next.measures, next.before) = (vec![], vec![], None);
                next.decide(State::DecidedFull, on, None);
            }
            Event::Suspend { contingency_case } => {
                guard(*contingency_case, "contingency_case")?;
                (next.state, next.suspended_from, next.suspended_on) = (State::Suspended, Some(self.state), Some(on));
            }
            Event::Resume => {
                let stood = self.suspended_on.map_or(0, |since| (on - since).num_days().max(0));
                next.state = self.suspended_from.unwrap_or(State::Draft);
                if procedure.pausable {
                    next.due_on = self.due_on.and_then(|due| due.checked_add_days(Days::new(u64::try_from(stood).unwrap_or(0))));
                }
                next.suspended_on = None;
                next.suspended_from = None;
            }
            Event::Reapply { covered } => {
                guard(!covered.is_empty(), "plan")?;
                // What is still open stays known; attempts at an examination are not given anew.
                next.deficits.retain(|deficit| !covered.contains(&deficit.subject));
                next = Self { deficits: next.deficits, attempts: next.attempts, ..Self::new(procedure.regulated) };
                (next.state, next.filed_on, next.due_on) = (State::Filed, Some(on), months(on, 1, calendar));
            }
            Event::Withdraw => (next.state, next.due_on) = (State::Withdrawn, None),
            Event::Lapse => {
                guard(self.due_on.is_some_and(|due| on > due), "supply_period")?;
                (next.state, next.due_on) = (State::Lapsed, None);
            }
        }
        Ok(next)
    }
}

impl Case {
    fn complete(&mut self, on: NaiveDate, procedure: &Procedure, calendar: &Calendar) {
        (self.state, self.complete_on) = (State::ClockRunning, Some(on));
        self.due_on = months(on, procedure.limit_months, calendar);
    }

    fn decide(&mut self, state: State, on: NaiveDate, remedy_ends: Option<NaiveDate>) {
        (self.state, self.decided_on, self.due_on) = (state, Some(on), remedy_ends);
    }

    /// Days from the complete file to the decision.
    pub fn days_to_decision(&self) -> Option<i64> {
        Some((self.decided_on? - self.complete_on?).num_days())
    }
}

/// A period of months whose end moves off days of rest.
fn months(from: NaiveDate, count: u32, calendar: &Calendar) -> Option<NaiveDate> {
    deadline(from, Term::Months(count), calendar, Roll::NextBusinessDay).ok().map(|end| end.due)
}

/// Whose hand an event takes. An institute or an employer may act with a power of attorney.
pub const fn hands(kind: EventKind) -> &'static [Party] {
    use Party::{DestinationAuthority, Employer, Examiner, Institute, OriginAuthority, RecognitionAuthority, Trainee};
    match kind {
        EventKind::File | EventKind::Supply | EventKind::Reapply => &[Trainee, Institute, Employer],
        EventKind::AcknowledgeComplete
        | EventKind::RequestDocuments
        | EventKind::Extend
        | EventKind::DecideFull
        | EventKind::DecidePartial
        | EventKind::Refuse
        | EventKind::License
        | EventKind::Uphold
        | EventKind::Overturn
        | EventKind::Lapse => &[RecognitionAuthority],
        // Her choice alone, whoever pays.
        EventKind::WaiveAssessment | EventKind::ChooseMeasure | EventKind::Object | EventKind::Withdraw => &[Trainee],
        EventKind::Pass | EventKind::Fail => &[Examiner, Institute, RecognitionAuthority],
        EventKind::Retry => &[Trainee, Institute],
        EventKind::Suspend | EventKind::Resume => &[OriginAuthority, DestinationAuthority, RecognitionAuthority],
    }
}

#[cfg(test)]
mod tests;
