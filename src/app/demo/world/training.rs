//! How the people of the demonstration fare in their courses: rules of selection, attendance, assessments, papers, a
//! session of an examination for each institute, and a firm that asks to be let in.

use super::Maker;
use passerelle_domain::registration::{ComplianceClause, STATEMENT_VERSION};
use passerelle_domain::training::CohortPaper;
use passerelle_store::entity::{assessment, attendance, employer_registration, exam_session, paper_check, selection_rule};
use rand::Rng;
use uuid::Uuid;

const RULES: [(&str, i64, Option<i64>); 3] =
    [("Interview", 40, Some(40)), ("Language placement test", 30, None), ("School marks", 30, None)];
const UNITS: [(&str, &str); 3] = [("Occupational safety", "theory"), ("Core practice", "practical"), ("Language A2", "language")];

impl Maker<'_> {
    pub(super) fn training(&mut self) {
        self.rules();
        self.marks();
        self.sessions();
        self.courses();
        self.asking();
    }

    fn rules(&mut self) {
        let ms = self.now.ms();
        for cohort in &self.world.cohorts {
            self.world.selection_rules.extend(RULES.map(|(name, weight, least_points)| selection_rule::Model {
                id: Uuid::now_v7(),
                version: 1,
                created_at_ms: ms,
                updated_at_ms: ms,
                cohort_id: cohort.id,
                name: name.into(),
                weight,
                least_points,
            }));
        }
    }

    fn sessions(&mut self) {
        let (ms, held_on, register_by) = (self.now.ms(), self.day(40), self.day(20));
        let institutes: std::collections::BTreeSet<Uuid> = self.world.cohorts.iter().map(|row| row.institute_id).collect();
        self.world.exam_sessions.extend(institutes.into_iter().map(|institute_id| exam_session::Model {
            id: Uuid::now_v7(),
            version: 1,
            created_at_ms: ms,
            updated_at_ms: ms,
            institute_id,
            issuer: "Goethe-Institut".into(),
            language: "de".into(),
            scale: "CEFR".into(),
            level: "B1".into(),
            held_on,
            register_by,
            seats: 30,
        }));
    }

    /// Every third person in training has something written down about her; a few of them fare badly.
    fn courses(&mut self) {
        let in_training: Vec<Uuid> = self.world.trainees.iter().filter(|row| row.journey == "in_training").map(|row| row.id).collect();
        let ms = self.now.ms();
        for trainee_id in in_training.into_iter().step_by(3) {
            let poor = self.chance(15);
            for month in 1..=3 {
                let hours_planned = 120;
                let hours_attended = if poor { self.rng.random_range(70..95) } else { self.rng.random_range(104..=120) };
                self.world.attendances.push(attendance::Model {
                    id: Uuid::now_v7(),
                    version: 1,
                    created_at_ms: ms,
                    updated_at_ms: ms,
                    trainee_id,
                    from_on: self.day(-30 * month),
                    to_on: self.day(-30 * month + 29),
                    hours_planned,
                    hours_attended,
                    hours_excused: 0,
                });
            }
            for (unit, kind) in UNITS {
                let failed = self.chance(if poor { 50 } else { 8 });
                self.world.assessments.push(assessment::Model {
                    id: Uuid::now_v7(),
                    version: 1,
                    created_at_ms: ms,
                    updated_at_ms: ms,
                    trainee_id,
                    unit: unit.into(),
                    kind: kind.into(),
                    attempt: 1,
                    held_on: self.day(-20),
                    result: if failed { "failed" } else { "passed" }.into(),
                    points: Some(if failed { self.rng.random_range(20..50) } else { self.rng.random_range(50..=100) }),
                    note: None,
                });
            }
            for paper in CohortPaper::ALL {
                if self.chance(30) {
                    continue;
                }
                let standing = if self.chance(60) { "certified" } else { "uploaded" };
                self.world.paper_checks.push(paper_check::Model {
                    id: Uuid::now_v7(),
                    version: 1,
                    created_at_ms: ms,
                    updated_at_ms: ms,
                    trainee_id,
                    paper: paper.to_string(),
                    standing: standing.into(),
                    checked_on: self.day(-60),
                    valid_to: None,
                });
            }
        }
    }

    fn asking(&mut self) {
        let ms = self.now.ms();
        self.world.employer_registrations.push(employer_registration::Model {
            id: Uuid::now_v7(),
            version: 1,
            created_at_ms: ms,
            updated_at_ms: ms,
            name: "Elektro Neuland GmbH (Demonstration)".into(),
            country: "DE".into(),
            register_number: "HRB 00000".into(),
            lei: None,
            city: "Kassel".into(),
            contact_name: "A. Beispiel".into(),
            contact_email: "neuland@example.org".into(),
            contact_locale: "de".into(),
            clauses: ComplianceClause::WORDS.join(","),
            statement_version: STATEMENT_VERSION,
            status: "waiting".into(),
            decided_on: None,
            refused_for: None,
            note: None,
            organisation_id: None,
        });
    }
}
