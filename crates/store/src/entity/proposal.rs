//! A match that the engine proposes and two people decide on.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "proposal")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i64,
    pub created_at_ms: i64,
    pub updated_at_ms: i64,
    pub run_id: Uuid,
    pub trainee_id: Uuid,
    pub need_id: Uuid,
    pub institute_id: Uuid,
    pub employer_id: Uuid,
    pub pathway: String,
    pub origin: String,
    pub destination: String,
    pub occupation: String,
    pub score: i64,
    #[sea_orm(column_type = "Text")]
    pub score_parts: String,
    #[sea_orm(column_type = "Text")]
    pub verdicts: String,
    pub trainee_decision: String,
    pub trainee_reason: Option<String>,
    pub employer_decision: String,
    pub employer_reason: Option<String>,
    pub offered_at_ms: Option<i64>,
    /// Place in the employer's own order of the candidates for the need; nothing until it has one.
    pub employer_rank: Option<i64>,
}

impl ActiveModelBehavior for ActiveModel {}
