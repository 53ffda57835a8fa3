//! A qualification that a trainee holds or expects.

use chrono::NaiveDate;
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "credential")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i64,
    pub created_at_ms: i64,
    pub updated_at_ms: i64,
    pub trainee_id: Uuid,
    pub title: String,
    pub awarding_body: String,
    pub occupation: String,
    pub eqf_level: Option<i64>,
    pub eqf_basis: String,
    pub status: String,
    pub awarded_on: Option<NaiveDate>,
}

impl ActiveModelBehavior for ActiveModel {}
