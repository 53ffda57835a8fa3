//! The case of one person who cannot go on.

use chrono::NaiveDate;
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "contingency_case")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i64,
    pub created_at_ms: i64,
    pub updated_at_ms: i64,
    pub disruption_id: Option<Uuid>,
    pub trainee_id: Uuid,
    pub journey_id: Uuid,
    pub cause: String,
    pub control: String,
    pub safety_risk: bool,
    pub state: String,
    pub reported_on: NaiveDate,
    pub due_on: Option<NaiveDate>,
    pub horizon_on: Option<NaiveDate>,
    pub chosen: Option<String>,
    pub outcome: Option<String>,
    /// The post that she chose, or that is kept for her until she has chosen.
    pub held_need_id: Option<Uuid>,
    pub closed_on: Option<NaiveDate>,
    /// The last day on which she goes before others: she gave up her place, or stayed without one.
    pub turn_until: Option<NaiveDate>,
    /// What was open to her when it was last worked out (JSON).
    #[sea_orm(column_type = "Text", nullable)]
    pub options: Option<String>,
    /// Who bears what, as it was reckoned when the case was resolved (JSON).
    #[sea_orm(column_type = "Text", nullable)]
    pub settlement: Option<String>,
    /// The case of the state machine (JSON).
    #[sea_orm(column_type = "Text")]
    pub facts: String,
}

impl ActiveModelBehavior for ActiveModel {}
