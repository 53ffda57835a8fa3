//! Seats that an employer stands for before anybody is trained.

use chrono::NaiveDate;
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "pledge")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i64,
    pub created_at_ms: i64,
    pub updated_at_ms: i64,
    pub employer_id: Uuid,
    /// Firms that pledge together name the same consortium.
    pub consortium: Option<String>,
    pub origin: String,
    pub destination: String,
    pub occupation: String,
    pub seats: i64,
    pub start_from: NaiveDate,
    pub start_to: NaiveDate,
    pub cost_percent: i64,
    pub notice_days: i64,
    pub withdrawal_percent: i64,
    pub status: String,
    pub acknowledged_by: Option<Uuid>,
    pub acknowledged_at_ms: Option<i64>,
    pub ended_on: Option<NaiveDate>,
    pub cause: Option<String>,
    pub owed_percent: Option<i64>,
    pub search: String,
}

impl ActiveModelBehavior for ActiveModel {}
