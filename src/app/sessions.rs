//! Where somebody is signed in, and how to end it from elsewhere.

use super::Ctx;
use crate::error::AppError;
use passerelle_store::entity::session;
use passerelle_store::query::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use passerelle_store::{StoreError, Tx};
use uuid::Uuid;

/// The actor's sessions that have not ended, the newest first.
///
/// # Errors
/// When the database refuses.
pub async fn list(ctx: &Ctx<'_>) -> Result<Vec<session::Model>, AppError> {
    let find = session::Entity::find()
        .filter(session::Column::AccountId.eq(ctx.actor.user.0))
        .filter(session::Column::ExpiresAtMs.gt(ctx.now.ms()))
        .order_by_desc(session::Column::CreatedAtMs)
        .limit(100);
    Ok(find.all(ctx.state.store.read()).await.map_err(StoreError::from)?)
}

/// Ends one of the actor's sessions at once.
///
/// # Errors
/// When it is not the actor's.
pub async fn end(ctx: &Ctx<'_>, id: Uuid) -> Result<(), AppError> {
    let mut tx = ctx.begin().await?;
    let done = session::Entity::delete_many()
        .filter(session::Column::Id.eq(id))
        .filter(session::Column::AccountId.eq(ctx.actor.user.0))
        .exec(tx.conn())
        .await
        .map_err(StoreError::from)?;
    if done.rows_affected == 0 {
        return Err(AppError::NotFound);
    }
    tx.note("session_ended", "account", Some(ctx.actor.user.0), serde_json::json!({}));
    tx.commit().await?;
    Ok(())
}

/// Ends all sessions of an account, but for one.
///
/// # Errors
/// When the database refuses.
pub async fn end_all(tx: &Tx, account: Uuid, but: Option<&str>) -> Result<(), AppError> {
    let mut delete = session::Entity::delete_many().filter(session::Column::AccountId.eq(account));
    if let Some(key_hash) = but {
        delete = delete.filter(session::Column::KeyHash.ne(key_hash));
    }
    delete.exec(tx.conn()).await.map_err(StoreError::from)?;
    Ok(())
}
