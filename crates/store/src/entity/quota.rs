//! A cap of either side, what it counts, and how much of it is used.

use chrono::NaiveDate;
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "quota")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i64,
    pub created_at_ms: i64,
    pub updated_at_ms: i64,
    pub name: String,
    pub side: String,
    pub country: String,
    pub scope: String,
    pub subject: String,
    pub counts: String,
    pub cap: i64,
    pub used: i64,
    pub period_from: NaiveDate,
    pub period_to: NaiveDate,
    pub exempts_government_placement: bool,
    pub search: String,
}

impl ActiveModelBehavior for ActiveModel {}
