//! A label of the configuration in another language, by its authority.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "label")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i64,
    pub created_at_ms: i64,
    pub updated_at_ms: i64,
    pub country: String,
    pub source: String,
    pub language: String,
    pub body: String,
    pub search: String,
}

impl ActiveModelBehavior for ActiveModel {}
