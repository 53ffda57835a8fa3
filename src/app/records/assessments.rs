//! Assessments of a course: each attempt with its result, resits counted.

use super::*;
use crate::app::Ctx;
use crate::error::{AppError, FieldError};
use crate::text::fold;
use async_trait::async_trait;
use passerelle_domain::training::{AssessmentKind, AssessmentResult, NoResit, resit};
use passerelle_store::entity::{assessment, cohort, programme, trainee};
use passerelle_store::query::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait};
use passerelle_store::{Tx, record};

#[derive(Debug)]
pub struct Assessments;

#[async_trait]
impl Spec for Assessments {
    type Entity = assessment::Entity;
    const NAME: &'static str = "assessments";
    const TITLE_GROUP: FieldGroup = FieldGroup::Training;
    const FIELDS: &'static [Field] = &[
        Field::reference("trainee_id", "trainees").required().listed().filters().fixed(),
        Field::text("unit", 120).required().listed().fixed().sorts().group(FieldGroup::Training),
        Field::choice("kind", "assessment-kind", AssessmentKind::WORDS)
            .required()
            .listed()
            .filters()
            .fixed()
            .group(FieldGroup::Training)
            .labelled("assessment_kind"),
        Field::new("attempt", Kind::Number { min: 1, max: 99 }).required().listed().fixed().group(FieldGroup::Training),
        Field::new("held_on", Kind::Date).required().listed().sorts().group(FieldGroup::Training),
        Field::choice("result", "assessment-result", AssessmentResult::WORDS)
            .required()
            .listed()
            .filters()
            .group(FieldGroup::Training)
            .labelled("assessment_result"),
        Field::new("points", Kind::Number { min: 0, max: 100 }).listed().group(FieldGroup::Training),
        Field::text("note", 500).group(FieldGroup::Training),
    ];

    fn read(r: &mut Reader<'_>, base: Base, _: Option<&RowOf<Self>>) -> RowOf<Self> {
        assessment::Model {
            id: base.id,
            version: base.version,
            created_at_ms: base.created_at_ms,
            updated_at_ms: base.updated_at_ms,
            trainee_id: r.reference("trainee_id"),
            unit: r.text("unit"),
            kind: r.choice("kind"),
            attempt: r.number("attempt"),
            held_on: r.date("held_on"),
            result: r.choice("result"),
            points: r.number_or_none("points"),
            note: r.text_or_none("note"),
        }
    }

    fn write(row: &RowOf<Self>) -> Map<String, Value> {
        document([
            ("trainee_id", row.trainee_id.to_string().into()),
            ("unit", row.unit.as_str().into()),
            ("kind", row.kind.as_str().into()),
            ("attempt", row.attempt.into()),
            ("held_on", row.held_on.to_string().into()),
            ("result", row.result.as_str().into()),
            ("points", row.points.into()),
            ("note", text(&row.note)),
        ])
    }

    fn title(row: &RowOf<Self>) -> String {
        format!("{} ({})", row.unit, row.attempt)
    }

    /// Only the last attempt is taken back: the others were counted on.
    async fn check_delete(_: &Ctx<'_>, tx: &Tx, row: &RowOf<Self>) -> Result<(), AppError> {
        record::hold::<trainee::Entity>(tx, row.trainee_id).await?;
        match of_unit(tx, row).await?.iter().any(|other| other.attempt > row.attempt) {
            true => Err(AppError::Conflict("another attempt followed this one: take that back first".into())),
            false => Ok(()),
        }
    }

    async fn check(
        ctx: &Ctx<'_>,
        tx: &Tx,
        row: &RowOf<Self>,
        before: Option<&RowOf<Self>>,
        errors: &mut Vec<FieldError>,
    ) -> Result<(), AppError> {
        if row.held_on > ctx.now.date() {
            errors.push(FieldError::new("held_on", "future", "lies ahead: a result is entered when there is one"));
        }
        // Held, so that two attempts entered at once do not take the same number.
        record::hold::<trainee::Entity>(tx, row.trainee_id).await?;
        let attempts = of_unit(tx, row).await?;
        if before.is_some_and(|before| before.result != row.result) && attempts.iter().any(|other| other.attempt > row.attempt) {
            errors.push(FieldError::new("result", "attempt-built-on", "was followed by another attempt and stays as it was"));
        }
        if before.is_some() {
            return Ok(());
        }
        let results: Vec<AssessmentResult> = attempts.iter().filter_map(|row| AssessmentResult::parse(&row.result).ok()).collect();
        match resit(&results, attempts_max(tx, row.trainee_id).await?) {
            Ok(next) if i64::from(next) == row.attempt => {}
            Ok(next) => {
                errors.push(FieldError::new("attempt", "attempt-order", format!("is not the next one: that is {next}")).with("next", next))
            }
            Err(NoResit::Passed) => errors.push(FieldError::new("unit", "attempt-passed", "has been passed: there is nothing to resit")),
            Err(NoResit::Used { most }) => errors.push(
                FieldError::new("attempt", "attempts-used", format!("is one too many: the programme gives {most}")).with("most", most),
            ),
        }
        if attempts.last().is_some_and(|last| last.held_on > row.held_on) {
            errors.push(FieldError::new("held_on", "attempt-earlier", "lies before the attempt before"));
        }
        Ok(())
    }
}

/// Her attempts at a unit in their order, however its name is written.
async fn of_unit(tx: &Tx, row: &assessment::Model) -> Result<Vec<assessment::Model>, AppError> {
    let find =
        assessment::Entity::find().filter(assessment::Column::TraineeId.eq(row.trainee_id)).order_by_asc(assessment::Column::Attempt);
    let mut rows = find.all(tx.conn()).await.map_err(StoreError::from)?;
    rows.retain(|other| fold(&other.unit) == fold(&row.unit));
    Ok(rows)
}

/// Attempts that the programme of her cohort gives for a unit.
async fn attempts_max(tx: &Tx, person: Uuid) -> Result<Option<u32>, AppError> {
    let cohorts =
        trainee::Entity::find().select_only().column(trainee::Column::CohortId).filter(trainee::Column::Id.eq(person)).into_query();
    let programmes = cohort::Entity::find()
        .select_only()
        .column(cohort::Column::ProgrammeId)
        .filter(cohort::Column::Id.in_subquery(cohorts))
        .into_query();
    let find = programme::Entity::find().filter(programme::Column::Id.in_subquery(programmes));
    let found = find.one(tx.conn()).await.map_err(StoreError::from)?;
    Ok(found.and_then(|programme| programme.attempts_max).and_then(|most| u32::try_from(most).ok()))
}
