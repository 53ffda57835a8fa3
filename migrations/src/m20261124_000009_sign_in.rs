//! Other ways to sign in: passkeys, and accounts at an outside provider; telephone numbers, an index.

use crate::table::*;
use sea_orm_migration::{prelude::*, schema::*};

#[derive(Debug, DeriveMigrationName)]
pub struct Migration;

const TABLES: [&str; 3] = ["passkey", "ceremony", "external_identity"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(Table::alter().table("trainee").add_column(text_null("phone")).to_owned()).await?;

        // Whom the other side's authority may see begins with who was matched to it.
        let matched = index("ix_proposal_destination", "proposal", &["destination", "employer_decision", "trainee_decision", "trainee_id"]);
        manager.create_index(matched).await?;

        let mut passkey = table("passkey").col(pk_uuid("id")).to_owned();
        belongs_to(&mut passkey, "account_id", "account");
        passkey
            .col(string("name"))
            .col(text("credential_id"))
            .col(text("static_state"))
            .col(text("dynamic_state"))
            .col(big_integer("transports"))
            .col(big_integer("created_at_ms"))
            .col(big_integer_null("used_at_ms"));
        manager.create_table(passkey).await?;
        manager.create_index(unique("ux_passkey_credential_id", "passkey", &["credential_id"])).await?;
        manager.create_index(index("ix_passkey_account_id", "passkey", &["account_id"])).await?;

        let ceremony = table("ceremony")
            .col(pk_uuid("id"))
            .col(string("kind"))
            .col(string("key_hash"))
            .col(uuid_null("account_id"))
            .col(text("state"))
            .col(big_integer("expires_at_ms"))
            .to_owned();
        manager.create_table(ceremony).await?;
        manager.create_index(unique("ux_ceremony_key_hash", "ceremony", &["key_hash"])).await?;
        manager.create_index(index("ix_ceremony_expires_at_ms", "ceremony", &["expires_at_ms"])).await?;

        let mut external_identity = table("external_identity").col(pk_uuid("id")).to_owned();
        belongs_to(&mut external_identity, "account_id", "account");
        external_identity
            .col(string("issuer"))
            .col(string("subject"))
            .col(big_integer("created_at_ms"))
            .col(big_integer_null("used_at_ms"));
        manager.create_table(external_identity).await?;
        manager.create_index(unique("ux_external_identity_subject", "external_identity", &["issuer", "subject"])).await?;
        manager.create_index(index("ix_external_identity_account_id", "external_identity", &["account_id"])).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_all(manager, &TABLES).await?;
        manager.drop_index(Index::drop().name("ix_proposal_destination").table("proposal").to_owned()).await?;
        manager.alter_table(Table::alter().table("trainee").drop_column("phone").to_owned()).await
    }
}
