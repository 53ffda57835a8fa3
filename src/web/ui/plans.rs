//! The contingency plan of an agreement: what is done about each cause, what a check finds, and the two keys.

pub mod forms;

use super::cells::{Names, word_key};
use super::contingency::{bearers, response};
use super::events::cause;
use super::parts::{Cell, Form, Input, Part, Sheet, Table, mendable_event};
use super::sent::Sent;
use super::shell::Page;
use super::tracks::then;
use super::{Answer, see};
use crate::app::contingency::cover;
use crate::app::contingency::plans::{self, Plans, Version};
use crate::error::{AppError, FieldError};
use crate::formats;
use crate::i18n::Locale;
use crate::web::extract::PathId;
use passerelle_domain::access::{Action, Subject, permit};
use passerelle_domain::contingency;
use passerelle_domain::contingency::plan::{Found, Plan};
use passerelle_domain::contingency::waiting_list::{Group, WaitingList};
use passerelle_domain::money::Money;
use uuid::Uuid;

/// `GET /ui/agreements/{id}/contingency-plan`
pub async fn show(page: Page, PathId(id): PathId) -> Answer {
    shown(&page, id, &[], &Sent::default()).await
}

async fn shown(page: &Page, id: Uuid, errors: &[FieldError], sent: &Sent) -> Answer {
    let (ctx, t) = (page.ctx(), page.locale);
    let found = plans::of(&ctx, id).await?;
    let title = Names::of(&ctx, "agreements", [id]).await?.name(id);
    let mut sheet =
        Sheet::new(page.shell("contingency-plan-title")).crumb(format!("/ui/agreements/{id}"), title).lead(t.get("contingency-plan-lead"));
    if found.published.is_none() {
        sheet = sheet.part(Part::Notice { text: t.get("contingency-plan-none"), kind: "warn" });
    }
    if permit(&page.actor, Action::Read, Subject::LedgerEntry).is_ok()
        && let Some(standing) = cover::of(&ctx, id).await?
    {
        sheet = sheet.part(covered(t, &standing));
    }
    let writes = permit(&page.actor, Action::Update, Subject::Agreement).is_ok();
    if writes && let Some(draft) = &found.draft {
        for part in draft_parts(t, id, draft) {
            sheet = sheet.part(part);
        }
    }
    let edits = writes.then_some(id);
    sheet = match found.published.as_ref().or(found.draft.as_ref()) {
        Some(plan) => sheet.part(facts(t, plan)).table(shares(t, &plan.plan)).table(answers(t, &plan.plan, edits)),
        None => sheet.table(answers(t, &Plan::standard(), edits)),
    };
    if writes {
        sheet = sheet.part(Part::Links { heading: t.get("contingency-plan-edit-parts"), links: parts(t, id) });
        sheet = sheet.form(editor(t, id, &found)?.refused(t, errors, |name| sent.some(name)));
    }
    sheet.answer()
}

/// The forms that write a part of the plan, but for those of causes, which the table of answers leads to.
fn parts(t: Locale, id: Uuid) -> Vec<(String, String)> {
    let to = |path: &str, label: String| (format!("/ui/agreements/{id}/contingency-plan/{path}"), label);
    let shares = forms::shares::classes().map(|class| {
        let name = t.get(&word_key("cost-class", class.as_str()));
        to(&format!("shares/{class}"), t.with1("contingency-plan-share-of", "class", name))
    });
    [("terms", "contingency-plan-terms"), ("waiting-list", "contingency-plan-waiting-list"), ("switches", "contingency-plan-switches")]
        .into_iter()
        .map(|(path, key)| to(path, t.get(key)))
        .chain(shares)
        .collect()
}

fn facts(t: Locale, plan: &Version) -> Part {
    let day = |day: Option<chrono::NaiveDate>| Cell::text(day.map_or_else(|| "—".into(), |day| formats::date(t, day)));
    let days = |days: u32| Cell::number(formats::count(t, days));
    Part::Facts {
        heading: t.with1("contingency-plan-number", "number", plan.number),
        facts: vec![
            (t.get("contingency-plan-published"), day(plan.published_on)),
            (t.get("contingency-plan-origin-key"), day(plan.origin_key_on)),
            (t.get("contingency-plan-destination-key"), day(plan.destination_key_on)),
            (t.get("contingency-plan-deferral"), days(plan.plan.deferral_days)),
            (t.get("contingency-plan-cohort-deferral"), days(plan.plan.cohort_deferral_days)),
            (
                t.get("contingency-plan-stipend"),
                Cell::text(plan.plan.stipend.map_or_else(|| "—".into(), |amount| formats::money(t, amount))),
            ),
            (t.get("contingency-plan-first-refusal"), months(t, plan.plan.waiting_list.first_refusal_months)),
            (t.get("contingency-plan-re-entry"), months(t, plan.plan.waiting_list.re_entry_months)),
            (t.get("contingency-plan-list-shares"), least_shares(t, &plan.plan.waiting_list)),
            (
                t.get("contingency-plan-switches"),
                Cell::text(match plan.plan.switches.as_slice() {
                    [] => "—".to_owned(),
                    some => some.iter().map(|one| then(t, one.from.as_str(), one.to.as_str())).collect::<Vec<_>>().join(" · "),
                }),
            ),
            (
                t.get("contingency-plan-repayment"),
                Cell::text(plan.plan.repayment.map_or_else(
                    || "—".into(),
                    |terms| {
                        let (cap, months) = (formats::money(t, terms.cap), formats::count(t, terms.months));
                        t.with_all("contingency-plan-repayment-terms", [("cap", cap), ("months", months)])
                    },
                )),
            ),
        ],
    }
}

fn months(t: Locale, months: u32) -> Cell {
    Cell::text(t.with1("contingency-plan-months", "months", formats::count(t, months)))
}

/// Who has at least which part of the places.
fn least_shares(t: Locale, list: &WaitingList) -> Cell {
    let said = list.shares.iter().map(|share| {
        let group = match &share.of {
            Group::Sex(sex) => t.get(&word_key("sex", sex.as_str())),
            Group::Region(region) => region.to_string(),
        };
        t.with_all("contingency-plan-list-share", [("group", group), ("percent", formats::count(t, share.percent))])
    });
    let said: Vec<String> = said.collect();
    Cell::text(if said.is_empty() { "—".into() } else { said.join(" · ") })
}

/// How the reserve stands to what the plan asks of it.
fn covered(t: Locale, standing: &cover::Standing) -> Part {
    let money = |amount: Money| Cell::number(formats::money(t, amount));
    let mut facts = vec![(t.get("cover-places"), Cell::number(formats::count(t, standing.places)))];
    if let Some(reserve) = &standing.reserve {
        facts.push((t.get("cover-target"), money(reserve.target)));
        facts.push((t.get("cover-floor"), money(reserve.floor)));
        facts.push((t.get("cover-premium"), money(reserve.premium_per_place)));
    }
    facts.push((t.get("cover-balance"), money(standing.balance)));
    if let Some(call) = standing.reserve.as_ref().and_then(|reserve| reserve.standing) {
        facts.push((t.get("cover-call"), money(call.call)));
    }
    let open = if standing.is_open() { Cell::tag(t.get("cover-open"), "pass") } else { Cell::tag(t.get("cover-shut"), "block") };
    facts.push((t.get("field-status"), open));
    Part::Facts { heading: t.get("cover-heading"), facts }
}

fn shares(t: Locale, plan: &Plan) -> Table {
    let rows = plan.shares.iter().map(|share| {
        vec![
            Cell::text(t.get(&word_key("cost-class", share.class.as_str()))),
            Cell::text(t.get(&word_key("party", share.payer.as_str()))),
            Cell::number(formats::count(t, share.percent)),
            Cell::number(share.cap.map_or_else(|| "—".into(), |cap| formats::money(t, cap))),
            Cell::text(t.get(&word_key("milestone", share.due.as_str()))),
        ]
    });
    let columns = ["field-cost-class", "field-payer", "contingency-plan-percent", "contingency-plan-cap", "field-milestone"];
    let columns = columns.map(|key| t.get(key)).into();
    Table { heading: t.get("contingency-plan-shares"), columns, rows: rows.collect(), empty: t.get("contingency-plan-no-shares") }
}

/// What is done about each cause; to be edited by whoever writes the plan of this agreement.
fn answers(t: Locale, plan: &Plan, edits: Option<Uuid>) -> Table {
    let rows = plan.answers.iter().map(|answer| {
        let ways: Vec<String> = answer.responses.iter().map(|way| response(t, *way)).collect();
        let control =
            contingency::cause(&answer.cause).map_or_else(String::new, |known| t.get(&word_key("control", known.control.as_str())));
        let owed = answer.owed.map_or_else(|| "—".to_owned(), |amount| formats::money(t, amount));
        let given: Vec<String> = answer.support.iter().map(|one| t.get(&word_key("support", one.as_str()))).collect();
        vec![
            match edits {
                Some(id) => Cell::link(cause(t, &answer.cause), format!("/ui/agreements/{id}/contingency-plan/answers/{}", answer.cause)),
                None => Cell::text(cause(t, &answer.cause)),
            },
            Cell::text(control),
            Cell::text(ways.join(" · ")),
            Cell::text(given.join(" · ")),
            Cell::text(
                contingency::cause(&answer.cause)
                    .map_or_else(String::new, |known| bearers(t, &contingency::decision::bearers(known, known.control(None)))),
            ),
            Cell::number(owed),
        ]
    });
    let columns = [
        "field-cause",
        "field-control",
        "contingency-plan-responses",
        "contingency-plan-support",
        "contingency-bearers",
        "contingency-plan-owed",
    ]
    .map(|key| t.get(key))
    .into();
    Table { heading: t.get("contingency-plan-answers"), columns, rows: rows.collect(), empty: t.get("list-empty") }
}

/// A finding in words, with the cause that it is about.
fn finding(t: Locale, found: &Found) -> Vec<Cell> {
    let about = found.cause.as_ref().map_or_else(|| "—".to_owned(), |code| cause(t, code));
    vec![Cell::text(about), Cell::tag(t.get(&word_key("contingency-plan-finding", found.finding.as_str())), "block")]
}

fn draft_parts(t: Locale, id: Uuid, draft: &Version) -> Vec<Part> {
    if draft.findings.is_empty() {
        let key = Form::new(format!("/ui/agreements/{id}/contingency-plan/key"), t.get("contingency-plan-turn-key"))
            .heading(t.get("contingency-plan-turn-key"))
            .lead(t.get("contingency-plan-turn-key-lead"))
            .hidden("digest", draft.digest.clone());
        return vec![Part::Form(Box::new(key))];
    }
    let rows = draft.findings.iter().map(|found| finding(t, found)).collect();
    let columns = vec![t.get("field-cause"), t.get("contingency-plan-found")];
    vec![Part::Table(Table { heading: t.get("contingency-plan-findings"), columns, rows, empty: String::new() })]
}

fn editor(t: Locale, id: Uuid, found: &Plans) -> Result<Form, AppError> {
    let standard = Plan::standard();
    let plan = found.draft.as_ref().or(found.published.as_ref()).map_or(&standard, |version| &version.plan);
    Ok(Form::new(format!("/ui/agreements/{id}/contingency-plan"), t.get("contingency-plan-save"))
        .heading(t.get("contingency-plan-edit"))
        .lead(t.get("contingency-plan-edit-lead"))
        .input(Input::new("textarea", "document", t.get("contingency-plan-document")).value(serde_json::to_string_pretty(plan)?).required())
        .folded())
}

/// `POST /ui/agreements/{id}/contingency-plan`
pub async fn save(page: Page, PathId(id): PathId, sent: Sent) -> Answer {
    permit(&page.actor, Action::Update, Subject::Agreement)?;
    sent.guard(&page)?;
    let done = match serde_json::from_str::<Plan>(sent.get("document")) {
        Ok(plan) => plans::save(&page.ctx(), id, &plan, None).await,
        Err(error) => Err(AppError::Invalid(vec![FieldError::new("document", "document", format!("cannot be read: {error}"))])),
    };
    match done {
        Ok(()) => Ok(see(format!("/ui/agreements/{id}/contingency-plan?notice=saved"))),
        Err(refused) => shown(&page, id, &mendable_event(refused)?, &sent).await,
    }
}

/// `POST /ui/agreements/{id}/contingency-plan/key`
pub async fn turn_key(page: Page, PathId(id): PathId, sent: Sent) -> Answer {
    permit(&page.actor, Action::Update, Subject::Agreement)?;
    sent.guard(&page)?;
    match plans::turn_key(&page.ctx(), id, sent.get("digest")).await {
        Ok(_) => Ok(see(format!("/ui/agreements/{id}/contingency-plan?notice=saved"))),
        Err(refused) => shown(&page, id, &mendable_event(refused)?, &Sent::default()).await,
    }
}
