//! Seats of a cohort: who takes one up, on which track, and in which line whoever fills them waits.

use crate::app::journeys;
use crate::error::AppError;
use passerelle_domain::people::{JourneyState, Track};
use passerelle_store::entity::{agreement, cohort, trainee};
use passerelle_store::query::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait};
use passerelle_store::{StoreError, Tx, record};
use std::collections::BTreeMap;
use uuid::Uuid;

/// States in which somebody takes up no seat of her cohort.
pub(super) const HOLDS_NO_SEAT: [JourneyState; 5] =
    [JourneyState::Applied, JourneyState::Rejected, JourneyState::Dropped, JourneyState::Transferred, JourneyState::Unplaced];

/// Seats of a cohort on one track.
pub const fn of_track(cohort: &cohort::Model, track: Track) -> i64 {
    match track {
        Track::Away => cohort.seats_away,
        Track::Home => cohort.seats_home,
        Track::Undecided => cohort.seats_undecided,
    }
}

/// Seats of a cohort that are taken, by track.
///
/// # Errors
/// When the database refuses.
pub async fn taken(conn: &impl ConnectionTrait, cohort: Uuid) -> Result<BTreeMap<Track, i64>, AppError> {
    let rows: Vec<(String, String, i64)> = trainee::Entity::find()
        .select_only()
        .columns([trainee::Column::Track, trainee::Column::Journey])
        .column_as(trainee::Column::Id.count(), "n")
        .filter(trainee::Column::CohortId.eq(cohort))
        .filter(trainee::Column::Journey.is_not_in(HOLDS_NO_SEAT.map(JourneyState::as_str)))
        .filter(trainee::Column::MergedInto.is_null())
        .group_by(trainee::Column::Track)
        .group_by(trainee::Column::Journey)
        .into_tuple()
        .all(conn)
        .await
        .map_err(StoreError::from)?;
    let mut taken = BTreeMap::new();
    for (track, journey, count) in rows {
        if let (Ok(track), Ok(journey)) = (Track::parse(&track), JourneyState::parse(&journey)) {
            *taken.entry(seat_of(track, journey)).or_default() += count;
        }
    }
    // Whoever stands still keeps what she had; an applicant had no seat.
    let people = trainee::Entity::find()
        .select_only()
        .column(trainee::Column::Id)
        .filter(trainee::Column::CohortId.eq(cohort))
        .filter(trainee::Column::MergedInto.is_null())
        .into_query();
    let held = journeys::held_from(conn, people).await?;
    let applicants: Vec<Uuid> = held.into_iter().filter(|(_, gate)| HOLDS_NO_SEAT.contains(gate)).map(|(person, _)| person).collect();
    if !applicants.is_empty() {
        let tracks: Vec<String> = trainee::Entity::find()
            .select_only()
            .column(trainee::Column::Track)
            .filter(trainee::Column::Id.is_in(applicants))
            .into_tuple()
            .all(conn)
            .await
            .map_err(StoreError::from)?;
        for track in tracks.iter().filter_map(|track| Track::parse(track).ok()) {
            *taken.entry(track).or_default() -= 1;
        }
    }
    taken.retain(|_, count| *count > 0);
    Ok(taken)
}

/// The track whose seat somebody takes up: who was placed at home is at home, whatever she had chosen before.
pub(crate) fn seat_of(track: Track, journey: JourneyState) -> Track {
    if journey == JourneyState::HomePlaced { Track::Home } else { track }
}

/// Takes the agreement, then the cohort: whoever fills seats or changes tracks waits in one line.
pub(super) async fn hold_cohort(tx: &Tx, cohort: Option<Uuid>) -> Result<(Option<cohort::Model>, Option<Uuid>), AppError> {
    let Some(id) = cohort else { return Ok((None, None)) };
    let row = cohort::Entity::find_by_id(id).one(tx.conn()).await.map_err(StoreError::from)?;
    let binding = row.and_then(|row| row.agreement_id);
    if let Some(agreement_id) = binding {
        record::hold::<agreement::Entity>(tx, agreement_id).await?;
    }
    let held = record::hold::<cohort::Entity>(tx, id).await?;
    // Bound anew while this waited: what is held is not what binds.
    if held.as_ref().and_then(|row| row.agreement_id) != binding {
        return Err(AppError::Stale);
    }
    Ok((held, binding))
}

/// The same for whoever fills seats of a whole cohort.
///
/// # Errors
/// When the cohort was bound to another agreement meanwhile.
pub async fn in_line(tx: &Tx, cohort: Uuid) -> Result<(), AppError> {
    hold_cohort(tx, Some(cohort)).await?;
    Ok(())
}

/// Makes a seat of the undecided one of a track.
///
/// # Errors
/// When somebody changed the cohort meanwhile.
pub(super) async fn convert_seat(tx: &mut Tx, mut cohort: cohort::Model, to: Track) -> Result<(), AppError> {
    let version = cohort.version;
    cohort.seats_undecided -= 1;
    match to {
        Track::Away => cohort.seats_away += 1,
        Track::Home => cohort.seats_home += 1,
        Track::Undecided => cohort.seats_undecided += 1,
    }
    record::update::<cohort::Entity>(tx, cohort, version, &["seats_undecided", "seats_away", "seats_home"]).await?;
    Ok(())
}
