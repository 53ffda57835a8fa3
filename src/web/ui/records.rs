//! Lists, records and forms for every kind of record, from its description.

use super::cells::{Labels, cell_href, cell_text, country, word_key};
use super::shell::{Page, Shell};
use super::{Answer, html, see};
use crate::app::records as kinds;
use crate::app::resource::{Document, Field, Kind, ListRequest, Resource};
use crate::error::{AppError, FieldError};
use crate::i18n::Locale;
use crate::web::extract::{Params, PathId};
use crate::web::problem::field_message;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;
use passerelle_domain::access::Action;
use passerelle_domain::country::CountryCode;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use uuid::Uuid;

pub type Form = web::Form<Vec<(String, String)>>;

#[derive(Debug)]
pub struct Cell {
    pub text: String,
    pub href: Option<String>,
    pub class: &'static str,
}

#[derive(Debug)]
pub struct Column {
    pub label: String,
    /// Address that sorts by this column; `None` when it cannot be sorted by.
    pub sort_href: Option<String>,
    /// "ascending", "descending" or "none".
    pub sorted: &'static str,
    pub numeric: bool,
}

#[derive(Debug)]
pub struct Row {
    pub href: String,
    pub cells: Vec<Cell>,
}

#[derive(Debug)]
pub struct Filter {
    pub name: String,
    pub label: String,
    pub value: String,
    /// Empty for a text field.
    pub options: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "list.html")]
struct ListPage {
    shell: Shell,
    heading: String,
    base: String,
    q: String,
    searchable: bool,
    sort: String,
    filters: Vec<Filter>,
    hidden_filters: Vec<(String, String)>,
    columns: Vec<Column>,
    rows: Vec<Row>,
    total_text: String,
    next_href: Option<String>,
    first_href: Option<String>,
    csv_href: String,
    new_href: Option<String>,
}

/// `GET /ui/<records>`
pub async fn list(resource: &'static dyn Resource, page: Page, Params(params): Params) -> Answer {
    let ctx = page.ctx();
    let t = page.locale;
    let request = ListRequest { params: params.clone(), counted: true };
    let listing = resource.list(&ctx, &request).await?;
    let labels = Labels::of(&ctx, resource, &listing.documents, t).await?;
    let listed: Vec<&Field> = resource.fields().iter().filter(|field| field.listed).collect();
    let base = format!("/ui/{}", resource.name());
    let sort = params.get("sort").cloned().unwrap_or_default();
    let columns = listed.iter().map(|field| column(field, t, &base, &params, &sort)).collect();
    let rows = listing.documents.iter().map(|document| Row {
        href: format!("{base}/{}", document.id),
        cells: listed.iter().map(|field| cell(field, document, &labels)).collect(),
    });
    let shown: Vec<&Field> = resource.fields().iter().filter(|field| field.filters && !matches!(field.kind, Kind::Reference(_))).collect();
    let hidden_filters = resource
        .fields()
        .iter()
        .filter(|field| field.filters && matches!(field.kind, Kind::Reference(_)))
        .filter_map(|field| Some((field.name.to_owned(), params.get(field.name)?.clone())))
        .collect();
    html(&ListPage {
        shell: page.shell(&format!("records-{}", resource.name())),
        heading: t.get(&format!("records-{}", resource.name())),
        q: params.get("q").cloned().unwrap_or_default(),
        searchable: resource.searchable(),
        filters: shown.into_iter().map(|field| filter(field, t, &params)).collect(),
        hidden_filters,
        columns,
        rows: rows.collect(),
        total_text: t.with1("list-total", "count", listing.total.unwrap_or_default()),
        next_href: listing.next.map(|next| with_param(&base, &params, "after", Some(&next))),
        first_href: params.contains_key("after").then(|| with_param(&base, &params, "after", None)),
        csv_href: with_param(&format!("{base}.csv"), &params, "after", None),
        new_href: (!resource.read_only() && resource.may(&ctx, Action::Create)).then(|| format!("{base}/new")),
        sort,
        base,
    })
}

fn numeric(field: &Field) -> bool {
    matches!(field.kind, Kind::Number { .. } | Kind::Decimal { .. } | Kind::Money | Kind::Eqf)
}

fn cell(field: &Field, document: &Document, labels: &Labels) -> Cell {
    let class = match field.kind {
        Kind::Number { .. } | Kind::Decimal { .. } | Kind::Money | Kind::Eqf => "num nowrap",
        Kind::Date => "nowrap",
        _ => "",
    };
    Cell { text: cell_text(field, document, labels), href: cell_href(field, document, labels), class }
}

fn column(field: &Field, t: Locale, base: &str, params: &BTreeMap<String, String>, sort: &str) -> Column {
    let descending = sort.strip_prefix('-') == Some(field.name);
    let ascending = sort == field.name;
    let next = if ascending { format!("-{}", field.name) } else { field.name.to_owned() };
    let mut params = params.clone();
    params.remove("after");
    Column {
        label: t.get(&field.label_key()),
        sort_href: field.sorts.then(|| with_param(base, &params, "sort", Some(&next))),
        sorted: if ascending {
            "ascending"
        } else if descending {
            "descending"
        } else {
            "none"
        },
        numeric: numeric(field),
    }
}

fn filter(field: &Field, t: Locale, params: &BTreeMap<String, String>) -> Filter {
    Filter {
        name: field.name.into(),
        label: t.get(&field.label_key()),
        value: params.get(field.name).cloned().unwrap_or_default(),
        options: match field.kind {
            Kind::Flag => vec![("true".into(), t.get("answer-yes")), ("false".into(), t.get("answer-no"))],
            _ => options(field, t),
        },
    }
}

/// Words to choose from, sorted as the reader's language shows them where that is a list of names.
fn options(field: &Field, t: Locale) -> Vec<(String, String)> {
    match field.kind {
        Kind::Choice { list, words } => words.iter().map(|word| ((*word).to_owned(), t.get(&word_key(list, word)))).collect(),
        Kind::Country => {
            let mut countries: Vec<(String, String)> =
                CountryCode::all().iter().map(|code| (code.to_string(), country(t, code.as_str()))).collect();
            countries.sort_by_key(|(_, name)| crate::text::fold(name));
            countries
        }
        _ => vec![],
    }
}

fn with_param(base: &str, params: &BTreeMap<String, String>, name: &str, value: Option<&str>) -> String {
    let mut pairs: Vec<(&str, &str)> = params
        .iter()
        .filter(|(key, value)| *key != name && *key != "notice" && !value.is_empty())
        .map(|(k, v)| (k.as_str(), v.as_str()))
        .collect();
    pairs.extend(value.map(|value| (name, value)));
    if pairs.is_empty() {
        return base.to_owned();
    }
    let query: Vec<String> = pairs.iter().map(|(key, value)| format!("{}={}", super::percent(key), super::percent(value))).collect();
    format!("{base}?{}", query.join("&"))
}

struct Fact {
    label: String,
    cell: Cell,
}

struct ChildList {
    heading: String,
    columns: Vec<String>,
    rows: Vec<Row>,
    all_href: Option<String>,
    new_href: Option<String>,
}

#[derive(Template)]
#[template(path = "record.html")]
struct RecordPage {
    shell: Shell,
    heading: String,
    kind: String,
    list_href: String,
    facts: Vec<Fact>,
    children: Vec<ChildList>,
    edit_href: Option<String>,
    delete_href: Option<String>,
    version: i64,
}

/// `GET /ui/<records>/{id}`
pub async fn show(resource: &'static dyn Resource, page: Page, PathId(id): PathId) -> Answer {
    let ctx = page.ctx();
    let t = page.locale;
    let document = resource.get(&ctx, id).await?;
    let documents = [document];
    let labels = Labels::of(&ctx, resource, &documents, t).await?;
    let [document] = documents;
    let facts = resource
        .fields()
        .iter()
        .filter(|field| document.data.contains_key(field.name))
        .map(|field| Fact { label: t.get(&field.label_key()), cell: cell(field, &document, &labels) });
    let mut children = Vec::new();
    for (name, by) in resource.children() {
        if let Some(child) = kinds::find(name)
            && child.may(&ctx, Action::List)
        {
            children.push(child_list(&page, child, by, id).await?);
        }
    }
    let base = format!("/ui/{}", resource.name());
    let edits = |action| !resource.read_only() && resource.may(&ctx, action);
    html(&RecordPage {
        heading: document.title.clone(),
        kind: t.get(&format!("record-{}", resource.name())),
        facts: facts.collect(),
        children,
        edit_href: edits(Action::Update).then(|| format!("{base}/{id}/edit")),
        delete_href: edits(Action::Delete).then(|| format!("{base}/{id}/delete")),
        version: document.version,
        shell: page.shell_titled(document.title),
        list_href: base,
    })
}

async fn child_list(page: &Page, child: &'static dyn Resource, by: &'static str, id: Uuid) -> Result<ChildList, AppError> {
    let ctx = page.ctx();
    let t = page.locale;
    let request = ListRequest::new([(by.to_owned(), id.to_string()), ("limit".to_owned(), "10".to_owned())].into());
    let listing = child.list(&ctx, &request).await?;
    let labels = Labels::of(&ctx, child, &listing.documents, t).await?;
    let listed: Vec<&Field> = child.fields().iter().filter(|field| field.listed && field.name != by).collect();
    let base = format!("/ui/{}", child.name());
    Ok(ChildList {
        heading: t.get(&format!("records-{}", child.name())),
        columns: listed.iter().map(|field| t.get(&field.label_key())).collect(),
        rows: listing
            .documents
            .iter()
            .map(|document| Row {
                href: format!("{base}/{}", document.id),
                cells: listed.iter().map(|field| cell(field, document, &labels)).collect(),
            })
            .collect(),
        all_href: listing.next.map(|_| format!("{base}?{by}={id}")),
        new_href: (!child.read_only() && child.may(&ctx, Action::Create)).then(|| format!("{base}/new?{by}={id}")),
    })
}

struct Input {
    name: String,
    label: String,
    hint: String,
    /// "text", "number", "date", "email", "select", "checkbox", "concept", "fixed".
    kind: &'static str,
    value: String,
    options: Vec<(String, String)>,
    error: Option<String>,
    required: bool,
}

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
}

struct FormState<'a> {
    resource: &'static dyn Resource,
    values: BTreeMap<String, String>,
    errors: &'a [FieldError],
    id: Option<Uuid>,
    version: Option<i64>,
}

async fn form(page: &Page, state: FormState<'_>) -> Answer {
    let t = page.locale;
    let resource = state.resource;
    let mut inputs = Vec::new();
    for field in resource.fields().iter().filter(|field| field.kind != Kind::Reasons) {
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
    };
    let body = rendered.render().map_err(AppError::internal)?;
    Ok(HttpResponse::build(status).content_type("text/html; charset=utf-8").body(body))
}

async fn input(page: &Page, field: &Field, state: &FormState<'_>) -> Result<Input, AppError> {
    let t = page.locale;
    let value = state.values.get(field.name).cloned().unwrap_or_default();
    let hint_key = format!("hint-{}", field.name.replace('_', "-"));
    let kind_hint = match field.kind {
        Kind::Money => "hint-kind-money",
        Kind::Countries => "hint-kind-countries",
        Kind::Occupation => "hint-kind-occupation",
        Kind::Concept => "hint-kind-concept",
        Kind::LanguageLevel => "hint-kind-language-level",
        Kind::Pathway => "hint-kind-pathway",
        Kind::Subdivision => "hint-kind-subdivision",
        Kind::Language => "hint-kind-language",
        _ => "",
    };
    let hint =
        [hint_key.as_str(), kind_hint].into_iter().find(|key| !key.is_empty() && t.has(key)).map(|key| t.get(key)).unwrap_or_default();
    let mut choices = options(field, t);
    let mut kind = match field.kind {
        Kind::Number { .. } | Kind::Eqf => "number",
        Kind::Flag => "checkbox",
        Kind::Date => "date",
        Kind::Email => "email",
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
    let error = state.errors.iter().find(|error| error.field == field.name).map(|error| field_message(t, error));
    Ok(Input {
        name: field.name.into(),
        label: t.get(&field.label_key()),
        hint,
        kind,
        value,
        options: choices,
        error,
        required: field.required,
    })
}

/// Records to choose from: the first two hundred, and the chosen one.
async fn reference_options(page: &Page, target: &'static dyn Resource, chosen: &str) -> Result<Vec<(String, String)>, AppError> {
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
    choices.sort_by_key(|(_, title)| crate::text::fold(title));
    Ok(choices)
}

/// `GET /ui/<records>/new`: fields can come filled in from the address.
pub async fn new_form(resource: &'static dyn Resource, page: Page, Params(params): Params) -> Answer {
    if !resource.may(&page.ctx(), Action::Create) {
        return Err(AppError::Forbidden);
    }
    form(&page, FormState { resource, values: params, errors: &[], id: None, version: None }).await
}

/// `POST /ui/<records>`
pub async fn create(resource: &'static dyn Resource, page: Page, form_data: Form) -> Answer {
    let sent: BTreeMap<String, String> = form_data.into_inner().into_iter().collect();
    page.guard(&sent)?;
    match resource.create(&page.ctx(), &to_document(resource, &sent)).await {
        Ok(document) => Ok(see(format!("/ui/{}/{}?notice=created", resource.name(), document.id))),
        Err(error) => refill(&page, resource, sent, None, None, error).await,
    }
}

/// `GET /ui/<records>/{id}/edit`
pub async fn edit_form(resource: &'static dyn Resource, page: Page, PathId(id): PathId) -> Answer {
    if !resource.may(&page.ctx(), Action::Update) {
        return Err(AppError::Forbidden);
    }
    let document = resource.get(&page.ctx(), id).await?;
    let values = to_values(&document);
    form(&page, FormState { resource, values, errors: &[], id: Some(id), version: Some(document.version) }).await
}

/// `POST /ui/<records>/{id}/edit`
pub async fn update(resource: &'static dyn Resource, page: Page, PathId(id): PathId, form_data: Form) -> Answer {
    let sent: BTreeMap<String, String> = form_data.into_inner().into_iter().collect();
    page.guard(&sent)?;
    let version = version_of(&sent)?;
    match resource.update(&page.ctx(), id, version, &to_document(resource, &sent)).await {
        Ok(_) => Ok(see(format!("/ui/{}/{id}?notice=saved", resource.name()))),
        Err(error) => refill(&page, resource, sent, Some(id), Some(version), error).await,
    }
}

/// `POST /ui/<records>/{id}/delete`
pub async fn delete(resource: &'static dyn Resource, page: Page, PathId(id): PathId, form_data: Form) -> Answer {
    let sent: BTreeMap<String, String> = form_data.into_inner().into_iter().collect();
    page.guard(&sent)?;
    resource.delete(&page.ctx(), id, version_of(&sent)?).await?;
    Ok(see(format!("/ui/{}?notice=deleted", resource.name())))
}

fn version_of(sent: &BTreeMap<String, String>) -> Result<i64, AppError> {
    let version = sent.get("version").and_then(|version| version.parse().ok());
    version.ok_or_else(|| AppError::Malformed("the form lacks the version that it is based on".into()))
}

/// Shows the form again with what was typed. Only what the person can mend stays on the form.
async fn refill(
    page: &Page,
    resource: &'static dyn Resource,
    sent: BTreeMap<String, String>,
    id: Option<Uuid>,
    version: Option<i64>,
    error: AppError,
) -> Answer {
    match error {
        AppError::Invalid(errors) => form(page, FormState { resource, values: sent, errors: &errors, id, version }).await,
        AppError::Conflict(detail) => {
            let errors = [FieldError::new("", "conflict", detail)];
            form(page, FormState { resource, values: sent, errors: &errors, id, version }).await
        }
        other => Err(other),
    }
}

/// What a browser sends, in the form that the API takes: numbers as numbers, ticks as flags.
fn to_document(resource: &dyn Resource, sent: &BTreeMap<String, String>) -> Map<String, Value> {
    let mut document = Map::new();
    for field in resource.fields() {
        let text = sent.get(field.name).map(|text| text.trim()).unwrap_or_default();
        let value = match field.kind {
            Kind::Reasons | Kind::Subject => continue,
            Kind::Flag => Value::Bool(!text.is_empty() && text != "false"),
            _ if text.is_empty() => continue,
            Kind::Number { .. } | Kind::Eqf => text.parse::<i64>().map_or_else(|_| Value::from(text), Value::from),
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
