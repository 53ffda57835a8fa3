//! Journeys as they stand, what they ask somebody to look at, and the equivalence matrix.

use crate::table::*;
use sea_orm_migration::{prelude::*, schema::*};

#[derive(Debug, DeriveMigrationName)]
pub struct Migration;

const TABLES: [&str; 3] = ["task", "journey", "equivalence"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut journey = record("journey");
        belongs_to(&mut journey, "trainee_id", "trainee");
        journey
            .col(string("origin"))
            .col(string_null("destination"))
            .col(string_null("pathway"))
            .col(integer_null("pathway_version"))
            .col(string("begun_as"))
            .col(date("begun_on"))
            .col(string("state"))
            .col(string_null("next_step"))
            .col(string_null("owner"))
            .col(date_null("due_on"))
            .col(date_null("horizon_on"))
            .col(string_null("horizon_paper"))
            .col(date_null("ready_on"))
            .col(string("standing"))
            .col(string_null("trouble"))
            .col(text("facts"));
        manager.create_table(journey).await?;
        manager.create_index(unique("ux_journey_trainee_id", "journey", &["trainee_id"])).await?;
        manager.create_index(index("ix_journey_standing", "journey", &["standing", "owner"])).await?;
        manager.create_index(index("ix_journey_pathway", "journey", &["pathway"])).await?;

        let mut task = record("task");
        task.col(string("kind")).col(string("record_kind")).col(uuid("record_id"));
        belongs_to(&mut task, "trainee_id", "trainee");
        task.col(string_null("owner")).col(date("due_on")).col(string("status"));
        manager.create_table(task).await?;
        manager.create_index(unique("ux_task_record_id", "task", &["record_id", "kind", "due_on"])).await?;
        manager.create_index(index("ix_task_trainee_id", "task", &["trainee_id"])).await?;
        manager.create_index(index("ix_task_status", "task", &["status", "due_on"])).await?;

        let mut equivalence = record("equivalence");
        belongs_to(&mut equivalence, "programme_id", "programme");
        equivalence
            .col(string("destination"))
            .col(string("occupation"))
            .col(string("requirement"))
            .col(string_null("skill"))
            .col(big_integer("hours_asked"))
            .col(string_null("learning_outcome"))
            .col(big_integer("hours_taught"))
            .col(string("coverage"))
            .col(string_null("measure"));
        manager.create_table(equivalence).await?;
        manager.create_index(index("ix_equivalence_programme_id", "equivalence", &["programme_id"])).await?;

        let due = Table::alter().table("recognition_case").add_column(date_null("due_on")).to_owned();
        manager.alter_table(due).await?;
        let chance = Table::alter().table("agreement").add_column(big_integer_null("in_time_min_percent")).to_owned();
        manager.alter_table(chance).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(Table::alter().table("agreement").drop_column("in_time_min_percent").to_owned()).await?;
        manager.alter_table(Table::alter().table("recognition_case").drop_column("due_on").to_owned()).await?;
        drop_all(manager, &TABLES).await
    }
}
