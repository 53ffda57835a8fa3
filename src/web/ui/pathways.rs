//! Pathways in the making: the list, the editor with its picture, findings and differences, and the
//! keys of the two sides. Everything works without scripts.

use super::cells::{country, word_key};
use super::parts::{Cell, Form, Input, Part, Sheet, Table, mendable};
use super::sent::Sent;
use super::shell::Page;
use super::{Answer, charts, see};
use crate::app::pathway_drafts::{self, Begin, Draft, Side, Stage, TEMPLATES};
use crate::app::{corridor_yaml, corridors, pathways};
use crate::error::{AppError, FieldError};
use crate::formats;
use crate::i18n::plain;
use crate::web::extract::PathId;
use actix_web::http::header;
use actix_web::{HttpResponse, web};
use passerelle_domain::access::{Action, Subject, permit};
use passerelle_domain::country::CountryCode;
use passerelle_engine::pathway::Severity;
use uuid::Uuid;

pub(super) fn words(page: &Page, list: &str, words: &[&str]) -> Vec<(String, String)> {
    words.iter().map(|word| ((*word).to_owned(), page.locale.get(&word_key(list, word)))).collect()
}

/// `GET /ui/pathway-drafts`
pub async fn list(page: Page) -> Answer {
    list_page(&page, &[], &Sent::default()).await
}

async fn list_page(page: &Page, errors: &[FieldError], sent: &Sent) -> Answer {
    let t = page.locale;
    let ctx = page.ctx();
    let rows = pathway_drafts::list(&ctx).await?.into_iter().map(|row| {
        vec![
            Cell::link(row.name, format!("/ui/pathway-drafts/{}", row.id)),
            Cell::text(row.pack_id),
            Cell::tag(t.get(&word_key("draft-stage", &row.stage)), if row.stage == "awaiting_counterpart" { "warn" } else { "open" }),
            Cell::text(if row.base_version == 0 { String::new() } else { row.base_version.to_string() }),
            Cell::text(row.effective_from.map(|day| formats::date(t, day)).unwrap_or_default()),
            Cell::text(formats::moment_ms(t, row.updated_at_ms)),
        ]
    });
    let columns =
        ["field-name", "field-pack", "field-stage", "drafts-base", "field-effective-from", "drafts-changed"].map(|key| t.get(key));
    let table = Table { heading: String::new(), columns: columns.into(), rows: rows.collect(), empty: t.get("list-empty") };
    let mut sheet = Sheet::new(page.shell("drafts-title")).lead(t.get("drafts-lead")).table(table);
    if permit(ctx.actor, Action::Create, Subject::PathwayDraft).is_ok() {
        let mine = |code: &CountryCode| ctx.actor.grants.iter().any(|grant| grant.territory.countries.contains(code));
        let packs = corridors::list(&ctx).await?;
        let packs = packs
            .iter()
            .filter(|pack| mine(&pack.destination) || pack.origins.is_empty() || pack.origins.iter().any(mine))
            .map(|pack| (pack.id.to_string(), pack.name.in_language(t.code()).to_owned()));
        let change = Form::new("/ui/pathway-drafts", t.get("drafts-begin"))
            .heading(t.get("drafts-change"))
            .hidden("way", "pack")
            .input(Input::new("select", "pack", t.get("field-pack")).options(packs.collect()).required());
        let templates = TEMPLATES.iter().map(|(name, _)| ((*name).to_owned(), t.get(&format!("template-{name}")))).collect();
        let new = Form::new("/ui/pathway-drafts", t.get("drafts-begin"))
            .heading(t.get("drafts-new"))
            .lead(t.get("drafts-new-lead"))
            .hidden("way", "template")
            .input(Input::new("select", "template", t.get("drafts-template")).options(templates).required())
            .input(Input::new("text", "id", t.get("drafts-id")).hint(t.get("drafts-id-hint")).required())
            .input(Input::new("text", "name", t.get("field-name")).required())
            .input(Input::new("text", "destination", t.get("field-destination")).hint(t.get("drafts-country-hint")).required())
            .input(Input::new("text", "origins", t.get("drafts-origins")).hint(t.get("drafts-country-hint")));
        let file = Form::new("/ui/pathway-drafts", t.get("drafts-begin"))
            .heading(t.get("drafts-file"))
            .lead(t.get("drafts-file-lead"))
            .hidden("way", "yaml")
            .input(Input::new("textarea", "yaml", t.get("drafts-yaml")).required());
        for (way, form) in [("pack", change), ("template", new), ("yaml", file)] {
            let refused = sent.get("way") == way && !errors.is_empty();
            let form = form.folded();
            sheet = sheet.form(if refused { form.refused(t, errors, |name| sent.some(name)) } else { form });
        }
    }
    sheet.answer()
}

/// `POST /ui/pathway-drafts`
pub async fn begin(page: Page, sent: Sent) -> Answer {
    sent.guard(&page)?;
    permit(&page.actor, Action::Create, Subject::PathwayDraft)?;
    let mut errors = Vec::new();
    let mut begin = Begin::default();
    match sent.get("way") {
        "template" => {
            let mut country = |name: &str, text: &str| match CountryCode::parse(&text.to_uppercase()) {
                Ok(code) => Some(code),
                Err(error) => {
                    errors.push(FieldError::of(name, &error));
                    None
                }
            };
            begin.destination = country("destination", sent.get("destination"));
            begin.origins = sent
                .get("origins")
                .split([',', ' ', ';'])
                .filter(|part| !part.is_empty())
                .filter_map(|part| country("origins", part))
                .collect();
            (begin.template, begin.id, begin.name) = (sent.some("template"), Some(sent.get("id").to_owned()), sent.some("name"));
            if begin.template.is_none() {
                errors.push(FieldError::new("template", "required", "is needed"));
            }
        }
        "yaml" => begin.yaml = Some(sent.raw("yaml").to_owned()),
        _ => begin.pack = Some(sent.get("pack").to_owned()),
    }
    if !errors.is_empty() {
        return list_page(&page, &errors, &sent).await;
    }
    match pathway_drafts::begin(&page.ctx(), &begin).await {
        Ok(id) => Ok(see(format!("/ui/pathway-drafts/{id}?notice=created"))),
        Err(error) => list_page(&page, &mendable(error)?, &sent).await,
    }
}

/// `GET /ui/pathway-drafts/{id}`
pub async fn show(page: Page, PathId(id): PathId) -> Answer {
    draft_page(&page, id, "", &[], &Sent::default()).await
}

/// The editor; `refused` names the form that was not right.
async fn draft_page(page: &Page, id: Uuid, refused: &str, errors: &[FieldError], sent: &Sent) -> Answer {
    let t = page.locale;
    let ctx = page.ctx();
    let draft = pathway_drafts::get(&ctx, id).await?;
    let base = format!("/ui/pathway-drafts/{id}");
    let version = draft.row.version.to_string();
    let open = matches!(draft.stage(), Stage::Draft | Stage::AwaitingCounterpart);
    let writes = open && !draft.mine.is_empty() && permit(ctx.actor, Action::Update, Subject::PathwayDraft).is_ok();
    let pack = &draft.pack;
    let mut sheet = Sheet::new(page.shell_titled(pack.name.in_language(t.code()).to_owned()))
        .crumb("/ui/pathway-drafts", t.get("drafts-title"))
        .action(format!("{base}/pack.yaml"), t.get("drafts-download"));
    if writes {
        sheet = sheet.action(format!("{base}/steps/new"), t.get("drafts-add-step"));
    }
    if let Some(reason) = &draft.row.refusal {
        sheet = sheet.part(Part::Notice { text: t.with1("drafts-refused", "reason", reason), kind: "warn" });
    }
    let countries = |codes: &[CountryCode]| {
        if codes.is_empty() {
            t.get("any-country")
        } else {
            codes.iter().map(|code| country(t, code.as_str())).collect::<Vec<_>>().join(", ")
        }
    };
    let key = |side: Side| match draft.keys.iter().find(|(turned, _, _)| *turned == side) {
        Some((_, name, at)) => Cell::text(format!("{name}, {}", formats::moment_ms(t, *at))),
        None => Cell::text(t.get("drafts-key-open")),
    };
    sheet = sheet.part(Part::Facts {
        heading: String::new(),
        facts: vec![
            (t.get("field-pack"), Cell::text(draft.row.pack_id.clone())),
            (t.get("field-stage"), Cell::tag(t.get(&word_key("draft-stage", &draft.row.stage)), "open")),
            (t.get("drafts-origins"), Cell::text(countries(&pack.origins))),
            (t.get("field-destination"), Cell::text(country(t, pack.destination.as_str()))),
            (t.get("field-effective-from"), Cell::text(draft.row.effective_from.map(|day| formats::date(t, day)).unwrap_or_default())),
            (t.get("drafts-key-origin"), key(Side::Origin)),
            (t.get("drafts-key-destination"), key(Side::Destination)),
        ],
    });
    sheet = sheet.table(findings_table(page, &draft, &base, writes));
    sheet = sheet.part(picture(page, &draft));
    sheet = sheet.table(steps_table(page, &draft, &base, &version, writes));
    sheet = sheet.table(changes_table(page, &draft));
    let with = |form: Form, name: &str| if refused == name { form.refused(t, errors, |field| sent.some(field)) } else { form };
    if writes {
        let submit = Form::new(format!("{base}/submission"), t.get("drafts-submit"))
            .heading(t.get("drafts-submit"))
            .lead(t.get("drafts-submit-lead"))
            .hidden("version", version.clone())
            .input(Input::new("text", "effective_from", t.get("field-effective-from")).hint(t.get("hint-kind-date")).required());
        sheet = sheet.form(with(submit, "submission"));
        let file = Form::new(format!("{base}/file"), t.get("form-save"))
            .heading(t.get("drafts-file"))
            .lead(t.get("drafts-file-lead"))
            .hidden("version", version.clone())
            .input(Input::new("textarea", "yaml", t.get("drafts-yaml")).required())
            .folded();
        sheet = sheet.form(with(file, "file"));
    }
    let decides = draft.stage() == Stage::AwaitingCounterpart && permit(ctx.actor, Action::Decide, Subject::PathwayDraft).is_ok();
    if decides {
        let approve = Form::new(format!("{base}/approval"), t.get("drafts-approve"))
            .heading(t.get("drafts-approve"))
            .lead(t.get("drafts-approve-lead"))
            .hidden("version", version.clone());
        sheet = sheet.form(with(approve, "approval"));
        let refuse = Form::new(format!("{base}/refusal"), t.get("drafts-refuse"))
            .heading(t.get("drafts-refuse"))
            .hidden("version", version.clone())
            .input(Input::new("textarea", "reason", t.get("field-reason")).required())
            .folded();
        sheet = sheet.form(with(refuse, "refusal"));
    }
    if writes {
        let discard =
            Form::new(format!("{base}/discard"), t.get("drafts-discard")).heading(t.get("drafts-discard")).hidden("version", version);
        sheet = sheet.form(with(discard.danger().folded(), "discard"));
    }
    sheet.answer()
}

pub(super) fn step_label(page: &Page, draft: &Draft, id: &str) -> String {
    draft
        .pack
        .steps
        .iter()
        .find(|step| step.id == id)
        .map_or_else(|| id.to_owned(), |step| format!("{} ({id})", charts::step_name(page.locale, step)))
}

fn findings_table(page: &Page, draft: &Draft, base: &str, writes: bool) -> Table {
    let t = page.locale;
    let rows = draft.findings.iter().map(|finding| {
        let (said, fix) = pathways::words(t, finding);
        let known = draft.pack.steps.iter().any(|step| step.id == finding.place);
        let place = step_label(page, draft, &finding.place);
        vec![
            if known && writes { Cell::link(place, format!("{base}/steps/{}", finding.place)) } else { Cell::text(place) },
            Cell::tag(
                t.get(&word_key("finding-severity", finding.severity.as_str())),
                if finding.severity == Severity::Forbids { "block" } else { "warn" },
            ),
            Cell::text(plain(&said)),
            Cell::text(plain(&fix)),
        ]
    });
    let columns = ["drafts-place", "drafts-severity", "drafts-finding", "drafts-fix"].map(|key| t.get(key)).into();
    Table { heading: t.get("drafts-findings"), columns, rows: rows.collect(), empty: t.get("drafts-no-findings") }
}

fn picture(page: &Page, draft: &Draft) -> Part {
    let t = page.locale;
    let rows = draft.pack.steps.iter().map(|step| {
        let after = step.after.iter().map(|id| step_label(page, draft, id)).collect::<Vec<_>>().join(", ");
        vec![charts::step_name(t, step), charts::actor_name(t, step.actor), after, charts::days(t, step)]
    });
    Part::Picture {
        heading: t.get("corridor-steps"),
        svg: charts::pathway(&t.get("corridor-steps"), &draft.pack.steps, t),
        columns: ["step-name", "step-actor", "step-after", "step-days"].map(|key| t.get(key)).into(),
        rows: rows.collect(),
    }
}

fn steps_table(page: &Page, draft: &Draft, base: &str, version: &str, writes: bool) -> Table {
    let t = page.locale;
    let rows = draft.pack.steps.iter().map(|step| {
        let name = charts::step_name(t, step);
        let mut remove =
            if writes { Cell::button(format!("{base}/steps/{}/remove", step.id), t.get("action-delete")) } else { Cell::default() };
        if let Some(button) = &mut remove.button {
            button.hidden.push(("version".into(), version.to_owned()));
        }
        vec![
            if writes { Cell::link(name, format!("{base}/steps/{}", step.id)) } else { Cell::text(name) },
            Cell::text(step.id.clone()),
            Cell::text(charts::actor_name(t, step.actor)),
            Cell::text(step.after.join(", ")),
            Cell::text(format!("{} – {} – {}", step.days.min, step.days.typical, step.days.max)),
            Cell::text(step.on_failure.clone().unwrap_or_default()),
            remove,
        ]
    });
    let columns =
        ["step-name", "step-id", "step-actor", "step-after", "step-days", "step-on-failure", "action"].map(|key| t.get(key)).into();
    Table { heading: t.get("corridor-steps"), columns, rows: rows.collect(), empty: t.get("list-empty") }
}

fn changes_table(page: &Page, draft: &Draft) -> Table {
    let t = page.locale;
    let rows = draft.changes.iter().map(|change| {
        let place = match &change.step {
            Some(step) if change.place.is_empty() => step_label(page, draft, step),
            Some(step) => format!("{}: {}", step_label(page, draft, step), change.place),
            None => change.place.clone(),
        };
        vec![
            Cell::text(place),
            Cell::text(t.get(&word_key("change-kind", change.kind.as_str()))),
            Cell::text(change.before.clone()),
            Cell::text(change.after.clone()),
        ]
    });
    let columns = ["drafts-place", "drafts-what", "drafts-before", "drafts-after"].map(|key| t.get(key)).into();
    let empty = if draft.row.base_version == 0 { t.get("drafts-all-new") } else { t.get("drafts-no-changes") };
    Table { heading: t.get("drafts-changes"), columns, rows: rows.collect(), empty }
}

/// `GET /ui/pathway-drafts/{id}/pack.yaml`
pub async fn file(page: Page, PathId(id): PathId) -> Answer {
    let draft = pathway_drafts::get(&page.ctx(), id).await?;
    let text = corridor_yaml::write(&draft.pack).map_err(|error| AppError::internal(error.to_string()))?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "application/yaml; charset=utf-8"))
        .insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"{}.yaml\"", draft.row.pack_id)))
        .body(text))
}

/// After a change: back to the editor, or the editor with what was wrong.
async fn done(page: &Page, id: Uuid, form: &str, notice: &str, result: Result<(), AppError>, sent: &Sent) -> Answer {
    match result {
        Ok(()) => Ok(see(format!("/ui/pathway-drafts/{id}?notice={notice}"))),
        Err(error) => draft_page(page, id, form, &mendable(error)?, sent).await,
    }
}

/// `POST /ui/pathway-drafts/{id}/file`
pub async fn take_file(page: Page, PathId(id): PathId, sent: Sent) -> Answer {
    sent.guard(&page)?;
    permit(&page.actor, Action::Update, Subject::PathwayDraft)?;
    let result = pathway_drafts::replace_by_yaml(&page.ctx(), id, sent.version()?, sent.raw("yaml")).await;
    done(&page, id, "file", "saved", result.map(|_| ()), &sent).await
}

/// `POST /ui/pathway-drafts/{id}/submission`
pub async fn submit(page: Page, PathId(id): PathId, sent: Sent) -> Answer {
    sent.guard(&page)?;
    permit(&page.actor, Action::Update, Subject::PathwayDraft)?;
    let Some(day) = sent.date("effective_from") else {
        let error = FieldError::new("effective_from", "date", "is not a date such as 2027-09-01");
        return draft_page(&page, id, "submission", &[error], &sent).await;
    };
    let result = pathway_drafts::submit(&page.ctx(), id, sent.version()?, day).await;
    done(&page, id, "submission", "sent", result.map(|_| ()), &sent).await
}

/// `POST /ui/pathway-drafts/{id}/approval`
pub async fn approve(page: Page, PathId(id): PathId, sent: Sent) -> Answer {
    sent.guard(&page)?;
    permit(&page.actor, Action::Decide, Subject::PathwayDraft)?;
    let result = pathway_drafts::approve(&page.ctx(), id, sent.version()?).await;
    done(&page, id, "approval", "decided", result.map(|_| ()), &sent).await
}

/// `POST /ui/pathway-drafts/{id}/refusal`
pub async fn refuse(page: Page, PathId(id): PathId, sent: Sent) -> Answer {
    sent.guard(&page)?;
    permit(&page.actor, Action::Decide, Subject::PathwayDraft)?;
    let result = pathway_drafts::refuse(&page.ctx(), id, sent.version()?, sent.get("reason")).await;
    done(&page, id, "refusal", "decided", result.map(|_| ()), &sent).await
}

/// `POST /ui/pathway-drafts/{id}/discard`
pub async fn discard(page: Page, PathId(id): PathId, sent: Sent) -> Answer {
    sent.guard(&page)?;
    permit(&page.actor, Action::Update, Subject::PathwayDraft)?;
    let result = pathway_drafts::discard(&page.ctx(), id, sent.version()?).await;
    done(&page, id, "discard", "saved", result, &sent).await
}

/// `POST /ui/pathway-drafts/{id}/steps/{step}/remove`
pub async fn remove_step(page: Page, path: web::Path<(Uuid, String)>, sent: Sent) -> Answer {
    sent.guard(&page)?;
    permit(&page.actor, Action::Update, Subject::PathwayDraft)?;
    let (id, name) = path.into_inner();
    let result = pathway_drafts::remove_step(&page.ctx(), id, sent.version()?, &name).await;
    done(&page, id, "", "deleted", result.map(|_| ()), &sent).await
}
