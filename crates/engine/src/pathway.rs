//! Pathways as graphs: what is wrong with one, which routes lead through it, when each step falls
//! due, how likely a person arrives in time, and what differs between two versions.

mod clocks;
mod diff;
mod graph;
mod route;
mod schedule;
mod simulate;
#[cfg(test)]
mod tests;
mod validate;

pub use clocks::{Clocks, JourneyStanding, Next, Remaining, WARN_DAYS, clocks, remaining};
pub use diff::{Change, ChangeKind, diff};
pub use graph::PathwayGraph;
pub use passerelle_domain::corridor::Actual;
pub use route::{Objective, Route, RouteError, Standing, routes};
pub use schedule::{Due, Planned, Progress, Schedule, schedule};
pub use simulate::{Forecast, Losses, simulate};
pub use validate::{Finding, FindingCode, Ground, Severity, validate};
