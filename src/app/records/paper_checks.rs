//! Papers of people in a cohort: at hand, certified, translated.

use super::*;
use crate::app::Ctx;
use crate::error::{AppError, FieldError};
use async_trait::async_trait;
use passerelle_domain::training::{CohortPaper, PaperStanding};
use passerelle_store::Tx;
use passerelle_store::entity::paper_check;

#[derive(Debug)]
pub struct PaperChecks;

#[async_trait]
impl Spec for PaperChecks {
    type Entity = paper_check::Entity;
    const NAME: &'static str = "paper-checks";
    const TITLE_GROUP: FieldGroup = FieldGroup::Training;
    const FIELDS: &'static [Field] = &[
        Field::reference("trainee_id", "trainees").required().listed().filters().fixed(),
        Field::choice("paper", "cohort-paper", CohortPaper::WORDS).required().listed().filters().fixed().sorts().group(FieldGroup::Papers),
        Field::choice("standing", "paper-standing", PaperStanding::WORDS)
            .required()
            .listed()
            .filters()
            .group(FieldGroup::Papers)
            .labelled("paper_standing"),
        Field::new("checked_on", Kind::Date).required().listed().sorts().group(FieldGroup::Papers),
        Field::new("valid_to", Kind::Date).listed().group(FieldGroup::Papers),
    ];

    fn read(r: &mut Reader<'_>, base: Base, _: Option<&RowOf<Self>>) -> RowOf<Self> {
        paper_check::Model {
            id: base.id,
            version: base.version,
            created_at_ms: base.created_at_ms,
            updated_at_ms: base.updated_at_ms,
            trainee_id: r.reference("trainee_id"),
            paper: r.choice("paper"),
            standing: r.choice("standing"),
            checked_on: r.date("checked_on"),
            valid_to: r.date_or_none("valid_to"),
        }
    }

    fn write(row: &RowOf<Self>) -> Map<String, Value> {
        document([
            ("trainee_id", row.trainee_id.to_string().into()),
            ("paper", row.paper.as_str().into()),
            ("standing", row.standing.as_str().into()),
            ("checked_on", row.checked_on.to_string().into()),
            ("valid_to", shown(&row.valid_to)),
        ])
    }

    fn title(row: &RowOf<Self>) -> String {
        row.paper.clone()
    }

    async fn check(
        ctx: &Ctx<'_>,
        _: &Tx,
        row: &RowOf<Self>,
        _: Option<&RowOf<Self>>,
        errors: &mut Vec<FieldError>,
    ) -> Result<(), AppError> {
        if row.checked_on > ctx.now.date() {
            errors.push(FieldError::new("checked_on", "future", "lies ahead: a paper is entered when somebody has seen it"));
        }
        if row.valid_to.is_some_and(|end| end < row.checked_on) {
            errors.push(FieldError::new("valid_to", "window-reversed", "lies before the day on which it was seen"));
        }
        Ok(())
    }
}
