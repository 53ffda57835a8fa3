//! A choice of track, with all that it moved; never changed.

use chrono::NaiveDate;
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "track_change")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i64,
    pub created_at_ms: i64,
    pub updated_at_ms: i64,
    pub trainee_id: Uuid,
    pub cohort_id: Option<Uuid>,
    pub agreement_id: Option<Uuid>,
    pub from_track: String,
    pub to_track: String,
    pub reason: String,
    pub party: String,
    pub account_id: Option<Uuid>,
    pub on_date: NaiveDate,
    /// Seats, money and counters before and after.
    #[sea_orm(column_type = "Text")]
    pub moved: String,
}

impl ActiveModelBehavior for ActiveModel {}
