//! What happened to a case that a state machine carries, in order; never changed.

use chrono::NaiveDate;
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "case_event")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub machine: String,
    pub case_id: Uuid,
    pub seq: i32,
    #[sea_orm(column_type = "Text")]
    pub event: String,
    pub from_state: String,
    pub to_state: String,
    /// The case after the event, with its facts.
    #[sea_orm(column_type = "Text")]
    pub after: String,
    pub on_date: NaiveDate,
    pub party: String,
    pub account_id: Option<Uuid>,
    pub at_ms: i64,
}

impl ActiveModelBehavior for ActiveModel {}
