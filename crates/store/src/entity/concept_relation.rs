//! A relation between two concepts of one version.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "concept_relation")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    pub from_id: i64,
    pub to_id: i64,
    pub kind: String,
}

impl ActiveModelBehavior for ActiveModel {}
