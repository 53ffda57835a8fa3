//! A place in the waiting list of a cohort; never changed but for its end.

use chrono::NaiveDate;
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "waiting_place")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i64,
    pub created_at_ms: i64,
    pub updated_at_ms: i64,
    pub trainee_id: Uuid,
    pub cohort_id: Uuid,
    pub track: String,
    pub place: i64,
    pub since_on: NaiveDate,
    pub ended_on: Option<NaiveDate>,
    pub ended_for: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
