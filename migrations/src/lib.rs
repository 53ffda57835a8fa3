//! The schema's history. Append-only: a migration that has shipped is never edited; see `README.md`.

pub use sea_orm_migration::MigratorTrait as Migrations;
use sea_orm_migration::prelude::*;

mod m20261123_000001_platform;
mod m20261123_000002_reference;
mod m20261123_000003_people;
mod m20261123_000004_matching;
mod table;

/// Runs the migrations in order.
#[derive(Debug)]
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261123_000001_platform::Migration),
            Box::new(m20261123_000002_reference::Migration),
            Box::new(m20261123_000003_people::Migration),
            Box::new(m20261123_000004_matching::Migration),
        ]
    }
}
