//! A file on a case; its bytes lie in the data folder.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "attachment")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub kind: String,
    pub record_id: Uuid,
    pub account_id: Uuid,
    pub organisation_id: Option<Uuid>,
    pub audience: String,
    pub name: String,
    pub media_type: String,
    pub size: i64,
    pub sha256: String,
    pub created_at_ms: i64,
    pub removed_at_ms: Option<i64>,
}

impl ActiveModelBehavior for ActiveModel {}
