//! Accounts: second factors, links sent by e-mail, outgoing mail.

use crate::table::*;
use sea_orm_migration::{prelude::*, schema::*};

#[derive(Debug, DeriveMigrationName)]
pub struct Migration;

const TABLES: [&str; 3] = ["recovery_code", "one_time_link", "mail"];

/// Columns that older tables get.
const ADDED: [(&str, &[&str]); 3] = [
    ("account", &["totp", "totp_last_step", "confirmed_at_ms"]),
    ("api_token", &["scopes"]),
    ("session", &["id", "device", "last_seen_at_ms"]),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(Table::alter().table("account").add_column(text_null("totp")).to_owned()).await?;
        manager.alter_table(Table::alter().table("account").add_column(big_integer_null("totp_last_step")).to_owned()).await?;
        manager.alter_table(Table::alter().table("account").add_column(big_integer_null("confirmed_at_ms")).to_owned()).await?;
        manager
            .alter_table(
                Table::alter().table("api_token").add_column(string("scopes").default("read,export,write,decide").take()).to_owned(),
            )
            .await?;
        manager.alter_table(Table::alter().table("session").add_column(uuid_null("id")).to_owned()).await?;
        manager.alter_table(Table::alter().table("session").add_column(string_null("device")).to_owned()).await?;
        manager.alter_table(Table::alter().table("session").add_column(big_integer_null("last_seen_at_ms")).to_owned()).await?;

        let mut recovery_code = table("recovery_code").col(pk_uuid("id")).to_owned();
        belongs_to(&mut recovery_code, "account_id", "account");
        recovery_code.col(string("code_hash")).col(big_integer_null("used_at_ms"));
        manager.create_table(recovery_code).await?;
        manager.create_index(index("ix_recovery_code_account_id", "recovery_code", &["account_id"])).await?;

        let mut one_time_link = table("one_time_link").col(pk_uuid("id")).to_owned();
        one_time_link
            .col(string("purpose"))
            .col(string("token_hash"))
            .col(uuid_null("account_id"))
            .col(text("payload"))
            .col(big_integer("created_at_ms"))
            .col(big_integer("expires_at_ms"))
            .col(big_integer_null("used_at_ms"));
        manager.create_table(one_time_link).await?;
        manager.create_index(unique("ux_one_time_link_token_hash", "one_time_link", &["token_hash"])).await?;

        let mut mail = table("mail").col(pk_uuid("id")).to_owned();
        mail.col(string("recipient"))
            .col(string("locale"))
            .col(string("kind"))
            .col(string("title"))
            .col(text("body"))
            .col(string("state"))
            .col(big_integer("attempts"))
            .col(big_integer("created_at_ms"))
            .col(big_integer_null("sent_at_ms"))
            .col(text_null("failure"));
        manager.create_table(mail).await?;
        manager.create_index(index("ix_mail_state", "mail", &["state", "created_at_ms"])).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_all(manager, &TABLES).await?;
        for (name, columns) in ADDED {
            for column in columns {
                manager.alter_table(Table::alter().table(name).drop_column(*column).to_owned()).await?;
            }
        }
        Ok(())
    }
}
