//! A certified level of a language, overall and by skill.

use chrono::NaiveDate;
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "language_certificate")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i64,
    pub created_at_ms: i64,
    pub updated_at_ms: i64,
    pub trainee_id: Uuid,
    pub language: String,
    pub scale: String,
    pub level: String,
    pub listening: Option<String>,
    pub reading: Option<String>,
    pub speaking: Option<String>,
    pub writing: Option<String>,
    pub issuer: String,
    pub issued_on: NaiveDate,
    pub expires_on: Option<NaiveDate>,
}

impl ActiveModelBehavior for ActiveModel {}
