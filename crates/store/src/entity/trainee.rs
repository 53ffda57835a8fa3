//! A person in training. Three country fields, since nationality, home and place of training differ for
//! refugees and circular migrants.

use chrono::NaiveDate;
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "trainee")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i64,
    pub created_at_ms: i64,
    pub updated_at_ms: i64,
    pub institute_id: Uuid,
    pub cohort_id: Option<Uuid>,
    pub given_name: String,
    pub family_name: String,
    pub birth_date: Option<NaiveDate>,
    pub sex: String,
    pub nationalities: String,
    pub habitual_residence: String,
    pub training_country: String,
    pub occupation: String,
    pub track: String,
    pub journey: String,
    pub ready_on: NaiveDate,
    pub passport_valid_to: Option<NaiveDate>,
    pub identity_confirmed: String,
    pub possible_duplicate: bool,
    pub preferred_destinations: String,
    pub waiting_since: NaiveDate,
    pub merit: i64,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub merged_into: Option<Uuid>,
    pub name_key: String,
    pub erased_at_ms: Option<i64>,
    pub demo: bool,
    pub search: String,
}

impl ActiveModelBehavior for ActiveModel {}
