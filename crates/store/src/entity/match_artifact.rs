//! Snapshot, result and certificate of a run, written once.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "match_artifact")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub run_id: Uuid,
    #[sea_orm(column_type = "Text")]
    pub snapshot: String,
    #[sea_orm(column_type = "Text")]
    pub result: String,
    /// Nothing for runs of before certificates were kept.
    #[sea_orm(column_type = "Text", nullable)]
    pub certificate: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
