//! A remark on a case.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "comment")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub kind: String,
    pub record_id: Uuid,
    pub account_id: Uuid,
    pub organisation_id: Option<Uuid>,
    pub audience: String,
    #[sea_orm(column_type = "Text")]
    pub body: String,
    pub created_at_ms: i64,
    pub removed_at_ms: Option<i64>,
}

impl ActiveModelBehavior for ActiveModel {}
