//! Recognition of a trainee's qualification at one destination.

use chrono::NaiveDate;
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "recognition_case")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i64,
    pub created_at_ms: i64,
    pub updated_at_ms: i64,
    pub trainee_id: Uuid,
    pub destination: String,
    pub subdivision: Option<String>,
    pub occupation: String,
    pub authority: String,
    pub state: String,
    pub filed_on: Option<NaiveDate>,
    pub decided_on: Option<NaiveDate>,
    /// Day on which what comes next is due.
    pub due_on: Option<NaiveDate>,
}

impl ActiveModelBehavior for ActiveModel {}
