//! Why, and why not: for every trainee, for every need, and for any pair that is asked about.

use super::gate::gate;
use super::policy::Policy;
use super::score::{Ranker, Score};
use super::snapshot::Snapshot;
use passerelle_domain::ids::{NeedId, TraineeId};
use passerelle_domain::law::{NeedFacts, PathwayFacts, RuleId, TraineeFacts, Verdict};
use passerelle_domain::matching::{Reason, ReasonCode};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The most reasons that a report gives for one person or need: the nearest first.
const REASONS_MAX: usize = 3;

/// Why each trainee and each need that found nothing did not: the nearest first, at most three.
#[derive(Debug, Clone, Default)]
pub(super) struct Refusals {
    by_trainee: BTreeMap<usize, Vec<Reason>>,
    by_need: BTreeMap<usize, Vec<Reason>>,
}

impl Refusals {
    pub fn set_trainee(&mut self, trainee: usize, reasons: Vec<Reason>) {
        self.by_trainee.insert(trainee, reasons);
    }

    pub fn set_need(&mut self, need: usize, reasons: Vec<Reason>) {
        self.by_need.insert(need, reasons);
    }

    pub fn of_trainee(&self, trainee: usize) -> Vec<Reason> {
        self.by_trainee.get(&trainee).cloned().unwrap_or_default()
    }

    pub fn of_need(&self, need: usize) -> Vec<Reason> {
        self.by_need.get(&need).cloned().unwrap_or_default()
    }
}

/// Reasons of pairs that came equally far.
#[derive(Debug, Clone, Default)]
pub(super) struct Nearest {
    /// Reason, how many pairs it stopped, and how many reasons stood beside it at best.
    reasons: Vec<(Reason, u32, usize)>,
}

impl Nearest {
    pub fn note(&mut self, reasons: &[Reason]) {
        for reason in reasons {
            if let Some((_, count, alone)) = self.reasons.iter_mut().find(|(known, _, _)| known == reason) {
                *count += 1;
                *alone = reasons.len().min(*alone);
            } else {
                self.reasons.push((reason.clone(), 1, reasons.len()));
            }
        }
    }

    /// The reasons that stood alone, then those that stopped most pairs: what one change would lift.
    pub fn best(&self) -> Vec<Reason> {
        let mut reasons = self.reasons.clone();
        reasons.sort_by(|a, b| (a.2, std::cmp::Reverse(a.1), &a.0).cmp(&(b.2, std::cmp::Reverse(b.1), &b.0)));
        // One sentence a kind: the same rule over ten needs is one thing to mend, and the sort has
        // put its mildest form first.
        let mut seen = Vec::new();
        reasons.retain(|(reason, _, _)| {
            let new = !seen.contains(&reason.code);
            seen.push(reason.code);
            new
        });
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

impl PairReport {
    /// The report for somebody who knows one side only: verdicts about the other side keep their
    /// outcome and lose their facts and the values in their reasons.
    #[must_use]
    pub fn seen_from(mut self, knows_trainee: bool, knows_need: bool) -> Self {
        for verdict in &mut self.verdicts {
            hide(verdict, knows_trainee, knows_need);
        }
        if !(knows_trainee && knows_need) {
            let mut reasons: Vec<Reason> =
                self.verdicts.iter().filter(|verdict| verdict.blocks()).filter_map(|v| v.reason.clone()).collect();
            if reasons.is_empty() {
                // Gates before the law name codes and dates of the pair; only the codes are common ground.
                reasons = std::mem::take(&mut self.reasons).into_iter().map(|reason| Reason::new(reason.code)).collect();
                reasons
                    .iter_mut()
                    .for_each(|reason| reason.code = if reason.code.has_values() { ReasonCode::OtherSide } else { reason.code });
            }
            self.reasons = reasons;
        }
        self
    }
}

/// Hides what a verdict says about a side that the reader does not know.
pub fn hide(verdict: &mut Verdict, knows_trainee: bool, knows_need: bool) {
    let about_trainee = matches!(verdict.rule, RuleId::R01 | RuleId::R14 | RuleId::R15 | RuleId::R28);
    let about_need = matches!(verdict.rule, RuleId::R05 | RuleId::R06 | RuleId::R12);
    if (about_trainee && !knows_trainee) || (about_need && !knows_need) {
        verdict.facts_used.clear();
        verdict.missing.clear();
        if verdict.reason.is_some() {
            verdict.reason = Some(Reason::new(ReasonCode::OtherSide));
        }
    }
}

/// The score of one pair; `None` when it has no asked skill in common.
pub(super) fn score(
    snapshot: &Snapshot,
    policy: &Policy,
    trainee: &TraineeFacts,
    need: &NeedFacts,
    pathway: &PathwayFacts,
) -> Option<Score> {
    let mut ranker = Ranker::new(policy, snapshot);
    let (held, asked) = (ranker.held(trainee), ranker.asked(need));
    ranker.parts((trainee, &held), (need, &asked), pathway).map(|parts| ranker.score(parts))
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
