//! A case that one organisation hands to another, or refers to it.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "case_transfer")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i64,
    pub created_at_ms: i64,
    pub updated_at_ms: i64,
    pub trainee_id: Uuid,
    pub kind: String,
    pub from_id: Uuid,
    pub to_id: Uuid,
    pub origin: String,
    #[sea_orm(column_type = "Text")]
    pub reason: String,
    pub status: String,
    #[sea_orm(column_type = "Text", nullable)]
    pub note: Option<String>,
    pub decided_by: Option<Uuid>,
    pub decided_at_ms: Option<i64>,
}

impl ActiveModelBehavior for ActiveModel {}
