//! One change to many records, with what was there before.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "bulk_change")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub account_id: Uuid,
    pub resource: String,
    pub field: String,
    pub value: String,
    pub rows: i64,
    #[sea_orm(column_type = "Text")]
    pub before: String,
    pub at_ms: i64,
    pub undone_at_ms: Option<i64>,
}

impl ActiveModelBehavior for ActiveModel {}
