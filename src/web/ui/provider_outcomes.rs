//! How institutes fare, with what they say to it, as a page.

use super::Answer;
use super::parts::{Cell, Part, Sheet, Table};
use super::shell::Page;
use crate::app::provider_outcomes::{self, LEAST, Outcome, Outcomes, Share};
use crate::formats;
use crate::i18n::Locale;
use crate::web::csv_export;
use crate::web::extract::{Params, id_in};
use passerelle_domain::access::{Action, Subject, permit};
use uuid::Uuid;

fn share(t: Locale, share: Option<Share>) -> Cell {
    let Some((share, percent)) = share.and_then(|share| Some((share, share.percent()?))) else {
        return Cell::text(t.with1("outcomes-few", "least", LEAST));
    };
    let told = [("percent", percent), ("reached", share.reached), ("of", share.of)];
    Cell::number(t.with_all("outcomes-share", told.map(|(name, number)| (name, formats::count(t, number)))))
}

fn columns(t: Locale) -> Vec<String> {
    ["field-programme-id", "field-year", "outcomes-completion", "outcomes-recognition", "outcomes-placement", "outcomes-retention"]
        .map(|key| t.get(key))
        .into()
}

fn cells(t: Locale, one: &Outcome) -> Vec<Cell> {
    vec![
        Cell::text(one.programme_name.clone()),
        Cell::text(one.year.to_string()),
        share(t, one.completion),
        share(t, one.recognition),
        share(t, one.placement),
        share(t, one.retention),
    ]
}

/// `GET /ui/provider-outcomes`
pub async fn show(page: Page, Params(params): Params) -> Answer {
    let t = page.locale;
    let institute = id_in(&params, "institute")?;
    let found = provider_outcomes::of(&page.ctx(), institute).await?;
    let query = institute.map(|id| format!("?institute={id}")).unwrap_or_default();
    let mut sheet = Sheet::new(page.shell("outcomes-title")).lead(t.with1("outcomes-lead", "least", LEAST));
    if institute.is_some() {
        sheet = sheet.crumb("/ui/provider-outcomes", t.get("outcomes-title"));
    }
    if permit(&page.actor, Action::Create, Subject::ProviderOutcome).is_ok() {
        sheet = sheet.action("/ui/provider-statements/new", t.get("new-provider-statements"));
    }
    if permit(&page.actor, Action::Export, Subject::ProviderOutcome).is_ok() {
        sheet = sheet.action(format!("/ui/provider-outcomes.csv{query}"), t.get("action-csv"));
    }
    for (id, name) in institutes(&found) {
        let rows = found.outcomes.iter().filter(|one| one.institute == id).map(|one| cells(t, one)).collect();
        sheet = sheet.table(Table { heading: name, columns: columns(t), rows, empty: String::new() });
        let said = found.statements.iter().filter(|said| said.institute == id).map(|said| {
            let head = format!("{} · {}", said.year, said.language);
            vec![Cell::text(head), Cell::text(said.text.clone())]
        });
        let rows: Vec<Vec<Cell>> = said.collect();
        if !rows.is_empty() {
            let columns = vec![t.get("field-year"), t.get("field-statement")];
            sheet = sheet.table(Table { heading: t.get("outcomes-reply"), columns, rows, empty: String::new() });
        }
    }
    if found.outcomes.is_empty() {
        sheet = sheet.part(Part::Notice { text: t.get("outcomes-none"), kind: "warn" });
    }
    sheet.answer()
}

/// Institutes in the order of their names, each once.
fn institutes(found: &Outcomes) -> Vec<(Uuid, String)> {
    let mut names: Vec<(Uuid, String)> = found.outcomes.iter().map(|one| (one.institute, one.institute_name.clone())).collect();
    names.dedup();
    names
}

/// `GET /ui/provider-outcomes.csv`
pub async fn file(page: Page, Params(params): Params) -> Answer {
    let t = page.locale;
    permit(&page.actor, Action::Export, Subject::ProviderOutcome)?;
    let found = provider_outcomes::of(&page.ctx(), id_in(&params, "institute")?).await?;
    let head: Vec<String> = std::iter::once(t.get("field-institute-id")).chain(columns(t)).collect();
    let rows: Vec<Vec<String>> = found
        .outcomes
        .iter()
        .map(|one| std::iter::once(one.institute_name.clone()).chain(cells(t, one).into_iter().map(|cell| cell.text)).collect())
        .collect();
    csv_export::table("provider-outcomes", &head, &rows)
}
