//! A line of the ledger: an amount that moves from one account to another. It is never changed.

use chrono::NaiveDate;
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "ledger_entry")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i64,
    pub created_at_ms: i64,
    pub updated_at_ms: i64,
    pub agreement_id: Uuid,
    pub contingency_case_id: Option<Uuid>,
    pub trainee_id: Option<Uuid>,
    /// The line that this one takes back.
    pub reverses_id: Option<Uuid>,
    pub on_date: NaiveDate,
    pub from_account: String,
    pub to_account: String,
    pub cost_group: String,
    pub cost_class: Option<String>,
    pub currency: String,
    /// Above zero.
    pub amount_minor: i64,
    /// In whose hands the cause lay for which it is borne.
    pub control: String,
    pub evidence: Option<String>,
    pub memo: String,
}

impl ActiveModelBehavior for ActiveModel {}
