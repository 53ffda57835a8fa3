//! A partnership agreement about one origin of one corridor pack.

use chrono::NaiveDate;
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "agreement")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i64,
    pub created_at_ms: i64,
    pub updated_at_ms: i64,
    pub name: String,
    pub pack: String,
    pub origin: String,
    pub destination: String,
    pub status: String,
    pub signed_on: Option<NaiveDate>,
    pub ends_on: Option<NaiveDate>,
    pub between_governments: bool,
    pub labour_market_analysis: bool,
    pub support_to_origin: bool,
    pub cost_mode: String,
    /// Chance of being at work in time below which nobody is proposed, in percent.
    pub in_time_min_percent: Option<i64>,
    /// Places of the home track for each hundred people who left.
    pub equity_percent: Option<i64>,
    /// Money of the home track for each hundred of the away track.
    pub equity_money_percent: Option<i64>,
    /// Days before the end of the course until which a track is chosen freely; until departure without it.
    pub track_choice_days: Option<i64>,
    /// Reference of the contingency plan that covers its places.
    pub contingency_plan: Option<String>,
    /// How its pathways are matched; as the policy says without it.
    pub matching_mode: Option<String>,
    pub search: String,
}

impl ActiveModelBehavior for ActiveModel {}
