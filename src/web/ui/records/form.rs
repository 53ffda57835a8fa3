//! The form of a record: new, changed, kept as a draft, refused.

use super::super::parts::Input;
use super::super::sent::Sent;
use super::super::shell::{Page, Shell};
use super::super::{Answer, see};
use super::options;
use crate::app::records as kinds;
use crate::app::resource::{Document, Field, Kind, ListRequest, Resource};
use crate::app::work::drafts;
use crate::error::{AppError, FieldError};
use crate::formats;
use crate::i18n::Locale;
use crate::web::extract::{Params, PathId};
use crate::web::problem::field_message;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;
use passerelle_domain::access::{Action, FieldGroup, permit};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use uuid::Uuid;

#[derive(Template)]
#[template(path = "form.html")]
struct FormPage {
    shell: Shell,
    heading: String,
    action: String,
    cancel_href: String,
    version: Option<i64>,
    inputs: Vec<Input>,
    errors: Vec<(String, String, String)>,
    /// A draft was found and fills the form.
    draft: Option<String>,
}

struct FormState<'a> {
    resource: &'static dyn Resource,
    values: BTreeMap<String, String>,
    errors: &'a [FieldError],
    id: Option<Uuid>,
    version: Option<i64>,
    /// The field whose values are looked for without scripts.
    look: Option<String>,
    draft: Option<String>,
    withheld: Vec<FieldGroup>,
}

async fn form(page: &Page, state: FormState<'_>) -> Answer {
    let t = page.locale;
    let resource = state.resource;
    let mut inputs = Vec::new();
    for field in resource.fields().iter().filter(|field| field.is_written()) {
        // What is not shown cannot be changed: it keeps its value.
        if state.withheld.contains(&field.group) {
            continue;
        }
        inputs.push(input(page, field, &state).await?);
    }
    let errors = state.errors.iter().map(|error| {
        let label = inputs.iter().find(|input| input.name == error.field).map_or(error.field.clone(), |input| input.label.clone());
        (error.field.clone(), label, field_message(t, error))
    });
    let base = format!("/ui/{}", resource.name());
    let heading = t.get(&format!("{}-{}", if state.id.is_some() { "edit" } else { "new" }, resource.name()));
    let status = if state.errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let rendered = FormPage {
        errors: errors.collect(),
        shell: page.shell_titled(heading.clone()),
        heading,
        action: state.id.map_or(base.clone(), |id| format!("{base}/{id}/edit")),
        cancel_href: state.id.map_or(base.clone(), |id| format!("{base}/{id}")),
        version: state.version,
        inputs,
        draft: state.draft,
    };
    let body = rendered.render().map_err(AppError::internal)?;
    Ok(HttpResponse::build(status).content_type("text/html; charset=utf-8").body(body))
}

async fn input(page: &Page, field: &Field, state: &FormState<'_>) -> Result<Input, AppError> {
    let t = page.locale;
    let value = state.values.get(field.name).cloned().unwrap_or_default();
    let hint_key = field.hint_key();
    let kind_hint = match field.kind {
        Kind::Money => "hint-kind-money",
        Kind::Countries => "hint-kind-countries",
        Kind::Occupation => "hint-kind-occupation",
        Kind::Concept => "hint-kind-concept",
        Kind::LanguageLevel => "hint-kind-language-level",
        Kind::Pathway => "hint-kind-pathway",
        Kind::Subdivision => "hint-kind-subdivision",
        Kind::Language => "hint-kind-language",
        Kind::Date => "hint-kind-date",
        _ => "",
    };
    let hint =
        [hint_key.as_str(), kind_hint].into_iter().find(|key| !key.is_empty() && t.has(key)).map(|key| t.get(key)).unwrap_or_default();
    let mut choices = options(field, t);
    let mut kind = match field.kind {
        Kind::Number { .. } | Kind::Eqf => "number",
        Kind::Flag => "checkbox",
        Kind::Choices { .. } => "choices",
        Kind::Text { max } if max >= 500 => "textarea",
        Kind::Email => "email",
        Kind::Phone => "tel",
        Kind::Choice { .. } | Kind::Country => "select",
        Kind::Concept | Kind::Occupation => "concept",
        _ => "text",
    };
    if let Kind::Reference(target) = field.kind {
        kind = "select";
        if let Some(target) = kinds::find(target).filter(|target| target.may(&page.ctx(), Action::List)) {
            choices = reference_options(page, target, &value).await?;
        }
    }
    if field.fixed && state.id.is_some() {
        kind = "fixed";
        choices.retain(|(code, _)| *code == value);
    }
    if state.look.as_deref() == Some(field.name) && kind == "concept" {
        choices = looked_up(page, field, &value).await?;
    }
    let error = state.errors.iter().find(|error| error.field == field.name).map(|error| field_message(t, error));
    let value = if field.kind == Kind::Date && state.errors.is_empty() && !value.is_empty() { formats::read_date(&value) } else { value };
    Ok(Input {
        name: field.name.into(),
        label: t.get(&field.label_key()),
        hint,
        kind,
        value,
        options: choices,
        error,
        required: field.required,
        autocomplete: "",
        search: kind == "concept",
    })
}

/// Occupations or skills that a word leads to: the same search that scripts use while typing.
async fn looked_up(page: &Page, field: &Field, text: &str) -> Result<Vec<(String, String)>, AppError> {
    let occupation = field.kind == Kind::Occupation;
    let kind = if occupation { "occupation" } else { "skill" };
    let hits = crate::app::concepts::search(&page.ctx(), text, page.locale.code(), Some(kind)).await?;
    let found = hits.into_iter().filter_map(|hit| if occupation { Some((hit.isco?, hit.label)) } else { Some((hit.uri, hit.label)) });
    Ok(found.collect())
}

/// Records to choose from: the first two hundred, and the chosen one.
pub async fn reference_options(page: &Page, target: &'static dyn Resource, chosen: &str) -> Result<Vec<(String, String)>, AppError> {
    let request = ListRequest::new([("limit".to_owned(), "200".to_owned())].into());
    let listing = target.list(&page.ctx(), &request).await?;
    let mut choices: Vec<(String, String)> =
        listing.documents.into_iter().map(|document| (document.id.to_string(), document.title)).collect();
    if let Ok(id) = Uuid::try_parse(chosen)
        && !choices.iter().any(|(known, _)| known == chosen)
        && let Some((id, title)) = target.titles(&page.ctx(), &[id]).await?.into_iter().next()
    {
        choices.push((id.to_string(), title));
    }
    choices.sort_by(|(_, a), (_, b)| formats::compare(page.locale, a, b));
    Ok(choices)
}

/// `GET /ui/<records>/new`: fields can come filled in from the address, or from a draft.
pub async fn new_form(resource: &'static dyn Resource, page: Page, Params(params): Params) -> Answer {
    if !resource.may(&page.ctx(), Action::Create) {
        return Err(AppError::Forbidden);
    }
    let kept = drafts::find(&page.ctx(), resource.name()).await?;
    let draft = kept.as_ref().map(|(_, at)| formats::moment_ms(page.locale, *at));
    let values = kept.map(|(values, _)| values).unwrap_or_default().into_iter().chain(params).collect();
    form(&page, FormState { resource, values, errors: &[], id: None, version: None, look: None, draft, withheld: vec![] }).await
}

/// What was sent, with values picked from a search put into their fields.
fn picked(sent: &Sent) -> BTreeMap<String, String> {
    let mut values = sent.joined();
    let picks: Vec<(String, String)> =
        values.iter().filter_map(|(name, value)| Some((name.strip_prefix("pick-")?.to_owned(), value.clone()))).collect();
    values.extend(picks);
    values
}

/// The buttons of a form that do not send it: looking for values, keeping a draft.
async fn aside(
    page: &Page,
    resource: &'static dyn Resource,
    values: &BTreeMap<String, String>,
    id: Option<Uuid>,
) -> Result<Option<HttpResponse>, AppError> {
    if let Some(look) = values.get("look") {
        let version = values.get("version").and_then(|version| version.parse().ok());
        let state = FormState {
            resource,
            values: values.clone(),
            errors: &[],
            id,
            version,
            look: Some(look.clone()),
            draft: None,
            withheld: withheld(page, resource, id).await?,
        };
        return Ok(Some(form(page, state).await?));
    }
    if id.is_none() && values.contains_key("draft") {
        let own = resource.fields().iter().filter_map(|field| Some((field.name.to_owned(), values.get(field.name)?.clone())));
        drafts::keep(&page.ctx(), resource.name(), &own.collect()).await?;
        return Ok(Some(see(format!("/ui/{}/new?notice=draft-kept", resource.name()))));
    }
    Ok(None)
}

/// `POST /ui/<records>/drafts`: what is typed so far, kept by a script from time to time.
pub async fn keep_draft(resource: &'static dyn Resource, page: Page, sent: Sent) -> Answer {
    permit(&page.actor, Action::Create, resource.subject())?;
    sent.guard(&page)?;
    let own = resource.fields().iter().filter_map(|field| Some((field.name.to_owned(), sent.some(field.name)?)));
    drafts::keep(&page.ctx(), resource.name(), &own.collect()).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// `POST /ui/<records>`
pub async fn create(resource: &'static dyn Resource, page: Page, sent: Sent) -> Answer {
    sent.guard(&page)?;
    if !resource.may(&page.ctx(), Action::Create) {
        return Err(AppError::Forbidden);
    }
    let values = picked(&sent);
    if let Some(answer) = aside(&page, resource, &values, None).await? {
        return Ok(answer);
    }
    match resource.create(&page.ctx(), &to_document(resource.fields(), &values, page.locale)).await {
        Ok(document) => {
            drafts::discard(&page.ctx(), resource.name()).await?;
            Ok(see(format!("/ui/{}/{}?notice=created", resource.name(), document.id)))
        }
        Err(error) => refill(&page, resource, values, None, None, error).await,
    }
}

/// `GET /ui/<records>/{id}/edit`
pub async fn edit_form(resource: &'static dyn Resource, page: Page, PathId(id): PathId) -> Answer {
    if !resource.may(&page.ctx(), Action::Update) {
        return Err(AppError::Forbidden);
    }
    let document = resource.get(&page.ctx(), id).await?;
    let values = to_values(&document);
    let version = Some(document.version);
    form(&page, FormState { resource, values, errors: &[], id: Some(id), version, look: None, draft: None, withheld: document.withheld })
        .await
}

/// `POST /ui/<records>/{id}/edit`
pub async fn update(resource: &'static dyn Resource, page: Page, PathId(id): PathId, sent: Sent) -> Answer {
    sent.guard(&page)?;
    if !resource.may(&page.ctx(), Action::Update) {
        return Err(AppError::Forbidden);
    }
    let version = sent.version()?;
    let values = picked(&sent);
    if let Some(answer) = aside(&page, resource, &values, Some(id)).await? {
        return Ok(answer);
    }
    match resource.update(&page.ctx(), id, version, &to_document(resource.fields(), &values, page.locale)).await {
        Ok(_) => Ok(see(format!("/ui/{}/{id}?notice=saved", resource.name()))),
        Err(error) => refill(&page, resource, values, Some(id), Some(version), error).await,
    }
}

/// `POST /ui/<records>/{id}/delete`
pub async fn delete(resource: &'static dyn Resource, page: Page, PathId(id): PathId, sent: Sent) -> Answer {
    sent.guard(&page)?;
    resource.delete(&page.ctx(), id, sent.version()?).await?;
    Ok(see(format!("/ui/{}?notice=deleted", resource.name())))
}

/// Shows the form again with what was typed. Only what the person can mend stays on the form.
async fn refill(
    page: &Page,
    resource: &'static dyn Resource,
    values: BTreeMap<String, String>,
    id: Option<Uuid>,
    version: Option<i64>,
    error: AppError,
) -> Answer {
    let errors = super::super::parts::mendable(error)?;
    let withheld = withheld(page, resource, id).await?;
    form(page, FormState { resource, values, errors: &errors, id, version, look: None, draft: None, withheld }).await
}

/// Groups of fields of a record that the person is not shown.
async fn withheld(page: &Page, resource: &'static dyn Resource, id: Option<Uuid>) -> Result<Vec<FieldGroup>, AppError> {
    match id {
        Some(id) => Ok(resource.get(&page.ctx(), id).await?.withheld),
        None => Ok(vec![]),
    }
}

/// What a browser sends, in the form that the API takes: numbers as numbers, ticks as flags.
pub fn to_document(fields: &[Field], sent: &BTreeMap<String, String>, t: Locale) -> Map<String, Value> {
    let mut document = Map::new();
    for field in fields.iter().filter(|field| field.is_written()) {
        let text = sent.get(field.name).map(|text| text.trim()).unwrap_or_default();
        let value = match field.kind {
            Kind::Flag if !sent.contains_key(field.name) => continue,
            Kind::Flag => Value::Bool(!text.is_empty() && text != "false"),
            _ if text.is_empty() => continue,
            Kind::Number { .. } | Kind::Eqf => {
                let plain = formats::latin_digits(text);
                plain.parse::<i64>().map_or_else(|_| Value::from(plain), Value::from)
            }
            Kind::Date => Value::from(formats::read_date(text)),
            Kind::Money => Value::from(formats::read_money(t, text)),
            _ => Value::from(text),
        };
        document.insert(field.name.into(), value);
    }
    document
}

fn to_values(document: &Document) -> BTreeMap<String, String> {
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        Value::Bool(true) => "true".into(),
        Value::Bool(false) | Value::Null => String::new(),
        Value::Array(items) => items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    };
    document.data.iter().map(|(name, value)| (name.clone(), text(value))).collect()
}
