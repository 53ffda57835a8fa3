//! What proves a run, kept with it, and what it answers about any pair: which full set, and who stands before.
//!
//! Of a stable matching one bar a seat pool: the score that a pair must beat, and the set whose fullness says so.
//! Of an optimal one a price a seat pool and a quota: what one place more would have added to the plan. No
//! names: who stands before is told by score and merit alone.

use super::market::{GroupName, Market, priority_of};
use super::plan::{pairs, variant};
use super::policy::Mode;
use super::report::PairReport;
use super::snapshot::Snapshot;
use crate::solver::Matching;
use crate::solver::cutoffs::{self, Cutoffs, Door};
use crate::solver::optimal::Prices;
use passerelle_domain::corridor::PathwayId;
use passerelle_domain::ids::{NeedId, TraineeId};
use passerelle_domain::matching::{Reason, ReasonCode};
use passerelle_domain::words;
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;
use std::collections::BTreeMap;

words!(
    /// The set whose fullness holds pairs back.
    Full { Nothing = "nothing", Need = "need", Quota = "quota" }
);

/// One seat pool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bar {
    pub need: NeedId,
    pub pathway: PathwayId,
    pub seats: u32,
    pub filled: u32,
    pub full: Full,
    /// Kind and subject of the quota, where one is full.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quota: Option<String>,
    /// The need's score of the last pair that stands before whoever is turned away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<u16>,
    /// What one seat more would add to an optimal plan, in points of weight.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<i64>,
}

/// One set of trainees that shares a quota.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gate {
    pub kind: String,
    pub subject: String,
    pub used: u32,
    /// The last who was let in, where it is full.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<TraineeId>,
    /// What one place more would add to an optimal plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    pub mode: Mode,
    pub bars: Vec<Bar>,
    pub gates: Vec<Gate>,
}

/// What a trainee was proposed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Own {
    pub need: NeedId,
    /// Her score of it, and its planner's weight.
    pub u: u32,
    pub weight: u32,
    /// Price of its seat.
    pub price: Option<i64>,
}

impl Certificate {
    pub(super) fn of(snapshot: &Snapshot, market: &Market<'_>, matching: &Matching, mode: Mode, prices: Option<&Prices>) -> Self {
        let problem = &market.problem;
        let mut filled = vec![0_u32; problem.roles()];
        let mut used = vec![0_u32; problem.trainee_groups.len()];
        for (trainee, role) in pairs(matching) {
            filled[role] += 1;
            problem.trainee_groups.chain(problem.trainee_group[trainee]).for_each(|group| used[group] += 1);
        }
        let cutoffs = prices.is_none().then(|| Cutoffs::of(problem, matching, variant(mode)));
        let named = |group: u32| {
            let GroupName { kind, subject } = &market.role_groups[group as usize];
            format!("{kind} {subject}")
        };
        let bars = market.roles.iter().enumerate().map(|(role, (need_at, pathway))| {
            let cutoff = cutoffs.as_ref().map(|cutoffs| cutoffs.role[role]);
            let (full, quota) = match cutoff.map(|cutoff| cutoff.full) {
                Some(cutoffs::Full::Role) => (Full::Need, None),
                Some(cutoffs::Full::Group(group)) => (Full::Quota, Some(named(group))),
                Some(cutoffs::Full::None) => (Full::Nothing, None),
                None => (if filled[role] >= problem.seats[role] { Full::Need } else { Full::Nothing }, None),
            };
            Bar {
                need: snapshot.needs[*need_at].id,
                pathway: pathway.clone(),
                seats: problem.seats[role],
                filled: filled[role],
                full,
                quota,
                score: cutoff.filter(|cutoff| cutoff.holder().is_some()).map(|cutoff| cutoff.bar.0.0),
                price: prices.map(|prices| prices.closing - prices.role[role]),
            }
        });
        let bars = bars.collect();
        let gates = market.trainee_groups.iter().enumerate().map(|(group, name)| Gate {
            kind: name.kind.to_owned(),
            subject: name.subject.clone(),
            used: used[group],
            after: match cutoffs.as_ref().map(|cutoffs| cutoffs.door[group]) {
                Some(Door::After(Some(last))) => Some(market.trainees[last as usize].id),
                _ => None,
            },
            price: prices.map(|prices| prices.trainee_group[group] - prices.closing),
        });
        Self { mode, bars, gates: gates.collect() }
    }

    /// The bar of a seat pool.
    pub fn bar(&self, need: NeedId, pathway: &PathwayId) -> Option<&Bar> {
        self.bars.iter().find(|bar| bar.need == need && bar.pathway == *pathway)
    }

    /// What one seat more was worth on average, by pathway; nothing where the run has no prices.
    pub fn seat_worth(&self) -> BTreeMap<PathwayId, u32> {
        let mut sums: BTreeMap<&PathwayId, (i64, i64)> = BTreeMap::new();
        for bar in self.bars.iter().filter(|bar| bar.seats > 0) {
            let Some(price) = bar.price else { continue };
            let (sum, seats) = sums.entry(&bar.pathway).or_default();
            *sum += price.max(0) * i64::from(bar.seats);
            *seats += i64::from(bar.seats);
        }
        sums.into_iter().map(|(pathway, (sum, seats))| (pathway.clone(), u32::try_from(sum / seats).unwrap_or(u32::MAX))).collect()
    }

    /// Why a lawful pair was not proposed, or that it was. Nothing when the certificate does not know the pair.
    pub fn why(&self, snapshot: &Snapshot, report: &PairReport, own: Option<&Own>) -> Option<Reason> {
        let score = report.score.as_ref()?;
        let trainee = snapshot.trainee(report.trainee)?;
        let pathway = report.pathway.as_ref().and_then(|pathway| PathwayId::parse(pathway).ok())?;
        let bar = self.bar(report.need, &pathway)?;
        if own.is_some_and(|own| own.need == report.need) {
            return Some(Reason::new(ReasonCode::Proposed));
        }
        let shown = |points: u32| format!("{}.{:02}", points / 100, points % 100);
        if let Some(price) = bar.price {
            let gain = i64::from(score.weight()) - price;
            let has = own.map_or(0, |own| i64::from(own.weight) - own.price.unwrap_or(0));
            return Some(
                Reason::new(ReasonCode::PairPrice).with("weight", score.weight()).with("price", price).with("gain", gain).with("has", has),
            );
        }
        if let Some(own) = own.filter(|own| (own.u, Reverse(own.need)) > (score.u, Reverse(report.need))) {
            return Some(Reason::new(ReasonCode::PairBetterOffer).with("own", shown(own.u)).with("this", shown(score.u)));
        }
        if own.is_none() {
            let of_hers = |gate: &&Gate| match gate.kind.as_str() {
                "origin" => gate.subject == trainee.training_country.to_string(),
                _ => gate.subject == trainee.institute.to_string(),
            };
            let key = |id: TraineeId| snapshot.trainee(id).map(|trainee| priority_of(snapshot, trainee));
            let mine = priority_of(snapshot, trainee);
            let full = self.gates.iter().filter(of_hers).find_map(|gate| {
                let last = gate.after?;
                key(last).filter(|last| mine >= *last).map(|_| snapshot.trainee(last))
            });
            if let Some(Some(last)) = full {
                return Some(Reason::new(ReasonCode::PairWaits).with("merit", last.merit).with("own", trainee.merit));
            }
        }
        let this = shown(score.v);
        let before = bar.score.map_or_else(|| "0.00".to_owned(), |score| shown(u32::from(score)));
        Some(match bar.full {
            Full::Quota => Reason::new(ReasonCode::PairQuotaTaken)
                .with("quota", bar.quota.clone().unwrap_or_default())
                .with("before", before)
                .with("this", this),
            Full::Need | Full::Nothing => {
                Reason::new(ReasonCode::PairSeatsTaken).with("seats", bar.seats).with("before", before).with("this", this)
            }
        })
    }
}
