//! One run of the matching engine.

use chrono::NaiveDate;
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "match_run")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i64,
    pub created_at_ms: i64,
    pub updated_at_ms: i64,
    pub status: String,
    pub as_of: NaiveDate,
    pub seed: i64,
    /// How it chooses; as the policy says in runs of before.
    pub mode: Option<String>,
    pub requested_by: Option<Uuid>,
    pub progress_percent: i32,
    pub stage: Option<String>,
    pub engine_version: Option<String>,
    pub policy_version: Option<String>,
    pub snapshot_digest: Option<String>,
    pub result_digest: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub summary: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub failure: Option<String>,
    pub finished_at_ms: Option<i64>,
}

impl ActiveModelBehavior for ActiveModel {}
