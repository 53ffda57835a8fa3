//! Marks of applicants, one for each rule of selection.

use super::*;
use crate::app::Ctx;
use crate::error::{AppError, FieldError};
use async_trait::async_trait;
use passerelle_domain::people::JourneyState;
use passerelle_store::Tx;
use passerelle_store::entity::{selection_rule, selection_score, trainee};
use passerelle_store::query::EntityTrait;

#[derive(Debug)]
pub struct SelectionScores;

#[async_trait]
impl Spec for SelectionScores {
    type Entity = selection_score::Entity;
    const NAME: &'static str = "selection-scores";
    const TITLE_GROUP: FieldGroup = FieldGroup::Training;
    const FIELDS: &'static [Field] = &[
        Field::reference("trainee_id", "trainees").required().listed().filters().fixed(),
        Field::reference("rule_id", "selection-rules").required().listed().filters().fixed().labelled("selection_rule"),
        Field::new("points", Kind::Number { min: 0, max: 100 }).required().listed().sorts().group(FieldGroup::Training),
        Field::text("note", 300).listed().group(FieldGroup::Training),
    ];

    fn read(r: &mut Reader<'_>, base: Base, _: Option<&RowOf<Self>>) -> RowOf<Self> {
        selection_score::Model {
            id: base.id,
            version: base.version,
            created_at_ms: base.created_at_ms,
            updated_at_ms: base.updated_at_ms,
            trainee_id: r.reference("trainee_id"),
            rule_id: r.reference("rule_id"),
            points: r.number("points"),
            note: r.text_or_none("note"),
        }
    }

    fn write(row: &RowOf<Self>) -> Map<String, Value> {
        document([
            ("trainee_id", row.trainee_id.to_string().into()),
            ("rule_id", row.rule_id.to_string().into()),
            ("points", row.points.into()),
            ("note", text(&row.note)),
        ])
    }

    fn title(row: &RowOf<Self>) -> String {
        format!("{} / 100", row.points)
    }

    async fn check_delete(_: &Ctx<'_>, tx: &Tx, row: &RowOf<Self>) -> Result<(), AppError> {
        let person = trainee::Entity::find_by_id(row.trainee_id).one(tx.conn()).await.map_err(StoreError::from)?;
        match person.filter(|person| person.journey != JourneyState::Applied.as_str()) {
            Some(person) => Err(AppError::TransitionRefused { state: person.journey, allowed: vec![] }),
            None => Ok(()),
        }
    }

    async fn check(_: &Ctx<'_>, tx: &Tx, row: &RowOf<Self>, _: Option<&RowOf<Self>>, errors: &mut Vec<FieldError>) -> Result<(), AppError> {
        let person = trainee::Entity::find_by_id(row.trainee_id).one(tx.conn()).await.map_err(StoreError::from)?;
        let rule = selection_rule::Entity::find_by_id(row.rule_id).one(tx.conn()).await.map_err(StoreError::from)?;
        let (Some(person), Some(rule)) = (person, rule) else { return Ok(()) };
        if person.cohort_id != Some(rule.cohort_id) {
            errors.push(FieldError::new("rule_id", "rule-elsewhere", "is a rule of another cohort than hers"));
        }
        if person.journey != JourneyState::Applied.as_str() {
            errors.push(FieldError::new("trainee_id", "selection-over", "is no longer an applicant: what was decided on stays as it was"));
        }
        Ok(())
    }
}
