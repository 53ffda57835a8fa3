//! The page of a case: what is open to her, what each way would cost whom, and her choice.

use super::cells::{country, word_key};
use super::parts::{Cell, Form, Input, Part, Sheet, Table, mendable_event};
use super::sent::Sent;
use super::shell::Page;
use super::{Answer, see};
use crate::app::case_events::Act;
use crate::app::contingency::{self, Course, Options, act};
use crate::error::AppError;
use crate::formats;
use crate::i18n::Locale;
use crate::web::extract::PathId;
use passerelle_domain::access::{Action, Subject, permit};
use passerelle_domain::contingency::decision::{Barred, Choice};
use passerelle_domain::contingency::{Control, Response};
use passerelle_domain::finance::settlement::{Bearer, Settlement};
use passerelle_domain::machine::contingency::{Event, EventKind};
use passerelle_domain::money::{Currency, Money};
use std::collections::BTreeMap;
use uuid::Uuid;

/// A response in words.
pub fn response(t: Locale, response: Response) -> String {
    t.get(&word_key("response", response.as_str()))
}

/// Amounts of several currencies, each in its own words.
pub fn amounts(t: Locale, amounts: &BTreeMap<String, i64>) -> String {
    let money = |(code, minor): (&String, &i64)| Some(formats::money(t, Money::new(*minor, Currency::parse(code).ok()?)));
    let said: Vec<String> = amounts.iter().filter(|(_, minor)| **minor != 0).filter_map(money).collect();
    if said.is_empty() { "—".into() } else { said.join(" · ") }
}

/// The parts of a case's page above its timeline and forms.
///
/// # Errors
/// When the case is not the reader's.
pub async fn parts(page: &Page, id: Uuid) -> Result<Vec<Part>, AppError> {
    let (ctx, t) = (page.ctx(), page.locale);
    let course = contingency::course(&ctx, id).await?;
    let mut parts = Vec::new();
    if course.case.control() != Control::Within {
        parts.push(Part::Notice { text: t.get("contingency-owes-nothing"), kind: "good" });
    }
    if let Some(options) = &course.options {
        parts.extend(option_parts(page, &course, options));
    }
    parts.extend(course.settlements.iter().map(|settlement| settled(t, settlement)));
    parts.extend(promised(t, &course));
    parts.extend(super::letters::of_case(page, id).await?);
    parts.extend(super::events::contingency_parts(page, &course));
    Ok(parts)
}

/// What she is given beside, and until when she goes first.
fn promised(t: Locale, course: &Course) -> Option<Part> {
    let mut facts = Vec::new();
    if !course.support.is_empty() {
        let given: Vec<String> = course.support.iter().map(|one| t.get(&word_key("support", one.as_str()))).collect();
        facts.push((t.get("contingency-support"), Cell::text(given.join(" · "))));
    }
    if let Some(until) = course.row.turn_until {
        facts.push((t.get("field-turn-until"), Cell::text(formats::date(t, until))));
    }
    (!facts.is_empty()).then_some(Part::Facts { heading: String::new(), facts })
}

fn option_parts(page: &Page, course: &Course, options: &Options) -> Vec<Part> {
    let t = page.locale;
    let decision = &options.decision;
    let chooses = course.mine.contains(&EventKind::Consent);
    let herself = page.actor.trainee.is_some();
    let mut columns: Vec<String> =
        ["contingency-way", "contingency-where", "contingency-from", "contingency-owner", "contingency-loss", "contingency-hers"]
            .map(|key| t.get(key))
            .into();
    if chooses && herself {
        columns.push(t.get("action"));
    }
    let mut rows: Vec<Vec<Cell>> = decision
        .shown
        .iter()
        .filter_map(|at| decision.choices.get(*at))
        .map(|choice| {
            let mut cells = choice_cells(t, choice, course.asked_back);
            if chooses && herself {
                cells.push(choose_button(t, course, choice.response, choice.opening.as_ref().map(|opening| opening.need)));
            }
            cells
        })
        .collect();
    if decision.unplaced {
        let mut cells = vec![
            Cell::text(response(t, Response::Unplaced)),
            Cell::text("—"),
            Cell::text("—"),
            owner(t, Response::Unplaced),
            Cell::text("—"),
            hers(t, course.asked_back),
        ];
        if chooses && herself {
            cells.push(choose_button(t, course, Response::Unplaced, None));
        }
        rows.push(cells);
    }
    let heading = t.with1("contingency-options", "date", formats::date(t, options.as_of));
    let mut parts = vec![Part::Table(Table { heading, columns, rows, empty: String::new() })];
    let mut facts = Vec::new();
    if !decision.measures.is_empty() {
        let said: Vec<String> = decision.measures.iter().map(|measure| response(t, *measure)).collect();
        facts.push((t.get("contingency-measures"), Cell::text(said.join(" · "))));
    }
    if !decision.bearers.is_empty() {
        facts.push((t.get("contingency-bearers"), Cell::text(bearers(t, &decision.bearers))));
    }
    if !facts.is_empty() {
        parts.push(Part::Facts { heading: String::new(), facts });
    }
    if chooses && !herself {
        parts.push(Part::Form(Box::new(choice_form(page, course, options))));
    }
    let shut: Vec<Vec<Cell>> = decision.barred.iter().map(|barred| barred_cells(t, barred)).collect();
    if !shut.is_empty() {
        let columns = ["contingency-way", "contingency-why-not", "contingency-what-would"].map(|key| t.get(key)).into();
        parts.push(Part::Table(Table { heading: t.get("contingency-barred"), columns, rows: shut, empty: String::new() }));
    }
    parts
}

/// What she pays: nothing, or no more than the plan asks back where the cause is hers.
fn hers(t: Locale, asked_back: Option<Money>) -> Cell {
    match asked_back {
        None => Cell::tag(t.get("contingency-nothing"), "pass"),
        Some(most) => Cell::text(t.with1("contingency-at-most", "amount", formats::money(t, most))),
    }
}

/// Who carries out what was chosen.
fn owner(t: Locale, response: Response) -> Cell {
    Cell::text(t.get(&word_key("party", response.owner().as_str())))
}

/// Who bears what is lost, the first one first.
pub(super) fn bearers(t: Locale, bearers: &[Bearer]) -> String {
    bearers.iter().map(|bearer| t.get(&word_key("bearer", bearer.as_str()))).collect::<Vec<_>>().join(" · ")
}

fn choice_cells(t: Locale, choice: &Choice, asked_back: Option<Money>) -> Vec<Cell> {
    let with = choice.with.iter().map(|with| response(t, *with));
    let way: Vec<String> = std::iter::once(response(t, choice.response)).chain(with).collect();
    let place = choice.opening.as_ref().map_or_else(
        || "—".to_owned(),
        |opening| {
            let percent = t.with1("contingency-skill", "percent", opening.skill_percent);
            format!("{} · {} · {percent}", country(t, &opening.country), opening.title)
        },
    );
    vec![
        Cell::text(way.join(" + ")),
        Cell::text(place),
        Cell::text(formats::date(t, choice.from)),
        owner(t, choice.response),
        Cell::text(amounts(t, &choice.loss)),
        hers(t, asked_back),
    ]
}

fn choose_button(t: Locale, course: &Course, response: Response, need: Option<Uuid>) -> Cell {
    let mut cell = Cell::button(format!("/ui/contingency-cases/{}/choice", course.row.id), t.get("contingency-choose"));
    if let Some(button) = &mut cell.button {
        button.hidden = vec![("version".into(), course.row.version.to_string()), ("choice".into(), choice_word(response, need))];
    }
    cell
}

/// A response with its post, as a form sends it.
fn choice_word(response: Response, need: Option<Uuid>) -> String {
    need.map_or_else(|| response.to_string(), |need| format!("{response} {need}"))
}

/// For an officer who writes down what she said.
fn choice_form(page: &Page, course: &Course, options: &Options) -> Form {
    let t = page.locale;
    let mut choices: Vec<(String, String)> = options
        .decision
        .choices
        .iter()
        .map(|one| {
            let need = one.opening.as_ref().map(|opening| opening.need);
            let place = one.opening.as_ref().map(|opening| format!(" · {} · {}", country(t, &opening.country), opening.title));
            (choice_word(one.response, need), format!("{}{}", response(t, one.response), place.unwrap_or_default()))
        })
        .collect();
    if options.decision.unplaced {
        choices.push((Response::Unplaced.to_string(), response(t, Response::Unplaced)));
    }
    Form::new(format!("/ui/contingency-cases/{}/choice", course.row.id), t.get("contingency-event-consent"))
        .heading(t.get("contingency-event-consent"))
        .hidden("version", course.row.version.to_string())
        .input(Input::new("select", "choice", t.get("contingency-way")).options(choices).required())
        .input(Input::new("checkbox", "her_word", t.get("asks-her-word")).required())
        .folded()
}

fn barred_cells(t: Locale, barred: &Barred) -> Vec<Cell> {
    let bar = barred.bar.as_str().replace('_', "-");
    let mut rules: Vec<String> = barred.stopped_by.iter().map(|code| t.get(&format!("reason-name-{code}"))).collect();
    rules.dedup();
    let why = t.get(&format!("why-bar-{bar}"));
    let why = if rules.is_empty() { why } else { format!("{why} ({})", rules.join(", ")) };
    vec![Cell::text(response(t, barred.response)), Cell::text(why), Cell::text(t.get(&format!("fix-bar-{bar}")))]
}

/// Who bears what.
fn settled(t: Locale, settlement: &Settlement) -> Part {
    let money = |amount: Money| Cell::number(formats::money(t, amount));
    let mut rows: Vec<Vec<Cell>> = settlement
        .waterfall
        .iter()
        .filter(|borne| borne.bearer != Bearer::Trainee)
        .map(|borne| {
            let bearer = t.get(&word_key("bearer", borne.bearer.as_str()));
            let party = borne.party.as_ref().map(|party| word_key("party", party)).filter(|key| t.has(key)).map(|key| t.get(&key));
            vec![Cell::text(party.map_or(bearer.clone(), |party| format!("{bearer} · {party}"))), money(borne.amount)]
        })
        .collect();
    rows.push(vec![Cell::text(t.get("contingency-hers")), money(settlement.trainee)]);
    rows.push(vec![Cell::text(t.get("settlement-loss")), money(settlement.loss)]);
    rows.push(vec![Cell::text(t.get("settlement-residual")), money(settlement.residual)]);
    let columns = vec![t.get("settlement-bearer"), t.get("settlement-amount")];
    Part::Table(Table { heading: t.get("settlement-title"), columns, rows, empty: String::new() })
}

/// `POST /ui/contingency-cases/{id}/choice`
pub async fn choose(page: Page, PathId(id): PathId, sent: Sent) -> Answer {
    permit(&page.actor, Action::Read, Subject::ContingencyCase)?;
    sent.guard(&page)?;
    let (word, need) = sent.get("choice").split_once(' ').map_or((sent.get("choice"), None), |(word, need)| (word, Some(need)));
    let chosen = Response::parse(word).map_err(|error| AppError::Invalid(vec![crate::error::FieldError::of("choice", &error)]));
    let need = need.map(|need| Uuid::try_parse(need).map_err(|_| AppError::invalid("choice", "reference", "names no post"))).transpose();
    let done = match (chosen, need) {
        (Ok(response), Ok(need)) => {
            let event = Event::Consent { response, need, her_word: sent.get("her_word") == "true" };
            act::act(&page.ctx(), id, sent.version()?, &Act { event, on: None }).await.map(|_| ())
        }
        (Err(error), _) | (_, Err(error)) => Err(error),
    };
    let Err(error) = done else { return Ok(see(format!("/ui/contingency-cases/{id}?notice=saved"))) };
    let ctx = page.ctx();
    let course = contingency::course(&ctx, id).await?;
    let Some(options) = &course.options else { return Err(error) };
    let form = choice_form(&page, &course, options).refused(page.locale, &mendable_event(error)?, |name| sent.some(name));
    Sheet::new(page.shell("contingency-event-consent"))
        .crumb(format!("/ui/contingency-cases/{id}"), page.locale.get("form-cancel"))
        .form(Form { heading: String::new(), folded: false, ..form })
        .answer()
}
