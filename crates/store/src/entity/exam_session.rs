//! A day on which a language is examined, and for whom there is room.

use chrono::NaiveDate;
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "exam_session")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i64,
    pub created_at_ms: i64,
    pub updated_at_ms: i64,
    pub institute_id: Uuid,
    pub issuer: String,
    pub language: String,
    pub scale: String,
    pub level: String,
    pub held_on: NaiveDate,
    pub register_by: NaiveDate,
    pub seats: i64,
}

impl ActiveModelBehavior for ActiveModel {}
