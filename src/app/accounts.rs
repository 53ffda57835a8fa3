//! Accounts: signing in, resolving an actor, API tokens, making accounts.

use super::Ctx;
use crate::auth::{password, secret};
use crate::clock::Moment;
use crate::error::{AppError, FieldError};
use crate::state::AppState;
use passerelle_domain::access::{Action, Role, Subject, TokenScope, permit};
use passerelle_domain::country::CountryCode;
use passerelle_domain::ids::UserId;
use passerelle_store::entity::{account, api_token, role_grant, sign_in_attempt};
use passerelle_store::query::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, Expr, ExprTrait, QueryFilter, QueryOrder, QuerySelect,
};
use passerelle_store::{Store, StoreError, Tx};
use std::collections::BTreeSet;
use uuid::Uuid;

const WINDOW_MS: i64 = 15 * 60 * 1_000;
/// Start of every API token, so that a leaked one can be recognised.
const TOKEN_PREFIX: &str = "pas_";

/// A new account with one role.
#[derive(Debug, Clone)]
pub struct NewAccount {
    pub email: String,
    pub name: String,
    pub password: String,
    pub locale: String,
    pub role: Role,
    pub organisation: Option<Uuid>,
    pub countries: Vec<CountryCode>,
    pub trainee: Option<Uuid>,
}

/// Adds an account and its grant to a transaction.
///
/// # Errors
/// When a field is not right, or the address is taken.
pub async fn create(tx: &mut Tx, now: Moment, new: &NewAccount) -> Result<Uuid, AppError> {
    let email = new.email.trim().to_lowercase();
    if !email.contains('@') || email.len() > 254 || email.contains(char::is_whitespace) {
        return Err(AppError::invalid("email", "email", "is not an e-mail address"));
    }
    password::ensure_strong(&new.password, &email)?;
    if new.role == Role::Trainee && new.trainee.is_none() {
        return Err(AppError::invalid("trainee", "required", "is needed: a trainee's account belongs to a trainee's record"));
    }
    let hash = password::hash(new.password.clone()).await?;
    let id = Uuid::now_v7();
    let row = account::Model {
        id,
        version: 1,
        created_at_ms: now.ms(),
        updated_at_ms: now.ms(),
        email,
        name: new.name.clone(),
        password_hash: Some(hash),
        status: "active".into(),
        locale: new.locale.clone(),
        trainee_id: new.trainee,
        totp: None,
        totp_last_step: None,
        confirmed_at_ms: Some(now.ms()),
    };
    let insert = account::Entity::insert(account::ActiveModel::from(row).reset_all());
    insert.exec_without_returning(tx.conn()).await.map_err(StoreError::from)?;
    let grant = role_grant::Model {
        id: Uuid::now_v7(),
        account_id: id,
        role: new.role.to_string(),
        organisation_id: new.organisation,
        countries: new.countries.iter().map(ToString::to_string).collect::<Vec<_>>().join(","),
        subdivisions: String::new(),
        valid_from: now.date(),
        valid_to: None,
        delegated_by: None,
        reason: None,
        revoked_at_ms: None,
        created_at_ms: now.ms(),
    };
    let insert = role_grant::Entity::insert(role_grant::ActiveModel::from(grant).reset_all());
    insert.exec_without_returning(tx.conn()).await.map_err(StoreError::from)?;
    tx.note("create", "account", Some(id), serde_json::json!({ "role": new.role }));
    Ok(id)
}

/// Checks address and password. Wrong address and wrong password take the same time and get the
/// same answer; too many failures lock for a quarter of an hour.
///
/// # Errors
/// [`AppError::Unauthenticated`], or [`AppError::RateLimited`].
pub async fn sign_in(
    state: &AppState,
    now: Moment,
    email: &str,
    password: &str,
    code: &str,
    address: &str,
) -> Result<account::Model, AppError> {
    let email = email.trim().to_lowercase();
    let keys = [
        (format!("account:{}", secret::hash(&email)), state.config.security.sign_in_failures_per_account),
        (format!("address:{address}"), state.config.security.sign_in_failures_per_address),
    ];
    // Counted before the password is looked at: many attempts at once cannot slip by together.
    count_attempts(&state.store, now, &keys).await?;
    let found = account::Entity::find().filter(account::Column::Email.eq(email)).one(state.store.read()).await.map_err(StoreError::from)?;
    let hash = found.as_ref().and_then(|account| account.password_hash.clone());
    let right = password::verify(password.to_owned(), hash).await?;
    match found.filter(|account| right && account.status == "active") {
        // A wrong second factor gets the answer that a wrong password gets.
        Some(account) if super::second_factor::check(state, now.ms(), &account, code).await? => {
            let mut tx = state.store.begin(Some(UserId(account.id)), now.ms()).await?;
            for (key, _) in &keys {
                forgive(&tx, key).await?;
            }
            tx.note("sign_in", "account", Some(account.id), serde_json::json!({}));
            tx.commit().await?;
            Ok(account)
        }
        _ => Err(AppError::Unauthenticated),
    }
}

/// Counts an attempt for the account and for the address, and refuses one too many.
pub(crate) async fn count_attempts(store: &Store, now: Moment, keys: &[(String, i32)]) -> Result<(), AppError> {
    let tx = store.begin(None, now.ms()).await?;
    sign_in_attempt::Entity::delete_many()
        .filter(sign_in_attempt::Column::WindowStartedAtMs.lte(now.ms() - WINDOW_MS))
        .exec(tx.conn())
        .await
        .map_err(StoreError::from)?;
    let mut refused = None;
    for (key, allowed) in keys {
        let counted = sign_in_attempt::Entity::update_many()
            .col_expr(sign_in_attempt::Column::Failures, Expr::col(sign_in_attempt::Column::Failures).add(1))
            .filter(sign_in_attempt::Column::Key.eq(key.as_str()))
            .exec(tx.conn())
            .await
            .map_err(StoreError::from)?;
        if counted.rows_affected == 0 {
            let row = sign_in_attempt::Model { key: key.clone(), failures: 1, window_started_at_ms: now.ms() };
            let insert = sign_in_attempt::Entity::insert(sign_in_attempt::ActiveModel::from(row).reset_all());
            insert.exec_without_returning(tx.conn()).await.map_err(StoreError::from)?;
        } else if let Some(attempt) = sign_in_attempt::Entity::find_by_id(key.clone()).one(tx.conn()).await.map_err(StoreError::from)?
            && attempt.failures > *allowed
        {
            refused = Some((attempt.window_started_at_ms + WINDOW_MS - now.ms()) / 1_000 + 1);
        }
    }
    tx.commit().await?;
    match refused {
        Some(wait_seconds) => Err(AppError::RateLimited { wait_seconds }),
        None => Ok(()),
    }
}

/// Takes back the attempt that turned out right; the account's own count starts anew.
async fn forgive(tx: &Tx, key: &str) -> Result<(), AppError> {
    if key.starts_with("account:") {
        sign_in_attempt::Entity::delete_by_id(key).exec(tx.conn()).await.map_err(StoreError::from)?;
        return Ok(());
    }
    sign_in_attempt::Entity::update_many()
        .col_expr(sign_in_attempt::Column::Failures, Expr::col(sign_in_attempt::Column::Failures).sub(1))
        .filter(sign_in_attempt::Column::Key.eq(key))
        .exec(tx.conn())
        .await
        .map_err(StoreError::from)?;
    Ok(())
}

/// The account of that identifier, if it may still sign in.
///
/// # Errors
/// When the database refuses.
pub async fn active(conn: &impl ConnectionTrait, id: Uuid) -> Result<Option<account::Model>, AppError> {
    let found = account::Entity::find_by_id(id).one(conn).await.map_err(StoreError::from)?;
    Ok(found.filter(|account| account.status == "active"))
}

/// Resolves an API token to its account.
///
/// # Errors
/// [`AppError::Unauthenticated`] when the token is unknown, revoked or expired.
pub async fn by_token(state: &AppState, now: Moment, token: &str) -> Result<(account::Model, BTreeSet<TokenScope>), AppError> {
    if !token.starts_with(TOKEN_PREFIX) || token.len() > 100 {
        return Err(AppError::Unauthenticated);
    }
    let found = api_token::Entity::find()
        .filter(api_token::Column::TokenHash.eq(secret::hash(token)))
        .one(state.store.read())
        .await
        .map_err(StoreError::from)?;
    let valid = found.filter(|row| row.revoked_at_ms.is_none() && row.expires_at_ms > now.ms()).ok_or(AppError::Unauthenticated)?;
    let account = active(state.store.read(), valid.account_id).await?.ok_or(AppError::Unauthenticated)?;
    let scopes = valid.scopes.split(',').filter_map(|word| TokenScope::parse(word).ok()).collect();
    Ok((account, scopes))
}

/// Makes an API token for the actor's own account. The token is shown once and kept as a hash.
///
/// # Errors
/// When the name or the number of days is not right, or the account has 20 tokens already.
pub async fn create_token(
    ctx: &Ctx<'_>,
    name: &str,
    days: i64,
    scopes: &BTreeSet<TokenScope>,
) -> Result<(api_token::Model, String), AppError> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > 80 {
        return Err(AppError::invalid("name", "required", "is needed, with at most 80 characters"));
    }
    if scopes.is_empty() {
        return Err(AppError::invalid("scopes", "required", "are needed: a token that may do nothing is of no use"));
    }
    let most = ctx.state.config.security.token_days_max;
    if !(1..=most).contains(&days) {
        return Err(AppError::Invalid(vec![
            FieldError::new("days", "range", format!("must be from 1 to {most}")).with("min", 1).with("max", most),
        ]));
    }
    if tokens(ctx).await?.iter().filter(|token| token.revoked_at_ms.is_none()).count() >= 20 {
        return Err(AppError::Conflict("an account has at most 20 tokens; revoke one first".into()));
    }
    let token = format!("{TOKEN_PREFIX}{}", secret::random());
    let mut tx = ctx.begin().await?;
    let row = api_token::Model {
        id: Uuid::now_v7(),
        account_id: ctx.actor.user.0,
        name: name.into(),
        token_hash: secret::hash(&token),
        created_at_ms: ctx.now.ms(),
        expires_at_ms: ctx.now.ms() + days * 86_400_000,
        revoked_at_ms: None,
        scopes: scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(","),
    };
    let insert = api_token::Entity::insert(api_token::ActiveModel::from(row.clone()).reset_all());
    insert.exec_without_returning(tx.conn()).await.map_err(StoreError::from)?;
    tx.note("create", "api_token", Some(row.id), serde_json::json!({}));
    tx.commit().await?;
    Ok((row, token))
}

/// The actor's own tokens, the newest first.
///
/// # Errors
/// When the database refuses.
pub async fn tokens(ctx: &Ctx<'_>) -> Result<Vec<api_token::Model>, AppError> {
    let find = api_token::Entity::find()
        .filter(api_token::Column::AccountId.eq(ctx.actor.user.0))
        .order_by_desc(api_token::Column::CreatedAtMs)
        .limit(100);
    Ok(find.all(ctx.state.store.read()).await.map_err(StoreError::from)?)
}

/// Ends one of the actor's own tokens at once.
///
/// # Errors
/// When it is not the actor's.
pub async fn revoke_token(ctx: &Ctx<'_>, id: Uuid) -> Result<(), AppError> {
    let mut tx = ctx.begin().await?;
    let done = api_token::Entity::update_many()
        .col_expr(api_token::Column::RevokedAtMs, Expr::value(ctx.now.ms()))
        .filter(api_token::Column::Id.eq(id))
        .filter(api_token::Column::AccountId.eq(ctx.actor.user.0))
        .filter(api_token::Column::RevokedAtMs.is_null())
        .exec(tx.conn())
        .await
        .map_err(StoreError::from)?;
    if done.rows_affected == 0 {
        return Err(AppError::NotFound);
    }
    tx.note("revoke", "api_token", Some(id), serde_json::json!({}));
    tx.commit().await?;
    Ok(())
}

/// Verifies the audit chains for somebody who may.
///
/// # Errors
/// When the actor may not.
pub async fn verify_audit(ctx: &Ctx<'_>) -> Result<passerelle_store::audit::Verified, AppError> {
    permit(ctx.actor, Action::Read, Subject::Audit)?;
    Ok(passerelle_store::audit::verify(&ctx.state.store).await?)
}
