//! Rights: the tree of organisations, access rules, annexes, consent, disclosure, transfers, exceptional access, sealed records.

use crate::table::*;
use sea_orm_migration::{prelude::*, schema::*};

#[derive(Debug, DeriveMigrationName)]
pub struct Migration;

const TABLES: [&str; 7] = ["access_rule", "shared_group", "consent", "disclosure", "case_transfer", "exceptional_access", "sealed_record"];

/// Columns that older tables get.
const ADDED: [(&str, &[&str]); 3] = [
    ("organisation", &["parent_id"]),
    ("role_grant", &["subdivisions", "delegated_by", "reason", "revoked_at_ms", "created_at_ms"]),
    ("proposal", &["offered_at_ms"]),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(Table::alter().table("organisation").add_column(uuid_null("parent_id")).to_owned()).await?;
        manager.alter_table(Table::alter().table("role_grant").add_column(string("subdivisions").default("").take()).to_owned()).await?;
        manager.alter_table(Table::alter().table("role_grant").add_column(uuid_null("delegated_by")).to_owned()).await?;
        manager.alter_table(Table::alter().table("role_grant").add_column(string_null("reason")).to_owned()).await?;
        manager.alter_table(Table::alter().table("role_grant").add_column(big_integer_null("revoked_at_ms")).to_owned()).await?;
        manager
            .alter_table(Table::alter().table("role_grant").add_column(big_integer("created_at_ms").default(0).take()).to_owned())
            .await?;
        manager.alter_table(Table::alter().table("proposal").add_column(big_integer_null("offered_at_ms")).to_owned()).await?;
        manager.create_index(index("ix_organisation_parent", "organisation", &["parent_id"])).await?;
        manager.create_index(index("ix_role_grant_organisation", "role_grant", &["organisation_id"])).await?;
        manager.create_index(index("ix_proposal_need", "proposal", &["need_id"])).await?;

        let mut access_rule = record("access_rule");
        belongs_to(&mut access_rule, "organisation_id", "organisation");
        access_rule
            .col(string("name"))
            .col(string("role"))
            .col(string("subject"))
            .col(string("field_group"))
            .col(string("stages"))
            .col(string("effect"))
            .col(string("countries"))
            .col(text("reason"))
            .col(date("valid_from"))
            .col(date_null("valid_to"))
            .col(string("search"));
        manager.create_table(access_rule).await?;
        manager.create_index(index("ix_access_rule_organisation_id", "access_rule", &["organisation_id"])).await?;

        let mut shared_group = record("shared_group");
        belongs_to(&mut shared_group, "agreement_id", "agreement");
        shared_group.col(string("field_group")).col(string("origin")).col(string("destination")).col(date("since"));
        manager.create_table(shared_group).await?;
        manager.create_index(unique("ux_shared_group_agreement_id", "shared_group", &["agreement_id", "field_group"])).await?;

        let mut consent = record("consent");
        belongs_to(&mut consent, "trainee_id", "trainee");
        consent
            .col(uuid("institute_id"))
            .col(string("origin"))
            .col(string("purpose"))
            .col(uuid_null("recipient_id"))
            .col(string("text_version"))
            .col(string("language"))
            .col(string("channel"))
            .col(uuid_null("given_by"))
            .col(big_integer("given_at_ms"))
            .col(big_integer_null("withdrawn_at_ms"));
        manager.create_table(consent).await?;
        manager.create_index(index("ix_consent_trainee_id", "consent", &["trainee_id", "purpose"])).await?;
        manager.create_index(index("ix_consent_purpose", "consent", &["purpose", "withdrawn_at_ms"])).await?;

        let mut disclosure = record("disclosure");
        belongs_to(&mut disclosure, "proposal_id", "proposal");
        belongs_to(&mut disclosure, "trainee_id", "trainee");
        disclosure.col(uuid("employer_id")).col(uuid("institute_id")).col(string("origin")).col(string("stage")).col(big_integer("at_ms"));
        manager.create_table(disclosure).await?;
        manager.create_index(unique("ux_disclosure_proposal_id", "disclosure", &["proposal_id", "stage"])).await?;
        manager.create_index(index("ix_disclosure_trainee_id", "disclosure", &["trainee_id"])).await?;

        let mut case_transfer = record("case_transfer");
        belongs_to(&mut case_transfer, "trainee_id", "trainee");
        case_transfer.col(string("kind"));
        belongs_to(&mut case_transfer, "from_id", "organisation");
        belongs_to(&mut case_transfer, "to_id", "organisation");
        case_transfer
            .col(string("origin"))
            .col(text("reason"))
            .col(string("status"))
            .col(text_null("note"))
            .col(uuid_null("decided_by"))
            .col(big_integer_null("decided_at_ms"));
        manager.create_table(case_transfer).await?;
        manager.create_index(index("ix_case_transfer_trainee_id", "case_transfer", &["trainee_id"])).await?;
        manager.create_index(index("ix_case_transfer_to_id", "case_transfer", &["to_id", "status"])).await?;
        manager.create_index(index("ix_case_transfer_from_id", "case_transfer", &["from_id"])).await?;

        let mut exceptional_access = record("exceptional_access");
        belongs_to(&mut exceptional_access, "account_id", "account");
        belongs_to(&mut exceptional_access, "trainee_id", "trainee");
        exceptional_access
            .col(string("role"))
            .col(uuid_null("organisation_id"))
            .col(string("origin"))
            .col(string_null("country"))
            .col(text("reason"))
            .col(big_integer("ends_at_ms"))
            .col(uuid_null("reviewed_by"))
            .col(big_integer_null("reviewed_at_ms"))
            .col(text_null("review"));
        manager.create_table(exceptional_access).await?;
        manager.create_index(index("ix_exceptional_access_account_id", "exceptional_access", &["account_id", "ends_at_ms"])).await?;
        manager.create_index(index("ix_exceptional_access_trainee_id", "exceptional_access", &["trainee_id"])).await?;

        let mut sealed_record = table("sealed_record").col(pk_uuid("id")).to_owned();
        belongs_to(&mut sealed_record, "trainee_id", "trainee");
        sealed_record
            .col(string("kind"))
            .col(string("class"))
            .col(string("key_id"))
            .col(string("nonce"))
            .col(text("sealed"))
            .col(uuid("written_by"))
            .col(big_integer("created_at_ms"));
        manager.create_table(sealed_record).await?;
        manager.create_index(index("ix_sealed_record_trainee_id", "sealed_record", &["trainee_id"])).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_all(manager, &TABLES).await?;
        manager.drop_index(Index::drop().name("ix_organisation_parent").table("organisation").to_owned()).await?;
        manager.drop_index(Index::drop().name("ix_role_grant_organisation").table("role_grant").to_owned()).await?;
        manager.drop_index(Index::drop().name("ix_proposal_need").table("proposal").to_owned()).await?;
        for (name, columns) in ADDED {
            for column in columns {
                manager.alter_table(Table::alter().table(name).drop_column(*column).to_owned()).await?;
            }
        }
        Ok(())
    }
}
