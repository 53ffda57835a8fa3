//! The one way to write: a transaction that carries its audit events to the commit.

use crate::audit::{self, NewEvent};
use crate::error::StoreError;
use passerelle_domain::ids::UserId;
use sea_orm::{DatabaseConnection, DatabaseTransaction, SqliteTransactionMode, TransactionOptions, TransactionTrait};
use uuid::Uuid;

/// A transaction. Dropped without [`Tx::commit`], it leaves nothing behind.
#[derive(Debug)]
pub struct Tx {
    transaction: DatabaseTransaction,
    actor: Option<UserId>,
    now_ms: i64,
    events: Vec<NewEvent>,
}

impl Tx {
    /// `IMMEDIATE` on SQLite: a transaction that starts by reading and then writes would otherwise
    /// fail as soon as another one wrote in between, without waiting.
    pub(crate) async fn begin(writer: &DatabaseConnection, actor: Option<UserId>, now_ms: i64) -> Result<Self, StoreError> {
        let options =
            TransactionOptions { sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate), ..TransactionOptions::default() };
        let transaction = writer.begin_with_options(options).await?;
        Ok(Self { transaction, actor, now_ms, events: Vec::new() })
    }

    pub fn conn(&self) -> &DatabaseTransaction {
        &self.transaction
    }

    /// The account that writes; nobody's where the system does.
    pub fn actor(&self) -> Option<Uuid> {
        self.actor.map(|actor| actor.0)
    }

    pub fn now_ms(&self) -> i64 {
        self.now_ms
    }

    /// Notes what was done. `detail` is JSON without personal data: names of fields, counts, codes.
    pub fn note(&mut self, action: &str, subject: &str, subject_id: Option<Uuid>, detail: serde_json::Value) {
        self.events.push(NewEvent { action: action.into(), subject: subject.into(), subject_id, detail: detail.to_string() });
    }

    /// A part of the transaction that can be given up alone: what it wrote goes, the rest stays.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn part(&self) -> Result<Self, StoreError> {
        let transaction = self.transaction.begin().await?;
        Ok(Self { transaction, actor: self.actor, now_ms: self.now_ms, events: Vec::new() })
    }

    /// Takes over what a part has written and noted.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn take(&mut self, part: Self) -> Result<(), StoreError> {
        part.transaction.commit().await?;
        self.events.extend(part.events);
        Ok(())
    }

    /// Gives up a part.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn give_up(self) -> Result<(), StoreError> {
        Ok(self.transaction.rollback().await?)
    }

    /// Appends the events to their chains and commits.
    ///
    /// # Errors
    /// When the database refuses; then nothing was written.
    pub async fn commit(self) -> Result<(), StoreError> {
        audit::append(&self.transaction, self.actor, self.now_ms, self.events).await?;
        self.transaction.commit().await?;
        Ok(())
    }
}
