//! Certificates that institutes sign, and the keys that they sign with.

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
        let mut key = record("issuer_key");
        belongs_to(&mut key, "institute_id", "organisation");
        key.col(string("public"))
            .col(string("sealed_with"))
            .col(string("nonce"))
            .col(text("sealed"))
            .col(big_integer_null("retired_at_ms"));
        manager.create_table(key).await?;
        manager.create_index(index("ix_issuer_key_institute_id", "issuer_key", &["institute_id"])).await?;
        let mut certificate = record("certificate");
        belongs_to(&mut certificate, "institute_id", "organisation");
        belongs_to(&mut certificate, "trainee_id", "trainee");
        belongs_to(&mut certificate, "programme_id", "programme");
        certificate
            .col(string("holder_name"))
            .col(string("title"))
            .col(string("kind"))
            .col(date("awarded_on"))
            .col(date_null("valid_to"))
            .col(string("status"))
            .col(big_integer("place"))
            .col(text("document"))
            .col(date_null("revoked_on"))
            .col(string_null("revoked_for"))
            .col(string("search"));
        manager.create_table(certificate).await?;
        for (name, columns) in
            [("ix_certificate_trainee_id", ["trainee_id"].as_slice()), ("ix_certificate_programme_id", &["programme_id"])]
        {
            manager.create_index(index(name, "certificate", columns)).await?;
        }
        // Each has a place of its own in the list of its institute.
        manager.create_index(unique("ux_certificate_place", "certificate", &["institute_id", "place"])).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_all(manager, &["certificate", "issuer_key"]).await
    }
}
