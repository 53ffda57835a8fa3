//! One version of a contract; its terms are never changed.

use chrono::NaiveDate;
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "contract_version")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i64,
    pub created_at_ms: i64,
    pub updated_at_ms: i64,
    pub proposal_id: Uuid,
    pub seq: i64,
    pub stage: String,
    #[sea_orm(column_type = "Text")]
    pub terms: String,
    /// Of the terms as they are kept, in hexadecimal.
    pub sha256: String,
    /// Day on which she was given the text.
    pub delivered_on: NaiveDate,
    pub party: String,
    pub account_id: Option<Uuid>,
    /// Day on which she agreed to what changed.
    pub agreed_on: Option<NaiveDate>,
}

impl ActiveModelBehavior for ActiveModel {}
