//! A file of people that an institute has sent: what its columns mean, and what became of it.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "import_batch")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i64,
    pub created_at_ms: i64,
    pub updated_at_ms: i64,
    pub institute_id: Uuid,
    pub cohort_id: Uuid,
    pub account_id: Uuid,
    pub file_name: String,
    pub file_format: String,
    pub status: String,
    /// Titles of the columns, a JSON array.
    #[sea_orm(column_type = "Text")]
    pub header: String,
    /// Column of each field, a JSON object.
    #[sea_orm(column_type = "Text")]
    pub mapping: String,
    pub date_order: String,
    pub begins_as: String,
    pub takes_doubtful: bool,
    pub good: i64,
    pub doubtful: i64,
    pub bad: i64,
    /// Rows that have become people.
    pub done: i64,
    /// People who stayed when it was undone.
    pub kept: i64,
    #[sea_orm(column_type = "Text", nullable)]
    pub failure: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
