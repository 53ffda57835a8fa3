//! Why, and why not: for every trainee, for every need, and for any pair that is asked about.

use super::gate::gate;
use super::policy::Policy;
use super::score::{Score, score};
use super::snapshot::Snapshot;
use passerelle_domain::ids::{NeedId, TraineeId};
use passerelle_domain::law::Verdict;
use passerelle_domain::matching::{Reason, ReasonCode};
use serde::{Deserialize, Serialize};

/// The most reasons that a report gives for one person or need: the nearest first.
const REASONS_MAX: usize = 3;

/// The nearest misses of each trainee and each need.
#[derive(Debug, Clone)]
pub(super) struct Refusals {
    by_trainee: Vec<Nearest>,
    by_need: Vec<Nearest>,
}

#[derive(Debug, Clone, Default)]
struct Nearest {
    stage: u8,
    /// Reason, how many pairs it stopped, and how many reasons stood beside it at best.
    reasons: Vec<(Reason, u32, usize)>,
}

impl Refusals {
    pub fn new(trainees: usize, needs: usize) -> Self {
        Self { by_trainee: vec![Nearest::default(); trainees], by_need: vec![Nearest::default(); needs] }
    }

    /// Notes that a pair was stopped at a stage for these reasons.
    pub fn note(&mut self, trainee: usize, need: usize, stage: u8, reasons: &[Reason]) {
        for nearest in [&mut self.by_trainee[trainee], &mut self.by_need[need]] {
            nearest.note(stage, reasons);
        }
    }

    pub fn of_trainee(&self, trainee: usize) -> Vec<Reason> {
        self.by_trainee[trainee].best()
    }

    pub fn of_need(&self, need: usize) -> Vec<Reason> {
        self.by_need[need].best()
    }
}

impl Nearest {
    fn note(&mut self, stage: u8, reasons: &[Reason]) {
        if stage < self.stage {
            return;
        }
        if stage > self.stage {
            self.stage = stage;
            self.reasons.clear();
        }
        for reason in reasons {
            if let Some((_, count, alone)) = self.reasons.iter_mut().find(|(known, _, _)| known == reason) {
                *count += 1;
                *alone = reasons.len().min(*alone);
            } else if self.reasons.len() < 64 {
                // A bound on memory; the commonest reasons of real data come early.
                self.reasons.push((reason.clone(), 1, reasons.len()));
            }
        }
    }

    /// The reasons that stood alone, then those that stopped most pairs: what one change would lift.
    fn best(&self) -> Vec<Reason> {
        let mut reasons = self.reasons.clone();
        reasons.sort_by(|a, b| (a.2, std::cmp::Reverse(a.1), &a.0).cmp(&(b.2, std::cmp::Reverse(b.1), &b.0)));
        reasons.into_iter().take(REASONS_MAX).map(|(reason, _, _)| reason).collect()
    }
}

/// Everything there is to say about one pair, before the assignment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PairReport {
    pub trainee: TraineeId,
    pub need: NeedId,
    pub pathway: Option<String>,
    pub verdicts: Vec<Verdict>,
    /// What stands in the way; empty when the pair is a lawful candidate.
    pub reasons: Vec<Reason>,
    pub score: Option<Score>,
}

/// Judges one pair of a snapshot. `None` when either is not in it.
pub fn explain_pair(snapshot: &Snapshot, policy: &Policy, trainee: TraineeId, need: NeedId) -> Option<PairReport> {
    let trainee_facts = snapshot.trainee(trainee)?;
    let need_facts = snapshot.need(need)?;
    let features = policy.feature_names();
    let mut gated = gate(snapshot, policy, &features, trainee_facts, need_facts);
    let score = match gated.pathway {
        Some(pathway) if gated.reasons.is_empty() => score(snapshot, policy, trainee_facts, need_facts, pathway),
        _ => None,
    };
    if gated.reasons.is_empty() && score.is_none() {
        gated.reasons.push(Reason::new(ReasonCode::NoSharedSkill));
    }
    Some(PairReport {
        trainee,
        need,
        pathway: gated.pathway.map(|pathway| pathway.id.to_string()),
        verdicts: gated.verdicts,
        reasons: gated.reasons,
        score,
    })
}
