//! A pathway that is being written or changed.

use sea_orm::FromQueryResult;
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "pathway_draft")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i64,
    pub created_at_ms: i64,
    pub updated_at_ms: i64,
    pub pack_id: String,
    /// Published version that it changes; 0 for a new pathway.
    pub base_version: i32,
    pub name: String,
    pub destination: String,
    pub origins: String,
    pub stage: String,
    pub effective_from: Option<Date>,
    pub refusal: Option<String>,
    pub published_version: Option<i32>,
    pub digest: String,
    #[sea_orm(column_type = "Text")]
    pub document: String,
    pub account_id: Uuid,
}

/// A draft on a list: without its document, which is what is large.
#[derive(Debug, Clone, FromQueryResult)]
pub struct Listed {
    pub id: Uuid,
    pub version: i64,
    pub pack_id: String,
    pub base_version: i32,
    pub name: String,
    pub destination: String,
    pub origins: String,
    pub stage: String,
    pub effective_from: Option<Date>,
    pub published_version: Option<i32>,
    pub updated_at_ms: i64,
    /// Of the wording that stands.
    pub digest: String,
}

impl ActiveModelBehavior for ActiveModel {}
