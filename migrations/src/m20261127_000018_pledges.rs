//! Seats that employers stand for before anybody is trained.

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
        let mut pledge = record("pledge");
        belongs_to(&mut pledge, "employer_id", "organisation");
        pledge
            .col(string_null("consortium"))
            .col(string("origin"))
            .col(string("destination"))
            .col(string("occupation"))
            .col(big_integer("seats"))
            .col(date("start_from"))
            .col(date("start_to"))
            .col(big_integer("cost_percent"))
            .col(big_integer("notice_days"))
            .col(big_integer("withdrawal_percent"))
            .col(string("status"))
            .col(uuid_null("acknowledged_by"))
            .col(big_integer_null("acknowledged_at_ms"))
            .col(date_null("ended_on"))
            .col(string_null("cause"))
            .col(big_integer_null("owed_percent"))
            .col(string("search"));
        manager.create_table(pledge).await?;
        manager.create_index(index("ix_pledge_employer_id", "pledge", &["employer_id"])).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_all(manager, &["pledge"]).await
    }
}
