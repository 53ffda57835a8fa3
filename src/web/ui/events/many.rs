//! One event for many journeys: which event, with what facts, whom it touches, and then the event.

use super::{Choices, Forms, Journeys, Machine, packs_from, read};
use crate::app::journeys::many::{self, Many};
use crate::error::{AppError, FieldError};
use crate::web::ui::Answer;
use crate::web::ui::cells::word_key;
use crate::web::ui::charts::step_name;
use crate::web::ui::parts::{Form, Input, Part, Sheet, mendable};
use crate::web::ui::sent::Sent;
use crate::web::ui::shell::Page;
use crate::web::ui::work::{touched_table, with_ids};
use passerelle_domain::access::{Action, Subject, permit};
use passerelle_domain::machine::Ask;
use uuid::Uuid;

const HERE: &str = "/ui/journeys/bulk";

/// `POST /ui/journeys/bulk`
pub async fn bring(page: Page, sent: Sent) -> Answer {
    sent.guard(&page)?;
    permit(&page.actor, Action::Read, Subject::Journey)?;
    let ids = sent.ids("ids");
    let kind = sent.get("event");
    if kind.is_empty() {
        return choose(&page, &ids).await;
    }
    let asks = Journeys::asks(kind).ok_or(AppError::NotFound)?;
    if sent.get("form_stage").is_empty() {
        return state(&page, &ids, kind, asks, &sent, &[]).await;
    }
    let dry = sent.get("form_stage") != "apply";
    let act = match read(page.locale, &sent, kind, asks) {
        Ok(act) => act,
        Err(error) => return state(&page, &ids, kind, asks, &sent, &mendable(error)?).await,
    };
    let rows = match many::bring(&page.ctx(), &Many { ids: ids.clone(), act }, dry).await {
        Ok(rows) => rows,
        Err(error) => return state(&page, &ids, kind, asks, &sent, &mendable(error)?).await,
    };
    let t = page.locale;
    let done = rows.iter().filter(|row| row.refused.is_none()).count();
    let event = t.get(&word_key("journey-event", kind));
    let table =
        touched_table(&page, event, rows, |word| if word.is_empty() { String::new() } else { t.get(&word_key(Journeys::STATES, word)) })
            .await?;
    let sheet = sheet(&page);
    if !dry {
        return sheet.part(Part::Notice { text: t.with1("bulk-done", "count", done), kind: "good" }).table(table).answer();
    }
    let mut sheet = sheet.lead(t.get("bulk-nothing-yet")).table(table);
    if done > 0 {
        let mut form = Form::new(HERE, t.get("bulk-apply")).hidden("event", kind).hidden("form_stage", "apply");
        for name in asks.iter().map(|(name, _)| *name).chain(["on"]) {
            form = form.hidden(name, sent.get(name));
        }
        sheet = sheet.form(with_ids(form, &ids));
    }
    sheet.answer()
}

fn sheet(page: &Page) -> Sheet {
    Sheet::new(page.shell("bulk-events-title")).crumb("/ui/journeys", page.locale.get("records-journeys"))
}

/// Which event: those that at least one of the journeys takes from this actor.
async fn choose(page: &Page, ids: &[Uuid]) -> Answer {
    let t = page.locale;
    let kinds = many::choices(&page.ctx(), ids).await?.kinds;
    let sheet = sheet(page).lead(t.with1("bulk-lead", "count", ids.len()));
    if kinds.is_empty() {
        return sheet.part(Part::Notice { text: t.get("bulk-events-none"), kind: "warn" }).answer();
    }
    let named = kinds.iter().map(|kind| (kind.to_string(), t.get(&word_key("journey-event", kind.as_str())))).collect();
    let form = Form::new(HERE, t.get("bulk-next")).input(Input::new("select", "event", t.get("bulk-event")).options(named).required());
    sheet.form(with_ids(form, ids)).answer()
}

/// The facts of the event.
async fn state(page: &Page, ids: &[Uuid], kind: &str, asks: &[(&'static str, Ask)], sent: &Sent, errors: &[FieldError]) -> Answer {
    let t = page.locale;
    let choices = many::choices(&page.ctx(), ids).await?;
    let origins: Vec<&str> = choices.origins.iter().map(String::as_str).collect();
    let packs = if asks.iter().any(|(_, ask)| matches!(ask, Ask::Pack)) { packs_from(page, &origins).await? } else { vec![] };
    let steps = choices.steps.iter().map(|(id, step)| (id.clone(), step_name(t, step))).collect();
    let mut forms = Forms::<Journeys>::new(page, Uuid::nil(), 0, Choices { steps, packs, ..Choices::default() });
    forms.action = HERE.into();
    let form = forms.form(kind, asks).refused(t, errors, |name| sent.some(name));
    let form = Form { submit: t.get("bulk-preview"), ..form }.hidden("form_stage", "preview");
    sheet(page).lead(t.with1("bulk-lead", "count", ids.len())).form(with_ids(form, ids)).answer()
}
