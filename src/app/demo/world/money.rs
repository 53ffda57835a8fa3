//! A plan that both sides have signed, and workers who paid for their job: one of them is refunded, one is not.

use super::Maker;
use super::stranded::PACK;
use chrono::Datelike;
use passerelle_domain::contingency::plan::{Cover, Plan, RepaymentTerms};
use passerelle_domain::corridor::{CostClass, Party};
use passerelle_domain::finance::shares::{Milestone, Share};
use passerelle_domain::money::{Currency, Money};
use passerelle_engine::matching::snapshot::digest;
use passerelle_store::entity::{contingency_plan, first_pay, worker_payment};
use uuid::Uuid;

impl Maker<'_> {
    pub(super) fn money(&mut self) {
        self.plan();
        self.worker_costs();
    }

    /// The plan of the Moroccan agreement: what is usual for every cause, and who pays what. Illustrative.
    fn plan(&mut self) {
        let Some(agreement_id) = self.world.agreements.iter().find(|row| row.pack == PACK && row.origin == "MA").map(|row| row.id) else {
            return;
        };
        let Ok(euro) = Currency::parse("EUR") else { return };
        let share = |class, payer, percent, due| Share { class, payer, percent, cap: None, due };
        let plan = Plan {
            stipend: Some(Money::new(30_000, euro)),
            stipend_places: 1,
            shares: vec![
                share(CostClass::EducationInvestment, Party::Funder, 50, Milestone::Enrolment),
                share(CostClass::EducationInvestment, Party::Employer, 50, Milestone::WorkStart),
                share(CostClass::RelatedCost, Party::Employer, 100, Milestone::Visa),
            ],
            cover: Some(Cover { per_mille: 20, mean_loss: Money::new(150_000, euro) }),
            repayment: Some(RepaymentTerms { cap: Money::new(25_000, euro), months: 24 }),
            ..Plan::standard()
        };
        let Ok(document) = serde_json::to_string_pretty(&plan) else { return };
        let (ms, signed) = (self.now.ms(), Some(self.day(-300)));
        self.world.contingency_plans = vec![contingency_plan::Model {
            id: Uuid::now_v7(),
            version: 1,
            created_at_ms: ms,
            updated_at_ms: ms,
            agreement_id,
            number: 1,
            status: "published".into(),
            digest: digest(&document),
            document,
            // Nobody of the demonstration has signed it.
            origin_key: None,
            origin_key_on: signed,
            destination_key: None,
            destination_key_on: signed,
            published_on: signed,
        }];
    }

    fn worker_costs(&mut self) {
        let people: Vec<Uuid> = self.world.stranded.iter().take(3).copied().collect();
        let (ms, paid_on, back) = (self.now.ms(), self.day(-120), self.day(-30));
        for (trainee_id, (item, class, amount_minor, refunded_minor)) in people.into_iter().zip([
            ("Placement fee", CostClass::RecruitmentFee, 90_000, 30_000),
            ("Medical examination", CostClass::RelatedCost, 12_000, 12_000),
            ("Photographs", CostClass::RelatedCost, 1_500, 0),
        ]) {
            self.world.worker_payments.push(worker_payment::Model {
                id: Uuid::now_v7(),
                version: 1,
                created_at_ms: ms,
                updated_at_ms: ms,
                trainee_id,
                paid_on,
                item: item.into(),
                cost_class: class.to_string(),
                paid_to: "An agent (illustrative)".into(),
                currency: "EUR".into(),
                amount_minor,
                refunded_minor,
                refunded_on: (refunded_minor > 0).then_some(back),
                refunded_by: (refunded_minor > 0).then(|| Party::Employer.to_string()),
                receipt: None,
            });
        }
        let Some(placed) = self.world.trainees.iter().find(|row| row.journey == "placed" && row.training_country == "MA") else { return };
        self.world.first_pays.push(first_pay::Model {
            id: Uuid::now_v7(),
            version: 1,
            created_at_ms: ms,
            updated_at_ms: ms,
            trainee_id: placed.id,
            month_on: self.day(-60).with_day(1).unwrap_or(self.day(-60)),
            currency: "EUR".into(),
            amount_minor: 240_000,
            evidence: None,
        });
    }
}
