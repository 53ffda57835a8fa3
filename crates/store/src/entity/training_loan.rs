//! A loan that somebody took for her way. What she still owes is told by her, or by the officer who has seen the paper.

use chrono::NaiveDate;
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "training_loan")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i64,
    pub created_at_ms: i64,
    pub updated_at_ms: i64,
    pub trainee_id: Uuid,
    pub lender: String,
    pub currency: String,
    pub amount_minor: i64,
    pub taken_on: NaiveDate,
    pub evidence: Option<String>,
    /// Nothing is asked back from this day on, while her case is open.
    pub suspended_on: Option<NaiveDate>,
    /// What others have taken on of it.
    pub relieved_minor: i64,
}

impl ActiveModelBehavior for ActiveModel {}
