//! How an agreement has its people matched, and how a run did.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(Debug, DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(Table::alter().table("agreement").add_column(string_null("matching_mode")).to_owned()).await?;
        manager.alter_table(Table::alter().table("match_run").add_column(string_null("mode")).to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(Table::alter().table("match_run").drop_column("mode").to_owned()).await?;
        manager.alter_table(Table::alter().table("agreement").drop_column("matching_mode").to_owned()).await
    }
}
