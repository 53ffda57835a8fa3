//! One run from snapshot to result.

use super::market::{self, Market};
use super::policy::Policy;
use super::score::Score;
use super::snapshot::{Snapshot, SnapshotError, digest};
use crate::solver::stable::{self, Variant};
use crate::solver::verify::{self, Violation};
use crate::solver::{Fault, Matching, NONE, Problem};
use passerelle_domain::corridor::PathwayId;
use passerelle_domain::ids::{NeedId, TraineeId};
use passerelle_domain::law::Verdict;
use passerelle_domain::matching::{Reason, ReasonCode};
use passerelle_domain::parse::ParseError;
use passerelle_domain::words;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use thiserror::Error;

/// Changes whenever equal facts and policy could give another result.
pub const ENGINE_VERSION: &str = "merit-1";

words!(
    /// What a run is busy with.
    Stage { Judging = "judging", Matching = "matching", Checking = "checking", Reporting = "reporting" }
);

words!(
    Side { Trainee = "trainee", Need = "need" }
);

words!(
    OutcomeResult {
        Proposed = "proposed",
        Unmatched = "unmatched",
        Filled = "filled",
        PartlyFilled = "partly_filled",
        Unfilled = "unfilled",
    }
);

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    pub trainee: TraineeId,
    pub need: NeedId,
    pub pathway: PathwayId,
    pub score: Score,
    pub verdicts: Vec<Verdict>,
}

/// What the run says about one trainee or one need, nearest reason first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    pub side: Side,
    pub id: uuid::Uuid,
    pub result: OutcomeResult,
    pub reasons: Vec<Reason>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    pub trainees: u64,
    pub needs: u64,
    pub seats: u64,
    pub pairs_considered: u64,
    pub candidates: u64,
    pub proposed: u64,
    pub unmatched_by_reason: BTreeMap<ReasonCode, u64>,
    pub proposed_by_corridor: BTreeMap<String, u64>,
}

/// The result of a run. Equal snapshot and policy give equal bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunResult {
    pub engine_version: String,
    pub policy_version: String,
    pub rule_book_version: u32,
    pub snapshot_digest: String,
    pub seed: u64,
    pub totals: Totals,
    pub proposals: Vec<Proposal>,
    pub outcomes: Vec<Outcome>,
}

#[derive(Debug, Error)]
pub enum PlanError {
    #[error("the policy cannot be used: {0}")]
    Policy(#[from] ParseError),
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
    #[error("the snapshot cannot be written: {0}")]
    Json(#[from] serde_json::Error),
    #[error("the facts make no problem: {0}")]
    Fault(#[from] Fault),
    /// The checker disagrees with the solver. Nothing may be proposed.
    #[error("the plan breaks a rule of the matching: {0:?}")]
    Violated(Vec<Violation>),
}

/// Plans a run. `progress` hears the stage and the percentage of it that is done.
///
/// # Errors
/// When policy or snapshot cannot be used, or when the checker finds a violation.
pub fn plan(snapshot: &Snapshot, policy: &Policy, progress: &mut dyn FnMut(Stage, u8)) -> Result<RunResult, PlanError> {
    policy.check()?;
    let mut canonical = snapshot.clone();
    canonical.canonical()?;
    let snapshot_digest = digest(&canonical.to_json()?);
    let mut last = u8::MAX;
    let market = market::build(&canonical, policy, &mut |done, all| {
        let percent = u8::try_from(done * 100 / all.max(1)).unwrap_or(100);
        if percent != last {
            last = percent;
            progress(Stage::Judging, percent);
        }
    })?;
    progress(Stage::Matching, 0);
    let matching = stable::solve(&market.problem, Variant::Merit);
    progress(Stage::Checking, 0);
    let mut violations = verify::stable(&market.problem, &matching, Variant::Merit, 1);
    violations.extend(unlawful(&market, &matching));
    if !violations.is_empty() {
        return Err(PlanError::Violated(violations));
    }
    progress(Stage::Reporting, 0);
    let fill = Fill::of(&market.problem, &matching);
    Ok(RunResult {
        engine_version: ENGINE_VERSION.into(),
        policy_version: policy.version.clone(),
        rule_book_version: canonical.book.version,
        snapshot_digest,
        seed: canonical.seed,
        totals: totals(&canonical, &market, &matching, &fill),
        proposals: proposals(&canonical, &market, &matching),
        outcomes: outcomes(&canonical, &market, &matching, &fill),
    })
}

/// How many places of each set a matching uses.
struct Fill {
    trainee_group: Vec<u32>,
    role: Vec<u32>,
}

impl Fill {
    fn of(problem: &Problem, matching: &Matching) -> Self {
        let mut fill = Self { trainee_group: vec![0; problem.trainee_groups.len()], role: vec![0; problem.roles()] };
        for (trainee, role) in pairs(matching) {
            fill.role[role] += 1;
            for group in problem.trainee_groups.chain(problem.trainee_group[trainee]) {
                fill.trainee_group[group] += 1;
            }
        }
        fill
    }
}

/// A matched pair that a rule blocks. The gates should never let one through; this asks again.
fn unlawful(market: &Market<'_>, matching: &Matching) -> Vec<Violation> {
    pairs(matching)
        .filter(|pair| market.candidates.get(pair).is_none_or(|candidate| candidate.verdicts.iter().any(Verdict::blocks)))
        .map(|(trainee, role)| Violation::NotAPair { trainee: trainee as u32, role: role as u32 })
        .collect()
}

fn pairs(matching: &Matching) -> impl Iterator<Item = (usize, usize)> + '_ {
    matching.iter().enumerate().filter(|(_, role)| **role != NONE).map(|(trainee, role)| (trainee, *role as usize))
}

fn proposals(snapshot: &Snapshot, market: &Market<'_>, matching: &Matching) -> Vec<Proposal> {
    let mut proposals: Vec<Proposal> = pairs(matching)
        .map(|(trainee, role)| {
            let candidate = &market.candidates[&(trainee, role)];
            let (need_at, pathway) = &market.roles[role];
            Proposal {
                trainee: market.trainees[trainee].id,
                need: snapshot.needs[*need_at].id,
                pathway: pathway.clone(),
                score: candidate.score.clone(),
                verdicts: candidate.verdicts.clone(),
            }
        })
        .collect();
    proposals.sort_by_key(|proposal| proposal.trainee);
    proposals
}

fn totals(snapshot: &Snapshot, market: &Market<'_>, matching: &Matching, fill: &Fill) -> Totals {
    let mut unmatched_by_reason = BTreeMap::new();
    for (trainee, _) in matching.iter().enumerate().filter(|(_, role)| **role == NONE) {
        if let Some(first) = why_not(market, fill, trainee).first() {
            *unmatched_by_reason.entry(first.code).or_insert(0) += 1;
        }
    }
    let mut proposed_by_corridor = BTreeMap::new();
    for (trainee, role) in pairs(matching) {
        if let Some(pathway) = snapshot.pathway(&market.roles[role].1) {
            let corridor = format!("{} → {}", market.trainees[trainee].training_country, pathway.destination);
            *proposed_by_corridor.entry(corridor).or_insert(0) += 1;
        }
    }
    Totals {
        trainees: snapshot.trainees.len() as u64,
        needs: snapshot.needs.len() as u64,
        seats: snapshot.needs.iter().flat_map(|need| &need.pools).map(|pool| u64::from(pool.seats)).sum(),
        pairs_considered: market.pairs_considered,
        candidates: market.candidates.len() as u64,
        proposed: pairs(matching).count() as u64,
        unmatched_by_reason,
        proposed_by_corridor,
    }
}

fn outcomes(snapshot: &Snapshot, market: &Market<'_>, matching: &Matching, fill: &Fill) -> Vec<Outcome> {
    let mut outcomes: Vec<Outcome> = Vec::with_capacity(snapshot.trainees.len() + snapshot.needs.len());
    for (trainee, role) in matching.iter().enumerate() {
        let (result, reasons) = match *role {
            role if role != NONE => (OutcomeResult::Proposed, vec![Reason::new(ReasonCode::Proposed)]),
            _ => (OutcomeResult::Unmatched, why_not(market, fill, trainee)),
        };
        outcomes.push(Outcome { side: Side::Trainee, id: market.trainees[trainee].id.0, result, reasons });
    }
    let mut filled = vec![0_u64; snapshot.needs.len()];
    let mut wanted = vec![false; snapshot.needs.len()];
    market.candidates.keys().for_each(|(_, role)| wanted[market.roles[*role].0] = true);
    pairs(matching).for_each(|(_, role)| filled[market.roles[role].0] += 1);
    for (need_at, need) in snapshot.needs.iter().enumerate() {
        let seats: u64 = need.pools.iter().map(|pool| u64::from(pool.seats)).sum();
        let (result, reasons) = if filled[need_at] == seats && seats > 0 {
            (OutcomeResult::Filled, vec![Reason::new(ReasonCode::Filled).with("count", seats)])
        } else {
            let result = if filled[need_at] > 0 { OutcomeResult::PartlyFilled } else { OutcomeResult::Unfilled };
            (result, why_unfilled(market, need_at, filled[need_at], seats, wanted[need_at]))
        };
        outcomes.push(Outcome { side: Side::Need, id: need.id.0, result, reasons });
    }
    outcomes.sort_by_key(|outcome| (outcome.side, outcome.id));
    outcomes
}

/// Why a trainee has no proposal: a full set before which she stands, else her nearest gates.
fn why_not(market: &Market<'_>, fill: &Fill, trainee: usize) -> Vec<Reason> {
    let problem = &market.problem;
    let mine = market.candidates.range((trainee, 0)..(trainee + 1, 0)).map(|((_, role), _)| *role);
    let best = mine.max_by_key(|role| market.candidates[&(trainee, *role)].score.u);
    let Some(role) = best else {
        let reasons = market.refusals.of_trainee(trainee);
        return if reasons.is_empty() { vec![Reason::new(ReasonCode::NoNeed)] } else { reasons };
    };
    let seats = problem.seats[role];
    let own_side_full = problem
        .trainee_groups
        .chain(problem.trainee_group[trainee])
        .any(|group| fill.trainee_group[group] >= problem.trainee_groups.cap[group]);
    let code = if fill.role[role] >= seats {
        ReasonCode::NeedFull
    } else if own_side_full {
        ReasonCode::ProviderFull
    } else {
        ReasonCode::QuotaFull
    };
    vec![Reason::new(code).with("seats", seats)]
}

fn why_unfilled(market: &Market<'_>, need_at: usize, filled: u64, seats: u64, had_candidates: bool) -> Vec<Reason> {
    let mut reasons = vec![Reason::new(ReasonCode::SeatsLeft).with("filled", filled).with("seats", seats)];
    if had_candidates {
        reasons.push(Reason::new(ReasonCode::BetterPlace));
    } else {
        let nearest = market.refusals.of_need(need_at);
        if nearest.is_empty() {
            reasons.push(Reason::new(ReasonCode::NoTrainee));
        }
        reasons.extend(nearest);
    }
    reasons
}

#[cfg(test)]
mod tests;
