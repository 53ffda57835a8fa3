//! What a programme teaches, as a skill of ESCO.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "programme_skill")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i64,
    pub created_at_ms: i64,
    pub updated_at_ms: i64,
    pub programme_id: Uuid,
    pub learning_outcome: String,
    pub skill: String,
    pub hours_taught: i64,
}

impl ActiveModelBehavior for ActiveModel {}
