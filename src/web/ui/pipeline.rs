//! Who could be at work, and when, as a page.

use super::cells::country;
use super::parts::{Cell, Input, Part, Question, Sheet, Table};
use super::shell::Page;
use super::{Answer, charts};
use crate::app::pipeline::{self, Pipeline};
use crate::error::AppError;
use crate::formats;
use crate::i18n::Locale;
use crate::web::csv_export;
use crate::web::extract::Params;
use crate::web::problem::field_message;
use passerelle_engine::pipeline::{HORIZONS, Row};

fn columns(t: Locale) -> Vec<String> {
    let horizons = HORIZONS.iter().map(|months| match months {
        0 => t.get("pipeline-now"),
        months => t.with1("pipeline-within", "months", months),
    });
    std::iter::once(t.get("field-occupation")).chain(horizons).collect()
}

/// People, and those of them who are expected to arrive.
fn cells(t: Locale, row: &Row) -> Vec<Cell> {
    let told = row.by.iter().map(|by| match (by.people, by.expected) {
        (Some(people), Some(expected)) => {
            let told =
                [("people".to_owned(), formats::number(t, people.into())), ("expected".to_owned(), formats::number(t, expected.into()))];
            Cell::text(t.with("pipeline-cell", &told.into()))
        }
        _ => Cell::text(t.get("pipeline-few")),
    });
    std::iter::once(Cell::text(row.occupation.clone())).chain(told).collect()
}

/// `GET /ui/pipeline`
pub async fn show(page: Page, Params(params): Params) -> Answer {
    let t = page.locale;
    let (asked, refused) = match pipeline::destination(params.get("destination")) {
        Ok(asked) => (asked, None),
        Err(AppError::Invalid(errors)) => (None, errors.first().map(|error| field_message(t, error))),
        Err(other) => return Err(other),
    };
    let made = pipeline::of(&page.ctx(), asked).await?;
    let chosen = made.destination.map(|code| code.to_string()).unwrap_or_default();
    let options = made.destinations.iter().map(|code| (code.to_string(), country(t, code.as_str())));
    let mut input = Input::new("select", "destination", t.get("field-destination")).options(options.collect()).value(chosen.clone());
    input.error = refused;
    let question = Question { action: "/ui/pipeline".into(), inputs: vec![input], submit: t.get("pipeline-show") };
    let mut sheet = Sheet::new(page.shell("pipeline-title"))
        .lead(t.get("pipeline-lead"))
        .action(format!("/ui/pipeline.csv?destination={chosen}"), t.get("action-csv"))
        .part(Part::Question(Box::new(question)));
    if let Some(picture) = picture(t, &made) {
        sheet = sheet.part(picture);
    }
    let rows = made.rows.iter().map(|row| cells(t, row)).collect();
    let heading = t.with1("pipeline-towards", "country", country(t, &chosen));
    sheet = sheet.table(Table { heading, columns: columns(t), rows, empty: t.get("pipeline-none") });
    sheet.part(Part::Facts { heading: String::new(), facts: vec![(t.get("field-pathway"), Cell::text(made.pathways.join(", ")))] }).answer()
}

/// Those who could be at work within the longest horizon.
fn picture(t: Locale, made: &Pipeline) -> Option<Part> {
    let bars: Vec<(String, u64)> =
        made.rows.iter().filter_map(|row| Some((row.occupation.clone(), u64::from(row.by.last()?.people?)))).collect();
    if bars.is_empty() {
        return None;
    }
    let heading = columns(t).pop().unwrap_or_default();
    let rows = bars.iter().map(|(label, people)| vec![label.clone(), people.to_string()]).collect();
    Some(Part::Picture { svg: charts::bars(&heading, &bars), columns: vec![t.get("field-occupation"), heading.clone()], heading, rows })
}

/// `GET /ui/pipeline.csv`
pub async fn file(page: Page, Params(params): Params) -> Answer {
    let t = page.locale;
    let made = pipeline::of(&page.ctx(), pipeline::destination(params.get("destination"))?).await?;
    let rows: Vec<Vec<String>> = made.rows.iter().map(|row| cells(t, row).into_iter().map(|cell| cell.text).collect()).collect();
    csv_export::table("pipeline", &columns(t), &rows)
}
