//! Keys of institutes: made when the first certificate is signed, replaced by the head, never shown.

use super::{issuer_name, keys_change};
use crate::app::Ctx;
use crate::auth::secret;
use crate::error::AppError;
use crate::state::AppState;
use crate::text::unhex;
use crate::vault::Sealed;
use ed25519_dalek::SigningKey;
use passerelle_credentials::Key;
use passerelle_domain::access::{Action, Subject, permit};
use passerelle_store::entity::{issuer_key, organisation};
use passerelle_store::query::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use passerelle_store::{StoreError, Tx, record};
use uuid::Uuid;

/// A key that is ready to sign, and the names that it signs under.
pub(super) struct Signer {
    pub key: SigningKey,
    pub issuer: String,
    /// Address of the key for whoever checks.
    pub method: String,
}

fn place(id: Uuid, institute: Uuid) -> String {
    format!("issuer_key/{id}/{institute}")
}

/// The key that an institute signs with now, if it has signed before.
pub(super) async fn current(conn: &impl ConnectionTrait, institute: Uuid) -> Result<Option<issuer_key::Model>, AppError> {
    let find = issuer_key::Entity::find()
        .filter(issuer_key::Column::InstituteId.eq(institute))
        .filter(issuer_key::Column::RetiredAtMs.is_null())
        .order_by_desc(issuer_key::Column::CreatedAtMs);
    Ok(find.one(conn).await.map_err(StoreError::from)?)
}

/// The same, made where there is none.
pub(super) async fn current_or_new(state: &AppState, tx: &mut Tx, institute: Uuid) -> Result<issuer_key::Model, AppError> {
    match current(tx.conn(), institute).await? {
        Some(row) => Ok(row),
        None => make(state, tx, institute).await,
    }
}

async fn make(state: &AppState, tx: &mut Tx, institute: Uuid) -> Result<issuer_key::Model, AppError> {
    let id = Uuid::now_v7();
    let private = secret::random();
    let sealed = state.vault.seal(&place(id, institute), &private)?;
    let row = issuer_key::Model {
        id,
        version: 1,
        created_at_ms: tx.now_ms(),
        updated_at_ms: tx.now_ms(),
        institute_id: institute,
        public: Key::multibase(&signing_key(&private)?.verifying_key()),
        sealed_with: sealed.key_id,
        nonce: sealed.nonce,
        sealed: sealed.text,
        retired_at_ms: None,
    };
    record::insert::<issuer_key::Entity>(tx, row.clone()).await?;
    Ok(row)
}

fn signing_key(private: &str) -> Result<SigningKey, AppError> {
    let bytes: Option<[u8; 32]> = unhex(private).and_then(|bytes| bytes.try_into().ok());
    bytes.map(|bytes| SigningKey::from_bytes(&bytes)).ok_or_else(|| AppError::internal("a signing key is damaged"))
}

/// Opens a key.
pub(super) fn signer(state: &AppState, row: &issuer_key::Model) -> Result<Signer, AppError> {
    let sealed = Sealed { key_id: row.sealed_with.clone(), nonce: row.nonce.clone(), text: row.sealed.clone() };
    let private = state.vault.unseal(&place(row.id, row.institute_id), &sealed)?;
    let issuer = issuer_name(&state.config, row.institute_id, &row.public);
    Ok(Signer { key: signing_key(&private)?, method: format!("{issuer}#{}", row.public), issuer })
}

/// Every key of an institute, retired ones too: what they signed still holds.
pub(super) async fn all(conn: &impl ConnectionTrait, institute: Uuid) -> Result<Vec<issuer_key::Model>, AppError> {
    let find =
        issuer_key::Entity::find().filter(issuer_key::Column::InstituteId.eq(institute)).order_by_asc(issuer_key::Column::CreatedAtMs);
    Ok(find.all(conn).await.map_err(StoreError::from)?)
}

/// The keys of an institute, for whoever may replace them: oldest first.
///
/// # Errors
/// When the actor signs for no institute.
pub async fn own_keys(ctx: &Ctx<'_>, institute: Uuid) -> Result<Vec<issuer_key::Model>, AppError> {
    let scope = permit(ctx.actor, Action::Decide, Subject::Certificate)?;
    let find = issuer_key::Entity::find()
        .filter(<issuer_key::Entity as passerelle_store::Record>::visible(&scope))
        .filter(issuer_key::Column::InstituteId.eq(institute))
        .order_by_asc(issuer_key::Column::CreatedAtMs);
    Ok(find.all(ctx.state.store.read()).await.map_err(StoreError::from)?)
}

/// Retires the key of an institute and makes another. Gives the public half of the new one.
///
/// # Errors
/// When the institute is not the actor's to sign for.
pub async fn renew(ctx: &Ctx<'_>, institute: Uuid) -> Result<String, AppError> {
    let scope = permit(ctx.actor, Action::Decide, Subject::Certificate)?;
    if !keys_change(&ctx.state.config) {
        let why = "without an https address the key itself is the institute's name: another key would be another institute";
        return Err(AppError::Conflict(why.into()));
    }
    let mut tx = ctx.begin().await?;
    // One at a time: two new keys at once would leave one that nobody retires.
    record::hold::<organisation::Entity>(&tx, institute).await?.ok_or(AppError::NotFound)?;
    let Some(row) = current(tx.conn(), institute).await? else { return Err(AppError::NotFound) };
    if record::find::<issuer_key::Entity>(tx.conn(), &scope, row.id).await?.is_none() {
        return Err(AppError::NotFound);
    }
    let (version, retired) = (row.version, Some(tx.now_ms()));
    record::update::<issuer_key::Entity>(&mut tx, issuer_key::Model { retired_at_ms: retired, ..row }, version, &["retired_at"]).await?;
    let new = make(ctx.state, &mut tx, institute).await?;
    tx.commit().await?;
    Ok(new.public)
}

/// Seals the private halves with the vault's current key. How many were sealed anew.
///
/// # Errors
/// When an old key of the vault is no longer configured.
pub async fn reseal(state: &AppState, now_ms: i64) -> Result<usize, AppError> {
    let mut tx = state.store.begin(None, now_ms).await?;
    let find = issuer_key::Entity::find().filter(issuer_key::Column::SealedWith.ne(state.vault.current()));
    let rows = find.all(tx.conn()).await.map_err(StoreError::from)?;
    let count = rows.len();
    for row in rows {
        let place = place(row.id, row.institute_id);
        let old = Sealed { key_id: row.sealed_with.clone(), nonce: row.nonce.clone(), text: row.sealed.clone() };
        let new = state.vault.seal(&place, &state.vault.unseal(&place, &old)?)?;
        let version = row.version;
        let row = issuer_key::Model { sealed_with: new.key_id, nonce: new.nonce, sealed: new.text, ..row };
        record::update::<issuer_key::Entity>(&mut tx, row, version, &["sealed_with"]).await?;
    }
    tx.commit().await?;
    Ok(count)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::hex;

    #[test]
    fn what_is_random_makes_a_key() {
        let private = secret::random();
        assert_eq!(hex(&signing_key(&private).unwrap().to_bytes()), private);
        assert!(signing_key("00").is_err());
    }
}
