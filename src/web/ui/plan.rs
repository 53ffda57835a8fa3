//! Ways through a published pathway, with dates and a forecast.

use super::parts::{Cell, Input, Part, Question, Sheet, Table};
use super::shell::Page;
use super::{Answer, charts};
use crate::app::{corridors, pathways};
use crate::error::AppError;
use crate::formats;
use crate::web::extract::Params;
use actix_web::web;
/// `GET /ui/corridors/{pack}/plan`: ways through a published pathway for somebody who holds some
/// papers already, with dates and a forecast. A question in the address, so that it can be shared.
pub async fn show(page: Page, pack: web::Path<String>, Params(asked): Params) -> Answer {
    let t = page.locale;
    let ctx = page.ctx();
    let published = corridors::get(&ctx, &pack).await?;
    let name = published.name.in_language(t.code()).to_owned();
    let given = |field: &str| asked.get(field).map(|value| value.trim().to_owned()).unwrap_or_default();
    let date = |field: &str| formats::read_date(&given(field)).parse::<chrono::NaiveDate>().ok();
    let held = given("held").split([',', ' ']).filter(|part| !part.is_empty()).map(str::to_owned).collect();
    let ask = pathways::Ask { held, start: date("start"), ready_by: date("ready_by"), ..pathways::Ask::default() };
    let papers: std::collections::BTreeSet<&str> =
        published.steps.iter().flat_map(|step| step.gives.iter().map(|paper| paper.paper.as_str())).collect();
    let start = ask.start.unwrap_or_else(|| ctx.now.date());
    let form = Question {
        action: format!("/ui/corridors/{}/plan", published.id),
        inputs: vec![
            Input::new("text", "held", t.get("plan-held"))
                .hint(t.with1("plan-held-hint", "papers", papers.into_iter().collect::<Vec<_>>().join(", ")))
                .value(given("held")),
            Input::new("text", "start", t.get("plan-start")).hint(t.get("hint-kind-date")).value(start.to_string()),
            Input::new("text", "ready_by", t.get("plan-ready-by")).hint(t.get("hint-kind-date")).value(given("ready_by")),
        ],
        submit: t.get("plan-ask"),
    };
    let mut sheet = Sheet::new(page.shell_titled(t.with1("plan-title", "name", &name)))
        .crumb(format!("/ui/corridors/{}", published.id), name)
        .lead(t.get("plan-lead"))
        .part(Part::Question(Box::new(form)));
    let answer = match pathways::plan_published(&ctx, &pack, &ask).await {
        Ok(answer) => answer,
        Err(AppError::Conflict(_)) => {
            return sheet.part(Part::Notice { text: t.get("plan-no-way"), kind: "warn" }).answer();
        }
        Err(other) => return Err(other),
    };
    let label =
        |id: &str| published.steps.iter().find(|step| step.id == id).map_or_else(|| id.to_owned(), |step| charts::step_name(t, step));
    let percent = |share: f64| t.with1("plan-percent", "percent", (share * 100.0).round() as i64);
    for (at, way) in answer.routes.iter().enumerate() {
        let money = way.route.employer_cost.iter().map(|money| formats::money(t, *money)).collect::<Vec<_>>().join(", ");
        let on = |days: Option<u32>| {
            days.and_then(|days| start.checked_add_days(chrono::Days::new(days.into())))
                .map(|day| formats::date(t, day))
                .unwrap_or_default()
        };
        let mut facts = vec![
            (t.get("plan-typical"), Cell::text(formats::date(t, way.schedule.ready))),
            (t.get("plan-cost"), Cell::text(if money.is_empty() { "—".into() } else { money })),
        ];
        if let Some(forecast) = &way.forecast {
            facts.push((t.get("plan-arrives"), Cell::text(percent(forecast.chance))));
            facts.push((t.get("plan-spread"), Cell::text(format!("{} – {} – {}", on(forecast.p10), on(forecast.p50), on(forecast.p90)))));
            let lost = forecast.lost.at_step.iter().max_by_key(|(_, count)| **count).map(|(id, _)| label(id));
            facts.push((t.get("plan-lost"), Cell::text(lost.unwrap_or_else(|| "—".into()))));
        }
        if let Some(chance) = way.ready_by_chance {
            facts.push((t.get("plan-in-time"), Cell::text(percent(chance))));
        }
        if !way.route.skipped.is_empty() {
            facts.push((t.get("plan-skipped"), Cell::text(way.route.skipped.iter().map(|id| label(id)).collect::<Vec<_>>().join(", "))));
        }
        sheet = sheet.part(Part::Facts { heading: t.with1("plan-way", "number", at + 1), facts });
        let rows = way.schedule.steps.iter().map(|planned| {
            let due = planned.due.as_ref().map(|due| formats::date(t, due.on)).unwrap_or_default();
            vec![
                Cell::text(label(&planned.step)),
                Cell::text(formats::date(t, planned.start)),
                Cell::text(formats::date(t, planned.end)),
                if planned.critical {
                    Cell::tag(t.get("plan-critical"), "warn")
                } else {
                    Cell::number(t.with1("days", "count", planned.slack_days))
                },
                Cell::text(due),
            ]
        });
        let columns = ["step-name", "plan-from", "plan-to", "plan-slack", "plan-due"].map(|key| t.get(key)).into();
        sheet = sheet.table(Table { heading: String::new(), columns, rows: rows.collect(), empty: t.get("plan-nothing-left") });
    }
    sheet.answer()
}
