//! What can go wrong with the database, in terms that a use case can act on.

use sea_orm::{DbErr, SqlErr};
use thiserror::Error;

#[derive(Debug, Error)]
pub enum StoreError {
    /// The row changed, or went, since it was read.
    #[error("the record was changed by somebody else meanwhile")]
    Stale,
    /// A unique key exists already. The database's words stay in the source: they name constraints.
    #[error("a record with the same key exists already")]
    Duplicate(#[source] DbErr),
    /// A row that is named does not exist, or a row that is to go is still named.
    #[error("another record is missing or still refers to this one")]
    Reference(#[source] DbErr),
    /// Stored text is not a value of its kind.
    #[error("table {table} holds a value in column {column} that this version cannot read")]
    Corrupt { table: &'static str, column: &'static str },
    #[error("the database cannot be reached")]
    Unavailable(#[source] DbErr),
    #[error("the database schema is not the one of this version; run `passerelle migrate`")]
    Schema,
    #[error("the database file is locked by another process")]
    Locked(#[source] std::io::Error),
    #[error("the database file is damaged")]
    Damaged,
    #[error("the database refused a statement")]
    Database(#[source] DbErr),
}

impl From<DbErr> for StoreError {
    fn from(error: DbErr) -> Self {
        match error.sql_err() {
            Some(SqlErr::UniqueConstraintViolation(_)) => return Self::Duplicate(error),
            Some(SqlErr::ForeignKeyConstraintViolation(_)) => return Self::Reference(error),
            _ => {}
        }
        match error {
            DbErr::Conn(_) | DbErr::ConnectionAcquire(_) => Self::Unavailable(error),
            DbErr::RecordNotUpdated => Self::Stale,
            other => Self::Database(other),
        }
    }
}
