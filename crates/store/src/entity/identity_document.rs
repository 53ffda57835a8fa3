//! A document of a person, known by a keyed hash of its number only.

use chrono::NaiveDate;
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "identity_document")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub trainee_id: Uuid,
    pub kind: String,
    pub country: String,
    pub number_hash: String,
    pub valid_to: Option<NaiveDate>,
    pub created_at_ms: i64,
}

impl ActiveModelBehavior for ActiveModel {}
