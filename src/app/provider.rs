//! Signing in through an outside provider of identity (OpenID Connect Core 1.0, authorization code
//! with PKCE). Optional: without `oidc.issuer` in the configuration there is no such way in.
//!
//! The provider says who somebody is; what she may do is decided here as ever. An account is tied to
//! it by its owner while she is signed in, or by an address that the provider has verified, the
//! latter only where nothing stronger than a password guards the account.

use super::work::{insert, notifications};
use super::{Ctx, passkeys};
use crate::auth::secret;
use crate::clock::Moment;
use crate::config::Config;
use crate::error::AppError;
use crate::state::AppState;
use openidconnect::core::{CoreAuthenticationFlow, CoreClient, CoreIdTokenClaims, CoreProviderMetadata};
use openidconnect::{
    AuthorizationCode, ClientId, ClientSecret, CsrfToken, HttpRequest, HttpResponse, IssuerUrl, Nonce, PkceCodeChallenge, PkceCodeVerifier,
    RedirectUrl, Scope,
};
use passerelle_domain::ids::UserId;
use passerelle_store::entity::{account, external_identity, passkey};
use passerelle_store::query::{ColumnTrait, EntityTrait, Expr, PaginatorTrait, QueryFilter};
use passerelle_store::{StoreError, Tx};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::time::Duration;
use uuid::Uuid;

const KIND: &str = "provider";
/// Time that somebody has at the provider.
const CEREMONY_MS: i64 = 15 * 60 * 1_000;
/// Largest answer of a provider in bytes.
const ANSWER_MAX: u64 = 512 * 1024;

/// What must be remembered while somebody is at the provider.
#[derive(Debug, Serialize, Deserialize)]
struct Waiting {
    nonce: String,
    verifier: String,
    next: String,
    /// The account that is being tied, when its owner asked for that.
    tie: Option<Uuid>,
}

/// Where to send the browser, and what it must bring back.
#[derive(Debug)]
pub struct Departure {
    pub url: String,
    pub state: String,
}

/// Who came back.
#[derive(Debug)]
pub struct Arrival {
    pub account: account::Model,
    pub next: String,
    /// The account was tied, by somebody who was signed in already.
    pub tied: bool,
}

/// Whether the installation has a provider.
pub fn configured(config: &Config) -> bool {
    !config.oidc.issuer.is_empty()
}

fn failed(error: impl std::fmt::Display) -> AppError {
    // Names neither the person nor what was sent.
    AppError::Unavailable(format!("the identity provider did not answer as it should: {error}").into())
}

/// One request to the provider: no redirects, ten seconds, a bounded answer.
async fn ask(request: HttpRequest) -> Result<HttpResponse, ureq::Error> {
    let plain = request.uri().scheme_str() == Some("http");
    let asked = tokio::task::spawn_blocking(move || {
        let mut settings =
            ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0).timeout_global(Some(Duration::from_secs(10)));
        if plain {
            // Only this machine may be spoken to in the clear, and no proxy stands between.
            settings = settings.proxy(None);
        }
        let mut answer = settings.build().new_agent().run(request)?;
        let body = answer.body_mut().with_config().limit(ANSWER_MAX).read_to_vec()?;
        let (parts, _) = answer.into_parts();
        Ok(HttpResponse::from_parts(parts, body))
    });
    asked.await.map_err(|error| ureq::Error::Other(error.into()))?
}

type Client = CoreClient<
    openidconnect::EndpointSet,
    openidconnect::EndpointNotSet,
    openidconnect::EndpointNotSet,
    openidconnect::EndpointNotSet,
    openidconnect::EndpointMaybeSet,
    openidconnect::EndpointMaybeSet,
>;

async fn client(config: &Config) -> Result<Client, AppError> {
    let issuer = IssuerUrl::new(config.oidc.issuer.clone()).map_err(AppError::internal)?;
    // Asked anew each time, keys and all: a provider changes its keys when it must.
    let metadata = CoreProviderMetadata::discover_async(issuer, &ask).await.map_err(failed)?;
    let secret = Some(config.oidc.client_secret.clone()).filter(|secret| !secret.is_empty()).map(ClientSecret::new);
    let back = format!("{}/ui/sign-in/provider/back", config.server.public_url.trim_end_matches('/'));
    let back = RedirectUrl::new(back).map_err(AppError::internal)?;
    Ok(CoreClient::from_provider_metadata(metadata, ClientId::new(config.oidc.client_id.clone()), secret).set_redirect_uri(back))
}

/// Begins: the browser is to go to the provider.
///
/// # Errors
/// [`AppError::NotFound`] without a provider; [`AppError::Unavailable`] when it does not answer.
pub async fn depart(state: &AppState, now: Moment, next: &str, tie: Option<Uuid>) -> Result<Departure, AppError> {
    if !configured(&state.config) {
        return Err(AppError::NotFound);
    }
    let client = client(&state.config).await?;
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let (url, csrf, nonce) = client
        .authorize_url(CoreAuthenticationFlow::AuthorizationCode, CsrfToken::new_random, Nonce::new_random)
        .add_scope(Scope::new("email".into()))
        .set_pkce_challenge(challenge)
        .url();
    let waiting = Waiting { nonce: nonce.secret().clone(), verifier: verifier.secret().clone(), next: next.into(), tie };
    let tx = state.store.begin(None, now.ms()).await?;
    passkeys::keep(&tx, KIND, csrf.secret(), None, serde_json::to_string(&waiting)?, CEREMONY_MS).await?;
    tx.commit().await?;
    Ok(Departure { url: url.to_string(), state: csrf.secret().clone() })
}

/// Ends: what the provider says of whoever came back. `expected` is what her browser was given when
/// she left, so that nobody can be signed in to a stranger's account by a link.
///
/// # Errors
/// [`AppError::Unauthenticated`] when anything does not fit.
pub async fn arrive(state: &AppState, now: Moment, expected: &str, given: &str, code: &str) -> Result<Arrival, AppError> {
    if !configured(&state.config) {
        return Err(AppError::NotFound);
    }
    if expected.is_empty() || !secret::same(expected, given) {
        return Err(AppError::Unauthenticated);
    }
    let tx = state.store.begin(None, now.ms()).await?;
    let kept = passkeys::take_text(&tx, KIND, given, None).await;
    tx.commit().await?;
    let waiting: Waiting = serde_json::from_str(&kept.map_err(|_| AppError::Unauthenticated)?)?;
    let claims = claims(&state.config, &waiting, code).await?;
    let (subject, issuer) = (claims.subject().to_string(), state.config.oidc.issuer.clone());
    let known = external_identity::Entity::find()
        .filter(external_identity::Column::Issuer.eq(issuer.as_str()))
        .filter(external_identity::Column::Subject.eq(subject.as_str()))
        .one(state.store.read())
        .await
        .map_err(StoreError::from)?;
    let id = match (&known, waiting.tie) {
        // Tied to another account already: it stays there.
        (Some(row), Some(account)) if row.account_id != account => {
            return Err(AppError::Conflict("this identity belongs to another account here".into()));
        }
        (Some(row), _) => row.account_id,
        (None, Some(account)) => account,
        (None, None) => by_verified_address(state, &claims).await?.ok_or(AppError::Unauthenticated)?,
    };
    let account = super::accounts::active(state.store.read(), id).await?.ok_or(AppError::Unauthenticated)?;
    let mut tx = state.store.begin(Some(UserId(account.id)), now.ms()).await?;
    if known.is_none() {
        tie(&mut tx, account.id, issuer.clone(), subject.clone()).await?;
    }
    external_identity::Entity::update_many()
        .col_expr(external_identity::Column::UsedAtMs, Expr::value(now.ms()))
        .filter(external_identity::Column::Issuer.eq(issuer))
        .filter(external_identity::Column::Subject.eq(subject))
        .exec(tx.conn())
        .await
        .map_err(StoreError::from)?;
    tx.note("sign_in", "account", Some(account.id), json!({ "by": "provider" }));
    tx.commit().await?;
    Ok(Arrival { account, next: waiting.next, tied: waiting.tie.is_some() })
}

async fn claims(config: &Config, waiting: &Waiting, code: &str) -> Result<CoreIdTokenClaims, AppError> {
    let client = client(config).await?;
    let token = client
        .exchange_code(AuthorizationCode::new(code.to_owned()))
        .map_err(AppError::internal)?
        .set_pkce_verifier(PkceCodeVerifier::new(waiting.verifier.clone()))
        .request_async(&ask)
        .await
        .map_err(|_| AppError::Unauthenticated)?;
    let id_token = openidconnect::TokenResponse::id_token(&token).ok_or(AppError::Unauthenticated)?;
    let claims = id_token.claims(&client.id_token_verifier(), &Nonce::new(waiting.nonce.clone()));
    claims.cloned().map_err(|_| AppError::Unauthenticated)
}

/// The account of an address that the provider has verified, where a password is all that guards it.
async fn by_verified_address(state: &AppState, claims: &CoreIdTokenClaims) -> Result<Option<Uuid>, AppError> {
    let Some(email) = claims.email().filter(|_| claims.email_verified() == Some(true)) else { return Ok(None) };
    let found = account::Entity::find()
        .filter(account::Column::Email.eq(email.trim().to_lowercase()))
        .filter(account::Column::Status.eq("active"))
        .filter(account::Column::Totp.is_null())
        .one(state.store.read())
        .await
        .map_err(StoreError::from)?;
    let Some(row) = found else { return Ok(None) };
    let passkeys = passkey::Entity::find().filter(passkey::Column::AccountId.eq(row.id)).count(state.store.read()).await;
    Ok((passkeys.map_err(StoreError::from)? == 0).then_some(row.id))
}

async fn tie(tx: &mut Tx, account: Uuid, issuer: String, subject: String) -> Result<(), AppError> {
    let row =
        external_identity::Model { id: Uuid::now_v7(), account_id: account, issuer, subject, created_at_ms: tx.now_ms(), used_at_ms: None };
    insert::<external_identity::Entity, _>(tx, row).await?;
    tx.note("provider_tied", "account", Some(account), json!({}));
    notifications::to_accounts(tx, vec![account], "security", "/ui/account", &[]).await
}

/// Whether the actor's account is tied to the provider.
///
/// # Errors
/// When the database refuses.
pub async fn is_tied(ctx: &Ctx<'_>) -> Result<bool, AppError> {
    let count = external_identity::Entity::find().filter(external_identity::Column::AccountId.eq(ctx.actor.user.0));
    Ok(count.count(ctx.state.store.read()).await.map_err(StoreError::from)? > 0)
}

/// Unties the actor's account from the provider.
///
/// # Errors
/// When it is not tied.
pub async fn untie(ctx: &Ctx<'_>) -> Result<(), AppError> {
    let mut tx = ctx.begin().await?;
    let gone = external_identity::Entity::delete_many()
        .filter(external_identity::Column::AccountId.eq(ctx.actor.user.0))
        .exec(tx.conn())
        .await
        .map_err(StoreError::from)?;
    if gone.rows_affected == 0 {
        return Err(AppError::NotFound);
    }
    tx.note("provider_untied", "account", Some(ctx.actor.user.0), json!({}));
    notifications::to_accounts(&mut tx, vec![ctx.actor.user.0], "security", "/ui/account", &[]).await?;
    tx.commit().await?;
    Ok(())
}
