//! What a person or her family paid to get a job, and what came back of it.

use chrono::NaiveDate;
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "worker_payment")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i64,
    pub created_at_ms: i64,
    pub updated_at_ms: i64,
    pub trainee_id: Uuid,
    pub paid_on: NaiveDate,
    pub item: String,
    pub cost_class: String,
    /// To whom, as she says it.
    pub paid_to: String,
    pub currency: String,
    pub amount_minor: i64,
    /// In the same currency.
    pub refunded_minor: i64,
    pub refunded_on: Option<NaiveDate>,
    pub refunded_by: Option<String>,
    /// Where the receipt lies.
    pub receipt: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
