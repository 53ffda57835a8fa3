//! The register of those who are ready and have not left.

use super::cells::{Names, country, word_key};
use super::parts::{Cell, Part, Sheet, Table};
use super::shell::Page;
use super::{Answer, contingency};
use crate::app::contingency::register::{self, ALERT_DAYS, Ready};
use crate::formats;
use crate::web::csv_export;
use passerelle_domain::access::{Action, Subject, permit};
use std::collections::BTreeMap;

/// People that one page lists.
const SHOWN: usize = 500;
/// Ages of a wait, the youngest first.
const AGES: [&str; 5] = ["month", "quarter", "half_year", "year", "longer"];

/// `GET /ui/ready-register`
pub async fn show(page: Page) -> Answer {
    permit(&page.actor, Action::List, Subject::ContingencyCase)?;
    let (ctx, t) = (page.ctx(), page.locale);
    let found = register::of(&ctx).await?;
    let names = Names::of(&ctx, "trainees", found.people.iter().take(SHOWN).map(|one| one.trainee)).await?;
    let mut sheet = Sheet::new(page.shell("ready-title")).lead(t.with1("ready-lead", "days", ALERT_DAYS));
    if permit(&page.actor, Action::Export, Subject::ContingencyCase).is_ok() {
        sheet = sheet.action("/ui/ready-register.csv", t.get("action-csv"));
    }
    let alerts = found.people.iter().filter(|one| one.alert).count();
    let count = |count: usize| Cell::number(formats::count(t, count));
    sheet = sheet.part(Part::Facts {
        heading: String::new(),
        facts: vec![(t.get("ready-people"), count(found.people.len())), (t.get("ready-alerts"), count(alerts))],
    });
    if found.more || found.people.len() > SHOWN {
        sheet = sheet.part(Part::Notice { text: t.get("ready-more"), kind: "warn" });
    }
    let rows = found.people.iter().take(SHOWN).map(|one| cells(&page, one, &names)).collect();
    sheet = sheet.table(Table { heading: t.get("ready-list"), columns: columns(&page), rows, empty: t.get("list-empty") });
    // What is spent on whom is for those who read agreements.
    if permit(&page.actor, Action::List, Subject::Agreement).is_ok() {
        let rows: Vec<Vec<Cell>> = found
            .ageing
            .iter()
            .flat_map(|(payer, by_currency)| by_currency.iter().map(move |(currency, by_age)| (payer, currency, by_age)))
            .map(|(payer, currency, by_age)| {
                let payer = Cell::text(t.get(&word_key("party", payer)));
                let of = |age: &str| {
                    let minor = by_age.get(age).copied().unwrap_or(0);
                    Cell::number(contingency::amounts(t, &BTreeMap::from([(currency.clone(), minor)])))
                };
                std::iter::once(payer).chain(AGES.map(of)).collect()
            })
            .collect();
        let columns = std::iter::once(t.get("field-payer")).chain(AGES.map(|age| t.get(&word_key("ready-age", age)))).collect();
        sheet = sheet.table(Table { heading: t.get("ready-ageing"), columns, rows, empty: t.get("list-empty") });
    }
    sheet.answer()
}

fn columns(page: &Page) -> Vec<String> {
    [
        "record-trainees",
        "field-state",
        "ready-waiting",
        "ready-readiness",
        "field-horizon-on",
        "ready-home-posts",
        "ready-refresher",
        "record-contingency-cases",
    ]
    .map(|key| page.locale.get(key))
    .into()
}

fn cells(page: &Page, one: &Ready, names: &Names) -> Vec<Cell> {
    let t = page.locale;
    let gate = t.get(&word_key("journey-state", one.gate.as_str()));
    let place = one.destination.as_ref().map(|code| format!(" · {}", country(t, code))).unwrap_or_default();
    let lapse = one.first_lapse.map_or_else(
        || "—".to_owned(),
        |day| match &one.lapsing_paper {
            Some(paper) => format!("{} ({paper})", formats::date(t, day)),
            None => formats::date(t, day),
        },
    );
    let case =
        one.case.map_or_else(|| Cell::text("—"), |id| Cell::link(t.get("record-contingency-cases"), format!("/ui/contingency-cases/{id}")));
    vec![
        Cell::link(names.name(one.trainee), format!("/ui/journeys/{}", one.journey)),
        Cell::text(format!("{gate}{place}")),
        Cell::number(t.with1("ready-days", "days", formats::number(t, one.waiting_days))),
        Cell::number(t.with1("ready-percent", "percent", formats::count(t, one.readiness))),
        if one.alert { Cell::tag(lapse, "warn") } else { Cell::text(lapse) },
        Cell::number(formats::count(t, one.home_posts)),
        refresher(page, one),
        case,
    ]
}

/// That she has a place in a course, or how many are free, to be given by whoever may.
fn refresher(page: &Page, one: &Ready) -> Cell {
    let t = page.locale;
    if one.refreshes {
        return Cell::link(t.get("ready-refresher-has"), format!("/ui/refresher-places?trainee_id={}", one.trainee));
    }
    let free = t.with1("ready-refresher-give", "count", formats::count(t, one.refresher_places));
    let gives = one.refresher_places > 0 && permit(&page.actor, Action::Create, Subject::TrainingRecord).is_ok();
    if gives { Cell::link(free, format!("/ui/refresher-places/new?trainee_id={}", one.trainee)) } else { Cell::text(free) }
}

/// `GET /ui/ready-register.csv`
pub async fn file(page: Page) -> Answer {
    permit(&page.actor, Action::Export, Subject::ContingencyCase)?;
    let ctx = page.ctx();
    let found = register::of(&ctx).await?;
    let names = Names::of(&ctx, "trainees", found.people.iter().map(|one| one.trainee)).await?;
    let rows: Vec<Vec<String>> = found
        .people
        .iter()
        .map(|one| {
            vec![
                names.name(one.trainee),
                one.gate.to_string(),
                one.waiting_days.to_string(),
                one.readiness.to_string(),
                one.first_lapse.map(|day| day.to_string()).unwrap_or_default(),
                one.home_posts.to_string(),
                if one.refreshes { "x".into() } else { one.refresher_places.to_string() },
                one.case.map(|id| id.to_string()).unwrap_or_default(),
            ]
        })
        .collect();
    csv_export::table("ready-register", &columns(&page), &rows)
}
