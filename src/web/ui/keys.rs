//! Ways in without a password: passkeys, and an outside provider of identity.

use super::door::{local_path, welcome};
use super::parts::{Cell, Form, Input, Script, Sheet, Table, mendable};
use super::sent::Sent;
use super::shell::{Page, check_token, csrf_of, locale_of};
use super::{Answer, door, see};
use crate::app::{passkeys, provider};
use crate::clock::Moment;
use crate::error::{AppError, FieldError};
use crate::formats;
use crate::state::AppState;
use crate::web::extract::{Params, PathId};
use actix_session::SessionExt;
use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};

/// Entry of the session: what the provider must give back to this browser.
const LEFT_WITH: &str = "provider_state";

/// The parts of the account's page about passkeys and the provider.
///
/// # Errors
/// When the database refuses.
pub(super) async fn parts(sheet: Sheet, page: &Page, errors: &[FieldError]) -> Result<Sheet, AppError> {
    let t = page.locale;
    let mut sheet = sheet;
    if passkeys::possible(&page.state) {
        let rows = passkeys::list(&page.ctx()).await?.into_iter().map(|row| {
            let used = row.used_at_ms.map_or_else(|| t.get("passkey-unused"), |ms| formats::moment_ms(t, ms));
            let remove = Cell::button(format!("/ui/account/passkeys/{}/remove", row.id), t.get("passkey-remove"));
            vec![Cell::text(row.name), Cell::text(formats::moment_ms(t, row.created_at_ms)), Cell::text(used), remove]
        });
        let columns = ["field-name", "passkey-made", "passkey-used", "action"].map(|key| t.get(key)).into();
        sheet = sheet.table(Table { heading: t.get("passkeys-title"), columns, rows: rows.collect(), empty: t.get("passkeys-none") });
        let form = Form::new("/ui/account/passkeys", t.get("passkey-add"))
            .heading(t.get("passkey-add"))
            .lead(t.get("passkeys-lead"))
            .input(Input::new("text", "name", t.get("passkey-name")).hint(t.get("passkey-name-hint")).required())
            .hidden("credential", "")
            .script(Script { kind: "create", options: "/ui/account/passkeys/options", failed: t.get("passkey-failed") })
            .refused(t, errors, |_| None);
        sheet = sheet.form(form);
    }
    if provider::configured(&page.state.config) {
        let name = page.state.config.oidc.name.clone();
        sheet = if provider::is_tied(&page.ctx()).await? {
            let form = Form::new("/ui/account/provider/untie", t.get("provider-untie")).heading(t.get("provider-title"));
            sheet.form(form.lead(t.with1("provider-tied", "name", &name)))
        } else {
            let form = Form::new("/ui/account/provider", t.get("provider-tie")).heading(t.get("provider-title"));
            sheet.form(form.lead(t.with1("provider-lead", "name", &name)))
        };
    }
    Ok(sheet)
}

/// `POST /ui/account/passkeys/options`
pub async fn add_options(page: Page, sent: Sent) -> Answer {
    sent.guard(&page)?;
    Ok(HttpResponse::Ok().json(passkeys::begin_adding(&page.ctx(), &page.account).await?))
}

/// `POST /ui/account/passkeys`
pub async fn add(page: Page, sent: Sent) -> Answer {
    sent.guard(&page)?;
    match passkeys::add(&page.ctx(), sent.get("name"), sent.raw("credential")).await {
        Ok(()) => Ok(see("/ui/account?notice=saved")),
        Err(error) => super::account::with_passkey_errors(&page, mendable(error)?).await,
    }
}

/// `POST /ui/account/passkeys/{id}/remove`
pub async fn remove(page: Page, PathId(id): PathId, sent: Sent) -> Answer {
    sent.guard(&page)?;
    passkeys::remove(&page.ctx(), id).await?;
    Ok(see("/ui/account?notice=saved"))
}

/// `POST /ui/sign-in/passkey/options`
pub async fn enter_options(request: HttpRequest, state: web::Data<AppState>, sent: Sent) -> Answer {
    check_token(&csrf_of(&request)?, sent.raw("csrf"))?;
    if !passkeys::possible(&state) {
        return Err(AppError::NotFound);
    }
    Ok(HttpResponse::Ok().json(passkeys::begin_entering(&state, Moment::now()).await?))
}

/// `POST /ui/sign-in/passkey`
pub async fn enter(request: HttpRequest, state: web::Data<AppState>, sent: Sent) -> Answer {
    check_token(&csrf_of(&request)?, sent.raw("csrf"))?;
    match passkeys::enter(&state, Moment::now(), sent.raw("credential")).await {
        Ok(account) => welcome(&request, &account, sent.get("next")),
        Err(AppError::Unauthenticated) => {
            let text = locale_of(&request).get("passkey-failed");
            door::sign_in_page(&request, String::new(), sent.get("next").to_owned(), Some(text), StatusCode::UNAUTHORIZED)
        }
        Err(other) => Err(other),
    }
}

fn to_provider(request: &HttpRequest, departure: &provider::Departure) -> Answer {
    request.get_session().insert(LEFT_WITH, &departure.state).map_err(|error| AppError::internal(error.to_string()))?;
    Ok(HttpResponse::SeeOther().insert_header((header::LOCATION, departure.url.as_str())).finish())
}

/// `GET /ui/sign-in/provider`: a link, since a form may lead to this site only.
pub async fn leave(request: HttpRequest, state: web::Data<AppState>, Params(params): Params) -> Answer {
    let next = params.get("next").map(|next| local_path(next).to_owned()).unwrap_or_default();
    let departure = provider::depart(&state, Moment::now(), &next, None).await?;
    to_provider(&request, &departure)
}

/// `POST /ui/account/provider`: ties the account. The answer is a page with a link onward, since a
/// form may lead to this site only.
pub async fn tie(request: HttpRequest, page: Page, sent: Sent) -> Answer {
    sent.guard(&page)?;
    let departure = provider::depart(&page.state, page.now, "/ui/account", Some(page.account.id)).await?;
    request.get_session().insert(LEFT_WITH, &departure.state).map_err(|error| AppError::internal(error.to_string()))?;
    let t = page.locale;
    Sheet::new(page.shell("provider-title"))
        .lead(t.with1("provider-lead", "name", &page.state.config.oidc.name))
        .action(departure.url, t.with1("provider-go", "name", &page.state.config.oidc.name))
        .answer()
}

/// `POST /ui/account/provider/untie`
pub async fn untie(page: Page, sent: Sent) -> Answer {
    sent.guard(&page)?;
    provider::untie(&page.ctx()).await?;
    Ok(see("/ui/account?notice=saved"))
}

/// `GET /ui/sign-in/provider/back`
pub async fn come_back(request: HttpRequest, state: web::Data<AppState>, Params(params): Params) -> Answer {
    let expected = request.get_session().remove_as::<String>(LEFT_WITH).and_then(Result::ok).unwrap_or_default();
    let given = |name: &str| params.get(name).cloned().unwrap_or_default();
    match provider::arrive(&state, Moment::now(), &expected, &given("state"), &given("code")).await {
        Ok(arrival) if arrival.tied => Ok(see("/ui/account?notice=saved")),
        Ok(arrival) => welcome(&request, &arrival.account, &arrival.next),
        Err(AppError::Unauthenticated) => {
            let text = locale_of(&request).with1("provider-failed", "name", &state.config.oidc.name);
            door::sign_in_page(&request, String::new(), String::new(), Some(text), StatusCode::UNAUTHORIZED)
        }
        Err(other) => Err(other),
    }
}
