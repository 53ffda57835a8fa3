//! The sheet of an agreement for those who pay: budget against actual, and cost per outcome.

use crate::app::money::outcome_costs::{self, Payer, PerOutcome, Sheet as Costs};
use crate::formats;
use crate::i18n::Locale;
use crate::web::csv_export;
use crate::web::extract::PathId;
use crate::web::ui::Answer;
use crate::web::ui::cells::{Names, word_key};
use crate::web::ui::charts;
use crate::web::ui::parts::{Cell, Part, Sheet, Table};
use crate::web::ui::shell::Page;
use passerelle_domain::money::{Currency, Money};

const COLUMNS: [&str; 6] = ["field-payer", "costs-budget", "costs-places", "costs-left", "costs-reserve", "costs-lost"];

/// `GET /ui/agreements/{id}/costs`
pub async fn show(page: Page, PathId(id): PathId) -> Answer {
    let (ctx, t) = (page.ctx(), page.locale);
    let costs = outcome_costs::of(&ctx, id).await?;
    let title = Names::of(&ctx, "agreements", [id]).await?.name(id);
    let rows = costs.payers.iter().map(|one| payer(t, one).into_iter().enumerate().map(cell).collect()).collect();
    let outcomes = outcomes(t, &costs);
    let mut sheet = Sheet::new(page.shell("costs-title"))
        .crumb(format!("/ui/agreements/{id}"), title)
        .lead(t.get("costs-lead"))
        .action(format!("/ui/agreements/{id}/costs.csv"), t.get("action-csv"))
        .table(Table { heading: t.get("costs-payers"), columns: COLUMNS.map(|key| t.get(key)).into(), rows, empty: t.get("list-empty") })
        .part(Part::Picture {
            heading: t.get("costs-outcomes"),
            svg: charts::bars(&t.get("costs-outcomes"), &outcomes),
            columns: vec![t.get("costs-outcome"), t.get("costs-people")],
            rows: outcomes.iter().map(|(name, count)| vec![name.clone(), formats::count(t, *count)]).collect(),
        });
    let each = |one: &PerOutcome| {
        let money = |amount: Option<Money>| Cell::number(amount.map_or_else(|| "—".to_owned(), |amount| formats::money(t, amount)));
        vec![Cell::text(formats::money(t, one.paid)), money(one.per_certified), money(one.per_placed)]
    };
    sheet = sheet.table(Table {
        heading: t.get("costs-per-outcome"),
        columns: ["costs-paid", "costs-per-certified", "costs-per-placed"].map(|key| t.get(key)).into(),
        rows: costs.costs.iter().map(each).collect(),
        empty: t.get("costs-nothing-paid"),
    });
    sheet.answer()
}

fn cell((at, text): (usize, String)) -> Cell {
    if at == 0 { Cell::text(text) } else { Cell::number(text) }
}

fn payer(t: Locale, one: &Payer) -> Vec<String> {
    let money = |minor: i64, currency: Currency| formats::money(t, Money::new(minor, currency));
    let of = |minor: i64| money(minor, one.currency);
    vec![
        t.get(&word_key("account", one.account.as_str())),
        of(one.budget_minor),
        of(one.places_minor),
        of(one.budget_minor - one.places_minor),
        of(one.reserve_minor),
        of(one.lost_minor),
    ]
}

fn outcomes(t: Locale, costs: &Costs) -> Vec<(String, u64)> {
    let of = &costs.outcomes;
    [
        ("costs-enrolled", of.enrolled),
        ("costs-certified", of.certified),
        ("costs-departed", of.departed),
        ("costs-placed", of.placed),
        ("costs-home-placed", of.home_placed),
        ("costs-unplaced", of.unplaced),
    ]
    .into_iter()
    .map(|(key, count)| (t.get(key), count))
    .collect()
}

/// `GET /ui/agreements/{id}/costs.csv`
pub async fn file(page: Page, PathId(id): PathId) -> Answer {
    let (ctx, t) = (page.ctx(), page.locale);
    let costs = outcome_costs::of(&ctx, id).await?;
    let rows: Vec<Vec<String>> = costs.payers.iter().map(|one| payer(t, one)).collect();
    csv_export::table("agreement-costs", &COLUMNS.map(|key| t.get(key)), &rows)
}
