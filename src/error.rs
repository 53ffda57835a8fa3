//! What a use case can answer instead of a result. Kinds, not transports: the table that gives
//! each kind its HTTP status and page is `web::problem`.

use passerelle_domain::access::Denied;
use passerelle_domain::parse::ParseError;
use passerelle_engine::matching::PlanError;
use passerelle_store::StoreError;
use std::collections::BTreeMap;
use thiserror::Error;

/// One thing wrong with one field. Never carries the rejected value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    pub field: String,
    /// Names the message `error-<code>` in the catalogues.
    pub code: &'static str,
    /// The English sentence, for programs and terminals.
    pub detail: String,
    pub args: BTreeMap<String, String>,
}

impl FieldError {
    pub fn new(field: &str, code: &'static str, detail: impl Into<String>) -> Self {
        Self { field: field.into(), code, detail: detail.into(), args: BTreeMap::new() }
    }

    #[must_use]
    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.args.insert(name.into(), value.to_string());
        self
    }

    pub fn of(field: &str, error: &ParseError) -> Self {
        Self::new(field, error.code, error.detail.clone())
    }
}

#[derive(Debug, Error)]
pub enum AppError {
    #[error("some fields are not right")]
    Invalid(Vec<FieldError>),
    #[error("the request cannot be read: {0}")]
    Malformed(String),
    #[error("sign in first")]
    Unauthenticated,
    #[error("your role does not allow this")]
    Forbidden,
    #[error("there is no such thing, or not for you")]
    NotFound,
    #[error("{0}")]
    Conflict(String),
    #[error("this cannot be done in state {state}")]
    TransitionRefused { state: String, allowed: Vec<&'static str> },
    #[error("somebody else changed this meanwhile; load it again and repeat your change")]
    Stale,
    #[error("the request is larger than {limit} bytes")]
    TooLarge { limit: usize },
    #[error("too many attempts; wait {wait_seconds} seconds")]
    RateLimited { wait_seconds: i64 },
    #[error("the service cannot answer right now")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("something went wrong on our side")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl AppError {
    pub fn internal(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Internal(error.into())
    }

    pub fn invalid(field: &str, code: &'static str, detail: impl Into<String>) -> Self {
        Self::Invalid(vec![FieldError::new(field, code, detail)])
    }
}

impl From<StoreError> for AppError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Stale => Self::Stale,
            StoreError::Duplicate(_) => Self::Conflict("a record with the same key exists already".into()),
            StoreError::Reference(_) => Self::Conflict("other records still refer to this one, or one it names is missing".into()),
            StoreError::Unavailable(_) | StoreError::Schema | StoreError::Locked(_) => Self::Unavailable(Box::new(error)),
            StoreError::Corrupt { .. } | StoreError::Damaged | StoreError::Database(_) => Self::internal(error),
        }
    }
}

impl From<Denied> for AppError {
    fn from(Denied: Denied) -> Self {
        Self::Forbidden
    }
}

impl From<PlanError> for AppError {
    fn from(error: PlanError) -> Self {
        Self::internal(error)
    }
}

impl From<serde_json::Error> for AppError {
    fn from(error: serde_json::Error) -> Self {
        Self::internal(error)
    }
}
