//! Something that keeps people from leaving.

use chrono::NaiveDate;
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "disruption")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i64,
    pub created_at_ms: i64,
    pub updated_at_ms: i64,
    pub name: String,
    pub cause: String,
    /// The country whose authority declares it.
    pub country: String,
    pub origin: Option<String>,
    pub destination: Option<String>,
    pub subdivision: Option<String>,
    pub occupation_prefix: Option<String>,
    pub pathway: Option<String>,
    pub begins_on: NaiveDate,
    pub typical_days: Option<i64>,
    pub p90_days: Option<i64>,
    pub safety_risk: bool,
    pub evidence: Option<String>,
    pub seed: i64,
    pub status: String,
    pub declared_on: Option<NaiveDate>,
    pub ended_on: Option<NaiveDate>,
    #[sea_orm(column_type = "Text", nullable)]
    pub drill: Option<String>,
    pub drilled_on: Option<NaiveDate>,
    pub organisation_id: Option<Uuid>,
}

impl ActiveModelBehavior for ActiveModel {}
