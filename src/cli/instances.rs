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
use passerelle_engine::solver::integer::Ties;
use passerelle_engine::solver::{Problem, shared, stable};
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

/// The instance of a folder after some shocks, one after the other, and what its nested caps do not hold.
fn load(folder: &Folder, shocks: &[String], wanted: Wanted, integer: bool) -> Result<(Instance, Ties), Failure> {
    let (mut instance, ties) = tied(folder, folder.read(wanted)?, integer)?;
    for id in shocks {
        let shock = folder.shock(id)?;
        instance = instances::shocked(instance, &shock).map_err(|problem| Failure::new(EXIT_INPUT, format!("shock {id}: {problem}")))?;
    }
    Ok((instance, ties))
}

/// Shared caps become groups where they fit; what does not is left for the integer programme, if it was asked for.
fn tied(folder: &Folder, instance: Instance, integer: bool) -> Result<(Instance, Ties), Failure> {
    let mut ties = folder.ties(&instance)?;
    let Instance { problem, mut groups, employer, reading_pairs } = instance;
    let mut parts = problem.into_parts();
    let mut crossing = Vec::new();
    for shared in std::mem::take(&mut ties.shared) {
        match shared::add(&mut parts, &shared) {
            Ok(group) => groups.push((false, group)),
            Err(found) => {
                let group = groups.iter().position(|place| *place == (false, found.group)).unwrap_or_default();
                let said = format!(
                    "a cap shared by {} roles crosses group {group}: role {} lies in it and role {} does not, so the caps are not nested",
                    shared.roles.len(),
                    found.inside,
                    found.outside
                );
                crossing.push(said);
                ties.shared.push(shared);
            }
        }
    }
    let needs_integer = if ties.couples.is_empty() { crossing.first().cloned() } else { Some("couples are no part of a flow".to_owned()) };
    if let Some(why) = needs_integer.filter(|_| !integer) {
        let fix = "give each pathway its own seats, or ask for --mode optimal --integer, which is slower and bounded in size";
        return Err(Failure::new(EXIT_INPUT, format!("{why}: {fix}")));
    }
    let problem = Problem::new(parts).map_err(|fault| Failure::new(EXIT_INPUT, fault.to_string()))?;
    Ok((Instance { problem, groups, employer, reading_pairs }, ties))
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
