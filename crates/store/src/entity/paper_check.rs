//! How far a paper of somebody has come: at hand, certified, translated.

use chrono::NaiveDate;
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "paper_check")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i64,
    pub created_at_ms: i64,
    pub updated_at_ms: i64,
    pub trainee_id: Uuid,
    pub paper: String,
    pub standing: String,
    pub checked_on: NaiveDate,
    pub valid_to: Option<NaiveDate>,
}

impl ActiveModelBehavior for ActiveModel {}
