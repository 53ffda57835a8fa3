//! A contract in its versions, as a page: side by side, what became worse marked.

use super::cells::{choices, word_key};
use super::parts::{Cell, Form, Input, Part, Sheet, Table, mendable};
use super::records::to_document;
use super::sent::Sent;
use super::shell::Page;
use super::{Answer, see};
use crate::app::contracts::{self, Contract, Enter, FIELDS, Shown};
use crate::error::FieldError;
use crate::formats;
use crate::i18n::Locale;
use crate::web::extract::PathId;
use passerelle_domain::access::{Action, Subject, permit};
use passerelle_domain::contract::{Effect, Terms};
use passerelle_domain::corridor::WagePeriod;
use uuid::Uuid;

/// `GET /ui/proposals/{id}/contract`
pub async fn show(page: Page, PathId(id): PathId) -> Answer {
    permit(&page.actor, Action::Read, Subject::Proposal)?;
    shown(&page, id, &[], &Sent::default()).await
}

/// `POST /ui/proposals/{id}/contract`
pub async fn enter(page: Page, PathId(id): PathId, sent: Sent) -> Answer {
    permit(&page.actor, Action::Read, Subject::Proposal)?;
    sent.guard(&page)?;
    let document = to_document(FIELDS, &sent.joined(), page.locale);
    let done = match Enter::read(&document) {
        Ok(enter) => contracts::enter(&page.ctx(), id, &enter).await,
        Err(refused) => Err(refused),
    };
    match done {
        Ok(_) => Ok(see(format!("/ui/proposals/{id}/contract?notice=saved"))),
        Err(refused) => shown(&page, id, &mendable(refused)?, &sent).await,
    }
}

/// `POST /ui/proposals/{id}/contract/consent`
pub async fn agree(page: Page, PathId(id): PathId, sent: Sent) -> Answer {
    permit(&page.actor, Action::Read, Subject::Proposal)?;
    sent.guard(&page)?;
    contracts::agree(&page.ctx(), id, sent.number("seq").unwrap_or_default()).await?;
    Ok(see(format!("/ui/proposals/{id}/contract?notice=saved")))
}

/// The terms of a version by their fields, as people read them.
fn told(t: Locale, terms: &Terms) -> Vec<(&'static str, String)> {
    let yes = |flag: bool| t.get(if flag { "answer-yes" } else { "answer-no" });
    let number = |number: u32| formats::number(t, number.into());
    vec![
        ("occupation", terms.occupation.to_string()),
        ("site", terms.site.clone()),
        ("duties", terms.duties.clone()),
        ("gross", format!("{} · {}", formats::money(t, terms.gross), t.get(&word_key("wage-period", terms.per.as_str())))),
        ("hours_per_week", formats::hundredths(t, terms.hours_per_week_centi.into())),
        ("overtime_percent", number(terms.overtime_percent)),
        ("leave_days", number(terms.leave_days)),
        ("deductions_percent", number(terms.deductions_percent)),
        ("housing", terms.housing.map_or_else(|| "—".into(), |rent| formats::money(t, rent))),
        ("insured", yes(terms.insured)),
        ("duration_months", terms.duration_months.map_or_else(|| t.get("contract-unlimited"), number)),
        ("notice_days", number(terms.notice_days)),
        ("return_travel_paid", yes(terms.return_travel_paid)),
        ("complaint_body", terms.complaint_body.clone()),
        ("languages", terms.languages.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")),
    ]
}

fn label(t: Locale, field: &str) -> String {
    t.get(&format!("contract-{}", field.replace('_', "-")))
}

async fn shown(page: &Page, id: Uuid, errors: &[FieldError], sent: &Sent) -> Answer {
    let t = page.locale;
    let contract = contracts::of(&page.ctx(), id).await?;
    let mut sheet =
        Sheet::new(page.shell("contract-title")).crumb(format!("/ui/proposals/{id}"), t.get("proposal-title")).lead(t.get("contract-lead"));
    match contract.substituted {
        Some("worse") => sheet = sheet.part(Part::Notice { text: t.get("error-contract-worse"), kind: "bad" }),
        Some(_) => sheet = sheet.part(Part::Notice { text: t.get("error-contract-not-agreed"), kind: "warn" }),
        None => {}
    }
    sheet = sheet.table(side_by_side(t, &contract));
    if contract.agrees
        && let Some(last) = contract.versions.last()
    {
        let form = Form::new(format!("/ui/proposals/{id}/contract/consent"), t.get("contract-agree"))
            .heading(t.get("contract-agree"))
            .lead(t.get("contract-agree-lead"))
            .hidden("seq", last.seq.to_string());
        sheet = sheet.form(form);
    }
    if !contract.mine.is_empty() {
        sheet = sheet.form(form(t, id, &contract).refused(t, errors, |name| sent.some(name)));
    }
    sheet.answer()
}

/// A row for each term, a column for each version; what is worse than in the version before is marked.
fn side_by_side(t: Locale, contract: &Contract) -> Table {
    let head = |version: &Shown| {
        format!("{} · {}", t.get(&word_key("contract-stage", version.stage.as_str())), formats::date(t, version.delivered_on))
    };
    let columns = std::iter::once(t.get("contract-term")).chain(contract.versions.iter().map(head)).collect();
    let columns_told: Vec<Vec<(&'static str, String)>> = contract.versions.iter().map(|version| told(t, &version.terms)).collect();
    let names: Vec<&'static str> = columns_told.first().map(|column| column.iter().map(|(name, _)| *name).collect()).unwrap_or_default();
    let rows = names.iter().enumerate().map(|(at, name)| {
        let cells = contract.versions.iter().zip(&columns_told).map(|(version, column)| {
            let text = column.get(at).map(|(_, text)| text.clone()).unwrap_or_default();
            match version.changes.iter().find(|change| change.field == *name).map(|change| change.effect) {
                Some(effect) => {
                    let kind = match effect {
                        Effect::Worse => "block",
                        Effect::Different => "warn",
                        Effect::Better => "pass",
                    };
                    Cell::tag(format!("{text} ({})", t.get(&word_key("contract-effect", effect.as_str()))), kind)
                }
                None => Cell::text(text),
            }
        });
        std::iter::once(Cell::text(label(t, name))).chain(cells).collect()
    });
    Table { heading: t.get("contract-versions"), columns, rows: rows.collect(), empty: t.get("contract-none") }
}

fn form(t: Locale, id: Uuid, contract: &Contract) -> Form {
    let last = contract.versions.last().map(|version| &version.terms);
    let text = |name: &str, value: Option<String>| Input::new("text", name, label(t, name)).value(value.unwrap_or_default()).required();
    let number = |name: &str, value: Option<u32>| {
        Input::new("number", name, label(t, name)).value(value.map(|value| value.to_string()).unwrap_or_default()).required()
    };
    let checked = |name: &str, value: bool| Input::new("checkbox", name, label(t, name)).value(if value { "true" } else { "" });
    let stages: Vec<&str> = contract.mine.iter().map(|stage| stage.as_str()).collect();
    let optional = |mut input: Input| {
        input.required = false;
        input
    };
    Form::new(format!("/ui/proposals/{id}/contract"), t.get("contract-enter"))
        .heading(t.get("contract-enter"))
        .lead(t.get("contract-enter-lead"))
        .input(Input::new("select", "stage", label(t, "stage")).options(choices(t, "contract-stage", &stages)).required())
        .input(optional(text("delivered_on", None)).hint(t.get("hint-kind-date")))
        .input(text("occupation", last.map(|terms| terms.occupation.to_string())))
        .input(text("site", last.map(|terms| terms.site.clone())))
        .input(
            Input::new("textarea", "duties", label(t, "duties"))
                .value(last.map(|terms| terms.duties.clone()).unwrap_or_default())
                .required(),
        )
        .input(text("gross", last.map(|terms| terms.gross.to_string())).hint(t.get("hint-kind-money")))
        .input(
            Input::new("select", "per", t.get("field-wage-per"))
                .options(choices(t, "wage-period", WagePeriod::WORDS))
                .value(last.map(|terms| terms.per.to_string()).unwrap_or_default())
                .required(),
        )
        .input(text(
            "hours_per_week",
            last.map(|terms| format!("{}.{:02}", terms.hours_per_week_centi / 100, terms.hours_per_week_centi % 100)),
        ))
        .input(number("overtime_percent", last.map(|terms| terms.overtime_percent)).hint(t.get("contract-overtime-hint")))
        .input(number("leave_days", last.map(|terms| terms.leave_days)))
        .input(number("deductions_percent", last.map(|terms| terms.deductions_percent)))
        .input(
            optional(text("housing", last.and_then(|terms| terms.housing).map(|rent| rent.to_string())))
                .hint(t.get("contract-housing-hint")),
        )
        .input(checked("insured", last.is_some_and(|terms| terms.insured)))
        .input(optional(number("duration_months", last.and_then(|terms| terms.duration_months))).hint(t.get("contract-duration-hint")))
        .input(number("notice_days", last.map(|terms| terms.notice_days)))
        .input(checked("return_travel_paid", last.is_some_and(|terms| terms.return_travel_paid)))
        .input(text("complaint_body", last.map(|terms| terms.complaint_body.clone())))
        .input(
            text("languages", last.map(|terms| terms.languages.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")))
                .hint(t.get("contract-languages-hint")),
        )
}
