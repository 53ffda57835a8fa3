//! A key that an institute signs certificates with. The private half is sealed.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "issuer_key")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i64,
    pub created_at_ms: i64,
    pub updated_at_ms: i64,
    pub institute_id: Uuid,
    /// Multikey in multibase, such as `z6Mk…`.
    pub public: String,
    pub sealed_with: String,
    pub nonce: String,
    pub sealed: String,
    /// Since when nothing is signed with it any more; what it signed before still holds.
    pub retired_at_ms: Option<i64>,
}

impl ActiveModelBehavior for ActiveModel {}
