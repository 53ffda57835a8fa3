//! What handlers take from a request: who asks, which version is meant, which parameters.

use crate::app::{Ctx, IdempotencyKey, accounts, actors};
use crate::auth::{secret, session};
use crate::clock::Moment;
use crate::error::AppError;
use crate::state::AppState;
use actix_session::SessionExt;
use actix_web::dev::Payload;
use actix_web::http::{Method, header};
use actix_web::{FromRequest, HttpRequest, web};
use passerelle_domain::access::{Actor, TokenScope};
use passerelle_store::entity::account;
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use uuid::Uuid;

type Extracting<T> = Pin<Box<dyn Future<Output = Result<T, AppError>>>>;

/// Somebody who has signed in, by session or by token.
#[derive(Debug, Clone)]
pub struct SignedIn {
    pub state: web::Data<AppState>,
    pub actor: Actor,
    pub account: account::Model,
    pub now: Moment,
}

impl SignedIn {
    pub fn ctx(&self) -> Ctx<'_> {
        Ctx::new(&self.state, &self.actor, self.now)
    }
}

/// The state, or a failure that names the programming error.
pub fn state_of(request: &HttpRequest) -> Result<web::Data<AppState>, AppError> {
    request.app_data::<web::Data<AppState>>().cloned().ok_or_else(|| AppError::internal("the application state is not registered"))
}

impl FromRequest for SignedIn {
    type Error = AppError;
    type Future = Extracting<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let state = state_of(&request)?;
            let now = Moment::now();
            let (account, scopes) = match bearer(&request) {
                Some(token) => {
                    let (account, scopes) = accounts::by_token(&state, now, token).await?;
                    (account, Some(scopes))
                }
                None => (by_session(&request, &state).await?, None),
            };
            state.limits.actor(&account.id.to_string())?;
            let mut actor = actors::resolve(state.store.read(), &account, now).await?;
            actor.token = scopes;
            // Whatever a route asks for: a token that may only look changes nothing by any of them.
            let writes = !matches!(*request.method(), Method::GET | Method::HEAD);
            if writes
                && actor.token.as_ref().is_some_and(|scopes| !scopes.contains(&TokenScope::Write) && !scopes.contains(&TokenScope::Decide))
            {
                return Err(AppError::Forbidden);
            }
            Ok(Self { state, actor, account, now })
        })
    }
}

fn bearer(request: &HttpRequest) -> Option<&str> {
    request.headers().get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ").map(str::trim)
}

async fn by_session(request: &HttpRequest, state: &AppState) -> Result<account::Model, AppError> {
    let session = request.get_session();
    let id = session.get::<String>(session::ACCOUNT).ok().flatten().ok_or(AppError::Unauthenticated)?;
    // A page's forms carry the token in the body; a script sends it as a header. Either way a
    // foreign site cannot know it.
    let is_api = request.path().starts_with("/api/");
    if is_api && !matches!(*request.method(), Method::GET | Method::HEAD) {
        let sent = request.headers().get("x-csrf-token").and_then(|value| value.to_str().ok()).unwrap_or_default();
        let kept = session.get::<String>(session::CSRF).ok().flatten().unwrap_or_default();
        if kept.is_empty() || !secret::same(sent, &kept) {
            return Err(AppError::Forbidden);
        }
    }
    let id = Uuid::try_parse(&id).map_err(|_| AppError::Unauthenticated)?;
    accounts::active(state.store.read(), id).await?.ok_or(AppError::Unauthenticated)
}

/// The version that a change is based on, from `If-Match: "7"`.
#[derive(Debug, Clone, Copy)]
pub struct IfMatch(pub i64);

impl FromRequest for IfMatch {
    type Error = AppError;
    type Future = std::future::Ready<Result<Self, AppError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let value = request.headers().get(header::IF_MATCH).and_then(|value| value.to_str().ok());
        let version = value.and_then(|text| text.trim().trim_start_matches("W/").trim_matches('"').parse().ok());
        std::future::ready(
            version
                .map(Self)
                .ok_or_else(|| AppError::Malformed("send If-Match with the ETag of the version that your change is based on".into())),
        )
    }
}

/// Query parameters, each once.
#[derive(Debug, Clone)]
pub struct Params(pub BTreeMap<String, String>);

impl FromRequest for Params {
    type Error = AppError;
    type Future = std::future::Ready<Result<Self, AppError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let pairs = web::Query::<Vec<(String, String)>>::from_query(request.query_string());
        std::future::ready(match pairs {
            Ok(pairs) => Ok(Self(joined(pairs.into_inner()))),
            Err(_) => Err(AppError::Malformed("the part of the address after ? cannot be read".into())),
        })
    }
}

/// The last value of each name; columns, which a form sends one by one, joined by commas.
fn joined(pairs: Vec<(String, String)>) -> BTreeMap<String, String> {
    let mut params: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in pairs {
        match params.get_mut(&name) {
            Some(columns) if name == "cols" => {
                columns.push(',');
                columns.push_str(&value);
            }
            _ => {
                params.insert(name, value);
            }
        }
    }
    params
}

/// A parameter that names a record, where one is given. What is no identifier names nothing.
///
/// # Errors
/// [`AppError::NotFound`].
pub fn id_in(params: &BTreeMap<String, String>, name: &str) -> Result<Option<Uuid>, AppError> {
    let text = params.get(name).map(|text| text.trim()).filter(|text| !text.is_empty());
    text.map(|text| Uuid::try_parse(text).map_err(|_| AppError::NotFound)).transpose()
}

/// An identifier in the path. What is no identifier names nothing.
#[derive(Debug, Clone, Copy)]
pub struct PathId(pub Uuid);

impl FromRequest for PathId {
    type Error = AppError;
    type Future = std::future::Ready<Result<Self, AppError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let id = request.match_info().get("id").and_then(|id| Uuid::try_parse(id).ok());
        std::future::ready(id.map(Self).ok_or(AppError::NotFound))
    }
}

/// Reads the `Idempotency-Key` of a creating request.
///
/// # Errors
/// When the key is longer than 200 characters.
pub fn idempotency(request: &HttpRequest, actor: &Actor, body: &[u8]) -> Result<Option<IdempotencyKey>, AppError> {
    let Some(value) = request.headers().get("idempotency-key") else { return Ok(None) };
    let key = value.to_str().unwrap_or_default();
    if key.is_empty() || key.len() > 200 {
        return Err(AppError::Malformed("an Idempotency-Key has 1 to 200 characters of ASCII".into()));
    }
    Ok(Some(IdempotencyKey {
        key_hash: secret::hash(&format!("{}\n{}\n{key}", actor.user, request.path())),
        request_digest: secret::hash(&String::from_utf8_lossy(body)),
    }))
}
