//! The page of a disruption: whom it strikes, what a drill said, and its declaration.

use super::cells::{Names, word_key};
use super::charts;
use super::contingency::{amounts, response};
use super::parts::{Cell, Form, Input, Part, Sheet, Table, mendable};
use super::sent::Sent;
use super::shell::Page;
use super::{Answer, see};
use crate::app::contingency::disruptions::{self, Drill};
use crate::error::AppError;
use crate::formats;
use crate::i18n::Locale;
use crate::web::csv_export;
use crate::web::extract::PathId;
use crate::web::problem::field_message;
use passerelle_domain::access::{Action, Subject, permit};
use passerelle_domain::contingency::Response;
use passerelle_domain::people::DisruptionStatus;
use passerelle_store::entity::disruption;
use std::collections::BTreeMap;
use uuid::Uuid;

/// People of a drill that the page names; the file names as many as the drill does.
const LISTED: usize = 100;

/// Drill, cases and what may be done next.
///
/// # Errors
/// When the disruption is not the reader's.
pub async fn parts(page: &Page, id: Uuid) -> Result<Vec<Part>, AppError> {
    let (ctx, t) = (page.ctx(), page.locale);
    let (row, drill) = disruptions::last_drill(&ctx, id).await?;
    let mut parts = Vec::new();
    if row.status != DisruptionStatus::Draft.as_str() {
        let standing = disruptions::standing(&ctx, id).await?;
        let counted = |list: &'static str, counts: &BTreeMap<String, u64>| -> Vec<(String, Cell)> {
            counts.iter().map(|(word, count)| (t.get(&word_key(list, word)), Cell::number(formats::count(t, *count)))).collect()
        };
        let mut facts = counted("contingency-state", &standing.by_state);
        facts.extend(counted("response", &standing.by_outcome));
        let told = [("letters", standing.messages.letters), ("sent", standing.messages.sent), ("read", standing.messages.read)]
            .map(|(name, count)| (name, formats::count(t, count)));
        facts.push((t.get("disruption-messages"), Cell::text(t.with_all("disruption-told", told))));
        facts.push((t.get("records-case-letters"), super::letters::counted(t, standing.letters, standing.confirmed)));
        parts.push(Part::Facts { heading: t.get("records-contingency-cases"), facts });
        let links = vec![
            (format!("/ui/contingency-cases?disruption_id={id}"), t.get("records-contingency-cases")),
            (format!("/ui/case-letters?disruption_id={id}&received_how=not_yet"), t.get("letters-open")),
            (format!("/ui/disruptions/{id}/letters"), t.get("letters-print")),
        ];
        parts.push(Part::Links { heading: String::new(), links });
    }
    if let Some(drill) = drill {
        parts.extend(drilled(page, &row, &drill).await?);
    }
    let chosen = disruptions::chosen(&ctx, &row).await?;
    if chosen > 0 && row.status != DisruptionStatus::Draft.as_str() {
        parts.push(Part::Form(Box::new(carrying_out(t, id, chosen))));
    }
    parts.extend(forms(page, &row).into_iter().map(|form| Part::Form(Box::new(form))));
    Ok(parts)
}

fn named(t: Locale, word: &str) -> String {
    Response::parse(word).map_or_else(|_| word.to_owned(), |found| response(t, found))
}

async fn drilled(page: &Page, row: &disruption::Model, drill: &Drill) -> Result<Vec<Part>, AppError> {
    let (ctx, t) = (page.ctx(), page.locale);
    let count = |count: usize| Cell::number(formats::count(t, count));
    let day = drill.as_of.map_or_else(String::new, |day| formats::date(t, day));
    let mut facts = vec![
        (t.get("drill-affected"), count(drill.affected)),
        (t.get("drill-unplaced"), count(drill.unplaced)),
        (t.get("drill-without-turn"), count(drill.without_turn)),
        (t.get("drill-loss"), Cell::text(amounts(t, &drill.loss))),
        (t.get("drill-loss-worst"), Cell::text(amounts(t, &drill.loss_worst))),
        (t.get("drill-stipends"), Cell::text(amounts(t, &drill.stipends))),
        (t.get("drill-reserve"), Cell::text(amounts(t, &drill.reserve))),
        (t.get("drill-short"), Cell::text(amounts(t, &drill.short()))),
    ];
    facts.extend(drill.measures.iter().map(|(measure, people)| (named(t, measure), count(*people))));
    let mut parts = vec![Part::Facts { heading: t.with1("drill-title", "date", day), facts }];
    if drill.more {
        parts.push(Part::Notice { text: t.get("drill-more"), kind: "warn" });
    }
    let bars: Vec<(String, u64)> =
        drill.open_to.iter().map(|(word, people)| (named(t, word), u64::try_from(*people).unwrap_or(u64::MAX))).collect();
    let rows = drill.open_to.iter().map(|(word, people)| {
        let first = drill.by_response.get(word).copied().unwrap_or(0);
        vec![named(t, word), formats::count(t, *people), formats::count(t, first)]
    });
    parts.push(Part::Picture {
        heading: t.get("drill-ways"),
        svg: charts::bars(&t.get("drill-ways"), &bars),
        columns: ["contingency-way", "drill-open-to", "drill-first"].map(|key| t.get(key)).into(),
        rows: rows.collect(),
    });
    if drill.plans.len() > 1 {
        parts.push(Part::Table(side_by_side(t, drill)));
    }
    let rows: Vec<Vec<Cell>> = drill
        .barred
        .iter()
        .flat_map(|(word, bars)| bars.iter().map(move |(bar, people)| (word, bar, *people)))
        .map(|(word, bar, people)| {
            let bar = bar.replace('_', "-");
            vec![Cell::text(named(t, word)), Cell::text(t.get(&format!("why-bar-{bar}"))), count(people)]
        })
        .collect();
    if !rows.is_empty() {
        let columns = ["contingency-way", "contingency-why-not", "drill-people"].map(|key| t.get(key)).into();
        parts.push(Part::Table(Table { heading: t.get("contingency-barred"), columns, rows, empty: String::new() }));
    }
    if !drill.people.is_empty() && permit(&page.actor, Action::List, Subject::Trainee).is_ok() {
        let listed = || drill.people.iter().take(LISTED);
        let names = Names::of(&ctx, "trainees", listed().map(|one| one.trainee)).await?;
        let rows = listed().map(|one| {
            let ways: Vec<String> = one.options.iter().map(|way| response(t, *way)).collect();
            vec![
                Cell::link(names.name(one.trainee), format!("/ui/trainees/{}", one.trainee)),
                Cell::text(t.get(&word_key("journey-state", &one.gate))),
                Cell::text(one.horizon_on.map_or_else(|| "—".into(), |day| formats::date(t, day))),
                Cell::text(if ways.is_empty() { response(t, Response::Unplaced) } else { ways.join(" · ") }),
            ]
        });
        let columns = ["record-trainees", "field-state", "field-horizon-on", "contingency-way"].map(|key| t.get(key)).into();
        parts.push(Part::Table(Table { heading: t.get("drill-people"), columns, rows: rows.collect(), empty: String::new() }));
        parts.push(Part::Links {
            heading: String::new(),
            links: vec![(format!("/ui/disruptions/{}/drill.csv", row.id), t.get("action-csv"))],
        });
    }
    Ok(parts)
}

/// What the disruption would do under each plan.
fn side_by_side(t: Locale, drill: &Drill) -> Table {
    let count = |count: usize| Cell::number(formats::count(t, count));
    let rows = drill.plans.iter().map(|one| {
        let firsts: Vec<String> =
            one.by_response.iter().map(|(word, people)| format!("{} {}", named(t, word), formats::count(t, *people))).collect();
        vec![
            Cell::text(t.get(&word_key("drill-plan", one.plan.as_str()))),
            Cell::text(firsts.join(" · ")),
            count(one.unplaced),
            count(one.without_turn),
            Cell::number(amounts(t, &one.loss)),
            Cell::number(amounts(t, &one.loss_worst)),
            Cell::number(amounts(t, &one.stipends)),
        ]
    });
    let columns = ["drill-plan", "drill-first", "drill-unplaced", "drill-without-turn", "drill-loss", "drill-loss-worst", "drill-stipends"];
    Table { heading: t.get("drill-plans"), columns: columns.map(|key| t.get(key)).into(), rows: rows.collect(), empty: String::new() }
}

fn forms(page: &Page, row: &disruption::Model) -> Vec<Form> {
    let t = page.locale;
    let may = |action| permit(&page.actor, action, Subject::Disruption).is_ok();
    let own = |action| permit(&page.actor, action, Subject::Disruption).is_ok_and(|scope| disruptions::is_own(&scope, row));
    let form = |path: &str, key: &str| {
        Form::new(format!("/ui/disruptions/{}/{path}", row.id), t.get(key)).heading(t.get(key)).hidden("version", row.version.to_string())
    };
    let mut forms = Vec::new();
    if row.status == DisruptionStatus::Draft.as_str() && may(Action::Update) {
        forms.push(form("drill", "disruption-drill").lead(t.get("disruption-drill-lead")));
    }
    if row.status == DisruptionStatus::Draft.as_str() && may(Action::Decide) {
        forms.push(form("declaration", "disruption-declare").lead(t.get("disruption-declare-lead")).danger().folded());
    }
    if row.status == DisruptionStatus::Declared.as_str() && own(Action::Decide) {
        forms.push(form("end", "disruption-end").lead(t.get("disruption-end-lead")).folded());
    }
    if row.status != DisruptionStatus::Draft.as_str() && may(Action::Update) {
        forms.push(message(t, row.id).folded());
    }
    forms
}

fn carrying_out(t: Locale, id: Uuid, chosen: u64) -> Form {
    let most = [("count", formats::count(t, chosen)), ("most", formats::count(t, disruptions::AT_ONCE))];
    Form::new(format!("/ui/disruptions/{id}/carried-out"), t.get("disruption-carry-out"))
        .heading(t.get("disruption-carry-out"))
        .lead(t.with_all("disruption-carry-out-lead", most))
        .folded()
}

/// `POST /ui/disruptions/{id}/carried-out`
pub async fn carry_out_chosen(page: Page, PathId(id): PathId, sent: Sent) -> Answer {
    permit(&page.actor, Action::Read, Subject::Disruption)?;
    sent.guard(&page)?;
    let t = page.locale;
    let carried = disruptions::carry_out_chosen(&page.ctx(), id).await?;
    let count = |count: u64| Cell::number(formats::count(t, count));
    let facts = vec![(t.get("disruption-carried-out"), count(carried.done)), (t.get("disruption-still-to-do"), count(carried.left))];
    let rows = carried.refused.iter().map(|one| {
        let case = Cell::link(t.get("record-contingency-cases"), format!("/ui/contingency-cases/{}", one.case));
        vec![case, Cell::text(field_message(t, &one.why))]
    });
    let columns = vec![t.get("record-contingency-cases"), t.get("contingency-why-not")];
    let mut sheet = Sheet::new(page.shell("disruption-carry-out"))
        .crumb(format!("/ui/disruptions/{id}"), t.get("record-disruptions"))
        .part(Part::Facts { heading: String::new(), facts });
    let rows: Vec<Vec<Cell>> = rows.collect();
    if !rows.is_empty() {
        sheet = sheet.table(Table { heading: t.get("disruption-refused"), columns, rows, empty: String::new() });
    }
    sheet.answer()
}

fn message(t: Locale, id: Uuid) -> Form {
    Form::new(format!("/ui/disruptions/{id}/messages"), t.get("disruption-tell"))
        .heading(t.get("disruption-tell"))
        .input(Input::new("textarea", "text", t.get("disruption-text")).required())
}

/// `POST /ui/disruptions/{id}/messages`
pub async fn tell_all(page: Page, PathId(id): PathId, sent: Sent) -> Answer {
    permit(&page.actor, Action::Update, Subject::Disruption)?;
    sent.guard(&page)?;
    match disruptions::tell_all(&page.ctx(), id, sent.get("text")).await {
        Ok(_) => Ok(see(format!("/ui/disruptions/{id}?notice=saved"))),
        Err(refused) => {
            let t = page.locale;
            let form = message(t, id).refused(t, &mendable(refused)?, |name| sent.some(name));
            Sheet::new(page.shell("disruption-tell"))
                .crumb(format!("/ui/disruptions/{id}"), t.get("form-cancel"))
                .form(Form { heading: String::new(), ..form })
                .answer()
        }
    }
}

/// `POST /ui/disruptions/{id}/drill`
pub async fn drill(page: Page, PathId(id): PathId, sent: Sent) -> Answer {
    permit(&page.actor, Action::Update, Subject::Disruption)?;
    sent.guard(&page)?;
    disruptions::drill(&page.ctx(), id).await?;
    Ok(see(format!("/ui/disruptions/{id}?notice=saved")))
}

/// `POST /ui/disruptions/{id}/declaration`
pub async fn declare(page: Page, PathId(id): PathId, sent: Sent) -> Answer {
    permit(&page.actor, Action::Decide, Subject::Disruption)?;
    sent.guard(&page)?;
    disruptions::declare(&page.ctx(), id, sent.version()?).await?;
    Ok(see(format!("/ui/disruptions/{id}?notice=saved")))
}

/// `POST /ui/disruptions/{id}/end`
pub async fn end(page: Page, PathId(id): PathId, sent: Sent) -> Answer {
    permit(&page.actor, Action::Decide, Subject::Disruption)?;
    sent.guard(&page)?;
    disruptions::end(&page.ctx(), id, sent.version()?).await?;
    Ok(see(format!("/ui/disruptions/{id}?notice=saved")))
}

/// `GET /ui/disruptions/{id}/drill.csv`
pub async fn file(page: Page, PathId(id): PathId) -> Answer {
    permit(&page.actor, Action::Export, Subject::Disruption)?;
    let (ctx, t) = (page.ctx(), page.locale);
    let (_, drill) = disruptions::last_drill(&ctx, id).await?;
    let people = drill.map(|drill| drill.people).unwrap_or_default();
    let names = Names::of(&ctx, "trainees", people.iter().map(|one| one.trainee)).await?;
    let head = ["record-trainees", "field-state", "field-horizon-on", "contingency-way"].map(|key| t.get(key));
    let rows: Vec<Vec<String>> = people
        .iter()
        .map(|one| {
            let ways: Vec<&str> = one.options.iter().map(|way| way.as_str()).collect();
            vec![
                names.name(one.trainee),
                one.gate.clone(),
                one.horizon_on.map(|day| day.to_string()).unwrap_or_default(),
                if ways.is_empty() { Response::Unplaced.to_string() } else { ways.join(" ") },
            ]
        })
        .collect();
    csv_export::table("drill", &head, &rows)
}
