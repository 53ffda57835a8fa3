//! What an authority takes away from a role: fields, stages, countries.

use chrono::NaiveDate;
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "access_rule")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i64,
    pub created_at_ms: i64,
    pub updated_at_ms: i64,
    pub organisation_id: Uuid,
    pub name: String,
    pub role: String,
    pub subject: String,
    pub field_group: String,
    pub stages: String,
    pub effect: String,
    pub countries: String,
    #[sea_orm(column_type = "Text")]
    pub reason: String,
    pub valid_from: NaiveDate,
    pub valid_to: Option<NaiveDate>,
    pub search: String,
}

impl ActiveModelBehavior for ActiveModel {}
