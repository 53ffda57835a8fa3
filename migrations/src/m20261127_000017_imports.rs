//! Files of people that institutes send, with every row as it came.

use crate::table::*;
use sea_orm_migration::{prelude::*, schema::*};

#[derive(Debug, DeriveMigrationName)]
pub struct Migration;

const TABLES: [&str; 2] = ["import_batch", "import_row"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut batch = record("import_batch");
        belongs_to(&mut batch, "institute_id", "organisation");
        belongs_to(&mut batch, "cohort_id", "cohort");
        belongs_to(&mut batch, "account_id", "account");
        batch
            .col(string("file_name"))
            .col(string("file_format"))
            .col(string("status"))
            .col(text("header"))
            .col(text("mapping"))
            .col(string("date_order"))
            .col(string("begins_as"))
            .col(boolean("takes_doubtful"))
            .col(big_integer("good"))
            .col(big_integer("doubtful"))
            .col(big_integer("bad"))
            .col(big_integer("done"))
            .col(big_integer("kept"))
            .col(text_null("failure"));
        manager.create_table(batch).await?;
        manager.create_index(index("ix_import_batch_institute_id", "import_batch", &["institute_id", "created_at_ms"])).await?;

        let mut row = table("import_row").col(pk_uuid("id")).to_owned();
        belongs_to(&mut row, "batch_id", "import_batch");
        row.col(big_integer("line")).col(text("cells")).col(string("verdict")).col(text("findings")).col(uuid_null("trainee_id"));
        manager.create_table(row).await?;
        manager.create_index(unique("ux_import_row_batch_id", "import_row", &["batch_id", "line"])).await?;
        manager.create_index(index("ix_import_row_trainee_id", "import_row", &["trainee_id"])).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_all(manager, &TABLES).await
    }
}
