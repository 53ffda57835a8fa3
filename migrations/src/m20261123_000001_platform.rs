//! Accounts, sessions, tokens, audit chain, jobs.

use crate::table::*;
use sea_orm_migration::{prelude::*, schema::*};

#[derive(Debug, DeriveMigrationName)]
pub struct Migration;

const TABLES: [&str; 9] =
    ["account", "role_grant", "session", "api_token", "sign_in_attempt", "idempotency_key", "audit_chain", "audit_event", "job"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let account = record("account")
            .col(string("email"))
            .col(string("name"))
            .col(text_null("password_hash"))
            .col(string("status"))
            .col(string("locale"))
            .col(uuid_null("trainee_id"))
            .to_owned();
        manager.create_table(account).await?;
        manager.create_index(unique("ux_account_email", "account", &["email"])).await?;

        let mut grant = table("role_grant").col(pk_uuid("id")).to_owned();
        belongs_to(&mut grant, "account_id", "account");
        grant
            .col(string("role"))
            .col(uuid_null("organisation_id"))
            .col(string("countries"))
            .col(date("valid_from"))
            .col(date_null("valid_to"));
        manager.create_table(grant).await?;
        manager.create_index(index("ix_role_grant_account", "role_grant", &["account_id"])).await?;

        // The key is the hash of the cookie's secret: a stolen table opens no session.
        let session = table("session")
            .col(string("key_hash").primary_key())
            .col(uuid_null("account_id"))
            .col(text("state"))
            .col(big_integer("created_at_ms"))
            .col(big_integer("expires_at_ms"))
            .to_owned();
        manager.create_table(session).await?;
        manager.create_index(index("ix_session_account", "session", &["account_id"])).await?;
        manager.create_index(index("ix_session_expiry", "session", &["expires_at_ms"])).await?;

        let mut token = table("api_token").col(pk_uuid("id")).to_owned();
        belongs_to(&mut token, "account_id", "account");
        token
            .col(string("name"))
            .col(string("token_hash"))
            .col(big_integer("created_at_ms"))
            .col(big_integer("expires_at_ms"))
            .col(big_integer_null("revoked_at_ms"));
        manager.create_table(token).await?;
        manager.create_index(unique("ux_api_token_hash", "api_token", &["token_hash"])).await?;

        let attempt = table("sign_in_attempt")
            .col(string("key").primary_key())
            .col(integer("failures"))
            .col(big_integer("window_started_at_ms"))
            .to_owned();
        manager.create_table(attempt).await?;

        let idempotency = table("idempotency_key")
            .col(string("key_hash").primary_key())
            .col(string("request_digest"))
            .col(integer("status"))
            .col(text("body"))
            .col(big_integer("created_at_ms"))
            .to_owned();
        manager.create_table(idempotency).await?;

        let chain = table("audit_chain").col(integer("chain").primary_key()).col(big_integer("seq")).col(string("hash")).to_owned();
        manager.create_table(chain).await?;

        let event = table("audit_event")
            .col(pk_uuid("id"))
            .col(integer("chain"))
            .col(big_integer("seq"))
            .col(big_integer("at_ms"))
            .col(uuid_null("actor_id"))
            .col(string("action"))
            .col(string("subject"))
            .col(uuid_null("subject_id"))
            .col(text("detail"))
            .col(string("prev_hash"))
            .col(string("hash"))
            .to_owned();
        manager.create_table(event).await?;
        manager.create_index(unique("ux_audit_event_place", "audit_event", &["chain", "seq"])).await?;
        manager.create_index(index("ix_audit_event_subject", "audit_event", &["subject_id"])).await?;

        let job = table("job")
            .col(pk_uuid("id"))
            .col(string("kind"))
            .col(text("payload"))
            .col(string("state"))
            .col(integer("priority"))
            .col(big_integer("run_at_ms"))
            .col(integer("attempts"))
            .col(string_null("locked_by"))
            .col(big_integer_null("lease_until_ms"))
            .col(text_null("last_error"))
            .col(big_integer("created_at_ms"))
            .to_owned();
        manager.create_table(job).await?;
        // Claiming reads only ready rows: without the partial index a claim sorts the whole backlog.
        let ready = Index::create()
            .name("ix_job_ready")
            .table("job")
            .col(("priority", IndexOrder::Desc))
            .col("run_at_ms")
            .and_where(Expr::cust("state = 'ready'"))
            .to_owned();
        manager.create_index(ready).await?;
        let running =
            Index::create().name("ix_job_lease").table("job").col("lease_until_ms").and_where(Expr::cust("state = 'running'")).to_owned();
        manager.create_index(running).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_all(manager, &TABLES).await
    }
}
