//! What is done with a pledge, on its page.

use super::parts::{Cell, Form, Input, Part};
use super::sent::Sent;
use super::shell::Page;
use super::{Answer, see};
use crate::app::pledges::{self, Cancel};
use crate::app::resource::Document;
use crate::error::AppError;
use crate::formats;
use crate::web::extract::PathId;
use passerelle_domain::access::{Action, Subject, permit};
use passerelle_domain::pledge::{PledgeStatus, causes};
use serde_json::Value;
use uuid::Uuid;

/// What the actor may do with it next.
pub fn forms(page: &Page, document: &Document) -> Vec<Form> {
    let t = page.locale;
    let status = document.data.get("status").and_then(Value::as_str).and_then(|word| PledgeStatus::parse(word).ok());
    let may = |action| permit(&page.actor, action, Subject::Pledge).is_ok();
    let form = |action: &str, submit: &str| {
        let address = format!("/ui/pledges/{}/{action}", document.id);
        Form::new(address, t.get(submit)).hidden("version", document.version.to_string())
    };
    let mut forms = Vec::new();
    if may(Action::Decide) && status == Some(PledgeStatus::Offered) {
        forms.push(form("acknowledgement", "pledge-acknowledge"));
    }
    if may(Action::Update) && status != Some(PledgeStatus::Cancelled) {
        let options = causes().map(|cause| (cause.to_owned(), t.get(&format!("cause-{}", cause.to_lowercase().replace('.', "-")))));
        let cause = Input::new("select", "cause", t.get("field-cause")).options(options.collect()).value("EMP.WITHDRAW").required();
        forms.push(form("cancellation", "pledge-cancel").lead(t.get("pledge-cancel-lead")).input(cause).danger());
    }
    forms
}

/// How far it is met.
///
/// # Errors
/// When the pledge is not the actor's to read.
pub async fn part(page: &Page, id: Uuid) -> Result<Part, AppError> {
    let t = page.locale;
    let met = pledges::fulfilment(&page.ctx(), id).await?;
    let text = format!("{} / {}", formats::number(t, met.accepted), formats::number(t, met.seats));
    Ok(Part::Facts { heading: t.get("pledge-standing"), facts: vec![(t.get("pledge-fulfilled"), Cell::text(text))] })
}

/// `POST /ui/pledges/{id}/acknowledgement`
pub async fn acknowledge(page: Page, PathId(id): PathId, sent: Sent) -> Answer {
    sent.guard(&page)?;
    permit(&page.actor, Action::Decide, Subject::Pledge)?;
    pledges::acknowledge(&page.ctx(), id, sent.version()?).await?;
    Ok(see(format!("/ui/pledges/{id}?notice=decided")))
}

/// `POST /ui/pledges/{id}/cancellation`
pub async fn cancel(page: Page, PathId(id): PathId, sent: Sent) -> Answer {
    sent.guard(&page)?;
    permit(&page.actor, Action::Update, Subject::Pledge)?;
    pledges::cancel(&page.ctx(), id, sent.version()?, &Cancel { cause: sent.get("cause").into() }).await?;
    Ok(see(format!("/ui/pledges/{id}?notice=decided")))
}
