//! The door: signing in and out, the language, the account and its tokens.

use super::shell::{LANGUAGE_COOKIE, Page, Shell, check_csrf, csrf_of, locale_of};
use super::{Answer, html, see};
use crate::app::accounts;
use crate::auth::session;
use crate::clock::Moment;
use crate::error::AppError;
use crate::i18n::Locale;
use crate::state::AppState;
use crate::web::extract::{Params, PathId};
use crate::web::problem::field_message;
use actix_session::SessionExt;
use actix_web::cookie::{Cookie, SameSite, time};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use passerelle_store::entity::api_token;
use std::collections::BTreeMap;

type Form = web::Form<BTreeMap<String, String>>;

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInPage {
    shell: Shell,
    email: String,
    next: String,
    error: Option<String>,
}

/// `GET /ui/sign-in`
pub async fn sign_in_form(request: HttpRequest, Params(params): Params) -> Answer {
    let next = params.get("next").cloned().unwrap_or_default();
    sign_in_page(&request, String::new(), next, None, StatusCode::OK)
}

fn sign_in_page(request: &HttpRequest, email: String, next: String, error: Option<String>, status: StatusCode) -> Answer {
    let t = locale_of(request);
    let here = request.uri().path_and_query().map_or_else(|| "/ui/sign-in".to_owned(), |place| place.as_str().to_owned());
    let shell = Shell { title: t.get("sign-in-title"), csrf: csrf_of(request)?, here, ..Shell::outside(t) };
    let body = SignInPage { shell, email, next, error }.render().map_err(AppError::internal)?;
    Ok(HttpResponse::build(status).content_type("text/html; charset=utf-8").body(body))
}

/// `POST /ui/sign-in`
pub async fn sign_in(request: HttpRequest, state: web::Data<AppState>, form: Form) -> Answer {
    check_csrf(&csrf_of(&request)?, &form)?;
    let t = locale_of(&request);
    let given = |name: &str| form.get(name).cloned().unwrap_or_default();
    let address = request.peer_addr().map(|peer| peer.ip().to_string()).unwrap_or_default();
    match accounts::sign_in(&state, Moment::now(), &given("email"), &given("password"), &address).await {
        Ok(account) => {
            // A new key: whoever planted the old one holds nothing.
            let session = request.get_session();
            session.clear();
            session.renew();
            session.insert(session::ACCOUNT, account.id.to_string()).map_err(|error| AppError::internal(error.to_string()))?;
            csrf_of(&request)?;
            let mut answer = see(local_path(&given("next")));
            if let Some(locale) = Locale::parse(&account.locale)
                && request.cookie(LANGUAGE_COOKIE).is_none()
            {
                answer.add_cookie(&language_cookie(locale)).map_err(AppError::internal)?;
            }
            Ok(answer)
        }
        Err(AppError::Unauthenticated) => {
            sign_in_page(&request, given("email"), given("next"), Some(t.get("sign-in-wrong")), StatusCode::UNAUTHORIZED)
        }
        Err(AppError::RateLimited { wait_seconds }) => {
            let text = t.with1("sign-in-locked", "minutes", wait_seconds / 60 + 1);
            sign_in_page(&request, given("email"), given("next"), Some(text), StatusCode::TOO_MANY_REQUESTS)
        }
        Err(other) => Err(other),
    }
}

/// A place on this site, whatever was asked for.
fn local_path(next: &str) -> &str {
    let inside = next.starts_with("/ui") && !next.contains("//") && !next.contains('\\') && !next.contains(char::is_control);
    if inside { next } else { "/ui" }
}

/// `POST /ui/sign-out`
pub async fn sign_out(request: HttpRequest, form: Form) -> Answer {
    check_csrf(&csrf_of(&request)?, &form)?;
    request.get_session().purge();
    Ok(see("/ui/sign-in"))
}

/// `POST /ui/language`: harmless, so it needs no token.
pub async fn language(form: Form) -> Answer {
    let locale = form.get("lang").and_then(|code| Locale::parse(code)).ok_or(AppError::NotFound)?;
    let mut answer = see(local_path(form.get("next").map(String::as_str).unwrap_or_default()));
    answer.add_cookie(&language_cookie(locale)).map_err(AppError::internal)?;
    Ok(answer)
}

fn language_cookie(locale: Locale) -> Cookie<'static> {
    Cookie::build(LANGUAGE_COOKIE, locale.code())
        .path("/")
        .same_site(SameSite::Lax)
        .http_only(true)
        .max_age(time::Duration::days(365))
        .finish()
}

struct TokenRow {
    id: String,
    name: String,
    expires: String,
    state: String,
    live: bool,
}

#[derive(Template)]
#[template(path = "account.html")]
struct AccountPage {
    shell: Shell,
    email: String,
    tokens: Vec<TokenRow>,
    days_max: i64,
    made: Option<String>,
    error: Option<String>,
}

/// `GET /ui/account`
pub async fn account(page: Page) -> Answer {
    account_page(&page, None, None).await
}

async fn account_page(page: &Page, made: Option<String>, error: Option<String>) -> Answer {
    let t = page.locale;
    let row = |token: api_token::Model| {
        let live = token.revoked_at_ms.is_none() && token.expires_at_ms > page.now.ms();
        let state = if token.revoked_at_ms.is_some() {
            "token-revoked"
        } else if live {
            "token-live"
        } else {
            "token-expired"
        };
        TokenRow {
            id: token.id.to_string(),
            name: token.name,
            expires: Moment::from_ms(token.expires_at_ms).date().to_string(),
            state: t.get(state),
            live,
        }
    };
    let tokens = accounts::tokens(&page.ctx()).await?.into_iter().map(row).collect();
    html(&AccountPage {
        shell: page.shell("account-title"),
        email: page.account.email.clone(),
        tokens,
        days_max: page.state.config.security.token_days_max,
        made,
        error,
    })
}

/// `POST /ui/account/tokens`
pub async fn create_token(page: Page, form: Form) -> Answer {
    page.guard(&form)?;
    let name = form.get("name").map(String::as_str).unwrap_or_default();
    let days = form.get("days").and_then(|days| days.parse().ok()).unwrap_or(0);
    match accounts::create_token(&page.ctx(), name, days).await {
        Ok((_, token)) => account_page(&page, Some(token), None).await,
        Err(AppError::Invalid(errors)) => {
            let text = errors.first().map(|error| field_message(page.locale, error)).unwrap_or_default();
            account_page(&page, None, Some(text)).await
        }
        Err(other) => Err(other),
    }
}

/// `POST /ui/account/tokens/{id}/revoke`
pub async fn revoke_token(page: Page, PathId(id): PathId, form: Form) -> Answer {
    page.guard(&form)?;
    accounts::revoke_token(&page.ctx(), id).await?;
    Ok(see("/ui/account?notice=saved"))
}

#[cfg(test)]
mod tests {
    use super::local_path;

    #[test]
    fn nobody_is_sent_to_another_site() {
        assert_eq!(local_path("/ui/needs?q=a"), "/ui/needs?q=a");
        for outside in ["https://example.org", "//example.org", "/ui//example.org", "/\\example.org", "/ui\\x", "", "/api/v1/needs"] {
            assert_eq!(local_path(outside), "/ui", "{outside}");
        }
    }
}
