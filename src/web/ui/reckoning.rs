//! Settlement, reserve and the worker's own purse, as pages. The figures stand in the address; nothing is kept.

use super::Answer;
use super::cells::{choices, word_key};
use super::figures::{Given, at_fields};
use super::parts::{Cell, Input, Part, Question, Sheet, Table};
use super::shell::Page;
use crate::app::finance;
use crate::error::{AppError, FieldError};
use crate::formats;
use crate::i18n::Locale;
use crate::web::extract::Params;
use passerelle_domain::contingency::CAUSES;
use passerelle_domain::corridor::CostClass;
use passerelle_domain::country::CountryCode;
use passerelle_domain::finance::{reserve as reserves, settlement as settlements, worker as workers};
use passerelle_domain::money::Money;
use std::collections::BTreeMap;

/// Costs that the page of a settlement has room for; the API takes more.
const COSTS: usize = 6;

/// A number with two decimals at most.
fn decimal(t: Locale, value: f64) -> String {
    #[expect(clippy::cast_possible_truncation, reason = "months and percent of what people type")]
    let centi = (value * 100.0).round() as i64;
    formats::hundredths(t, centi)
}

/// `GET /ui/settlement`
pub async fn settlement(page: Page, Params(asked): Params) -> Answer {
    let t = page.locale;
    let given = Given::new(t, &asked);
    let causes =
        CAUSES.iter().map(|cause| (cause.code.to_owned(), t.get(&format!("cause-{}", cause.code.to_lowercase().replace(['.', '_'], "-")))));
    let mut inputs = vec![
        Input::new("select", "cause", t.get("field-cause"))
            .options(causes.collect())
            .value(given.some("cause").unwrap_or_default())
            .required(),
        given.field("currency", t.get("roi-currency"), "EUR").required(),
    ];
    for at in 0..COSTS {
        let label = |key: &str| t.get(key) + " " + &formats::count(t, at + 1);
        inputs.push(
            Input::new("select", &format!("class_{at}"), label("settlement-class"))
                .options(choices(t, "cost-class", CostClass::WORDS))
                .value(given.some(&format!("class_{at}")).unwrap_or_else(|| CostClass::EducationInvestment.to_string())),
        );
        inputs.push(given.field(&format!("paid_{at}"), label("settlement-paid"), ""));
        inputs.push(given.field(&format!("refunded_{at}"), label("settlement-refunded"), ""));
        inputs.push(given.field(&format!("transferable_percent_{at}"), label("settlement-transferable"), "0"));
    }
    inputs.push(given.field("insurance", t.get("settlement-insurance"), ""));
    inputs.push(given.field("fault_cap", t.get("settlement-fault-cap"), ""));
    inputs.push(given.field("reserve", t.get("settlement-reserve"), ""));
    let mut form = Question { action: "/ui/settlement".into(), inputs, submit: t.get("roi-reckon") };
    let mut sheet = Sheet::new(page.shell("settlement-title")).lead(t.get("settlement-lead"));
    if given.some("cause").is_some() {
        match settlement_question(&given).and_then(|asked| finance::settlement(&asked)) {
            Ok(settled) => sheet = settled_parts(t, sheet, &settled),
            Err(refused) => at_fields(t, &mut form, refused)?,
        }
    }
    sheet.part(Part::Question(Box::new(form))).answer()
}

fn settlement_question(given: &Given<'_>) -> Result<settlements::Question, AppError> {
    let mut items = Vec::new();
    for at in 0..COSTS {
        let name = |name: &str| format!("{name}_{at}");
        let Some(paid) = given.money(&name("paid"))? else { continue };
        let class = given.some(&name("class")).unwrap_or_default();
        let class = CostClass::parse(&class).map_err(|error| AppError::Invalid(vec![FieldError::of(&name("class"), &error)]))?;
        let share = given.whole(&name("transferable_percent"))?;
        items.push(settlements::Item {
            item: class.to_string(),
            class,
            group: None,
            paid,
            refunded: given.money(&name("refunded"))?,
            transferable_percent: u8::try_from(share).unwrap_or(u8::MAX),
            payers: BTreeMap::new(),
        });
    }
    if items.is_empty() {
        return Err(AppError::invalid("paid_0", "required", "is needed"));
    }
    Ok(settlements::Question {
        cause: given.some("cause").unwrap_or_default(),
        decided: None,
        items,
        insurance: given.money("insurance")?,
        fault_cap: given.money("fault_cap")?,
        reserve: given.money("reserve")?,
        repayment: None,
    })
}

fn settled_parts(t: Locale, sheet: Sheet, settled: &settlements::Settlement) -> Sheet {
    let money = |amount: Money| Cell::number(formats::money(t, amount));
    let facts = vec![
        (t.get("settlement-control"), Cell::text(t.get(&word_key("control", settled.control.as_str())))),
        (t.get("settlement-sunk"), money(settled.sunk)),
        (t.get("settlement-residual"), money(settled.residual)),
        (t.get("settlement-loss"), money(settled.loss)),
        (t.get("settlement-trainee"), money(settled.trainee)),
    ];
    let party = |word: &str| {
        let key = word_key("party", word);
        if t.has(&key) { t.get(&key) } else { t.get(&word_key("at-fault", word)) }
    };
    let rows = settled.waterfall.iter().map(|part| {
        let who = part.party.as_deref().map(party).unwrap_or_default();
        vec![Cell::text(t.get(&word_key("bearer", part.bearer.as_str()))), Cell::text(who), money(part.amount)]
    });
    let lines = settled
        .lines
        .iter()
        .map(|line| vec![Cell::text(t.get(&word_key("cost-class", &line.item))), money(line.sunk), money(line.residual), money(line.loss)]);
    let columns = |keys: &[&str]| keys.iter().map(|key| t.get(key)).collect::<Vec<_>>();
    sheet
        .part(Part::Facts { heading: t.get("roi-result"), facts })
        .table(Table {
            heading: t.get("settlement-waterfall"),
            columns: columns(&["settlement-bearer", "settlement-party", "settlement-amount"]),
            rows: rows.collect(),
            empty: t.get("settlement-nothing-lost"),
        })
        .table(Table {
            heading: t.get("settlement-costs"),
            columns: columns(&["field-cost-class", "settlement-sunk", "settlement-residual", "settlement-loss"]),
            rows: lines.collect(),
            empty: String::new(),
        })
}

/// `GET /ui/reserve`
pub async fn reserve(page: Page, Params(asked): Params) -> Answer {
    let t = page.locale;
    let given = Given::new(t, &asked);
    let inputs = vec![
        given.field("currency", t.get("roi-currency"), "EUR").required(),
        given.field("places_0", t.get("reserve-places"), "100").required(),
        given.field("probability_0", t.get("reserve-probability"), "8").required(),
        given.field("mean_loss_0", t.get("reserve-mean-loss"), "").required(),
        given.field("exposure", t.get("reserve-exposure"), "").required(),
        given.field("z", t.get("reserve-z"), "1.645"),
        given.field("catastrophe", t.get("reserve-catastrophe"), "5"),
        given.field("balance", t.get("reserve-balance"), ""),
    ];
    let mut form = Question { action: "/ui/reserve".into(), inputs, submit: t.get("roi-reckon") };
    let mut sheet = Sheet::new(page.shell("reserve-title")).lead(t.get("reserve-lead"));
    if given.some("mean_loss_0").is_some() {
        let question = || -> Result<reserves::Question, AppError> {
            let group = reserves::Group {
                causes: String::new(),
                places: given.whole("places_0")?,
                probability: given.decimal("probability_0", 8.0)? / 100.0,
                mean_loss: given.needed("mean_loss_0")?,
            };
            Ok(reserves::Question {
                groups: vec![group],
                z: given.decimal("z", 1.645)?,
                catastrophe: given.decimal("catastrophe", 5.0)? / 100.0,
                exposure: given.needed("exposure")?,
                places: None,
                balance: given.money("balance")?,
            })
        };
        match question().and_then(|asked| finance::reserve(&asked)) {
            Ok(reckoned) => {
                let money = |amount: Money| Cell::number(formats::money(t, amount));
                let mut facts: Vec<(String, Cell)> = [
                    ("reserve-expected", reckoned.expected),
                    ("reserve-deviation", reckoned.deviation),
                    ("reserve-margin", reckoned.margin),
                    ("reserve-part", reckoned.catastrophe),
                    ("reserve-target", reckoned.target),
                    ("reserve-premium", reckoned.premium_per_place),
                    ("reserve-floor", reckoned.floor),
                ]
                .map(|(key, amount)| (t.get(key), money(amount)))
                .into();
                if let Some(standing) = reckoned.standing {
                    facts.push((t.get("reserve-call"), money(standing.call)));
                    let (key, kind) = if standing.enrolment_open { ("reserve-open", "pass") } else { ("reserve-shut", "block") };
                    facts.push((t.get("reserve-enrolment"), Cell::tag(t.get(key), kind)));
                }
                sheet = sheet.part(Part::Facts { heading: t.get("roi-result"), facts });
            }
            Err(refused) => at_fields(t, &mut form, refused)?,
        }
    }
    sheet.part(Part::Question(Box::new(form))).answer()
}

/// `GET /ui/worker-costs`: what the job cost, what sending money costs, and what insured months add up to.
pub async fn worker(page: Page, Params(asked): Params) -> Answer {
    let t = page.locale;
    let given = Given::new(t, &asked);
    let mut sheet = Sheet::new(page.shell("worker-title")).lead(t.get("worker-lead"));
    for (of, form, done) in [job(&given), sending(&given), pension(&given)] {
        let mut form = form;
        let heading = t.get(&format!("worker-{of}"));
        match done {
            None => {}
            Some(Ok(facts)) => sheet = sheet.part(Part::Facts { heading: t.get("roi-result"), facts }),
            Some(Err(refused)) => at_fields(t, &mut form, refused)?,
        }
        sheet =
            sheet.part(Part::Text { heading, paragraphs: vec![t.get(&format!("worker-{of}-lead"))] }).part(Part::Question(Box::new(form)));
    }
    sheet.answer()
}

type Reckoned = (&'static str, Question, Option<Result<Vec<(String, Cell)>, AppError>>);

fn job(given: &Given<'_>) -> Reckoned {
    let t = given.locale();
    let inputs = vec![
        given.field("currency", t.get("roi-currency"), "EUR").required(),
        given.field("paid_0", t.get("worker-paid"), "").required(),
        given.field("refunded_0", t.get("worker-refunded"), ""),
        given.field("first_month", t.get("worker-first-month"), "").required(),
    ];
    let reckon = || {
        let item = workers::Paid { class: CostClass::RecruitmentFee, paid: given.needed("paid_0")?, refunded: given.money("refunded_0")? };
        let told = finance::recruitment_cost(&workers::CostQuestion { items: vec![item], first_month: given.needed("first_month")? })?;
        let owed =
            if told.strict_blocks { Cell::tag(t.get("worker-owed"), "block") } else { Cell::tag(t.get("worker-nothing-owed"), "pass") };
        Ok(vec![
            (t.get("worker-months"), Cell::number(decimal(t, told.months))),
            (t.get("worker-refund-due"), Cell::number(formats::money(t, told.owed_to_worker))),
            (t.get("field-status"), owed),
        ])
    };
    let done = given.some("first_month").map(|_| reckon());
    ("job", Question { action: "/ui/worker-costs".into(), inputs, submit: t.get("roi-reckon") }, done)
}

fn sending(given: &Given<'_>) -> Reckoned {
    let t = given.locale();
    let inputs = vec![
        given.field("currency", t.get("roi-currency"), "USD").required(),
        given.field("amount", t.get("worker-amount"), "200").required(),
        given.field("fee", t.get("worker-fee"), "").required(),
        given.field("mid_rate", t.get("worker-mid-rate"), "").required(),
        given.field("applied_rate", t.get("worker-applied-rate"), "").required(),
    ];
    let reckon = || {
        let told = finance::remittance(&workers::RemittanceQuestion {
            amount: given.needed("amount")?,
            fee: given.needed("fee")?,
            mid_rate: given.decimal("mid_rate", 0.0)?,
            applied_rate: given.decimal("applied_rate", 0.0)?,
        })?;
        let kind = if told.alert {
            "block"
        } else if told.target_met {
            "pass"
        } else {
            "warn"
        };
        let key = if told.alert {
            "worker-dear"
        } else if told.target_met {
            "worker-cheap"
        } else {
            "worker-between"
        };
        Ok(vec![
            (t.get("worker-cost"), Cell::number(formats::money(t, told.cost))),
            (t.get("worker-hidden"), Cell::number(formats::money(t, told.margin))),
            (t.get("worker-percent"), Cell::number(format!("{}\u{a0}%", decimal(t, told.percent)))),
            (t.get("field-status"), Cell::tag(t.get(key), kind)),
        ])
    };
    let done = given.some("applied_rate").map(|_| reckon());
    ("sending", Question { action: "/ui/worker-costs".into(), inputs, submit: t.get("roi-reckon") }, done)
}

fn pension(given: &Given<'_>) -> Reckoned {
    let t = given.locale();
    let mut inputs = vec![given.field("qualifying_months", t.get("worker-qualifying"), "60").required()];
    for at in 0..2 {
        inputs.push(given.field(&format!("country_{at}"), t.get("field-country"), "").hint(t.get("hint-kind-country")).required());
        inputs.push(given.field(&format!("months_{at}"), t.get("worker-insured-months"), "").required());
    }
    let reckon = || {
        let mut periods = Vec::new();
        for at in 0..2 {
            let name = format!("country_{at}");
            let code = given.some(&name).ok_or_else(|| AppError::invalid(&name, "required", "is needed"))?.to_uppercase();
            let country = CountryCode::parse(&code).map_err(|error| AppError::Invalid(vec![FieldError::of(&name, &error)]))?;
            periods.push(workers::Insured { country, months: given.whole(&format!("months_{at}"))? });
        }
        let told = finance::totalisation(&workers::TotalisationQuestion {
            qualifying_months: given.whole("qualifying_months")?,
            periods,
            linked: true,
        })?;
        let status = if told.eligible { Cell::tag(t.get("worker-eligible"), "pass") } else { Cell::tag(t.get("worker-not-yet"), "warn") };
        let mut facts = vec![(t.get("field-status"), status)];
        facts.extend(told.shares.iter().map(|share| {
            let part = format!("{} / {}", formats::number(t, share.months.into()), formats::number(t, share.of_months.into()));
            (super::cells::country(t, share.country.as_str()), Cell::text(part))
        }));
        Ok(facts)
    };
    let done = given.some("months_0").map(|_| reckon());
    ("pension", Question { action: "/ui/worker-costs".into(), inputs, submit: t.get("roi-reckon") }, done)
}
