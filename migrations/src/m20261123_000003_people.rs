//! Organisations, people, papers, needs, agreements and quotas.

use crate::table::*;
use sea_orm_migration::{prelude::*, schema::*};

#[derive(Debug, DeriveMigrationName)]
pub struct Migration;

const TABLES: [&str; 14] = [
    "organisation",
    "site",
    "programme",
    "cohort",
    "trainee",
    "credential",
    "recognition_case",
    "language_certificate",
    "skill_claim",
    "need",
    "need_skill",
    "seat_pool",
    "agreement",
    "quota",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        organisations(manager).await?;
        training(manager).await?;
        papers(manager).await?;
        needs(manager).await?;
        agreements(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_all(manager, &TABLES).await
    }
}

async fn organisations(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let organisation = record("organisation")
        .col(string("kind"))
        .col(string("name"))
        .col(string("country"))
        .col(string_null("subdivision"))
        .col(string_null("register_number"))
        .col(string_null("lei"))
        .col(string("status"))
        .col(date_null("licence_valid_to"))
        .col(string("insolvent"))
        .col(string("open_sanction"))
        .col(string("unpaid_wage_judgment"))
        .col(boolean("provides_housing"))
        .col(string("housing_approved"))
        .col(string_null("accreditation"))
        .col(date_null("accreditation_valid_to"))
        .col(boolean("demo"))
        .col(string("search"))
        .to_owned();
    manager.create_table(organisation).await?;
    manager.create_index(index("ix_organisation_country", "organisation", &["country", "kind"])).await?;

    let mut site = record("site");
    belongs_to(&mut site, "organisation_id", "organisation");
    site.col(string("name")).col(string("city")).col(string_null("subdivision"));
    manager.create_table(site).await?;
    manager.create_index(index("ix_site_organisation", "site", &["organisation_id"])).await
}

async fn training(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut programme = record("programme");
    belongs_to(&mut programme, "institute_id", "organisation");
    programme
        .col(string("name"))
        .col(string("occupation"))
        .col(string_null("isced_field"))
        .col(big_integer_null("eqf_level"))
        .col(string("eqf_basis"))
        .col(string("language"))
        .col(big_integer("hours"))
        .col(string("awarded_qualification"))
        .col(string("search"));
    manager.create_table(programme).await?;
    manager.create_index(index("ix_programme_institute", "programme", &["institute_id"])).await?;

    let mut cohort = record("cohort");
    belongs_to(&mut cohort, "institute_id", "organisation");
    belongs_to(&mut cohort, "programme_id", "programme");
    cohort
        .col(string("name"))
        .col(date("starts_on"))
        .col(date("ends_on"))
        .col(big_integer("seats_away"))
        .col(big_integer("seats_home"))
        .col(big_integer("seats_undecided"))
        .col(string("search"));
    manager.create_table(cohort).await?;
    manager.create_index(index("ix_cohort_institute", "cohort", &["institute_id"])).await?;

    let mut trainee = record("trainee");
    belongs_to(&mut trainee, "institute_id", "organisation");
    may_belong_to(&mut trainee, "cohort_id", "cohort");
    trainee
        .col(string("given_name"))
        .col(string("family_name"))
        .col(date_null("birth_date"))
        .col(string("sex"))
        .col(string("nationalities"))
        .col(string("habitual_residence"))
        .col(string("training_country"))
        .col(string("occupation"))
        .col(string("track"))
        .col(string("journey"))
        .col(date("ready_on"))
        .col(date_null("passport_valid_to"))
        .col(string("identity_confirmed"))
        .col(boolean("possible_duplicate"))
        .col(string("preferred_destinations"))
        .col(date("waiting_since"))
        .col(big_integer("merit"))
        .col(string_null("email"))
        .col(boolean("demo"))
        .col(string("search"));
    manager.create_table(trainee).await?;
    manager.create_index(index("ix_trainee_institute", "trainee", &["institute_id"])).await?;
    manager.create_index(index("ix_trainee_country", "trainee", &["training_country", "journey"])).await
}

async fn papers(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut credential = record("credential");
    belongs_to(&mut credential, "trainee_id", "trainee");
    credential
        .col(string("title"))
        .col(string("awarding_body"))
        .col(string("occupation"))
        .col(big_integer_null("eqf_level"))
        .col(string("eqf_basis"))
        .col(string("status"))
        .col(date_null("awarded_on"));
    manager.create_table(credential).await?;
    manager.create_index(index("ix_credential_trainee", "credential", &["trainee_id"])).await?;

    let mut case = record("recognition_case");
    belongs_to(&mut case, "trainee_id", "trainee");
    case.col(string("destination"))
        .col(string_null("subdivision"))
        .col(string("occupation"))
        .col(string("authority"))
        .col(string("state"))
        .col(date_null("filed_on"))
        .col(date_null("decided_on"));
    manager.create_table(case).await?;
    manager.create_index(index("ix_recognition_case_trainee", "recognition_case", &["trainee_id"])).await?;

    let mut certificate = record("language_certificate");
    belongs_to(&mut certificate, "trainee_id", "trainee");
    certificate
        .col(string("language"))
        .col(string("scale"))
        .col(string("level"))
        .col(string_null("listening"))
        .col(string_null("reading"))
        .col(string_null("speaking"))
        .col(string_null("writing"))
        .col(string("issuer"))
        .col(date("issued_on"))
        .col(date_null("expires_on"));
    manager.create_table(certificate).await?;
    manager.create_index(index("ix_language_certificate_trainee", "language_certificate", &["trainee_id"])).await?;

    let mut claim = record("skill_claim");
    belongs_to(&mut claim, "trainee_id", "trainee");
    claim.col(string("skill")).col(string("provenance")).col(date("stated_on"));
    manager.create_table(claim).await?;
    manager.create_index(unique("ux_skill_claim", "skill_claim", &["trainee_id", "skill", "provenance"])).await
}

async fn needs(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut need = record("need");
    belongs_to(&mut need, "employer_id", "organisation");
    may_belong_to(&mut need, "site_id", "site");
    need.col(string("title"))
        .col(string("side"))
        .col(string("country"))
        .col(string("occupation"))
        .col(big_integer("positions"))
        .col(date("start_from"))
        .col(date("start_to"))
        .col(big_integer_null("wage_minor"))
        .col(big_integer_null("comparable_wage_minor"))
        .col(string("currency"))
        .col(string("wage_per"))
        .col(big_integer("hours_per_week_centi"))
        .col(string_null("language"))
        .col(string_null("language_level"))
        .col(string("status"))
        .col(boolean("demo"))
        .col(string("search"));
    manager.create_table(need).await?;
    manager.create_index(index("ix_need_employer", "need", &["employer_id"])).await?;
    manager.create_index(index("ix_need_country", "need", &["country", "status"])).await?;

    let mut skill = record("need_skill");
    belongs_to(&mut skill, "need_id", "need");
    skill.col(string("skill")).col(string("importance")).col(big_integer("weight"));
    manager.create_table(skill).await?;
    manager.create_index(unique("ux_need_skill", "need_skill", &["need_id", "skill"])).await?;

    let mut pool = record("seat_pool");
    belongs_to(&mut pool, "need_id", "need");
    pool.col(string("pathway")).col(big_integer("seats"));
    manager.create_table(pool).await?;
    manager.create_index(unique("ux_seat_pool", "seat_pool", &["need_id", "pathway"])).await
}

async fn agreements(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let agreement = record("agreement")
        .col(string("name"))
        .col(string("pack"))
        .col(string("origin"))
        .col(string("destination"))
        .col(string("status"))
        .col(date_null("signed_on"))
        .col(date_null("ends_on"))
        .col(boolean("between_governments"))
        .col(boolean("labour_market_analysis"))
        .col(boolean("support_to_origin"))
        .col(string("cost_mode"))
        .col(string("search"))
        .to_owned();
    manager.create_table(agreement).await?;
    manager.create_index(unique("ux_agreement_pathway", "agreement", &["pack", "origin"])).await?;

    let quota = record("quota")
        .col(string("name"))
        .col(string("side"))
        .col(string("country"))
        .col(string("scope"))
        .col(string("subject"))
        .col(string("counts"))
        .col(big_integer("cap"))
        .col(big_integer("used"))
        .col(date("period_from"))
        .col(date("period_to"))
        .col(boolean("exempts_government_placement"))
        .col(string("search"))
        .to_owned();
    manager.create_table(quota).await
}
