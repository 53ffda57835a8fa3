//! A paper that lies in a recognition case.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "case_document")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i64,
    pub created_at_ms: i64,
    pub updated_at_ms: i64,
    pub recognition_case_id: Uuid,
    /// As the checklist of the procedure calls it.
    pub paper: String,
    pub form: String,
    /// Language of the paper, or of the translation.
    pub language: Option<String>,
    pub issued_on: Option<Date>,
    pub received_on: Date,
    pub valid_to: Option<Date>,
}

impl ActiveModelBehavior for ActiveModel {}
