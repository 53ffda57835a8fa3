//! Two records that may be one person.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "duplicate")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i64,
    pub created_at_ms: i64,
    pub updated_at_ms: i64,
    pub first_id: Uuid,
    pub second_id: Uuid,
    pub first_origin: String,
    pub second_origin: String,
    pub first_institute: Uuid,
    pub second_institute: Uuid,
    pub score: i64,
    pub grounds: String,
    pub status: String,
    pub kept_id: Option<Uuid>,
    #[sea_orm(column_type = "Text", nullable)]
    pub moved: Option<String>,
    pub decided_by: Option<Uuid>,
    pub decided_at_ms: Option<i64>,
}

impl ActiveModelBehavior for ActiveModel {}
