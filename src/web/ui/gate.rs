//! Before the door: signing up, confirming an address, a new password, an invitation.

use super::parts::{Form, Input, Sheet, mendable};
use super::sent::Sent;
use super::shell::{Shell, check_token, csrf_of, locale_of};
use super::{Answer, see};
use crate::app::links::{self, Purpose, SignUp};
use crate::clock::Moment;
use crate::error::{AppError, FieldError};
use crate::i18n::Locale;
use crate::state::AppState;
use actix_web::{HttpRequest, web};

pub(super) fn shell(request: &HttpRequest, title: &str) -> Result<Shell, AppError> {
    let t = locale_of(request);
    let here = request.uri().path_and_query().map_or_else(|| "/ui".to_owned(), |place| place.as_str().to_owned());
    Ok(Shell { title: t.get(title), csrf: csrf_of(request)?, here, ..Shell::outside(t) })
}

pub(super) fn guard(request: &HttpRequest, sent: &Sent) -> Result<(), AppError> {
    check_token(&csrf_of(request)?, sent.raw("csrf"))
}

fn name_input(t: Locale) -> Input {
    Input::new("text", "name", t.get("sign-up-name")).autocomplete("name").required()
}

fn password_input(t: Locale) -> Input {
    Input::new("password", "password", t.get("field-password")).hint(t.get("password-hint")).autocomplete("new-password").required()
}

fn sign_up_sheet(request: &HttpRequest, errors: &[FieldError], sent: &Sent) -> Answer {
    let t = locale_of(request);
    let form = Form::new("/ui/sign-up", t.get("sign-up"))
        .input(name_input(t))
        .input(Input::new("email", "email", t.get("field-email")).autocomplete("email").required())
        .input(password_input(t))
        .refused(t, errors, |name| sent.some(name));
    Sheet::new(shell(request, "sign-up-title")?)
        .crumb("/ui/sign-in", t.get("sign-in-title"))
        .lead(t.get("sign-up-lead"))
        .form(form)
        .answer()
}

fn open_for_all(state: &AppState) -> Result<(), AppError> {
    if state.config.security.sign_up { Ok(()) } else { Err(AppError::NotFound) }
}

/// `GET /ui/sign-up`
pub async fn sign_up_form(request: HttpRequest, state: web::Data<AppState>) -> Answer {
    open_for_all(&state)?;
    sign_up_sheet(&request, &[], &Sent::default())
}

/// `POST /ui/sign-up`: says the same whether the address was known or not.
pub async fn sign_up(request: HttpRequest, state: web::Data<AppState>, sent: Sent) -> Answer {
    guard(&request, &sent)?;
    open_for_all(&state)?;
    let new = SignUp {
        email: sent.get("email").into(),
        name: sent.get("name").into(),
        password: sent.raw("password").into(),
        locale: locale_of(&request).code().into(),
    };
    match links::sign_up(&state, Moment::now(), &new).await {
        Ok(()) => letter_sent(&request),
        Err(error) => sign_up_sheet(&request, &mendable(error)?, &sent),
    }
}

fn letter_sent(request: &HttpRequest) -> Answer {
    let t = locale_of(request);
    Sheet::new(shell(request, "letter-sent-title")?).crumb("/ui/sign-in", t.get("sign-in-title")).lead(t.get("letter-sent")).answer()
}

/// `GET /ui/confirm/{token}`: a button, since mail scanners follow links.
pub async fn confirm_form(request: HttpRequest, state: web::Data<AppState>, token: web::Path<String>) -> Answer {
    links::find(&state, Moment::now(), Purpose::Confirm, &token).await?;
    let t = locale_of(&request);
    let form = Form::new(format!("/ui/confirm/{token}"), t.get("confirm"));
    Sheet::new(shell(&request, "confirm-title")?).lead(t.get("confirm-lead")).form(form).answer()
}

/// `POST /ui/confirm/{token}`
pub async fn confirm(request: HttpRequest, state: web::Data<AppState>, token: web::Path<String>, sent: Sent) -> Answer {
    guard(&request, &sent)?;
    links::confirm(&state, Moment::now(), &token).await?;
    Ok(see("/ui/sign-in?notice=confirmed"))
}

/// `GET /ui/reset`
pub async fn ask_reset_form(request: HttpRequest) -> Answer {
    ask_reset_sheet(&request, &[], &Sent::default())
}

fn ask_reset_sheet(request: &HttpRequest, errors: &[FieldError], sent: &Sent) -> Answer {
    let t = locale_of(request);
    let form = Form::new("/ui/reset", t.get("reset-send"))
        .input(Input::new("email", "email", t.get("field-email")).autocomplete("email").required())
        .refused(t, errors, |name| sent.some(name));
    Sheet::new(shell(request, "reset-title")?).crumb("/ui/sign-in", t.get("sign-in-title")).lead(t.get("reset-lead")).form(form).answer()
}

/// `POST /ui/reset`
pub async fn ask_reset(request: HttpRequest, state: web::Data<AppState>, sent: Sent) -> Answer {
    guard(&request, &sent)?;
    match links::ask_reset(&state, Moment::now(), sent.get("email")).await {
        Ok(()) => letter_sent(&request),
        Err(error) => ask_reset_sheet(&request, &mendable(error)?, &sent),
    }
}

fn reset_sheet(request: &HttpRequest, token: &str, errors: &[FieldError]) -> Answer {
    let t = locale_of(request);
    let form = Form::new(format!("/ui/reset/{token}"), t.get("reset-set")).input(password_input(t)).refused(t, errors, |_| None);
    Sheet::new(shell(request, "reset-title")?).lead(t.get("reset-new-lead")).form(form).answer()
}

/// `GET /ui/reset/{token}`
pub async fn reset_form(request: HttpRequest, state: web::Data<AppState>, token: web::Path<String>) -> Answer {
    links::find(&state, Moment::now(), Purpose::Reset, &token).await?;
    reset_sheet(&request, &token, &[])
}

/// `POST /ui/reset/{token}`
pub async fn reset(request: HttpRequest, state: web::Data<AppState>, token: web::Path<String>, sent: Sent) -> Answer {
    guard(&request, &sent)?;
    match links::reset(&state, Moment::now(), &token, sent.raw("password")).await {
        Ok(()) => Ok(see("/ui/sign-in?notice=password-set")),
        Err(error) => reset_sheet(&request, &token, &mendable(error)?),
    }
}

async fn invitation_sheet(request: &HttpRequest, state: &AppState, token: &str, errors: &[FieldError], sent: &Sent) -> Answer {
    let t = locale_of(request);
    let (invitation, known) = links::invitation(state, Moment::now(), token).await?;
    let role = t.get(&super::cells::word_key("role", &invitation.role));
    let mut form = Form::new(format!("/ui/invite/{token}"), t.get("invite-accept"));
    if !known {
        form = form.input(name_input(t)).input(password_input(t));
    }
    let form = form.refused(t, errors, |name| sent.some(name));
    Sheet::new(shell(request, "invite-title")?).lead(t.with1("invite-lead", "role", role)).form(form).answer()
}

/// `GET /ui/invite/{token}`
pub async fn invitation_form(request: HttpRequest, state: web::Data<AppState>, token: web::Path<String>) -> Answer {
    invitation_sheet(&request, &state, &token, &[], &Sent::default()).await
}

/// `POST /ui/invite/{token}`
pub async fn accept_invitation(request: HttpRequest, state: web::Data<AppState>, token: web::Path<String>, sent: Sent) -> Answer {
    guard(&request, &sent)?;
    let new = sent.some("name").map(|name| SignUp {
        email: String::new(),
        name,
        password: sent.raw("password").into(),
        locale: locale_of(&request).code().into(),
    });
    match links::accept(&state, Moment::now(), &token, new.as_ref()).await {
        Ok(()) => Ok(see("/ui/sign-in?notice=invitation-accepted")),
        Err(error) => invitation_sheet(&request, &state, &token, &mendable(error)?, &sent).await,
    }
}
