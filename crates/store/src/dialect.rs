//! What the two databases say differently, side by side.

use sea_orm::sea_query::{LockBehavior, LockType};
use sea_orm::{ConnectionTrait, DbBackend, EntityTrait, QuerySelect, Select};

/// Locks the rows until the transaction ends. SQLite needs nothing: its writing transaction holds
/// the whole file.
pub(crate) fn locked<E: EntityTrait>(select: Select<E>, conn: &impl ConnectionTrait) -> Select<E> {
    match conn.get_database_backend() {
        DbBackend::Postgres => select.lock(LockType::Update),
        _ => select,
    }
}

/// Locks the rows that nobody else holds and passes over the rest.
pub(crate) fn locked_skipping<E: EntityTrait>(select: Select<E>, conn: &impl ConnectionTrait) -> Select<E> {
    match conn.get_database_backend() {
        DbBackend::Postgres => select.lock_with_behavior(LockType::Update, LockBehavior::SkipLocked),
        _ => select,
    }
}
