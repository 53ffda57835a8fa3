//! Forms not sent yet, kept for whoever fills them in.

use super::insert;
use crate::app::Ctx;
use crate::error::AppError;
use passerelle_store::StoreError;
use passerelle_store::entity::draft;
use passerelle_store::query::{ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter};
use std::collections::BTreeMap;
use uuid::Uuid;

const DRAFTS_MAX: u64 = 50;
const BYTES_MAX: usize = 64 * 1024;

fn own(ctx: &Ctx<'_>, form: &str) -> Condition {
    Condition::all().add(draft::Column::AccountId.eq(ctx.actor.user.0)).add(draft::Column::Form.eq(form))
}

/// What was typed into a form, and when.
///
/// # Errors
/// When the database refuses.
pub async fn find(ctx: &Ctx<'_>, form: &str) -> Result<Option<(BTreeMap<String, String>, i64)>, AppError> {
    let found = draft::Entity::find().filter(own(ctx, form)).one(ctx.state.store.read()).await.map_err(StoreError::from)?;
    found.map(|row| Ok((serde_json::from_str(&row.body)?, row.updated_at_ms))).transpose()
}

/// Keeps what is typed so far.
///
/// # Errors
/// When it is too much.
pub async fn keep(ctx: &Ctx<'_>, form: &str, values: &BTreeMap<String, String>) -> Result<(), AppError> {
    let body = serde_json::to_string(values)?;
    if body.len() > BYTES_MAX || form.len() > 200 {
        return Err(AppError::TooLarge { limit: BYTES_MAX });
    }
    let tx = ctx.begin().await?;
    draft::Entity::delete_many().filter(own(ctx, form)).exec(tx.conn()).await.map_err(StoreError::from)?;
    let all = draft::Entity::find().filter(draft::Column::AccountId.eq(ctx.actor.user.0));
    if all.count(tx.conn()).await.map_err(StoreError::from)? >= DRAFTS_MAX {
        return Err(AppError::Conflict(format!("{DRAFTS_MAX} drafts are kept already; send or discard one first")));
    }
    let row = draft::Model { id: Uuid::now_v7(), account_id: ctx.actor.user.0, form: form.into(), body, updated_at_ms: ctx.now.ms() };
    insert::<draft::Entity, _>(&tx, row).await?;
    tx.commit().await?;
    Ok(())
}

/// Forgets a draft: it was sent, or is not wanted.
///
/// # Errors
/// When the database refuses.
pub async fn discard(ctx: &Ctx<'_>, form: &str) -> Result<(), AppError> {
    let tx = ctx.begin().await?;
    draft::Entity::delete_many().filter(own(ctx, form)).exec(tx.conn()).await.map_err(StoreError::from)?;
    tx.commit().await?;
    Ok(())
}
