//! Hours planned, attended and excused, by period.

use super::*;
use crate::app::Ctx;
use crate::error::{AppError, FieldError};
use async_trait::async_trait;
use passerelle_store::entity::{attendance, trainee};
use passerelle_store::query::{ColumnTrait, EntityTrait, QueryFilter};
use passerelle_store::{Tx, record};

#[derive(Debug)]
pub struct Attendances;

#[async_trait]
impl Spec for Attendances {
    type Entity = attendance::Entity;
    const NAME: &'static str = "attendances";
    const TITLE_GROUP: FieldGroup = FieldGroup::Training;
    const FIELDS: &'static [Field] = &[
        Field::reference("trainee_id", "trainees").required().listed().filters().fixed(),
        Field::new("from_on", Kind::Date).required().listed().sorts().group(FieldGroup::Training),
        Field::new("to_on", Kind::Date).required().listed().sorts().group(FieldGroup::Training),
        Field::new("hours_planned", Kind::Number { min: 1, max: 1000 }).required().listed().group(FieldGroup::Training),
        Field::new("hours_attended", Kind::Number { min: 0, max: 1000 }).required().listed().group(FieldGroup::Training),
        Field::new("hours_excused", Kind::Number { min: 0, max: 1000 }).required().listed().group(FieldGroup::Training),
    ];

    fn read(r: &mut Reader<'_>, base: Base, _: Option<&RowOf<Self>>) -> RowOf<Self> {
        let (from_on, to_on) = (r.date("from_on"), r.date("to_on"));
        let (hours_planned, hours_attended, hours_excused) =
            (r.number("hours_planned"), r.number("hours_attended"), r.number("hours_excused"));
        if to_on < from_on {
            r.refuse(FieldError::new("to_on", "window-reversed", "lies before the first day"));
        }
        if hours_attended + hours_excused > hours_planned {
            r.refuse(FieldError::new("hours_attended", "hours-beyond-plan", "is, with the excused ones, more than was planned"));
        }
        attendance::Model {
            id: base.id,
            version: base.version,
            created_at_ms: base.created_at_ms,
            updated_at_ms: base.updated_at_ms,
            trainee_id: r.reference("trainee_id"),
            from_on,
            to_on,
            hours_planned,
            hours_attended,
            hours_excused,
        }
    }

    fn write(row: &RowOf<Self>) -> Map<String, Value> {
        document([
            ("trainee_id", row.trainee_id.to_string().into()),
            ("from_on", row.from_on.to_string().into()),
            ("to_on", row.to_on.to_string().into()),
            ("hours_planned", row.hours_planned.into()),
            ("hours_attended", row.hours_attended.into()),
            ("hours_excused", row.hours_excused.into()),
        ])
    }

    fn title(row: &RowOf<Self>) -> String {
        format!("{} – {}", row.from_on, row.to_on)
    }

    async fn check(
        ctx: &Ctx<'_>,
        tx: &Tx,
        row: &RowOf<Self>,
        _: Option<&RowOf<Self>>,
        errors: &mut Vec<FieldError>,
    ) -> Result<(), AppError> {
        if row.to_on > ctx.now.date() {
            errors.push(FieldError::new("to_on", "future", "lies ahead: attendance is entered when it was taken"));
        }
        // Held, so that two who enter the same days at once do not count them twice.
        record::hold::<trainee::Entity>(tx, row.trainee_id).await?;
        let overlaps = attendance::Entity::find()
            .filter(attendance::Column::TraineeId.eq(row.trainee_id))
            .filter(attendance::Column::Id.ne(row.id))
            .filter(attendance::Column::FromOn.lte(row.to_on))
            .filter(attendance::Column::ToOn.gte(row.from_on));
        if overlaps.one(tx.conn()).await.map_err(StoreError::from)?.is_some() {
            errors.push(FieldError::new("from_on", "attendance-overlaps", "lies in a period that was entered already"));
        }
        Ok(())
    }
}
