//! One requirement of a reference occupation, held against a programme.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "equivalence")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i64,
    pub created_at_ms: i64,
    pub updated_at_ms: i64,
    pub programme_id: Uuid,
    pub destination: String,
    pub occupation: String,
    /// What the reference occupation asks for.
    pub requirement: String,
    pub skill: Option<String>,
    pub hours_asked: i64,
    /// Learning outcome of the programme that answers it, and its hours.
    pub learning_outcome: Option<String>,
    pub hours_taught: i64,
    pub coverage: String,
    /// Measure that would close the gap.
    pub measure: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
