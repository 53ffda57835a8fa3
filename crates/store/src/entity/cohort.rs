//! One run of a programme, with seats by track.

use chrono::NaiveDate;
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "cohort")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i64,
    pub created_at_ms: i64,
    pub updated_at_ms: i64,
    pub institute_id: Uuid,
    pub programme_id: Uuid,
    pub name: String,
    pub starts_on: NaiveDate,
    pub ends_on: NaiveDate,
    pub seats_away: i64,
    pub seats_home: i64,
    pub seats_undecided: i64,
    /// Places for people who are trained and wait; they take no seat.
    pub refresher_places: i64,
    pub agreement_id: Option<Uuid>,
    /// Day on which the reserve premium of its places was paid.
    pub premium_paid_on: Option<NaiveDate>,
    pub insured_from: Option<NaiveDate>,
    pub search: String,
}

impl ActiveModelBehavior for ActiveModel {}
