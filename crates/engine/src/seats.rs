//! How many places to open: demand that somebody stands for, less those on their way, divided by the share who
//! arrive. Money is spent on places years before anybody works; a place nobody has pledged to fill trains for nobody.
//!
//! For each occupation, destination and half-year in which work begins:
//!
//! `seats = ⌈(counted − on their way) / (completion × recognition × visa)⌉`
//!
//! where `counted` is what is pledged and a chosen share of what is wanted and not pledged, and the chances are those
//! of the pathway's own steps.

use crate::pathway::{Objective, RouteError, Standing, routes};
use chrono::{Datelike, NaiveDate, TimeDelta};
use passerelle_domain::corridor::{CorridorPack, DayRange, Step, StepKind};
use passerelle_domain::country::CountryCode;
use passerelle_domain::people::JourneyState;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt;

/// Half a year, the grain of intakes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HalfYear {
    pub year: i32,
    /// 1 or 2.
    pub half: u32,
}

impl HalfYear {
    pub fn of(day: NaiveDate) -> Self {
        Self { year: day.year(), half: if day.month() <= 6 { 1 } else { 2 } }
    }

    /// First day.
    pub fn begins(self) -> NaiveDate {
        NaiveDate::from_ymd_opt(self.year, if self.half == 1 { 1 } else { 7 }, 1).unwrap_or_default()
    }
}

impl fmt::Display for HalfYear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-H{}", self.year, self.half)
    }
}

impl Serialize for HalfYear {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Posts of one kind that somebody wants filled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Demand {
    /// ISCO-08, four digits.
    pub occupation: String,
    pub destination: CountryCode,
    /// First day of the window in which work begins.
    pub from: NaiveDate,
    pub seats: u32,
    /// An employer has pledged them; else they are wanted and no more.
    pub pledged: bool,
}

/// Somebody in training, or beyond.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnTheWay {
    pub occupation: String,
    /// Where she is going, once that is known.
    pub destination: Option<CountryCode>,
    pub ready_on: NaiveDate,
    pub reached: Reached,
}

/// What somebody has behind her: later chances are hers to meet, earlier ones are met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reached {
    Training,
    Certified,
    Recognised,
}

/// A cohort that has not begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intake {
    pub id: uuid::Uuid,
    pub name: String,
    pub occupation: String,
    pub starts_on: NaiveDate,
    pub ends_on: NaiveDate,
    /// Places of the away track, and those still undecided.
    pub seats: u32,
}

/// What the steps of a pathway say: who gets through which part, and how long it takes once trained.
#[derive(Debug, Clone, PartialEq)]
pub struct Way {
    pub pathway: String,
    pub destination: CountryCode,
    /// ISCO-08 codes that the pathway takes; empty takes all.
    pub occupations: Vec<String>,
    pub chances: Chances,
    /// Typical days from the end of training to the first day of work.
    pub lead_days: u32,
}

/// Of the ways to a destination that take an occupation the one with the best chance, the first by name of equals.
pub fn best_way<'w>(ways: &'w [Way], destination: CountryCode, occupation: &str) -> Option<&'w Way> {
    let serves = |way: &&Way| {
        way.destination == destination && (way.occupations.is_empty() || way.occupations.iter().any(|code| code == occupation))
    };
    let order = |a: &&Way, b: &&Way| a.chances.survival().total_cmp(&b.chances.survival()).then_with(|| b.pathway.cmp(&a.pathway));
    ways.iter().filter(serves).max_by(order)
}

/// Shares who get through, from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Chances {
    pub completion: f64,
    pub recognition: f64,
    pub visa: f64,
}

impl Chances {
    /// What is still before somebody who has come so far.
    pub fn after(self, reached: Reached) -> f64 {
        match reached {
            Reached::Training => self.completion * self.recognition * self.visa,
            Reached::Certified => self.recognition * self.visa,
            Reached::Recognised => self.visa,
        }
    }

    pub fn survival(self) -> f64 {
        self.after(Reached::Training)
    }
}

/// What counts, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SeatPolicy {
    /// Share of what is wanted and not pledged, in percent.
    pub unpledged_percent: u32,
}

/// One line of the plan: the formula with its figures.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Line {
    pub occupation: String,
    pub destination: CountryCode,
    pub window: HalfYear,
    pub wanted: u32,
    pub pledged: u32,
    pub counted: f64,
    /// Expected to arrive of those in training and beyond.
    pub on_the_way: f64,
    /// The pathway whose chances are used: of those that take the occupation to the destination the one with the best.
    /// Nothing where none does, and then no seat is asked for.
    pub pathway: Option<String>,
    pub chances: Option<Chances>,
    pub seats: u32,
    /// Places of cohorts that have not begun and end in time.
    pub planned: u32,
    /// Planned less needed: below zero too few are planned.
    pub balance: i64,
    /// Last day on which a training of the usual length can begin; nothing where its length is not known.
    pub begin_by: Option<NaiveDate>,
}

/// Places that no demand asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Spare {
    pub cohort: uuid::Uuid,
    pub name: String,
    pub occupation: String,
    pub seats: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SeatPlan {
    pub lines: Vec<Line>,
    pub spare: Vec<Spare>,
}

/// Everything that a plan is made from.
#[derive(Debug, Clone, Default)]
pub struct SeatFacts {
    pub demand: Vec<Demand>,
    pub on_the_way: Vec<OnTheWay>,
    pub intakes: Vec<Intake>,
    pub ways: Vec<Way>,
    /// Days that the training for an occupation usually takes.
    pub training_days: BTreeMap<String, u32>,
}

/// What the steps of a pathway say.
///
/// # Errors
/// When nothing leads to work on that day.
pub fn way(pack: &CorridorPack, day: NaiveDate) -> Result<Way, RouteError> {
    let (chances, lead_days) = through(&pack.steps, day)?;
    let occupations = pack.occupations.value.isco.iter().map(ToString::to_string).collect();
    Ok(Way { pathway: pack.id.to_string(), destination: pack.destination, occupations, chances, lead_days })
}

/// Of the ways that no other beats the one with the best chance, and the days that remain once training is over: what runs
/// beside something longer takes none.
fn through(steps: &[Step], day: NaiveDate) -> Result<(Chances, u32), RouteError> {
    let trained = [StepKind::Training, StepKind::LanguageCourse];
    let at_once = DayRange { min: 0, typical: 0, max: 0 };
    let after_training = |step: &Step| Step { days: if trained.contains(&step.kind) { at_once } else { step.days }, ..step.clone() };
    let after: Vec<Step> = steps.iter().map(after_training).collect();
    let found = routes(&after, &Standing::default(), &Objective::Milestone(JourneyState::Placed), day)?;
    let best = found.into_iter().max_by(|a, b| a.chance.total_cmp(&b.chance)).ok_or(RouteError::NoWay)?;
    let product = |kinds: &[StepKind]| {
        let own = steps.iter().filter(|step| best.steps.contains(&step.id) && kinds.contains(&step.kind));
        own.map(Step::chance).product()
    };
    let chances = Chances {
        completion: product(&[StepKind::Training, StepKind::LanguageCourse, StepKind::Exam]),
        recognition: product(&[StepKind::RecognitionFiling, StepKind::RecognitionDecision, StepKind::CompensationMeasure]),
        visa: product(&[StepKind::LabourMarketTest, StepKind::Approval, StepKind::Appointment, StepKind::Visa, StepKind::Medical]),
    };
    Ok((chances, best.days.typical))
}

/// Makes the plan.
pub fn plan(facts: &SeatFacts, policy: SeatPolicy) -> SeatPlan {
    let mut lines: BTreeMap<(String, CountryCode, HalfYear), Line> = BTreeMap::new();
    for demand in &facts.demand {
        let window = HalfYear::of(demand.from);
        let key = (demand.occupation.clone(), demand.destination, window);
        let line = lines.entry(key).or_insert_with(|| begun(facts, demand, window));
        let counted = if demand.pledged { &mut line.pledged } else { &mut line.wanted };
        *counted = counted.saturating_add(demand.seats);
    }
    let mut lines: Vec<Line> = lines.into_values().collect();
    for line in &mut lines {
        let unpledged = f64::from(line.wanted) * f64::from(policy.unpledged_percent.min(100)) / 100.0;
        line.counted = f64::from(line.pledged) + unpledged;
    }
    let order = Order::new(facts, &lines);
    send_on_their_way(facts, &order, &mut lines);
    for line in &mut lines {
        let gap = (line.counted - line.on_the_way).max(0.0);
        let survival = line.chances.map_or(0.0, Chances::survival);
        line.seats = if survival > 0.0 { (gap / survival - 1e-9).ceil().clamp(0.0, f64::from(u32::MAX)) as u32 } else { 0 };
    }
    let spare = fill(facts, &order, &mut lines);
    for line in &mut lines {
        line.balance = i64::from(line.planned) - i64::from(line.seats);
    }
    SeatPlan { lines, spare }
}

/// A line with nothing counted yet: its pathway, and when training must begin.
fn begun(facts: &SeatFacts, demand: &Demand, window: HalfYear) -> Line {
    let best = best_way(&facts.ways, demand.destination, &demand.occupation);
    let days = best.zip(facts.training_days.get(&demand.occupation)).map(|(way, training)| i64::from(way.lead_days) + i64::from(*training));
    Line {
        occupation: demand.occupation.clone(),
        destination: demand.destination,
        window,
        wanted: 0,
        pledged: 0,
        counted: 0.0,
        on_the_way: 0.0,
        pathway: best.map(|way| way.pathway.clone()),
        chances: best.map(|way| way.chances),
        seats: 0,
        planned: 0,
        balance: 0,
        begin_by: days.and_then(|days| window.begins().checked_sub_signed(TimeDelta::days(days))),
    }
}

/// The lines of each occupation, the earliest window first, and the days from training to work of each.
struct Order {
    of: BTreeMap<String, Vec<usize>>,
    lead: Vec<TimeDelta>,
}

impl Order {
    fn new(facts: &SeatFacts, lines: &[Line]) -> Self {
        let mut of: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (at, line) in lines.iter().enumerate() {
            of.entry(line.occupation.clone()).or_default().push(at);
        }
        of.values_mut().for_each(|own| own.sort_by_key(|at| (lines[*at].window, *at)));
        let days = |line: &Line| facts.ways.iter().find(|way| Some(&way.pathway) == line.pathway.as_ref()).map_or(0, |way| way.lead_days);
        Self { of, lead: lines.iter().map(|line| TimeDelta::days(days(line).into())).collect() }
    }

    fn lines(&self, occupation: &str) -> &[usize] {
        self.of.get(occupation).map_or(&[], Vec::as_slice)
    }

    /// Whether whoever is trained on a day is there before the window after a line's begins.
    fn in_time(&self, lines: &[Line], at: usize, trained_on: NaiveDate) -> bool {
        trained_on.checked_add_signed(self.lead[at]).is_some_and(|day| HalfYear::of(day) <= lines[at].window)
    }
}

/// Each person counts once: for the first window that she can meet and that still asks for somebody. Those whose
/// destination is settled come first, so that those who are free go where somebody is missing.
fn send_on_their_way(facts: &SeatFacts, order: &Order, lines: &mut [Line]) {
    let mut people: Vec<&OnTheWay> = facts.on_the_way.iter().collect();
    people.sort_by(|a, b| {
        let key = |one: &OnTheWay| (one.destination.is_none(), one.ready_on, one.reached);
        key(a).cmp(&key(b)).then_with(|| a.occupation.cmp(&b.occupation))
    });
    for person in people {
        let fits = |at: &&usize| {
            let line = &lines[**at];
            // Where no pathway leads nobody is on the way.
            line.chances.is_some()
                && line.on_the_way < line.counted
                && person.destination.is_none_or(|to| to == line.destination)
                && order.in_time(lines, **at, person.ready_on)
        };
        if let Some(at) = order.lines(&person.occupation).iter().find(fits) {
            let chance = lines[*at].chances.map_or(0.0, |chances| chances.after(person.reached));
            lines[*at].on_the_way += chance;
        }
    }
}

/// Gives the places of cohorts to the lines that they can serve, the earliest window first; what is left over is
/// spare.
fn fill(facts: &SeatFacts, order: &Order, lines: &mut [Line]) -> Vec<Spare> {
    let mut intakes: Vec<&Intake> = facts.intakes.iter().collect();
    intakes.sort_by_key(|intake| (intake.ends_on, intake.id));
    let mut spare = Vec::new();
    for intake in intakes {
        let mut left = intake.seats;
        for at in order.lines(&intake.occupation) {
            if order.in_time(lines, *at, intake.ends_on) {
                let given = left.min(lines[*at].seats.saturating_sub(lines[*at].planned));
                lines[*at].planned += given;
                left -= given;
            }
        }
        if left > 0 {
            spare.push(Spare { cohort: intake.id, name: intake.name.clone(), occupation: intake.occupation.clone(), seats: left });
        }
    }
    spare
}

#[cfg(test)]
mod tests;
