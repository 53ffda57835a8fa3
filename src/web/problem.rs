//! Errors as people and programs see them: one table of kinds, RFC 9457 problems for programs,
//! pages for people. What the client sees and what the log says are separate: causes go to the
//! log only, once, here.

use crate::error::{AppError, FieldError};
use crate::i18n::Locale;
use actix_web::http::StatusCode;
use actix_web::http::header::ContentType;
use actix_web::{HttpResponse, ResponseError};
use serde_json::{Value, json};

/// One kind of problem: its page is `/problems/<slug>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind {
    pub slug: &'static str,
    pub status: u16,
    pub title: &'static str,
}

/// Every kind. The catalogues have `problem-<slug>-title`, `-text` and `-fix` for each.
pub const KINDS: [Kind; 13] = [
    Kind { slug: "invalid", status: 422, title: "Some fields are not right" },
    Kind { slug: "malformed", status: 400, title: "The request cannot be read" },
    Kind { slug: "unauthenticated", status: 401, title: "Sign in first" },
    Kind { slug: "forbidden", status: 403, title: "Your role does not allow this" },
    Kind { slug: "not-found", status: 404, title: "There is no such thing, or not for you" },
    Kind { slug: "conflict", status: 409, title: "This clashes with something that exists" },
    Kind { slug: "transition-refused", status: 409, title: "This cannot be done in the present state" },
    Kind { slug: "stale", status: 412, title: "Somebody else changed this meanwhile" },
    Kind { slug: "too-large", status: 413, title: "The request is too large" },
    Kind { slug: "method-not-allowed", status: 405, title: "This address does not take that method" },
    Kind { slug: "rate-limited", status: 429, title: "Too many attempts" },
    Kind { slug: "unavailable", status: 503, title: "The service cannot answer right now" },
    Kind { slug: "internal", status: 500, title: "Something went wrong on our side" },
];

/// The kind with that slug; the last one when there is none.
pub fn kind(slug: &str) -> Kind {
    KINDS.into_iter().find(|kind| kind.slug == slug).unwrap_or(KINDS[KINDS.len() - 1])
}

pub fn kind_of(error: &AppError) -> Kind {
    kind(match error {
        AppError::Invalid(_) => "invalid",
        AppError::Malformed(_) => "malformed",
        AppError::Unauthenticated => "unauthenticated",
        AppError::Forbidden => "forbidden",
        AppError::NotFound => "not-found",
        AppError::Conflict(_) => "conflict",
        AppError::TransitionRefused { .. } => "transition-refused",
        AppError::Stale => "stale",
        AppError::TooLarge { .. } => "too-large",
        AppError::RateLimited { .. } => "rate-limited",
        AppError::Unavailable(_) => "unavailable",
        AppError::Internal(_) => "internal",
    })
}

/// A problem ready to be sent.
#[derive(Debug, Clone)]
pub struct Problem {
    pub kind: Kind,
    pub detail: String,
    pub errors: Vec<FieldError>,
    pub extra: Vec<(&'static str, Value)>,
}

impl Problem {
    pub fn of(error: &AppError) -> Self {
        let mut problem = Self { kind: kind_of(error), detail: error.to_string(), errors: vec![], extra: vec![] };
        match error {
            AppError::Invalid(errors) => problem.errors.clone_from(errors),
            AppError::TransitionRefused { state, allowed } => {
                problem.extra = vec![("state", json!(state)), ("allowed_actions", json!(allowed))];
            }
            _ => {}
        }
        problem
    }

    /// A problem that actix found before any handler was reached. Its own text may repeat what
    /// was sent, so only the kind is told.
    pub fn of_status(status: StatusCode) -> Self {
        let slug = match status.as_u16() {
            401 => "unauthenticated",
            403 => "forbidden",
            404 => "not-found",
            405 => "method-not-allowed",
            413 => "too-large",
            429 => "rate-limited",
            503 => "unavailable",
            code if (400..500).contains(&code) => "malformed",
            _ => "internal",
        };
        let kind = kind(slug);
        Self { kind, detail: kind.title.into(), errors: vec![], extra: vec![] }
    }

    /// The body after RFC 9457.
    pub fn body(&self, instance: &str) -> Value {
        let mut body = json!({
            "type": format!("/problems/{}", self.kind.slug),
            "title": self.kind.title,
            "status": self.kind.status,
            "detail": self.detail,
            "instance": instance,
        });
        if let Some(map) = body.as_object_mut() {
            if !self.errors.is_empty() {
                let errors = self.errors.iter().map(|e| json!({ "pointer": format!("/{}", e.field), "code": e.code, "message": e.detail }));
                map.insert("errors".into(), errors.collect());
            }
            map.extend(self.extra.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        }
        body
    }

    pub fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.kind.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    pub fn json(&self, instance: &str) -> HttpResponse {
        let content_type = ContentType("application/problem+json".parse().unwrap_or(mime_json()));
        HttpResponse::build(self.status()).insert_header(content_type).body(self.body(instance).to_string())
    }
}

fn mime_json() -> actix_web::mime::Mime {
    actix_web::mime::APPLICATION_JSON
}

impl ResponseError for AppError {
    fn status_code(&self) -> StatusCode {
        Problem::of(self).status()
    }

    /// The middleware in `security` replaces this by the final form; it stands in where no
    /// middleware runs.
    fn error_response(&self) -> HttpResponse {
        Problem::of(self).json("")
    }
}

/// What is wrong with a field, in the reader's language where the catalogues say it, else in
/// English.
pub fn field_message(locale: Locale, error: &FieldError) -> String {
    // Conditions of a state machine have words of their own.
    let condition = format!("guard-{}", error.field.replace('_', "-"));
    if error.code == "guard" && locale.has(&condition) {
        return locale.get(&condition);
    }
    let key = format!("error-{}", error.code);
    if locale.has(&key) { locale.with(&key, &error.args) } else { error.detail.clone() }
}

/// Logs a failure of ours with all its causes. Refusals are not failures.
pub fn log(error: &AppError, instance: &str) {
    if matches!(error, AppError::Internal(_) | AppError::Unavailable(_)) {
        let mut chain = error.to_string();
        let mut source = std::error::Error::source(error);
        while let Some(cause) = source {
            chain.push_str(": ");
            chain.push_str(&cause.to_string());
            source = cause.source();
        }
        tracing::error!(request.id = instance, error = chain, "request failed");
    }
}
