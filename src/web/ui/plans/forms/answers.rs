//! What is done about one cause, what somebody whom it strikes is given beside, and what whoever fails owes.

use super::{Reading, Section};
use crate::error::{AppError, FieldError};
use crate::formats;
use crate::i18n::Locale;
use crate::web::ui::Answer;
use crate::web::ui::cells::word_key;
use crate::web::ui::contingency::response;
use crate::web::ui::events::cause;
use crate::web::ui::parts::{Form, Input};
use crate::web::ui::sent::Sent;
use crate::web::ui::shell::Page;
use actix_web::web;
use passerelle_domain::contingency::plan::{self, Plan};
use passerelle_domain::contingency::{Response, Support, is_cause};
use uuid::Uuid;

/// Responses that the form asks for, where a plan names no more of them.
const RANKS: usize = 8;

struct Cause(String);

fn ranks(plan: &Plan, code: &str) -> usize {
    plan.responses(code).len().max(RANKS)
}

impl Section for Cause {
    fn path(&self) -> String {
        format!("answers/{}", self.0)
    }

    fn heading(&self, t: Locale) -> String {
        cause(t, &self.0)
    }

    fn lead(&self, t: Locale) -> String {
        t.get("contingency-plan-answer-lead")
    }

    fn fill(&self, t: Locale, mut form: Form, plan: &Plan) -> Form {
        let ways: Vec<(String, String)> = Response::ALL.iter().map(|way| (way.to_string(), response(t, *way))).collect();
        for rank in 0..ranks(plan, &self.0) {
            let way = plan.responses(&self.0).get(rank).map(ToString::to_string).unwrap_or_default();
            let label = t.with1("contingency-plan-rank", "rank", formats::count(t, rank + 1));
            form = form.input(Input::new("select", &format!("way{rank}"), label).options(ways.clone()).value(way));
        }
        let support = Support::ALL.iter().map(|one| (one.to_string(), t.get(&word_key("support", one.as_str())))).collect();
        let given: Vec<String> = plan.support(&self.0).iter().map(ToString::to_string).collect();
        let owed = plan.owed(&self.0).map(String::from).unwrap_or_default();
        form.input(Input::new("choices", "support", t.get("contingency-plan-support")).options(support).value(given.join(",")))
            .input(Input::new("text", "owed", t.get("contingency-plan-owed")).hint(t.get("hint-kind-money")).value(owed))
    }

    fn read(&self, read: &mut Reading<'_>, plan: &mut Plan) {
        let mut responses: Vec<Response> = Vec::new();
        for rank in 0..ranks(plan, &self.0) {
            let name = format!("way{rank}");
            match read.parsed(&name) {
                Some(way) if responses.contains(&way) => read.errors.push(FieldError::new(&name, "plan-way-twice", "is named twice")),
                Some(way) => responses.push(way),
                None => {}
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
        let answer = plan::Answer { cause: self.0.clone(), responses, support, owed: read.money("owed") };
        match plan.answers.iter_mut().find(|known| known.cause == self.0) {
            Some(known) => *known = answer,
            None => plan.answers.push(answer),
        }
    }

    fn typed(&self, sent: &Sent, name: &str) -> Option<String> {
        if name == "support" { Some(sent.all(name).join(",")) } else { sent.some(name) }
    }
}

fn known(code: String) -> Result<Cause, AppError> {
    if is_cause(&code) { Ok(Cause(code)) } else { Err(AppError::NotFound) }
}

/// `GET /ui/agreements/{id}/contingency-plan/answers/{cause}`
pub async fn show(page: Page, path: web::Path<(Uuid, String)>) -> Answer {
    super::ensure_writes(&page)?;
    let (id, code) = path.into_inner();
    super::show(&page, id, &known(code)?).await
}

/// `POST /ui/agreements/{id}/contingency-plan/answers/{cause}`
pub async fn save(page: Page, path: web::Path<(Uuid, String)>, sent: Sent) -> Answer {
    super::ensure_writes(&page)?;
    let (id, code) = path.into_inner();
    super::save(&page, id, &known(code)?, &sent).await
}
