//! What the law says of a need, and demand that no pathway serves, as pages.

use super::Answer;
use super::cells::{country, word_key, word_name};
use super::parts::{Cell, Part, Sheet, Table};
use super::shell::Page;
use crate::app::legality::{self, Unmet};
use crate::error::AppError;
use crate::formats;
use crate::i18n::Locale;
use crate::web::csv_export;
use passerelle_domain::matching::Reason;
use uuid::Uuid;

/// Which pathways a need can be filled through, on its page.
///
/// # Errors
/// When the need is not the reader's.
pub async fn panel(page: &Page, id: Uuid, at_home: bool) -> Result<Vec<Part>, AppError> {
    if at_home {
        return Ok(vec![]);
    }
    let t = page.locale;
    let ways = legality::of_need(&page.ctx(), id).await?;
    let usable = ways.iter().any(|way| way.usable);
    let rows = ways.iter().map(|way| {
        let verdict = if way.usable { "pass" } else { "block" };
        let join = |said: &dyn Fn(&Reason) -> String| way.reasons.iter().map(said).collect::<Vec<_>>().join(" ");
        let pack = way.pathway.split('/').next().unwrap_or_default();
        vec![
            Cell::link(way.pathway.clone(), format!("/ui/corridors/{pack}")),
            Cell::tag(word_name(t, verdict), verdict),
            Cell::text(join(&|reason| t.why(reason))),
            Cell::text(join(&|reason| t.fix(reason))),
        ]
    });
    let columns = ["field-pathway", "field-status", "legality-why", "legality-fix"].map(|key| t.get(key)).into();
    let table = Table { heading: t.get("legality-title"), columns, rows: rows.collect(), empty: t.get("legality-none") };
    let mut parts = vec![Part::Table(table)];
    if !usable {
        parts.push(Part::Notice { text: t.get("legality-unmet"), kind: "warn" });
    }
    Ok(parts)
}

fn columns(t: Locale) -> Vec<String> {
    ["field-country", "field-occupation", "unmet-needs", "field-positions", "legality-why"].map(|key| t.get(key)).into()
}

fn cells(t: Locale, line: &Unmet) -> Vec<Cell> {
    let number = |count: u64| Cell::number(formats::count(t, count));
    let reasons = line.reasons.iter().map(|(code, count)| format!("{} ({count})", t.get(&word_key("reason-name", code.as_str()))));
    let why = if line.reasons.is_empty() { t.get("legality-none") } else { reasons.collect::<Vec<_>>().join(" · ") };
    let needs = u64::try_from(line.needs).unwrap_or(u64::MAX);
    vec![Cell::text(country(t, &line.country)), Cell::text(line.occupation.clone()), number(needs), number(line.positions), Cell::text(why)]
}

/// `GET /ui/unmet-demand`
pub async fn unmet(page: Page) -> Answer {
    let t = page.locale;
    let report = legality::unmet(&page.ctx()).await?;
    let rows = report.unmet.iter().map(|line| cells(t, line)).collect();
    let looked_at = i64::try_from(report.looked_at).unwrap_or(i64::MAX);
    let mut sheet = Sheet::new(page.shell("unmet-title"))
        .lead(t.get("unmet-lead"))
        .action("/ui/unmet-demand.csv", t.get("action-csv"))
        .part(Part::Facts { heading: String::new(), facts: vec![(t.get("unmet-looked-at"), Cell::number(formats::number(t, looked_at)))] })
        .table(Table { heading: t.get("unmet-lines"), columns: columns(t), rows, empty: t.get("unmet-none") });
    if report.more {
        sheet = sheet.part(Part::Notice { text: t.get("unmet-more"), kind: "warn" });
    }
    sheet.answer()
}

/// `GET /ui/unmet-demand.csv`
pub async fn file(page: Page) -> Answer {
    let t = page.locale;
    let report = legality::unmet(&page.ctx()).await?;
    let rows: Vec<Vec<String>> = report.unmet.iter().map(|line| cells(t, line).into_iter().map(|cell| cell.text).collect()).collect();
    csv_export::table("unmet-demand", &columns(t), &rows)
}
