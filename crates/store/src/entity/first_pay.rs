//! The pay of the first full month at the destination, of one worker.

use chrono::NaiveDate;
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "first_pay")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i64,
    pub created_at_ms: i64,
    pub updated_at_ms: i64,
    pub trainee_id: Uuid,
    /// First day of the month.
    pub month_on: NaiveDate,
    pub currency: String,
    /// Gross.
    pub amount_minor: i64,
    /// Where the payslip lies.
    pub evidence: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
