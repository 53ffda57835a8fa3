//! Certificates on pages: signed by the head of an institute, taken back, printed, and checked by anybody.

use super::cells::{choices, word_key};
use super::parts::{Cell, Form, Input, Part, Sheet, Table, mendable};
use super::sent::{Sent, Upload};
use super::shell::{Page, Shell, check_token, csrf_of, locale_of};
use super::{Answer, see};
use crate::app::certificates::{self, Issue, Revoke, Words};
use crate::app::resource::Document;
use crate::clock::Moment;
use crate::error::{AppError, FieldError};
use crate::formats;
use crate::i18n::Locale;
use crate::state::AppState;
use crate::web::extract::PathId;
use actix_multipart::Multipart;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};
use passerelle_credentials::{Outcome, Report, Verdict, What};
use passerelle_domain::access::{Action, Subject, permit};
use passerelle_domain::certificate::{CertificateKind, CertificateStatus, RevocationReason};
use serde_json::Value;
use uuid::Uuid;

/// Largest file that is checked, and longest text.
const LARGEST: usize = certificates::LARGEST;

/// `GET /ui/cohorts/{id}/certificates`
pub async fn issue_form(page: Page, PathId(cohort): PathId) -> Answer {
    permit(&page.actor, Action::Create, Subject::Certificate)?;
    issue_page(&page, cohort, &Sent(vec![]), &[]).await
}

async fn issue_page(page: &Page, cohort: Uuid, sent: &Sent, errors: &[FieldError]) -> Answer {
    let t = page.locale;
    let people = certificates::candidates(&page.ctx(), cohort).await?;
    let (certified, open): (Vec<_>, Vec<_>) = people.into_iter().partition(|one| one.certified);
    let chosen = sent.all("trainee_ids");
    let everybody = || open.iter().map(|one| one.id.to_string()).collect::<Vec<_>>().join(",");
    let ticked = if errors.is_empty() { everybody() } else { chosen.join(",") };
    let people = Input::new("choices", "trainee_ids", t.get("certificate-people"))
        .options(open.iter().map(|one| (one.id.to_string(), one.name.clone())).collect())
        .value(ticked)
        .required();
    let kind = Input::new("select", "kind", t.get("field-kind")).options(choices(t, "certificate-kind", CertificateKind::WORDS));
    let today = page.now.date().to_string();
    let form = Form::new(format!("/ui/cohorts/{cohort}/certificates"), t.get("certificate-sign"))
        .lead(t.get("certificate-sign-lead"))
        .input(people)
        .input(kind.value(sent.some("kind").unwrap_or_else(|| "certificate".into())).required())
        .input(Input::new("date", "awarded_on", t.get("field-awarded-on")).value(sent.some("awarded_on").unwrap_or(today)).required())
        .input(Input::new("date", "valid_to", t.get("field-valid-to")).value(sent.get("valid_to")).hint(t.get("certificate-valid-hint")))
        .input(Input::new("textarea", "criteria", t.get("certificate-criteria")).value(sent.get("criteria")).required())
        .refused(t, errors, |name| Some(sent.all(name).join(",")).filter(|value| !value.is_empty()));
    let mut sheet = Sheet::new(page.shell("certificate-issue-title"))
        .lead(t.get("certificate-issue-lead"))
        .crumb(format!("/ui/cohorts/{cohort}"), t.get("record-cohorts"));
    sheet = if open.is_empty() { sheet.part(Part::Notice { text: t.get("certificate-nobody"), kind: "ok" }) } else { sheet.form(form) };
    if !certified.is_empty() {
        let rows = certified.into_iter().map(|one| vec![Cell::link(one.name, format!("/ui/certificates?trainee_id={}", one.id))]).collect();
        let columns = vec![t.get("field-holder-name")];
        sheet = sheet.table(Table { heading: t.get("certificate-have"), columns, rows, empty: String::new() });
    }
    sheet.answer()
}

/// `POST /ui/cohorts/{id}/certificates`
pub async fn issue(page: Page, PathId(cohort): PathId, sent: Sent) -> Answer {
    sent.guard(&page)?;
    permit(&page.actor, Action::Create, Subject::Certificate)?;
    let programme_id = certificates::programme_of(&page.ctx(), cohort).await?;
    let asked = Issue {
        programme_id,
        trainee_ids: sent.ids("trainee_ids"),
        kind: sent.get("kind").into(),
        awarded_on: sent.date("awarded_on").unwrap_or(chrono::NaiveDate::MAX),
        valid_to: sent.some("valid_to").map(|_| sent.date("valid_to").unwrap_or(chrono::NaiveDate::MIN)),
        criteria: sent.get("criteria").into(),
    };
    match certificates::issue(&page.ctx(), &asked).await {
        Ok(_) => Ok(see(format!("/ui/certificates?programme_id={programme_id}&notice=certificates-signed"))),
        Err(refused) => issue_page(&page, cohort, &sent, &mendable(refused)?).await,
    }
}

/// What the actor may do with a certificate, and where it is read.
///
/// # Errors
/// When it is not hers to read.
pub async fn parts(page: &Page, document: &Document) -> Result<Vec<Part>, AppError> {
    let t = page.locale;
    let id = document.id;
    let links = vec![
        (format!("/ui/certificates/{id}/paper.pdf"), t.get("certificate-paper")),
        (format!("/certificates/{id}"), t.get("certificate-public")),
        (format!("/certificates/{id}/credential.json"), t.get("certificate-document")),
    ];
    let mut parts = vec![Part::Links { heading: t.get("certificate-read"), links }];
    let stands = document.data.get("status").and_then(Value::as_str) == Some(CertificateStatus::Issued.as_str());
    if stands && permit(&page.actor, Action::Decide, Subject::Certificate).is_ok() {
        let reason =
            Input::new("select", "reason", t.get("field-revoked-for")).options(choices(t, "revocation-reason", RevocationReason::WORDS));
        let form = Form::new(format!("/ui/certificates/{id}/revocation"), t.get("certificate-revoke"))
            .hidden("version", document.version.to_string())
            .lead(t.get("certificate-revoke-lead"))
            .input(reason.required())
            .heading(t.get("certificate-revoke"))
            .danger();
        parts.push(Part::Form(Box::new(form.folded())));
    }
    Ok(parts)
}

/// `POST /ui/certificates/{id}/revocation`
pub async fn revoke(page: Page, PathId(id): PathId, sent: Sent) -> Answer {
    sent.guard(&page)?;
    permit(&page.actor, Action::Decide, Subject::Certificate)?;
    certificates::revoke(&page.ctx(), id, sent.version()?, &Revoke { reason: sent.get("reason").into() }).await?;
    Ok(see(format!("/ui/certificates/{id}?notice=decided")))
}

/// The keys that an institute signs with, on its page.
///
/// # Errors
/// When the database refuses.
pub async fn key_parts(page: &Page, institute: Uuid) -> Result<Vec<Part>, AppError> {
    let t = page.locale;
    if permit(&page.actor, Action::Decide, Subject::Certificate).is_err() {
        return Ok(vec![]);
    }
    let keys = certificates::own_keys(&page.ctx(), institute).await?;
    if keys.is_empty() {
        return Ok(vec![]);
    }
    let rows = keys
        .into_iter()
        .map(|key| {
            let until = key.retired_at_ms.map_or_else(|| t.get("key-in-use"), |ms| formats::moment_ms(t, ms));
            vec![Cell::text(key.public), Cell::text(formats::moment_ms(t, key.created_at_ms)), Cell::text(until)]
        })
        .collect();
    let columns = vec![t.get("key-public"), t.get("key-since"), t.get("key-until")];
    let mut parts = vec![Part::Table(Table { heading: t.get("keys-heading"), columns, rows, empty: String::new() })];
    if certificates::keys_change(&page.state.config) {
        let form = Form::new("/ui/certificates/renew-key", t.get("key-renew"))
            .hidden("institute_id", institute.to_string())
            .lead(t.get("key-renew-lead"))
            .heading(t.get("key-renew"))
            .folded();
        parts.push(Part::Form(Box::new(form)));
    }
    Ok(parts)
}

/// `POST /ui/certificates/renew-key`
pub async fn renew_key(page: Page, sent: Sent) -> Answer {
    sent.guard(&page)?;
    permit(&page.actor, Action::Decide, Subject::Certificate)?;
    let institute = sent.id("institute_id").ok_or(AppError::NotFound)?;
    certificates::renew(&page.ctx(), institute).await?;
    Ok(see(format!("/ui/organisations/{institute}?notice=decided")))
}

/// `GET /ui/certificates/{id}/paper.pdf`
pub async fn paper(page: Page, PathId(id): PathId) -> Answer {
    let t = page.locale;
    let (row, institute) = certificates::readable(&page.ctx(), id).await?;
    let signed: Value = serde_json::from_str(&row.document)?;
    let said = &signed["credentialSubject"]["achievement"]["criteria"]["narrative"];
    let words = Words {
        kind: t.get(&word_key("certificate-kind", &row.kind)),
        awarded_to: t.get("paper-awarded-to"),
        for_what: said.as_str().unwrap_or_default().to_owned(),
        by: t.get("paper-by"),
        on: crate::i18n::plain(&t.with1("paper-on", "day", formats::date(t, row.awarded_on))),
        valid_to: row.valid_to.map(|day| crate::i18n::plain(&t.with1("paper-valid-to", "day", formats::date(t, day)))),
        check: t.get("paper-check"),
        revoked: row.revoked_on.map(|day| crate::i18n::plain(&t.with1("paper-revoked", "day", formats::date(t, day)))),
    };
    let state = page.state.clone();
    let bytes = tokio::task::spawn_blocking(move || certificates::paper(&state.config, &row, &institute, &words));
    let bytes = bytes.await.map_err(AppError::internal)??;
    let disposition = (header::CONTENT_DISPOSITION, format!("attachment; filename=\"certificate-{id}.pdf\""));
    Ok(HttpResponse::Ok().content_type("application/pdf").insert_header(disposition).body(bytes))
}

fn outside(request: &HttpRequest, t: Locale, title: &str) -> Result<Shell, AppError> {
    let here = request.uri().path_and_query().map_or_else(|| "/verify".to_owned(), |place| place.as_str().to_owned());
    Ok(Shell { title: t.get(title), csrf: csrf_of(request)?, here, ..Shell::outside(t) })
}

/// `GET /certificates/{id}`: what anybody sees who has the address, which stands on the certificate alone.
pub async fn public(request: HttpRequest, state: web::Data<AppState>, PathId(id): PathId) -> Answer {
    let t = locale_of(&request);
    let row = certificates::signed(&state, id).await?;
    let report = certificates::judge(&state, row.document.clone().into_bytes(), Moment::now()).await?;
    let mut facts = vec![
        (t.get("field-holder-name"), Cell::text(row.holder_name)),
        (t.get("field-title"), Cell::text(row.title)),
        (t.get("field-awarded-on"), Cell::text(formats::date(t, row.awarded_on))),
    ];
    if let Some(name) = &report.issuer_name {
        facts.push((t.get("verify-issuer"), Cell::text(name.clone())));
    }
    if let Some(day) = row.valid_to {
        facts.push((t.get("field-valid-to"), Cell::text(formats::date(t, day))));
    }
    let mut sheet = Sheet::new(outside(&request, t, "certificate-public-title")?).part(verdict(t, &report));
    sheet = sheet.part(Part::Facts { heading: t.get("record-certificates"), facts }).table(checks(t, &report));
    let links =
        vec![(format!("/certificates/{id}/credential.json"), t.get("certificate-document")), ("/verify".into(), t.get("verify-other"))];
    let answer = sheet.part(Part::Links { heading: t.get("certificate-read"), links }).answer()?;
    Ok(unlisted(answer))
}

/// Names of people are not for search engines.
fn unlisted(mut answer: HttpResponse) -> HttpResponse {
    answer.headers_mut().insert(HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex"));
    answer
}

/// `GET /verify`
pub async fn verify_form(request: HttpRequest) -> Answer {
    let t = locale_of(&request);
    verify_page(&request, t, None)
}

fn verify_page(request: &HttpRequest, t: Locale, report: Option<&Report>) -> Answer {
    let form = Form::new("/verify", t.get("verify-check"))
        .input(Input::new("file", "file", t.get("verify-file")).hint(t.get("verify-file-hint")).required());
    let mut sheet = Sheet::new(outside(request, t, "verify-title")?).lead(t.get("verify-lead"));
    if let Some(report) = report {
        sheet = sheet.part(verdict(t, report));
        if let Some(part) = whose_word(t, report) {
            sheet = sheet.part(part);
        }
        let mut facts = Vec::new();
        for (key, value) in
            [("field-title", &report.name), ("verify-issuer", &report.issuer_name), ("verify-issuer-address", &report.issuer)]
        {
            if let Some(value) = value {
                facts.push((t.get(key), Cell::text(value.clone())));
            }
        }
        if !facts.is_empty() {
            sheet = sheet.part(Part::Facts { heading: t.get("verify-says"), facts });
        }
        sheet = sheet.table(checks(t, report));
    }
    Ok(unlisted(sheet.form(form).answer()?))
}

/// `POST /verify`
pub async fn verify(request: HttpRequest, state: web::Data<AppState>, parts: Multipart) -> Answer {
    let t = locale_of(&request);
    let upload = Upload::read(parts, LARGEST).await?;
    check_token(&csrf_of(&request)?, upload.fields.raw("csrf"))?;
    let report = certificates::judge(&state, upload.bytes, Moment::now()).await?;
    verify_page(&request, t, Some(&report))
}

fn verdict(t: Locale, report: &Report) -> Part {
    let (key, kind) = match report.verdict {
        Verdict::Valid => ("verdict-valid", "ok"),
        Verdict::Invalid => ("verdict-invalid", "bad"),
        Verdict::Unverifiable => ("verdict-unverifiable", "warn"),
    };
    Part::Notice { text: t.get(key), kind }
}

/// Whether the name of the issuer is more than its own word.
fn whose_word(t: Locale, report: &Report) -> Option<Part> {
    let unknown = !report.issuer_known && report.verdict != Verdict::Invalid;
    unknown.then(|| Part::Notice { text: t.get("verify-unknown-issuer"), kind: "warn" })
}

fn checks(t: Locale, report: &Report) -> Table {
    let rows = report
        .checks
        .iter()
        .map(|check| {
            let what = match check.what {
                What::Shape => "check-shape-question",
                What::Proof => "check-proof-question",
                What::Key => "check-key-question",
                What::Window => "check-window-question",
                What::Status => "check-status-question",
            };
            let (outcome, kind) = match check.outcome {
                Outcome::Passed => ("check-passed", "good"),
                Outcome::Failed => ("check-failed", "bad"),
                Outcome::NotChecked => ("check-not-checked", "warn"),
            };
            let reason = format!("check-{}", check.reason.replace('_', "-"));
            let said = if t.has(&reason) { t.get(&reason) } else { check.detail.clone() };
            vec![Cell::text(t.get(what)), Cell::tag(t.get(outcome), kind), Cell::text(said)]
        })
        .collect();
    let columns = vec![t.get("check-what"), t.get("check-outcome"), t.get("check-why")];
    Table { heading: t.get("checks-heading"), columns, rows, empty: String::new() }
}
