//! A passkey of an account: what was registered, and what changes each time it is used.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "passkey")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub account_id: Uuid,
    pub name: String,
    /// Hexadecimal, as the two states.
    #[sea_orm(column_type = "Text")]
    pub credential_id: String,
    #[sea_orm(column_type = "Text")]
    pub static_state: String,
    #[sea_orm(column_type = "Text")]
    pub dynamic_state: String,
    pub transports: i64,
    pub created_at_ms: i64,
    pub used_at_ms: Option<i64>,
}

impl ActiveModelBehavior for ActiveModel {}
