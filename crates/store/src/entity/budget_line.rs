//! What a place of a cohort costs on one track, and who pays it.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "budget_line")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i64,
    pub created_at_ms: i64,
    pub updated_at_ms: i64,
    pub cohort_id: Uuid,
    pub track: String,
    pub item: String,
    pub cost_class: String,
    /// What it was for; nothing where nobody has said.
    pub cost_kind: Option<String>,
    pub payer: String,
    pub currency: String,
    /// For one place.
    pub amount_minor: i64,
}

impl ActiveModelBehavior for ActiveModel {}
