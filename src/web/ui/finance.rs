//! What a hire through a partnership is worth to an employer, as a page.

use super::Answer;
use super::cells::word_key;
use super::charts;
use super::figures::{Given, at_fields};
use super::parts::{Cell, Input, Part, Question, Sheet, Table};
use super::shell::Page;
use crate::app::money::realised::Figures;
use crate::app::{finance, money};
use crate::error::{AppError, FieldError};
use crate::formats;
use crate::i18n::Locale;
use crate::web::extract::Params;
use passerelle_domain::access::{Action, Subject, permit};
use passerelle_domain::finance::roi::{Alternative, Cost, Estimate, Item, Otherwise, Return, Sheet as Reckoned};
use passerelle_domain::money::Money;

/// Months that are looked at where nobody says otherwise: four years.
const MONTHS: u32 = 48;

/// `GET /ui/roi`: the figures stand in the address, so that a sheet can be shared; nothing is kept.
pub async fn roi(page: Page, Params(asked): Params) -> Answer {
    let t = page.locale;
    let given = Given::new(t, &asked);
    let mut form = Question { action: "/ui/roi".into(), inputs: inputs(given), submit: t.get("roi-reckon") };
    let sheet = Sheet::new(page.shell("roi-title")).lead(t.get("roi-lead"));
    // Whoever hires can look at what her hires have brought.
    let hires = permit(&page.actor, Action::Create, Subject::Need).is_ok();
    let sheet = if hires { sheet.action("/ui/roi/realised", t.get("realised-title")) } else { sheet };
    if given.some("value").is_none() {
        return sheet.part(Part::Question(Box::new(form))).answer();
    }
    let sheet = match reckoned(given) {
        Ok(reckoned) => shown(sheet, t, &reckoned),
        Err(refused) => {
            at_fields(t, &mut form, refused)?;
            sheet
        }
    };
    sheet.part(Part::Question(Box::new(form))).answer()
}

/// `GET /ui/roi/realised`: what the firm's hires have brought so far, by the figures in the address.
pub async fn realised(page: Page, Params(asked): Params) -> Answer {
    permit(&page.actor, Action::Create, Subject::Need)?;
    let t = page.locale;
    let given = Given::new(t, &asked);
    let inputs = vec![
        given.field("currency", t.get("roi-currency"), "EUR").required(),
        given.field("value", t.get("roi-value"), "").hint(t.get("roi-value-hint")).required(),
        given.field("wage", t.get("roi-wage"), "").hint(t.get("roi-wage-hint")).required(),
        given.field("discount", t.get("roi-discount"), "0.4"),
    ];
    let mut form = Question { action: "/ui/roi/realised".into(), inputs, submit: t.get("roi-reckon") };
    let mut sheet = Sheet::new(page.shell("realised-title")).lead(t.get("realised-lead")).crumb("/ui/roi", t.get("roi-title"));
    if given.some("value").is_some() {
        match figures(given) {
            Ok(figures) => match money::realised::of(&page.ctx(), &figures).await {
                Ok(told) => sheet = sheet.part(returned(t, &told)),
                Err(refused) => at_fields(t, &mut form, refused)?,
            },
            Err(refused) => at_fields(t, &mut form, refused)?,
        }
    }
    sheet.part(Part::Question(Box::new(form))).answer()
}

fn figures(given: Given<'_>) -> Result<Figures, AppError> {
    Ok(Figures { value: given.needed("value")?, wage: given.needed("wage")?, discount: given.decimal("discount", 0.4)? / 100.0 })
}

fn returned(t: Locale, told: &Return) -> Part {
    let money = |amount: Money| Cell::number(formats::money(t, amount));
    let roi = told.roi.map_or_else(|| "—".to_owned(), |roi| t.with1("plan-percent", "percent", (roi * 100.0).round() as i64));
    let paid_back = if told.paid_back { Cell::tag(t.get("realised-yes"), "pass") } else { Cell::tag(t.get("realised-not-yet"), "warn") };
    Part::Facts {
        heading: t.get("roi-result"),
        facts: vec![
            (t.get("realised-hires"), Cell::number(formats::count(t, told.hires))),
            (t.get("realised-months"), Cell::number(formats::count(t, told.months_served))),
            (t.get("realised-paid"), money(told.upfront)),
            (t.get("roi-worth"), money(told.net_present_value)),
            (t.get("roi-return"), Cell::number(roi)),
            (t.get("roi-payback"), paid_back),
        ],
    }
}

/// The sheet, or what is wrong by the names that the fields have on the page.
fn reckoned(given: Given<'_>) -> Result<Reckoned, AppError> {
    let asked = estimate(given)?;
    finance::roi(&asked).map_err(|refused| {
        let AppError::Invalid(mut errors) = refused else { return refused };
        for error in &mut errors {
            let mut path = error.field.split('.');
            error.field = match (path.next(), path.next().and_then(|at| at.parse::<usize>().ok()), path.next()) {
                (Some("upfront"), Some(at), _) => asked.upfront.get(at).map(|item| item.cost.to_string()).unwrap_or_default(),
                (Some("alternatives"), _, Some(name)) => format!("other_{name}"),
                _ => continue,
            };
        }
        AppError::Invalid(errors)
    })
}

fn inputs(given: Given<'_>) -> Vec<Input> {
    let t = given.locale();
    let field = |name: &str, label: String, otherwise: &str| given.field(name, label, otherwise);
    let mut inputs = vec![
        field("currency", t.get("roi-currency"), "EUR").required(),
        field("value", t.get("roi-value"), "").hint(t.get("roi-value-hint")).required(),
        field("wage", t.get("roi-wage"), "").hint(t.get("roi-wage-hint")).required(),
        field("attrition", t.get("roi-attrition"), "1"),
        field("discount", t.get("roi-discount"), "0.4"),
        field("months", t.get("roi-months"), &MONTHS.to_string()),
    ];
    inputs.extend(Cost::ALL.iter().map(|cost| field(cost.as_str(), t.get(&word_key("roi-cost", cost.as_str())), "")));
    let options = Otherwise::ALL.iter().map(|word| (word.to_string(), t.get(&word_key("roi-otherwise", word.as_str()))));
    let nothing = (String::new(), "—".to_owned());
    inputs.push(
        Input::new("select", "otherwise", t.get("roi-otherwise"))
            .options(std::iter::once(nothing).chain(options).collect())
            .value(given.some("otherwise").unwrap_or_default()),
    );
    for name in ["value", "wage", "attrition", "upfront"] {
        let label = format!("{}: {}", t.get("roi-otherwise"), t.get(&format!("roi-{name}")));
        inputs.push(field(&format!("other_{name}"), label, ""));
    }
    inputs
}

/// The sheet that the fields describe.
fn estimate(given: Given<'_>) -> Result<Estimate, AppError> {
    let percent = |name: &str, otherwise: f64| given.decimal(name, otherwise).map(|number| number / 100.0);
    let mut upfront = Vec::new();
    for cost in Cost::ALL.iter().filter(|cost| given.some(cost.as_str()).is_some()) {
        upfront.push(Item { cost: *cost, amount: given.needed(cost.as_str())? });
    }
    let mut alternatives = Vec::new();
    if let Some(word) = given.some("otherwise") {
        alternatives.push(Alternative {
            otherwise: Otherwise::parse(&word).map_err(|error| AppError::Invalid(vec![FieldError::of("otherwise", &error)]))?,
            value: given.needed("other_value")?,
            wage: given.needed("other_wage")?,
            attrition: percent("other_attrition", 0.0)?,
            upfront: given.money("other_upfront")?.unwrap_or(Money::new(0, given.currency()?)),
        });
    }
    Ok(Estimate {
        value: given.needed("value")?,
        wage: given.needed("wage")?,
        attrition: percent("attrition", 1.0)?,
        discount: percent("discount", 0.4)?,
        months: if given.some("months").is_some() { given.whole("months")? } else { MONTHS },
        upfront,
        alternatives,
    })
}

fn shown(mut sheet: Sheet, t: Locale, reckoned: &Reckoned) -> Sheet {
    let money = |amount: Money| formats::money(t, amount);
    let mut facts = vec![
        (t.get("roi-upfront"), Cell::number(money(reckoned.upfront))),
        (t.get("roi-worth"), Cell::number(money(reckoned.net_present_value))),
    ];
    if let Some(roi) = reckoned.roi {
        facts.push((t.get("roi-return"), Cell::number(t.with1("plan-percent", "percent", (roi * 100.0).round() as i64))));
    }
    let payback = reckoned.payback_month.map_or_else(|| t.get("roi-never"), |month| t.with1("roi-month", "month", month));
    facts.push((t.get("roi-payback"), Cell::text(payback)));
    facts.push((t.get("roi-stays"), Cell::number(format!("{:.1}", reckoned.months_expected))));
    sheet = sheet.part(Part::Facts { heading: t.get("roi-result"), facts });
    if !reckoned.alternatives.is_empty() {
        let row = |other: &passerelle_domain::finance::roi::Compared| {
            let name = t.get(&word_key("roi-otherwise", other.otherwise.as_str()));
            vec![Cell::text(name), Cell::number(money(other.net_present_value)), Cell::number(money(other.advantage))]
        };
        sheet = sheet.table(Table {
            heading: t.get("roi-compared"),
            columns: ["roi-otherwise", "roi-worth", "roi-advantage"].map(|key| t.get(key)).into(),
            rows: reckoned.alternatives.iter().map(row).collect(),
            empty: String::new(),
        });
    }
    // The table beside the picture: each half year, and the month in which it is paid back.
    let at = |month: usize| month == 1 || month.is_multiple_of(6) || Some(month as u32) == reckoned.payback_month;
    let rows = reckoned.balance.iter().zip(1..).filter(|(_, month)| at(*month));
    let points: Vec<(String, i64)> = reckoned.balance.iter().zip(1..).map(|(sum, month)| (month.to_string(), sum.minor)).collect();
    sheet.part(Part::Picture {
        heading: t.get("roi-balance"),
        svg: charts::line(&t.get("roi-balance"), &points, &|minor| money(Money::new(minor, reckoned.upfront.currency))),
        columns: vec![t.get("roi-months"), t.get("roi-balance")],
        rows: rows.map(|(sum, month)| vec![month.to_string(), money(*sum)]).collect(),
    })
}
