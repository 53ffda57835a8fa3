//! What rules look up and what runs beside them: procedures of recognition, conventions, links of
//! social security, tables, terms of the journey; and a form for whoever may enter a later version.

use super::cells::{country, word_key};
use super::parts::{Cell, Form, Input, Sheet, Table, mendable};
use super::sent::Sent;
use super::shell::Page;
use super::{Answer, see};
use crate::app::law::{self, Enter, EntryKind};
use crate::error::{AppError, FieldError};
use crate::formats;
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
        sheet = sheet.form(form.refused(t, errors, |name| sent.some(name)));
    }
    Ok(sheet)
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
