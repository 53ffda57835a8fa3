//! A list as somebody likes it.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "saved_view")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub account_id: Uuid,
    pub resource: String,
    pub name: String,
    #[sea_orm(column_type = "Text")]
    pub query: String,
    pub created_at_ms: i64,
}

impl ActiveModelBehavior for ActiveModel {}
