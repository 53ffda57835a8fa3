//! One part of the plan that makes good what a recognition notice has found missing.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "adaptation_step")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i64,
    pub created_at_ms: i64,
    pub updated_at_ms: i64,
    pub recognition_case_id: Uuid,
    /// The deficit, as the notice calls it.
    pub subject: String,
    pub hours: Option<i64>,
    pub measure: String,
    /// Where it is taught or examined.
    pub provider: Option<String>,
    /// Who pays; never the trainee.
    pub payer: Option<String>,
    pub starts_on: Option<Date>,
    pub ends_on: Option<Date>,
    pub done_on: Option<Date>,
}

impl ActiveModelBehavior for ActiveModel {}
