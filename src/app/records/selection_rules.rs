//! What applicants for a cohort are scored by: a weight, and perhaps a least mark.

use super::*;
use crate::app::Ctx;
use crate::error::{AppError, FieldError};
use crate::text::fold;
use async_trait::async_trait;
use passerelle_domain::selection::RULES_MAX;
use passerelle_store::entity::{cohort, selection_rule, selection_score};
use passerelle_store::query::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use passerelle_store::{Tx, record};

#[derive(Debug)]
pub struct SelectionRules;

#[async_trait]
impl Spec for SelectionRules {
    type Entity = selection_rule::Entity;
    const NAME: &'static str = "selection-rules";
    const FIELDS: &'static [Field] = &[
        Field::reference("cohort_id", "cohorts").required().listed().filters().fixed(),
        Field::text("name", 120).required().listed().sorts(),
        Field::new("weight", Kind::Number { min: 1, max: 100 }).required().listed().labelled("selection_weight"),
        Field::new("least_points", Kind::Number { min: 0, max: 100 }).listed(),
    ];

    fn read(r: &mut Reader<'_>, base: Base, _: Option<&RowOf<Self>>) -> RowOf<Self> {
        selection_rule::Model {
            id: base.id,
            version: base.version,
            created_at_ms: base.created_at_ms,
            updated_at_ms: base.updated_at_ms,
            cohort_id: r.reference("cohort_id"),
            name: r.text("name"),
            weight: r.number("weight"),
            least_points: r.number_or_none("least_points"),
        }
    }

    fn write(row: &RowOf<Self>) -> Map<String, Value> {
        document([
            ("cohort_id", row.cohort_id.to_string().into()),
            ("name", row.name.as_str().into()),
            ("weight", row.weight.into()),
            ("least_points", row.least_points.into()),
        ])
    }

    fn title(row: &RowOf<Self>) -> String {
        row.name.clone()
    }

    /// Marks that were given stand on the rule that they were given for.
    async fn check_delete(_: &Ctx<'_>, tx: &Tx, row: &RowOf<Self>) -> Result<(), AppError> {
        match given(tx, row.id).await? {
            false => Ok(()),
            true => Err(AppError::Conflict("applicants have marks for this: take the marks back first, or keep it".into())),
        }
    }

    async fn check(
        _: &Ctx<'_>,
        tx: &Tx,
        row: &RowOf<Self>,
        before: Option<&RowOf<Self>>,
        errors: &mut Vec<FieldError>,
    ) -> Result<(), AppError> {
        // Held, so that two who add one at once do not both add the last, and nobody enters a mark meanwhile.
        record::hold::<cohort::Entity>(tx, row.cohort_id).await?;
        let others = selection_rule::Entity::find()
            .filter(selection_rule::Column::CohortId.eq(row.cohort_id))
            .filter(selection_rule::Column::Id.ne(row.id))
            .all(tx.conn())
            .await
            .map_err(StoreError::from)?;
        // Names are titles of columns in the list of marks.
        if fold(&row.name) == "id" || others.iter().any(|other| fold(&other.name) == fold(&row.name)) {
            errors.push(FieldError::new("name", "rule-name", "is the name of another rule or column: choose one of its own"));
        }
        match before {
            None if others.len() as u64 >= RULES_MAX => {
                errors
                    .push(FieldError::new("cohort_id", "too-many", "has as many rules of selection as it can have").with("max", RULES_MAX));
            }
            Some(before) if (before.weight, before.least_points) != (row.weight, row.least_points) && given(tx, row.id).await? => {
                errors.push(FieldError::new("weight", "rule-used", "is fixed, and so is the least mark: marks were given by this rule"));
            }
            _ => {}
        }
        Ok(())
    }
}

/// Whether anybody has a mark by the rule.
async fn given(tx: &Tx, rule: Uuid) -> Result<bool, AppError> {
    let marks = selection_score::Entity::find().filter(selection_score::Column::RuleId.eq(rule)).count(tx.conn());
    Ok(marks.await.map_err(StoreError::from)? > 0)
}
