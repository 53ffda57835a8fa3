//! Reference data: concepts of ESCO and ISCO in several versions, corridor packs.

use crate::table::*;
use sea_orm_migration::{prelude::*, schema::*};

#[derive(Debug, DeriveMigrationName)]
pub struct Migration;

const TABLES: [&str; 5] = ["concept_import", "concept", "concept_label", "concept_relation", "corridor_pack"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let import = table("concept_import")
            .col(pk_uuid("id"))
            .col(string("scheme_version"))
            .col(string("language"))
            .col(string("digest"))
            .col(big_integer("concepts"))
            .col(big_integer("labels"))
            .col(big_integer("relations"))
            .col(big_integer("imported_at_ms"))
            .to_owned();
        manager.create_table(import).await?;
        manager.create_index(unique("ux_concept_import", "concept_import", &["scheme_version", "language"])).await?;

        // Numbered by the importer: labels and relations are many, and an eight-byte key halves them.
        let concept = table("concept")
            .col(big_integer("id").primary_key())
            .col(string("scheme_version"))
            .col(string("uri"))
            .col(string("kind"))
            .col(string_null("code"))
            .col(string_null("isco"))
            .col(string_null("skill_type"))
            .col(string_null("reuse_level"))
            .col(string("status"))
            .col(string_null("replaced_by"))
            .to_owned();
        manager.create_table(concept).await?;
        manager.create_index(unique("ux_concept_uri", "concept", &["scheme_version", "uri"])).await?;

        let label = table("concept_label")
            .col(big_integer("id").primary_key())
            .col(big_integer("concept_id"))
            .col(string("language"))
            .col(string("kind"))
            .col(text("label"))
            .to_owned();
        manager.create_table(label).await?;
        manager.create_index(index("ix_concept_label_concept", "concept_label", &["concept_id", "language"])).await?;

        let relation = table("concept_relation")
            .col(big_integer("id").primary_key())
            .col(big_integer("from_id"))
            .col(big_integer("to_id"))
            .col(string("kind"))
            .to_owned();
        manager.create_table(relation).await?;
        manager.create_index(index("ix_concept_relation_from", "concept_relation", &["from_id", "kind"])).await?;

        let pack = table("corridor_pack")
            .col(pk_uuid("id"))
            .col(string("pack_id"))
            .col(integer("pack_version"))
            .col(string("destination"))
            .col(string("status"))
            .col(date("valid_from"))
            .col(date_null("valid_to"))
            .col(string("digest"))
            .col(text("document"))
            .col(big_integer("imported_at_ms"))
            .to_owned();
        manager.create_table(pack).await?;
        manager.create_index(unique("ux_corridor_pack_version", "corridor_pack", &["pack_id", "pack_version"])).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_all(manager, &TABLES).await
    }
}
