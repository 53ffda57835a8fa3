//! Seat pools: how many positions of a need are open to one pathway.
//!
//! A seat belongs to one pathway. That keeps the caps of needs, pathways, corridors and
//! destinations nested, which is what a stable matching is guaranteed for.

use super::*;
use crate::app::proposals::accepted_seats;
use crate::app::{Ctx, corridors};
use crate::error::{AppError, FieldError};
use async_trait::async_trait;
use passerelle_domain::corridor::PathwayId;
use passerelle_store::entity::{need, seat_pool};
use passerelle_store::query::{ColumnTrait, EntityTrait, QueryFilter};
use passerelle_store::{Tx, record};

#[derive(Debug)]
pub struct SeatPools;

#[async_trait]
impl Spec for SeatPools {
    type Entity = seat_pool::Entity;
    const NAME: &'static str = "seat-pools";
    const FIELDS: &'static [Field] = &[
        Field::reference("need_id", "needs").required().listed().filters().fixed(),
        Field::new("pathway", Kind::Pathway).required().listed().filters().sorts(),
        Field::new("seats", Kind::Number { min: 0, max: 10_000 }).required().listed().sorts(),
    ];

    fn read(r: &mut Reader<'_>, base: Base, _: Option<&RowOf<Self>>) -> RowOf<Self> {
        seat_pool::Model {
            id: base.id,
            version: base.version,
            created_at_ms: base.created_at_ms,
            updated_at_ms: base.updated_at_ms,
            need_id: r.reference("need_id"),
            pathway: r.pathway("pathway"),
            seats: r.number("seats"),
        }
    }

    fn write(row: &RowOf<Self>) -> Map<String, Value> {
        document([("need_id", row.need_id.to_string().into()), ("pathway", row.pathway.as_str().into()), ("seats", row.seats.into())])
    }

    fn title(row: &RowOf<Self>) -> String {
        format!("{} ({})", row.pathway, row.seats)
    }

    async fn check_delete(_: &Ctx<'_>, tx: &Tx, row: &RowOf<Self>) -> Result<(), AppError> {
        record::hold::<need::Entity>(tx, row.need_id).await?;
        if accepted_seats(tx, row.need_id, &row.pathway).await? > 0 {
            return Err(AppError::Conflict("seats of this pool are taken by accepted proposals".into()));
        }
        Ok(())
    }

    async fn check(
        _: &Ctx<'_>,
        tx: &Tx,
        row: &RowOf<Self>,
        before: Option<&RowOf<Self>>,
        errors: &mut Vec<FieldError>,
    ) -> Result<(), AppError> {
        let store = passerelle_store::StoreError::from;
        // Held, so that two pools added at once cannot together exceed the positions.
        let Some(need) = record::hold::<need::Entity>(tx, row.need_id).await? else { return Ok(()) };
        let pools = seat_pool::Entity::find().filter(seat_pool::Column::NeedId.eq(row.need_id)).all(tx.conn()).await.map_err(store)?;
        let others: i64 = pools.iter().filter(|pool| pool.id != row.id).map(|pool| pool.seats).sum();
        if others + row.seats > need.positions {
            let left = need.positions - others;
            let error = FieldError::new("seats", "seats-over-positions", format!("is more than the {left} positions left of the need"));
            errors.push(error.with("left", left));
        }
        if let Some(before) = before {
            let taken = accepted_seats(tx, row.need_id, &before.pathway).await?;
            if taken > 0 && (row.seats < taken || row.pathway != before.pathway) {
                let error = FieldError::new("seats", "seats-taken", format!("is below the {taken} seats taken by accepted proposals"));
                errors.push(error.with("taken", taken));
            }
        }
        let pathway = PathwayId::parse(&row.pathway).map_err(AppError::internal)?;
        match corridors::latest_in(tx.conn(), pathway.pack.as_str()).await? {
            Some(pack) if pack.pathways().contains(&pathway) => {
                if pack.destination.as_str() != need.country {
                    errors.push(FieldError::new("pathway", "pathway-elsewhere", "leads to another country than the need's"));
                }
            }
            _ => errors.push(FieldError::new("pathway", "pathway-unknown", "is not a pathway of an imported corridor pack")),
        }
        Ok(())
    }
}
