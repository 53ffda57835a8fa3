//! An employer that asks to be let in.

use chrono::NaiveDate;
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "employer_registration")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i64,
    pub created_at_ms: i64,
    pub updated_at_ms: i64,
    pub name: String,
    pub country: String,
    pub register_number: String,
    pub lei: Option<String>,
    pub city: String,
    pub contact_name: String,
    pub contact_email: String,
    pub contact_locale: String,
    pub clauses: String,
    pub statement_version: i64,
    pub status: String,
    pub decided_on: Option<NaiveDate>,
    pub refused_for: Option<String>,
    pub note: Option<String>,
    pub organisation_id: Option<Uuid>,
}

impl ActiveModelBehavior for ActiveModel {}
