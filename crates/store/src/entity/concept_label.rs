//! A preferred, alternative or hidden label of a concept.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "concept_label")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    pub concept_id: i64,
    pub language: String,
    pub kind: String,
    #[sea_orm(column_type = "Text")]
    pub label: String,
}

impl ActiveModelBehavior for ActiveModel {}
