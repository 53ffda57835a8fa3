//! Events of cases that a state machine carries.

use crate::table::*;
use sea_orm_migration::{prelude::*, schema::*};

#[derive(Debug, DeriveMigrationName)]
pub struct Migration;

const TABLES: [&str; 1] = ["case_event"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut event = table("case_event").col(pk_uuid("id")).to_owned();
        event
            .col(string("machine"))
            .col(uuid("case_id"))
            .col(integer("seq"))
            .col(text("event"))
            .col(string("from_state"))
            .col(string("to_state"))
            .col(text("after"))
            .col(date("on_date"))
            .col(string("party"));
        may_belong_to(&mut event, "account_id", "account");
        event.col(big_integer("at_ms"));
        manager.create_table(event).await?;
        manager.create_index(unique("ux_case_event_case_id", "case_event", &["case_id", "seq"])).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_all(manager, &TABLES).await
    }
}
