//! Scores of a lawful pair, in whole numbers from 0 to 10,000, each part kept so that both sides
//! can see it.

use super::policy::{Feature, Policy};
use super::snapshot::Snapshot;
use passerelle_domain::law::{NeedFacts, PathwayFacts, TraineeFacts};
use passerelle_domain::occupation::ConceptUri;
use passerelle_domain::people::SkillImportance;
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;
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
        weight(self.u, self.v)
    }
}

/// The planner's weight of a pair with these scores.
pub(super) fn weight(u: u32, v: u32) -> u32 {
    1 + (4 * u + 6 * v) / 10
}

/// The parts of a score by the number of their feature.
pub(super) type Parts = [i64; Feature::ALL.len()];

/// Skills as numbers, and what a policy makes of the parts. Skills are compared some hundred times each, so
/// their addresses are read once.
#[derive(Debug)]
pub(super) struct Ranker<'a> {
    policy: &'a Policy,
    broader: &'a BTreeMap<ConceptUri, Vec<ConceptUri>>,
    numbers: BTreeMap<&'a str, u32>,
}

/// What a trainee can: skills with the percentage that their best witness makes them worth, in the order of
/// their numbers, and the broader concepts of all of them.
#[derive(Debug, Default)]
pub(super) struct Held {
    skills: Vec<(u32, i64)>,
    broader: Vec<u32>,
}

/// What a need asks for.
#[derive(Debug, Default)]
pub(super) struct Asked {
    skills: Vec<AskedSkill>,
}

#[derive(Debug)]
struct AskedSkill {
    number: u32,
    must: bool,
    weight: i64,
    broader: Vec<u32>,
}

impl<'a> Ranker<'a> {
    pub fn new(policy: &'a Policy, snapshot: &'a Snapshot) -> Self {
        Self { policy, broader: &snapshot.broader, numbers: BTreeMap::new() }
    }

    fn number(&mut self, skill: &'a ConceptUri) -> u32 {
        let next = self.numbers.len() as u32;
        *self.numbers.entry(skill.as_str()).or_insert(next)
    }

    fn broader_of(&mut self, skill: &ConceptUri) -> Vec<u32> {
        let broader: &'a BTreeMap<ConceptUri, Vec<ConceptUri>> = self.broader;
        broader.get(skill).map(|list| list.iter().map(|broader| self.number(broader)).collect()).unwrap_or_default()
    }

    pub fn held(&mut self, trainee: &'a TraineeFacts) -> Held {
        let mut held = Held::default();
        for fact in &trainee.skills {
            let percent = self.policy.provenance_percent.get(&fact.provenance).copied().unwrap_or(0);
            held.skills.push((self.number(&fact.skill), i64::from(percent)));
            held.broader.extend(self.broader_of(&fact.skill));
        }
        // A skill counts by its best witness.
        held.skills.sort_unstable_by_key(|(skill, percent)| (*skill, Reverse(*percent)));
        held.skills.dedup_by_key(|(skill, _)| *skill);
        held.broader.sort_unstable();
        held.broader.dedup();
        held
    }

    pub fn asked(&mut self, need: &'a NeedFacts) -> Asked {
        let skills = need.skills.iter().map(|skill| AskedSkill {
            number: self.number(&skill.skill),
            must: skill.importance == SkillImportance::Must,
            weight: i64::from(skill.weight),
            broader: self.broader_of(&skill.skill),
        });
        Asked { skills: skills.collect() }
    }

    /// `None` when the pair has no asked skill in common, which no other part can make up for.
    pub fn parts(
        &self,
        (trainee, held): (&TraineeFacts, &Held),
        (need, asked): (&NeedFacts, &Asked),
        pathway: &PathwayFacts,
    ) -> Option<Parts> {
        let skills = Skills::compare(self.policy, held, asked);
        if !asked.skills.is_empty() && !skills.any_held {
            return None;
        }
        let mut parts = [0; Feature::ALL.len()];
        for (part, feature) in parts.iter_mut().zip(Feature::ALL) {
            let points = match feature {
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
            *part = points.clamp(0, FULL);
        }
        Some(parts)
    }

    /// The sums of both sides, and the parts by their names.
    pub fn score(&self, parts: Parts) -> Score {
        let (u, v) = self.sums(&parts);
        Score { parts: Feature::ALL.iter().copied().zip(parts).collect(), u, v }
    }

    /// The trainee's score of the need, and the need's of the trainee.
    pub fn sums(&self, parts: &Parts) -> (u32, u32) {
        let sum = |weights: &BTreeMap<Feature, u32>| {
            let total: i64 = weights.iter().map(|(feature, weight)| parts[*feature as usize] * i64::from(*weight)).sum();
            u32::try_from(total / 100).unwrap_or(0)
        };
        (sum(&self.policy.trainee_weights), sum(&self.policy.need_weights))
    }
}

struct Skills {
    must: i64,
    nice: i64,
    proximity: i64,
    any_held: bool,
}

impl Skills {
    fn compare(policy: &Policy, held: &Held, asked: &Asked) -> Self {
        let (mut got, mut all) = ([0, 0], [0, 0]);
        let (mut near, mut missing, mut any_held) = (0, 0, false);
        for skill in &asked.skills {
            let side = usize::from(!skill.must);
            all[side] += skill.weight * 100;
            match held.skills.binary_search_by_key(&skill.number, |(number, _)| *number) {
                Ok(at) => {
                    got[side] += skill.weight * held.skills[at].1;
                    any_held |= held.skills[at].1 > 0;
                }
                Err(_) => {
                    missing += skill.weight;
                    let sibling = skill.broader.iter().any(|broader| held.broader.binary_search(broader).is_ok());
                    near += if sibling { skill.weight } else { 0 };
                }
            }
        }
        let share = |side: usize| if all[side] == 0 { FULL } else { FULL * got[side] / all[side] };
        let proximity = if missing == 0 { FULL } else { FULL * near * i64::from(policy.sibling_percent) / (missing * 100) };
        Self { must: share(0), nice: share(1), proximity, any_held }
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
