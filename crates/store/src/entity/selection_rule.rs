//! What applicants for a cohort are scored by.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "selection_rule")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i64,
    pub created_at_ms: i64,
    pub updated_at_ms: i64,
    pub cohort_id: Uuid,
    pub name: String,
    pub weight: i64,
    pub least_points: Option<i64>,
}

impl ActiveModelBehavior for ActiveModel {}
