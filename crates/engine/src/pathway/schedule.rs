//! Dates of a route: when each step can begin and end, which steps decide the end, how much room
//! the others have, and when the law says that an answer is due. Planned again from what has
//! really happened.

use super::PathwayGraph;
use chrono::{Days, NaiveDate};
use passerelle_domain::calendar::{Calendar, Roll, Term, deadline};
use passerelle_domain::corridor::{Actual, Clock, Join, Step};
use passerelle_domain::words;
use serde::Serialize;
use std::collections::BTreeMap;

words!(
    /// How far a step is.
    Progress { Done = "done", Running = "running", Waiting = "waiting" }
);

/// A statutory due date.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Due {
    pub on: NaiveDate,
    pub binding: bool,
    /// Whether the event that starts the clock has happened; before that the date is a forecast.
    pub running: bool,
    /// Whether the calendar lists the holidays around the day.
    pub covered: bool,
}

/// One step with its dates. Ends are the day after the last day of work on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Planned {
    pub step: String,
    pub progress: Progress,
    /// On typical durations.
    pub start: NaiveDate,
    pub end: NaiveDate,
    /// With every step from now on at its shortest and at its longest.
    pub end_earliest: NaiveDate,
    pub end_latest: NaiveDate,
    /// Latest end that does not move the end of the route.
    pub end_allowed: NaiveDate,
    pub slack_days: i64,
    pub critical: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due: Option<Due>,
}

/// A route with its dates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Schedule {
    pub steps: Vec<Planned>,
    /// End of the route with every open step at its shortest, typical and longest.
    pub ready_earliest: NaiveDate,
    pub ready: NaiveDate,
    pub ready_latest: NaiveDate,
}

/// Dates of the steps of a route.
///
/// Steps that are not part of `steps` are taken as done. What has not happened by `today` happens
/// from today on.
pub fn schedule(
    steps: &[&Step],
    start: NaiveDate,
    today: NaiveDate,
    calendars: &BTreeMap<String, Calendar>,
    actuals: &BTreeMap<String, Actual>,
) -> Schedule {
    let graph = PathwayGraph::new(steps.iter().copied());
    let order = graph.order();
    let nothing = Actual::default();
    let actual = |id: &str| actuals.get(id).unwrap_or(&nothing);
    let later = |day: NaiveDate, days: u32| day.checked_add_days(Days::new(days.into())).unwrap_or(NaiveDate::MAX);
    // Forward: first possible start and end for one choice of durations.
    let forward = |pick: fn(&Step) -> u32| {
        let mut dates: BTreeMap<_, (NaiveDate, NaiveDate)> = BTreeMap::new();
        for node in &order {
            let step = graph.graph[*node];
            let happened = actual(&step.id);
            let ends = graph.before(*node).filter_map(|n| dates.get(&n).map(|(_, end)| *end));
            let ready = match step.join {
                Join::All => ends.max(),
                Join::OneOf => ends.min(),
            };
            let begin = happened.started_on.unwrap_or_else(|| {
                let possible = ready.unwrap_or(start);
                if happened.finished_on.is_some() { possible } else { possible.max(today) }
            });
            let end = happened.finished_on.unwrap_or_else(|| later(begin, pick(step)).max(today));
            dates.insert(*node, (begin.min(end), end));
        }
        dates
    };
    let typical = forward(|step| step.days.typical);
    let shortest = forward(|step| step.days.min);
    let longest = forward(|step| step.days.max);
    let last = |dates: &BTreeMap<_, (NaiveDate, NaiveDate)>| dates.values().map(|(_, end)| *end).max().unwrap_or(start);
    let ready = last(&typical);
    // Backward: the latest end that the steps after it allow.
    let mut allowed: BTreeMap<_, NaiveDate> = BTreeMap::new();
    for node in order.iter().rev() {
        let after = graph.graph.neighbors_directed(*node, petgraph::Outgoing).filter_map(|next| {
            let step = graph.graph[next];
            let end = *allowed.get(&next)?;
            let length = typical.get(&next).map_or(0, |(begin, end)| (*end - *begin).num_days());
            let length = if actual(&step.id).finished_on.is_some() { 0 } else { length };
            end.checked_sub_days(Days::new(u64::try_from(length).unwrap_or(0)))
        });
        allowed.insert(*node, after.min().unwrap_or(ready));
    }
    let planned = order.iter().map(|node| {
        let step = graph.graph[*node];
        let happened = actual(&step.id);
        let (begin, end) = typical[node];
        let progress = match (happened.started_on, happened.finished_on) {
            (_, Some(_)) => Progress::Done,
            (Some(_), None) => Progress::Running,
            (None, None) => Progress::Waiting,
        };
        let slack_days = (allowed[node] - end).num_days();
        Planned {
            step: step.id.clone(),
            progress,
            start: begin,
            end,
            end_earliest: shortest[node].1,
            end_latest: longest[node].1,
            end_allowed: allowed[node],
            slack_days,
            critical: progress != Progress::Done && slack_days <= 0,
            due: step.clock.as_ref().and_then(|clock| due(clock, step, begin, happened, &typical, &graph, calendars)),
        }
    });
    Schedule { steps: planned.collect(), ready_earliest: last(&shortest), ready, ready_latest: last(&longest) }
}

fn due(
    clock: &Clock,
    step: &Step,
    begin: NaiveDate,
    happened: &Actual,
    typical: &BTreeMap<petgraph::graph::NodeIndex, (NaiveDate, NaiveDate)>,
    graph: &PathwayGraph<'_>,
    calendars: &BTreeMap<String, Calendar>,
) -> Option<Due> {
    let term = match (clock.months, clock.days) {
        (Some(months), _) => Term::Months(months),
        (None, Some(days)) => Term::Days(days),
        (None, None) => return None,
    };
    // The anchor is a step of the route, or the event that the step itself records.
    let anchor_step = graph.graph.node_indices().find(|node| {
        let other = graph.graph[*node];
        other.id == clock.anchor || (other.kind.as_str() == clock.anchor && other.id != step.id)
    });
    let running = happened.clock_started_on.is_some();
    let anchor =
        happened.clock_started_on.or_else(|| anchor_step.and_then(|node| typical.get(&node).map(|(_, end)| *end))).unwrap_or(begin);
    let weekends = Calendar::weekends();
    let (calendar, roll) = match clock.calendar.as_ref().and_then(|id| calendars.get(id)) {
        Some(calendar) => (calendar, Roll::NextBusinessDay),
        None => (&weekends, Roll::None),
    };
    let first = deadline(anchor, term, calendar, roll).ok()?;
    // An extension runs from the day on which the first period would have ended.
    let end = if happened.extended && clock.extendable_once { deadline(first.unrolled, term, calendar, roll).ok()? } else { first };
    let paused = if clock.pausable { happened.paused_days } else { 0 };
    let on = end.due.checked_add_days(Days::new(paused.into()))?;
    Some(Due { on: calendar.roll(on, roll), binding: clock.binding, running, covered: end.covered || clock.calendar.is_none() })
}
