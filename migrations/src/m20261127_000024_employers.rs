//! Employers that register themselves, their order of candidates, and what else a need says.

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
        manager.alter_table(Table::alter().table("proposal").add_column(big_integer_null("employer_rank")).to_owned()).await?;
        manager.alter_table(Table::alter().table("import_row").add_column(text_null("sealed")).to_owned()).await?;
        for column in [boolean_null("shift_work"), boolean_null("housing_offered"), boolean_null("family_support")] {
            manager.alter_table(Table::alter().table("need").add_column(column).to_owned()).await?;
        }

        let mut employer_registration = record("employer_registration");
        may_belong_to(&mut employer_registration, "organisation_id", "organisation");
        employer_registration
            .col(string("name"))
            .col(string("country"))
            .col(string("register_number"))
            .col(string_null("lei"))
            .col(string("city"))
            .col(string("contact_name"))
            .col(string("contact_email"))
            .col(string("contact_locale"))
            .col(string("clauses"))
            .col(big_integer("statement_version"))
            .col(string("status"))
            .col(date_null("decided_on"))
            .col(string_null("refused_for"))
            .col(string_null("note"));
        manager.create_table(employer_registration).await?;
        manager.create_index(index("ix_employer_registration_country", "employer_registration", &["country"])).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_all(manager, &["employer_registration"]).await?;
        for column in ["shift_work", "housing_offered", "family_support"] {
            manager.alter_table(Table::alter().table("need").drop_column(column).to_owned()).await?;
        }
        manager.alter_table(Table::alter().table("import_row").drop_column("sealed").to_owned()).await?;
        manager.alter_table(Table::alter().table("proposal").drop_column("employer_rank").to_owned()).await?;
        Ok(())
    }
}
