//! The selection for a cohort as a page: the funnel, the order with its reasons, marks from a file, and the decision with
//! its dry run.

use super::parts::{Cell, Form, Input, Part, Sheet, Table, mendable};
use super::sent::{Sent, Upload};
use super::shell::Page;
use super::{Answer, see};
use crate::app::selection::{self, AT_ONCE, Decide, Decided, Did, Funnel};
use crate::error::FieldError;
use crate::formats;
use crate::i18n::Locale;
use crate::web::csv_export;
use crate::web::extract::PathId;
use crate::web::problem::field_message;
use crate::web::ui::cells::{Names, word_key};
use actix_multipart::Multipart;
use passerelle_domain::access::{Action, Subject, permit};
use passerelle_domain::selection::{Placed, Standing, Verdict};
use uuid::Uuid;

/// Applicants that the page shows; the file has them all.
const SHOWN: usize = 100;

/// `GET /ui/cohorts/{id}/selection`
pub async fn show(page: Page, PathId(id): PathId) -> Answer {
    let funnel = selection::funnel(&page.ctx(), id).await?;
    shown(&page, &funnel, &[], None, &Sent::default()).await
}

/// `POST /ui/cohorts/{id}/selection/marks`
pub async fn marks(page: Page, PathId(id): PathId, parts: Multipart) -> Answer {
    permit(&page.actor, Action::Update, Subject::Selection)?;
    let upload = Upload::read(parts, crate::app::imports::sheet::BYTES_MAX).await?;
    upload.fields.guard(&page)?;
    let ctx = page.ctx();
    let funnel = selection::funnel(&ctx, id).await?;
    let done = match selection::read_file(&funnel, &upload.bytes) {
        Ok((marks, wrong)) => selection::enter(&ctx, id, &marks, wrong, upload.fields.get("good_ones") == "true").await,
        Err(refused) => Err(refused),
    };
    match done {
        Ok(entered) => {
            let t = page.locale;
            let told =
                [("added", entered.added), ("changed", entered.changed), ("unchanged", entered.unchanged), ("left", entered.left_out)];
            let told = told.map(|(name, count)| (name, formats::count(t, count)));
            let notice = Part::Notice { text: t.with_all("selection-entered", told), kind: "good" };
            let funnel = selection::funnel(&ctx, id).await?;
            shown(&page, &funnel, &[], Some(vec![notice]), &Sent::default()).await
        }
        Err(refused) => shown(&page, &funnel, &mendable(refused)?, None, &upload.fields).await,
    }
}

/// `POST /ui/cohorts/{id}/selection`
pub async fn decide(page: Page, PathId(id): PathId, sent: Sent) -> Answer {
    permit(&page.actor, Action::Update, Subject::Selection)?;
    sent.guard(&page)?;
    let dry_run = sent.get("form_stage") != "apply";
    let yes = |name: &str| sent.get(name) == "true";
    let wish = Decide {
        dry_run,
        eligible: yes("eligible"),
        informed_consent: yes("informed_consent"),
        contingency_plan: yes("contingency_plan"),
        early_sign_off: yes("early_sign_off"),
        reject: yes("reject"),
    };
    let ctx = page.ctx();
    let made = selection::decide(&ctx, id, wish).await?;
    let funnel = selection::funnel(&ctx, id).await?;
    if !dry_run && made.did.is_empty() {
        return Ok(see(format!("/ui/cohorts/{id}/selection?notice=saved")));
    }
    decided(&page, &funnel, &made, wish, &sent).await
}

/// `GET /ui/cohorts/{id}/selection.csv`: to be filled in and sent back.
pub async fn file(page: Page, PathId(id): PathId) -> Answer {
    let t = page.locale;
    permit(&page.actor, Action::Export, Subject::Selection)?;
    let funnel = selection::funnel(&page.ctx(), id).await?;
    let names = Names::of(&page.ctx(), "trainees", funnel.order.iter().map(|placed| placed.person.0)).await?;
    let head = ["id".to_owned(), t.get("record-trainees"), t.get("field-track"), t.get("selection-mean"), t.get("field-status")];
    let head: Vec<String> = head.into_iter().chain(funnel.rules.iter().map(|rule| rule.name.clone())).collect();
    let rows = funnel.order.iter().map(|placed| {
        let person = placed.person.0;
        let own = [
            person.to_string(),
            names.name(person),
            t.get(&word_key("track", placed.track.as_str())),
            mean(placed),
            standing(t, &funnel, placed).0,
        ];
        let points = funnel.points.get(&person);
        let marks = funnel.rules.iter().map(|rule| points.and_then(|points| points.get(&rule.id)).map(u32::to_string).unwrap_or_default());
        own.into_iter().chain(marks).collect()
    });
    csv_export::table("selection", &head, &rows.collect::<Vec<Vec<String>>>())
}

fn mean(placed: &Placed) -> String {
    placed.mean_centi.map_or_else(|| "—".into(), |centi| format!("{}.{:02}", centi / 100, centi % 100))
}

/// Where somebody stands, in words, and the kind of its tag.
fn standing(t: Locale, funnel: &Funnel, placed: &Placed) -> (String, &'static str) {
    match &placed.standing {
        Standing::Ranked => match placed.place {
            Some(place) => (t.with1("selection-waits", "place", place), "warn"),
            None => (t.get("selection-ranked"), "pass"),
        },
        Standing::Unscored { missing } => (t.with1("selection-unscored", "missing", missing), "warn"),
        Standing::Short { rule, points, least } => (short(t, funnel, *rule, *points, *least), "block"),
    }
}

fn short(t: Locale, funnel: &Funnel, rule: Uuid, points: u32, least: u32) -> String {
    let name = funnel.rules.iter().find(|known| known.id == rule).map(|known| known.name.clone()).unwrap_or_default();
    t.with_all("selection-short", [("rule", name), ("points", points.to_string()), ("least", least.to_string())])
}

fn facts(t: Locale, funnel: &Funnel) -> Part {
    let number = |count: usize| Cell::number(formats::count(t, count));
    let counts = funnel.counts;
    let free: Vec<String> = funnel
        .free
        .iter()
        .map(|(track, seats)| format!("{}: {}", t.get(&word_key("track", track.as_str())), formats::number(t, i64::from(*seats))))
        .collect();
    Part::Facts {
        heading: t.get("selection-funnel"),
        facts: vec![
            (t.get("selection-applied"), number(counts.applied)),
            (t.get("selection-unscored-count"), number(counts.unscored)),
            (t.get("selection-ranked-count"), number(counts.ranked)),
            (t.get("selection-short-count"), number(counts.short)),
            (t.get("selection-waiting-count"), number(counts.waiting)),
            (t.get("selection-admitted-count"), Cell::number(formats::number(t, counts.admitted))),
            (t.get("selection-rejected-count"), Cell::number(formats::number(t, counts.rejected))),
            (t.get("selection-free"), Cell::text(free.join(" · "))),
        ],
    }
}

fn sheet(page: &Page, funnel: &Funnel) -> Sheet {
    let id = funnel.cohort.id;
    Sheet::new(page.shell("selection-title")).crumb(format!("/ui/cohorts/{id}"), funnel.cohort.name.clone())
}

async fn shown(page: &Page, funnel: &Funnel, errors: &[FieldError], first: Option<Vec<Part>>, sent: &Sent) -> Answer {
    let (t, id) = (page.locale, funnel.cohort.id);
    let mut sheet = sheet(page, funnel).lead(t.get("selection-lead"));
    if permit(&page.actor, Action::Export, Subject::Selection).is_ok() {
        sheet = sheet.action(format!("/ui/cohorts/{id}/selection.csv"), t.get("selection-list"));
    }
    for part in first.into_iter().flatten() {
        sheet = sheet.part(part);
    }
    sheet = sheet.part(facts(t, funnel));
    let rows = funnel.rules.iter().map(|rule| {
        let least = rule.least_points.map_or_else(|| "—".into(), |least| least.to_string());
        vec![
            Cell::link(rule.name.clone(), format!("/ui/selection-rules/{}", rule.id)),
            Cell::number(rule.weight.to_string()),
            Cell::number(least),
        ]
    });
    let columns = ["field-name", "field-selection-weight", "field-least-points"].map(|key| t.get(key)).into();
    sheet =
        sheet.table(Table { heading: t.get("records-selection-rules"), columns, rows: rows.collect(), empty: t.get("selection-no-rules") });
    let names = Names::of(&page.ctx(), "trainees", funnel.order.iter().take(SHOWN).map(|placed| placed.person.0)).await?;
    let rows = funnel.order.iter().take(SHOWN).enumerate().map(|(at, placed)| {
        let (words, kind) = standing(t, funnel, placed);
        vec![
            Cell::link(names.name(placed.person.0), format!("/ui/trainees/{}", placed.person)),
            Cell::number((at + 1).to_string()),
            Cell::text(t.get(&word_key("track", placed.track.as_str()))),
            Cell::number(mean(placed)),
            Cell::tag(words, kind),
        ]
    });
    let columns = ["record-trainees", "selection-order", "field-track", "selection-mean", "field-status"].map(|key| t.get(key)).into();
    let heading = t.with1("selection-first", "count", SHOWN.min(funnel.order.len()));
    sheet = sheet.table(Table { heading, columns, rows: rows.collect(), empty: t.get("selection-nobody") });
    if permit(&page.actor, Action::Update, Subject::Selection).is_err() {
        return sheet.answer();
    }
    if !funnel.rules.is_empty() && !funnel.order.is_empty() {
        let mut form = Form::new(format!("/ui/cohorts/{id}/selection/marks"), t.get("selection-enter"))
            .heading(t.get("selection-enter"))
            .lead(t.get("selection-enter-lead"))
            .input(Input::new("file", "file", t.get("import-file")).required())
            .input(Input::new("checkbox", "good_ones", t.get("selection-good-ones")));
        form.multipart = true;
        sheet = sheet.form(form.refused(t, errors, |name| sent.some(name)));
    }
    if !funnel.order.is_empty() {
        sheet = sheet.form(wish_form(t, id));
    }
    sheet.answer()
}

fn wish_form(t: Locale, id: Uuid) -> Form {
    let yes = |name: &str| Input::new("checkbox", name, t.get(&word_key("asks", name)));
    Form::new(format!("/ui/cohorts/{id}/selection"), t.get("bulk-preview"))
        .heading(t.get("selection-decide"))
        .lead(t.with1("selection-decide-lead", "count", AT_ONCE))
        .input(yes("eligible"))
        .input(yes("informed_consent"))
        .input(yes("contingency_plan"))
        .input(yes("early_sign_off"))
        .input(Input::new("checkbox", "reject", t.get("selection-reject")))
}

async fn decided(page: &Page, funnel: &Funnel, made: &Decided, wish: Decide, sent: &Sent) -> Answer {
    let (t, id) = (page.locale, funnel.cohort.id);
    let names = Names::of(&page.ctx(), "trainees", made.did.iter().map(|did| did.person)).await?;
    let told = [
        ("admitted", made.admitted),
        ("waiting", made.waiting),
        ("rejected", made.rejected),
        ("refused", made.refused),
        ("left", made.left),
    ];
    let told = told.map(|(name, count)| (name, formats::count(t, count)));
    let key = if wish.dry_run { "selection-would" } else { "selection-did" };
    let kind = if wish.dry_run || made.refused > 0 { "warn" } else { "good" };
    let mut sheet = sheet(page, funnel).part(Part::Notice { text: t.with_all(key, told), kind });
    let row = |did: &Did| {
        let (words, kind) = match (&did.verdict, &did.refused) {
            (_, Some(why)) => (field_message(t, why), "block"),
            (Verdict::Admit, None) => (t.get("selection-verdict-admit"), "pass"),
            (Verdict::Wait { place }, None) => (t.with1("selection-waits", "place", place), "warn"),
            (Verdict::Reject { rule, points, least }, None) => (short(t, funnel, *rule, *points, *least), "block"),
            (Verdict::Leave, None) => (String::new(), ""),
        };
        vec![Cell::link(names.name(did.person), format!("/ui/trainees/{}", did.person)), Cell::tag(words, kind)]
    };
    let columns = ["record-trainees", "field-status"].map(|key| t.get(key)).into();
    let rows = made.did.iter().map(row).collect();
    sheet = sheet.table(Table { heading: t.get("selection-decide"), columns, rows, empty: t.get("selection-nothing") });
    if wish.dry_run && made.did.iter().any(|did| did.refused.is_none()) {
        let mut form = Form::new(format!("/ui/cohorts/{id}/selection"), t.get("bulk-apply")).hidden("form_stage", "apply");
        for name in ["eligible", "informed_consent", "contingency_plan", "early_sign_off", "reject"] {
            form = form.hidden(name, sent.get(name));
        }
        sheet = sheet.form(form);
    }
    sheet
        .part(Part::Links { heading: String::new(), links: vec![(format!("/ui/cohorts/{id}/selection"), t.get("selection-title"))] })
        .answer()
}
