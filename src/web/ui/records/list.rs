//! A list of records: filters, order, columns, views.

use super::super::cells::{Labels, word_key};
use super::super::shell::{Page, Shell};
use super::super::{Answer, html};
use super::{Row, address, numeric, options, row, with_param};
use crate::app::case_events::parties;
use crate::app::resource::{Field, Kind, ListRequest, RANGE, Resource};
use crate::app::work::{CASES, bulk, saved_views};
use crate::error::AppError;
use crate::i18n::Locale;
use crate::web::extract::Params;
use askama::Template;
use passerelle_domain::access::{Action, Subject, permit};
use passerelle_domain::people::Case;
use std::collections::BTreeMap;

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
        filters: shown.into_iter().flat_map(|field| filters_of(field, t, &params)).collect(),
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
        bulk: match resource.name() {
            "journeys" => ctx.ensure_writes().is_ok() && parties(ctx.actor).next().is_some(),
            _ => resource.may(&ctx, Action::Update) && !bulk::fields(resource).is_empty(),
        },
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

/// A date is filtered by its first and last day, everything else by its value.
fn filters_of(field: &Field, t: Locale, params: &BTreeMap<String, String>) -> Vec<Filter> {
    if field.kind != Kind::Date {
        return vec![filter(field, t, params)];
    }
    let bound = |ending: &str| {
        let name = format!("{}{ending}", field.name);
        let label = t.with1(&format!("list-range{}", ending.replace('_', "-")), "field", t.get(&field.label_key()));
        Filter { label, value: params.get(&name).or_else(|| params.get(field.name)).cloned().unwrap_or_default(), name, options: vec![] }
    };
    RANGE.iter().map(|(ending, _)| bound(ending)).collect()
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
