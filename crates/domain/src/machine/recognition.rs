//! The recognition case: from the filing of a foreign qualification to the licence, with its clock,
//! its compensation measure and its remedy.
//!
//! The clock runs from the day on which the file is complete, not from the filing. It may be extended
//! once, and stands still during a suspension only where the law lets it.

use super::Refusal;
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
    AcknowledgeComplete,
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
    Withdraw,
    Lapse,
}

impl Event {
    pub const fn kind(&self) -> EventKind {
        match self {
            Self::File { .. } => EventKind::File,
            Self::AcknowledgeComplete => EventKind::AcknowledgeComplete,
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
            State::DecidedPartial => vec![K::ChooseMeasure, K::Object],
            State::DecidedRefused => vec![K::Object],
            State::DecidedFull | State::CmPassed => vec![K::License],
            State::CmRunning => vec![K::Pass, K::Fail],
            State::CmFailed => (self.attempts < procedure.attempts_max).then_some(K::Retry).into_iter().collect(),
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
        let takes = self.takes(procedure);
        if !takes.contains(&kind) {
            return Err(Refusal::NotNow { state: self.state.as_str(), allowed: takes.iter().map(|kind| kind.as_str()).collect() });
        }
        let allowed = hands(kind);
        if !allowed.contains(&by) {
            return Err(Refusal::NotYours { allowed });
        }
        let mut next = self.clone();
        let guard = |holds: bool, name: &'static str| if holds { Ok(()) } else { Err(Refusal::Guard(name)) };
        match event {
            Event::File { consent, identity, credential, authority } => {
                guard(*consent, "consent")?;
                guard(*identity, "identity")?;
                guard(*credential, "credential")?;
                guard(*authority, "authority")?;
                (next.state, next.filed_on, next.due_on) = (State::Filed, Some(on), months(on, 1, calendar));
            }
            Event::AcknowledgeComplete => next.complete(on, procedure, calendar),
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
                next.due_on = self.complete_on.and_then(|day| months(day, procedure.limit_months * 2, calendar));
            }
            Event::DecideFull => next.decide(State::DecidedFull, on, None),
            Event::DecidePartial { deficits, measures } => {
                guard(!deficits.is_empty(), "deficits")?;
                guard(!measures.is_empty() && measures.iter().all(|measure| procedure.measures.contains(measure)), "measures")?;
                (next.deficits, next.measures) = (deficits.clone(), measures.clone());
                next.decide(State::DecidedPartial, on, months(on, procedure.remedy_months, calendar));
            }
            Event::Refuse { reason } => {
                guard(!reason.trim().is_empty(), "reason")?;
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
        EventKind::File | EventKind::Supply => &[Trainee, Institute, Employer],
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
mod tests {
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
            EventKind::AcknowledgeComplete => Event::AcknowledgeComplete,
            EventKind::RequestDocuments => Event::RequestDocuments { missing: vec!["curriculum".into()] },
            EventKind::Supply => Event::Supply { papers: vec!["curriculum".into()] },
            EventKind::Extend => Event::Extend { reason: "an expert is heard".into() },
            EventKind::DecideFull => Event::DecideFull,
            EventKind::DecidePartial => partial(),
            EventKind::Refuse => Event::Refuse { reason: "too far apart".into() },
            EventKind::WaiveAssessment => Event::WaiveAssessment { measure: Measure::KnowledgeTest },
            EventKind::ChooseMeasure => {
                Event::ChooseMeasure { measure: Measure::KnowledgeTest, place_reserved: true, payer: Party::Employer }
            }
            EventKind::Pass => Event::Pass,
            EventKind::Fail => Event::Fail,
            EventKind::Retry => Event::Retry,
            EventKind::License => Event::License { language: true, health: true, good_character: true },
            EventKind::Object => Event::Object { reason: "practice was not counted".into() },
            EventKind::Uphold => Event::Uphold,
            EventKind::Overturn => Event::Overturn,
            EventKind::Suspend => Event::Suspend { contingency_case: true },
            EventKind::Resume => Event::Resume,
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
        let upheld = Walk::start()
            .all(&[EventKind::File, EventKind::AcknowledgeComplete, EventKind::Refuse, EventKind::Object, EventKind::Uphold])
            .case;
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
}
