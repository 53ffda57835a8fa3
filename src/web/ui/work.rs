//! Views of lists under names of one's own, and one change to many records with its dry run.

use super::parts::{Cell, Form, Input, Part, Sheet, Table, mendable};
use super::records::options;
use super::sent::Sent;
use super::shell::Page;
use super::{Answer, see};
use crate::app::records as kinds;
use crate::app::resource::{Kind, ListRequest, Resource, short_reference};
use crate::app::work::{bulk, saved_views};
use crate::error::{AppError, FieldError};
use crate::formats;
use crate::web::extract::PathId;
use crate::web::problem::field_message;
use passerelle_domain::access::Action;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Filters, order and columns of a list, as they come with a form about it.
fn request_of(sent: &Sent) -> ListRequest {
    let own = ["csrf", "view_name", "field", "value", "ids", "ref"];
    let params = sent.joined().into_iter().filter(|(name, value)| !own.contains(&name.as_str()) && !value.is_empty());
    ListRequest::new(params.collect())
}

/// `POST /ui/<records>/views`
pub async fn save_view(resource: &'static dyn Resource, page: Page, sent: Sent) -> Answer {
    sent.guard(&page)?;
    if !resource.may(&page.ctx(), Action::List) {
        return Err(AppError::Forbidden);
    }
    let request = request_of(&sent);
    saved_views::save(&page.ctx(), resource, sent.get("view_name"), &request).await?;
    let params: BTreeMap<String, String> = request.params.into_iter().chain([("notice".to_owned(), "saved".to_owned())]).collect();
    Ok(see(super::records::address(&format!("/ui/{}", resource.name()), &params)))
}

/// `POST /ui/views/{id}/remove`
pub async fn remove_view(page: Page, PathId(id): PathId, sent: Sent) -> Answer {
    sent.guard(&page)?;
    let resource = saved_views::remove(&page.ctx(), id).await?;
    Ok(see(format!("/ui/{resource}?notice=deleted")))
}

/// `POST /ui/<records>/bulk`: first the field and value, then the dry run, then the change.
pub async fn bulk_change(resource: &'static dyn Resource, page: Page, sent: Sent) -> Answer {
    sent.guard(&page)?;
    if !resource.may(&page.ctx(), Action::Update) {
        return Err(AppError::Forbidden);
    }
    let ids = sent.ids("ids");
    let base = format!("/ui/{}", resource.name());
    let field = bulk::fields(resource).into_iter().find(|field| field.name == sent.get("field"));
    let Some(field) = field else { return choose_field(resource, &page, &ids, &[]).await };
    let read = if field.kind == Kind::Date { formats::read_date(sent.get("value")) } else { sent.get("value").to_owned() };
    let change = bulk::Change { field: field.name.into(), value: read, ids };
    if sent.get("value").is_empty() {
        return choose_value(resource, &page, &change, field, &[]).await;
    }
    if sent.get("step") != "apply" {
        return match bulk::preview(&page.ctx(), resource, &change).await {
            Ok(touched) => dry_run(resource, &page, &change, field, touched).await,
            Err(error) => choose_value(resource, &page, &change, field, &mendable(error)?).await,
        };
    }
    let (id, touched) = bulk::apply(&page.ctx(), resource, &change).await?;
    let t = page.locale;
    let done = touched.iter().filter(|row| row.refused.is_none()).count();
    Sheet::new(page.shell("bulk-title"))
        .crumb(base, t.get(&format!("records-{}", resource.name())))
        .part(Part::Notice { text: t.with1("bulk-done", "count", done), kind: "good" })
        .form(Form::new(format!("/ui/bulk-changes/{id}/undo"), t.get("bulk-undo")))
        .answer()
}

pub(super) fn with_ids(mut form: Form, ids: &[Uuid]) -> Form {
    for id in ids {
        form = form.hidden("ids", id.to_string());
    }
    form
}

async fn choose_field(resource: &'static dyn Resource, page: &Page, ids: &[Uuid], errors: &[FieldError]) -> Answer {
    let t = page.locale;
    let fields = bulk::fields(resource).into_iter().map(|field| (field.name.to_owned(), t.get(&field.label_key()))).collect();
    let form = Form::new(format!("/ui/{}/bulk", resource.name()), t.get("bulk-next"))
        .input(Input::new("select", "field", t.get("bulk-field")).options(fields).required());
    Sheet::new(page.shell("bulk-title"))
        .crumb(format!("/ui/{}", resource.name()), t.get(&format!("records-{}", resource.name())))
        .lead(t.with1("bulk-lead", "count", ids.len()))
        .form(with_ids(form, ids).refused(t, errors, |_| None))
        .answer()
}

async fn choose_value(
    resource: &'static dyn Resource,
    page: &Page,
    change: &bulk::Change,
    field: &'static crate::app::resource::Field,
    errors: &[FieldError],
) -> Answer {
    let t = page.locale;
    let choices = match field.kind {
        Kind::Flag => vec![("true".to_owned(), t.get("answer-yes")), ("false".to_owned(), t.get("answer-no"))],
        Kind::Reference(target) => match kinds::find(target) {
            Some(target) => super::records::reference_options(page, target, "").await?,
            None => vec![],
        },
        _ => options(field, t),
    };
    let kind = if choices.is_empty() { "text" } else { "select" };
    let input = Input::new(kind, "value", t.get(&field.label_key())).options(choices).required();
    let form = Form::new(format!("/ui/{}/bulk", resource.name()), t.get("bulk-preview")).hidden("field", change.field.clone()).input(input);
    Sheet::new(page.shell("bulk-title"))
        .crumb(format!("/ui/{}", resource.name()), t.get(&format!("records-{}", resource.name())))
        .lead(t.with1("bulk-lead", "count", change.ids.len()))
        .form(with_ids(form, &change.ids).refused(t, errors, |_| None))
        .answer()
}

/// Every record by name, whose it is, and what would be refused. Nothing has been written.
async fn dry_run(
    resource: &'static dyn Resource,
    page: &Page,
    change: &bulk::Change,
    field: &'static crate::app::resource::Field,
    touched: Vec<bulk::Touched>,
) -> Answer {
    let t = page.locale;
    let in_words = |value: &str| match field.kind {
        Kind::Choice { list, .. } if !value.is_empty() => t.get(&super::cells::word_key(list, value)),
        Kind::Date => formats::date_text(t, value),
        _ => value.to_owned(),
    };
    let may = touched.iter().any(|row| row.refused.is_none());
    let table = touched_table(page, t.get(&field.label_key()), touched, in_words).await?;
    let mut sheet = Sheet::new(page.shell("bulk-title"))
        .crumb(format!("/ui/{}", resource.name()), t.get(&format!("records-{}", resource.name())))
        .lead(t.get("bulk-nothing-yet"))
        .table(table);
    if may {
        let form = Form::new(format!("/ui/{}/bulk", resource.name()), t.get("bulk-apply"))
            .hidden("field", change.field.clone())
            .hidden("value", change.value.clone())
            .hidden("step", "apply");
        sheet = sheet.form(with_ids(form, &change.ids));
    }
    sheet.answer()
}

/// Every record by name, whose it is, what it was and would be, and why one is left alone.
///
/// # Errors
/// When the names of the owners cannot be read.
pub(super) async fn touched_table(
    page: &Page,
    heading: String,
    touched: Vec<bulk::Touched>,
    in_words: impl Fn(&str) -> String,
) -> Result<Table, AppError> {
    let t = page.locale;
    let owners: Vec<Uuid> = touched.iter().filter_map(|row| row.owner).collect();
    let names = match kinds::find("organisations") {
        Some(organisations) => organisations.titles(&page.ctx(), &owners).await?,
        None => BTreeMap::new(),
    };
    let rows = touched.into_iter().map(|row| {
        let owner = row.owner.map(|id| names.get(&id).cloned().unwrap_or_else(|| short_reference(id))).unwrap_or_default();
        let why = row.refused.as_ref().map(|error| field_message(t, error)).unwrap_or_default();
        let outcome = match row.refused {
            None => Cell::tag(t.get("bulk-will-change"), "pass"),
            Some(_) => Cell::tag(t.get("bulk-refused"), "block"),
        };
        vec![
            Cell::text(row.title),
            Cell::text(owner),
            Cell::text(in_words(&row.before)),
            Cell::text(in_words(&row.after)),
            outcome,
            Cell::text(why),
        ]
    });
    let columns = ["bulk-record", "bulk-owner", "bulk-before", "bulk-after", "field-status", "bulk-why"].map(|key| t.get(key)).into();
    Ok(Table { heading, columns, rows: rows.collect(), empty: t.get("list-empty") })
}

/// `GET /ui/bulk-changes`
pub async fn bulk_list(page: Page) -> Answer {
    let t = page.locale;
    let rows = bulk::list(&page.ctx()).await?.into_iter().map(|row| {
        let last = match row.undone_at_ms {
            None => Cell::button(format!("/ui/bulk-changes/{}/undo", row.id), t.get("bulk-undo")),
            Some(ms) => Cell::text(t.with1("bulk-undone", "date", formats::moment_ms(t, ms))),
        };
        vec![
            Cell::text(t.get(&format!("records-{}", row.resource))),
            Cell::text(t.get(&format!("field-{}", row.field.replace('_', "-")))),
            Cell::number(formats::number(t, row.rows)),
            Cell::text(formats::moment_ms(t, row.at_ms)),
            last,
        ]
    });
    let columns = ["access-what", "bulk-field", "retention-rows", "access-when", "action"].map(|key| t.get(key)).into();
    Sheet::new(page.shell("bulk-list-title"))
        .table(Table { heading: String::new(), columns, rows: rows.collect(), empty: t.get("list-empty") })
        .answer()
}

/// `POST /ui/bulk-changes/{id}/undo`
pub async fn undo(page: Page, PathId(id): PathId, sent: Sent) -> Answer {
    sent.guard(&page)?;
    bulk::undo(&page.ctx(), id).await?;
    Ok(see("/ui/bulk-changes?notice=undone"))
}
