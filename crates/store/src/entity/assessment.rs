//! One attempt at an assessment of the course.

use chrono::NaiveDate;
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "assessment")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i64,
    pub created_at_ms: i64,
    pub updated_at_ms: i64,
    pub trainee_id: Uuid,
    pub unit: String,
    pub kind: String,
    pub attempt: i64,
    pub held_on: NaiveDate,
    pub result: String,
    pub points: Option<i64>,
    pub note: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
