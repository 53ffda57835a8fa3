//! What lies in a recognition case: its papers, and the plan that makes good what a notice found missing.

use crate::table::*;
use sea_orm_migration::{prelude::*, schema::*};

#[derive(Debug, DeriveMigrationName)]
pub struct Migration;

const TABLES: [&str; 2] = ["case_document", "adaptation_step"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut document = record("case_document");
        belongs_to(&mut document, "recognition_case_id", "recognition_case");
        document
            .col(string("paper"))
            .col(string("form"))
            .col(string_null("language"))
            .col(date_null("issued_on"))
            .col(date("received_on"))
            .col(date_null("valid_to"));
        manager.create_table(document).await?;
        manager.create_index(index("ix_case_document_recognition_case_id", "case_document", &["recognition_case_id"])).await?;

        let mut step = record("adaptation_step");
        belongs_to(&mut step, "recognition_case_id", "recognition_case");
        step.col(string("subject"))
            .col(big_integer_null("hours"))
            .col(string("measure"))
            .col(string_null("provider"))
            .col(string_null("payer"))
            .col(date_null("starts_on"))
            .col(date_null("ends_on"))
            .col(date_null("done_on"));
        manager.create_table(step).await?;
        manager.create_index(index("ix_adaptation_step_recognition_case_id", "adaptation_step", &["recognition_case_id"])).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_all(manager, &TABLES).await
    }
}
