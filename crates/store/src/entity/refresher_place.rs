//! A place in a course for somebody who is trained and waits: it keeps what she has learnt fresh.

use chrono::NaiveDate;
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "refresher_place")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i64,
    pub created_at_ms: i64,
    pub updated_at_ms: i64,
    pub trainee_id: Uuid,
    pub cohort_id: Uuid,
    pub from_on: NaiveDate,
    pub ended_on: Option<NaiveDate>,
}

impl ActiveModelBehavior for ActiveModel {}
