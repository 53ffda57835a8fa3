//! Matching instances at the terminal: find candidates, solve a folder, check a matching against it.

mod candidates;
mod check;
mod solve;

pub(super) use candidates::{CandidatesArgs, candidates};
pub(super) use check::{CheckArgs, check};
pub(super) use solve::{SolveArgs, solve};

use super::{EXIT_INPUT, Failure};
use crate::instances::{self, FileError, Folder, Instance, Stats, Wanted};
use clap::ValueEnum;
use passerelle_engine::solver::stable;
use std::path::Path;

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Mode {
    /// Trainee-optimal stable matching; groups compare pairs.
    Stable,
    /// Trainee-optimal stable matching; groups compare seats.
    StableSeats,
    /// The matching of greatest weight under all caps and minimums.
    Optimal,
}

impl Mode {
    /// The rule of stable matching; nothing for the optimal one.
    fn variant(self) -> Option<stable::Variant> {
        match self {
            Self::Stable => Some(stable::Variant::Merit),
            Self::StableSeats => Some(stable::Variant::Seats),
            Self::Optimal => None,
        }
    }
}

impl From<FileError> for Failure {
    fn from(error: FileError) -> Self {
        Failure::new(EXIT_INPUT, error.to_string())
    }
}

/// The instance of a folder after some shocks, one after the other.
fn load(folder: &Folder, shocks: &[String], wanted: Wanted) -> Result<Instance, Failure> {
    let mut instance = folder.read(wanted)?;
    for id in shocks {
        let shock = folder.shock(id)?;
        instance = instances::shocked(instance, &shock).map_err(|problem| Failure::new(EXIT_INPUT, format!("shock {id}: {problem}")))?;
    }
    Ok(instance)
}

fn write_stats(file: Option<&Path>, stats: &Stats) -> Result<(), Failure> {
    let Some(file) = file else { return Ok(()) };
    let text = serde_json::to_string_pretty(stats).map_err(|error| Failure::new(super::EXIT_FAILURE, error.to_string()))?;
    std::fs::write(file, text + "\n").map_err(|error| FileError::new(file, None, error).into())
}

/// How many threads a command may use.
fn threads(text: &str) -> Result<usize, String> {
    let count = text.parse().ok().filter(|count| (1..=256).contains(count));
    count.ok_or_else(|| "is not a number from 1 to 256".to_owned())
}
