//! A vacancy, or the forecast of one.

use chrono::NaiveDate;
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "need")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i64,
    pub created_at_ms: i64,
    pub updated_at_ms: i64,
    pub employer_id: Uuid,
    pub site_id: Option<Uuid>,
    pub title: String,
    pub side: String,
    pub country: String,
    pub occupation: String,
    pub positions: i64,
    pub start_from: NaiveDate,
    pub start_to: NaiveDate,
    pub wage_minor: Option<i64>,
    pub comparable_wage_minor: Option<i64>,
    pub currency: String,
    pub wage_per: String,
    pub hours_per_week_centi: i64,
    pub language: Option<String>,
    pub language_level: Option<String>,
    pub status: String,
    pub shift_work: Option<bool>,
    pub housing_offered: Option<bool>,
    pub family_support: Option<bool>,
    pub demo: bool,
    pub search: String,
}

impl ActiveModelBehavior for ActiveModel {}
