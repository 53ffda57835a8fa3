//! Law that was entered together, and law that was withdrawn.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(Debug, DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(Table::alter().table("law_entry").add_column(uuid_null("batch")).to_owned()).await?;
        manager.alter_table(Table::alter().table("law_entry").add_column(big_integer_null("withdrawn_at_ms")).to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(Table::alter().table("law_entry").drop_column("withdrawn_at_ms").to_owned()).await?;
        manager.alter_table(Table::alter().table("law_entry").drop_column("batch").to_owned()).await
    }
}
