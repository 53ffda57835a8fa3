//! The schema's history. Append-only: a migration that has shipped is never edited; see `README.md`.

pub use sea_orm_migration::MigratorTrait as Migrations;
use sea_orm_migration::prelude::*;

mod m20261123_000001_platform;
mod m20261123_000002_reference;
mod m20261123_000003_people;
mod m20261123_000004_matching;
mod m20261124_000005_rights;
mod m20261124_000006_accounts;
mod m20261124_000007_person;
mod m20261124_000008_work;
mod m20261124_000009_sign_in;
mod m20261124_000010_law;
mod m20261124_000011_pathways;
mod m20261124_000012_case_events;
mod m20261124_000013_journeys;
mod m20261124_000014_case_files;
mod m20261124_000015_law_batches;
mod m20261126_000016_certificates;
mod m20261127_000017_imports;
mod m20261127_000018_pledges;
mod m20261127_000019_signed_certificates;
mod m20261127_000020_tracks;
mod m20261127_000021_contracts;
mod m20261127_000022_matching_mode;
mod m20261127_000023_training;
mod m20261127_000024_employers;
mod m20261127_000025_contingency;
mod m20261128_000026_money;
mod m20261128_000027_letters;
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
            Box::new(m20261124_000005_rights::Migration),
            Box::new(m20261124_000006_accounts::Migration),
            Box::new(m20261124_000007_person::Migration),
            Box::new(m20261124_000008_work::Migration),
            Box::new(m20261124_000009_sign_in::Migration),
            Box::new(m20261124_000010_law::Migration),
            Box::new(m20261124_000011_pathways::Migration),
            Box::new(m20261124_000012_case_events::Migration),
            Box::new(m20261124_000013_journeys::Migration),
            Box::new(m20261124_000014_case_files::Migration),
            Box::new(m20261124_000015_law_batches::Migration),
            Box::new(m20261126_000016_certificates::Migration),
            Box::new(m20261127_000017_imports::Migration),
            Box::new(m20261127_000018_pledges::Migration),
            Box::new(m20261127_000019_signed_certificates::Migration),
            Box::new(m20261127_000020_tracks::Migration),
            Box::new(m20261127_000021_contracts::Migration),
            Box::new(m20261127_000022_matching_mode::Migration),
            Box::new(m20261127_000023_training::Migration),
            Box::new(m20261127_000024_employers::Migration),
            Box::new(m20261127_000025_contingency::Migration),
            Box::new(m20261128_000026_money::Migration),
            Box::new(m20261128_000027_letters::Migration),
        ]
    }
}
