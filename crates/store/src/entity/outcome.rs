//! What a run says about one trainee or one need, and why.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "outcome")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i64,
    pub created_at_ms: i64,
    pub updated_at_ms: i64,
    pub run_id: Uuid,
    pub side: String,
    pub subject_id: Uuid,
    pub organisation_id: Uuid,
    pub country: String,
    pub result: String,
    pub reason_code: String,
    #[sea_orm(column_type = "Text")]
    pub reasons: String,
}

impl ActiveModelBehavior for ActiveModel {}
