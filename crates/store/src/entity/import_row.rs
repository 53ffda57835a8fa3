//! One row of a file of people, as it came, and what was found in it.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "import_row")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub batch_id: Uuid,
    pub line: i64,
    /// The cells, a JSON array; empty once the row has become a person.
    #[sea_orm(column_type = "Text")]
    pub cells: String,
    pub verdict: String,
    /// What was found, a JSON array.
    #[sea_orm(column_type = "Text")]
    pub findings: String,
    /// No key to the person: when she goes, what was undone stays to be read.
    pub trainee_id: Option<Uuid>,
    /// Answers of the person that nobody reads on the way, sealed for this row.
    #[sea_orm(column_type = "Text", nullable)]
    pub sealed: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
