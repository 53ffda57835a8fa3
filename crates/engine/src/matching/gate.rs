//! The gates, in the order in which they are passed: the person seeks a match, the occupation
//! fits, the need is open, a pathway serves the pair, the law allows it, the dates meet.
//!
//! A gate is never traded against a score.

use super::policy::Policy;
use super::score::in_time;
use super::snapshot::Snapshot;
use passerelle_domain::law::{MatchFacts, NeedFacts, PathwayFacts, SeatPool, TraineeFacts, Verdict, blocks, judge_all};
use passerelle_domain::matching::{Reason, ReasonCode};
use passerelle_domain::people::Track;

/// How far a pair came, and what stopped it. Greater stages are nearer to a match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gated<'a> {
    pub pool: Option<&'a SeatPool>,
    pub pathway: Option<&'a PathwayFacts>,
    pub verdicts: Vec<Verdict>,
    /// Empty means that every gate is passed.
    pub reasons: Vec<Reason>,
    pub stage: u8,
}

/// Judges a pair over all pathways that the need is open to and keeps the one that came farthest.
pub fn gate<'a>(snapshot: &'a Snapshot, policy: &Policy, features: &[&str], trainee: &TraineeFacts, need: &'a NeedFacts) -> Gated<'a> {
    let stopped = |stage, reason| Gated { pool: None, pathway: None, verdicts: vec![], reasons: vec![reason], stage };
    if let Some(reason) = person(trainee) {
        return stopped(0, reason);
    }
    if trainee.occupation.shared_digits(&need.occupation) < policy.occupation_digits_min {
        let reason = Reason::new(ReasonCode::OccupationDiffers).with("trained", trainee.occupation).with("asked", need.occupation);
        return stopped(1, reason);
    }
    if !need.open {
        return stopped(2, Reason::new(ReasonCode::NeedNotOpen));
    }
    if need.pools.iter().all(|pool| pool.seats == 0) {
        return stopped(2, Reason::new(ReasonCode::NeedNoSeats));
    }
    let served = need.pools.iter().filter(|pool| pool.seats > 0).filter_map(|pool| {
        let pathway = snapshot.pathway(&pool.pathway)?;
        pathway.serves(trainee.training_country).then_some((pool, pathway))
    });
    served
        .map(|(pool, pathway)| by_pathway(snapshot, features, trainee, need, pool, pathway))
        .max_by(|a, b| {
            (a.stage, std::cmp::Reverse(a.reasons.len()))
                .cmp(&(b.stage, std::cmp::Reverse(b.reasons.len())))
                .then(std::cmp::Ordering::Greater)
        })
        .unwrap_or_else(|| stopped(3, Reason::new(ReasonCode::NoPathway).with("country", trainee.training_country)))
}

pub(super) fn person(trainee: &TraineeFacts) -> Option<Reason> {
    if !trainee.journey.seeks_match() {
        return Some(Reason::new(ReasonCode::NotSeeking).with("state", trainee.journey));
    }
    (trainee.track == Track::Home).then(|| Reason::new(ReasonCode::HomeTrack))
}

fn by_pathway<'a>(
    snapshot: &'a Snapshot,
    features: &[&str],
    trainee: &TraineeFacts,
    need: &'a NeedFacts,
    pool: &'a SeatPool,
    pathway: &'a PathwayFacts,
) -> Gated<'a> {
    let mut gated = Gated { pool: Some(pool), pathway: Some(pathway), verdicts: vec![], reasons: vec![], stage: 4 };
    if !pathway.open {
        gated.reasons.push(Reason::new(ReasonCode::PathwayClosed).with("pathway", &pathway.id).with("status", pathway.status));
        return gated;
    }
    if !pathway.occupations.includes(need.occupation) {
        gated.reasons.push(Reason::new(ReasonCode::PathwayOccupation).with("pathway", &pathway.id).with("asked", need.occupation));
        return gated;
    }
    let facts = MatchFacts {
        trainee,
        need,
        pathway,
        quotas: &snapshot.quotas,
        ranking_features: features,
        match_date: snapshot.as_of,
        explain: true,
    };
    gated.verdicts = judge_all(&facts, &snapshot.book);
    gated.reasons = blocks(&gated.verdicts).filter_map(|verdict| verdict.reason.clone()).collect();
    gated.stage = 5;
    if gated.reasons.is_empty() {
        gated.stage = 6;
        if trainee.ready_on > need.start.to {
            gated.reasons.push(Reason::new(ReasonCode::ReadyTooLate).with("ready", trainee.ready_on).with("end", need.start.to));
        } else if let (Some(asked), Some(chance)) = (pathway.in_time_min_percent, in_time(trainee, need, pathway))
            && chance < asked
        {
            let reason = Reason::new(ReasonCode::InTimeUnlikely).with("chance", chance).with("asked", asked).with("end", need.start.to);
            gated.reasons.push(reason);
        }
    }
    gated
}
