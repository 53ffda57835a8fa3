//! An occupation, skill or group of a classification, in one version of it.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "concept")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    pub scheme_version: String,
    pub uri: String,
    pub kind: String,
    pub code: Option<String>,
    pub isco: Option<String>,
    pub skill_type: Option<String>,
    pub reuse_level: Option<String>,
    pub status: String,
    pub replaced_by: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
