//! A group of fields that the annex of an agreement gives to the other side.

use chrono::NaiveDate;
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "shared_group")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i64,
    pub created_at_ms: i64,
    pub updated_at_ms: i64,
    pub agreement_id: Uuid,
    pub field_group: String,
    pub origin: String,
    pub destination: String,
    pub since: NaiveDate,
}

impl ActiveModelBehavior for ActiveModel {}
