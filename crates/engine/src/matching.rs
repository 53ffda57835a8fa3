//! Matching: who is proposed for which seat.
//!
//! [`plan`] runs snapshot → gates → score → candidates → stable matching → report. The law comes
//! first ([`gate`]): no score can buy a way past it. The matching is the trainee-optimal stable
//! one under two laminar families of caps ([`crate::solver`]), judged by the definition of stability and
//! by the law on a code path of its own before anything is proposed.

mod alternatives;
mod certificate;
pub mod gate;
mod market;
mod pairs;
pub mod panel;
mod plan;
pub mod policy;
mod report;
#[cfg(test)]
mod sample;
pub mod score;
pub mod snapshot;

pub use alternatives::{Alternative, Alternatives, alternatives};
pub use certificate::{Bar, Certificate, Full, Own};
pub use plan::{ENGINE_VERSION, Outcome, OutcomeResult, PlanError, Planned, Proposal, RunResult, Side, Stage, Totals, outline, plan};
pub use policy::{Mode, Policy};
pub use report::{PairReport, explain_pair, hide};
pub use snapshot::Snapshot;
