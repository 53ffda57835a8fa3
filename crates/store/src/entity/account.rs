//! Somebody who signs in, or a program's account.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "account")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i64,
    pub created_at_ms: i64,
    pub updated_at_ms: i64,
    pub email: String,
    pub name: String,
    #[sea_orm(column_type = "Text", nullable)]
    pub password_hash: Option<String>,
    pub status: String,
    pub locale: String,
    pub trainee_id: Option<Uuid>,
    #[sea_orm(column_type = "Text", nullable)]
    pub totp: Option<String>,
    pub totp_last_step: Option<i64>,
    pub confirmed_at_ms: Option<i64>,
}

impl ActiveModelBehavior for ActiveModel {}
