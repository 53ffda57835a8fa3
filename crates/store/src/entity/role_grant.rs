//! A role of an account, for an organisation and a territory, between two dates.

use chrono::NaiveDate;
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "role_grant")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub account_id: Uuid,
    pub role: String,
    pub organisation_id: Option<Uuid>,
    pub countries: String,
    pub valid_from: NaiveDate,
    pub valid_to: Option<NaiveDate>,
    pub subdivisions: String,
    pub delegated_by: Option<Uuid>,
    pub reason: Option<String>,
    pub revoked_at_ms: Option<i64>,
    pub created_at_ms: i64,
}

impl ActiveModelBehavior for ActiveModel {}
