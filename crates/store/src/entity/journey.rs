//! A trainee's journey as it stands: what lists and queues are made of. Its events are in
//! `case_event`, and the state can be rebuilt from them.

use chrono::NaiveDate;
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "journey")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i64,
    pub created_at_ms: i64,
    pub updated_at_ms: i64,
    pub trainee_id: Uuid,
    pub origin: String,
    pub destination: Option<String>,
    pub pathway: Option<String>,
    pub pathway_version: Option<i32>,
    /// State and day with which it was first written down here.
    pub begun_as: String,
    pub begun_on: NaiveDate,
    pub state: String,
    /// Step of the pathway or event of the journey that comes next.
    pub next_step: Option<String>,
    pub owner: Option<String>,
    pub due_on: Option<NaiveDate>,
    pub horizon_on: Option<NaiveDate>,
    pub horizon_paper: Option<String>,
    /// Day on which she can be at work, on typical durations.
    pub ready_on: Option<NaiveDate>,
    pub standing: String,
    pub trouble: Option<String>,
    /// The journey with its facts.
    #[sea_orm(column_type = "Text")]
    pub facts: String,
}

impl ActiveModelBehavior for ActiveModel {}
