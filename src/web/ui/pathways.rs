//! Pathways in the making: the list, the editor with its picture, findings and differences, a form
//! for each step, and the keys of the two sides. Everything works without scripts.

use super::cells::{country, word_key};
use super::parts::{Cell, Form, Input, Part, Question, Sheet, Table, mendable};
use super::sent::Sent;
use super::shell::Page;
use super::{Answer, charts, see};
use crate::app::pathway_drafts::{self, Begin, Draft, Side, Stage, TEMPLATES};
use crate::app::{corridor_yaml, corridors, pathways};
use crate::error::{AppError, FieldError};
use crate::formats;
use crate::i18n::plain;
use crate::web::extract::{Params, PathId};
use actix_web::http::header;
use actix_web::{HttpResponse, web};
use passerelle_domain::access::{Action, Subject, permit};
use passerelle_domain::corridor::{Clock, CostClass, DayRange, Fee, Join, LocalText, Paper, Party, Repeat, Step, StepKind};
use passerelle_domain::country::CountryCode;
use passerelle_domain::money::Money;
use passerelle_domain::people::JourneyState;
use passerelle_engine::contingency::CAUSES;
use passerelle_engine::pathway::Severity;
use uuid::Uuid;

fn words(page: &Page, list: &str, words: &[&str]) -> Vec<(String, String)> {
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

fn step_label(page: &Page, draft: &Draft, id: &str) -> String {
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

/// `GET /ui/pathway-drafts/{id}/steps/{step}`; `new` adds one.
pub async fn step(page: Page, path: web::Path<(Uuid, String)>) -> Answer {
    let (id, name) = path.into_inner();
    let draft = pathway_drafts::get(&page.ctx(), id).await?;
    let known = draft.pack.steps.iter().find(|step| step.id == name);
    if known.is_none() && name != "new" {
        return Err(AppError::NotFound);
    }
    step_page(&page, &draft, &name, known, &[], &Sent::default())
}

fn step_page(page: &Page, draft: &Draft, name: &str, known: Option<&Step>, errors: &[FieldError], sent: &Sent) -> Answer {
    let t = page.locale;
    let base = format!("/ui/pathway-drafts/{}", draft.row.id);
    let of = |read: &dyn Fn(&Step) -> String| known.map(read).unwrap_or_default();
    let shown = |value: Option<String>| value.unwrap_or_default();
    let number = |value: Option<u32>| shown(value.map(|n| n.to_string()));
    let input = |kind: &'static str, field: &str| Input::new(kind, field, t.get(&format!("step-{}", field.replace('_', "-"))));
    let clock = |read: &dyn Fn(&Clock) -> String| of(&|step| step.clock.as_ref().map(read).unwrap_or_default());
    let causes = CAUSES.iter().map(|(code, _)| ((*code).to_owned(), (*code).to_owned())).collect();
    let others: Vec<(String, String)> =
        draft.pack.steps.iter().filter(|step| step.id != name).map(|step| (step.id.clone(), step_label(page, draft, &step.id))).collect();
    let mut form = Form::new(format!("{base}/steps/{name}"), t.get("form-save")).hidden("version", draft.row.version.to_string());
    for one in [
        input("text", "id").hint(t.get("step-id-hint")).value(of(&|s| s.id.clone())).required(),
        input("text", "name_en").value(of(&|s| shown(s.name.as_ref().map(|n| n.en.clone())))),
        input("text", "name_fr").value(of(&|s| shown(s.name.as_ref().and_then(|n| n.fr.clone())))),
        input("text", "name_de").value(of(&|s| shown(s.name.as_ref().and_then(|n| n.de.clone())))),
        input("text", "name_ar").value(of(&|s| shown(s.name.as_ref().and_then(|n| n.ar.clone())))),
        input("select", "kind").options(words(page, "step-kind", StepKind::WORDS)).value(of(&|s| s.kind.to_string())).required(),
        input("select", "actor").options(words(page, "party", Party::WORDS)).value(of(&|s| shown(s.actor.map(|a| a.to_string())))),
        input("choices", "after").options(others.clone()).value(of(&|s| s.after.join(","))),
        input("select", "join")
            .options(words(page, "join", Join::WORDS))
            .value(known.map_or_else(|| "all".into(), |s| s.join.to_string()))
            .required(),
        input("number", "days_min").value(known.map_or_else(|| "1".into(), |s| s.days.min.to_string())).required(),
        input("number", "days_typical").value(known.map_or_else(|| "7".into(), |s| s.days.typical.to_string())).required(),
        input("number", "days_max").value(known.map_or_else(|| "30".into(), |s| s.days.max.to_string())).required(),
        input("number", "chance_percent").value(of(&|s| number(s.chance_percent.map(u32::from)))),
        input("number", "attempts_max").value(of(&|s| number(s.attempts_max.map(u32::from)))),
        input("text", "needs").hint(t.get("step-needs-hint")).value(of(&|s| s.needs.join(", "))),
        input("textarea", "gives")
            .hint(t.get("step-gives-hint"))
            .value(of(&|s| s.gives.iter().map(paper_line).collect::<Vec<_>>().join("\n"))),
        input("textarea", "costs")
            .hint(t.get("step-costs-hint"))
            .value(of(&|s| s.costs.iter().map(cost_line).collect::<Vec<_>>().join("\n"))),
        input("text", "clock_anchor").hint(t.get("step-clock-anchor-hint")).value(clock(&|c| c.anchor.clone())),
        input("number", "clock_months").value(clock(&|c| number(c.months))),
        input("number", "clock_days").value(clock(&|c| number(c.days))),
        input("text", "clock_calendar").hint(t.get("step-clock-calendar-hint")).value(clock(&|c| shown(c.calendar.clone()))),
        input("checkbox", "clock_extendable_once").value(clock(&|c| c.extendable_once.to_string())),
        input("checkbox", "clock_pausable").value(clock(&|c| c.pausable.to_string())),
        input("checkbox", "clock_binding").value(clock(&|c| c.binding.to_string())),
        input("select", "on_failure").options(causes).value(of(&|s| shown(s.on_failure.clone()))),
        input("select", "repeat_from").options(others).value(of(&|s| shown(s.repeat.as_ref().map(|r| r.from.clone())))),
        input("number", "repeat_limit").value(of(&|s| number(s.repeat.as_ref().and_then(|r| r.limit).map(u32::from)))),
        input("select", "reaches")
            .options(words(page, "journey-state", JourneyState::WORDS))
            .value(of(&|s| shown(s.reaches.map(|r| r.to_string())))),
        input("text", "closes_on").hint(t.get("hint-kind-date")).value(of(&|s| shown(s.closes_on.map(|d| d.to_string())))),
        input("text", "source").hint(t.get("step-source-hint")).value(of(&|s| s.source.clone())).required(),
    ] {
        form = form.input(one);
    }
    Sheet::new(page.shell_titled(known.map_or_else(|| t.get("drafts-add-step"), |step| charts::step_name(t, step))))
        .crumb(base, draft.pack.name.in_language(t.code()))
        .form(form.refused(t, errors, |field| sent.some(field)))
        .answer()
}

/// `language_certificate; 12; renewable`
fn paper_line(paper: &Paper) -> String {
    let mut line = paper.paper.clone();
    if let Some(months) = paper.valid_months {
        line.push_str(&format!("; {months}"));
    }
    match paper.renewable {
        Some(true) => line.push_str("; renewable"),
        Some(false) => line.push_str("; final"),
        None => {}
    }
    line
}

/// `Recognition; EUR 100 - EUR 600; related_cost; employer`
fn cost_line(fee: &Fee) -> String {
    let amount = match (fee.amount, fee.amount_max) {
        (Some(low), Some(high)) => format!("{low} - {high}"),
        (Some(low), None) => low.to_string(),
        _ => String::new(),
    };
    format!("{}; {amount}; {}; {}", fee.item, fee.class, fee.payer.map(|payer| payer.to_string()).unwrap_or_default())
}

fn read_paper(line: &str) -> Result<Paper, FieldError> {
    let wrong = || FieldError::new("gives", "paper-line", format!("«{line}» is not a paper such as «language_certificate; 12; renewable»"));
    let mut parts = line.split(';').map(str::trim);
    let paper = parts.next().filter(|name| !name.is_empty()).ok_or_else(wrong)?.to_owned();
    let (mut valid_months, mut renewable) = (None, None);
    for part in parts {
        match part {
            "renewable" => renewable = Some(true),
            "final" => renewable = Some(false),
            months => valid_months = Some(months.parse().map_err(|_| wrong())?),
        }
    }
    Ok(Paper { paper, valid_months, renewable })
}

fn read_cost(line: &str) -> Result<Fee, FieldError> {
    let wrong = |_| FieldError::new("costs", "cost-line", format!("«{line}» is not a cost such as «Visa; EUR 75; related_cost; employer»"));
    let parts: Vec<&str> = line.split(';').map(str::trim).collect();
    let [item, amount, class, payer] = parts[..] else { return Err(wrong(())) };
    let (low, high) = amount.split_once(" - ").map_or((amount, None), |(low, high)| (low, Some(high)));
    let money = |text: &str| text.parse::<Money>().map_err(|_| wrong(()));
    Ok(Fee {
        item: item.to_owned(),
        amount: (!low.is_empty()).then(|| money(low)).transpose()?,
        amount_max: high.map(money).transpose()?,
        class: CostClass::parse(class).map_err(|_| wrong(()))?,
        payer: (!payer.is_empty()).then(|| Party::parse(payer)).transpose().map_err(|_| wrong(()))?,
        shares: vec![],
    })
}

/// A step as the form sent it. What the form does not show is kept from the step as it was.
fn read_step(sent: &Sent, known: Option<&Step>) -> Result<Step, Vec<FieldError>> {
    let mut errors = Vec::new();
    let mut number = |name: &str, most: u32| -> Option<u32> {
        if sent.get(name).is_empty() {
            return None;
        }
        let read = sent.number(name).and_then(|n| u32::try_from(n).ok()).filter(|n| *n <= most);
        if read.is_none() {
            errors.push(FieldError::new(name, "range", format!("must be from 0 to {most}")).with("min", 0).with("max", most));
        }
        read
    };
    let days = [number("days_min", 36_500), number("days_typical", 36_500), number("days_max", 36_500)].map(Option::unwrap_or_default);
    let (chance, attempts) = (number("chance_percent", 100), number("attempts_max", 99));
    let (months, clock_days, limit) = (number("clock_months", 240), number("clock_days", 3_650), number("repeat_limit", 99));
    let small = |n: Option<u32>| n.and_then(|n| u8::try_from(n).ok());
    let days = DayRange::try_from(days).map_err(|error| vec![FieldError::of("days_typical", &error)]);
    let kind = StepKind::parse(sent.get("kind")).map_err(|error| vec![FieldError::of("kind", &error)]);
    let mut parsed = |name: &str, result: Result<(), passerelle_domain::parse::ParseError>| {
        if let Err(error) = result {
            errors.push(FieldError::of(name, &error));
        }
    };
    let actor = sent.some("actor").and_then(|word| match Party::parse(&word) {
        Ok(party) => Some(party),
        Err(error) => {
            parsed("actor", Err(error));
            None
        }
    });
    let reaches = sent.some("reaches").and_then(|word| match JourneyState::parse(&word) {
        Ok(state) => Some(state),
        Err(error) => {
            parsed("reaches", Err(error));
            None
        }
    });
    let closes_on = sent.date("closes_on");
    if closes_on.is_none() && !sent.get("closes_on").is_empty() {
        errors.push(FieldError::new("closes_on", "date", "is not a date such as 2027-09-01"));
    }
    let lines =
        |name: &str| -> Vec<String> { sent.get(name).lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect() };
    let (gives, costs): (Vec<_>, Vec<_>) =
        (lines("gives").iter().map(|line| read_paper(line)).collect(), lines("costs").iter().map(|line| read_cost(line)).collect());
    let mut kept = (Vec::new(), Vec::new());
    for paper in gives {
        match paper {
            Ok(paper) => kept.0.push(paper),
            Err(error) => errors.push(error),
        }
    }
    for cost in costs {
        match cost {
            Ok(cost) => kept.1.push(cost),
            Err(error) => errors.push(error),
        }
    }
    // Shares are not part of the form: a cost that keeps its item keeps them.
    for cost in &mut kept.1 {
        if let Some(before) = known.and_then(|step| step.costs.iter().find(|before| before.item == cost.item)) {
            cost.shares.clone_from(&before.shares);
        }
    }
    let clock = sent.some("clock_anchor").map(|anchor| Clock {
        anchor,
        months,
        days: clock_days,
        calendar: sent.some("clock_calendar"),
        extendable_once: sent.get("clock_extendable_once") == "true",
        pausable: sent.get("clock_pausable") == "true",
        binding: sent.get("clock_binding") == "true",
    });
    if clock.is_none() && (months.is_some() || clock_days.is_some()) {
        errors.push(FieldError::new("clock_anchor", "required", "is needed with a period"));
    }
    let (days, kind) = match (days, kind) {
        (Ok(days), Ok(kind)) if errors.is_empty() => (days, kind),
        (days, kind) => {
            errors.extend(days.err().into_iter().flatten());
            errors.extend(kind.err().into_iter().flatten());
            return Err(errors);
        }
    };
    let name =
        sent.some("name_en").map(|en| LocalText { en, fr: sent.some("name_fr"), de: sent.some("name_de"), ar: sent.some("name_ar") });
    Ok(Step {
        id: sent.get("id").to_owned(),
        name,
        kind,
        actor,
        after: sent.all("after").into_iter().map(str::to_owned).collect(),
        join: Join::parse(sent.get("join")).unwrap_or(Join::All),
        days,
        chance_percent: small(chance),
        attempts_max: small(attempts),
        needs: sent.get("needs").split([',', ' ']).filter(|part| !part.is_empty()).map(str::to_owned).collect(),
        gives: kept.0,
        clock,
        costs: kept.1,
        on_failure: sent.some("on_failure"),
        repeat: sent.some("repeat_from").map(|from| Repeat { from, limit: small(limit) }),
        reaches,
        closes_on,
        source: sent.get("source").to_owned(),
    })
}

/// `POST /ui/pathway-drafts/{id}/steps/{step}`
pub async fn put_step(page: Page, path: web::Path<(Uuid, String)>, sent: Sent) -> Answer {
    sent.guard(&page)?;
    permit(&page.actor, Action::Update, Subject::PathwayDraft)?;
    let (id, name) = path.into_inner();
    let ctx = page.ctx();
    let draft = pathway_drafts::get(&ctx, id).await?;
    let known = draft.pack.steps.iter().find(|step| step.id == name);
    if known.is_none() && name != "new" {
        return Err(AppError::NotFound);
    }
    let result = match read_step(&sent, known) {
        Ok(step) => pathway_drafts::put_step(&ctx, id, sent.version()?, known.map(|step| step.id.as_str()), step).await,
        Err(errors) => Err(AppError::Invalid(errors)),
    };
    match result {
        Ok(_) => Ok(see(format!("/ui/pathway-drafts/{id}?notice=saved"))),
        Err(error) => step_page(&page, &draft, &name, known, &mendable(error)?, &sent),
    }
}

/// `GET /ui/corridors/{pack}/plan`: ways through a published pathway for somebody who holds some
/// papers already, with dates and a forecast. A question in the address, so that it can be shared.
pub async fn plan(page: Page, pack: web::Path<String>, Params(asked): Params) -> Answer {
    let t = page.locale;
    let ctx = page.ctx();
    let published = corridors::get(&ctx, &pack).await?;
    let name = published.name.in_language(t.code()).to_owned();
    let given = |field: &str| asked.get(field).map(|value| value.trim().to_owned()).unwrap_or_default();
    let date = |field: &str| formats::read_date(&given(field)).parse::<chrono::NaiveDate>().ok();
    let held = given("held").split([',', ' ']).filter(|part| !part.is_empty()).map(str::to_owned).collect();
    let ask = pathways::Ask { held, start: date("start"), ready_by: date("ready_by"), ..pathways::Ask::default() };
    let papers: std::collections::BTreeSet<&str> =
        published.steps.iter().flat_map(|step| step.gives.iter().map(|paper| paper.paper.as_str())).collect();
    let start = ask.start.unwrap_or_else(|| ctx.now.date());
    let form = Question {
        action: format!("/ui/corridors/{}/plan", published.id),
        inputs: vec![
            Input::new("text", "held", t.get("plan-held"))
                .hint(t.with1("plan-held-hint", "papers", papers.into_iter().collect::<Vec<_>>().join(", ")))
                .value(given("held")),
            Input::new("text", "start", t.get("plan-start")).hint(t.get("hint-kind-date")).value(start.to_string()),
            Input::new("text", "ready_by", t.get("plan-ready-by")).hint(t.get("hint-kind-date")).value(given("ready_by")),
        ],
        submit: t.get("plan-ask"),
    };
    let mut sheet = Sheet::new(page.shell_titled(t.with1("plan-title", "name", &name)))
        .crumb(format!("/ui/corridors/{}", published.id), name)
        .lead(t.get("plan-lead"))
        .part(Part::Question(Box::new(form)));
    let answer = match pathways::plan_published(&ctx, &pack, &ask).await {
        Ok(answer) => answer,
        Err(AppError::Conflict(_)) => {
            return sheet.part(Part::Notice { text: t.get("plan-no-way"), kind: "warn" }).answer();
        }
        Err(other) => return Err(other),
    };
    let label =
        |id: &str| published.steps.iter().find(|step| step.id == id).map_or_else(|| id.to_owned(), |step| charts::step_name(t, step));
    let percent = |share: f64| t.with1("plan-percent", "percent", (share * 100.0).round() as i64);
    for (at, way) in answer.routes.iter().enumerate() {
        let money = way.route.employer_cost.iter().map(|money| formats::money(t, *money)).collect::<Vec<_>>().join(", ");
        let on = |days: Option<u32>| {
            days.and_then(|days| start.checked_add_days(chrono::Days::new(days.into())))
                .map(|day| formats::date(t, day))
                .unwrap_or_default()
        };
        let mut facts = vec![
            (t.get("plan-typical"), Cell::text(formats::date(t, way.schedule.ready))),
            (t.get("plan-cost"), Cell::text(if money.is_empty() { "—".into() } else { money })),
        ];
        if let Some(forecast) = &way.forecast {
            facts.push((t.get("plan-arrives"), Cell::text(percent(forecast.chance))));
            facts.push((t.get("plan-spread"), Cell::text(format!("{} – {} – {}", on(forecast.p10), on(forecast.p50), on(forecast.p90)))));
            let lost = forecast.lost.at_step.iter().max_by_key(|(_, count)| **count).map(|(id, _)| label(id));
            facts.push((t.get("plan-lost"), Cell::text(lost.unwrap_or_else(|| "—".into()))));
        }
        if let Some(chance) = way.ready_by_chance {
            facts.push((t.get("plan-in-time"), Cell::text(percent(chance))));
        }
        if !way.route.skipped.is_empty() {
            facts.push((t.get("plan-skipped"), Cell::text(way.route.skipped.iter().map(|id| label(id)).collect::<Vec<_>>().join(", "))));
        }
        sheet = sheet.part(Part::Facts { heading: t.with1("plan-way", "number", at + 1), facts });
        let rows = way.schedule.steps.iter().map(|planned| {
            let due = planned.due.as_ref().map(|due| formats::date(t, due.on)).unwrap_or_default();
            vec![
                Cell::text(label(&planned.step)),
                Cell::text(formats::date(t, planned.start)),
                Cell::text(formats::date(t, planned.end)),
                if planned.critical {
                    Cell::tag(t.get("plan-critical"), "warn")
                } else {
                    Cell::number(t.with1("days", "count", planned.slack_days))
                },
                Cell::text(due),
            ]
        });
        let columns = ["step-name", "plan-from", "plan-to", "plan-slack", "plan-due"].map(|key| t.get(key)).into();
        sheet = sheet.table(Table { heading: String::new(), columns, rows: rows.collect(), empty: t.get("plan-nothing-left") });
    }
    sheet.answer()
}
