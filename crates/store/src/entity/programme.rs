//! A training programme of an institute.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "programme")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i64,
    pub created_at_ms: i64,
    pub updated_at_ms: i64,
    pub institute_id: Uuid,
    pub name: String,
    pub occupation: String,
    pub isced_field: Option<String>,
    pub eqf_level: Option<i64>,
    pub eqf_basis: String,
    pub language: String,
    pub hours: i64,
    pub awarded_qualification: String,
    /// Attempts at each assessment; no limit without one.
    pub attempts_max: Option<i64>,
    pub search: String,
}

impl ActiveModelBehavior for ActiveModel {}
