//! A record opened for a short while, for a stated reason.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "exceptional_access")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i64,
    pub created_at_ms: i64,
    pub updated_at_ms: i64,
    pub account_id: Uuid,
    pub trainee_id: Uuid,
    pub role: String,
    pub organisation_id: Option<Uuid>,
    pub origin: String,
    pub country: Option<String>,
    #[sea_orm(column_type = "Text")]
    pub reason: String,
    pub ends_at_ms: i64,
    pub reviewed_by: Option<Uuid>,
    pub reviewed_at_ms: Option<i64>,
    #[sea_orm(column_type = "Text", nullable)]
    pub review: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
