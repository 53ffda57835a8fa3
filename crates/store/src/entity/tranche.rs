//! What a payer owes for one person at a milestone: claimed, approved, paid.

use chrono::NaiveDate;
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "tranche")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i64,
    pub created_at_ms: i64,
    pub updated_at_ms: i64,
    pub agreement_id: Uuid,
    pub cohort_id: Uuid,
    pub trainee_id: Uuid,
    pub payer: String,
    pub milestone: String,
    pub currency: String,
    pub amount_minor: i64,
    pub status: String,
    /// Where the papers lie that show that the milestone was reached.
    pub evidence: String,
    pub claimed_on: NaiveDate,
    /// Who claimed it: somebody else decides.
    pub claimed_by: Option<Uuid>,
    /// The firm that owes it, where an employer does.
    pub employer_id: Option<Uuid>,
    pub decided_on: Option<NaiveDate>,
    /// Who approved or refused it: somebody else pays.
    pub decided_by: Option<Uuid>,
    /// Why it was refused.
    pub reason: Option<String>,
    pub paid_on: Option<NaiveDate>,
    /// The line of the ledger that paid it.
    pub ledger_entry_id: Option<Uuid>,
}

impl ActiveModelBehavior for ActiveModel {}
