//! One import of a classification in one language.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "concept_import")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub scheme_version: String,
    pub language: String,
    pub digest: String,
    pub concepts: i64,
    pub labels: i64,
    pub relations: i64,
    pub imported_at_ms: i64,
}

impl ActiveModelBehavior for ActiveModel {}
