//! Somebody at a session of a language examination, and what she reached in each skill.

use chrono::NaiveDate;
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "exam_result")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i64,
    pub created_at_ms: i64,
    pub updated_at_ms: i64,
    pub trainee_id: Uuid,
    pub session_id: Uuid,
    pub attempt: i64,
    pub listening_result: String,
    pub reading_result: String,
    pub speaking_result: String,
    pub writing_result: String,
    pub overall: String,
    pub expires_on: Option<NaiveDate>,
    pub certificate_id: Option<Uuid>,
}

impl ActiveModelBehavior for ActiveModel {}
