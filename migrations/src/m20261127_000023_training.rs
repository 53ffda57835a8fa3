//! Selection, attendance, assessments, language examinations and papers of a cohort, what a programme teaches, and what
//! an institute says to its figures.

use crate::table::*;
use sea_orm_migration::{prelude::*, schema::*};

#[derive(Debug, DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(Table::alter().table("programme").add_column(big_integer_null("attempts_max")).to_owned()).await?;
        manager.alter_table(Table::alter().table("organisation").add_column(string_null("accreditation_evidence")).to_owned()).await?;

        let mut selection_rule = record("selection_rule");
        belongs_to(&mut selection_rule, "cohort_id", "cohort");
        selection_rule.col(string("name")).col(big_integer("weight")).col(big_integer_null("least_points"));
        manager.create_table(selection_rule).await?;
        manager.create_index(unique("ux_selection_rule_cohort_id_name", "selection_rule", &["cohort_id", "name"])).await?;

        let mut selection_score = record("selection_score");
        belongs_to(&mut selection_score, "trainee_id", "trainee");
        belongs_to(&mut selection_score, "rule_id", "selection_rule");
        selection_score.col(big_integer("points")).col(string_null("note"));
        manager.create_table(selection_score).await?;
        manager.create_index(unique("ux_selection_score_trainee_id_rule_id", "selection_score", &["trainee_id", "rule_id"])).await?;
        manager.create_index(index("ix_selection_score_rule_id", "selection_score", &["rule_id"])).await?;

        let mut waiting_place = record("waiting_place");
        belongs_to(&mut waiting_place, "trainee_id", "trainee");
        belongs_to(&mut waiting_place, "cohort_id", "cohort");
        waiting_place
            .col(string("track"))
            .col(big_integer("place"))
            .col(date("since_on"))
            .col(date_null("ended_on"))
            .col(string_null("ended_for"));
        manager.create_table(waiting_place).await?;
        manager.create_index(index("ix_waiting_place_trainee_id", "waiting_place", &["trainee_id"])).await?;
        manager.create_index(index("ix_waiting_place_cohort_id", "waiting_place", &["cohort_id"])).await?;

        let mut attendance = record("attendance");
        belongs_to(&mut attendance, "trainee_id", "trainee");
        attendance
            .col(date("from_on"))
            .col(date("to_on"))
            .col(big_integer("hours_planned"))
            .col(big_integer("hours_attended"))
            .col(big_integer("hours_excused"));
        manager.create_table(attendance).await?;
        manager.create_index(unique("ux_attendance_trainee_id_from_on", "attendance", &["trainee_id", "from_on"])).await?;

        let mut assessment = record("assessment");
        belongs_to(&mut assessment, "trainee_id", "trainee");
        assessment
            .col(string("unit"))
            .col(string("kind"))
            .col(big_integer("attempt"))
            .col(date("held_on"))
            .col(string("result"))
            .col(big_integer_null("points"))
            .col(string_null("note"));
        manager.create_table(assessment).await?;
        manager.create_index(unique("ux_assessment_trainee_id_unit_attempt", "assessment", &["trainee_id", "unit", "attempt"])).await?;

        let mut exam_session = record("exam_session");
        belongs_to(&mut exam_session, "institute_id", "organisation");
        exam_session
            .col(string("issuer"))
            .col(string("language"))
            .col(string("scale"))
            .col(string("level"))
            .col(date("held_on"))
            .col(date("register_by"))
            .col(big_integer("seats"));
        manager.create_table(exam_session).await?;
        manager.create_index(index("ix_exam_session_institute_id", "exam_session", &["institute_id"])).await?;

        let mut exam_result = record("exam_result");
        belongs_to(&mut exam_result, "trainee_id", "trainee");
        belongs_to(&mut exam_result, "session_id", "exam_session");
        may_belong_to(&mut exam_result, "certificate_id", "language_certificate");
        exam_result
            .col(big_integer("attempt"))
            .col(string("listening_result"))
            .col(string("reading_result"))
            .col(string("speaking_result"))
            .col(string("writing_result"))
            .col(string("overall"))
            .col(date_null("expires_on"));
        manager.create_table(exam_result).await?;
        manager.create_index(unique("ux_exam_result_session_id_trainee_id", "exam_result", &["session_id", "trainee_id"])).await?;
        manager.create_index(index("ix_exam_result_trainee_id", "exam_result", &["trainee_id"])).await?;

        let mut paper_check = record("paper_check");
        belongs_to(&mut paper_check, "trainee_id", "trainee");
        paper_check.col(string("paper")).col(string("standing")).col(date("checked_on")).col(date_null("valid_to"));
        manager.create_table(paper_check).await?;
        manager.create_index(unique("ux_paper_check_trainee_id_paper", "paper_check", &["trainee_id", "paper"])).await?;

        let mut provider_statement = record("provider_statement");
        belongs_to(&mut provider_statement, "institute_id", "organisation");
        may_belong_to(&mut provider_statement, "programme_id", "programme");
        provider_statement.col(big_integer("year")).col(string("text_language")).col(text("statement"));
        manager.create_table(provider_statement).await?;
        manager.create_index(index("ix_provider_statement_institute_id", "provider_statement", &["institute_id"])).await?;

        let mut programme_skill = record("programme_skill");
        belongs_to(&mut programme_skill, "programme_id", "programme");
        programme_skill.col(string("learning_outcome")).col(string("skill")).col(big_integer("hours_taught"));
        manager.create_table(programme_skill).await?;
        manager.create_index(unique("ux_programme_skill_programme_id_skill", "programme_skill", &["programme_id", "skill"])).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_all(
            manager,
            &[
                "selection_rule",
                "selection_score",
                "waiting_place",
                "attendance",
                "assessment",
                "exam_session",
                "exam_result",
                "paper_check",
                "provider_statement",
                "programme_skill",
            ],
        )
        .await?;
        manager.alter_table(Table::alter().table("organisation").drop_column("accreditation_evidence").to_owned()).await?;
        manager.alter_table(Table::alter().table("programme").drop_column("attempts_max").to_owned()).await?;
        Ok(())
    }
}
