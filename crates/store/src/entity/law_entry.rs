//! One version of a rule, an index, a list, a table row or a calendar that an authority has entered.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "law_entry")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub kind: String,
    pub entry_key: String,
    pub entry_version: i32,
    #[sea_orm(column_type = "Text")]
    pub document: String,
    pub account_id: Uuid,
    pub created_at_ms: i64,
    /// Versions that were entered together.
    pub batch: Option<Uuid>,
    /// When it stopped counting, if it was entered by mistake.
    pub withdrawn_at_ms: Option<i64>,
}

impl ActiveModelBehavior for ActiveModel {}
