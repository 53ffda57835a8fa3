//! Periods of a case, longest deferrals, and what the plan pays and asks back.

use super::{PERIOD_MOST, Reading, Section};
use crate::i18n::Locale;
use crate::web::extract::PathId;
use crate::web::ui::Answer;
use crate::web::ui::cells::word_key;
use crate::web::ui::parts::{Form, Input};
use crate::web::ui::sent::Sent;
use crate::web::ui::shell::Page;
use passerelle_domain::contingency::plan::{Cover, Plan, RepaymentTerms};
use passerelle_domain::money::Money;

struct Terms;

/// Periods by name, with their value in a plan.
fn periods(plan: &mut Plan) -> [(&'static str, &mut u32); 10] {
    let terms = &mut plan.terms;
    [
        ("triage_working_days", &mut terms.triage_working_days),
        ("verify_working_days", &mut terms.verify_working_days),
        ("propose_working_days", &mut terms.propose_working_days),
        ("consent_working_days", &mut terms.consent_working_days),
        ("close_days", &mut terms.close_days),
        ("appeal_days", &mut terms.appeal_days),
        ("decide_working_days", &mut terms.decide_working_days),
        ("execute_working_days", &mut terms.execute_working_days),
        ("deferral_days", &mut plan.deferral_days),
        ("cohort_deferral_days", &mut plan.cohort_deferral_days),
    ]
}

impl Section for Terms {
    fn path(&self) -> String {
        "terms".into()
    }

    fn heading(&self, t: Locale) -> String {
        t.get("contingency-plan-terms")
    }

    fn lead(&self, t: Locale) -> String {
        t.get("contingency-plan-terms-lead")
    }

    fn fill(&self, t: Locale, mut form: Form, plan: &Plan) -> Form {
        let label = |name: &str| t.get(&word_key("plan", name));
        let number = |name: &str, value: u32| Input::new("number", name, label(name)).value(value.to_string()).required();
        let money = |name: &str, amount: Option<Money>| {
            Input::new("text", name, label(name)).hint(t.get("hint-kind-money")).value(amount.map(String::from).unwrap_or_default())
        };
        for (name, value) in periods(&mut plan.clone()) {
            form = form.input(number(name, *value));
        }
        form.input(money("stipend", plan.stipend))
            .input(number("stipend_places", plan.stipend_places))
            .input(money("mean_loss", plan.cover.map(|cover| cover.mean_loss)))
            .input(number("per_mille", plan.cover.map_or(0, |cover| cover.per_mille.into())))
            .input(money("repayment_cap", plan.repayment.map(|terms| terms.cap)))
            .input(number("repayment_months", plan.repayment.map_or(0, |terms| terms.months)))
    }

    fn read(&self, read: &mut Reading<'_>, plan: &mut Plan) {
        for (name, value) in periods(plan) {
            *value = read.number(name, PERIOD_MOST);
        }
        plan.stipend = read.money("stipend");
        plan.stipend_places = read.number("stipend_places", 1_000_000);
        let (mean_loss, per_mille) = (read.money("mean_loss"), read.number("per_mille", 1_000));
        plan.cover = mean_loss.map(|mean_loss| Cover { per_mille: u16::try_from(per_mille).unwrap_or(0), mean_loss });
        let (cap, months) = (read.money("repayment_cap"), read.number("repayment_months", PERIOD_MOST));
        plan.repayment = cap.map(|cap| RepaymentTerms { cap, months });
    }
}

/// `GET /ui/agreements/{id}/contingency-plan/terms`
pub async fn show(page: Page, PathId(id): PathId) -> Answer {
    super::show(&page, id, &Terms).await
}

/// `POST /ui/agreements/{id}/contingency-plan/terms`
pub async fn save(page: Page, PathId(id): PathId, sent: Sent) -> Answer {
    super::save(&page, id, &Terms, &sent).await
}
