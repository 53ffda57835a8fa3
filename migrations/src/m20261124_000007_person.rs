//! A person's own rights: requests, identity documents, duplicates, retention.

use crate::table::*;
use sea_orm_migration::{prelude::*, schema::*};

#[derive(Debug, DeriveMigrationName)]
pub struct Migration;

const TABLES: [&str; 4] = ["person_request", "identity_document", "duplicate", "retention_report"];

/// Columns that older tables get.
const ADDED: [(&str, &[&str]); 1] = [("trainee", &["merged_into", "name_key", "erased_at_ms"])];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(Table::alter().table("trainee").add_column(uuid_null("merged_into")).to_owned()).await?;
        manager.alter_table(Table::alter().table("trainee").add_column(string("name_key").default("").take()).to_owned()).await?;
        manager.alter_table(Table::alter().table("trainee").add_column(big_integer_null("erased_at_ms")).to_owned()).await?;
        manager.create_index(index("ix_trainee_birth", "trainee", &["birth_date"])).await?;
        manager.create_index(index("ix_trainee_name_key", "trainee", &["name_key"])).await?;

        let mut person_request = record("person_request");
        belongs_to(&mut person_request, "trainee_id", "trainee");
        person_request
            .col(uuid("institute_id"))
            .col(string("origin"))
            .col(string("kind"))
            .col(string_null("field"))
            .col(text_null("value"))
            .col(text("reason"))
            .col(string("status"))
            .col(text_null("answer"))
            .col(uuid_null("decided_by"))
            .col(big_integer_null("decided_at_ms"));
        manager.create_table(person_request).await?;
        manager.create_index(index("ix_person_request_trainee_id", "person_request", &["trainee_id"])).await?;
        manager.create_index(index("ix_person_request_institute_id", "person_request", &["institute_id", "status"])).await?;

        let mut identity_document = table("identity_document").col(pk_uuid("id")).to_owned();
        belongs_to(&mut identity_document, "trainee_id", "trainee");
        identity_document
            .col(string("kind"))
            .col(string("country"))
            .col(string("number_hash"))
            .col(date_null("valid_to"))
            .col(big_integer("created_at_ms"));
        manager.create_table(identity_document).await?;
        manager.create_index(index("ix_identity_document_number_hash", "identity_document", &["number_hash"])).await?;
        manager.create_index(index("ix_identity_document_trainee_id", "identity_document", &["trainee_id"])).await?;

        let mut duplicate = record("duplicate");
        belongs_to(&mut duplicate, "first_id", "trainee");
        belongs_to(&mut duplicate, "second_id", "trainee");
        duplicate
            .col(string("first_origin"))
            .col(string("second_origin"))
            .col(uuid("first_institute"))
            .col(uuid("second_institute"))
            .col(big_integer("score"))
            .col(string("grounds"))
            .col(string("status"))
            .col(uuid_null("kept_id"))
            .col(text_null("moved"))
            .col(uuid_null("decided_by"))
            .col(big_integer_null("decided_at_ms"));
        manager.create_table(duplicate).await?;
        manager.create_index(unique("ux_duplicate_first_id", "duplicate", &["first_id", "second_id"])).await?;
        manager.create_index(index("ix_duplicate_second_id", "duplicate", &["second_id"])).await?;

        let mut retention_report = table("retention_report").col(pk_uuid("id")).to_owned();
        retention_report.col(big_integer("at_ms")).col(text("body"));
        manager.create_table(retention_report).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_all(manager, &TABLES).await?;
        manager.drop_index(Index::drop().name("ix_trainee_birth").table("trainee").to_owned()).await?;
        manager.drop_index(Index::drop().name("ix_trainee_name_key").table("trainee").to_owned()).await?;
        for (name, columns) in ADDED {
            for column in columns {
                manager.alter_table(Table::alter().table(name).drop_column(*column).to_owned()).await?;
            }
        }
        Ok(())
    }
}
