//! A form not sent yet.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "draft")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub account_id: Uuid,
    pub form: String,
    #[sea_orm(column_type = "Text")]
    pub body: String,
    pub updated_at_ms: i64,
}

impl ActiveModelBehavior for ActiveModel {}
