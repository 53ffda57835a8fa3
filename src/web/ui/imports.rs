//! People from a spreadsheet, step by step: the file, what its columns mean, what is wrong with which cell, what
//! became of it, and back.

use super::cells::word_key;
use super::parts::{Cell, Form, Input, Part, Sheet, Table, mendable};
use super::sent::{Sent, Upload};
use super::shell::Page;
use super::{Answer, see};
use crate::app::imports::columns::{self, FIELDS, Mapping};
use crate::app::imports::judge::Finding;
use crate::app::imports::{self, BEGINS, Change, Looked, sheet, template};
use crate::error::{AppError, FieldError};
use crate::formats;
use crate::i18n::Locale;
use crate::web::csv_export;
use crate::web::extract::{Params, PathId};
use actix_multipart::Multipart;
use actix_web::HttpResponse;
use actix_web::http::header;
use passerelle_domain::access::{Action, Subject, permit};
use passerelle_domain::people::{DateOrder, ImportStatus, JourneyState, RowVerdict};
use passerelle_store::entity::import_batch;
use serde_json::{Map, Value};
use uuid::Uuid;

/// Rows that a page shows.
const SHOWN: u64 = 50;
/// Rows that the file of what was refused holds.
const REFUSED_MAX: u64 = sheet::ROWS_MAX as u64;

/// `GET /ui/imports`
pub async fn list(page: Page) -> Answer {
    let t = page.locale;
    let files = imports::list(&page.ctx()).await?;
    let row = |batch: &import_batch::Model| {
        vec![
            Cell::link(batch.file_name.clone(), format!("/ui/imports/{}", batch.id)),
            status(t, batch),
            Cell::number(formats::number(t, batch.good + batch.doubtful + batch.bad)),
            Cell::number(formats::number(t, batch.done)),
            Cell::text(formats::moment_ms(t, batch.created_at_ms)),
        ]
    };
    let table = Table {
        heading: String::new(),
        columns: ["import-file", "field-status", "import-rows", "import-done", "import-sent-at"].map(|key| t.get(key)).into(),
        rows: files.rows.iter().map(row).collect(),
        empty: t.get("import-none"),
    };
    Sheet::new(page.shell("imports-title")).lead(t.get("imports-lead")).table(table).answer()
}

fn status(t: Locale, batch: &import_batch::Model) -> Cell {
    let kind = match ImportStatus::parse(&batch.status) {
        Ok(ImportStatus::Done) => "good",
        Ok(ImportStatus::Failed) => "bad",
        Ok(ImportStatus::Running | ImportStatus::Preview) => "warn",
        _ => "",
    };
    Cell::tag(t.get(&word_key("import-status", &batch.status)), kind)
}

/// `GET /ui/cohorts/{id}/import`
pub async fn begin(page: Page, PathId(cohort): PathId) -> Answer {
    begin_page(&page, cohort, &[]).await
}

async fn begin_page(page: &Page, cohort: Uuid, errors: &[FieldError]) -> Answer {
    let t = page.locale;
    permit(&page.actor, Action::Create, Subject::Import)?;
    let document = crate::app::records::find("cohorts").ok_or(AppError::NotFound)?.get(&page.ctx(), cohort).await?;
    let automatic = (String::new(), t.get("import-encoding-found"));
    let encodings = sheet::ENCODINGS.iter().map(|name| ((*name).to_owned(), (*name).to_owned()));
    let mut form = Form::new(format!("/ui/cohorts/{cohort}/import"), t.get("import-look"))
        .heading(t.get("import-file"))
        .input(Input::new("file", "file", t.get("import-file")).hint(t.get("import-file-hint")).required())
        .input(Input::new("select", "encoding", t.get("import-encoding")).options(std::iter::once(automatic).chain(encodings).collect()));
    form.multipart = true;
    let links = vec![
        ("/ui/imports/template.xlsx".to_owned(), t.get("import-template-xlsx")),
        ("/ui/imports/template.csv".to_owned(), t.get("import-template-csv")),
        ("/ui/imports".to_owned(), t.get("imports-title")),
    ];
    let sheet = Sheet::new(page.shell("import-title"))
        .crumb(format!("/ui/cohorts/{cohort}"), document.title)
        .lead(t.get("import-lead"))
        .form(form.refused(t, errors, |_| None))
        .part(Part::Links { heading: t.get("import-template"), links });
    sheet.answer()
}

/// `POST /ui/cohorts/{id}/import`
pub async fn upload(page: Page, PathId(cohort): PathId, parts: Multipart) -> Answer {
    permit(&page.actor, Action::Create, Subject::Import)?;
    let Upload { name, bytes, fields } = match Upload::read(parts, sheet::BYTES_MAX).await {
        Ok(read) => read,
        Err(AppError::TooLarge { limit }) => {
            let error = FieldError::new("file", "import-too-large", format!("is larger than {limit} bytes"));
            return begin_page(&page, cohort, &[error.with("max", limit / 1_048_576)]).await;
        }
        Err(other) => return Err(other),
    };
    fields.guard(&page)?;
    let encoding = fields.some("encoding");
    match imports::upload(&page.ctx(), cohort, imports::Sent { name: &name, bytes, encoding }).await {
        Ok(batch) => Ok(see(format!("/ui/imports/{}", batch.id))),
        Err(error) => begin_page(&page, cohort, &mendable(error)?).await,
    }
}

/// `GET /ui/imports/template.xlsx`
pub async fn template_xlsx(page: Page) -> Answer {
    permit(&page.actor, Action::Create, Subject::Import)?;
    let disposition = (header::CONTENT_DISPOSITION, "attachment; filename=\"passerelle.xlsx\"");
    let kind = (header::CONTENT_TYPE, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet");
    Ok(HttpResponse::Ok().insert_header(kind).insert_header(disposition).body(template::xlsx(page.locale)?))
}

/// `GET /ui/imports/template.csv`
pub async fn template_csv(page: Page) -> Answer {
    permit(&page.actor, Action::Create, Subject::Import)?;
    csv_export::table("passerelle", &template::titles(page.locale), &[])
}

/// `GET /ui/imports/{id}`
pub async fn show(page: Page, PathId(id): PathId, Params(asked): Params) -> Answer {
    show_page(&page, id, asked.get("show").map(String::as_str), &[], &Sent::default()).await
}

async fn show_page(page: &Page, id: Uuid, wanted: Option<&str>, errors: &[FieldError], sent: &Sent) -> Answer {
    let (t, ctx) = (page.locale, page.ctx());
    let batch = imports::get(&ctx, id).await?;
    let titles: Vec<String> = serde_json::from_str(&batch.header)?;
    let mapping: Mapping = serde_json::from_str(&batch.mapping)?;
    // What is wrong is shown first: the rest needs nobody's eye.
    let worst = match (batch.bad, batch.doubtful) {
        (1.., _) => RowVerdict::Bad,
        (_, 1..) => RowVerdict::Doubtful,
        _ => RowVerdict::Good,
    };
    let verdict = wanted.and_then(|word| RowVerdict::parse(word).ok()).unwrap_or(worst);
    let rows = imports::rows(&ctx, id, Some(verdict), 0, SHOWN).await?;
    let count = |count: i64| Cell::number(formats::number(t, count));
    let mut facts = vec![
        (t.get("field-status"), status(t, &batch)),
        (t.get("import-format"), Cell::text(batch.file_format.clone())),
        (t.get("import-verdict-good"), count(batch.good)),
        (t.get("import-verdict-doubtful"), count(batch.doubtful)),
        (t.get("import-verdict-bad"), count(batch.bad)),
    ];
    if batch.status != ImportStatus::Preview.as_str() {
        facts.push((t.get("import-done"), count(batch.done)));
    }
    if batch.status == ImportStatus::Undone.as_str() {
        facts.push((t.get("import-kept"), count(batch.kept)));
    }
    let mut shell = page.shell("import-title");
    shell.reload_seconds = if batch.status == ImportStatus::Running.as_str() { 2 } else { 0 };
    let mut sheet = Sheet::new(shell)
        .crumb(format!("/ui/cohorts/{}", batch.cohort_id), t.get("records-cohorts"))
        .lead(batch.file_name.clone())
        .part(Part::Facts { heading: t.get("import-state"), facts });
    if batch.bad > 0 && batch.status != ImportStatus::Discarded.as_str() {
        sheet = sheet.action(format!("/ui/imports/{id}/refused.csv"), t.get("import-refused-csv"));
    }
    if let Some(failure) = &batch.failure {
        sheet = sheet.part(Part::Notice { text: failure.clone(), kind: "bad" });
    }
    let version = batch.version.to_string();
    let status = ImportStatus::parse(&batch.status);
    if status == Ok(ImportStatus::Preview) && batch.good + batch.doubtful > 0 {
        sheet = sheet.form(accept_form(t, &batch, &version));
    }
    // What was found comes before what the columns mean: most titles are known, and most faults lie in cells.
    if status != Ok(ImportStatus::Discarded) {
        let counted = [(RowVerdict::Bad, batch.bad), (RowVerdict::Doubtful, batch.doubtful), (RowVerdict::Good, batch.good)];
        let links = counted.into_iter().filter(|(_, count)| *count > 0).map(|(word, count)| {
            let label = format!("{}: {}", t.get(&word_key("import-verdict", word.as_str())), formats::number(t, count));
            (format!("/ui/imports/{id}?show={word}"), label)
        });
        sheet = sheet.part(Part::Links { heading: String::new(), links: links.collect() });
        sheet = sheet.table(preview(t, verdict, &rows, &titles, &mapping));
    }
    match status {
        Ok(ImportStatus::Preview) => {
            sheet = sheet.form(mapping_form(t, &batch, &titles, &mapping, &version).refused(t, errors, |name| sent.some(name)));
            sheet = sheet.form(Form::new(format!("/ui/imports/{id}/discard"), t.get("import-discard")).hidden("version", version).danger());
        }
        Ok(ImportStatus::Running) => sheet = sheet.part(Part::Notice { text: t.get("import-running"), kind: "" }),
        Ok(ImportStatus::Done | ImportStatus::Failed) if batch.done > 0 => {
            let form = Form::new(format!("/ui/imports/{id}/undo"), t.get("import-undo")).lead(t.get("import-undo-lead"));
            sheet = sheet.form(form.hidden("version", version).danger());
        }
        _ => {}
    }
    sheet.answer()
}

fn accept_form(t: Locale, batch: &import_batch::Model, version: &str) -> Form {
    let mut form = Form::new(format!("/ui/imports/{}/acceptance", batch.id), t.with1("import-take", "count", batch.good))
        .lead(t.get("import-take-lead"))
        .hidden("version", version);
    if batch.doubtful > 0 {
        form = form.input(Input::new("checkbox", "doubtful", t.with1("import-take-doubtful", "count", batch.doubtful)));
    }
    form
}

fn mapping_form(t: Locale, batch: &import_batch::Model, titles: &[String], mapping: &Mapping, version: &str) -> Form {
    let mut form = Form::new(format!("/ui/imports/{}/mapping", batch.id), t.get("import-look-again"))
        .heading(t.get("import-mapping"))
        .lead(t.get("import-mapping-lead"))
        .hidden("version", version);
    let options: Vec<(String, String)> = std::iter::once((String::new(), "—".to_owned()))
        .chain(titles.iter().enumerate().map(|(at, title)| {
            let name = if title.is_empty() { t.with1("import-column-number", "number", at + 1) } else { title.clone() };
            (at.to_string(), name)
        }))
        .collect();
    for field in FIELDS {
        let chosen = mapping.get(field).map(ToString::to_string).unwrap_or_default();
        let mut input = Input::new("select", field, columns::label(t, field)).options(options.clone()).value(chosen);
        if t.has(&format!("import-without-{}", field.replace('_', "-"))) {
            input = input.hint(t.get(&format!("import-without-{}", field.replace('_', "-"))));
        }
        form = form.input(if columns::NEEDED.contains(&field) { input.required() } else { input });
    }
    let orders = DateOrder::ALL.iter().map(|order| (order.to_string(), t.get(&word_key("date-order", order.as_str()))));
    let states = BEGINS.iter().map(|state| (state.to_string(), t.get(&word_key("journey-state", state.as_str()))));
    form.input(Input::new("select", "date_order", t.get("import-date-order")).options(orders.collect()).value(batch.date_order.clone()))
        .input(Input::new("select", "begins_as", t.get("import-begins-as")).options(states.collect()).value(batch.begins_as.clone()))
}

/// Rows of one verdict: where they stand, what was found, and the cells that we know.
fn preview(t: Locale, verdict: RowVerdict, rows: &[Looked], titles: &[String], mapping: &Mapping) -> Table {
    let known: Vec<(&str, usize)> = FIELDS.iter().filter_map(|field| mapping.get(*field).map(|at| (*field, *at))).collect();
    let mut columns = vec![t.get("import-line"), t.get("import-found")];
    columns.extend(known.iter().map(|(field, _)| columns::label(t, field)));
    let row = |row: &Looked| {
        let line = match row.trainee_id {
            Some(person) => Cell::link(row.line.to_string(), format!("/ui/trainees/{person}")),
            None => Cell::number(row.line.to_string()),
        };
        let found: Vec<String> = row.findings.iter().map(|finding| said(t, finding, titles)).collect();
        let mut cells = vec![line, Cell::text(found.join(" "))];
        cells.extend(known.iter().map(|(_, at)| {
            let text = row.cells.get(*at).cloned().unwrap_or_default();
            let wrong = row.findings.iter().find(|finding| finding.column == Some(*at));
            match wrong {
                Some(finding) => Cell::tag(if text.is_empty() { "—".into() } else { text }, if finding.doubt { "warn" } else { "bad" }),
                None => Cell::text(text),
            }
        }));
        cells
    };
    Table {
        heading: t.get(&word_key("import-verdict", verdict.as_str())),
        columns,
        rows: rows.iter().map(row).collect(),
        empty: t.get("import-none-such"),
    }
}

/// What was found, with the column as the file names it.
fn said(t: Locale, finding: &Finding, titles: &[String]) -> String {
    let key = format!("error-{}", finding.code);
    let text = if t.has(&key) { t.with(&key, &finding.args) } else { finding.detail.clone() };
    let title = finding.column.and_then(|at| titles.get(at)).filter(|title| !title.is_empty()).cloned();
    // The title keeps its own direction: what is said of it begins with the reader's.
    format!("\u{2068}{}\u{2069}: {text}", title.unwrap_or_else(|| columns::label(t, &finding.field)))
}

/// `POST /ui/imports/{id}/mapping`
pub async fn remap(page: Page, PathId(id): PathId, sent: Sent) -> Answer {
    sent.guard(&page)?;
    permit(&page.actor, Action::Update, Subject::Import)?;
    let mut mapping = Map::new();
    for field in FIELDS {
        if let Some(column) = sent.number(field) {
            mapping.insert(field.to_owned(), Value::from(column));
        }
    }
    let change = Change {
        mapping: Some(mapping),
        date_order: sent.some("date_order").and_then(|word| DateOrder::parse(&word).ok()),
        begins_as: sent.some("begins_as").and_then(|word| JourneyState::parse(&word).ok()),
    };
    match imports::change(&page.ctx(), id, sent.version()?, &change).await {
        Ok(_) => Ok(see(format!("/ui/imports/{id}?notice=saved"))),
        Err(error) => show_page(&page, id, None, &mendable(error)?, &sent).await,
    }
}

/// `POST /ui/imports/{id}/acceptance`
pub async fn accept(page: Page, PathId(id): PathId, sent: Sent) -> Answer {
    sent.guard(&page)?;
    permit(&page.actor, Action::Update, Subject::Import)?;
    imports::accept(&page.ctx(), id, sent.version()?, sent.some("doubtful").is_some()).await?;
    Ok(see(format!("/ui/imports/{id}")))
}

/// `POST /ui/imports/{id}/undo`
pub async fn undo(page: Page, PathId(id): PathId, sent: Sent) -> Answer {
    sent.guard(&page)?;
    permit(&page.actor, Action::Delete, Subject::Import)?;
    imports::undo(&page.ctx(), id, sent.version()?).await?;
    Ok(see(format!("/ui/imports/{id}?notice=saved")))
}

/// `POST /ui/imports/{id}/discard`
pub async fn discard(page: Page, PathId(id): PathId, sent: Sent) -> Answer {
    sent.guard(&page)?;
    permit(&page.actor, Action::Update, Subject::Import)?;
    imports::discard(&page.ctx(), id, sent.version()?).await?;
    Ok(see(format!("/ui/imports/{id}")))
}

/// `GET /ui/imports/{id}/refused.csv`: the rows that were refused, as they came, each with what is wrong: to be mended
/// and sent again.
pub async fn refused(page: Page, PathId(id): PathId) -> Answer {
    let (t, ctx) = (page.locale, page.ctx());
    let batch = imports::get(&ctx, id).await?;
    let titles: Vec<String> = serde_json::from_str(&batch.header)?;
    let rows = imports::rows(&ctx, id, Some(RowVerdict::Bad), 0, REFUSED_MAX).await?;
    let header: Vec<String> = titles.iter().cloned().chain([t.get("import-line"), t.get("import-found")]).collect();
    let row = |row: &Looked| {
        let found = row.findings.iter().map(|finding| said(t, finding, &titles)).collect::<Vec<_>>().join(" ");
        row.cells.iter().cloned().chain([row.line.to_string(), found]).collect()
    };
    csv_export::table("refused", &header, &rows.iter().map(row).collect::<Vec<_>>())
}
