//! A skill of a trainee, on somebody's word and date.

use chrono::NaiveDate;
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "skill_claim")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i64,
    pub created_at_ms: i64,
    pub updated_at_ms: i64,
    pub trainee_id: Uuid,
    pub skill: String,
    pub provenance: String,
    pub stated_on: NaiveDate,
}

impl ActiveModelBehavior for ActiveModel {}
