//! What workers pay and first earn, what is owed for losses, and what payers owe at each milestone.

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
        let mut payment = record("worker_payment");
        belongs_to(&mut payment, "trainee_id", "trainee");
        payment
            .col(date("paid_on"))
            .col(string("item"))
            .col(string("cost_class"))
            .col(string("paid_to"))
            .col(string("currency"))
            .col(big_integer("amount_minor"))
            .col(big_integer("refunded_minor"))
            .col(date_null("refunded_on"))
            .col(string_null("refunded_by"))
            .col(string_null("receipt"))
            .check(Expr::col("amount_minor").gt(0))
            .check(Expr::col("refunded_minor").gte(0))
            .check(Expr::col("refunded_minor").lte(Expr::col("amount_minor")));
        manager.create_table(payment).await?;
        manager.create_index(index("ix_worker_payment_trainee_id", "worker_payment", &["trainee_id"])).await?;

        let mut pay = record("first_pay");
        belongs_to(&mut pay, "trainee_id", "trainee");
        pay.col(date("month_on"))
            .col(string("currency"))
            .col(big_integer("amount_minor"))
            .col(string_null("evidence"))
            .check(Expr::col("amount_minor").gt(0));
        manager.create_table(pay).await?;
        // One first month: two would be two indicators of one worker.
        manager.create_index(unique("ux_first_pay_trainee_id", "first_pay", &["trainee_id"])).await?;

        let mut claim = record("recovery_claim");
        belongs_to(&mut claim, "agreement_id", "agreement");
        belongs_to(&mut claim, "contingency_case_id", "contingency_case");
        claim
            .col(string("against"))
            .col(string("currency"))
            .col(big_integer("amount_minor"))
            .col(string("status"))
            .col(date("opened_on"))
            .col(date_null("decided_on"))
            .col(string_null("evidence"))
            .check(Expr::col("amount_minor").gt(0));
        manager.create_table(claim).await?;
        manager.create_index(index("ix_recovery_claim_agreement_id", "recovery_claim", &["agreement_id", "status"])).await?;
        manager.create_index(index("ix_recovery_claim_case_id", "recovery_claim", &["contingency_case_id"])).await?;

        let mut tranche = record("tranche");
        belongs_to(&mut tranche, "agreement_id", "agreement");
        belongs_to(&mut tranche, "cohort_id", "cohort");
        belongs_to(&mut tranche, "trainee_id", "trainee");
        may_belong_to(&mut tranche, "ledger_entry_id", "ledger_entry");
        tranche
            .col(string("payer"))
            .col(string("milestone"))
            .col(string("currency"))
            .col(big_integer("amount_minor"))
            .col(string("status"))
            .col(string("evidence"))
            .col(date("claimed_on"))
            .col(uuid_null("claimed_by"))
            .col(uuid_null("employer_id"))
            .col(date_null("decided_on"))
            .col(uuid_null("decided_by"))
            .col(string_null("reason"))
            .col(date_null("paid_on"))
            .check(Expr::col("amount_minor").gt(0))
            .check(Expr::col("status").ne("paid").or(Expr::col("ledger_entry_id").is_not_null()));
        manager.create_table(tranche).await?;
        // Nobody pays twice for one person and milestone, however often it is claimed.
        manager.create_index(unique("ux_tranche", "tranche", &["trainee_id", "payer", "milestone", "currency"])).await?;
        manager.create_index(index("ix_tranche_agreement_id", "tranche", &["agreement_id", "status"])).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_all(manager, &["worker_payment", "first_pay", "recovery_claim", "tranche"]).await
    }
}
