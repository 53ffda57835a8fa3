//! Pathways that are being written, the keys of the two sides, and the day from which a version counts.

use crate::table::*;
use sea_orm_migration::{prelude::*, schema::*};

#[derive(Debug, DeriveMigrationName)]
pub struct Migration;

const TABLES: [&str; 2] = ["pathway_draft", "pathway_approval"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(Table::alter().table("corridor_pack").add_column(date_null("effective_from")).to_owned()).await?;

        let mut draft = record("pathway_draft");
        draft
            .col(string("pack_id"))
            .col(integer("base_version"))
            .col(string("name"))
            .col(string("destination"))
            .col(string("origins"))
            .col(string("stage"))
            .col(date_null("effective_from"))
            .col(string_null("refusal"))
            .col(integer_null("published_version"))
            .col(string("digest"))
            .col(text("document"));
        belongs_to(&mut draft, "account_id", "account");
        manager.create_table(draft).await?;
        manager.create_index(index("ix_pathway_draft_stage", "pathway_draft", &["stage"])).await?;

        let mut approval = table("pathway_approval").col(pk_uuid("id")).to_owned();
        belongs_to(&mut approval, "draft_id", "pathway_draft");
        approval.col(string("side")).col(string("digest"));
        belongs_to(&mut approval, "account_id", "account");
        approval.col(big_integer("at_ms"));
        manager.create_table(approval).await?;
        manager.create_index(unique("ux_pathway_approval_draft_id", "pathway_approval", &["draft_id", "side", "digest"])).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_all(manager, &TABLES).await?;
        manager.alter_table(Table::alter().table("corridor_pack").drop_column("effective_from").to_owned()).await
    }
}
