//! A cohort that people apply for, and one whose course is over: what there is to choose from, and what came of it.

use super::Maker;
use crate::app::demo::cast::COHORTS;
use passerelle_store::entity::{cohort, selection_score};
use rand::Rng;
use uuid::Uuid;

const APPLICANTS: usize = 18;
const GONE: usize = 40;

impl Maker<'_> {
    pub(super) fn intakes(&mut self) {
        self.coming();
        self.past();
    }

    /// The first programme's next intake: more applicants than seats. No agreement binds it yet.
    fn coming(&mut self) {
        let Some(cohort) = self.again(0, "next intake", 120) else { return };
        for _ in 0..APPLICANTS {
            let Some(row) = self.another(0, &cohort) else { return };
            (row.journey, row.track) = ("applied".into(), if row.merit % 3 == 0 { "home" } else { "away" }.into());
        }
    }

    /// The same programme as it ended half a year ago: most found work, some left before the end.
    fn past(&mut self) {
        let Some(cohort) = self.again(0, "of before", -180) else { return };
        for at in 0..GONE {
            let (journey, status) = match at {
                0..16 => ("placed", "awarded"),
                16..28 => ("home_placed", "awarded"),
                _ => ("dropped", "expected"),
            };
            let awarded = (status == "awarded").then(|| self.day(-180));
            let Some(row) = self.another(0, &cohort) else { return };
            row.journey = journey.into();
            if let Some(paper) = self.world.credentials.last_mut() {
                (paper.status, paper.awarded_on) = (status.into(), awarded);
            }
        }
    }

    /// Another run of a programme, that ends so many days from the end of a usual one.
    pub(super) fn again(&mut self, at: usize, name: &str, days: i64) -> Option<cohort::Model> {
        let (starts_on, ends_on) = if days > 0 { (self.day(days), self.day(days + 300)) } else { (self.day(days - 300), self.day(days)) };
        let (away, home) = if days > 0 { (8, 4) } else { (30, 20) };
        let first = self.world.cohorts.get(at)?.clone();
        let name = format!("{} ({name})", self.world.programmes.get(at)?.name);
        let made = cohort::Model {
            id: Uuid::now_v7(),
            search: crate::text::fold(&name),
            name,
            starts_on,
            ends_on,
            seats_away: away,
            seats_home: home,
            seats_undecided: 0,
            refresher_places: 0,
            agreement_id: None,
            premium_paid_on: None,
            insured_from: None,
            ..first
        };
        self.world.cohorts.push(made.clone());
        Some(made)
    }

    pub(super) fn another(&mut self, at: usize, cohort: &cohort::Model) -> Option<&mut passerelle_store::entity::trainee::Model> {
        self.trainee(COHORTS.get(at)?, cohort);
        self.world.trainees.last_mut()
    }

    /// Marks of those who have applied; a few are still without.
    pub(super) fn marks(&mut self) {
        let ms = self.now.ms();
        for at in 0..self.world.trainees.len() {
            let Some((trainee_id, cohort_id)) =
                self.world.trainees.get(at).filter(|row| row.journey == "applied").map(|row| (row.id, row.cohort_id))
            else {
                continue;
            };
            if self.chance(20) {
                continue;
            }
            let rules: Vec<Uuid> =
                self.world.selection_rules.iter().filter(|rule| Some(rule.cohort_id) == cohort_id).map(|rule| rule.id).collect();
            for rule_id in rules {
                let points = self.rng.random_range(30..=100);
                self.world.selection_scores.push(selection_score::Model {
                    id: Uuid::now_v7(),
                    version: 1,
                    created_at_ms: ms,
                    updated_at_ms: ms,
                    trainee_id,
                    rule_id,
                    points,
                    note: None,
                });
            }
        }
    }
}
