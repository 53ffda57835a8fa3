//! The door: signing in and out, the language, the account and its tokens.

use super::shell::{LANGUAGE_COOKIE, Shell, check_csrf, csrf_of, locale_of};
use super::{Answer, see};
use crate::app::{accounts, passkeys, provider};
use crate::auth::session;
use crate::clock::Moment;
use crate::error::AppError;
use crate::i18n::Locale;
use crate::state::AppState;
use crate::web::extract::Params;
use actix_session::SessionExt;
use actix_web::cookie::{Cookie, SameSite, time};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use passerelle_store::entity::account;
use std::collections::BTreeMap;

type Form = web::Form<BTreeMap<String, String>>;

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInPage {
    shell: Shell,
    email: String,
    next: String,
    error: Option<String>,
    sign_up: bool,
    passkeys: bool,
    /// The words of the way through an outside provider, where there is one.
    provider: Option<String>,
}

/// `GET /ui/sign-in`
pub async fn sign_in_form(request: HttpRequest, Params(params): Params) -> Answer {
    let next = params.get("next").cloned().unwrap_or_default();
    sign_in_page(&request, String::new(), next, None, StatusCode::OK)
}

pub(super) fn sign_in_page(request: &HttpRequest, email: String, next: String, error: Option<String>, status: StatusCode) -> Answer {
    let t = locale_of(request);
    let here = request.uri().path_and_query().map_or_else(|| "/ui/sign-in".to_owned(), |place| place.as_str().to_owned());
    let shell = Shell { title: t.get("sign-in-title"), csrf: csrf_of(request)?, here, ..Shell::outside(t) };
    let notice = request.query_string().split('&').find_map(|pair| pair.strip_prefix("notice=")).map(|key| format!("notice-{key}"));
    let shell = Shell { notice: notice.filter(|key| t.has(key)).map(|key| t.get(&key)), ..shell };
    let state = crate::web::extract::state_of(request)?;
    let provider = provider::configured(&state.config).then(|| t.with1("provider-go", "name", &state.config.oidc.name));
    let (sign_up, passkeys) = (state.config.security.sign_up, passkeys::possible(&state));
    let body = SignInPage { shell, email, next, error, sign_up, passkeys, provider }.render().map_err(AppError::internal)?;
    Ok(HttpResponse::build(status).content_type("text/html; charset=utf-8").body(body))
}

/// `POST /ui/sign-in`
pub async fn sign_in(request: HttpRequest, state: web::Data<AppState>, form: Form) -> Answer {
    check_csrf(&csrf_of(&request)?, &form)?;
    let t = locale_of(&request);
    let given = |name: &str| form.get(name).cloned().unwrap_or_default();
    let address = crate::web::security::address_of(&request);
    match accounts::sign_in(&state, Moment::now(), &given("email"), &given("password"), &given("code"), &address).await {
        Ok(account) => welcome(&request, &account, &given("next")),
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

/// Begins the session of somebody who has shown who she is.
pub(super) fn welcome(request: &HttpRequest, account: &account::Model, next: &str) -> Answer {
    // A new key: whoever planted the old one holds nothing.
    let session = request.get_session();
    session.clear();
    session.renew();
    session.insert(session::ACCOUNT, account.id.to_string()).map_err(|error| AppError::internal(error.to_string()))?;
    session.insert(session::DEVICE, device(request)).map_err(|error| AppError::internal(error.to_string()))?;
    csrf_of(request)?;
    let mut answer = see(local_path(next));
    if let Some(locale) = Locale::parse(&account.locale)
        && request.cookie(LANGUAGE_COOKIE).is_none()
    {
        answer.add_cookie(&language_cookie(locale)).map_err(AppError::internal)?;
    }
    Ok(answer)
}

/// The kind of browser in a few words, for the list of sessions.
fn device(request: &HttpRequest) -> String {
    let agent = request.headers().get(actix_web::http::header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let find = |known: &[&'static str]| known.iter().find(|name| agent.contains(*name)).copied().unwrap_or_default();
    let browser = find(&["Firefox", "Edg", "Chrome", "Safari"]);
    let system = find(&["Android", "iPhone", "iPad", "Windows", "Mac OS", "Linux"]);
    format!("{browser} {system}").trim().to_owned()
}

/// A place on this site, whatever was asked for.
pub(super) fn local_path(next: &str) -> &str {
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
