//! What proves a run, kept with it, and what it answers about any pair: which full set, and who stands before.
//!
//! Of a stable matching one bar a seat pool: the score that a pair must beat, and the set whose fullness says so.
//! Of an optimal one a price a seat pool and a quota: what one place more would have added to the plan. No
//! names: who stands before is told by score and merit alone.

use super::market::{GroupName, Market, priority_of};
use super::plan::{pairs, variant};
use super::policy::{Mode, Policy};
use super::report::PairReport;
use super::snapshot::Snapshot;
use crate::solver::Matching;
use crate::solver::cutoffs::{self, Cutoffs, Door};
use crate::solver::optimal::Prices;
use passerelle_domain::corridor::PathwayId;
use passerelle_domain::ids::{NeedId, TraineeId};
use passerelle_domain::law::TraineeFacts;
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
    /// What was taken off the weight of its pairs for better demand to come.
    #[serde(default, skip_serializing_if = "is_nothing")]
    pub held_back: u32,
}

fn is_nothing(points: &u32) -> bool {
    *points == 0
}

/// One set of trainees that shares a quota.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gate {
    pub kind: String,
    pub subject: String,
    /// Its people are placed by ways that are exempt from the quota of the origin.
    pub exempt: bool,
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
    /// The most roles that a trainee was considered for.
    pub shortlist_max: usize,
    /// Added to the weight of every pair.
    pub placement_bonus: u32,
    /// Trainees who were considered for exempt ways only.
    pub exempt: Vec<TraineeId>,
    pub bars: Vec<Bar>,
    pub gates: Vec<Gate>,
}

/// What a trainee was proposed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Own {
    pub need: NeedId,
    /// Her score of it.
    pub u: u32,
    /// In an optimal plan what the pair adds to it: weight and bonus, less what is held back and the price of the seat.
    pub adds: Option<i64>,
}

impl Certificate {
    pub(super) fn of(snapshot: &Snapshot, policy: &Policy, market: &Market<'_>, matching: &Matching, prices: Option<&Prices>) -> Self {
        let mode = policy.mode;
        let problem = &market.problem;
        let mut filled = vec![0_u32; problem.roles()];
        let mut used = vec![0_u32; problem.trainee_groups.len()];
        for (trainee, role) in pairs(matching) {
            filled[role] += 1;
            problem.trainee_groups.chain(problem.trainee_group[trainee]).for_each(|group| used[group] += 1);
        }
        let cutoffs = prices.is_none().then(|| Cutoffs::of(problem, matching, variant(mode)));
        let named = |group: u32| {
            let GroupName { kind, subject, .. } = &market.role_groups[group as usize];
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
                held_back: market.held_back.by_role.get(role).copied().unwrap_or(0),
            }
        });
        let bars = bars.collect();
        let gates = market.trainee_groups.iter().enumerate().map(|(group, name)| Gate {
            kind: name.kind.to_owned(),
            subject: name.subject.clone(),
            exempt: name.exempt,
            used: used[group],
            after: match cutoffs.as_ref().map(|cutoffs| cutoffs.door[group]) {
                Some(Door::After(Some(last))) => Some(market.trainees[last as usize].id),
                _ => None,
            },
            price: prices.map(|prices| prices.trainee_group[group] - prices.closing),
        });
        let exempt = market.trainees.iter().zip(&market.exempt).filter(|(_, exempt)| **exempt).map(|(trainee, _)| trainee.id).collect();
        Self { mode, shortlist_max: policy.shortlist_max, placement_bonus: policy.placement_bonus, exempt, bars, gates: gates.collect() }
    }

    /// What a pair of that weight adds to an optimal plan at a seat; nothing where the run has no prices.
    pub fn adds(&self, bar: &Bar, weight: u32) -> Option<i64> {
        let net = i64::from(weight) + i64::from(self.placement_bonus) - i64::from(bar.held_back);
        bar.price.map(|price| net - price)
    }

    /// The bar of a seat pool.
    pub fn bar(&self, need: NeedId, pathway: &PathwayId) -> Option<&Bar> {
        self.bars.iter().find(|bar| bar.need == need && bar.pathway == *pathway)
    }

    /// What one seat more was worth on average, by pathway and in points of weight alone; nothing where the run has
    /// no prices. What the run itself held back counts with it, or the figure would swing from run to run.
    pub fn seat_worth(&self) -> BTreeMap<PathwayId, u32> {
        let mut sums: BTreeMap<&PathwayId, (i64, i64)> = BTreeMap::new();
        for bar in self.bars.iter().filter(|bar| bar.seats > 0) {
            let Some(price) = bar.price else { continue };
            let (sum, seats) = sums.entry(&bar.pathway).or_default();
            *sum += ((price - i64::from(self.placement_bonus)).max(0) + i64::from(bar.held_back)) * i64::from(bar.seats);
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
        let exempt = self.exempt.contains(&report.trainee);
        let hers: Vec<&Gate> = self.gates.iter().filter(|gate| gate.holds(trainee, exempt)).collect();
        if let Some(gain) = self.adds(bar, score.weight()) {
            if i64::from(bar.held_back) >= i64::from(score.weight()) {
                return Some(Reason::new(ReasonCode::HeldBack));
            }
            // Whoever is placed adds what her place does; whoever is not, what her side's full quotas are worth.
            let outside = hers.iter().filter(|gate| gate.kind == "provider").find_map(|gate| gate.price).unwrap_or(0);
            let has = own.map_or(outside, |own| own.adds.unwrap_or(0));
            if gain > has {
                return Some(self.not_considered());
            }
            let reason = Reason::new(ReasonCode::PairPrice).with("weight", score.weight()).with("price", bar.price.unwrap_or(0));
            return Some(reason.with("gain", gain).with("has", has));
        }
        if let Some(own) = own.filter(|own| (own.u, Reverse(own.need)) > (score.u, Reverse(report.need))) {
            return Some(Reason::new(ReasonCode::PairBetterOffer).with("own", shown(own.u)).with("this", shown(score.u)));
        }
        if own.is_none() {
            let mine = priority_of(snapshot, trainee);
            let last = hers.iter().filter_map(|gate| snapshot.trainee(gate.after?)).find(|last| mine >= priority_of(snapshot, last));
            if last.is_some_and(|last| last.first_turn) && !trainee.first_turn {
                return Some(Reason::new(ReasonCode::PairFirstTurn));
            }
            if let Some(last) = last {
                return Some(Reason::new(ReasonCode::PairWaits).with("merit", last.merit).with("own", trainee.merit));
            }
        }
        // Where there is room, or nobody who fits better, she was not among those who were considered.
        if bar.full == Full::Nothing || bar.score.is_some_and(|least| score.v > u32::from(least)) {
            return Some(self.not_considered());
        }
        let this = shown(score.v);
        let before = bar.score.map_or_else(|| "–".to_owned(), |score| shown(u32::from(score)));
        Some(match &bar.quota {
            Some(quota) => Reason::new(ReasonCode::PairQuotaTaken).with("quota", quota).with("before", before).with("this", this),
            None => Reason::new(ReasonCode::PairSeatsTaken).with("seats", bar.seats).with("before", before).with("this", this),
        })
    }

    fn not_considered(&self) -> Reason {
        Reason::new(ReasonCode::BeyondShortlist).with("most", self.shortlist_max)
    }
}

impl Gate {
    /// Whether it holds a trainee: of her country or her institute, and of her kind of ways.
    fn holds(&self, trainee: &TraineeFacts, exempt: bool) -> bool {
        match self.kind.as_str() {
            "origin" => !exempt && self.subject == trainee.training_country.to_string(),
            _ => self.exempt == exempt && self.subject == trainee.institute.to_string(),
        }
    }
}
