//! What is decided about people's records: transfers, requests, duplicates, access by exception;
//! and the work around a case: whose it is, remarks, files.

use super::cells::{choices, word_key};
use super::parts::{Cell, Form, Input, Part, Sheet, Table, mendable};
use super::sent::{Sent, Upload};
use super::shell::Page;
use super::{Answer, pledges, see};
use crate::app::privacy::{exceptional, person_requests};
use crate::app::resource::{Document, Resource};
use crate::app::work::{assignments, attachments, comments};
use crate::app::{case_transfers, duplicates, identity_documents, records};
use crate::error::{AppError, FieldError};
use crate::formats;
use crate::web::extract::PathId;
use actix_multipart::Multipart;
use actix_web::HttpResponse;
use actix_web::http::header;
use passerelle_domain::access::{Action, Subject, permit};
use passerelle_domain::people::{TransferKind, TransferStatus};
use passerelle_domain::privacy::{DuplicateStatus, IdentityDocumentKind};
use serde_json::Value;
use uuid::Uuid;

fn text_of<'a>(document: &'a Document, name: &str) -> &'a str {
    document.data.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// Forms that a read-only record offers to whoever may decide on it, for its page.
pub fn decision_forms(page: &Page, resource: &dyn Resource, document: &Document) -> Vec<Form> {
    let t = page.locale;
    let may = permit(&page.actor, Action::Decide, resource.subject()).is_ok();
    let id = document.id;
    let version = document.version.to_string();
    let form = |action: &str, submit: &str| {
        Form::new(format!("/ui/{}/{id}/{action}", resource.name()), t.get(submit)).hidden("version", version.clone())
    };
    match (resource.subject(), text_of(document, "status")) {
        (Subject::CaseTransfer, "open") if may => {
            let note = || Input::new("textarea", "note", t.get("field-note"));
            vec![
                form("decision", "transfer-accept").hidden("status", "accepted"),
                form("decision", "transfer-decline").hidden("status", "declined").input(note().required()),
                form("decision", "transfer-withdraw").hidden("status", "withdrawn"),
            ]
        }
        (Subject::CaseTransfer, "accepted") if may && text_of(document, "kind") == "referral" => {
            vec![form("decision", "transfer-end").hidden("status", "ended")]
        }
        (Subject::PersonRequest, "open") if may => {
            let answer = || Input::new("textarea", "answer", t.get("field-answer")).required();
            vec![
                form("decision", "request-accept").hidden("accept", "true").input(answer()),
                form("decision", "request-refuse").hidden("accept", "false").input(answer()).danger(),
            ]
        }
        (Subject::Duplicate, "open") if may => {
            let keep = vec![
                (text_of(document, "first_id").to_owned(), t.get("duplicate-keep-first")),
                (text_of(document, "second_id").to_owned(), t.get("duplicate-keep-second")),
            ];
            vec![
                form("decision", "duplicate-merge")
                    .hidden("status", "same")
                    .input(Input::new("select", "keep", t.get("duplicate-keep")).options(keep).required()),
                form("decision", "duplicate-different").hidden("status", "different"),
            ]
        }
        (Subject::Duplicate, _) if may => vec![form("decision", "duplicate-reopen").hidden("status", "open")],
        (Subject::Pledge, _) => pledges::forms(page, document),
        (Subject::ExceptionalAccess, _) if may && !document.data.contains_key("reviewed_at") => {
            vec![form("review", "exceptional-review").input(Input::new("textarea", "review", t.get("field-review")).required())]
        }
        _ => vec![],
    }
}

/// `POST /ui/case-transfers/{id}/decision`
pub async fn decide_transfer(page: Page, PathId(id): PathId, sent: Sent) -> Answer {
    sent.guard(&page)?;
    permit(&page.actor, Action::Decide, Subject::CaseTransfer)?;
    let status = TransferStatus::parse(sent.get("status")).map_err(|error| AppError::Invalid(vec![FieldError::of("status", &error)]))?;
    case_transfers::decide(&page.ctx(), id, sent.version()?, &case_transfers::Decide { status, note: sent.get("note").into() }).await?;
    Ok(see(format!("/ui/case-transfers/{id}?notice=decided")))
}

/// `POST /ui/person-requests/{id}/decision`
pub async fn decide_request(page: Page, PathId(id): PathId, sent: Sent) -> Answer {
    sent.guard(&page)?;
    let decide = person_requests::Decide { accept: sent.get("accept") == "true", answer: sent.get("answer").into() };
    match person_requests::decide(&page.ctx(), id, sent.version()?, &decide).await {
        Ok(()) => Ok(see(format!("/ui/person-requests/{id}?notice=decided"))),
        Err(error) => {
            let t = page.locale;
            let form = Form::new(
                format!("/ui/person-requests/{id}/decision"),
                t.get(if decide.accept { "request-accept" } else { "request-refuse" }),
            )
            .hidden("version", sent.get("version"))
            .hidden("accept", sent.get("accept"))
            .input(Input::new("textarea", "answer", t.get("field-answer")).required());
            once_more(&page, &format!("/ui/person-requests/{id}"), form, error, &sent)
        }
    }
}

/// `POST /ui/duplicates/{id}/decision`
pub async fn decide_duplicate(page: Page, PathId(id): PathId, sent: Sent) -> Answer {
    sent.guard(&page)?;
    permit(&page.actor, Action::Decide, Subject::Duplicate)?;
    let status = DuplicateStatus::parse(sent.get("status")).map_err(|error| AppError::Invalid(vec![FieldError::of("status", &error)]))?;
    duplicates::decide(&page.ctx(), id, sent.version()?, &duplicates::Decide { status, keep: sent.id("keep") }).await?;
    Ok(see(format!("/ui/duplicates/{id}?notice=decided")))
}

/// `POST /ui/exceptional-accesses/{id}/review`
pub async fn review(page: Page, PathId(id): PathId, sent: Sent) -> Answer {
    sent.guard(&page)?;
    exceptional::review(&page.ctx(), id, sent.version()?, sent.get("review")).await?;
    Ok(see(format!("/ui/exceptional-accesses/{id}?notice=saved")))
}

/// `GET /ui/exceptional-accesses/new`
pub async fn exceptional_form(page: Page) -> Answer {
    permit(&page.actor, Action::Create, Subject::ExceptionalAccess)?;
    exceptional_page(&page, &[], &Sent::default())
}

fn exceptional_page(page: &Page, errors: &[FieldError], sent: &Sent) -> Answer {
    let t = page.locale;
    let form = Form::new("/ui/exceptional-accesses", t.get("exceptional-open"))
        .input(Input::new("text", "name", t.get("exceptional-name")).hint(t.get("exceptional-name-hint")))
        .input(Input::new("text", "birth_date", t.get("field-birth-date")).hint(t.get("hint-kind-date")))
        .input(Input::new("text", "trainee", t.get("exceptional-reference")))
        .input(Input::new("textarea", "reason", t.get("field-reason")).hint(t.get("exceptional-reason-hint")).required())
        .input(Input::new("number", "minutes", t.get("exceptional-minutes")).value("60").required())
        .danger()
        .refused(t, errors, |name| sent.some(name));
    Sheet::new(page.shell("exceptional-title"))
        .crumb("/ui/exceptional-accesses", t.get("records-exceptional-accesses"))
        .lead(t.get("exceptional-lead"))
        .form(form)
        .answer()
}

/// `POST /ui/exceptional-accesses`
pub async fn open_exceptional(page: Page, sent: Sent) -> Answer {
    sent.guard(&page)?;
    let open = exceptional::Open {
        trainee: sent.id("trainee"),
        name: sent.get("name").into(),
        birth_date: sent.date("birth_date"),
        reason: sent.get("reason").into(),
        minutes: sent.number("minutes").unwrap_or_default(),
    };
    match exceptional::open(&page.ctx(), &open).await {
        Ok(row) => Ok(see(format!("/ui/trainees/{}?notice=opened", row.trainee_id))),
        Err(AppError::NotFound) => {
            let nobody = FieldError::new("name", "nobody", "and birth date together name nobody, or more than one person");
            exceptional_page(&page, &[nobody], &sent)
        }
        Err(error) => exceptional_page(&page, &mendable(error)?, &sent),
    }
}

/// `GET /ui/trainees/{id}/pass-on`
pub async fn pass_on_form(page: Page, PathId(id): PathId) -> Answer {
    pass_on_page(&page, id, &[], &Sent::default()).await
}

async fn pass_on_page(page: &Page, id: Uuid, errors: &[FieldError], sent: &Sent) -> Answer {
    let t = page.locale;
    permit(&page.actor, Action::Create, Subject::CaseTransfer)?;
    let resource = records::find("trainees").ok_or(AppError::NotFound)?;
    let document = resource.get(&page.ctx(), id).await?;
    let form = Form::new(format!("/ui/trainees/{id}/pass-on"), t.get("transfer-send"))
        .input(
            Input::new("select", "kind", t.get("field-kind"))
                .options(choices(page.locale, "transfer-kind", TransferKind::WORDS))
                .required(),
        )
        .input(Input::new("select", "to", t.get("field-to-id")).options(case_transfers::receivers(&page.ctx()).await?).required())
        .input(Input::new("textarea", "reason", t.get("field-reason")).required())
        .refused(t, errors, |name| sent.some(name));
    Sheet::new(page.shell("transfer-title"))
        .crumb(format!("/ui/trainees/{id}"), document.title)
        .lead(t.get("transfer-lead"))
        .form(form)
        .answer()
}

/// `POST /ui/trainees/{id}/pass-on`
pub async fn pass_on(page: Page, PathId(id): PathId, sent: Sent) -> Answer {
    sent.guard(&page)?;
    permit(&page.actor, Action::Create, Subject::CaseTransfer)?;
    let (Ok(kind), Some(to)) = (TransferKind::parse(sent.get("kind")), sent.id("to")) else {
        let missing = if sent.id("to").is_none() { "to" } else { "kind" };
        return pass_on_page(&page, id, &[FieldError::new(missing, "required", "is needed")], &sent).await;
    };
    match case_transfers::open(&page.ctx(), &case_transfers::Open { trainee: id, kind, to, reason: sent.get("reason").into() }).await {
        Ok(row) => Ok(see(format!("/ui/case-transfers/{}?notice=sent", row.id))),
        Err(error) => pass_on_page(&page, id, &mendable(error)?, &sent).await,
    }
}

/// Identity documents of a trainee, for whoever is shown her identity.
///
/// # Errors
/// When the database refuses.
pub async fn document_parts(page: &Page, id: Uuid) -> Result<Vec<Part>, AppError> {
    let t = page.locale;
    let documents = match identity_documents::list(&page.ctx(), id).await {
        Ok(documents) => documents,
        Err(AppError::NotFound | AppError::Forbidden) => return Ok(vec![]),
        Err(other) => return Err(other),
    };
    let rows = documents.into_iter().map(|row| {
        vec![
            Cell::text(t.get(&word_key("identity-document", &row.kind))),
            Cell::text(super::cells::country(t, &row.country)),
            Cell::text(formats::moment_ms(t, row.created_at_ms)),
        ]
    });
    let columns = ["field-kind", "field-country", "access-when"].map(|key| t.get(key)).into();
    let mut parts =
        vec![Part::Table(Table { heading: t.get("documents-title"), columns, rows: rows.collect(), empty: t.get("documents-none") })];
    if permit(&page.actor, Action::Update, Subject::Trainee).is_ok() {
        let form = Form::new(format!("/ui/trainees/{id}/documents"), t.get("action-add"))
            .heading(t.get("documents-add"))
            .lead(t.get("documents-lead"))
            .input(
                Input::new("select", "kind", t.get("field-kind"))
                    .options(choices(page.locale, "identity-document", IdentityDocumentKind::WORDS))
                    .required(),
            )
            .input(Input::new("text", "country", t.get("field-country")).hint(t.get("documents-country-hint")).required())
            .input(Input::new("text", "number", t.get("documents-number")).required())
            .folded();
        parts.push(Part::Form(Box::new(form)));
    }
    Ok(parts)
}

/// `POST /ui/trainees/{id}/documents`
pub async fn add_document(page: Page, PathId(id): PathId, sent: Sent) -> Answer {
    sent.guard(&page)?;
    permit(&page.actor, Action::Update, Subject::Trainee)?;
    let refused = |field: &str, error: &passerelle_domain::parse::ParseError| AppError::Invalid(vec![FieldError::of(field, error)]);
    let add = identity_documents::Add {
        kind: IdentityDocumentKind::parse(sent.get("kind")).map_err(|error| refused("kind", &error))?,
        country: passerelle_domain::country::CountryCode::parse(&sent.get("country").to_uppercase())
            .map_err(|error| refused("country", &error))?,
        number: sent.get("number").into(),
    };
    identity_documents::add(&page.ctx(), id, &add).await?;
    Ok(see(format!("/ui/trainees/{id}?notice=saved")))
}

/// The work around a case: whose it is, remarks, files. Parts for the page of its record.
///
/// # Errors
/// When the database refuses.
pub async fn work_parts(page: &Page, kind: &'static str, id: Uuid) -> Result<Vec<Part>, AppError> {
    let t = page.locale;
    let ctx = page.ctx();
    let base = format!("/ui/{kind}/{id}");
    let mut parts = Vec::new();
    let works = ctx.actor.trainee.is_none();
    if works {
        parts.push(assignment_part(page, kind, id, &base).await?);
    }
    let remarks = comments::list(&ctx, kind, id).await?;
    let rows = remarks.into_iter().map(|remark| {
        let whom = t.get(&word_key("audience", &remark.row.audience));
        let last = if remark.own {
            Cell::button(format!("/ui/comments/{}/remove", remark.row.id), t.get("action-delete"))
        } else {
            Cell::text("")
        };
        vec![
            Cell::text(remark.author.unwrap_or_else(|| t.get("role-trainee"))),
            Cell::text(formats::moment_ms(t, remark.row.created_at_ms)),
            Cell::text(remark.row.body),
            Cell::text(whom),
            last,
        ]
    });
    let columns = ["comment-by", "access-when", "comment-text", "comment-audience", "action"].map(|key| t.get(key)).into();
    parts.push(Part::Table(Table { heading: t.get("comments-title"), columns, rows: rows.collect(), empty: t.get("comments-none") }));
    parts.push(Part::Form(Box::new(remark_form(page, &base).folded())));
    let files = attachments::list(&ctx, kind, id).await?;
    let rows = files.into_iter().map(|file| {
        let last = if file.account_id == page.account.id {
            Cell::button(format!("/ui/attachments/{}/remove", file.id), t.get("action-delete"))
        } else {
            Cell::text("")
        };
        vec![
            Cell::link(file.name, format!("/ui/attachments/{}", file.id)),
            Cell::number(t.with1("kilobytes", "count", (file.size + 1_023) / 1_024)),
            Cell::text(formats::moment_ms(t, file.created_at_ms)),
            last,
        ]
    });
    let columns = ["field-name", "file-size", "access-when", "action"].map(|key| t.get(key)).into();
    parts.push(Part::Table(Table { heading: t.get("attachments-title"), columns, rows: rows.collect(), empty: t.get("attachments-none") }));
    parts.push(Part::Form(Box::new(file_form(page, &base).folded())));
    Ok(parts)
}

fn audience_input(page: &Page) -> Input {
    let t = page.locale;
    Input::new("select", "audience", t.get("comment-audience"))
        .hint(t.get("hint-audience"))
        .options(choices(page.locale, "audience", comments::Audience::WORDS))
        .value("team")
        .required()
}

fn remark_form(page: &Page, base: &str) -> Form {
    let t = page.locale;
    Form::new(format!("{base}/comments"), t.get("comment-add"))
        .heading(t.get("comment-add"))
        .input(Input::new("textarea", "text", t.get("comment-text")).required())
        .input(audience_input(page))
}

fn file_form(page: &Page, base: &str) -> Form {
    let t = page.locale;
    let mut form = Form::new(format!("{base}/attachments"), t.get("attachment-add"))
        .heading(t.get("attachment-add"))
        .lead(t.get("attachment-lead"))
        .input(Input::new("file", "file", t.get("attachment-file")).required())
        .input(audience_input(page));
    form.multipart = true;
    form
}

/// A form of a case once more, with what was wrong and what was typed; the way back leads to the case.
fn once_more(page: &Page, base: &str, form: Form, error: AppError, sent: &Sent) -> Answer {
    let title = if form.heading.is_empty() { form.submit.clone() } else { form.heading.clone() };
    let form = form.refused(page.locale, &mendable(error)?, |name| sent.some(name));
    Sheet::new(page.shell_titled(title))
        .crumb(base, page.locale.get("form-cancel"))
        .form(Form { heading: String::new(), folded: false, ..form })
        .answer()
}

async fn assignment_part(page: &Page, kind: &'static str, id: Uuid, base: &str) -> Result<Part, AppError> {
    let t = page.locale;
    let ctx = page.ctx();
    let now = assignments::of(&ctx, kind, id).await?;
    let colleagues = assignments::colleagues(&ctx).await?.into_iter().map(|(id, name)| (id.to_string(), name)).collect();
    let held = |value: Option<String>| value.unwrap_or_default();
    let form = Form::new(format!("{base}/assignment"), t.get("form-save"))
        .heading(t.get("assignment-title"))
        .lead(match &now {
            Some(row) if row.due_on.is_some() => {
                t.with1("assignment-due", "date", row.due_on.map(|day| formats::date(t, day)).unwrap_or_default())
            }
            _ => String::new(),
        })
        .input(
            Input::new("select", "account", t.get("assignment-account"))
                .options(colleagues)
                .value(held(now.as_ref().and_then(|row| row.account_id).map(|id| id.to_string()))),
        )
        .input(
            Input::new("text", "due_on", t.get("assignment-due-on"))
                .hint(t.get("hint-kind-date"))
                .value(held(now.as_ref().and_then(|row| row.due_on).map(|day| day.to_string()))),
        )
        .input(
            Input::new("select", "waiting_for", t.get("assignment-waiting-for"))
                .options(choices(page.locale, "party", &assignments::PARTIES))
                .value(held(now.as_ref().and_then(|row| row.waiting_for.clone()))),
        )
        .input(Input::new("text", "blocked_by", t.get("assignment-blocked-by")).value(held(now.and_then(|row| row.blocked_by))))
        .folded();
    Ok(Part::Form(Box::new(form)))
}

/// `POST /ui/<cases>/{id}/assignment`
pub async fn assign(kind: &'static str, page: Page, PathId(id): PathId, sent: Sent) -> Answer {
    sent.guard(&page)?;
    let due_on = sent.date("due_on");
    if due_on.is_none() && !sent.get("due_on").is_empty() {
        return Err(AppError::invalid("due_on", "date", "is not a date such as 2027-09-01"));
    }
    let assign = assignments::Assign {
        account: sent.id("account"),
        due_on,
        waiting_for: sent.some("waiting_for"),
        blocked_by: sent.some("blocked_by"),
    };
    assignments::assign(&page.ctx(), kind, id, &assign).await?;
    Ok(see(format!("/ui/{kind}/{id}?notice=saved")))
}

fn audience(text: &str) -> comments::Audience {
    comments::Audience::parse(text).unwrap_or(comments::Audience::Team)
}

/// `POST /ui/<cases>/{id}/comments`
pub async fn comment(kind: &'static str, page: Page, PathId(id): PathId, sent: Sent) -> Answer {
    sent.guard(&page)?;
    let base = format!("/ui/{kind}/{id}");
    match comments::add(&page.ctx(), kind, id, sent.get("text"), audience(sent.get("audience"))).await {
        Ok(_) => Ok(see(format!("{base}?notice=saved"))),
        Err(error) => once_more(&page, &base, remark_form(&page, &base), error, &sent),
    }
}

/// `POST /ui/comments/{id}/remove`
pub async fn remove_comment(page: Page, PathId(id): PathId, sent: Sent) -> Answer {
    sent.guard(&page)?;
    let case = comments::remove(&page.ctx(), id).await?;
    Ok(see(format!("{case}?notice=deleted")))
}

/// `POST /ui/<cases>/{id}/attachments`
pub async fn attach(kind: &'static str, page: Page, PathId(id): PathId, parts: Multipart) -> Answer {
    let resource = records::find(kind).ok_or(AppError::NotFound)?;
    permit(&page.actor, Action::Read, resource.subject())?;
    let Upload { name, bytes, fields } = Upload::read(parts, attachments::BYTES_MAX).await?;
    fields.guard(&page)?;
    let base = format!("/ui/{kind}/{id}");
    match attachments::add(&page.ctx(), kind, id, attachments::Sent { name: &name, bytes, audience: audience(fields.get("audience")) })
        .await
    {
        Ok(_) => Ok(see(format!("{base}?notice=saved"))),
        Err(error) => once_more(&page, &base, file_form(&page, &base), error, &Sent::default()),
    }
}

/// `GET /ui/attachments/{id}`: always a download, never shown in our pages' name.
pub async fn attachment(page: Page, PathId(id): PathId) -> Answer {
    let (row, bytes) = attachments::get(&page.ctx(), id).await?;
    let ascii: String =
        row.name.chars().map(|c| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ' ') { c } else { '_' }).collect();
    let disposition = format!("attachment; filename=\"{ascii}\"; filename*=UTF-8''{}", super::percent(&row.name));
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, row.media_type))
        .insert_header((header::CONTENT_DISPOSITION, disposition))
        .insert_header((header::CONTENT_SECURITY_POLICY, "sandbox"))
        .body(bytes))
}

/// `POST /ui/attachments/{id}/remove`
pub async fn remove_attachment(page: Page, PathId(id): PathId, sent: Sent) -> Answer {
    sent.guard(&page)?;
    let case = attachments::remove(&page.ctx(), id).await?;
    Ok(see(format!("{case}?notice=deleted")))
}
