//! What a person has agreed to, with whom, and whether she still does.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "consent")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i64,
    pub created_at_ms: i64,
    pub updated_at_ms: i64,
    pub trainee_id: Uuid,
    pub institute_id: Uuid,
    pub origin: String,
    pub purpose: String,
    pub recipient_id: Option<Uuid>,
    pub text_version: String,
    pub language: String,
    pub channel: String,
    pub given_by: Option<Uuid>,
    pub given_at_ms: i64,
    pub withdrawn_at_ms: Option<i64>,
}

impl ActiveModelBehavior for ActiveModel {}
