//! First turns: whoever gave up her place, or stayed without one, goes before others for as long as the plan of her
//! agreement says, and may come back in that time.

use crate::app::case_events;
use crate::error::AppError;
use chrono::NaiveDate;
use passerelle_domain::machine::journey::{self, Event};
use passerelle_domain::people::JourneyState;
use passerelle_store::entity::{contingency_case, journey as journey_row, trainee};
use passerelle_store::query::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select};
use passerelle_store::{StoreError, Tx};
use std::collections::BTreeSet;
use uuid::Uuid;

/// People who are told at once that a place was given up.
const TOLD: u64 = 50;

/// Whoever has a first turn on a day.
pub(super) fn with_turn(day: NaiveDate) -> Select<contingency_case::Entity> {
    contingency_case::Entity::find()
        .select_only()
        .column(contingency_case::Column::TraineeId)
        .filter(contingency_case::Column::TurnUntil.gte(day))
}

/// Everybody who has a first turn on a day, or the one person if she has.
///
/// # Errors
/// When the database refuses.
pub(crate) async fn standing(conn: &impl ConnectionTrait, day: NaiveDate, person: Option<Uuid>) -> Result<BTreeSet<Uuid>, AppError> {
    let mut find = with_turn(day);
    if let Some(person) = person {
        find = find.filter(contingency_case::Column::TraineeId.eq(person));
    }
    let people: Vec<Uuid> = find.into_tuple().all(conn).await.map_err(StoreError::from)?;
    Ok(people.into_iter().collect())
}

/// Her return with what the service finds out itself: whether her turn lasts, and how far she had come.
///
/// # Errors
/// When the database refuses or holds what this version cannot read.
pub(crate) async fn reentry(tx: &Tx, row: &journey_row::Model, freely: bool, on: NaiveDate) -> Result<Event, AppError> {
    let in_time = !standing(tx.conn(), on, Some(row.trainee_id)).await?.is_empty();
    let history = case_events::history(tx.conn(), row.id).await?;
    let gate = history.iter().rev().find_map(|event| serde_json::from_str::<journey::Journey>(&event.after).ok()?.held_from);
    Ok(Event::Reenter { accepted_freely: freely, in_time, gate })
}

/// People with a first turn who have not come back yet and could take a place on this pathway and in this occupation.
///
/// # Errors
/// When the database refuses.
pub(super) async fn away(conn: &impl ConnectionTrait, pack: &str, occupation: &str, today: NaiveDate) -> Result<Vec<Uuid>, AppError> {
    let ended = [JourneyState::Transferred, JourneyState::Unplaced].map(JourneyState::as_str);
    let here = trainee::Entity::find()
        .select_only()
        .column(trainee::Column::Id)
        .filter(trainee::Column::Occupation.eq(occupation))
        .filter(trainee::Column::Journey.is_in(ended))
        .filter(trainee::Column::MergedInto.is_null())
        .filter(trainee::Column::ErasedAtMs.is_null())
        .into_query();
    let way = journey_row::Entity::find()
        .select_only()
        .column(journey_row::Column::TraineeId)
        .filter(journey_row::Column::Pathway.eq(pack))
        .into_query();
    let find = with_turn(today)
        .distinct()
        .filter(contingency_case::Column::TraineeId.in_subquery(here))
        .filter(contingency_case::Column::TraineeId.in_subquery(way))
        .order_by_asc(contingency_case::Column::TraineeId)
        .limit(TOLD);
    Ok(find.into_tuple().all(conn).await.map_err(StoreError::from)?)
}
