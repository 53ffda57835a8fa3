//! The bare matching problem and its solvers: whole numbers in, a matching out, nothing about people.
//!
//! [`Problem`] holds trainees, roles, pairs with their scores and two forests of capped groups.
//! [`stable`] gives the trainee-optimal stable matching; [`verify`] judges any matching by the
//! definitions and shares nothing with the solvers but these types. `docs/MATCHING.md` has the
//! definitions, their sources and what a solver costs.

mod ahead;
pub mod candidates;
pub mod conflict;
pub mod cutoffs;
mod groups;
pub mod integer;
pub mod optimal;
mod order;
pub mod problem;
pub mod rematch;
#[cfg(test)]
mod sample;
pub mod shared;
pub mod stable;
pub mod verify;
mod worst;

pub use problem::{Fault, Forest, Matching, NONE, Pair, Parts, Problem};
