//! Something that somebody should know.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "notification")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub account_id: Uuid,
    pub kind: String,
    pub href: String,
    #[sea_orm(column_type = "Text")]
    pub args: String,
    pub created_at_ms: i64,
    pub read_at_ms: Option<i64>,
}

impl ActiveModelBehavior for ActiveModel {}
