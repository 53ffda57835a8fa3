//! The two tracks of a cohort: the agreement that binds them, their budget, and who moved between them.

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
        for column in [
            big_integer_null("equity_percent"),
            big_integer_null("equity_money_percent"),
            big_integer_null("track_choice_days"),
            string_null("contingency_plan"),
        ] {
            manager.alter_table(Table::alter().table("agreement").add_column(column).to_owned()).await?;
        }
        for column in [uuid_null("agreement_id"), date_null("premium_paid_on"), date_null("insured_from")] {
            manager.alter_table(Table::alter().table("cohort").add_column(column).to_owned()).await?;
        }
        manager.create_index(index("ix_cohort_agreement_id", "cohort", &["agreement_id"])).await?;

        let mut line = record("budget_line");
        belongs_to(&mut line, "cohort_id", "cohort");
        line.col(string("track"))
            .col(string("item"))
            .col(string("cost_class"))
            .col(string("payer"))
            .col(string("currency"))
            .col(big_integer("amount_minor"));
        manager.create_table(line).await?;
        manager.create_index(index("ix_budget_line_cohort_id", "budget_line", &["cohort_id"])).await?;

        let mut change = record("track_change");
        belongs_to(&mut change, "trainee_id", "trainee");
        may_belong_to(&mut change, "cohort_id", "cohort");
        may_belong_to(&mut change, "agreement_id", "agreement");
        change
            .col(string("from_track"))
            .col(string("to_track"))
            .col(string("reason"))
            .col(string("party"))
            .col(uuid_null("account_id"))
            .col(date("on_date"))
            .col(text("moved"));
        manager.create_table(change).await?;
        manager.create_index(index("ix_track_change_trainee_id", "track_change", &["trainee_id"])).await?;
        manager.create_index(index("ix_track_change_agreement_id", "track_change", &["agreement_id"])).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_all(manager, &["budget_line", "track_change"]).await?;
        manager.drop_index(Index::drop().name("ix_cohort_agreement_id").table("cohort").to_owned()).await?;
        for column in ["agreement_id", "premium_paid_on", "insured_from"] {
            manager.alter_table(Table::alter().table("cohort").drop_column(column).to_owned()).await?;
        }
        for column in ["equity_percent", "equity_money_percent", "track_choice_days", "contingency_plan"] {
            manager.alter_table(Table::alter().table("agreement").drop_column(column).to_owned()).await?;
        }
        Ok(())
    }
}
