//! The job queue: a table in the same database, so that a job commits with the row it is about.
//!
//! A claim is a lease. A worker that dies loses its lease and the job becomes ready again; a
//! worker that comes back late cannot finish, since finishing asks for the lease.

use crate::connect::Store;
use crate::dialect::locked_skipping;
use crate::entity::job;
use crate::error::StoreError;
use crate::tx::Tx;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

/// Attempts after which a job is given up and kept for a person to look at.
pub const ATTEMPTS_MAX: i32 = 5;

/// Adds a job inside the caller's transaction.
///
/// # Errors
/// When the database refuses.
pub async fn enqueue(tx: &Tx, kind: &str, payload: &serde_json::Value) -> Result<Uuid, StoreError> {
    let id = Uuid::now_v7();
    let row = job::ActiveModel {
        id: Set(id),
        kind: Set(kind.into()),
        payload: Set(payload.to_string()),
        state: Set("ready".into()),
        priority: Set(0),
        run_at_ms: Set(tx.now_ms()),
        attempts: Set(0),
        locked_by: Set(None),
        lease_until_ms: Set(None),
        last_error: Set(None),
        created_at_ms: Set(tx.now_ms()),
    };
    job::Entity::insert(row).exec_without_returning(tx.conn()).await?;
    Ok(id)
}

/// Returns jobs with a lapsed lease to the queue, then takes the first ready one. A job that has been
/// taken more than [`ATTEMPTS_MAX`] times is for the caller to give up.
///
/// # Errors
/// When the database refuses.
pub async fn claim(store: &Store, worker: &str, now_ms: i64, lease_ms: i64) -> Result<Option<job::Model>, StoreError> {
    let tx = store.begin(None, now_ms).await?;
    // The states are literals: a bound parameter would keep the partial indexes from being used.
    job::Entity::update_many()
        .col_expr(job::Column::State, Expr::cust("'ready'"))
        .filter(Expr::cust("state = 'running'"))
        .filter(job::Column::LeaseUntilMs.lt(now_ms))
        .exec(tx.conn())
        .await?;
    let ready = job::Entity::find()
        .filter(Expr::cust("state = 'ready'"))
        .filter(job::Column::RunAtMs.lte(now_ms))
        .order_by_desc(job::Column::Priority)
        .order_by_asc(job::Column::RunAtMs)
        .limit(1);
    let Some(mut found) = locked_skipping(ready, tx.conn()).one(tx.conn()).await? else {
        tx.commit().await?;
        return Ok(None);
    };
    found.state = "running".into();
    found.attempts += 1;
    found.locked_by = Some(worker.into());
    found.lease_until_ms = Some(now_ms + lease_ms);
    job::Entity::update_many()
        .col_expr(job::Column::State, Expr::cust("'running'"))
        .col_expr(job::Column::Attempts, Expr::value(found.attempts))
        .col_expr(job::Column::LockedBy, Expr::value(worker))
        .col_expr(job::Column::LeaseUntilMs, Expr::value(now_ms + lease_ms))
        .filter(job::Column::Id.eq(found.id))
        .exec(tx.conn())
        .await?;
    tx.commit().await?;
    Ok(Some(found))
}

/// Prolongs a lease; false when it is no longer the worker's.
///
/// # Errors
/// When the database refuses.
pub async fn extend(store: &Store, id: Uuid, worker: &str, now_ms: i64, lease_ms: i64) -> Result<bool, StoreError> {
    let tx = store.begin(None, now_ms).await?;
    let done = mine(id, worker).col_expr(job::Column::LeaseUntilMs, Expr::value(now_ms + lease_ms)).exec(tx.conn()).await?;
    tx.commit().await?;
    Ok(done.rows_affected == 1)
}

/// Marks a job done within the transaction that writes its result.
///
/// # Errors
/// [`StoreError::Stale`] when the lease is no longer the worker's; the caller's transaction must
/// then be dropped, and so the result is written once.
pub async fn finish(tx: &Tx, id: Uuid, worker: &str) -> Result<(), StoreError> {
    let done = mine(id, worker).col_expr(job::Column::State, Expr::cust("'done'")).exec(tx.conn()).await?;
    if done.rows_affected == 1 { Ok(()) } else { Err(StoreError::Stale) }
}

/// Puts a failed job back for a later attempt, or gives it up. True when it was given up.
///
/// # Errors
/// [`StoreError::Stale`] when the lease is no longer the worker's.
pub async fn fail(tx: &Tx, failed: &job::Model, worker: &str, error: &str, retry: bool) -> Result<bool, StoreError> {
    let give_up = !retry || failed.attempts >= ATTEMPTS_MAX;
    let state = if give_up { "'failed'" } else { "'ready'" };
    let wait_ms = 1_000_i64 << failed.attempts.clamp(0, 10);
    let done = mine(failed.id, worker)
        .col_expr(job::Column::State, Expr::cust(state))
        .col_expr(job::Column::LastError, Expr::value(error))
        .col_expr(job::Column::RunAtMs, Expr::value(tx.now_ms() + wait_ms))
        .exec(tx.conn())
        .await?;
    if done.rows_affected == 1 { Ok(give_up) } else { Err(StoreError::Stale) }
}

fn mine(id: Uuid, worker: &str) -> sea_orm::UpdateMany<job::Entity> {
    job::Entity::update_many()
        .filter(job::Column::Id.eq(id))
        .filter(job::Column::LockedBy.eq(worker))
        .filter(Expr::cust("state = 'running'"))
}

/// Adds a job that is not to begin before a moment.
///
/// # Errors
/// When the database refuses.
pub async fn enqueue_at(tx: &Tx, kind: &str, payload: &serde_json::Value, run_at_ms: i64) -> Result<Uuid, StoreError> {
    let id = enqueue(tx, kind, payload).await?;
    job::Entity::update_many()
        .col_expr(job::Column::RunAtMs, Expr::value(run_at_ms))
        .filter(job::Column::Id.eq(id))
        .exec(tx.conn())
        .await?;
    Ok(id)
}

/// Whether a job of that kind waits.
///
/// # Errors
/// When the database refuses.
pub async fn waits(tx: &Tx, kind: &str) -> Result<bool, StoreError> {
    let find = job::Entity::find().filter(job::Column::Kind.eq(kind)).filter(Expr::cust("state = 'ready'")).limit(1);
    Ok(find.one(tx.conn()).await?.is_some())
}
