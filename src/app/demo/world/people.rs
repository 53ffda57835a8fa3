//! People in training, and their papers.

use super::Maker;
use crate::app::demo::cast::{CohortPlan, names};
use crate::text::fold;
use chrono::{Days, NaiveDate};
use passerelle_store::entity::{cohort, credential, language_certificate, recognition_case, skill_claim, trainee};
use rand::Rng;
use rand::seq::IndexedRandom;
use uuid::Uuid;

impl Maker<'_> {
    pub(super) fn trainee(&mut self, plan: &CohortPlan, cohort: &cohort::Model) {
        let (female, male, family) = names(plan.country);
        let is_female = self.chance(if plan.occupation == "2221" || plan.occupation == "5322" { 75 } else { 35 });
        let given = (if is_female { female } else { male }).choose(&mut self.rng).copied().unwrap_or("A.");
        let family = family.choose(&mut self.rng).copied().unwrap_or("N.");
        let age_days = if self.chance(2) { 17 * 365 - 40 } else { self.rng.random_range(20 * 365..38 * 365) };
        let ready_on = cohort.ends_on + Days::new(self.rng.random_range(0..30));
        let ready_on = if self.chance(4) { ready_on + Days::new(700) } else { ready_on };
        let wishes: Vec<&str> = if self.chance(25) { vec![] } else { plan.wishes.to_vec() };
        let ms = self.now.ms();
        let row = trainee::Model {
            id: Uuid::now_v7(),
            version: 1,
            created_at_ms: ms,
            updated_at_ms: ms,
            institute_id: cohort.institute_id,
            cohort_id: Some(cohort.id),
            given_name: given.into(),
            family_name: family.into(),
            name_key: crate::app::duplicates::name_key(given, family),
            merged_into: None,
            erased_at_ms: None,
            birth_date: (!self.chance(1)).then(|| self.day(-age_days)),
            sex: if is_female { "female" } else { "male" }.into(),
            nationalities: plan.country.into(),
            habitual_residence: plan.country.into(),
            training_country: plan.country.into(),
            occupation: plan.occupation.into(),
            track: if self.chance(7) {
                "home"
            } else if self.chance(10) {
                "undecided"
            } else {
                "away"
            }
            .into(),
            journey: if self.chance(4) {
                "applied"
            } else if cohort.ends_on < self.day(90) && self.chance(50) {
                "certified"
            } else {
                "in_training"
            }
            .into(),
            ready_on,
            passport_valid_to: if self.chance(3) {
                None
            } else if self.chance(5) {
                Some(self.day(200))
            } else {
                Some(self.day_between(1_200, 3_400))
            },
            identity_confirmed: if self.chance(3) {
                "unknown"
            } else if self.chance(1) {
                "no"
            } else {
                "yes"
            }
            .into(),
            possible_duplicate: self.chance(1),
            preferred_destinations: wishes.join(","),
            waiting_since: self.day_between(-420, -30),
            merit: self.rng.random_range(45..100),
            email: None,
            phone: None,
            demo: true,
            search: fold(&format!("{given} {family}")),
        };
        self.papers(plan, &row);
        self.world.trainees.push(row);
    }

    /// A day between two distances from today.
    pub(super) fn day_between(&mut self, from: i64, to: i64) -> NaiveDate {
        let days = self.rng.random_range(from..to);
        self.day(days)
    }

    fn papers(&mut self, plan: &CohortPlan, row: &trainee::Model) {
        let ms = self.now.ms();
        self.world.credentials.push(credential::Model {
            id: Uuid::now_v7(),
            version: 1,
            created_at_ms: ms,
            updated_at_ms: ms,
            trainee_id: row.id,
            title: format!("Diploma: {}", plan.programme),
            awarding_body: plan.institute.into(),
            occupation: plan.occupation.into(),
            eqf_level: None,
            eqf_basis: "none".into(),
            status: if row.journey == "certified" { "awarded" } else { "expected" }.into(),
            awarded_on: (row.journey == "certified").then(|| self.day(-10)),
        });
        self.language(plan, row);
        if plan.occupation == "2221" || plan.occupation == "5322" {
            self.recognition(plan, row);
        }
        let claim = |skill: &str, provenance: &str, stated_on: NaiveDate| skill_claim::Model {
            id: Uuid::now_v7(),
            version: 1,
            created_at_ms: ms,
            updated_at_ms: ms,
            trainee_id: row.id,
            skill: skill.into(),
            provenance: provenance.into(),
            stated_on,
        };
        let skills = self.skills;
        for skill in skills.essential(plan.occupation) {
            if self.chance(72) {
                let provenance = if self.chance(15) { "test" } else { "institute" };
                let day = self.day(-20);
                self.world.skill_claims.push(claim(skill, provenance, day));
            }
        }
        for skill in skills.optional(plan.occupation) {
            if self.chance(35) {
                let day = self.day(-40);
                self.world.skill_claims.push(claim(skill, "self", day));
            }
        }
    }

    /// Most hold the level asked for; some are a step below, some hold a certificate that lapses
    /// while they wait, some have none yet.
    fn language(&mut self, plan: &CohortPlan, row: &trainee::Model) {
        let lot = self.rng.random_range(0..100);
        if lot >= 90 {
            return;
        }
        let text = if lot >= 80 { plan.below } else { plan.level };
        let (scale, level) = text.split_once(' ').unwrap_or(("CEFR", "A1"));
        let lapses = (70..80).contains(&lot);
        let issued = self.day_between(-300, -40);
        let ms = self.now.ms();
        let expires = if lapses {
            Some(self.day(45))
        } else if scale == "CEFR" {
            None
        } else {
            Some(issued + Days::new(730))
        };
        self.world.language_certificates.push(language_certificate::Model {
            id: Uuid::now_v7(),
            version: 1,
            created_at_ms: ms,
            updated_at_ms: ms,
            trainee_id: row.id,
            language: plan.language.into(),
            scale: scale.into(),
            level: level.into(),
            listening: None,
            reading: None,
            speaking: None,
            writing: None,
            issuer: "Examination centre (demonstration)".into(),
            issued_on: issued,
            expires_on: expires,
        });
    }

    fn recognition(&mut self, plan: &CohortPlan, row: &trainee::Model) {
        for destination in plan.wishes.iter().filter(|country| matches!(**country, "DE" | "GB" | "JP" | "CA")) {
            let lot = self.rng.random_range(0..100);
            let state = match lot {
                0..45 => "decided_partial",
                45..60 => "decided_full",
                60..72 => "clock_running",
                72..80 => "filed",
                80..88 => "decided_refused",
                _ => continue,
            };
            let decided = state.starts_with("decided").then(|| self.day(-15));
            let ms = self.now.ms();
            self.world.recognition_cases.push(recognition_case::Model {
                id: Uuid::now_v7(),
                version: 1,
                created_at_ms: ms,
                updated_at_ms: ms,
                trainee_id: row.id,
                destination: (*destination).into(),
                subdivision: None,
                occupation: plan.occupation.into(),
                authority: "Recognition authority (demonstration)".into(),
                state: state.into(),
                filed_on: Some(self.day(-120)),
                decided_on: decided,
                due_on: None,
            });
        }
    }
}
