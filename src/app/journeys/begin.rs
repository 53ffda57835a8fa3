//! Journeys as they are first written down: of one person, or of many at once.

use super::{Grounds, projected, tasks};
use crate::app::law::{self, Law};
use crate::error::AppError;
use crate::state::AppState;
use chrono::NaiveDate;
use passerelle_domain::machine::journey::Journey;
use passerelle_domain::people::JourneyState;
use passerelle_engine::pathway::JourneyStanding;
use passerelle_store::entity::{journey, trainee};
use passerelle_store::query::{ColumnTrait, EntityTrait, QueryFilter};
use passerelle_store::{StoreError, Tx, record};
use uuid::Uuid;

/// The journey of a person; begun where she has none yet.
///
/// # Errors
/// When there is no such person, or the database refuses.
pub async fn of_person(state: &AppState, tx: &mut Tx, person: Uuid, today: NaiveDate) -> Result<journey::Model, AppError> {
    // Held first: whoever moves her meanwhile is waited for, and what is read then is what stands.
    let row = record::hold::<trainee::Entity>(tx, person).await?.ok_or(AppError::NotFound)?;
    let find = journey::Entity::find().filter(journey::Column::TraineeId.eq(person));
    if let Some(row) = find.one(tx.conn()).await.map_err(StoreError::from)? {
        return Ok(row);
    }
    let law = law::current(state, tx.conn()).await?;
    let begun = beginning(&law, &row, today, tx.now_ms())?;
    record::insert::<journey::Entity>(tx, begun.clone()).await?;
    tasks::settle(tx, &begun, today).await?;
    Ok(begun)
}

/// Journeys of many people who have none yet, with few statements.
///
/// # Errors
/// When the database refuses.
pub async fn begin_many(tx: &mut Tx, law: &Law, people: &[trainee::Model], today: NaiveDate) -> Result<(), AppError> {
    let begun = beginnings(law, people, today, tx.now_ms())?;
    record::insert_many::<journey::Entity>(tx, begun.clone()).await?;
    // Where the clocks ask for nothing yet, there is no task to look for.
    let asks =
        |row: &&journey::Model| !matches!(JourneyStanding::parse(&row.standing), Ok(JourneyStanding::OnTrack | JourneyStanding::Ended));
    for row in begun.iter().filter(asks) {
        tasks::settle(tx, row, today).await?;
    }
    Ok(())
}

/// A journey as it is first written down: in the state that the person's record has.
///
/// # Errors
/// When no terms of the journey are written down, or the state is none.
fn beginning(law: &Law, person: &trainee::Model, today: NaiveDate, now_ms: i64) -> Result<journey::Model, AppError> {
    let state = JourneyState::parse(&person.journey).map_err(|_| StoreError::Corrupt { table: "trainee", column: "journey" })?;
    let grounds = Grounds::new(law, None, None, &person.occupation, today)?;
    let journey = Journey::new(state, today, &grounds.terms);
    let row = journey::Model {
        id: Uuid::now_v7(),
        version: 1,
        created_at_ms: now_ms,
        updated_at_ms: now_ms,
        trainee_id: person.id,
        origin: person.training_country.clone(),
        destination: None,
        pathway: None,
        pathway_version: None,
        begun_as: state.to_string(),
        begun_on: today,
        state: state.to_string(),
        next_step: None,
        owner: None,
        due_on: None,
        horizon_on: None,
        horizon_paper: None,
        ready_on: None,
        standing: String::new(),
        trouble: None,
        facts: String::new(),
    };
    projected(row, &journey, &[], law, today)
}

/// Journeys for many people at once.
///
/// # Errors
/// When no terms of the journey are written down.
pub fn beginnings(law: &Law, people: &[trainee::Model], today: NaiveDate, now_ms: i64) -> Result<Vec<journey::Model>, AppError> {
    people.iter().map(|person| beginning(law, person, today, now_ms)).collect()
}
