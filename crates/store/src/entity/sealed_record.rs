//! Health, admissibility, asylum, pregnancy, union: encrypted, apart from everything else.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sealed_record")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub trainee_id: Uuid,
    pub kind: String,
    pub class: String,
    pub key_id: String,
    pub nonce: String,
    #[sea_orm(column_type = "Text")]
    pub sealed: String,
    pub written_by: Uuid,
    pub created_at_ms: i64,
}

impl ActiveModelBehavior for ActiveModel {}
