//! The form that says how a claim for a loss ended, on the page of the claim.

use crate::app::money::recovery::{self, Outcome, Status};
use crate::app::resource::Document;
use crate::error::{AppError, FieldError};
use crate::formats;
use crate::web::extract::PathId;
use crate::web::ui::parts::{Form, Input, Sheet, mendable};
use crate::web::ui::sent::Sent;
use crate::web::ui::shell::Page;
use crate::web::ui::{Answer, see};
use passerelle_domain::access::{Action, Subject, permit};
use passerelle_domain::money::Money;
use serde_json::Value;
use uuid::Uuid;

fn form(page: &Page, id: Uuid, version: i64) -> Form {
    let t = page.locale;
    let outcomes = vec![("paid".to_owned(), t.get("claim-status-paid")), ("refused".to_owned(), t.get("claim-status-refused"))];
    Form::new(format!("/ui/recovery-claims/{id}/outcome"), t.get("claim-note"))
        .heading(t.get("claim-note"))
        .lead(t.get("claim-lead"))
        .hidden("version", version.to_string())
        .input(Input::new("select", "outcome", t.get("field-outcome")).options(outcomes).required())
        .input(Input::new("text", "amount", t.get("claim-amount")).hint(t.get("claim-amount-hint")))
        .input(Input::new("text", "evidence", t.get("field-evidence")).required())
}

/// The form, while the claim is open and the reader may book.
pub fn part(page: &Page, document: &Document) -> Option<Form> {
    let open = document.data.get("status").and_then(Value::as_str) == Some(Status::Open.as_str());
    let may = permit(&page.actor, Action::Create, Subject::LedgerEntry).is_ok();
    (open && may).then(|| form(page, document.id, document.version))
}

/// `POST /ui/recovery-claims/{id}/outcome`
pub async fn decide(page: Page, PathId(id): PathId, sent: Sent) -> Answer {
    permit(&page.actor, Action::Create, Subject::LedgerEntry)?;
    sent.guard(&page)?;
    let version = sent.version()?;
    let amount = match formats::read_money(page.locale, sent.get("amount").trim()) {
        text if text.is_empty() => Ok(None),
        text => Money::parse(&text).map(Some).map_err(|error| AppError::Invalid(vec![FieldError::of("amount", &error)])),
    };
    let decided = match amount {
        Ok(amount) => {
            let outcome = Outcome { paid: sent.get("outcome") == "paid", amount, evidence: sent.get("evidence").to_owned() };
            recovery::decide(&page.ctx(), id, version, &outcome).await
        }
        Err(refused) => Err(refused),
    };
    match decided {
        Ok(_) => Ok(see(format!("/ui/recovery-claims/{id}?notice=saved"))),
        Err(refused) => {
            let t = page.locale;
            let form = form(&page, id, version).refused(t, &mendable(refused)?, |name| sent.some(name));
            Sheet::new(page.shell("claim-note"))
                .crumb(format!("/ui/recovery-claims/{id}"), t.get("form-cancel"))
                .form(Form { heading: String::new(), ..form })
                .answer()
        }
    }
}
