//! A party to partnerships: employer, institute, authority, worker organisation, funder.

use chrono::NaiveDate;
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "organisation")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i64,
    pub created_at_ms: i64,
    pub updated_at_ms: i64,
    pub kind: String,
    pub name: String,
    pub country: String,
    pub subdivision: Option<String>,
    pub register_number: Option<String>,
    pub lei: Option<String>,
    pub status: String,
    pub licence_valid_to: Option<NaiveDate>,
    pub insolvent: String,
    pub open_sanction: String,
    pub unpaid_wage_judgment: String,
    pub provides_housing: bool,
    pub housing_approved: String,
    pub accreditation: Option<String>,
    pub accreditation_valid_to: Option<NaiveDate>,
    /// Where the accreditation can be looked up: a register, a decision, an address.
    pub accreditation_evidence: Option<String>,
    pub parent_id: Option<Uuid>,
    pub demo: bool,
    pub search: String,
}

impl ActiveModelBehavior for ActiveModel {}
