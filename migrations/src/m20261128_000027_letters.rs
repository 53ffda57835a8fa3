//! Letters in contingency cases and that they were received, first turns, places that keep people's skills fresh, loans
//! that stand still with their case, and claims that are paid in part.

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
        manager.alter_table(Table::alter().table("contingency_case").add_column(date_null("turn_until")).to_owned()).await?;
        manager.create_index(index("ix_contingency_case_turn_until", "contingency_case", &["turn_until"])).await?;

        let mut letter = record("case_letter");
        belongs_to(&mut letter, "contingency_case_id", "contingency_case");
        belongs_to(&mut letter, "trainee_id", "trainee");
        may_belong_to(&mut letter, "disruption_id", "disruption");
        letter
            .col(string("kind"))
            .col(text("facts"))
            .col(date("sent_on"))
            .col(string("received_how"))
            .col(date_null("received_on"))
            .col(uuid_null("received_by"))
            // Whoever has it has it since a day.
            .check(Expr::col("received_how").eq("not_yet").or(Expr::col("received_on").is_not_null()));
        manager.create_table(letter).await?;
        manager.create_index(index("ix_case_letter_case_id", "case_letter", &["contingency_case_id"])).await?;
        manager.create_index(index("ix_case_letter_trainee_id", "case_letter", &["trainee_id"])).await?;
        manager.create_index(index("ix_case_letter_disruption_id", "case_letter", &["disruption_id", "received_how"])).await?;

        manager
            .alter_table(Table::alter().table("cohort").add_column(big_integer("refresher_places").default(0).take()).to_owned())
            .await?;
        let mut loan = record("training_loan");
        belongs_to(&mut loan, "trainee_id", "trainee");
        loan.col(string("lender"))
            .col(string("currency"))
            .col(big_integer("amount_minor"))
            .col(date("taken_on"))
            .col(string_null("evidence"))
            .col(date_null("suspended_on"))
            .col(big_integer("relieved_minor"))
            .check(Expr::col("amount_minor").gt(0))
            .check(Expr::col("relieved_minor").gte(0))
            .check(Expr::col("relieved_minor").lte(Expr::col("amount_minor")));
        manager.create_table(loan).await?;
        manager.create_index(index("ix_training_loan_trainee_id", "training_loan", &["trainee_id"])).await?;
        manager.alter_table(Table::alter().table("recovery_claim").add_column(big_integer_null("paid_minor")).to_owned()).await?;

        let mut place = record("refresher_place");
        belongs_to(&mut place, "trainee_id", "trainee");
        belongs_to(&mut place, "cohort_id", "cohort");
        place.col(date("from_on")).col(date_null("ended_on"));
        manager.create_table(place).await?;
        manager.create_index(index("ix_refresher_place_trainee_id", "refresher_place", &["trainee_id"])).await?;
        manager.create_index(index("ix_refresher_place_cohort_id", "refresher_place", &["cohort_id", "ended_on"])).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_all(manager, &["case_letter", "training_loan", "refresher_place"]).await?;
        manager.alter_table(Table::alter().table("recovery_claim").drop_column("paid_minor").to_owned()).await?;
        manager.alter_table(Table::alter().table("cohort").drop_column("refresher_places").to_owned()).await?;
        manager.drop_index(Index::drop().name("ix_contingency_case_turn_until").table("contingency_case").to_owned()).await?;
        manager.alter_table(Table::alter().table("contingency_case").drop_column("turn_until").to_owned()).await
    }
}
