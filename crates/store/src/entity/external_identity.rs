//! The same person at an outside provider of identity (OpenID Connect).

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "external_identity")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub account_id: Uuid,
    pub issuer: String,
    pub subject: String,
    pub created_at_ms: i64,
    pub used_at_ms: Option<i64>,
}

impl ActiveModelBehavior for ActiveModel {}
