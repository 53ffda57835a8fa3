//! Scores of a lawful pair, in whole numbers from 0 to 10,000, each part kept so that both sides
//! can see it.

use super::policy::{Feature, Policy};
use super::snapshot::Snapshot;
use passerelle_domain::law::{NeedFacts, PathwayFacts, TraineeFacts};
use passerelle_domain::occupation::ConceptUri;
use passerelle_domain::people::SkillImportance;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

const FULL: i64 = 10_000;

/// The parts of a score and the two sums that the matching ranks by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Score {
    pub parts: BTreeMap<Feature, i64>,
    /// The trainee's score of the need.
    pub u: u32,
    /// The need's score of the trainee.
    pub v: u32,
}

impl Score {
    /// The planner's weight of the pair: 1 to 10,001.
    pub fn weight(&self) -> u32 {
        1 + (4 * self.u + 6 * self.v) / 10
    }
}

/// `None` when the pair has no asked skill in common, which no other part can make up for.
pub fn score(snapshot: &Snapshot, policy: &Policy, trainee: &TraineeFacts, need: &NeedFacts, pathway: &PathwayFacts) -> Option<Score> {
    let skills = Skills::compare(snapshot, policy, trainee, need);
    if !need.skills.is_empty() && !skills.any_held {
        return None;
    }
    let parts: BTreeMap<Feature, i64> = Feature::ALL
        .iter()
        .map(|feature| {
            let part = match feature {
                Feature::MustSkills => skills.must,
                Feature::NiceSkills => skills.nice,
                Feature::SkillProximity => skills.proximity,
                Feature::OccupationProximity => occupation(trainee, need),
                Feature::LanguageMargin => language(trainee, need, pathway),
                Feature::Readiness => readiness(trainee, need),
                Feature::InTime => in_time(trainee, need, pathway).map_or(FULL / 2, |percent| i64::from(percent) * 100),
                Feature::DestinationWish => wish(trainee, pathway),
                Feature::WageMargin => wage(need),
            };
            (*feature, part.clamp(0, FULL))
        })
        .collect();
    let sum = |weights: &BTreeMap<Feature, u32>| {
        let total: i64 = weights.iter().map(|(feature, weight)| parts[feature] * i64::from(*weight)).sum();
        u32::try_from(total / 100).unwrap_or(0)
    };
    let (u, v) = (sum(&policy.trainee_weights), sum(&policy.need_weights));
    Some(Score { parts, u, v })
}

struct Skills {
    must: i64,
    nice: i64,
    proximity: i64,
    any_held: bool,
}

impl Skills {
    fn compare(snapshot: &Snapshot, policy: &Policy, trainee: &TraineeFacts, need: &NeedFacts) -> Self {
        // A skill counts by its best witness.
        let mut held: BTreeMap<&ConceptUri, i64> = BTreeMap::new();
        for fact in &trainee.skills {
            let percent = i64::from(policy.provenance_percent.get(&fact.provenance).copied().unwrap_or(0));
            let best = held.entry(&fact.skill).or_insert(0);
            *best = percent.max(*best);
        }
        let share = |importance| {
            let asked = need.skills.iter().filter(|skill| skill.importance == importance);
            let (got, all) = asked.fold((0, 0), |(got, all), skill| {
                let weight = i64::from(skill.weight);
                (got + weight * held.get(&skill.skill).copied().unwrap_or(0), all + weight * 100)
            });
            if all == 0 { FULL } else { FULL * got / all }
        };
        let missing: Vec<_> = need.skills.iter().filter(|skill| !held.contains_key(&skill.skill)).collect();
        let all: i64 = missing.iter().map(|skill| i64::from(skill.weight)).sum();
        let near: i64 = missing
            .iter()
            .filter(|skill| held.keys().any(|mine| siblings(snapshot, mine, &skill.skill)))
            .map(|skill| i64::from(skill.weight))
            .sum();
        let proximity = if all == 0 { FULL } else { FULL * near * i64::from(policy.sibling_percent) / (all * 100) };
        let any_held = need.skills.iter().any(|skill| held.get(&skill.skill).is_some_and(|percent| *percent > 0));
        Self { must: share(SkillImportance::Must), nice: share(SkillImportance::Nice), proximity, any_held }
    }
}

fn siblings(snapshot: &Snapshot, a: &ConceptUri, b: &ConceptUri) -> bool {
    match (snapshot.broader.get(a), snapshot.broader.get(b)) {
        (Some(mine), Some(theirs)) => mine.iter().any(|broader| theirs.contains(broader)),
        _ => false,
    }
}

fn occupation(trainee: &TraineeFacts, need: &NeedFacts) -> i64 {
    match trainee.occupation.shared_digits(&need.occupation) {
        4 => FULL,
        3 => 7_000,
        2 => 4_000,
        _ => 0,
    }
}

/// Half for just meeting what is asked, all for two steps above; full where nothing is asked.
fn language(trainee: &TraineeFacts, need: &NeedFacts, pathway: &PathwayFacts) -> i64 {
    let asked_by_need = need.language.iter().map(|(language, level)| (language, level));
    let asked_by_pathway = pathway.languages.iter().flat_map(|gate| gate.any_of.iter().map(move |level| (&gate.language, level)));
    let margins: Vec<i64> = asked_by_need
        .chain(asked_by_pathway)
        .filter_map(|(language, asked)| {
            let held = trainee.languages.iter().filter(|held| held.language.primary() == language.primary());
            held.filter_map(|held| held.level.steps_above(asked)).max()
        })
        .map(|steps| FULL / 2 + i64::from(steps) * FULL / 4)
        .collect();
    margins.into_iter().min().unwrap_or(FULL)
}

/// Ready at the first day of the window is best, at its last day worth half.
fn readiness(trainee: &TraineeFacts, need: &NeedFacts) -> i64 {
    let window = (need.start.to - need.start.from).num_days().max(1);
    let late = (trainee.ready_on - need.start.from).num_days().clamp(0, window);
    FULL - FULL / 2 * late / window
}

/// Of a hundred like her, how many are at work by the last day of the window; nothing where the
/// pathway's steps do not say.
pub(super) fn in_time(trainee: &TraineeFacts, need: &NeedFacts, pathway: &PathwayFacts) -> Option<u8> {
    let days = (need.start.to - trainee.ready_on).num_days();
    pathway.lead.as_ref().map(|lead| lead.percent_within(days))
}

fn wish(trainee: &TraineeFacts, pathway: &PathwayFacts) -> i64 {
    if trainee.preferred_destinations.is_empty() {
        return FULL / 2;
    }
    let place = trainee.preferred_destinations.iter().position(|country| *country == pathway.destination);
    place.map_or(0, |place| FULL - i64::try_from(place).unwrap_or(10).min(10) * 2_000)
}

/// Pay equal to comparable staff is worth half, a fifth above it all.
fn wage(need: &NeedFacts) -> i64 {
    match (need.wage, need.comparable_wage) {
        (Some(wage), Some(comparable)) if comparable.minor > 0 && wage.currency == comparable.currency => {
            let above = (wage.minor - comparable.minor).clamp(0, comparable.minor);
            let fifths = i128::from(above) * 5 * i128::from(FULL / 2) / i128::from(comparable.minor);
            FULL / 2 + i64::try_from(fifths).unwrap_or(FULL)
        }
        _ => 0,
    }
}
