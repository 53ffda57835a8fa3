//! One record: its fields, what hangs on it, and what can be done with it.

use super::super::cells::{Labels, word_key};
use super::super::parts::Part;
use super::super::shell::{Page, Shell};
use super::super::{Answer, cases, html};
use super::{Cell, Row, cell, row};
use crate::app::records as kinds;
use crate::app::resource::{Document, Field, ListRequest, Resource};
use crate::app::work::CASES;
use crate::error::AppError;
use crate::web::extract::PathId;
use askama::Template;
use passerelle_domain::access::{Action, FieldGroup, Subject, permit};
use passerelle_domain::ids::TraineeId;
use serde_json::Value;
use uuid::Uuid;

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
        parts.extend(super::super::recognition::parts(&page, id).await?);
    }
    match resource.name() {
        "journeys" => {
            let person = document.data.get("trainee_id").and_then(Value::as_str).and_then(|id| Uuid::try_parse(id).ok());
            if let Some(person) = person.filter(|_| document.data.get("state").and_then(Value::as_str) == Some("applied")) {
                parts.extend(super::super::tracks::gate_parts(&page, person).await?);
            }
            parts.extend(super::super::events::journey_parts(&page, id).await?);
        }
        "contingency-cases" => parts.extend(super::super::contingency::parts(&page, id).await?),
        "case-letters" => parts.extend(super::super::letters::parts(&page, &document)),
        "disruptions" => parts.extend(super::super::disruptions::parts(&page, id).await?),
        "ledger-entries" if permit(&page.actor, Action::Create, Subject::LedgerEntry).is_ok() => {
            parts.push(Part::Form(Box::new(super::super::ledger::reversal(&page, id))));
        }
        "recovery-claims" => parts.extend(super::super::money::recovery::part(&page, &document).map(|form| Part::Form(Box::new(form)))),
        "certificates" => parts.extend(super::super::certificates::parts(&page, &document).await?),
        "organisations" => parts.extend(super::super::certificates::key_parts(&page, id).await?),
        "employer-registrations" => parts.extend(super::super::registrations::parts(&page, &document).await?),
        "pledges" => parts.push(super::super::pledges::part(&page, id).await?),
        "needs" => {
            let at_home = document.data.get("side").and_then(Value::as_str) == Some("origin");
            parts.extend(super::super::needs::steps(&page, &document).await?);
            parts.extend(super::super::legality::panel(&page, id, at_home).await?);
            parts.extend(super::super::events::need_parts(&page, id).await?);
        }
        "agreements" => {
            parts.extend(super::super::tracks::equity_parts(&page, id).await?);
            parts.extend(super::super::events::agreement_parts(&page, id).await?);
            let mut links = vec![(format!("/ui/agreements/{id}/contingency-plan"), page.locale.get("contingency-plan-title"))];
            if permit(&page.actor, Action::Read, Subject::LedgerEntry).is_ok() {
                links.push((format!("/ui/agreements/{id}/ledger"), page.locale.get("ledger-title")));
            }
            // An institute reads its own cohorts' claims, not what others' places cost.
            if permit(&page.actor, Action::Create, Subject::Trainee).is_err() {
                links.push((format!("/ui/agreements/{id}/costs"), page.locale.get("costs-title")));
            }
            parts.push(Part::Links { heading: String::new(), links });
        }
        "programmes" => {
            parts.extend(super::super::taught::parts(&page, id).await?);
            parts.extend(super::super::recognition::expectation(&page, id).await?);
        }
        _ => {}
    }
    if CASES.contains(&resource.name()) {
        parts.extend(cases::work_parts(&page, resource.name(), id).await?);
    }
    let withheld: Vec<String> = document.withheld.iter().map(|group| t.get(&word_key("field-group", group.as_str()))).collect();
    let base = format!("/ui/{}", resource.name());
    // What was declared is acted on, and no longer changed.
    let stands = resource.name() == "disruptions" && document.data.get("status").and_then(Value::as_str) != Some("draft");
    let edits = |action| !resource.read_only() && !stands && resource.may(&ctx, action);
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
    if resource.name() == "cohorts" && permit(&page.actor, Action::Create, Subject::Import).is_ok() {
        links.push((format!("/ui/cohorts/{id}/import"), t.get("import-title")));
    }
    if resource.name() == "cohorts" && permit(&page.actor, Action::Create, Subject::Certificate).is_ok() {
        links.push((format!("/ui/cohorts/{id}/certificates"), t.get("certificate-issue-title")));
    }
    if resource.name() == "cohorts" && permit(&page.actor, Action::Read, Subject::Selection).is_ok() {
        links.push((format!("/ui/cohorts/{id}/selection"), t.get("selection-title")));
        links.push((format!("/ui/early-warnings?cohort={id}"), t.get("warnings-title")));
        links.push((format!("/ui/cohorts/{id}/papers"), t.get("papers-title")));
    }
    if resource.name() == "cohorts" && permit(&page.actor, Action::List, Subject::Tranche).is_ok() {
        links.push((format!("/ui/cohorts/{id}/tranches"), t.get("tranches-title")));
    }
    if resource.name() == "needs" && permit(&page.actor, Action::List, Subject::Proposal).is_ok() {
        links.push((format!("/ui/needs/{id}/shortlist"), t.get("shortlist-title")));
    }
    if resource.name() == "organisations" && document.data.get("kind").and_then(Value::as_str) == Some("institute") {
        links.push((format!("/ui/provider-outcomes?institute={id}"), t.get("outcomes-title")));
    }
    if resource.name() != "trainees" {
        return links;
    }
    if permit(&page.actor, Action::List, Subject::Certificate).is_ok() {
        links.push((format!("/ui/certificates?trainee_id={id}"), t.get("records-certificates")));
    }
    if super::super::tracks::offered(page) && !document.withheld.contains(&FieldGroup::Journey) {
        links.push((format!("/ui/trainees/{id}/track"), t.get("track-title")));
    }
    if permit(&page.actor, Action::Create, Subject::SkillClaim).is_ok() {
        links.push((format!("/ui/trainees/{id}/suggestions"), t.get("suggestions-title")));
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
