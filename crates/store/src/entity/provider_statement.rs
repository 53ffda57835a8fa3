//! What an institute says to the figures about it.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "provider_statement")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i64,
    pub created_at_ms: i64,
    pub updated_at_ms: i64,
    pub institute_id: Uuid,
    pub programme_id: Option<Uuid>,
    pub year: i64,
    pub text_language: String,
    #[sea_orm(column_type = "Text")]
    pub statement: String,
}

impl ActiveModelBehavior for ActiveModel {}
