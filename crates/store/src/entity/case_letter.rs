//! What a person was told in her case: on a screen, or on paper.

use chrono::NaiveDate;
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "case_letter")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i64,
    pub created_at_ms: i64,
    pub updated_at_ms: i64,
    pub contingency_case_id: Uuid,
    pub trainee_id: Uuid,
    pub disruption_id: Option<Uuid>,
    pub kind: String,
    /// What it says, in no language yet (JSON).
    #[sea_orm(column_type = "Text")]
    pub facts: String,
    pub sent_on: NaiveDate,
    pub received_how: String,
    pub received_on: Option<NaiveDate>,
    /// The account that confirmed it: hers, or that of whoever handed it over.
    pub received_by: Option<Uuid>,
}

impl ActiveModelBehavior for ActiveModel {}
