//! One version of a corridor pack, as its ministry wrote it.

use chrono::NaiveDate;
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "corridor_pack")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub pack_id: String,
    pub pack_version: i32,
    pub destination: String,
    pub status: String,
    pub valid_from: NaiveDate,
    pub valid_to: Option<NaiveDate>,
    pub digest: String,
    #[sea_orm(column_type = "Text")]
    pub document: String,
    pub imported_at_ms: i64,
    /// First day on which the version counts; at once without one.
    pub effective_from: Option<NaiveDate>,
}

impl ActiveModelBehavior for ActiveModel {}
