//! Letters of contingency cases: as they lie in a case, and on paper, in any of the four languages.

use super::cells::{country, word_key};
use super::contingency::response;
use super::events::{cause_in_words, reason_in_words};
use super::parts::{Cell, Form, Input, Part, Sheet, Table, mendable};
use super::sent::Sent;
use super::shell::Page;
use super::{Answer, html, see};
use crate::app::contingency::letters::{self, Letter, Received, Said};
use crate::app::resource::{Document, short_reference};
use crate::error::AppError;
use crate::formats;
use crate::i18n::Locale;
use crate::web::extract::{Params, PathId};
use askama::Template;
use passerelle_domain::access::{Action, Subject, permit};
use passerelle_domain::contingency::letter::{LetterKind, Receipt};
use passerelle_domain::contingency::{Control, Response};
use passerelle_domain::finance::settlement::Bearer;
use passerelle_domain::money::Money;
use passerelle_store::entity::case_letter;
use serde_json::Value;
use std::collections::BTreeMap;
use uuid::Uuid;

/// The letters of a case, each to be printed, and for her to confirm.
///
/// # Errors
/// When the reader may not read cases.
pub async fn of_case(page: &Page, case: Uuid) -> Result<Option<Part>, AppError> {
    let (ctx, t) = (page.ctx(), page.locale);
    let found = letters::of_case(&ctx, case).await?;
    let confirms = letters::may_confirm(&ctx);
    let rows: Vec<Vec<Cell>> = found
        .iter()
        .map(|row| {
            vec![
                Cell::text(formats::date(t, row.sent_on)),
                Cell::link(t.get(&word_key("letter-kind", &row.kind)), format!("/ui/case-letters/{}/paper", row.id)),
                received(page, row, confirms),
            ]
        })
        .collect();
    let columns = ["field-sent-on", "record-case-letters", "field-received-how"].map(|key| t.get(key)).into();
    let table = Table { heading: t.get("records-case-letters"), columns, rows, empty: String::new() };
    Ok((!found.is_empty()).then_some(Part::Table(table)))
}

fn received(page: &Page, row: &case_letter::Model, confirms: bool) -> Cell {
    let t = page.locale;
    if let Some(day) = row.received_on.filter(|_| row.received_how != Receipt::Superseded.as_str()) {
        let how = t.get(&word_key("receipt", &row.received_how));
        return Cell::tag(format!("{how} · {}", formats::date(t, day)), "pass");
    }
    if row.received_how == Receipt::Superseded.as_str() {
        return Cell::text(t.get("receipt-superseded"));
    }
    if page.actor.trainee.is_none() || !confirms {
        return Cell::link(t.get("receipt-not-yet"), format!("/ui/case-letters/{}", row.id));
    }
    let mut cell = Cell::button(format!("/ui/case-letters/{}/receipt", row.id), t.get("letter-read"));
    if let Some(button) = &mut cell.button {
        button.hidden = vec![("version".into(), row.version.to_string()), ("how".into(), Receipt::App.to_string())];
    }
    cell
}

/// What can be done with a letter on its own page.
pub fn parts(page: &Page, document: &Document) -> Vec<Part> {
    let (ctx, t, id) = (page.ctx(), page.locale, document.id);
    let print = (format!("/ui/case-letters/{id}/paper"), t.get("letter-print"));
    let mut parts = vec![Part::Links { heading: String::new(), links: vec![print] }];
    let open = document.data.get("received_how").and_then(Value::as_str) == Some(Receipt::NotYet.as_str());
    if open && letters::may_confirm(&ctx) {
        parts.push(Part::Form(Box::new(confirmation(page, id, document.version))));
    }
    parts
}

fn confirmation(page: &Page, id: Uuid, version: i64) -> Form {
    let t = page.locale;
    let form = Form::new(format!("/ui/case-letters/{id}/receipt"), t.get("letter-confirm"))
        .heading(t.get("letter-confirm"))
        .hidden("version", version.to_string());
    if page.actor.trainee.is_some() {
        return Form { submit: t.get("letter-read"), ..form }.hidden("how", Receipt::App.to_string());
    }
    let ways = [Receipt::Paper, Receipt::Spoken].map(|how| (how.to_string(), t.get(&word_key("receipt", how.as_str()))));
    form.lead(t.get("letter-confirm-lead"))
        .input(Input::new("select", "how", t.get("field-received-how")).options(ways.into()).required())
        .input(
            Input::new("text", "on", t.get("field-received-on"))
                .hint(t.get("hint-kind-date"))
                .value(page.now.date().to_string())
                .required(),
        )
}

/// `POST /ui/case-letters/{id}/receipt`
pub async fn receive(page: Page, PathId(id): PathId, sent: Sent) -> Answer {
    permit(&page.actor, Action::Read, Subject::ContingencyCase)?;
    sent.guard(&page)?;
    let (ctx, version) = (page.ctx(), sent.version()?);
    let how = Receipt::parse(sent.get("how"));
    let on = sent.date("on");
    let done = match (how, on, sent.get("on").is_empty()) {
        (Ok(how), on, empty) if on.is_some() || empty => letters::receive(&ctx, id, version, &Received { how, on }).await,
        (Ok(_), ..) => Err(AppError::invalid("on", "date", "is not a date such as 2027-09-01")),
        (Err(error), ..) => Err(AppError::Invalid(vec![crate::error::FieldError::of("how", &error)])),
    };
    match done {
        Ok(case) => Ok(see(format!("/ui/contingency-cases/{case}?notice=saved"))),
        Err(refused) => {
            let t = page.locale;
            let form = confirmation(&page, id, version).refused(t, &mendable(refused)?, |name| sent.some(name));
            Sheet::new(page.shell("letter-confirm"))
                .crumb(format!("/ui/case-letters/{id}"), t.get("form-cancel"))
                .form(Form { heading: String::new(), ..form })
                .answer()
        }
    }
}

#[derive(Template)]
#[template(path = "letter.html")]
struct Papers {
    t: Locale,
    locales: [Locale; 4],
    title: String,
    here: String,
    back: (String, String),
    /// Where the next ones are, when there are more than one page prints.
    next: Option<(String, String)>,
    letters: Vec<Paper>,
}

/// A letter in words.
struct Paper {
    t: Locale,
    name: String,
    day: String,
    number: String,
    heading: String,
    paragraphs: Vec<String>,
    tables: Vec<Rows>,
    closing: Vec<String>,
}

struct Rows {
    columns: Vec<String>,
    rows: Vec<Vec<String>>,
}

/// `GET /ui/case-letters/{id}/paper`
pub async fn paper(page: Page, PathId(id): PathId, Params(asked): Params) -> Answer {
    let t = page.locale;
    let letter = letters::one(&page.ctx(), id).await?;
    html(&Papers {
        t,
        locales: Locale::ALL,
        title: t.get("record-case-letters"),
        here: format!("/ui/case-letters/{id}/paper"),
        next: None,
        back: (format!("/ui/contingency-cases/{}", letter.row.contingency_case_id), t.get("record-contingency-cases")),
        letters: vec![in_words(spoken(&page, &asked, &letter), &letter)],
    })
}

/// `GET /ui/disruptions/{id}/letters`: what is left to be handed over, a page each, in the language of each.
pub async fn papers(page: Page, PathId(id): PathId, Params(asked): Params) -> Answer {
    permit(&page.actor, Action::Read, Subject::Disruption)?;
    let t = page.locale;
    let after = asked.get("after").and_then(|id| Uuid::try_parse(id).ok());
    let (found, more) = letters::to_hand_over(&page.ctx(), id, after).await?;
    let last = found.last().filter(|_| more).map(|letter| letter.row.id);
    html(&Papers {
        t,
        locales: Locale::ALL,
        title: t.get("records-case-letters"),
        here: format!("/ui/disruptions/{id}/letters"),
        next: last.map(|last| (format!("/ui/disruptions/{id}/letters?after={last}"), t.get("letters-next"))),
        back: (format!("/ui/disruptions/{id}"), t.get("record-disruptions")),
        letters: found.iter().map(|letter| in_words(spoken(&page, &asked, letter), letter)).collect(),
    })
}

/// The language of a letter: the one that is asked for, hers, or the reader's.
fn spoken(page: &Page, asked: &BTreeMap<String, String>, letter: &Letter) -> Locale {
    let hers = || letter.language.as_deref().and_then(Locale::parse);
    asked.get("lang").and_then(|code| Locale::parse(code)).or_else(hers).unwrap_or(page.locale)
}

fn in_words(t: Locale, letter: &Letter) -> Paper {
    let said = &letter.said;
    let day = |day| formats::date(t, day);
    let mut paragraphs = Vec::new();
    let mut tables = Vec::new();
    let mut closing = Vec::new();
    let report = || match said.guarded {
        true => t.with1("letter-reported-plain", "date", day(said.reported_on)),
        false => t.with_all("letter-reported", [("date", day(said.reported_on)), ("cause", cause_in_words(t, &said.cause))]),
    };
    match letter.kind {
        LetterKind::Opened => {
            paragraphs.extend([report(), t.get("letter-opened")]);
            // Silence counts for her where she is believed; whoever is accused is heard.
            let counts = if said.control == Control::Within { "letter-opened-heard" } else { "letter-opened-next" };
            paragraphs.extend(said.due_on.map(|due| t.with1(counts, "date", day(due))));
        }
        LetterKind::Options => {
            paragraphs.push(report());
            paragraphs.extend(said.due_on.map(|due| t.with1("letter-options", "date", day(due))));
            tables.push(choices(t, said));
            closing.push(t.get("letter-choose"));
        }
        LetterKind::Rejected => {
            paragraphs.push(report());
            paragraphs.push(t.with1("letter-rejected", "reason", reason_in_words(t, said.words.as_deref().unwrap_or_default())));
        }
        LetterKind::Resolved => {
            paragraphs.push(report());
            paragraphs.extend(said.outcome.map(|outcome| t.with1("letter-resolved", "way", response(t, outcome))));
            tables.extend(said.settlements.iter().map(|settlement| borne(t, settlement)));
            closing.push(t.get("letter-certificate"));
            paragraphs.extend(said.turn_until.map(|until| t.with1("letter-turn", "date", day(until))));
        }
        LetterKind::AppealDismissed => {
            paragraphs.extend([report(), t.get("letter-appeal-dismissed")]);
            // Letters of before have no reason.
            paragraphs.extend(said.words.as_ref().map(|reason| t.with1("letter-panel", "reason", reason)));
        }
        LetterKind::Message => paragraphs.extend(said.words.clone()),
    }
    if !said.support.is_empty() && !said.guarded {
        let given: Vec<String> = said.support.iter().map(|one| t.get(&word_key("support", one.as_str()))).collect();
        closing.push(t.with1("letter-support", "given", given.join(" · ")));
    }
    closing.extend(said.appeal_until.map(|until| t.with1("letter-appeal", "date", day(until))));
    if letter.kind != LetterKind::Message && said.control != Control::Within {
        closing.push(t.get("letter-owes-nothing"));
    }
    Paper {
        t,
        name: letter.name.clone(),
        day: day(letter.row.sent_on),
        number: short_reference(letter.row.contingency_case_id),
        heading: t.get(&word_key("letter-kind", letter.kind.as_str())),
        paragraphs,
        tables,
        closing,
    }
}

fn choices(t: Locale, said: &Said) -> Rows {
    let hers = match said.asked_back {
        None => t.get("contingency-nothing"),
        Some(most) => t.with1("contingency-at-most", "amount", formats::money(t, most)),
    };
    let mut rows: Vec<Vec<String>> = said
        .choices
        .iter()
        .map(|choice| {
            let ways = std::iter::once(choice.response).chain(choice.with.iter().copied());
            let place = choice.opening.as_ref().map(|opening| format!("{} · {}", country(t, &opening.country), opening.title));
            vec![
                ways.map(|way| response(t, way)).collect::<Vec<_>>().join(" + "),
                place.unwrap_or_else(|| "—".into()),
                formats::date(t, choice.from),
                hers.clone(),
            ]
        })
        .collect();
    if said.unplaced {
        rows.push(vec![response(t, Response::Unplaced), "—".into(), "—".into(), hers]);
    }
    let columns = ["contingency-way", "contingency-where", "contingency-from", "letter-you-pay"].map(|key| t.get(key)).into();
    Rows { columns, rows }
}

fn borne(t: Locale, settlement: &passerelle_domain::finance::settlement::Settlement) -> Rows {
    let money = |amount: Money| formats::money(t, amount);
    let mut rows: Vec<Vec<String>> = settlement
        .waterfall
        .iter()
        .filter(|borne| borne.bearer != Bearer::Trainee)
        .map(|borne| vec![t.get(&word_key("bearer", borne.bearer.as_str())), money(borne.amount)])
        .collect();
    rows.push(vec![t.get("letter-you-pay"), money(settlement.trainee)]);
    Rows { columns: vec![t.get("settlement-bearer"), t.get("settlement-amount")], rows }
}

/// How many letters of a disruption there are and were confirmed, in words.
pub fn counted(t: Locale, letters: u64, confirmed: u64) -> Cell {
    let said = [("letters", formats::count(t, letters)), ("confirmed", formats::count(t, confirmed))];
    Cell::text(t.with_all("letters-counted", said))
}
