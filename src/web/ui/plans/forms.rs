//! Forms for the parts of a plan: one for each cause, and one for periods, money and the waiting list. What they leave out
//! (shares of costs, other occupations, shares of places) is written in the document.

use super::super::cells::word_key;
use super::super::contingency::response;
use super::super::events::cause;
use super::super::parts::{Form, Input, Sheet, mendable_event};
use super::super::sent::Sent;
use super::super::shell::Page;
use super::super::{Answer, see};
use crate::app::contingency::plans::{self, Plans};
use crate::error::{AppError, FieldError};
use crate::formats;
use crate::i18n::Locale;
use crate::web::extract::PathId;
use actix_web::web;
use passerelle_domain::access::{Action, Subject, permit};
use passerelle_domain::contingency::plan::{self, Cover, Plan, RepaymentTerms};
use passerelle_domain::contingency::{Response, Support, is_cause};
use passerelle_domain::money::Money;
use uuid::Uuid;

/// Responses that the form asks for, where a plan names no more of them.
const RANKS: usize = 8;

fn ranks(plan: &Plan, code: &str) -> usize {
    plan.responses(code).len().max(RANKS)
}

/// The plan that a form begins with, and the draft that it was read from; nothing where none is being written.
fn begun(found: Plans) -> (Plan, String) {
    let digest = found.draft.as_ref().map_or_else(String::new, |draft| draft.digest.clone());
    let plan = found.draft.or(found.published).map_or_else(Plan::standard, |version| version.plan);
    (plan, digest)
}

async fn written(page: &Page, id: Uuid) -> Result<(Plan, String), AppError> {
    permit(&page.actor, Action::Update, Subject::Agreement)?;
    Ok(begun(plans::of(&page.ctx(), id).await?))
}

fn back(id: Uuid) -> String {
    format!("/ui/agreements/{id}/contingency-plan")
}

fn sheet(page: &Page, id: Uuid, heading: String, form: Form) -> Answer {
    Sheet::new(page.shell_titled(heading)).crumb(back(id), page.locale.get("contingency-plan-title")).form(form).answer()
}

/// `GET /ui/agreements/{id}/contingency-plan/answers/{cause}`
pub async fn answer(page: Page, path: web::Path<(Uuid, String)>) -> Answer {
    let (id, code) = path.into_inner();
    let (plan, digest) = written(&page, id).await?;
    if !is_cause(&code) {
        return Err(AppError::NotFound);
    }
    sheet(&page, id, cause(page.locale, &code), answer_form(page.locale, id, &code, &plan, digest))
}

fn answer_form(t: Locale, id: Uuid, code: &str, plan: &Plan, digest: String) -> Form {
    let ways: Vec<(String, String)> = std::iter::once((String::new(), "—".to_owned()))
        .chain(Response::ALL.iter().map(|way| (way.to_string(), response(t, *way))))
        .collect();
    let mut form = Form::new(format!("{}/answers/{code}", back(id)), t.get("contingency-plan-save"))
        .lead(t.get("contingency-plan-answer-lead"))
        .hidden("digest", digest);
    for rank in 0..ranks(plan, code) {
        let way = plan.responses(code).get(rank).map(ToString::to_string).unwrap_or_default();
        let label = t.with1("contingency-plan-rank", "rank", formats::count(t, rank + 1));
        form = form.input(Input::new("select", &format!("way{rank}"), label).options(ways.clone()).value(way));
    }
    let support = Support::ALL.iter().map(|one| (one.to_string(), t.get(&word_key("support", one.as_str())))).collect();
    let given: Vec<String> = plan.support(code).iter().map(ToString::to_string).collect();
    let owed = plan.owed(code).map(String::from).unwrap_or_default();
    form.input(Input::new("choices", "support", t.get("contingency-plan-support")).options(support).value(given.join(",")))
        .input(Input::new("text", "owed", t.get("contingency-plan-owed")).hint(t.get("hint-kind-money")).value(owed))
}

/// `POST /ui/agreements/{id}/contingency-plan/answers/{cause}`
pub async fn save_answer(page: Page, path: web::Path<(Uuid, String)>, sent: Sent) -> Answer {
    let (id, code) = path.into_inner();
    let (mut plan, digest) = written(&page, id).await?;
    sent.guard(&page)?;
    if !is_cause(&code) {
        return Err(AppError::NotFound);
    }
    let read = Reading { t: page.locale, sent: &sent, errors: vec![] };
    let done = match read_answer(read, &code, ranks(&plan, &code)) {
        Ok(answer) => {
            match plan.answers.iter_mut().find(|known| known.cause == code) {
                Some(known) => *known = answer,
                None => plan.answers.push(answer),
            }
            plans::save(&page.ctx(), id, &plan, Some(sent.get("digest"))).await
        }
        Err(errors) => Err(AppError::Invalid(errors)),
    };
    match done {
        Ok(()) => Ok(see(format!("{}?notice=saved", back(id)))),
        Err(refused) => {
            let t = page.locale;
            let form = answer_form(t, id, &code, &plan, digest).refused(t, &mendable_event(refused)?, |name| typed(&sent, name));
            sheet(&page, id, cause(t, &code), form)
        }
    }
}

/// What was sent in a field, all of it where more can be ticked.
fn typed(sent: &Sent, name: &str) -> Option<String> {
    if name == "support" { Some(sent.all(name).join(",")) } else { sent.some(name) }
}

/// What was sent, read with the field that is wrong.
struct Reading<'a> {
    t: Locale,
    sent: &'a Sent,
    errors: Vec<FieldError>,
}

impl Reading<'_> {
    fn money(&mut self, name: &str) -> Option<Money> {
        let text = self.sent.get(name).trim();
        if text.is_empty() {
            return None;
        }
        match Money::parse(&formats::read_money(self.t, text)) {
            Ok(amount) => Some(amount),
            Err(error) => {
                self.errors.push(FieldError::of(name, &error));
                None
            }
        }
    }

    fn number(&mut self, name: &str, most: u32) -> u32 {
        let number = self.sent.number(name).and_then(|number| u32::try_from(number).ok()).filter(|number| *number <= most);
        if number.is_none() {
            self.errors.push(FieldError::new(name, "range", format!("must be from 0 to {most}")).with("min", 0).with("max", most));
        }
        number.unwrap_or(0)
    }
}

fn read_answer(mut read: Reading<'_>, code: &str, ranks: usize) -> Result<plan::Answer, Vec<FieldError>> {
    let mut responses: Vec<Response> = Vec::new();
    for rank in 0..ranks {
        let name = format!("way{rank}");
        match read.sent.get(&name) {
            "" => {}
            word => match Response::parse(word) {
                Ok(way) if responses.contains(&way) => read.errors.push(FieldError::new(&name, "plan-way-twice", "is named twice")),
                Ok(way) => responses.push(way),
                Err(error) => read.errors.push(FieldError::of(&name, &error)),
            },
        }
    }
    let mut support: Vec<Support> = Vec::new();
    for word in read.sent.all("support") {
        match Support::parse(word) {
            Ok(one) if support.contains(&one) => {}
            Ok(one) => support.push(one),
            Err(error) => read.errors.push(FieldError::of("support", &error)),
        }
    }
    let owed = read.money("owed");
    if read.errors.is_empty() { Ok(plan::Answer { cause: code.to_owned(), responses, support, owed }) } else { Err(read.errors) }
}

/// Periods of a case by name, with their value in a plan.
fn periods(plan: &mut Plan) -> [(&'static str, &mut u32); 11] {
    let Plan { terms, waiting_list, .. } = plan;
    [
        ("triage_working_days", &mut terms.triage_working_days),
        ("verify_working_days", &mut terms.verify_working_days),
        ("propose_working_days", &mut terms.propose_working_days),
        ("consent_working_days", &mut terms.consent_working_days),
        ("close_days", &mut terms.close_days),
        ("appeal_days", &mut terms.appeal_days),
        ("decide_working_days", &mut terms.decide_working_days),
        ("deferral_days", &mut plan.deferral_days),
        ("cohort_deferral_days", &mut plan.cohort_deferral_days),
        ("first_refusal_months", &mut waiting_list.first_refusal_months),
        ("re_entry_months", &mut waiting_list.re_entry_months),
    ]
}

/// The longest that any period may be on the form; the check of the plan is stricter where it has to be.
const PERIOD_MOST: u32 = 3_650;

/// `GET /ui/agreements/{id}/contingency-plan/terms`
pub async fn terms(page: Page, PathId(id): PathId) -> Answer {
    let (plan, digest) = written(&page, id).await?;
    sheet(&page, id, page.locale.get("contingency-plan-terms"), terms_form(page.locale, id, plan, digest))
}

fn terms_form(t: Locale, id: Uuid, mut plan: Plan, digest: String) -> Form {
    let mut form = Form::new(format!("{}/terms", back(id)), t.get("contingency-plan-save"))
        .lead(t.get("contingency-plan-terms-lead"))
        .hidden("digest", digest);
    for (name, value) in periods(&mut plan) {
        form = form.input(Input::new("number", name, t.get(&word_key("plan", name))).value(value.to_string()).required());
    }
    let said = |amount: Option<Money>| amount.map(String::from).unwrap_or_default();
    let money =
        |name: &str, amount| Input::new("text", name, t.get(&word_key("plan", name))).hint(t.get("hint-kind-money")).value(said(amount));
    let number = |name: &str, value: u32| Input::new("number", name, t.get(&word_key("plan", name))).value(value.to_string()).required();
    form.input(money("stipend", plan.stipend))
        .input(number("stipend_places", plan.stipend_places))
        .input(money("mean_loss", plan.cover.map(|cover| cover.mean_loss)))
        .input(number("per_mille", plan.cover.map_or(0, |cover| cover.per_mille.into())))
        .input(money("repayment_cap", plan.repayment.map(|terms| terms.cap)))
        .input(number("repayment_months", plan.repayment.map_or(0, |terms| terms.months)))
}

/// `POST /ui/agreements/{id}/contingency-plan/terms`
pub async fn save_terms(page: Page, PathId(id): PathId, sent: Sent) -> Answer {
    let (plan, digest) = written(&page, id).await?;
    sent.guard(&page)?;
    let read = Reading { t: page.locale, sent: &sent, errors: vec![] };
    let done = match read_terms(read, plan.clone()) {
        Ok(changed) => plans::save(&page.ctx(), id, &changed, Some(sent.get("digest"))).await,
        Err(errors) => Err(AppError::Invalid(errors)),
    };
    match done {
        Ok(()) => Ok(see(format!("{}?notice=saved", back(id)))),
        Err(refused) => {
            let t = page.locale;
            let form = terms_form(t, id, plan, digest).refused(t, &mendable_event(refused)?, |name| sent.some(name));
            sheet(&page, id, t.get("contingency-plan-terms"), form)
        }
    }
}

fn read_terms(mut read: Reading<'_>, mut plan: Plan) -> Result<Plan, Vec<FieldError>> {
    for (name, value) in periods(&mut plan) {
        *value = read.number(name, PERIOD_MOST);
    }
    plan.stipend = read.money("stipend");
    plan.stipend_places = read.number("stipend_places", 1_000_000);
    let (mean_loss, per_mille) = (read.money("mean_loss"), read.number("per_mille", 1_000));
    plan.cover = mean_loss.map(|mean_loss| Cover { per_mille: u16::try_from(per_mille).unwrap_or(0), mean_loss });
    let (cap, months) = (read.money("repayment_cap"), read.number("repayment_months", PERIOD_MOST));
    plan.repayment = cap.map(|cap| RepaymentTerms { cap, months });
    if read.errors.is_empty() { Ok(plan) } else { Err(read.errors) }
}
