//! First turns: whoever gave up her place, or stayed without one, goes before others for as long as the plan of her
//! agreement says, and may come back in that time.

use super::open::open_case;
use crate::app::case_events;
use crate::error::AppError;
use chrono::NaiveDate;
use passerelle_domain::machine::journey::{self, Event};
use passerelle_domain::people::JourneyState;
use passerelle_store::entity::{contingency_case, journey as journey_row, proposal, trainee};
use passerelle_store::query::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, Expr, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select,
};
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

/// Her return with what the service finds out itself: whether her turn lasts today, whatever day is said, and how far she
/// had come. Whoever is erased or part of another record does not come back, nor does anybody with a case that is open.
///
/// # Errors
/// When a case of hers is open, or the database refuses or holds what this version cannot read.
pub(crate) async fn reentry(tx: &Tx, row: &journey_row::Model, freely: bool, today: NaiveDate) -> Result<Event, AppError> {
    let person = trainee::Entity::find_by_id(row.trainee_id).one(tx.conn()).await.map_err(StoreError::from)?;
    let is_there = person.is_some_and(|person| person.erased_at_ms.is_none() && person.merged_into.is_none());
    if open_case(tx.conn(), row.trainee_id).await?.is_some() {
        return Err(AppError::Conflict("a contingency case of hers is open: it says how she goes on".into()));
    }
    let in_time = is_there && !standing(tx.conn(), today, Some(row.trainee_id)).await?.is_empty();
    let history = case_events::history(tx.conn(), row.id).await?;
    let gate = history.iter().rev().find_map(|event| serde_json::from_str::<journey::Journey>(&event.after).ok()?.held_from);
    Ok(Event::Reenter { accepted_freely: freely, in_time, gate })
}

/// A turn is used up when both sides have agreed on a place.
///
/// # Errors
/// When the database refuses.
pub(crate) async fn spend(tx: &Tx, person: Uuid) -> Result<(), AppError> {
    contingency_case::Entity::update_many()
        .col_expr(contingency_case::Column::TurnUntil, Expr::value(Option::<NaiveDate>::None))
        .filter(contingency_case::Column::TraineeId.eq(person))
        .filter(contingency_case::Column::TurnUntil.is_not_null())
        .exec(tx.conn())
        .await
        .map_err(StoreError::from)?;
    Ok(())
}

/// People with a first turn who have not come back yet and could take such a place: trained in this country for this
/// occupation, on their way along this pathway or without one yet. Whose turn ends first is named first.
///
/// # Errors
/// When the database refuses.
pub(super) async fn away(conn: &impl ConnectionTrait, post: &proposal::Model, today: NaiveDate) -> Result<Vec<Uuid>, AppError> {
    let pack = post.pathway.split('/').next().unwrap_or_default();
    let ended = [JourneyState::Transferred, JourneyState::Unplaced].map(JourneyState::as_str);
    let here = trainee::Entity::find()
        .select_only()
        .column(trainee::Column::Id)
        .filter(trainee::Column::Occupation.eq(post.occupation.as_str()))
        .filter(trainee::Column::TrainingCountry.eq(post.origin.as_str()))
        .filter(trainee::Column::Id.ne(post.trainee_id))
        .filter(trainee::Column::Journey.is_in(ended))
        .filter(trainee::Column::MergedInto.is_null())
        .filter(trainee::Column::ErasedAtMs.is_null())
        .into_query();
    let way = journey_row::Entity::find()
        .select_only()
        .column(journey_row::Column::TraineeId)
        .filter(Condition::any().add(journey_row::Column::Pathway.eq(pack)).add(journey_row::Column::Pathway.is_null()))
        .into_query();
    let find = with_turn(today)
        .filter(contingency_case::Column::TraineeId.in_subquery(here))
        .filter(contingency_case::Column::TraineeId.in_subquery(way))
        .order_by_asc(contingency_case::Column::TurnUntil)
        .order_by_asc(contingency_case::Column::TraineeId)
        .limit(TOLD);
    Ok(find.into_tuple().all(conn).await.map_err(StoreError::from)?)
}
