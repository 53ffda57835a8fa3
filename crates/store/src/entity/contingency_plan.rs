//! The contingency plan of an agreement, version by version.

use chrono::NaiveDate;
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "contingency_plan")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i64,
    pub created_at_ms: i64,
    pub updated_at_ms: i64,
    pub agreement_id: Uuid,
    /// Counts up with every plan of the agreement.
    pub number: i64,
    pub status: String,
    /// The plan (JSON).
    #[sea_orm(column_type = "Text")]
    pub document: String,
    /// Of the document: a key is turned for this wording and no other.
    pub digest: String,
    pub origin_key: Option<Uuid>,
    pub origin_key_on: Option<NaiveDate>,
    pub destination_key: Option<Uuid>,
    pub destination_key_on: Option<NaiveDate>,
    pub published_on: Option<NaiveDate>,
}

impl ActiveModelBehavior for ActiveModel {}
