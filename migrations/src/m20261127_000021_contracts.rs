//! Contracts in their versions.

use crate::table::*;
use sea_orm_migration::{prelude::*, schema::*};

#[derive(Debug, DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut version = record("contract_version");
        belongs_to(&mut version, "proposal_id", "proposal");
        version
            .col(big_integer("seq"))
            .col(string("stage"))
            .col(text("terms"))
            .col(string("sha256"))
            .col(date("delivered_on"))
            .col(string("party"))
            .col(uuid_null("account_id"))
            .col(date_null("agreed_on"));
        manager.create_table(version).await?;
        manager.create_index(unique("ux_contract_version_seq", "contract_version", &["proposal_id", "seq"])).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_all(manager, &["contract_version"]).await
    }
}
