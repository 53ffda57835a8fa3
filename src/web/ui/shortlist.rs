//! The candidates of a need side by side, and the order in which the employer would ask them.

use super::cells::{Names, word_key};
use super::parts::{Cell, Form, Input, Part, Sheet, Table, mendable};
use super::sent::Sent;
use super::shell::Page;
use super::{Answer, see};
use crate::app::shortlist::{self, Candidate, Order};
use crate::error::{AppError, FieldError};
use crate::formats;
use crate::i18n::Locale;
use crate::web::extract::PathId;
use passerelle_domain::access::{Action, Subject, permit};
use std::collections::BTreeMap;
use uuid::Uuid;

/// `GET /ui/needs/{id}/shortlist`
pub async fn show(page: Page, PathId(id): PathId) -> Answer {
    shown(&page, id, &[], &Sent::default()).await
}

/// `POST /ui/needs/{id}/shortlist`
pub async fn order(page: Page, PathId(id): PathId, sent: Sent) -> Answer {
    permit(&page.actor, Action::Decide, Subject::Proposal)?;
    sent.guard(&page)?;
    let done = match read(&sent) {
        Ok(order) => shortlist::order(&page.ctx(), id, &order).await.map(|_| ()),
        Err(errors) => Err(AppError::Invalid(errors)),
    };
    match done {
        Ok(()) => Ok(see(format!("/ui/needs/{id}/shortlist?notice=saved"))),
        Err(refused) => shown(&page, id, &mendable(refused)?, &sent).await,
    }
}

/// Candidates by the numbers typed beside them; two with one number are refused, since neither comes first.
fn read(sent: &Sent) -> Result<Order, Vec<FieldError>> {
    let (mut places, mut errors) = (BTreeMap::new(), Vec::new());
    for (name, _) in &sent.0 {
        let Some(id) = name.strip_prefix("place-").and_then(|id| Uuid::try_parse(id).ok()) else { continue };
        let typed = sent.get(name);
        if typed.is_empty() {
            continue;
        }
        match sent.number(name).filter(|place| (1..=999).contains(place)) {
            None => errors.push(FieldError::new(name, "shortlist-place", "is not a place from 1 to 999")),
            Some(place) => {
                if places.insert(place, id).is_some_and(|other| other != id) {
                    errors.push(FieldError::new(name, "shortlist-same", "is a place that another candidate has"));
                }
            }
        }
    }
    if errors.is_empty() { Ok(Order { order: places.into_values().collect() }) } else { Err(errors) }
}

/// The strongest parts of a score, in words.
fn parts(t: Locale, one: &Candidate) -> String {
    let mut parts: Vec<_> = one.parts.iter().filter(|(_, points)| **points != 0).collect();
    parts.sort_by_key(|(_, points)| std::cmp::Reverse(**points));
    let told =
        parts.iter().map(|(feature, points)| format!("{} {}", t.get(&word_key("feature", feature.as_str())), formats::number(t, **points)));
    told.collect::<Vec<_>>().join(" · ")
}

fn readiness(t: Locale, one: &Candidate) -> Cell {
    match (one.ready_on, one.days_after_start) {
        (Some(day), Some(late)) if late > 0 => {
            Cell::tag(t.with_all("shortlist-late", [("day", formats::date(t, day)), ("days", formats::number(t, late))]), "warn")
        }
        (Some(day), Some(_)) => Cell::tag(formats::date(t, day), "pass"),
        _ => Cell::text("—"),
    }
}

async fn shown(page: &Page, id: Uuid, errors: &[FieldError], sent: &Sent) -> Answer {
    let t = page.locale;
    let list = shortlist::of(&page.ctx(), id).await?;
    let names = Names::of(&page.ctx(), "trainees", list.candidates.iter().map(|one| one.trainee)).await?;
    let name = |one: &Candidate| names.name(one.trainee);
    let decision = |word: &str| t.get(&word_key("decision", word));
    let row = |one: &Candidate| {
        vec![
            Cell::link(name(one), format!("/ui/proposals/{}", one.proposal)),
            Cell::number(one.rank.map_or_else(|| "—".into(), |rank| formats::number(t, rank))),
            Cell::number(formats::number(t, one.score)),
            Cell::text(parts(t, one)),
            readiness(t, one),
            Cell::text(decision(&one.trainee_decision)),
            Cell::text(decision(&one.employer_decision)),
        ]
    };
    let columns = [
        "shortlist-candidate",
        "shortlist-place",
        "field-score",
        "shortlist-parts",
        "field-ready-on",
        "field-trainee-decision",
        "field-employer-decision",
    ]
    .map(|key| t.get(key))
    .into();
    let rows = list.candidates.iter().map(row).collect();
    let mut sheet = Sheet::new(page.shell("shortlist-title"))
        .crumb(format!("/ui/needs/{id}"), list.title.clone())
        .lead(t.get("shortlist-lead"))
        .table(Table { heading: t.get("shortlist-candidates"), columns, rows, empty: t.get("shortlist-none") });
    if list.mine && !list.candidates.is_empty() {
        let mut form = Form::new(format!("/ui/needs/{id}/shortlist"), t.get("form-save"))
            .heading(t.get("shortlist-order"))
            .lead(t.get("shortlist-order-lead"));
        for one in &list.candidates {
            let input = Input::new("number", &format!("place-{}", one.proposal), name(one));
            form = form.input(input.value(one.rank.map(|rank| rank.to_string()).unwrap_or_default()));
        }
        sheet = sheet.form(form.refused(t, errors, |name| sent.some(name)));
    } else if list.candidates.is_empty() {
        sheet = sheet.part(Part::Links { heading: String::new(), links: vec![("/ui/pipeline".into(), t.get("pipeline-title"))] });
    }
    sheet.answer()
}
