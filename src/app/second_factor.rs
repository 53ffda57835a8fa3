//! The second factor by time (TOTP, RFC 6238) with codes for the day the phone is lost. The secret is
//! sealed; a code counts once.

use super::{Ctx, accounts};
use crate::auth::secret;
use crate::error::AppError;
use crate::state::AppState;
use crate::vault::Sealed;
use passerelle_store::entity::{account, recovery_code};
use passerelle_store::query::{ColumnTrait, Condition, EntityTrait, Expr, QueryFilter};
use passerelle_store::{StoreError, Tx};
use serde_json::json;
use totp_rs::{Algorithm, Secret, TOTP};
use uuid::Uuid;

const STEP_SECONDS: u64 = 30;
const RECOVERY_CODES: usize = 10;

fn place(account: Uuid) -> String {
    format!("account/{account}/totp")
}

fn totp(secret: &str, email: &str) -> Result<TOTP, AppError> {
    let bytes = Secret::Encoded(secret.to_owned()).to_bytes().map_err(|error| AppError::internal(format!("{error:?}")))?;
    TOTP::new(Algorithm::SHA1, 6, 1, STEP_SECONDS, bytes, Some("Passerelle".into()), email.to_owned())
        .map_err(|error| AppError::internal(error.to_string()))
}

/// A secret for a phone to scan, not yet in use.
#[derive(Debug, Clone)]
pub struct Offer {
    pub secret: String,
    /// `otpauth://` address, which the picture shows.
    pub address: String,
    /// SVG of the code to scan.
    pub picture: String,
}

/// Makes a secret to be confirmed with a first code.
///
/// # Errors
/// When the picture cannot be drawn.
pub fn offer(email: &str) -> Result<Offer, AppError> {
    let Secret::Encoded(text) = Secret::Raw(random_bytes()).to_encoded() else {
        return Err(AppError::internal("a secret could not be written out"));
    };
    offer_of(email, &text)
}

/// The same secret once more, after a code that did not fit.
///
/// # Errors
/// When it is no secret of ours.
pub fn offer_of(email: &str, text: &str) -> Result<Offer, AppError> {
    if text.len() > 128 {
        return Err(AppError::Malformed("the secret cannot be read; begin again".into()));
    }
    let totp = totp(text, email).map_err(|_| AppError::Malformed("the secret cannot be read; begin again".into()))?;
    let address = totp.get_url();
    let code = qrcode::QrCode::new(address.as_bytes()).map_err(|error| AppError::internal(error.to_string()))?;
    let picture = code.render::<qrcode::render::svg::Color<'_>>().min_dimensions(200, 200).build();
    Ok(Offer { secret: text.to_owned(), address, picture })
}

fn random_bytes() -> Vec<u8> {
    let hex = secret::random();
    (0..40).step_by(2).filter_map(|at| u8::from_str_radix(&hex[at..at + 2], 16).ok()).collect()
}

/// Puts the secret to use once a code proves that the phone has it. Gives codes to write down.
///
/// # Errors
/// When the code is wrong.
pub async fn enable(ctx: &Ctx<'_>, email: &str, secret_text: &str, code: &str) -> Result<Vec<String>, AppError> {
    let known = account::Entity::find_by_id(ctx.actor.user.0).one(ctx.state.store.read()).await.map_err(StoreError::from)?;
    if known.is_none_or(|account| account.totp.is_some()) {
        return Err(AppError::Conflict("a second factor is on already; turn it off with its code first".into()));
    }
    let now = u64::try_from(ctx.now.ms() / 1_000).unwrap_or_default();
    let step = accepted_step(&totp(secret_text, email)?, code, now);
    let step = step.ok_or_else(|| AppError::invalid("code", "code", "is not the code that the app shows now"))?;
    let sealed = ctx.state.vault.seal(&place(ctx.actor.user.0), secret_text)?;
    let mut tx = ctx.begin().await?;
    let stored = json!({ "k": sealed.key_id, "n": sealed.nonce, "t": sealed.text }).to_string();
    // Of several at once one is turned on.
    let done = account::Entity::update_many()
        .col_expr(account::Column::Totp, Expr::value(stored))
        .col_expr(account::Column::TotpLastStep, Expr::value(step))
        .filter(account::Column::Id.eq(ctx.actor.user.0))
        .filter(account::Column::Totp.is_null())
        .exec(tx.conn())
        .await
        .map_err(StoreError::from)?;
    if done.rows_affected == 0 {
        return Err(AppError::Conflict("a second factor is on already; turn it off with its code first".into()));
    }
    let codes = new_codes(&tx, ctx.actor.user.0).await?;
    tx.note("second_factor_on", "account", Some(ctx.actor.user.0), json!({}));
    super::work::notifications::to_accounts(&mut tx, vec![ctx.actor.user.0], "security", "/ui/account", &[]).await?;
    tx.commit().await?;
    Ok(codes)
}

async fn set(tx: &Tx, account: Uuid, sealed: Option<String>, step: Option<i64>) -> Result<(), AppError> {
    account::Entity::update_many()
        .col_expr(account::Column::Totp, Expr::value(sealed))
        .col_expr(account::Column::TotpLastStep, Expr::value(step))
        .filter(account::Column::Id.eq(account))
        .exec(tx.conn())
        .await
        .map_err(StoreError::from)?;
    Ok(())
}

async fn new_codes(tx: &Tx, account: Uuid) -> Result<Vec<String>, AppError> {
    recovery_code::Entity::delete_many()
        .filter(recovery_code::Column::AccountId.eq(account))
        .exec(tx.conn())
        .await
        .map_err(StoreError::from)?;
    let mut codes = Vec::new();
    for _ in 0..RECOVERY_CODES {
        let random = secret::random();
        let code = format!("{}-{}", &random[..5], &random[5..10]);
        let row = recovery_code::Model {
            id: Uuid::now_v7(),
            account_id: account,
            code_hash: secret::hash(&format!("{account}{code}")),
            used_at_ms: None,
        };
        super::work::insert::<recovery_code::Entity, _>(tx, row).await?;
        codes.push(code);
    }
    Ok(codes)
}

/// Takes the second factor away, with a code to prove that it is the owner who asks.
///
/// # Errors
/// When the code is wrong.
pub async fn disable(ctx: &Ctx<'_>, account: &account::Model, code: &str) -> Result<(), AppError> {
    // Six digits are soon guessed by whoever may go on guessing.
    let key = (format!("factor:{}", account.id), ctx.state.config.security.sign_in_failures_per_account);
    accounts::count_attempts(&ctx.state.store, ctx.now, &[key]).await?;
    if !check(ctx.state, ctx.now.ms(), account, code).await? {
        return Err(AppError::invalid("code", "code", "is not the code that the app shows now"));
    }
    let mut tx = ctx.begin().await?;
    set(&tx, account.id, None, None).await?;
    recovery_code::Entity::delete_many()
        .filter(recovery_code::Column::AccountId.eq(account.id))
        .exec(tx.conn())
        .await
        .map_err(StoreError::from)?;
    tx.note("second_factor_off", "account", Some(account.id), json!({}));
    super::work::notifications::to_accounts(&mut tx, vec![account.id], "security", "/ui/account", &[]).await?;
    tx.commit().await?;
    Ok(())
}

/// The step of time whose code was given: now, or one before or after.
fn accepted_step(totp: &TOTP, code: &str, now: u64) -> Option<i64> {
    let code: String = code.chars().filter(char::is_ascii_digit).collect();
    if code.len() != 6 {
        return None;
    }
    let step = now / STEP_SECONDS;
    [step, step.saturating_sub(1), step + 1]
        .into_iter()
        .find(|step| secret::same(&totp.generate(step * STEP_SECONDS), &code))
        .and_then(|step| i64::try_from(step).ok())
}

/// Whether the code is right, by phone or from the paper. Either counts once.
///
/// # Errors
/// When the database refuses, or the sealing key is not at hand.
pub async fn check(state: &AppState, now_ms: i64, account: &account::Model, code: &str) -> Result<bool, AppError> {
    let Some(stored) = &account.totp else { return Ok(true) };
    let text = state.vault.unseal(&place(account.id), &sealed_of(stored)?)?;
    let now = u64::try_from(now_ms / 1_000).unwrap_or_default();
    let tx = state.store.begin(None, now_ms).await?;
    let used = if let Some(step) = accepted_step(&totp(&text, &account.email)?, code, now) {
        // Compare and set: of two who send the same code at once, one is let in.
        account::Entity::update_many()
            .col_expr(account::Column::TotpLastStep, Expr::value(step))
            .filter(account::Column::Id.eq(account.id))
            .filter(Condition::any().add(account::Column::TotpLastStep.is_null()).add(account::Column::TotpLastStep.lt(step)))
            .exec(tx.conn())
            .await
    } else {
        recovery_code::Entity::update_many()
            .col_expr(recovery_code::Column::UsedAtMs, Expr::value(now_ms))
            .filter(recovery_code::Column::AccountId.eq(account.id))
            .filter(recovery_code::Column::CodeHash.eq(secret::hash(&format!("{}{}", account.id, code.trim().to_lowercase()))))
            .filter(recovery_code::Column::UsedAtMs.is_null())
            .exec(tx.conn())
            .await
    };
    let right = used.map_err(StoreError::from)?.rows_affected == 1;
    tx.commit().await?;
    Ok(right)
}

fn sealed_of(stored: &str) -> Result<Sealed, AppError> {
    #[derive(serde::Deserialize)]
    struct Stored {
        k: String,
        n: String,
        t: String,
    }
    let stored: Stored = serde_json::from_str(stored)?;
    Ok(Sealed { key_id: stored.k, nonce: stored.n, text: stored.t })
}

/// Seals the secrets of all accounts with the current key.
///
/// # Errors
/// When an old key is no longer configured.
pub async fn rotate(state: &AppState, now_ms: i64) -> Result<usize, AppError> {
    let rows =
        account::Entity::find().filter(account::Column::Totp.is_not_null()).all(state.store.read()).await.map_err(StoreError::from)?;
    let mut done = 0;
    for row in rows {
        let old = sealed_of(row.totp.as_deref().unwrap_or_default())?;
        if old.key_id == state.vault.current() {
            continue;
        }
        let text = state.vault.unseal(&place(row.id), &old)?;
        let sealed = state.vault.seal(&place(row.id), &text)?;
        let tx = state.store.begin(None, now_ms).await?;
        let stored = json!({ "k": sealed.key_id, "n": sealed.nonce, "t": sealed.text }).to_string();
        set(&tx, row.id, Some(stored), row.totp_last_step).await?;
        tx.commit().await?;
        done += 1;
    }
    Ok(done)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_counts_in_its_own_and_the_neighbouring_steps() {
        // RFC 6238, appendix B: the secret of its test vectors, at 59 seconds.
        let totp = totp("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", "a@example.org").unwrap();
        assert_eq!(totp.generate(59), "287082");
        assert_eq!(accepted_step(&totp, "287 082", 59), Some(1));
        assert_eq!(accepted_step(&totp, "287082", 89), Some(1));
        assert_eq!(accepted_step(&totp, "287082", 120), None);
        assert_eq!(accepted_step(&totp, "28708", 59), None);
    }
}
