//! Employers that ask to be let in: the form before the door, and the decision on the page of the request.

use super::cells::{choices, country};
use super::gate;
use super::parts::{Cell, Form, Input, Part, Sheet, Table, mendable};
use super::records::to_document;
use super::sent::Sent;
use super::shell::{Page, locale_of};
use super::{Answer, see};
use crate::app::registrations::{self, Say, Verify};
use crate::app::resource::Document;
use crate::clock::Moment;
use crate::error::{AppError, FieldError};
use crate::formats;
use crate::i18n::Locale;
use crate::state::AppState;
use crate::web::extract::PathId;
use actix_web::{HttpRequest, web};
use passerelle_domain::access::{Action, Subject, permit};
use passerelle_domain::people::Answer as Known;
use passerelle_domain::registration::{ComplianceClause, RegistrationRefusal};
use serde_json::Value;

/// `GET /ui/register`
pub async fn form(request: HttpRequest, state: web::Data<AppState>) -> Answer {
    shown(&request, &state, &[], &Sent::default()).await
}

/// `POST /ui/register`: says the same whether the firm is known or not.
pub async fn ask(request: HttpRequest, state: web::Data<AppState>, sent: Sent) -> Answer {
    gate::guard(&request, &sent)?;
    let t = locale_of(&request);
    let document = to_document(registrations::FIELDS, &sent.joined(), t);
    match registrations::ask(&state, Moment::now(), &document, t.code()).await {
        Ok(_) => Sheet::new(gate::shell(&request, "registration-sent-title")?)
            .crumb("/ui/sign-in", t.get("sign-in-title"))
            .lead(t.get("registration-sent"))
            .answer(),
        Err(refused) => shown(&request, &state, &mendable(refused)?, &sent).await,
    }
}

async fn shown(request: &HttpRequest, state: &AppState, errors: &[FieldError], sent: &Sent) -> Answer {
    let t = locale_of(request);
    let mut countries: Vec<(String, String)> =
        registrations::countries(state).await?.into_iter().map(|code| (code.clone(), country(t, &code))).collect();
    countries.sort_by(|(_, a), (_, b)| formats::compare(t, a, b));
    let text = |name: &str, label: &str| Input::new("text", name, t.get(label)).required();
    let form = Form::new("/ui/register", t.get("registration-send"))
        .input(text("name", "registration-firm").autocomplete("organization"))
        .input(Input::new("select", "country", t.get("field-country")).options(countries).required())
        .input(text("register_number", "field-register-number"))
        .input(Input::new("text", "lei", t.get("field-lei")))
        .input(text("city", "field-city"))
        .input(text("contact_name", "field-contact-name").autocomplete("name"))
        .input(Input::new("email", "contact_email", t.get("field-contact-email")).autocomplete("email").required())
        .input(
            Input::new("choices", "clauses", t.get("registration-statement"))
                .hint(t.get("registration-statement-hint"))
                .options(choices(t, "compliance", ComplianceClause::WORDS))
                .value(sent.all("clauses").join(","))
                .required(),
        )
        .refused(t, errors, |name| if name == "clauses" { None } else { sent.some(name) });
    Sheet::new(gate::shell(request, "registration-title")?)
        .crumb("/ui/sign-in", t.get("sign-in-title"))
        .lead(t.get("registration-lead"))
        .form(form)
        .answer()
}

/// What was declared, who may be the same firm, and the two answers, on the page of a request.
///
/// # Errors
/// When the request is not the actor's to read.
pub async fn parts(page: &Page, document: &Document) -> Result<Vec<Part>, AppError> {
    let (t, id) = (page.locale, document.id);
    let text = |name: &str| document.data.get(name).and_then(Value::as_str).unwrap_or_default();
    let mut parts = Vec::new();
    if text("status") != "waiting" {
        return Ok(parts);
    }
    let alike = registrations::look_alikes(&page.ctx(), id).await?;
    if !alike.is_empty() {
        let rows = alike.into_iter().map(|(id, name)| vec![Cell::link(name, format!("/ui/organisations/{id}"))]).collect();
        parts.push(Part::Table(Table {
            heading: t.get("registration-alike"),
            columns: vec![t.get("record-organisations")],
            rows,
            empty: String::new(),
        }));
    }
    if permit(&page.actor, Action::Decide, Subject::Registration).is_ok() {
        parts.extend(forms(t, document).into_iter().map(|form| Part::Form(Box::new(form))));
    }
    Ok(parts)
}

fn forms(t: Locale, document: &Document) -> [Form; 2] {
    let form = |submit: &str| {
        Form::new(format!("/ui/employer-registrations/{}/decision", document.id), t.get(submit))
            .heading(t.get(submit))
            .hidden("version", document.version.to_string())
    };
    let known = |name: &str| {
        let label = t.get(&format!("field-{}", name.replace('_', "-")));
        Input::new("select", name, label).options(choices(t, "answer", Known::WORDS)).value("unknown").required()
    };
    [
        form("registration-verify")
            .lead(t.get("registration-verify-lead"))
            .hidden("decision", "verify")
            .input(Input::new("text", "licence_valid_to", t.get("field-licence-valid-to")).hint(t.get("hint-kind-date")))
            .input(known("insolvent"))
            .input(known("open_sanction"))
            .input(known("unpaid_wage_judgment")),
        form("registration-refuse")
            .hidden("decision", "refuse")
            .input(
                Input::new("select", "reason", t.get("field-reason"))
                    .options(choices(t, "registration-refusal", RegistrationRefusal::WORDS))
                    .required(),
            )
            .input(Input::new("textarea", "note", t.get("field-note")))
            .danger(),
    ]
}

/// `POST /ui/employer-registrations/{id}/decision`
pub async fn decide(page: Page, PathId(id): PathId, sent: Sent) -> Answer {
    permit(&page.actor, Action::Decide, Subject::Registration)?;
    sent.guard(&page)?;
    let say = match sent.get("decision") {
        "verify" => {
            let known = |name: &str| Known::parse(sent.get(name)).ok();
            if sent.some("licence_valid_to").is_some() && sent.date("licence_valid_to").is_none() {
                return Err(AppError::invalid("licence_valid_to", "date", "is not a date"));
            }
            Say::Verify(Verify {
                licence_valid_to: sent.date("licence_valid_to"),
                insolvent: known("insolvent"),
                open_sanction: known("open_sanction"),
                unpaid_wage_judgment: known("unpaid_wage_judgment"),
            })
        }
        "refuse" => {
            let reason = RegistrationRefusal::parse(sent.get("reason"))
                .map_err(|error| AppError::Invalid(vec![FieldError::of("reason", &error)]))?;
            Say::Refuse { reason, note: sent.some("note") }
        }
        _ => return Err(AppError::Malformed("the form lacks a decision".into())),
    };
    registrations::decide(&page.ctx(), id, sent.version()?, &say).await?;
    Ok(see(format!("/ui/employer-registrations/{id}?notice=decided")))
}
