//! A place of work of an employer, or a campus of an institute.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "site")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i64,
    pub created_at_ms: i64,
    pub updated_at_ms: i64,
    pub organisation_id: Uuid,
    pub name: String,
    pub city: String,
    pub subdivision: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
