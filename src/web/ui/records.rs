//! Lists, records and forms for every kind of record, from its description.

use super::cells::{Labels, cell_href, cell_text, choice_key, country, word_key};
use super::parts::{Input, Part};
use super::sent::Sent;
use super::shell::{Page, Shell};
use super::{Answer, cases, html, see};
use crate::app::records as kinds;
use crate::app::resource::{Document, Field, Kind, ListRequest, Resource};
use crate::app::work::{CASES, bulk, drafts, saved_views};
use crate::error::{AppError, FieldError};
use crate::formats;
use crate::i18n::Locale;
use crate::web::extract::{Params, PathId};
use crate::web::problem::field_message;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;
use passerelle_domain::access::{Action, FieldGroup, Subject, permit};
use passerelle_domain::country::CountryCode;
use passerelle_domain::ids::TraineeId;
use passerelle_domain::people::Case;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use uuid::Uuid;

#[derive(Debug)]
pub struct Cell {
    pub text: String,
    pub href: Option<String>,
    pub class: &'static str,
    /// Kind of a status tag; empty for plain words.
    pub tag: String,
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
    pub id: String,
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
    /// Parts of the caseload: address, name, whether it is the one shown.
    parts: Vec<(String, String, bool)>,
    views: Vec<View>,
    all_columns: Vec<(String, String, bool)>,
    /// Filters, order and columns as they are, for forms that keep them.
    kept: Vec<(String, String)>,
    bulk: bool,
    /// Something that can be asked for here: address and label of a button.
    asks: Option<(String, String)>,
}

impl ListPage {
    /// The heading of a column, for a row that is shown as a card.
    fn label(&self, column: &usize) -> &str {
        self.columns.get(*column).map_or("", |column| &column.label)
    }
}

struct View {
    name: String,
    href: String,
    remove: String,
}

/// `GET /ui/<records>`
pub async fn list(resource: &'static dyn Resource, page: Page, Params(params): Params) -> Answer {
    let ctx = page.ctx();
    let t = page.locale;
    let request = ListRequest { params: params.clone(), counted: true, ..ListRequest::default() };
    let listing = resource.list(&ctx, &request).await?;
    let labels = Labels::of(&ctx, resource, &listing.documents, t).await?;
    let listed = columns_of(resource, &params);
    let base = format!("/ui/{}", resource.name());
    let sort = params.get("sort").cloned().unwrap_or_default();
    let columns = listed.iter().map(|field| column(field, t, &base, &params, &sort)).collect();
    let rows = listing.documents.iter().map(|document| row(&base, &listed, document, &labels));
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
        new_href: new_href(resource, &ctx, &base),
        parts: if ctx.actor.trainee.is_some() { vec![] } else { caseload(resource, t, &base, &params) },
        views: views(&page, resource).await?,
        all_columns: resource
            .fields()
            .iter()
            .map(|field| (field.name.to_owned(), t.get(&field.label_key()), listed.iter().any(|shown| shown.name == field.name)))
            .collect(),
        kept: params
            .iter()
            .filter(|(name, value)| !["after", "notice", "lang"].contains(&name.as_str()) && !value.is_empty())
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect(),
        bulk: resource.may(&ctx, Action::Update) && !bulk::fields(resource).is_empty(),
        asks: (resource.name() == "journeys" && permit(&page.actor, Action::Create, Subject::MatchRun).is_ok())
            .then(|| ("/ui/clocks".to_owned(), t.get("clocks-read-now"))),
        sort,
        base,
    })
}

/// The columns that are asked for, or those that a list has by itself.
pub fn columns_of(resource: &'static dyn Resource, params: &BTreeMap<String, String>) -> Vec<&'static Field> {
    let asked: Vec<&str> = params.get("cols").map(|cols| cols.split(',').collect()).unwrap_or_default();
    let chosen: Vec<&Field> = resource.fields().iter().filter(|field| asked.contains(&field.name)).collect();
    if chosen.is_empty() { resource.fields().iter().filter(|field| field.listed).collect() } else { chosen }
}

fn row(base: &str, listed: &[&Field], document: &Document, labels: &Labels) -> Row {
    let mut cells: Vec<Cell> = listed.iter().map(|field| cell(field, document, labels)).collect();
    // The first cell leads to the record: where it is withheld the reference stands for it.
    if let Some(first) = cells.first_mut().filter(|first| first.text.is_empty()) {
        first.text.clone_from(&document.title);
    }
    Row { href: format!("{base}/{}", document.id), id: document.id.to_string(), cells }
}

fn new_href(resource: &'static dyn Resource, ctx: &crate::app::Ctx<'_>, base: &str) -> Option<String> {
    let own_form = resource.name() == "exceptional-accesses";
    ((own_form || !resource.read_only()) && resource.may(ctx, Action::Create)).then(|| format!("{base}/new"))
}

fn caseload(resource: &dyn Resource, t: Locale, base: &str, params: &BTreeMap<String, String>) -> Vec<(String, String, bool)> {
    if !CASES.contains(&resource.name()) {
        return vec![];
    }
    let now = params.get("case").map(String::as_str).unwrap_or_default();
    let all = (with_param(base, params, "case", None), t.get("list-all"), now.is_empty());
    let parts = Case::ALL
        .iter()
        .map(|case| (with_param(base, params, "case", Some(case.as_str())), t.get(&word_key("case", case.as_str())), now == case.as_str()));
    std::iter::once(all).chain(parts).collect()
}

async fn views(page: &Page, resource: &'static dyn Resource) -> Result<Vec<View>, AppError> {
    let base = format!("/ui/{}", resource.name());
    let rows = saved_views::list(&page.ctx(), resource.name()).await?;
    rows.into_iter()
        .map(|row| {
            let params: BTreeMap<String, String> = serde_json::from_str(&row.query)?;
            Ok(View { href: address(&base, &params), remove: format!("/ui/views/{}/remove", row.id), name: row.name })
        })
        .collect()
}

/// An address with parameters.
pub fn address(base: &str, params: &BTreeMap<String, String>) -> String {
    with_param(base, params, "", None)
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
    let status = matches!(field.name, "status" | "journey" | "state" | "trainee_decision" | "employer_decision");
    let tag = document.data.get(field.name).and_then(Value::as_str).filter(|_| status).unwrap_or_default().to_owned();
    Cell { text: cell_text(field, document, labels), href: cell_href(field, document, labels), class, tag }
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
pub fn options(field: &Field, t: Locale) -> Vec<(String, String)> {
    match field.kind {
        Kind::Choices { list, words } => words.iter().map(|word| ((*word).to_owned(), t.get(&choice_key(t, list, word)))).collect(),
        Kind::Choice { list, words } => words.iter().map(|word| ((*word).to_owned(), t.get(&word_key(list, word)))).collect(),
        Kind::Country => {
            let mut countries: Vec<(String, String)> =
                CountryCode::all().iter().map(|code| (code.to_string(), country(t, code.as_str()))).collect();
            countries.sort_by(|(_, a), (_, b)| formats::compare(t, a, b));
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

impl ChildList {
    fn label(&self, column: &usize) -> &str {
        self.columns.get(*column).map_or("", String::as_str)
    }
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
    /// Names of the groups of fields that are not shown.
    withheld: String,
    help: Option<String>,
    links: Vec<(String, String)>,
    parts: Vec<Part>,
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
    let mut parts: Vec<Part> =
        cases::decision_forms(&page, resource, &document).into_iter().map(|form| Part::Form(Box::new(form))).collect();
    if resource.name() == "trainees" {
        parts.extend(cases::document_parts(&page, id).await?);
    }
    if resource.name() == "recognition-cases" {
        parts.extend(super::recognition::parts(&page, id).await?);
    }
    match resource.name() {
        "journeys" => parts.extend(super::events::journey_parts(&page, id).await?),
        "needs" => parts.extend(super::events::need_parts(&page, id).await?),
        "agreements" => parts.extend(super::events::agreement_parts(&page, id).await?),
        "programmes" => parts.extend(super::recognition::expectation(&page, id).await?),
        _ => {}
    }
    if CASES.contains(&resource.name()) {
        parts.extend(cases::work_parts(&page, resource.name(), id).await?);
    }
    let withheld: Vec<String> = document.withheld.iter().map(|group| t.get(&word_key("field-group", group.as_str()))).collect();
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
        withheld: withheld.join(", "),
        help: help_of(&page, resource, &document).await?,
        links: links_of(&page, resource, &document),
        parts,
        shell: page.shell_titled(document.title),
        list_href: base,
    })
}

/// What the authority of the country says about the stage that the person is at.
async fn help_of(page: &Page, resource: &dyn Resource, document: &Document) -> Result<Option<String>, AppError> {
    let text = |name: &str| document.data.get(name).and_then(Value::as_str);
    match (resource.name(), text("journey"), text("training_country")) {
        ("trainees", Some(stage), Some(country)) => crate::app::labels::help(&page.ctx(), stage, country, page.locale.code()).await,
        _ => Ok(None),
    }
}

/// Other pages about the record, for whoever may open them.
fn links_of(page: &Page, resource: &dyn Resource, document: &Document) -> Vec<(String, String)> {
    let (t, id) = (page.locale, document.id);
    let mut links = Vec::new();
    if resource.name() == "tasks"
        && let (Some(kind), Some(about)) =
            (document.data.get("record_kind").and_then(Value::as_str), document.data.get("record_id").and_then(Value::as_str))
    {
        links.push((format!("/ui/{kind}/{about}"), t.get(&format!("record-{kind}"))));
    }
    if resource.name() != "trainees" {
        return links;
    }
    if !document.withheld.contains(&FieldGroup::Journey) {
        links.push((format!("/ui/trainees/{id}/access"), t.get("access-title")));
    }
    if permit(&page.actor, Action::Create, Subject::CaseTransfer).is_ok() && resource.may(&page.ctx(), Action::Update) {
        links.push((format!("/ui/trainees/{id}/pass-on"), t.get("transfer-title")));
    }
    if page.actor.exceptional.contains(&TraineeId(id)) {
        links.push((format!("/ui/trainees/{id}/sealed"), t.get("my-sealed-title")));
    }
    links
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
        rows: listing.documents.iter().map(|document| row(&base, &listed, document, &labels)).collect(),
        all_href: listing.next.map(|_| format!("{base}?{by}={id}")),
        new_href: (!child.read_only() && child.may(&ctx, Action::Create)).then(|| format!("{base}/new?{by}={id}")),
    })
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
    for field in resource.fields().iter().filter(|field| !matches!(field.kind, Kind::Reasons | Kind::Subject | Kind::Moment)) {
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
    match resource.create(&page.ctx(), &to_document(resource, &values, page.locale)).await {
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
    match resource.update(&page.ctx(), id, version, &to_document(resource, &values, page.locale)).await {
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
    let errors = super::parts::mendable(error)?;
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
fn to_document(resource: &dyn Resource, sent: &BTreeMap<String, String>, t: Locale) -> Map<String, Value> {
    let mut document = Map::new();
    for field in resource.fields() {
        let text = sent.get(field.name).map(|text| text.trim()).unwrap_or_default();
        let value = match field.kind {
            Kind::Reasons | Kind::Subject | Kind::Moment => continue,
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
