//! Match runs, their immutable data, proposals and outcomes.

use crate::table::*;
use sea_orm_migration::{prelude::*, schema::*};

#[derive(Debug, DeriveMigrationName)]
pub struct Migration;

const TABLES: [&str; 4] = ["match_run", "match_artifact", "proposal", "outcome"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let run = record("match_run")
            .col(string("status"))
            .col(date("as_of"))
            .col(big_integer("seed"))
            .col(uuid_null("requested_by"))
            .col(integer("progress_percent"))
            .col(string_null("stage"))
            .col(string_null("engine_version"))
            .col(string_null("policy_version"))
            .col(string_null("snapshot_digest"))
            .col(string_null("result_digest"))
            .col(text_null("summary"))
            .col(text_null("failure"))
            .col(big_integer_null("finished_at_ms"))
            .to_owned();
        manager.create_table(run).await?;

        // Written once, in the transaction that finishes the run, and never again.
        let artifact = table("match_artifact").col(pk_uuid("run_id")).col(text("snapshot")).col(text("result")).to_owned();
        manager.create_table(artifact).await?;

        let mut proposal = record("proposal");
        belongs_to(&mut proposal, "run_id", "match_run");
        belongs_to(&mut proposal, "trainee_id", "trainee");
        belongs_to(&mut proposal, "need_id", "need");
        proposal
            .col(uuid("institute_id"))
            .col(uuid("employer_id"))
            .col(string("pathway"))
            .col(string("origin"))
            .col(string("destination"))
            .col(string("occupation"))
            .col(big_integer("score"))
            .col(text("score_parts"))
            .col(text("verdicts"))
            .col(string("trainee_decision"))
            .col(string_null("trainee_reason"))
            .col(string("employer_decision"))
            .col(string_null("employer_reason"));
        manager.create_table(proposal).await?;
        manager.create_index(unique("ux_proposal_run_trainee", "proposal", &["run_id", "trainee_id"])).await?;
        manager.create_index(index("ix_proposal_employer", "proposal", &["employer_id"])).await?;
        manager.create_index(index("ix_proposal_trainee", "proposal", &["trainee_id"])).await?;

        let mut outcome = record("outcome");
        belongs_to(&mut outcome, "run_id", "match_run");
        outcome
            .col(string("side"))
            .col(uuid("subject_id"))
            .col(uuid("organisation_id"))
            .col(string("country"))
            .col(string("result"))
            .col(string("reason_code"))
            .col(text("reasons"));
        manager.create_table(outcome).await?;
        manager.create_index(unique("ux_outcome_subject", "outcome", &["run_id", "side", "subject_id"])).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_all(manager, &TABLES).await
    }
}
