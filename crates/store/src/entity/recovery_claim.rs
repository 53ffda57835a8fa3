//! What an insurance, or whoever failed, owes of a loss: settled already, and still to be got.

use chrono::NaiveDate;
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "recovery_claim")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i64,
    pub created_at_ms: i64,
    pub updated_at_ms: i64,
    pub agreement_id: Uuid,
    pub contingency_case_id: Uuid,
    /// The account that the claim is against.
    pub against: String,
    pub currency: String,
    pub amount_minor: i64,
    pub status: String,
    /// What came of it, where it was paid; what is left falls on reserve and funder.
    pub paid_minor: Option<i64>,
    pub opened_on: NaiveDate,
    pub decided_on: Option<NaiveDate>,
    /// Where the payment or the refusal lies.
    pub evidence: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
