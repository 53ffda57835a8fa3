//! A stage to which a person was disclosed to an employer.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "disclosure")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i64,
    pub created_at_ms: i64,
    pub updated_at_ms: i64,
    pub proposal_id: Uuid,
    pub trainee_id: Uuid,
    pub employer_id: Uuid,
    pub institute_id: Uuid,
    pub origin: String,
    pub stage: String,
    pub at_ms: i64,
}

impl ActiveModelBehavior for ActiveModel {}
