//! Seats planned from demand, with the formula and its figures on the page.

use super::parts::{Cell, Input, Part, Question, Sheet, Table};
use super::shell::Page;
use super::{Answer, charts};
use crate::app::seats;
use crate::error::AppError;
use crate::formats;
use crate::i18n::Locale;
use crate::web::csv_export;
use crate::web::extract::Params;
use crate::web::problem::field_message;
use passerelle_engine::seats::{Line, SeatPlan, Spare};
use std::collections::BTreeMap;

/// Lines that the picture shows.
const DRAWN: usize = 20;

fn share(params: &BTreeMap<String, String>) -> Result<u32, AppError> {
    let text = params.get("unpledged_percent").map(|text| text.trim()).filter(|text| !text.is_empty());
    text.map_or(Ok(0), |text| formats::latin_digits(text).parse())
        .map_err(|_| AppError::invalid("unpledged_percent", "number", "is not a whole number"))
}

/// `GET /ui/seat-plan`
pub async fn show(page: Page, Params(params): Params) -> Answer {
    let t = page.locale;
    let mut input = Input::new("number", "unpledged_percent", t.get("seat-plan-unpledged"))
        .hint(t.get("seat-plan-unpledged-hint"))
        .value(params.get("unpledged_percent").cloned().unwrap_or_else(|| "0".into()));
    let made = match share(&params) {
        Ok(share) => seats::planned(&page.ctx(), share).await,
        Err(refused) => Err(refused),
    };
    let made = match made {
        Ok(made) => Some(made),
        Err(AppError::Invalid(errors)) => {
            input.error = errors.first().map(|error| field_message(t, error));
            None
        }
        Err(other) => return Err(other),
    };
    let question = Question { action: "/ui/seat-plan".into(), inputs: vec![input], submit: t.get("seat-plan-plan") };
    let mut sheet = Sheet::new(page.shell("seat-plan-title"))
        .lead(t.get("seat-plan-lead"))
        .part(Part::Text { heading: t.get("seat-plan-formula-title"), paragraphs: vec![t.get("seat-plan-formula")] })
        .part(Part::Question(Box::new(question)));
    let Some(made) = made else { return sheet.answer() };
    let query = params.get("unpledged_percent").map(|share| format!("?unpledged_percent={}", super::percent(share))).unwrap_or_default();
    sheet = sheet.action(format!("/ui/seat-plan.csv{query}"), t.get("action-csv"));
    let heading = t.get("seat-plan-needed");
    let bars: Vec<(String, u64)> =
        made.lines.iter().filter(|line| line.seats > 0).take(DRAWN).map(|line| (name(line), u64::from(line.seats))).collect();
    if !bars.is_empty() {
        let rows = bars.iter().map(|(label, seats)| vec![label.clone(), seats.to_string()]).collect();
        let columns = vec![t.get("seat-plan-line"), heading.clone()];
        sheet = sheet.part(Part::Picture { svg: charts::bars(&heading, &bars), heading, columns, rows });
    }
    let rows = made.lines.iter().map(|line| cells(t, line)).collect();
    sheet = sheet.table(Table { heading: t.get("seat-plan-lines"), columns: columns(t), rows, empty: t.get("seat-plan-none") });
    sheet.table(spare(t, &made)).answer()
}

fn name(line: &Line) -> String {
    format!("{} · {} · {}", line.occupation, line.destination, line.window)
}

fn columns(t: Locale) -> Vec<String> {
    let own =
        ["pledged", "wanted", "counted", "on-the-way", "completion", "recognition", "visa", "needed", "planned", "balance", "begin-by"];
    std::iter::once(t.get("seat-plan-line"))
        .chain(own.iter().map(|key| t.get(&format!("seat-plan-{key}"))))
        .chain([t.get("field-pathway")])
        .collect()
}

fn cells(t: Locale, line: &Line) -> Vec<Cell> {
    let number = |count: i64| Cell::number(formats::number(t, count));
    let decimal = |value: f64| Cell::number(format!("{value:.1}"));
    let percent = |value: Option<f64>| {
        Cell::number(value.map_or_else(|| "—".into(), |value| t.with1("plan-percent", "percent", (value * 100.0).round() as i64)))
    };
    let chances = line.chances;
    let balance = formats::number(t, line.balance);
    vec![
        Cell::text(name(line)),
        number(line.pledged.into()),
        number(line.wanted.into()),
        decimal(line.counted),
        decimal(line.on_the_way),
        percent(chances.map(|chances| chances.completion)),
        percent(chances.map(|chances| chances.recognition)),
        percent(chances.map(|chances| chances.visa)),
        number(line.seats.into()),
        number(line.planned.into()),
        if line.balance < 0 { Cell::tag(balance, "warn") } else { Cell::number(balance) },
        Cell::text(line.begin_by.map_or_else(|| "—".into(), |day| formats::date(t, day))),
        Cell::text(line.pathway.clone().unwrap_or_else(|| t.get("seat-plan-no-pathway"))),
    ]
}

fn spare(t: Locale, made: &SeatPlan) -> Table {
    let row = |spare: &Spare| {
        let seats = Cell::number(formats::number(t, spare.seats.into()));
        vec![Cell::link(spare.name.clone(), format!("/ui/cohorts/{}", spare.cohort)), Cell::text(spare.occupation.clone()), seats]
    };
    Table {
        heading: t.get("seat-plan-spare"),
        columns: vec![t.get("field-cohort-id"), t.get("field-occupation"), t.get("field-seats")],
        rows: made.spare.iter().map(row).collect(),
        empty: t.get("seat-plan-no-spare"),
    }
}

/// `GET /ui/seat-plan.csv`
pub async fn file(page: Page, Params(params): Params) -> Answer {
    let t = page.locale;
    let made = seats::planned(&page.ctx(), share(&params)?).await?;
    let rows: Vec<Vec<String>> = made.lines.iter().map(|line| cells(t, line).into_iter().map(|cell| cell.text).collect()).collect();
    csv_export::table("seat-plan", &columns(t), &rows)
}
