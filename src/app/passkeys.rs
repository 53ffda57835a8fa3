//! Passkeys (W3C Web Authentication, level 3): a key pair in somebody's device that signs in for
//! her. The device asks for her finger, face or PIN, so that a passkey is both factors at once; it
//! answers to this service's address only, so that no look-alike can use it.
//!
//! Each of the two ceremonies has two halves; what must be remembered between them is a row that is
//! used once and lives for minutes.

use super::Ctx;
use super::work::{insert, notifications};
use crate::auth::secret;
use crate::clock::Moment;
use crate::error::AppError;
use crate::state::AppState;
use crate::text::{hex, unhex};
use passerelle_domain::ids::UserId;
use passerelle_store::entity::{account, ceremony, passkey};
use passerelle_store::query::{ColumnTrait, EntityTrait, Expr, QueryFilter, QueryOrder, QuerySelect};
use passerelle_store::{StoreError, Tx};
use serde_json::{Value, json};
use std::borrow::Borrow;
use uuid::Uuid;
use webauthn_rp::bin::{Decode, Encode};
use webauthn_rp::request::auth::AuthenticationVerificationOptions;
use webauthn_rp::request::register::{
    CredProtect, Nickname, PublicKeyCredentialUserEntity, RegistrationVerificationOptions, UserHandle, Username,
};
use webauthn_rp::request::{AsciiDomain, PublicKeyCredentialDescriptor, RpId};
use webauthn_rp::response::register::{DynamicState, StaticState};
use webauthn_rp::response::{AuthTransports, CredentialId, SentChallenge};
use webauthn_rp::{
    AuthenticatedCredential, DiscoverableAuthentication16, DiscoverableAuthenticationServerState, DiscoverableCredentialRequestOptions,
    PublicKeyCredentialCreationOptions, Registration, RegistrationServerState,
};

/// Passkeys that an account may have.
const PER_ACCOUNT: usize = 10;
/// Time for one ceremony.
const CEREMONY_MS: i64 = 5 * 60 * 1_000;
const ADD: &str = "passkey_add";
const ENTER: &str = "passkey_enter";

/// Whether browsers will make passkeys here: they refuse hosts that are bare numbers.
pub fn possible(state: &AppState) -> bool {
    let host = state.config.public_host();
    (state.config.is_secure() || host == "localhost") && host.parse::<std::net::IpAddr>().is_err()
}

/// Whom a passkey is bound to: the host of the public address.
fn party(state: &AppState) -> Result<RpId, AppError> {
    AsciiDomain::try_from(state.config.public_host()).map(RpId::Domain).map_err(|error| AppError::internal(error.to_string()))
}

fn handle(account: Uuid) -> UserHandle<16> {
    match UserHandle::decode(*account.as_bytes()) {
        Ok(handle) => handle,
        Err(never) => match never {},
    }
}

/// What the device or its owner got wrong; the cause is not shown, it would help nobody.
fn refused() -> AppError {
    AppError::invalid("credential", "passkey", "the device's answer does not fit what was asked; try once more")
}

fn damaged<E: std::fmt::Debug>(error: E) -> AppError {
    AppError::internal(format!("a stored passkey is damaged: {error:?}"))
}

/// A descriptor of a stored passkey.
fn descriptor(row: &passkey::Model) -> Result<PublicKeyCredentialDescriptor<Vec<u8>>, AppError> {
    let id = unhex(&row.credential_id).ok_or_else(|| damaged("identifier"))?;
    let transports = u8::try_from(row.transports).map_err(damaged)?;
    Ok(PublicKeyCredentialDescriptor {
        id: CredentialId::try_from(id).map_err(damaged)?,
        transports: AuthTransports::decode(transports).map_err(damaged)?,
    })
}

/// The actor's passkeys, the newest first.
///
/// # Errors
/// When the database refuses.
pub async fn list(ctx: &Ctx<'_>) -> Result<Vec<passkey::Model>, AppError> {
    let find = passkey::Entity::find()
        .filter(passkey::Column::AccountId.eq(ctx.actor.user.0))
        .order_by_desc(passkey::Column::CreatedAtMs)
        .limit(PER_ACCOUNT as u64);
    Ok(find.all(ctx.state.store.read()).await.map_err(StoreError::from)?)
}

/// First half of adding one: `PublicKeyCredentialCreationOptionsJSON` for the browser.
///
/// # Errors
/// When the account has as many as it may have.
pub async fn begin_adding(ctx: &Ctx<'_>, account: &account::Model) -> Result<Value, AppError> {
    let rows = list(ctx).await?;
    if rows.len() >= PER_ACCOUNT {
        return Err(AppError::Conflict(format!("an account has at most {PER_ACCOUNT} passkeys; remove one first")));
    }
    let party = party(ctx.state)?;
    let id = handle(account.id);
    // The device shows these; where the profile of the standard refuses a text, the plain one stands in.
    let short = |text: &str| text.chars().take(60).collect::<String>();
    let (name, shown) = (short(&account.email), short(&account.name));
    let user = PublicKeyCredentialUserEntity {
        name: Username::try_from(name.as_str()).or_else(|_| Username::try_from("account")).map_err(damaged)?,
        id: &id,
        display_name: Some(Nickname::try_from(shown.as_str()).or_else(|_| Nickname::try_from("Passerelle")).map_err(damaged)?),
    };
    let known = rows.iter().map(descriptor).collect::<Result<Vec<_>, _>>()?;
    let mut options = PublicKeyCredentialCreationOptions::passkey(&party, user, known);
    // Many phones know no protection policy; that the owner is verified is asked for all the same.
    options.extensions.cred_protect = CredProtect::None;
    let (server, client) = options.start_ceremony().map_err(damaged)?;
    let answer = serde_json::to_value(&client)?;
    let tx = ctx.begin().await?;
    let state = server.encode().map_err(damaged)?;
    keep(&tx, ADD, &key(server.borrow()), Some(account.id), hex(state.as_ref()), CEREMONY_MS).await?;
    tx.commit().await?;
    Ok(answer)
}

/// Second half: the device's answer, as `PublicKeyCredential.toJSON()` writes it.
///
/// # Errors
/// When it does not fit what was asked, or the name is missing.
pub async fn add(ctx: &Ctx<'_>, name: &str, credential: &str) -> Result<(), AppError> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > 80 {
        return Err(AppError::invalid("name", "required", "is needed, with at most 80 characters"));
    }
    let registration = Registration::from_json_relaxed(credential.as_bytes()).map_err(|_| refused())?;
    let challenge = registration.challenge_relaxed().map_err(|_| refused())?;
    let mut tx = ctx.begin().await?;
    let state = take(&tx, ADD, &key(&challenge), Some(ctx.actor.user.0)).await?;
    let server = RegistrationServerState::<16>::decode(&state).map_err(damaged)?;
    let origins = [ctx.state.config.public_origin()];
    let options = RegistrationVerificationOptions::<String, String> {
        allowed_origins: &origins,
        // Devices may say more than they were asked.
        error_on_unsolicited_extensions: false,
        ..Default::default()
    };
    let made = server.verify(&party(ctx.state)?, &registration, &options).map_err(|_| refused())?;
    let Ok(transports) = made.transports().encode();
    let Ok(fixed) = made.static_state().encode();
    let Ok(changing) = made.dynamic_state().encode();
    let row = passkey::Model {
        id: Uuid::now_v7(),
        account_id: ctx.actor.user.0,
        name: name.into(),
        credential_id: hex(made.id().as_ref()),
        static_state: hex(&fixed),
        dynamic_state: hex(&changing),
        transports: transports.into(),
        created_at_ms: ctx.now.ms(),
        used_at_ms: None,
    };
    insert::<passkey::Entity, _>(&tx, row).await?;
    tx.note("passkey_added", "account", Some(ctx.actor.user.0), json!({}));
    notifications::to_accounts(&mut tx, vec![ctx.actor.user.0], "security", "/ui/account", &[]).await?;
    tx.commit().await?;
    Ok(())
}

/// Takes one of the actor's passkeys away at once.
///
/// # Errors
/// When it is not the actor's.
pub async fn remove(ctx: &Ctx<'_>, id: Uuid) -> Result<(), AppError> {
    let mut tx = ctx.begin().await?;
    let gone = passkey::Entity::delete_many()
        .filter(passkey::Column::Id.eq(id))
        .filter(passkey::Column::AccountId.eq(ctx.actor.user.0))
        .exec(tx.conn())
        .await
        .map_err(StoreError::from)?;
    if gone.rows_affected == 0 {
        return Err(AppError::NotFound);
    }
    tx.note("passkey_removed", "account", Some(ctx.actor.user.0), json!({}));
    notifications::to_accounts(&mut tx, vec![ctx.actor.user.0], "security", "/ui/account", &[]).await?;
    tx.commit().await?;
    Ok(())
}

/// First half of entering: `PublicKeyCredentialRequestOptionsJSON`. It names nobody, so that it
/// tells nobody which accounts there are.
///
/// # Errors
/// When the database refuses.
pub async fn begin_entering(state: &AppState, now: Moment) -> Result<Value, AppError> {
    let party = party(state)?;
    let (server, client) = DiscoverableCredentialRequestOptions::passkey(&party).start_ceremony().map_err(damaged)?;
    let answer = serde_json::to_value(&client)?;
    let tx = state.store.begin(None, now.ms()).await?;
    let encoded = server.encode().map_err(damaged)?;
    keep(&tx, ENTER, &key(server.borrow()), None, hex(encoded.as_ref()), CEREMONY_MS).await?;
    tx.commit().await?;
    Ok(answer)
}

/// Second half: whose passkey answered.
///
/// # Errors
/// [`AppError::Unauthenticated`] for whatever is wrong: which it was is nobody's business.
pub async fn enter(state: &AppState, now: Moment, credential: &str) -> Result<account::Model, AppError> {
    let answer = DiscoverableAuthentication16::from_json_relaxed(credential.as_bytes()).map_err(|_| AppError::Unauthenticated)?;
    let challenge = answer.challenge_relaxed().map_err(|_| AppError::Unauthenticated)?;
    let tx = state.store.begin(None, now.ms()).await?;
    let kept = take(&tx, ENTER, &key(&challenge), None).await;
    // Used up, whatever comes of it.
    tx.commit().await?;
    let server = DiscoverableAuthenticationServerState::decode(&kept.map_err(|_| AppError::Unauthenticated)?).map_err(damaged)?;
    let found = passkey::Entity::find()
        .filter(passkey::Column::CredentialId.eq(hex(answer.raw_id().as_ref())))
        .one(state.store.read())
        .await
        .map_err(StoreError::from)?;
    let row = found.ok_or(AppError::Unauthenticated)?;
    let owner = handle(row.account_id);
    if answer.response().user_handle() != &owner {
        return Err(AppError::Unauthenticated);
    }
    let id = descriptor(&row)?.id;
    let fixed = unhex(&row.static_state).ok_or_else(|| damaged("public key"))?;
    let changing: [u8; 7] = unhex(&row.dynamic_state).and_then(|bytes| bytes.try_into().ok()).ok_or_else(|| damaged("counter"))?;
    let mut known = AuthenticatedCredential::new(
        (&id).into(),
        &owner,
        StaticState::decode(fixed.as_slice()).map_err(damaged)?,
        DynamicState::decode(changing).map_err(damaged)?,
    )
    .map_err(damaged)?;
    let origins = [state.config.public_origin()];
    let options = AuthenticationVerificationOptions::<String, String> {
        allowed_origins: &origins,
        error_on_unsolicited_extensions: false,
        ..Default::default()
    };
    server.verify(&party(state)?, &answer, &mut known, &options).map_err(|_| AppError::Unauthenticated)?;
    let account = super::accounts::active(state.store.read(), row.account_id).await?.ok_or(AppError::Unauthenticated)?;
    let Ok(after) = known.dynamic_state().encode();
    let mut tx = state.store.begin(Some(UserId(account.id)), now.ms()).await?;
    passkey::Entity::update_many()
        .col_expr(passkey::Column::DynamicState, Expr::value(hex(&after)))
        .col_expr(passkey::Column::UsedAtMs, Expr::value(now.ms()))
        .filter(passkey::Column::Id.eq(row.id))
        .exec(tx.conn())
        .await
        .map_err(StoreError::from)?;
    tx.note("sign_in", "account", Some(account.id), json!({ "by": "passkey" }));
    tx.commit().await?;
    Ok(account)
}

/// The challenge is the key of a ceremony: random, and told to one browser.
fn key(challenge: &SentChallenge) -> String {
    format!("{:032x}", challenge.0)
}

/// Keeps what a ceremony needs for its second half; old ones go.
///
/// # Errors
/// When the database refuses.
pub(super) async fn keep(tx: &Tx, kind: &str, key: &str, account: Option<Uuid>, state: String, for_ms: i64) -> Result<(), AppError> {
    ceremony::Entity::delete_many()
        .filter(ceremony::Column::ExpiresAtMs.lt(tx.now_ms()))
        .exec(tx.conn())
        .await
        .map_err(StoreError::from)?;
    let row = ceremony::Model {
        id: Uuid::now_v7(),
        kind: kind.into(),
        key_hash: secret::hash(key),
        account_id: account,
        state,
        expires_at_ms: tx.now_ms() + for_ms,
    };
    insert::<ceremony::Entity, _>(tx, row).await
}

async fn take(tx: &Tx, kind: &str, key: &str, account: Option<Uuid>) -> Result<Vec<u8>, AppError> {
    unhex(&take_text(tx, kind, key, account).await?).ok_or_else(|| damaged("ceremony"))
}

/// Takes a ceremony out: of two answers to it, one counts.
///
/// # Errors
/// When there is none, or it has run out, or it is another account's.
pub(super) async fn take_text(tx: &Tx, kind: &str, key: &str, account: Option<Uuid>) -> Result<String, AppError> {
    let found = ceremony::Entity::find()
        .filter(ceremony::Column::KeyHash.eq(secret::hash(key)))
        .filter(ceremony::Column::Kind.eq(kind))
        .one(tx.conn())
        .await
        .map_err(StoreError::from)?;
    let row = found.filter(|row| row.account_id == account && row.expires_at_ms > tx.now_ms()).ok_or_else(refused)?;
    let gone = ceremony::Entity::delete_by_id(row.id).exec(tx.conn()).await.map_err(StoreError::from)?;
    if gone.rows_affected == 1 { Ok(row.state) } else { Err(refused()) }
}
