//! What rules look up and what runs beside them: procedures of recognition, conventions, links of
//! social security, tables, terms of the journey; and a form for whoever may enter a later version.

use super::cells::{country, word_key};
use super::parts::{Cell, Form, Input, Sheet, Table, mendable};
use super::sent::Sent;
use super::shell::Page;
use super::{Answer, see};
use crate::app::law::{self, Enter, EntryKind, Import};
use crate::error::{AppError, FieldError};
use crate::formats;
use crate::web::extract::PathId;
use crate::web::problem::field_message;
use passerelle_domain::access::{Action, Subject, permit};

/// `GET /ui/law-tables`
pub async fn show(page: Page) -> Answer {
    sheet(&page, &[], &Sent::default()).await?.answer()
}

async fn sheet(page: &Page, errors: &[FieldError], sent: &Sent) -> Result<Sheet, AppError> {
    let t = page.locale;
    let law = law::read(&page.ctx()).await?;
    let reference = &law.reference;
    let from = |day| Cell::text(formats::date(t, day));
    let procedures = reference.procedures.iter().map(|entry| {
        let place = entry.subdivision.clone().unwrap_or_else(|| country(t, entry.country.as_str()));
        let fee = [&entry.fee, &entry.fee_max].into_iter().flatten().map(ToString::to_string).collect::<Vec<_>>().join(" – ");
        let occupations = if entry.isco.is_empty() { t.get("list-all") } else { entry.isco.clone() };
        vec![
            Cell::text(place),
            Cell::text(occupations),
            Cell::text(entry.authority.clone()),
            Cell::text(entry.papers.join(", ")),
            Cell::text(t.with1("recognition-months", "count", entry.procedure.limit_months)),
            Cell::text(fee),
            from(entry.valid_from),
            Cell::text(entry.source.clone()),
        ]
    });
    let conventions = reference.conventions.iter().map(|row| {
        vec![
            Cell::text(country(t, row.country.as_str())),
            Cell::text(row.instrument.clone()),
            Cell::text(t.get(&word_key("convention", row.standing.as_str()))),
            row.since.map_or_else(|| Cell::text(String::new()), from),
            Cell::text(row.source.clone()),
        ]
    });
    let links = reference.social_security.iter().map(|row| {
        let between = row.between.iter().map(|code| country(t, code.as_str())).collect::<Vec<_>>().join(" – ");
        vec![
            Cell::text(between),
            Cell::text(t.get(&word_key("agreement-link", row.agreement.as_str()))),
            row.since.map_or_else(|| Cell::text(String::new()), from),
            Cell::text(row.source.clone()),
        ]
    });
    let tables = reference.tables.iter().map(|row| {
        vec![
            Cell::text(row.table.clone()),
            Cell::text(row.country.map_or_else(|| t.get("list-all"), |code| country(t, code.as_str()))),
            Cell::text(if row.isco.is_empty() { t.get("list-all") } else { row.isco.clone() }),
            Cell::text(row.value.to_string()),
            from(row.valid_from),
            Cell::text(row.source.clone()),
        ]
    });
    let rates = reference.exchange_rates.iter().map(|row| {
        let pair = format!("{} – {}", row.from, row.to);
        vec![Cell::text(pair), Cell::number(row.rate.to_string()), from(row.valid_from), Cell::text(row.source.clone())]
    });
    let table = |heading: &str, columns: &[&str], rows: Vec<Vec<Cell>>| Table {
        heading: t.get(heading),
        columns: columns.iter().map(|key| t.get(key)).collect(),
        rows,
        empty: t.get("list-empty"),
    };
    let mut sheet = Sheet::new(page.shell("law-tables-title"))
        .crumb("/ui/rules", t.get("rules-title"))
        .lead(t.get("law-tables-lead"))
        .table(table(
            "law-procedures",
            &[
                "field-country",
                "field-occupation",
                "field-authority",
                "recognition-papers",
                "recognition-limit",
                "recognition-fee",
                "field-valid-from",
                "rules-source",
            ],
            procedures.collect(),
        ))
        .table(table(
            "law-conventions",
            &["field-country", "law-instrument", "field-status", "field-since", "rules-source"],
            conventions.collect(),
        ))
        .table(table("law-rates", &["law-between", "law-rate", "field-valid-from", "rules-source"], rates.collect()))
        .table(table("law-links", &["law-between", "field-status", "field-since", "rules-source"], links.collect()))
        .table(table(
            "law-rows",
            &["field-name", "field-country", "field-occupation", "rules-values", "field-valid-from", "rules-source"],
            tables.collect(),
        ));
    if permit(&page.actor, Action::Create, Subject::Law).is_ok() {
        let kinds = EntryKind::ALL
            .iter()
            .filter(|kind| **kind != EntryKind::Rule)
            .map(|kind| (kind.to_string(), t.get(&word_key("law-entry", kind.as_str()))));
        let form = Form::new("/ui/law-tables", t.get("law-enter"))
            .heading(t.get("law-enter"))
            .input(Input::new("select", "kind", t.get("law-kind")).options(kinds.collect()).required())
            .input(Input::new("textarea", "document", t.get("law-document")).hint(t.get("law-document-hint")).required());
        let about_one = errors.iter().any(|error| error.field == "kind") || sent.some("entries").is_none();
        let (one, many) = if about_one { (errors, &[][..]) } else { (&[][..], errors) };
        sheet = sheet.form(form.refused(t, one, |name| sent.some(name)));
        let form = Form::new("/ui/law-imports", t.get("bulk-preview"))
            .heading(t.get("law-import"))
            .input(Input::new("textarea", "entries", t.get("law-import-entries")).hint(t.get("law-import-hint")).required());
        sheet = sheet.form(form.refused(t, many, |name| sent.some(name)));
        sheet = sheet.table(entered(page).await?);
    }
    Ok(sheet)
}

/// What has been entered, with a button to withdraw it.
async fn entered(page: &Page) -> Result<Table, AppError> {
    let t = page.locale;
    let rows = law::batches(&page.ctx()).await?.into_iter().map(|batch| {
        let last = match batch.withdrawn_at_ms {
            None => Cell::button(format!("/ui/law-imports/{}/withdrawal", batch.id), t.get("law-withdraw")),
            Some(ms) => Cell::text(t.with1("law-withdrawn", "date", formats::moment_ms(t, ms))),
        };
        vec![
            Cell::text(formats::moment_ms(t, batch.at_ms)),
            Cell::text(batch.keys.join(" · ")),
            Cell::number(formats::count(t, batch.entries)),
            last,
        ]
    });
    let columns = ["access-when", "law-document", "retention-rows", "action"].map(|key| t.get(key)).into();
    Ok(Table { heading: t.get("law-entered"), columns, rows: rows.collect(), empty: t.get("list-empty") })
}

/// `POST /ui/law-imports`: first what each line would do, then the lines.
pub async fn import(page: Page, sent: Sent) -> Answer {
    sent.guard(&page)?;
    permit(&page.actor, Action::Create, Subject::Law)?;
    let apply = sent.get("form_stage") == "apply";
    let read = serde_saphyr::from_str::<Vec<Enter>>(sent.raw("entries"))
        .map_err(|error| AppError::invalid("entries", "document", error.without_snippet().to_string()));
    let done = match read {
        Ok(entries) => law::import(&page.ctx(), &Import { entries }, !apply).await,
        Err(error) => Err(error),
    };
    let (id, lines) = match done {
        Ok(done) => done,
        Err(error) => return sheet(&page, &mendable(error)?, &sent).await?.answer(),
    };
    if id.is_some() {
        return Ok(see("/ui/law-tables?notice=saved"));
    }
    let t = page.locale;
    let fine = lines.iter().all(|line| line.refused.is_empty());
    let rows = lines.iter().map(|line| {
        let outcome = if line.refused.is_empty() { ("bulk-will-change", "pass") } else { ("law-line-refused", "block") };
        let why: Vec<String> = line.refused.iter().map(|error| format!("{}: {}", error.field, field_message(t, error))).collect();
        vec![
            Cell::text(t.get(&word_key("law-entry", line.kind.as_str()))),
            Cell::text(line.key.clone()),
            Cell::number(if line.version > 0 { line.version.to_string() } else { String::new() }),
            Cell::text(line.before.as_ref().map(differences(&line.after)).unwrap_or_default()),
            Cell::tag(t.get(outcome.0), outcome.1),
            Cell::text(why.join(" · ")),
        ]
    });
    let columns = ["law-kind", "law-document", "rules-version", "law-changes", "field-status", "bulk-why"].map(|key| t.get(key)).into();
    let mut sheet = Sheet::new(page.shell("law-import"))
        .crumb("/ui/law-tables", t.get("law-tables-title"))
        .lead(t.get("law-nothing-yet"))
        .table(Table { heading: String::new(), columns, rows: rows.collect(), empty: t.get("list-empty") });
    if fine {
        let form = Form::new("/ui/law-imports", t.get("law-import-apply"));
        sheet = sheet.form(form.hidden("entries", sent.raw("entries")).hidden("form_stage", "apply"));
    }
    sheet.answer()
}

/// The top fields in which a version differs from the one before it: `old → new`.
fn differences(after: &serde_json::Value) -> impl Fn(&serde_json::Value) -> String + '_ {
    move |before| {
        let (Some(old), Some(new)) = (before.as_object(), after.as_object()) else { return String::new() };
        let names: std::collections::BTreeSet<&String> = old.keys().chain(new.keys()).collect();
        let changed = names.into_iter().filter(|name| old.get(*name) != new.get(*name));
        let said = |value: Option<&serde_json::Value>| value.map_or_else(|| "—".to_owned(), ToString::to_string);
        changed.map(|name| format!("{name}: {} → {}", said(old.get(name)), said(new.get(name)))).collect::<Vec<_>>().join("; ")
    }
}

/// `POST /ui/law-imports/{id}/withdrawal`
pub async fn withdraw(page: Page, PathId(id): PathId, sent: Sent) -> Answer {
    sent.guard(&page)?;
    permit(&page.actor, Action::Create, Subject::Law)?;
    law::withdraw(&page.ctx(), id).await?;
    Ok(see("/ui/law-tables?notice=undone"))
}

/// `POST /ui/law-tables`
pub async fn enter(page: Page, sent: Sent) -> Answer {
    sent.guard(&page)?;
    permit(&page.actor, Action::Create, Subject::Law)?;
    let read = || {
        let kind = EntryKind::parse(sent.get("kind")).map_err(|error| AppError::Invalid(vec![FieldError::of("kind", &error)]))?;
        let document: serde_json::Value = serde_saphyr::from_str(sent.raw("document"))
            .map_err(|error| AppError::invalid("document", "document", error.without_snippet().to_string()))?;
        Ok(Enter { kind, document })
    };
    let done = match read() {
        Ok(entry) => law::enter(&page.ctx(), &entry).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(_) => Ok(see("/ui/law-tables?notice=saved")),
        Err(error) => sheet(&page, &mendable(error)?, &sent).await?.answer(),
    }
}
