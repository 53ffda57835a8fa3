//! What every answer passes through: security headers, and errors in their final form.

use super::problem::{self, Problem};
use super::ui::shell::locale_of;
use crate::error::AppError;
use crate::state::AppState;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, HttpRequest, web};
use tracing_actix_web::RequestId;

const PAGE_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
/// The API browser brings inline styles of its own.
const DOCS_POLICY: &str = "default-src 'none'; style-src 'self' 'unsafe-inline'; script-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Turns errors into problems or pages, and adds the headers.
///
/// # Errors
/// Never: every error has become an answer.
pub async fn finish(request: ServiceRequest, next: Next<impl MessageBody + 'static>) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let instance = request.extensions().get::<RequestId>().map(ToString::to_string).unwrap_or_default();
    // The request is not kept across the call: the router needs it to itself.
    let (path, t) = (request.path().to_owned(), locale_of(request.request()));
    let secure = request.app_data::<web::Data<AppState>>().is_some_and(|state| state.config.is_secure());
    let mut response = match next.call(request).await {
        Ok(response) => response.map_into_boxed_body(),
        // Refused before any route was reached: too many requests, a slow body, a session store that failed.
        Err(error) => {
            let other = || AppError::internal(error.to_string());
            let problem = match error.as_error::<AppError>() {
                Some(ours) => {
                    problem::log(ours, &instance);
                    Problem::of(ours)
                }
                None => {
                    let failure = other();
                    problem::log(&failure, &instance);
                    Problem::of(&failure)
                }
            };
            let mut answer = if is_page(&path) { super::ui::problem_page(t, &problem, &instance) } else { problem.json(&instance) };
            add_headers(&path, secure, answer.headers_mut(), &instance);
            return Err(InternalError::from_response(other().to_string(), answer).into());
        }
    };
    let http = response.request().clone();
    let found = response.response().error().map(|error| match error.as_error::<AppError>() {
        Some(ours) => {
            problem::log(ours, &instance);
            (Problem::of(ours), matches!(ours, AppError::Unauthenticated))
        }
        None => (Problem::of_status(error.as_response_error().status_code()), false),
    });
    if let Some((problem, unauthenticated)) = found {
        let is_page = is_page(http.path()) || http.path() == "/";
        let answer = if is_page && unauthenticated && http.method() == actix_web::http::Method::GET {
            super::ui::to_sign_in(&http)
        } else if is_page {
            super::ui::problem_page(locale_of(&http), &problem, &instance)
        } else {
            problem.json(&instance)
        };
        response = ServiceResponse::new(http.clone(), answer);
    }
    add_headers(&path, secure, response.headers_mut(), &instance);
    Ok(response)
}

/// The address that counts for limits: the peer's, or behind a proxy the last one that it names. What
/// stands before that in the header is the client's own word.
pub fn address_of(request: &HttpRequest) -> String {
    let behind = request.app_data::<web::Data<AppState>>().is_some_and(|state| state.config.server.behind_proxy);
    let named =
        request.headers().get_all("x-forwarded-for").last().and_then(|value| value.to_str().ok()).and_then(|text| text.rsplit(',').next());
    match named.and_then(|text| text.trim().parse::<std::net::IpAddr>().ok()).filter(|_| behind) {
        Some(address) => address.to_string(),
        None => request.peer_addr().map(|peer| peer.ip().to_string()).unwrap_or_default(),
    }
}

/// Lets an address ask so many times a minute. Refused before sessions and bodies are read.
///
/// # Errors
/// [`AppError::RateLimited`].
pub async fn limit(request: ServiceRequest, next: Next<impl MessageBody + 'static>) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let address = address_of(request.request());
    let state = request.app_data::<web::Data<AppState>>().cloned();
    if let Some(state) = &state
        && !request.path().starts_with("/static")
    {
        state.limits.address(&address)?;
        let at_the_door = [
            "/ui/sign-in",
            "/ui/sign-up",
            "/ui/reset",
            "/ui/confirm",
            "/ui/invite",
            "/verify",
            "/api/v1/verification",
            "/ui/register",
            "/api/v1/registrations",
        ];
        if request.method() == actix_web::http::Method::POST && at_the_door.iter().any(|path| request.path().starts_with(path)) {
            state.limits.door(&address)?;
        }
    }
    let seconds = state.map_or(60, |state| state.config.server.request_seconds);
    // Whoever sends a body a byte at a time does not hold a place for good.
    match tokio::time::timeout(std::time::Duration::from_secs(seconds), next.call(request)).await {
        Ok(answer) => Ok(answer?.map_into_boxed_body()),
        Err(_) => Err(AppError::Malformed(format!("the request took longer than {seconds} seconds")).into()),
    }
}

/// Addresses that people open in a browser: what goes wrong there is told on a page.
fn is_page(path: &str) -> bool {
    path.starts_with("/ui") || path.starts_with("/verify") || (path.starts_with("/certificates/") && !path.ends_with(".json"))
}

fn add_headers(path: &str, secure: bool, headers: &mut HeaderMap, instance: &str) {
    let mut set = |name: HeaderName, value: &'static str| headers.insert(name, HeaderValue::from_static(value));
    set(header::CONTENT_SECURITY_POLICY, if path.starts_with("/docs") { DOCS_POLICY } else { PAGE_POLICY });
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::X_FRAME_OPTIONS, "DENY");
    set(header::REFERRER_POLICY, "same-origin");
    set(HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=()");
    set(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    if secure {
        set(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
    // Lists and keys of institutes are the same for everybody, and asked for often.
    let shared = path.starts_with("/static") || path.starts_with("/docs") || path.starts_with("/institutes/");
    if !shared {
        set(header::CACHE_CONTROL, "no-store");
    }
    if let Ok(value) = HeaderValue::from_str(instance) {
        headers.insert(HeaderName::from_static("x-request-id"), value);
    }
}
