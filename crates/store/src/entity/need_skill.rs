//! A skill that a need asks for.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "need_skill")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i64,
    pub created_at_ms: i64,
    pub updated_at_ms: i64,
    pub need_id: Uuid,
    pub skill: String,
    pub importance: String,
    pub weight: i64,
}

impl ActiveModelBehavior for ActiveModel {}
