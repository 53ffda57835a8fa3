//! What a programme teaches against what its occupation asks, on the programme's page.

use super::parts::{Cell, Part, Table};
use super::shell::Page;
use crate::app::taught::{self, Covered};
use crate::error::AppError;
use crate::formats;
use uuid::Uuid;

/// Missing skills that the page names.
const NAMED: usize = 12;

/// Red and green at design time, occupation by occupation, and what the nearest one still lacks.
///
/// # Errors
/// When the programme is not the actor's to read.
pub async fn parts(page: &Page, id: Uuid) -> Result<Vec<Part>, AppError> {
    let t = page.locale;
    let covered = taught::of_programme(&page.ctx(), id).await?;
    let Some(nearest) = covered.first() else { return Ok(vec![]) };
    let index = page.state.concepts.ready(&page.state.store).await?;
    let label = |uri: &str| index.label(uri, t.code()).unwrap_or(uri).to_owned();
    let number = |count: usize| formats::count(t, count);
    let row = |one: &Covered| {
        let kind = match (one.taught, one.taught * 2 >= one.essential) {
            (taught, _) if taught == one.essential => "pass",
            (_, true) => "warn",
            (_, false) => "block",
        };
        vec![Cell::text(label(&one.occupation)), Cell::tag(format!("{} / {}", number(one.taught), number(one.essential)), kind)]
    };
    let columns = ["field-occupation", "taught-essential"].map(|key| t.get(key)).into();
    let rows = covered.iter().map(row).collect();
    let mut parts = vec![Part::Table(Table { heading: t.get("taught-title"), columns, rows, empty: String::new() })];
    if !nearest.missing.is_empty() {
        let missing: Vec<String> = nearest.missing.iter().take(NAMED).map(|uri| label(uri)).collect();
        let more = nearest.missing.len().saturating_sub(NAMED);
        let rest = if more > 0 { t.with1("taught-more", "count", more) } else { String::new() };
        let heading = t.with1("taught-missing", "occupation", label(&nearest.occupation));
        parts.push(Part::Text {
            heading,
            paragraphs: vec![missing.join(" · "), rest].into_iter().filter(|text| !text.is_empty()).collect(),
        });
    }
    Ok(parts)
}
