//! A browser session; the key is the hash of the cookie's secret.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "session")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub key_hash: String,
    pub account_id: Option<Uuid>,
    #[sea_orm(column_type = "Text")]
    pub state: String,
    pub created_at_ms: i64,
    pub expires_at_ms: i64,
    pub id: Option<Uuid>,
    pub device: Option<String>,
    pub last_seen_at_ms: Option<i64>,
}

impl ActiveModelBehavior for ActiveModel {}
