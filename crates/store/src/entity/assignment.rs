//! Whose case it is, until when, and whose turn.

use chrono::NaiveDate;
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "assignment")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i64,
    pub created_at_ms: i64,
    pub updated_at_ms: i64,
    pub kind: String,
    pub record_id: Uuid,
    pub organisation_id: Option<Uuid>,
    pub account_id: Option<Uuid>,
    pub due_on: Option<NaiveDate>,
    pub waiting_for: Option<String>,
    pub blocked_by: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
