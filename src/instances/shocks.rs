//! Shocks: what happens to an instance after its plan was made. One JSON object a line of
//! `shocks.jsonl`.

use super::{FileError, Folder, Instance};
use passerelle_domain::words;
use passerelle_engine::solver::{Parts, Problem};
use serde::Deserialize;
use std::collections::BTreeSet;

words!(
    ShockKind {
        CorridorClosed = "corridor_closed",
        QuotaCut = "quota_cut",
        EmployerBankrupt = "employer_bankrupt",
        TraineeWithdraws = "trainee_withdraws",
    }
);

/// One shock; the lists that its kind does not use are empty.
#[derive(Debug, Clone, Deserialize)]
pub struct Shock {
    pub id: String,
    pub kind: ShockKind,
    /// Groups that close, or whose cap is cut.
    #[serde(default)]
    pub groups: Vec<u32>,
    /// What is left of a cap that is cut, in percent, rounded down.
    #[serde(default)]
    pub factor_percent: Option<u32>,
    #[serde(default)]
    pub employers: Vec<u32>,
    #[serde(default)]
    pub trainees: Vec<u32>,
}

impl Folder {
    /// The shock of that name.
    ///
    /// # Errors
    /// When there is no such shock, or its line is none.
    pub fn shock(&self, id: &str) -> Result<Shock, FileError> {
        let file = self.file("shocks.jsonl");
        let text = std::fs::read_to_string(&file).map_err(|error| FileError::new(&file, None, error))?;
        for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let shock: Shock = serde_json::from_str(line).map_err(|error| FileError::new(&file, at as u64 + 1, error))?;
            if shock.id == id {
                return Ok(shock);
            }
        }
        Err(FileError::new(&file, None, format!("has no shock {id}")))
    }
}

/// The instance after a shock. Minimums are waived: they may have become impossible.
///
/// # Errors
/// What the shock names and the instance does not have.
pub fn shocked(instance: Instance, shock: &Shock) -> Result<Instance, String> {
    let Instance { problem, groups, employer, reading_pairs } = instance;
    let mut parts = problem.into_parts();
    for side in [&mut parts.trainee_groups, &mut parts.role_groups] {
        side.min.fill(0);
    }
    match shock.kind {
        ShockKind::CorridorClosed | ShockKind::QuotaCut => {
            let percent = match shock.kind {
                ShockKind::CorridorClosed => 0,
                _ => shock.factor_percent.filter(|percent| *percent <= 100).ok_or("factor_percent is not from 0 to 100")?,
            };
            for group in &shock.groups {
                let (side, number) = *groups.get(*group as usize).ok_or_else(|| format!("group {group} is no group"))?;
                let forest = if side { &mut parts.trainee_groups } else { &mut parts.role_groups };
                let cap = &mut forest.cap[number as usize];
                *cap = u32::try_from(u64::from(*cap) * u64::from(percent) / 100).unwrap_or(*cap);
            }
        }
        ShockKind::EmployerBankrupt => {
            let gone: BTreeSet<u32> = shock.employers.iter().copied().collect();
            for (role, _) in employer.iter().enumerate().filter(|(_, of)| gone.contains(of)) {
                parts.seats[role] = 0;
            }
        }
        ShockKind::TraineeWithdraws => {
            if let Some(unknown) = shock.trainees.iter().find(|trainee| **trainee as usize >= parts.trainee_group.len()) {
                return Err(format!("trainee {unknown} is nobody"));
            }
            let gone: BTreeSet<u32> = shock.trainees.iter().copied().collect();
            without(&mut parts, &gone);
        }
    }
    let problem = Problem::new(parts).map_err(|fault| fault.to_string())?;
    Ok(Instance { problem, groups, employer, reading_pairs })
}

/// Takes the pairs of some trainees out.
fn without(parts: &mut Parts, gone: &BTreeSet<u32>) {
    let weighted = !parts.weight.is_empty();
    let (mut kept, mut from) = (0, 0);
    for trainee in 0..parts.trainee_group.len() {
        let to = parts.start[trainee + 1] as usize;
        parts.start[trainee] = kept as u32;
        if !gone.contains(&(trainee as u32)) {
            parts.pairs.copy_within(from..to, kept);
            if weighted {
                parts.weight.copy_within(from..to, kept);
            }
            kept += to - from;
        }
        from = to;
    }
    if let Some(last) = parts.start.last_mut() {
        *last = kept as u32;
    }
    parts.pairs.truncate(kept);
    parts.weight.truncate(if weighted { kept } else { 0 });
}
