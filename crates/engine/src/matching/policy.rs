//! The policy of a run: which features count how much. Versioned data, shown to both sides.

use passerelle_domain::parse::ParseError;
use passerelle_domain::people::SkillProvenance;
use passerelle_domain::words;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

words!(
    /// Everything that a ranking may read. Protected attributes are not in the list, so a policy
    /// that names one cannot be written; rule R16 judges the list once more at run time.
    Feature {
        /// Share of the must skills held, by weight.
        MustSkills = "must_skills",
        /// Share of the nice skills held, by weight.
        NiceSkills = "nice_skills",
        /// Missing skills for which a sibling in the skill hierarchy is held.
        SkillProximity = "skill_proximity",
        /// Shared digits of the two ISCO codes.
        OccupationProximity = "occupation_proximity",
        /// Steps of the language level above what is asked.
        LanguageMargin = "language_margin",
        /// Days between being ready and the end of the start window.
        Readiness = "readiness",
        /// Chance of being at work within the start window, on the steps of the pathway.
        InTime = "in_time",
        /// Place of the destination in the trainee's wishes.
        DestinationWish = "destination_wish",
        /// Pay above what comparable staff earn.
        WageMargin = "wage_margin",
    }
);

words!(
    /// How a run chooses among lawful pairs.
    Mode {
        /// Trainee-optimal stable matching; a full quota keeps the pairs with the best scores.
        Stable = "stable",
        /// The same; a full quota gives each need its first seats before any need's later ones.
        StableSeats = "stable_seats",
        /// The greatest sum of weights over all pairs.
        Optimal = "optimal",
    }
);

/// Weights are parts of 100.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    pub version: String,
    #[serde(default = "stable")]
    pub mode: Mode,
    /// Added to the weight of every pair in mode `optimal`: the greater, the more people are placed rather than
    /// placed well.
    #[serde(default)]
    pub placement_bonus: u32,
    /// How much of what a seat was worth in earlier runs a pair must exceed to be proposed, in percent; 0 holds
    /// nothing back. In mode `optimal` only.
    #[serde(default)]
    pub hold_back_percent: u32,
    /// The most roles that a trainee is considered for, best first.
    pub shortlist_max: usize,
    /// Digits of ISCO that training and need must share.
    pub occupation_digits_min: usize,
    /// What a skill is worth by who vouches for it, in percent.
    pub provenance_percent: BTreeMap<SkillProvenance, u32>,
    /// What a sibling skill is worth for the one asked, in percent.
    pub sibling_percent: u32,
    /// How a need scores a trainee.
    pub need_weights: BTreeMap<Feature, u32>,
    /// How a trainee scores a need.
    pub trainee_weights: BTreeMap<Feature, u32>,
}

fn stable() -> Mode {
    Mode::Stable
}

impl Policy {
    /// The same policy, choosing in this way; what counts in mode `optimal` only is left out elsewhere.
    #[must_use]
    pub fn in_mode(&self, mode: Mode) -> Self {
        let mut policy = Self { mode, ..self.clone() };
        if mode != Mode::Optimal {
            (policy.placement_bonus, policy.hold_back_percent) = (0, 0);
        }
        policy
    }

    /// # Errors
    /// When weights do not add up to 100 or a number is out of range; the key is in the text.
    pub fn check(&self) -> Result<(), ParseError> {
        let wrong = |detail: String| Err(ParseError::new("policy", detail));
        for (key, weights) in [("need_weights", &self.need_weights), ("trainee_weights", &self.trainee_weights)] {
            let sum: u64 = weights.values().map(|weight| u64::from(*weight)).sum();
            if sum != 100 {
                return wrong(format!("{key}: the weights add up to {sum}, not to 100"));
            }
        }
        if self.mode != Mode::Optimal && (self.placement_bonus > 0 || self.hold_back_percent > 0) {
            return wrong("placement_bonus, hold_back_percent: count in mode optimal only".into());
        }
        if self.placement_bonus > 1_000_000 || self.hold_back_percent > 100 {
            return wrong("placement_bonus: at most 1000000; hold_back_percent: at most 100".into());
        }
        if !(1..=50).contains(&self.shortlist_max) {
            return wrong("shortlist_max: must be from 1 to 50".into());
        }
        if self.occupation_digits_min > 4 {
            return wrong("occupation_digits_min: ISCO codes have four digits".into());
        }
        if self.sibling_percent > 100 || self.provenance_percent.values().any(|percent| *percent > 100) {
            return wrong("sibling_percent, provenance_percent: no skill is worth more than 100 percent".into());
        }
        if SkillProvenance::ALL.iter().any(|provenance| !self.provenance_percent.contains_key(provenance)) {
            return wrong(format!("provenance_percent: needs a value for each of {}", SkillProvenance::WORDS.join(", ")));
        }
        Ok(())
    }

    /// Names of all features that the policy reads, for rule R16.
    pub fn feature_names(&self) -> Vec<&'static str> {
        let mut features: Vec<Feature> = self.need_weights.keys().chain(self.trainee_weights.keys()).copied().collect();
        features.sort();
        features.dedup();
        features.into_iter().map(Feature::as_str).collect()
    }
}
