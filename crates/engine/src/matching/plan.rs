//! One run from snapshot to result.

use super::certificate::Certificate;
use super::gate::gate;
use super::market::{self, Market};
use super::pairs::on_threads;
use super::policy::{Mode, Policy};
use super::report::score;
use super::score::Score;
use super::snapshot::{Snapshot, SnapshotError, digest};
use crate::solver::optimal::{self, Prices, Unsolved};
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
use std::collections::{BTreeMap, BTreeSet};
use thiserror::Error;

/// Changes whenever equal facts and policy could give another result.
pub const ENGINE_VERSION: &str = "matching-2";

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
    /// Pairs that were held back because their seats are worth more to others later.
    #[serde(default)]
    pub held_back: u64,
    pub proposed: u64,
    pub unmatched_by_reason: BTreeMap<ReasonCode, u64>,
    pub proposed_by_corridor: BTreeMap<String, u64>,
    /// Packs that took no part, because their agreements are matched in another way.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub elsewhere: BTreeSet<String>,
}

/// The result of a run. Equal snapshot and policy give equal bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunResult {
    pub engine_version: String,
    pub policy_version: String,
    pub rule_book_version: u32,
    pub snapshot_digest: String,
    pub seed: u64,
    pub mode: Mode,
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
    #[error("there is no optimal plan: {0}")]
    Unsolved(#[from] Unsolved),
    /// The checker disagrees with the solver. Nothing may be proposed.
    #[error("the plan breaks a rule of the matching: {0:?}")]
    Violated(Vec<Violation>),
}

/// A result, and what proves it and answers questions about pairs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    pub result: RunResult,
    pub certificate: Certificate,
}

/// Plans a run on so many threads; the bytes of the result do not depend on their number. `progress` hears the
/// stage and the percentage of it that is done.
///
/// # Errors
/// When policy or snapshot cannot be used, or when the checker finds a violation.
pub fn plan(snapshot: &Snapshot, policy: &Policy, threads: usize, progress: &mut dyn FnMut(Stage, u8)) -> Result<Planned, PlanError> {
    policy.check()?;
    let mut canonical = snapshot.clone();
    canonical.canonical()?;
    let snapshot_digest = digest(&canonical.to_json()?);
    let mut last = u8::MAX;
    let market = market::build(&canonical, policy, threads, &mut |done, all| {
        let percent = u8::try_from(done * 100 / all.max(1)).unwrap_or(100);
        if percent != last {
            last = percent;
            progress(Stage::Judging, percent);
        }
    })?;
    progress(Stage::Matching, 0);
    let (matching, prices) = choose(&market.problem, policy)?;
    progress(Stage::Checking, 0);
    let judged = Judged::of(&canonical, policy, &market, &matching, threads);
    let mut violations = match (&prices, variant(policy.mode)) {
        (Some(prices), _) => verify::optimal(&market.problem, &matching, prices, policy.placement_bonus),
        (None, variant) => verify::stable(&market.problem, &matching, variant, threads),
    };
    violations.extend(judged.unlawful());
    if !violations.is_empty() {
        return Err(PlanError::Violated(violations));
    }
    progress(Stage::Reporting, 0);
    let fill = Fill::of(&market.problem, &matching);
    let certificate = Certificate::of(&canonical, policy, &market, &matching, prices.as_ref());
    let result = RunResult {
        engine_version: ENGINE_VERSION.into(),
        policy_version: policy.version.clone(),
        rule_book_version: canonical.book.version,
        snapshot_digest,
        seed: canonical.seed,
        mode: policy.mode,
        totals: totals(&canonical, &market, &matching, &fill),
        proposals: judged.proposals(),
        outcomes: outcomes(&canonical, &market, &matching, &fill),
    };
    Ok(Planned { result, certificate })
}

/// Who would be proposed for what, and nothing else: for questions of the kind "what if". As exact as [`plan`],
/// without reasons, rows of verdicts and digests. In the order of the trainees' identifiers.
///
/// # Errors
/// As [`plan`].
pub fn outline(snapshot: &Snapshot, policy: &Policy, threads: usize) -> Result<Vec<(TraineeId, NeedId, PathwayId)>, PlanError> {
    policy.check()?;
    let market = market::unexplained(snapshot, policy, threads)?;
    let (matching, prices) = choose(&market.problem, policy)?;
    let violations = match &prices {
        Some(prices) => verify::optimal(&market.problem, &matching, prices, policy.placement_bonus),
        None => verify::stable(&market.problem, &matching, variant(policy.mode), threads),
    };
    if !violations.is_empty() {
        return Err(PlanError::Violated(violations));
    }
    let mut placed: Vec<_> = pairs(&matching)
        .map(|(trainee, role)| {
            let (need_at, pathway) = &market.roles[role];
            (market.trainees[trainee].id, snapshot.needs[*need_at].id, pathway.clone())
        })
        .collect();
    placed.sort_unstable();
    Ok(placed)
}

/// How the role side of a stable matching chooses.
pub(super) fn variant(mode: Mode) -> Variant {
    match mode {
        Mode::StableSeats => Variant::Seats,
        Mode::Stable | Mode::Optimal => Variant::Merit,
    }
}

/// The matching that the policy asks for; with its prices where it is the optimal one.
fn choose(problem: &Problem, policy: &Policy) -> Result<(Matching, Option<Prices>), PlanError> {
    if policy.mode != Mode::Optimal {
        return Ok((stable::solve(problem, variant(policy.mode)), None));
    }
    let solution = optimal::solve(problem, policy.placement_bonus)?;
    Ok((solution.matching, Some(solution.prices)))
}

/// The matched pairs, judged once more by the gates that explain: what was judged for its outcome alone is
/// asked again with every fact before it is proposed.
struct Judged {
    proposals: Vec<(Proposal, Option<Violation>)>,
}

impl Judged {
    fn of(snapshot: &Snapshot, policy: &Policy, market: &Market<'_>, matching: &Matching, threads: usize) -> Self {
        let pairs: Vec<(usize, usize)> = pairs(matching).collect();
        let features = policy.feature_names();
        let judge = |(trainee, role): (usize, usize)| {
            let (facts, (need_at, pathway)) = (market.trainees[trainee], &market.roles[role]);
            let need = &snapshot.needs[*need_at];
            let gated = gate(snapshot, policy, &features, facts, need);
            let same = gated.reasons.is_empty() && gated.pathway.is_some_and(|own| own.id == *pathway);
            let score = gated.pathway.and_then(|pathway| score(snapshot, policy, facts, need, pathway));
            let at = market.problem.position(trainee, role as u32);
            let fits = at.zip(score.as_ref()).is_some_and(|(at, score)| {
                let pair = market.problem.pairs[at];
                (u32::from(pair.u), u32::from(pair.v)) == (score.u, score.v)
            });
            let lawful = same && fits && !gated.verdicts.iter().any(Verdict::blocks);
            let violation = (!lawful).then_some(Violation::NotAPair { trainee: trainee as u32, role: role as u32 });
            let score = score.unwrap_or(Score { parts: BTreeMap::new(), u: 0, v: 0 });
            (Proposal { trainee: facts.id, need: need.id, pathway: pathway.clone(), score, verdicts: gated.verdicts }, violation)
        };
        let share = pairs.len().div_ceil(threads.max(1)).max(1);
        let parts = on_threads(pairs.chunks(share).collect(), |part| part.iter().copied().map(judge).collect::<Vec<_>>());
        let mut proposals: Vec<_> = parts.into_iter().flatten().collect();
        proposals.sort_by_key(|(proposal, _)| proposal.trainee);
        Self { proposals }
    }

    fn unlawful(&self) -> impl Iterator<Item = Violation> + '_ {
        self.proposals.iter().filter_map(|(_, violation)| *violation)
    }

    fn proposals(self) -> Vec<Proposal> {
        self.proposals.into_iter().map(|(proposal, _)| proposal).collect()
    }
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

pub(super) fn pairs(matching: &Matching) -> impl Iterator<Item = (usize, usize)> + '_ {
    matching.iter().enumerate().filter(|(_, role)| **role != NONE).map(|(trainee, role)| (trainee, *role as usize))
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
        candidates: market.candidates,
        held_back: market.held_back.pairs,
        proposed: pairs(matching).count() as u64,
        unmatched_by_reason,
        proposed_by_corridor,
        elsewhere: snapshot.elsewhere.clone(),
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
    market.problem.pairs.iter().for_each(|pair| wanted[market.roles[pair.role as usize].0] = true);
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
    if market.held_back.trainees.binary_search(&trainee).is_ok() {
        return vec![Reason::new(ReasonCode::HeldBack)];
    }
    let best = problem.list(trainee).iter().max_by_key(|pair| pair.u).map(|pair| pair.role as usize);
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
    } else if market.held_back.needs.binary_search(&need_at).is_ok() {
        reasons.push(Reason::new(ReasonCode::HeldBack));
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
