//! Selection of applicants for the seats of a cohort: marks by rules that the institute has stated before, one order,
//! and for everybody the reason. Nothing about a person but her marks, her track and her waiting time has a say (rule R16).

use crate::ids::TraineeId;
use crate::lottery::draw;
use crate::people::Track;
use crate::words;
use chrono::NaiveDate;
use serde::Serialize;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Rules of selection that a cohort can have.
pub const RULES_MAX: u64 = 12;

words!(
    /// How a place in a waiting list ends.
    WaitingEnd {
        /// A seat became free and was hers.
        Admitted = "admitted",
        Rejected = "rejected",
        /// She drew back, or went to another cohort.
        Left = "left",
    }
);

/// What applicants are scored by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rule {
    pub id: Uuid,
    pub name: String,
    /// 1 to 100.
    pub weight: u32,
    /// Marks below this one are not enough, whatever the others are.
    pub least_points: Option<u32>,
}

/// Somebody who has applied.
#[derive(Debug, Clone)]
pub struct Applicant {
    pub person: TraineeId,
    pub track: Track,
    pub waiting_since: NaiveDate,
    /// Her place in the waiting list, where she has one.
    pub place: Option<u32>,
    /// Marks of 0 to 100, by rule.
    pub points: BTreeMap<Uuid, u32>,
}

/// Where somebody stands, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "standing", rename_all = "snake_case")]
pub enum Standing {
    /// Has every mark and reaches every least one.
    Ranked,
    /// Lacks marks: nobody is turned away for what others have not entered.
    Unscored { missing: u32 },
    /// Falls short of a least mark.
    Short { rule: Uuid, points: u32, least: u32 },
}

/// An applicant in the order of selection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Placed {
    pub person: TraineeId,
    pub track: Track,
    /// Weighted mean of her marks in hundredths, where she has them all.
    pub mean_centi: Option<u32>,
    #[serde(flatten)]
    pub standing: Standing,
    pub place: Option<u32>,
}

/// What the selection does with somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub enum Verdict {
    Admit,
    /// No seat of her track is left: her place in the list.
    Wait {
        place: u32,
    },
    Reject {
        rule: Uuid,
        points: u32,
        least: u32,
    },
    /// Marks are missing.
    Leave,
}

fn standing(rules: &[Rule], all: &BTreeMap<Uuid, u32>) -> (Standing, Option<u32>) {
    for rule in rules {
        if let (Some(least), Some(points)) = (rule.least_points, all.get(&rule.id))
            && *points < least
        {
            return (Standing::Short { rule: rule.id, points: *points, least }, mean_of(rules, all));
        }
    }
    let missing = rules.iter().filter(|rule| !all.contains_key(&rule.id)).count();
    match u32::try_from(missing).unwrap_or(u32::MAX) {
        0 => (Standing::Ranked, mean_of(rules, all)),
        missing => (Standing::Unscored { missing }, None),
    }
}

/// The order of selection: who was promised a place first, then by the weighted mean, the longer wait, and a lottery
/// whose seed is recorded; after them who lacks marks, then who falls short.
pub fn rank(rules: &[Rule], applicants: &[Applicant], seed: u64) -> Vec<Placed> {
    let mut order: Vec<(_, Placed)> = applicants
        .iter()
        .map(|one| {
            let (standing, mean_centi) = standing(rules, &one.points);
            let class = match standing {
                Standing::Ranked if one.place.is_some() => 0,
                Standing::Ranked => 1,
                Standing::Unscored { .. } => 2,
                Standing::Short { .. } => 3,
            };
            let key = (class, one.place, Reverse(mean_centi), one.waiting_since, draw(seed, one.person.0), one.person);
            (key, Placed { person: one.person, track: one.track, mean_centi, standing, place: one.place })
        })
        .collect();
    order.sort_by_key(|(key, _)| *key);
    order.into_iter().map(|(_, placed)| placed).collect()
}

/// What is done with each, given the seats that are free on each track. Places in the waiting list go on from the
/// highest that was ever given in the cohort, so that no place is given twice and nobody's changes.
pub fn decide(order: &[Placed], free: &BTreeMap<Track, u32>, highest: u32) -> Vec<(TraineeId, Verdict)> {
    let mut free = free.clone();
    let mut next = highest;
    order
        .iter()
        .map(|placed| {
            let verdict = match placed.standing {
                Standing::Unscored { .. } => Verdict::Leave,
                Standing::Short { rule, points, least } => Verdict::Reject { rule, points, least },
                Standing::Ranked => match free.get_mut(&placed.track).filter(|seats| **seats > 0) {
                    Some(seats) => {
                        *seats -= 1;
                        Verdict::Admit
                    }
                    None => Verdict::Wait {
                        place: placed.place.unwrap_or_else(|| {
                            next += 1;
                            next
                        }),
                    },
                },
            };
            (placed.person, verdict)
        })
        .collect()
}

/// Weighted mean in hundredths of a mark, rounded down.
fn mean_of(rules: &[Rule], points: &BTreeMap<Uuid, u32>) -> Option<u32> {
    let (mut sum, mut weights) = (0_u64, 0_u64);
    for rule in rules {
        sum += u64::from(rule.weight) * u64::from(*points.get(&rule.id)?);
        weights += u64::from(rule.weight);
    }
    u32::try_from((sum * 100).checked_div(weights)?).ok()
}

#[cfg(test)]
mod tests;
