//! What follows from an event of a journey elsewhere: seats of the need, the pathway of a match, and
//! what is known of recognition.

use super::{Grounds, by_system, facts, following, of_person, pack_of, terms_of};
use crate::app::{contingency, law, needs};
use crate::error::AppError;
use crate::state::AppState;
use chrono::{Days, NaiveDate};
use passerelle_domain::machine::journey::{Event, EventKind, Journey, is_final};
use passerelle_domain::machine::need;
use passerelle_domain::people::{Decision, JourneyState, RecognitionState};
use passerelle_store::entity::{proposal, recognition_case, trainee};
use passerelle_store::query::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use passerelle_store::{StoreError, Tx, record};
use std::pin::Pin;
use uuid::Uuid;

/// The proposal on which both sides agreed, if there is one.
///
/// # Errors
/// When the database refuses.
pub async fn agreed(tx: &Tx, person: Uuid) -> Result<Option<proposal::Model>, AppError> {
    let accepted = Decision::Accepted.as_str();
    let find = proposal::Entity::find()
        .filter(proposal::Column::TraineeId.eq(person))
        .filter(proposal::Column::TraineeDecision.eq(accepted))
        .filter(proposal::Column::EmployerDecision.eq(accepted));
    Ok(find.one(tx.conn()).await.map_err(StoreError::from)?)
}

/// An event with what it did.
pub(super) struct Moved<'a> {
    pub event: &'a Event,
    pub before: &'a Journey,
    pub next: &'a Journey,
    pub on: NaiveDate,
}

/// Carries an event on to the need and the proposal.
///
/// Boxed: what follows from an event may be another event of the same journey.
pub(super) fn after<'a>(
    state: &'a AppState,
    tx: &'a mut Tx,
    person: Uuid,
    moved: Moved<'a>,
    today: NaiveDate,
) -> Pin<Box<dyn Future<Output = Result<(), AppError>> + Send + 'a>> {
    Box::pin(follow(state, tx, person, moved, today))
}

async fn follow(state: &AppState, tx: &mut Tx, person: Uuid, moved: Moved<'_>, today: NaiveDate) -> Result<(), AppError> {
    let Moved { event, before, next, on } = moved;
    let holder = need::holder(person);
    match event.kind() {
        EventKind::Accept => {
            if let Some(row) = agreed(tx, person).await? {
                needs::by_system(tx, row.need_id, &need::Event::OfferAccepted { holder }, today).await?;
            }
        }
        EventKind::StartWork => {
            if let Some(row) = agreed(tx, person).await? {
                needs::by_system(tx, row.need_id, &need::Event::Start { holder }, today).await?;
            }
        }
        EventKind::Emergency | EventKind::RefuseVisa | EventKind::RefuseEntry => {
            let cause = next.cause.clone().unwrap_or_default();
            let row = of_person(state, tx, person, today).await?;
            contingency::reported(state, tx, &row, &cause, on).await?;
        }
        EventKind::TakePathway => sync_recognition(state, tx, person, on, today).await?,
        _ => {
            if is_final(next.state) && event.kind() != EventKind::Resolve {
                contingency::ended(state, tx, person, on, today).await?;
            }
            use passerelle_domain::machine::journey::Resolution::{SubstituteDestination, SubstituteEmployer};
            let elsewhere = matches!(event, Event::Resolve { outcome: SubstituteDestination | SubstituteEmployer });
            let gives_up = event.kind() == EventKind::Release || elsewhere || (is_final(next.state) && next.state != JourneyState::Settled);
            let had_seat = before.matched_on.is_some() || before.offered_on.is_some();
            if gives_up && had_seat && next.state != JourneyState::Reintegrated {
                release(tx, person, today).await?;
            }
        }
    }
    Ok(())
}

/// Gives the seat back: it is open to others from now on.
async fn release(tx: &mut Tx, person: Uuid, today: NaiveDate) -> Result<(), AppError> {
    let Some(mut row) = agreed(tx, person).await? else { return Ok(()) };
    needs::by_system(tx, row.need_id, &need::Event::Release { holder: need::holder(person) }, today).await?;
    let version = row.version;
    (row.trainee_decision, row.trainee_reason) = (Decision::Declined.to_string(), Some("other".into()));
    record::update::<proposal::Entity>(tx, row, version, &["trainee_decision"]).await?;
    Ok(())
}

/// Both sides said yes: the pathway of the proposal counts for her, in the version of the day. The seat
/// is held from the day on which she can begin, for nobody can be offered a post before.
///
/// # Errors
/// When her journey takes no match now.
pub async fn matched(state: &AppState, tx: &mut Tx, row: &proposal::Model, ready_on: NaiveDate, today: NaiveDate) -> Result<(), AppError> {
    let pack = row.pathway.split('/').next().unwrap_or_default().to_owned();
    let journey = facts(&of_person(state, tx, row.trainee_id, today).await?)?;
    let newest = crate::app::corridors::latest_in(tx.conn(), &pack).await?;
    let destination = newest.as_ref().map(|found| found.destination.to_string());
    let law = law::current(state, tx.conn()).await?;
    let terms = terms_of(&law, destination.as_deref(), today)?;
    let until = ready_on.max(today).checked_add_days(Days::new(terms.reserve_days.into()));
    let until = until.ok_or_else(|| AppError::invalid("ready_on", "date", "lies too far ahead for a seat to be held"))?;
    let reserved = need::Event::Reserve { holder: need::holder(row.trainee_id), until };
    needs::by_system(tx, row.need_id, &reserved, today).await?;
    if journey.pathway.as_ref().is_none_or(|(known, _)| *known != pack)
        && let Some(found) = newest
    {
        let take = Event::TakePathway { pack, pack_version: found.version, reason: "pathway of the match".into() };
        by_system(state, tx, row.trainee_id, &take, today).await?;
    }
    contingency::spend_turn(tx, row.trainee_id).await?;
    let event = Event::Match { lawful: true, reserved: true, both_consent: true };
    by_system(state, tx, row.trainee_id, &event, today).await?;
    Ok(())
}

/// What is known of recognition at the destination of the journey.
async fn sync_recognition(state: &AppState, tx: &mut Tx, person: Uuid, on: NaiveDate, today: NaiveDate) -> Result<(), AppError> {
    let row = of_person(state, tx, person, today).await?;
    let journey = facts(&row)?;
    let Some(destination) = row.destination.clone() else { return Ok(()) };
    let law = law::current(state, tx.conn()).await?;
    let trainee = trainee::Entity::find_by_id(person).one(tx.conn()).await.map_err(StoreError::from)?.ok_or(AppError::NotFound)?;
    let pack = pack_of(tx.conn(), journey.pathway.as_ref()).await?;
    let grounds = Grounds::new(&law, pack, Some(&destination), &trainee.occupation, today)?;
    let newest = recognition_case::Entity::find()
        .filter(recognition_case::Column::TraineeId.eq(person))
        .filter(recognition_case::Column::Destination.eq(&destination))
        .order_by_desc(recognition_case::Column::UpdatedAtMs)
        .one(tx.conn())
        .await
        .map_err(StoreError::from)?;
    let known = match newest {
        Some(case) => RecognitionState::parse(&case.state).ok(),
        None => grounds.unregulated.then_some(RecognitionState::NotRequired),
    };
    // A move to another pathway takes back what counted on the one before.
    let event = Event::Recognition { state: known.unwrap_or(RecognitionState::Draft) };
    following(state, tx, person, &event, on, today).await
}

/// A recognition case moved: the journey towards that destination learns of it.
///
/// # Errors
/// When the database refuses.
pub async fn recognised(state: &AppState, tx: &mut Tx, case: &recognition_case::Model, today: NaiveDate) -> Result<(), AppError> {
    let row = of_person(state, tx, case.trainee_id, today).await?;
    let journey = facts(&row)?;
    if row.destination.as_deref() != Some(case.destination.as_str()) || !journey.takes().contains(&EventKind::Recognition) {
        return Ok(());
    }
    let known = RecognitionState::parse(&case.state).map_err(|_| StoreError::Corrupt { table: "recognition_case", column: "state" })?;
    by_system(state, tx, case.trainee_id, &Event::Recognition { state: known }, today).await?;
    Ok(())
}
