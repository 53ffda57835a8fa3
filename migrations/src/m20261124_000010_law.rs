//! Law as data: versions of rules, indices, lists and calendars that authorities enter.

use crate::table::*;
use sea_orm_migration::{prelude::*, schema::*};

#[derive(Debug, DeriveMigrationName)]
pub struct Migration;

const TABLES: [&str; 1] = ["law_entry"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut entry = table("law_entry").col(pk_uuid("id")).to_owned();
        entry.col(string("kind")).col(string("entry_key")).col(integer("entry_version")).col(text("document"));
        belongs_to(&mut entry, "account_id", "account");
        entry.col(big_integer("created_at_ms"));
        manager.create_table(entry).await?;
        manager.create_index(unique("ux_law_entry_kind", "law_entry", &["kind", "entry_key", "entry_version"])).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_all(manager, &TABLES).await
    }
}
