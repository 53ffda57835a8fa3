//! A person's own pages: what she agrees to, who sees what of her and why, what she asks for, what
//! is sealed, and everything about her in one document.

use super::cells::word_key;
use super::parts::{Cell, Form, Input, Part, Sheet, Table, mendable};
use super::sent::Sent;
use super::shell::Page;
use super::{Answer, see};
use crate::app::privacy::{consents, my_data, person_requests, sealed};
use crate::app::resource::Document;
use crate::app::{records, who_sees};
use crate::error::{AppError, FieldError};
use crate::formats;
use crate::i18n::Locale;
use crate::web::extract::PathId;
use actix_web::HttpResponse;
use actix_web::http::header;
use passerelle_domain::access::{FieldGroup, Role};
use passerelle_domain::privacy::{ConsentPurpose, RequestKind, SealedClass, SealedKind};
use serde_json::Value;
use std::collections::BTreeMap;
use uuid::Uuid;

fn me(page: &Page) -> Result<Uuid, AppError> {
    page.actor.trainee.map(|id| id.0).ok_or(AppError::Forbidden)
}

fn words(t: Locale, list: &str, words: &[&str]) -> Vec<(String, String)> {
    words.iter().map(|word| ((*word).to_owned(), t.get(&word_key(list, word)))).collect()
}

/// `GET /ui/my/consents`
pub async fn consent_list(page: Page) -> Answer {
    let t = page.locale;
    let given = consents::of(&page.ctx(), me(&page)?).await?;
    let mut sheet = Sheet::new(page.shell("my-consents-title")).lead(t.get("my-consents-lead"));
    for purpose in ConsentPurpose::ALL {
        let key = purpose.as_str().replace('_', "-");
        let name = t.get(&word_key("consent-purpose", purpose.as_str()));
        let text = t.get(&format!("consent-text-{key}"));
        // The general consent first: withdrawing it withdraws it from everybody.
        let mut holding: Vec<_> = given.iter().filter(|row| row.purpose == purpose.as_str() && row.withdrawn_at_ms.is_none()).collect();
        holding.sort_by_key(|row| row.recipient_id);
        match holding.first() {
            Some(row) => {
                let since = t.with1("consent-since", "date", formats::moment_ms(t, row.given_at_ms));
                let withdraw = vec![(format!("/ui/my/consents/{}/withdraw", row.id), t.get("consent-withdraw"))];
                sheet = sheet.part(Part::Text { heading: name, paragraphs: vec![text, since] });
                sheet = sheet.part(Part::Links { heading: String::new(), links: withdraw });
            }
            None => {
                let form = Form::new("/ui/my/consents", t.get("consent-give")).heading(name).lead(text);
                sheet = sheet.form(form.hidden("purpose", purpose.as_str()));
            }
        }
    }
    let ended = given.iter().filter(|row| row.withdrawn_at_ms.is_some()).map(|row| {
        vec![
            Cell::text(t.get(&word_key("consent-purpose", &row.purpose))),
            Cell::text(formats::moment_ms(t, row.given_at_ms)),
            Cell::text(row.withdrawn_at_ms.map(|ms| formats::moment_ms(t, ms)).unwrap_or_default()),
        ]
    });
    let rows: Vec<Vec<Cell>> = ended.collect();
    if !rows.is_empty() {
        let columns = ["field-purpose", "field-given-at", "field-withdrawn-at"].map(|key| t.get(key)).into();
        sheet = sheet.table(Table { heading: t.get("consents-ended"), columns, rows, empty: String::new() });
    }
    sheet.answer()
}

/// `POST /ui/my/consents`
pub async fn give_consent(page: Page, sent: Sent) -> Answer {
    sent.guard(&page)?;
    me(&page)?;
    let purpose = ConsentPurpose::parse(sent.get("purpose")).map_err(|error| AppError::Invalid(vec![FieldError::of("purpose", &error)]))?;
    let give = consents::Give { trainee: None, purpose, recipient: None, language: page.locale.code().into() };
    consents::give(&page.ctx(), &give).await?;
    Ok(see("/ui/my/consents?notice=saved"))
}

/// `GET /ui/my/consents/{id}/withdraw`: what follows, before it is done.
pub async fn ask_withdrawal(page: Page, PathId(id): PathId) -> Answer {
    let t = page.locale;
    let (row, found) = consents::consequences(&page.ctx(), id).await?;
    let key = row.purpose.replace('_', "-");
    let mut follows = vec![t.get(&format!("consent-withdrawal-{key}"))];
    if found.proposals_declined > 0 {
        follows.push(t.with1("consent-withdrawal-proposals", "count", found.proposals_declined));
    }
    if found.employers_closed > 0 {
        follows.push(t.with1("consent-withdrawal-employers", "count", found.employers_closed));
    }
    follows.push(t.get("consent-withdrawal-free"));
    Sheet::new(page.shell("consent-withdraw-title"))
        .crumb("/ui/my/consents", t.get("my-consents-title"))
        .lead(t.get(&word_key("consent-purpose", &row.purpose)))
        .part(Part::Text { heading: t.get("consent-what-follows"), paragraphs: follows })
        .form(Form::new(format!("/ui/my/consents/{id}/withdraw"), t.get("consent-withdraw")).danger())
        .answer()
}

/// `POST /ui/my/consents/{id}/withdraw`
pub async fn withdraw_consent(page: Page, PathId(id): PathId, sent: Sent) -> Answer {
    sent.guard(&page)?;
    consents::withdraw(&page.ctx(), id).await?;
    Ok(see("/ui/my/consents?notice=withdrawn"))
}

/// `GET /ui/my/access`: who can see what of me and why, and who has looked.
pub async fn my_access(page: Page) -> Answer {
    let t = page.locale;
    let id = me(&page)?;
    let looked = my_data::accesses(&page.ctx(), id).await?;
    let rows = looked.iter().take(100).map(|access| {
        let (role, organisation) = access.by.split_once('|').unwrap_or(("", ""));
        let who = if role.is_empty() { t.get("by-the-system") } else { format!("{} · {organisation}", t.get(&word_key("role", role))) };
        vec![Cell::text(formats::moment(t, &access.at)), Cell::text(action_name(t, &access.action)), Cell::text(who)]
    });
    let columns = ["access-when", "access-what", "access-who"].map(|key| t.get(key)).into();
    let log = Table { heading: t.get("access-log"), columns, rows: rows.collect(), empty: t.get("list-empty") };
    let links =
        ["disclosures", "exceptional-accesses", "case-transfers"].map(|name| (format!("/ui/{name}"), t.get(&format!("records-{name}"))));
    Sheet::new(page.shell("my-access-title"))
        .lead(t.get("my-access-lead"))
        .table(onlooker_table(&page, id).await?)
        .part(Part::Links { heading: String::new(), links: links.into() })
        .table(log)
        .answer()
}

/// An event in words; those that have none of their own are shown as they are kept.
fn action_name(t: Locale, action: &str) -> String {
    let key = word_key("audit-action", action);
    if t.has(&key) { t.get(&key) } else { action.to_owned() }
}

async fn onlooker_table(page: &Page, id: Uuid) -> Result<Table, AppError> {
    let t = page.locale;
    let mut onlookers = who_sees::of_trainee(&page.ctx(), id).await?;
    onlookers.sort_by(|a, b| (a.role, &a.organisation_name).cmp(&(b.role, &b.organisation_name)));
    let rows = onlookers.into_iter().map(|one| {
        let groups = one.groups.keys().filter(|group| **group != FieldGroup::General);
        let groups: Vec<String> = groups.map(|group| t.get(&word_key("field-group", group.as_str()))).collect();
        let grounds: std::collections::BTreeSet<String> =
            one.groups.values().flatten().map(|because| t.get(&word_key("because", because.as_str()))).collect();
        let href = format!(
            "/ui/trainees/{id}/access?role={}&organisation={}",
            one.role,
            one.organisation.map(|id| id.to_string()).unwrap_or_default()
        );
        vec![
            Cell::link(t.get(&word_key("role", one.role.as_str())), href),
            Cell::text(one.organisation_name),
            Cell::number(formats::count(t, one.people)),
            Cell::text(if groups.is_empty() { t.get("field-group-general") } else { groups.join(", ") }),
            Cell::text(grounds.into_iter().collect::<Vec<_>>().join(", ")),
        ]
    });
    let columns = ["access-role", "field-organisation-id", "access-people", "access-fields", "access-why"].map(|key| t.get(key)).into();
    Ok(Table { heading: t.get("access-who-can"), columns, rows: rows.collect(), empty: t.get("list-empty") })
}

/// `GET /ui/trainees/{id}/access?role=&organisation=`: who can see what of this person, and the
/// record as one of them sees it.
pub async fn trainee_access(page: Page, PathId(id): PathId, params: crate::web::extract::Params) -> Answer {
    let t = page.locale;
    let ctx = page.ctx();
    let table = onlooker_table(&page, id).await?;
    let resource = records::find("trainees").ok_or(AppError::NotFound)?;
    let title = resource.titles(&ctx, &[id]).await?.remove(&id).unwrap_or_else(|| crate::app::resource::short_reference(id));
    let mut sheet =
        Sheet::new(page.shell("access-title")).crumb(format!("/ui/trainees/{id}"), title).lead(t.get("access-lead")).table(table);
    let role = params.0.get("role").and_then(|word| Role::parse(word).ok());
    if let Some(role) = role {
        let organisation = params.0.get("organisation").and_then(|id| Uuid::try_parse(id).ok());
        let seen = who_sees::as_role(&ctx, id, role, organisation).await?;
        sheet = sheet.part(Part::Facts {
            heading: t.with1("access-as-role", "role", t.get(&word_key("role", role.as_str()))),
            facts: facts_of(&page, resource, seen).await?,
        });
    }
    sheet.answer()
}

async fn facts_of(
    page: &Page,
    resource: &'static dyn crate::app::resource::Resource,
    document: Document,
) -> Result<Vec<(String, Cell)>, AppError> {
    let t = page.locale;
    let documents = [document];
    let labels = super::cells::Labels::of(&page.ctx(), resource, &documents, t).await?;
    let [document] = documents;
    let mut facts: Vec<(String, Cell)> = resource
        .fields()
        .iter()
        .filter(|field| document.data.contains_key(field.name))
        .map(|field| (t.get(&field.label_key()), Cell::text(super::cells::cell_text(field, &document, &labels))))
        .collect();
    if !document.withheld.is_empty() {
        let names: Vec<String> = document.withheld.iter().map(|group| t.get(&word_key("field-group", group.as_str()))).collect();
        facts.push((t.get("withheld"), Cell::text(names.join(", "))));
    }
    Ok(facts)
}

fn request_form(t: Locale) -> Form {
    let fields = person_requests::CORRECTABLE.map(|name| (name.to_owned(), t.get(&format!("field-{}", name.replace('_', "-")))));
    Form::new("/ui/my/requests", t.get("request-send"))
        .heading(t.get("request-new"))
        .input(Input::new("select", "kind", t.get("field-kind")).options(words(t, "request-kind", RequestKind::WORDS)).required())
        .input(Input::new("select", "field", t.get("request-field")).options(fields.into()).hint(t.get("request-field-hint")))
        .input(Input::new("text", "value", t.get("request-value")))
        .input(Input::new("textarea", "reason", t.get("field-reason")).required())
}

/// `GET /ui/my/requests`
pub async fn requests(page: Page) -> Answer {
    request_page(&page, &[], &Sent::default()).await
}

async fn request_page(page: &Page, errors: &[FieldError], sent: &Sent) -> Answer {
    let t = page.locale;
    me(page)?;
    let resource = records::find("person-requests").ok_or(AppError::NotFound)?;
    let listing = resource.list(&page.ctx(), &crate::app::resource::ListRequest::default()).await?;
    let text = |document: &Document, name: &str| document.data.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let rows = listing.documents.iter().map(|document| {
        let status = text(document, "status");
        let withdraw = if status == "open" {
            Cell::button(format!("/ui/my/requests/{}/withdraw", document.id), t.get("request-withdraw"))
        } else {
            Cell::text(text(document, "answer"))
        };
        vec![
            Cell::text(t.get(&word_key("request-kind", &text(document, "kind")))),
            Cell::text(formats::moment(t, &text(document, "asked_at"))),
            Cell::tag(t.get(&word_key("request-status", &status)), status),
            withdraw,
        ]
    });
    let columns = ["field-kind", "field-asked-at", "field-status", "field-answer"].map(|key| t.get(key)).into();
    let form = request_form(t).refused(t, errors, |name| sent.some(name));
    Sheet::new(page.shell("my-requests-title"))
        .lead(t.get("my-requests-lead"))
        .table(Table { heading: t.get("my-requests-made"), columns, rows: rows.collect(), empty: t.get("list-empty") })
        .form(form)
        .answer()
}

/// `POST /ui/my/requests`
pub async fn ask(page: Page, sent: Sent) -> Answer {
    sent.guard(&page)?;
    let Ok(kind) = RequestKind::parse(sent.get("kind")) else {
        return request_page(&page, &[FieldError::new("kind", "required", "is needed")], &sent).await;
    };
    let ask = person_requests::Ask { kind, field: sent.some("field"), value: sent.some("value"), reason: sent.get("reason").into() };
    match person_requests::ask(&page.ctx(), &ask).await {
        Ok(_) => Ok(see("/ui/my/requests?notice=sent")),
        Err(error) => request_page(&page, &mendable(error)?, &sent).await,
    }
}

/// `POST /ui/my/requests/{id}/withdraw`
pub async fn withdraw_request(page: Page, PathId(id): PathId, sent: Sent) -> Answer {
    sent.guard(&page)?;
    person_requests::withdraw(&page.ctx(), id).await?;
    Ok(see("/ui/my/requests?notice=withdrawn"))
}

/// `GET /ui/my/sealed`
pub async fn sealed_list(page: Page) -> Answer {
    sealed_page(&page, &[], &Sent::default()).await
}

async fn sealed_page(page: &Page, errors: &[FieldError], sent: &Sent) -> Answer {
    let t = page.locale;
    let opened = sealed::open(&page.ctx(), me(page)?).await?;
    let rows = opened.into_iter().map(|one| {
        vec![
            Cell::text(t.get(&word_key("sealed-kind", &one.kind))),
            Cell::text(t.get(&word_key("sealed-class", &one.class))),
            Cell::text(one.text),
            Cell::button(format!("/ui/my/sealed/{}/remove", one.id), t.get("action-delete")),
        ]
    });
    let columns = ["field-kind", "sealed-effect", "sealed-text", "action"].map(|key| t.get(key)).into();
    let form = Form::new("/ui/my/sealed", t.get("sealed-add"))
        .heading(t.get("sealed-new"))
        .input(Input::new("select", "kind", t.get("field-kind")).options(words(t, "sealed-kind", SealedKind::WORDS)).required())
        .input(Input::new("select", "class", t.get("sealed-effect")).options(words(t, "sealed-class", SealedClass::WORDS)).required())
        .input(Input::new("textarea", "text", t.get("sealed-text")).required())
        .refused(t, errors, |name| sent.some(name));
    Sheet::new(page.shell("my-sealed-title"))
        .lead(t.get("my-sealed-lead"))
        .table(Table { heading: String::new(), columns, rows: rows.collect(), empty: t.get("list-empty") })
        .form(form)
        .answer()
}

/// `POST /ui/my/sealed`
pub async fn seal(page: Page, sent: Sent) -> Answer {
    sent.guard(&page)?;
    let parsed = (SealedKind::parse(sent.get("kind")), SealedClass::parse(sent.get("class")));
    let (Ok(kind), Ok(class)) = parsed else {
        let missing = if SealedKind::parse(sent.get("kind")).is_err() { "kind" } else { "class" };
        return sealed_page(&page, &[FieldError::new(missing, "required", "is needed")], &sent).await;
    };
    match sealed::add(&page.ctx(), &sealed::Add { kind, class, text: sent.get("text").into() }).await {
        Ok(_) => Ok(see("/ui/my/sealed?notice=saved")),
        Err(error) => sealed_page(&page, &mendable(error)?, &sent).await,
    }
}

/// `POST /ui/my/sealed/{id}/remove`
pub async fn unseal(page: Page, PathId(id): PathId, sent: Sent) -> Answer {
    sent.guard(&page)?;
    sealed::remove(&page.ctx(), id).await?;
    Ok(see("/ui/my/sealed?notice=deleted"))
}

/// `GET /ui/trainees/{id}/sealed`: by exception only.
pub async fn sealed_of(page: Page, PathId(id): PathId) -> Answer {
    let t = page.locale;
    let rows = sealed::open(&page.ctx(), id).await?.into_iter().map(|one| {
        vec![
            Cell::text(t.get(&word_key("sealed-kind", &one.kind))),
            Cell::text(t.get(&word_key("sealed-class", &one.class))),
            Cell::text(one.text),
        ]
    });
    let columns = ["field-kind", "sealed-effect", "sealed-text"].map(|key| t.get(key)).into();
    Sheet::new(page.shell("my-sealed-title"))
        .crumb(format!("/ui/trainees/{id}"), t.get("record-trainees"))
        .lead(t.get("sealed-read-lead"))
        .table(Table { heading: String::new(), columns, rows: rows.collect(), empty: t.get("list-empty") })
        .answer()
}

/// `GET /ui/my/data`: the document as a page, fit to be printed.
pub async fn data(page: Page) -> Answer {
    let t = page.locale;
    let document = my_data::document(&page.ctx(), &page.account).await?;
    let mut sheet = Sheet::new(page.shell("my-data-title")).lead(t.get("my-data-lead")).action("/ui/my/data.json", t.get("my-data-json"));
    for (name, value) in &document {
        sheet = sheet.part(Part::Table(data_table(t, name, value)));
    }
    sheet.answer()
}

/// A part of the document as a table: one row a value, objects as "field: value".
fn data_table(t: Locale, name: &str, value: &Value) -> Table {
    let heading_key = format!("records-{}", name.replace('_', "-"));
    let own_key = format!("my-data-{}", name.replace('_', "-"));
    let heading = if t.has(&own_key) { t.get(&own_key) } else { t.get(&heading_key) };
    let line = |value: &Value| match value {
        Value::Object(map) => {
            map.iter().map(|(name, value)| format!("{}: {}", field_name(t, name), plain_value(t, value))).collect::<Vec<_>>().join(" · ")
        }
        other => plain_value(t, other),
    };
    let rows = match value {
        Value::Array(items) => items.iter().map(|item| vec![Cell::text(line(item))]).collect(),
        Value::Object(map) => {
            map.iter().map(|(name, value)| vec![Cell::text(field_name(t, name)), Cell::text(plain_value(t, value))]).collect()
        }
        other => vec![vec![Cell::text(plain_value(t, other))]],
    };
    Table { heading, columns: vec![], rows, empty: t.get("list-empty") }
}

fn field_name(t: Locale, name: &str) -> String {
    let key = format!("field-{}", name.replace('_', "-"));
    if t.has(&key) { t.get(&key) } else { name.to_owned() }
}

fn plain_value(t: Locale, value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        Value::Array(items) => items.iter().map(|item| plain_value(t, item)).collect::<Vec<_>>().join(", "),
        Value::Object(map) => {
            let inside = map.iter().map(|(name, value)| format!("{}: {}", field_name(t, name), plain_value(t, value)));
            format!("({})", inside.collect::<Vec<_>>().join(", "))
        }
        other => other.to_string(),
    }
}

/// `GET /ui/my/data.json`
pub async fn data_file(page: Page) -> Answer {
    let document = my_data::document(&page.ctx(), &page.account).await?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_DISPOSITION, "attachment; filename=\"my-data.json\""))
        .content_type("application/json; charset=utf-8")
        .body(serde_json::to_string_pretty(&document)?))
}

/// Links to the pages of this file, for the home page of a trainee.
pub fn links(t: Locale) -> Vec<(String, String)> {
    BTreeMap::from([
        ("/ui/my/consents", "my-consents-title"),
        ("/ui/my/access", "my-access-title"),
        ("/ui/my/requests", "my-requests-title"),
        ("/ui/my/sealed", "my-sealed-title"),
        ("/ui/my/data", "my-data-title"),
    ])
    .into_iter()
    .map(|(href, key)| (href.to_owned(), t.get(key)))
    .collect()
}
