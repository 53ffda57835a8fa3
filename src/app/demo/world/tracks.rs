//! The agreement that binds each cohort of the demonstration, and what its places cost. Figures are illustrative.

use super::Maker;
use passerelle_store::entity::budget_line;
use uuid::Uuid;

/// Track, item, class, what it is for, payer, and hundredths of a euro for one place.
const LINES: [(&str, &str, &str, &str, &str, i64); 6] = [
    ("away", "Vocational training", "education_investment", "training", "employer", 600_000),
    ("away", "Language to B1", "related_cost", "language", "employer", 270_000),
    ("away", "Recognition and visa", "related_cost", "recognition", "employer", 57_500),
    ("away", "Reserve premium", "related_cost", "other", "funder", 104_777),
    ("home", "Vocational training", "education_investment", "training", "funder", 600_000),
    ("home", "Placement with an employer at home", "education_investment", "other", "origin_authority", 60_000),
];

impl Maker<'_> {
    /// Each cohort comes under the agreement of its country, where there is one.
    pub(super) fn tracks(&mut self) {
        let paid = self.day(-400);
        let mut ids = Vec::new();
        for cohort in &mut self.world.cohorts {
            let country = self.world.organisations.iter().find(|row| row.id == cohort.institute_id).map(|row| row.country.as_str());
            let nurses = self.world.programmes.iter().any(|row| row.id == cohort.programme_id && row.occupation.starts_with("222"));
            let fits = |row: &&passerelle_store::entity::agreement::Model| {
                Some(row.origin.as_str()) == country && row.pack.contains("NURSE") == nurses
            };
            let Some(agreement) = self.world.agreements.iter().find(fits) else { continue };
            cohort.agreement_id = Some(agreement.id);
            (cohort.premium_paid_on, cohort.insured_from) = (Some(paid), Some(paid));
            ids.push(cohort.id);
        }
        ids.into_iter().for_each(|id| self.budget(id));
    }

    /// What a place of a cohort costs on each track.
    pub(super) fn budget(&mut self, cohort_id: Uuid) {
        let ms = self.now.ms();
        self.world.budget_lines.extend(LINES.map(|(track, item, class, kind, payer, amount_minor)| budget_line::Model {
            id: Uuid::now_v7(),
            version: 1,
            created_at_ms: ms,
            updated_at_ms: ms,
            cohort_id,
            track: track.into(),
            item: item.into(),
            cost_class: class.into(),
            cost_kind: Some(kind.into()),
            payer: payer.into(),
            currency: "EUR".into(),
            amount_minor,
        }));
    }
}
