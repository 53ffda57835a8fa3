//! Hours of a course that somebody was taught in a period.

use chrono::NaiveDate;
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "attendance")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i64,
    pub created_at_ms: i64,
    pub updated_at_ms: i64,
    pub trainee_id: Uuid,
    pub from_on: NaiveDate,
    pub to_on: NaiveDate,
    pub hours_planned: i64,
    pub hours_attended: i64,
    pub hours_excused: i64,
}

impl ActiveModelBehavior for ActiveModel {}
