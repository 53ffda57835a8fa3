//! What workers paid for the job, and who may not leave before it has come back.

use crate::app::money::employer_pays::{self, Corridor, Worker};
use crate::formats;
use crate::i18n::Locale;
use crate::web::csv_export;
use crate::web::ui::Answer;
use crate::web::ui::cells::{Names, country, word_key};
use crate::web::ui::contingency::amounts;
use crate::web::ui::parts::{Cell, Part, Sheet, Table};
use crate::web::ui::shell::Page;
use passerelle_domain::access::{Action, Subject, permit};
use passerelle_domain::law::Outcome;

/// People that one page lists.
const SHOWN: usize = 500;

/// `GET /ui/recruitment-costs`
pub async fn show(page: Page) -> Answer {
    let (ctx, t) = (page.ctx(), page.locale);
    let found = employer_pays::monitor(&ctx).await?;
    let names = Names::of(&ctx, "trainees", found.workers.iter().take(SHOWN).map(|one| one.trainee)).await?;
    let mut sheet = Sheet::new(page.shell("recruitment-costs-title")).lead(t.get("recruitment-costs-lead"));
    if permit(&page.actor, Action::Create, Subject::WorkerPayment).is_ok() {
        sheet = sheet.action("/ui/worker-payments/new", t.get("new-worker-payments"));
        sheet = sheet.action("/ui/first-pays/new", t.get("new-first-pays"));
    }
    if permit(&page.actor, Action::Export, Subject::WorkerPayment).is_ok() {
        sheet = sheet.action("/ui/recruitment-costs.csv", t.get("action-csv"));
    }
    if found.more || found.workers.len() > SHOWN {
        sheet = sheet.part(Part::Notice { text: t.get("ready-more"), kind: "warn" });
    }
    let rows = found.corridors.iter().map(|one| corridor(t, one)).collect();
    let columns = ["recruitment-corridor", "recruitment-workers", "recruitment-pairs", "recruitment-mean", "recruitment-owed-workers"];
    let columns: Vec<String> = columns.map(|key| t.get(key)).into();
    sheet = sheet.table(Table { heading: t.get("recruitment-corridors"), columns, rows, empty: t.get("list-empty") });
    let rows = found.workers.iter().take(SHOWN).map(|one| worker(t, one, names.name(one.trainee))).collect();
    sheet.table(Table { heading: t.get("recruitment-people"), columns: columns_of(t), rows, empty: t.get("list-empty") }).answer()
}

fn columns_of(t: Locale) -> Vec<String> {
    ["record-trainees", "recruitment-paid", "recruitment-owed", "field-first-pay", "recruitment-months", "recruitment-standing"]
        .map(|key| t.get(key))
        .into()
}

fn place(t: Locale, one: &Corridor) -> String {
    let to = one.destination.as_ref().map_or_else(|| "—".to_owned(), |code| country(t, code));
    format!("{} – {to}", country(t, &one.origin))
}

/// Months with two decimals.
fn decimal(t: Locale, months: f64) -> String {
    #[expect(clippy::cast_possible_truncation, reason = "months of pay, far below the bounds of whole numbers")]
    let centi = (months * 100.0).round() as i64;
    formats::hundredths(t, centi)
}

fn corridor(t: Locale, one: &Corridor) -> Vec<Cell> {
    let count = |count: usize| Cell::number(formats::count(t, count));
    let mean = one.mean_months.map_or_else(|| "—".to_owned(), |months| decimal(t, months));
    vec![Cell::text(place(t, one)), count(one.workers), count(one.pairs), Cell::number(mean), count(one.owed)]
}

fn worker(t: Locale, one: &Worker, name: String) -> Vec<Cell> {
    let standing = match one.verdict {
        Outcome::Block | Outcome::Unknown => Cell::tag(t.get("recruitment-blocked"), "block"),
        Outcome::Warn => Cell::tag(t.get("recruitment-below-standard"), "warn"),
        _ => Cell::tag(t.get("recruitment-clear"), "pass"),
    };
    let months = match one.months {
        Some(months) => decimal(t, months),
        None if !one.without_rate.is_empty() => t.with1("recruitment-no-rate", "currencies", one.without_rate.join(", ")),
        None => "—".to_owned(),
    };
    vec![
        Cell::link(name, format!("/ui/worker-payments?trainee_id={}", one.trainee)),
        Cell::number(amounts(t, &one.paid)),
        Cell::number(amounts(t, &one.owed)),
        Cell::number(one.first_month.map_or_else(|| "—".to_owned(), |pay| formats::money(t, pay))),
        Cell::number(months),
        standing,
    ]
}

/// `GET /ui/recruitment-costs.csv`
pub async fn file(page: Page) -> Answer {
    permit(&page.actor, Action::Export, Subject::WorkerPayment)?;
    let (ctx, t) = (page.ctx(), page.locale);
    let found = employer_pays::monitor(&ctx).await?;
    let names = Names::of(&ctx, "trainees", found.workers.iter().map(|one| one.trainee)).await?;
    let rows: Vec<Vec<String>> = found
        .workers
        .iter()
        .map(|one| {
            vec![
                names.name(one.trainee),
                amounts(t, &one.paid),
                amounts(t, &one.owed),
                one.first_month.map(|pay| pay.to_string()).unwrap_or_default(),
                one.months.map(|months| decimal(t, months)).unwrap_or_default(),
                t.get(&word_key("verdict", one.verdict.as_str())),
            ]
        })
        .collect();
    csv_export::table("recruitment-costs", &columns_of(t), &rows)
}
