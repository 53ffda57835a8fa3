//! A certificate that an institute has signed: an Open Badge 3.0 with its place in the institute's list.

use chrono::NaiveDate;
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "certificate")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i64,
    pub created_at_ms: i64,
    pub updated_at_ms: i64,
    pub institute_id: Uuid,
    pub trainee_id: Uuid,
    pub programme_id: Uuid,
    /// As it stands on the certificate, whatever she is called later.
    pub holder_name: String,
    pub title: String,
    pub kind: String,
    pub awarded_on: NaiveDate,
    pub valid_to: Option<NaiveDate>,
    pub status: String,
    /// Which bit of the institute's list is its own.
    pub place: i64,
    /// The signed document, byte for byte; empty when its holder was erased.
    pub document: String,
    pub revoked_on: Option<NaiveDate>,
    pub revoked_for: Option<String>,
    pub search: String,
}

impl ActiveModelBehavior for ActiveModel {}
