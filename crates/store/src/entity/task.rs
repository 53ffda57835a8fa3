//! Something that a journey or a recognition case asks somebody to look at.

use chrono::NaiveDate;
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "task")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i64,
    pub created_at_ms: i64,
    pub updated_at_ms: i64,
    pub kind: String,
    /// Kind of record and record that it is about.
    pub record_kind: String,
    pub record_id: Uuid,
    pub trainee_id: Uuid,
    pub owner: Option<String>,
    /// Day by which something was due, or on which something lapses.
    pub due_on: NaiveDate,
    pub status: String,
}

impl ActiveModelBehavior for ActiveModel {}
