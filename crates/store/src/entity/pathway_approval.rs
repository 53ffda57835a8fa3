//! The key of one side to one wording of a draft.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "pathway_approval")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub draft_id: Uuid,
    pub side: String,
    pub digest: String,
    pub account_id: Uuid,
    pub at_ms: i64,
}

impl ActiveModelBehavior for ActiveModel {}
