//! The planners. Each has the same shape: facts and policy in, a plan and a report out, and a
//! separate `check` that shares nothing with the planner but its types.
//!
//! Invariants, stated as absences: no I/O, no clock, no chance that is not in the seed, no
//! iteration over an unordered collection. Equal input gives equal bytes.

pub use passerelle_domain::contingency;

pub mod equivalence;
pub mod matching;
pub mod pathway;
pub mod pipeline;
pub mod seats;
pub mod solver;
pub mod suggest;
pub mod text;
