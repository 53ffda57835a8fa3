//! What a declaration sets going: a job opens a case for everybody whom it strikes, with what is open to each, and tells
//! whoever stands still already.

use super::affected::{affected, held};
use super::{finish, seed, stopped};
use crate::app::contingency::Options;
use crate::app::contingency::act::bring;
use crate::app::contingency::letters;
use crate::app::contingency::open::{Ground, begin, carry, open_case, tell_employer};
use crate::app::contingency::options::{self, Stopped};
use crate::app::journeys;
use crate::app::match_runs::job_lease::Lease;
use crate::app::work::notifications;
use crate::clock::Moment;
use crate::error::AppError;
use crate::state::AppState;
use chrono::NaiveDate;
use passerelle_domain::contingency::letter::LetterKind;
use passerelle_domain::corridor::Party;
use passerelle_domain::ids::UserId;
use passerelle_domain::machine::contingency::{Event, Proof, State};
use passerelle_domain::people::DisruptionStatus;
use passerelle_store::entity::{contingency_case, disruption, journey, trainee};
use passerelle_store::query::{ColumnTrait, EntityTrait, QueryFilter};
use passerelle_store::{StoreError, Tx, record};
use uuid::Uuid;

/// People whose cases are opened in one transaction.
const STEP: usize = 50;

/// Who has declared a disruption: her declaration is what looks at each case and proves it.
#[derive(Debug, Clone, Copy)]
pub struct Declarer {
    pub party: Party,
    /// Nothing in jobs of before.
    pub account: Option<UserId>,
}

/// The job of a declaration. It may break off anywhere: what is written stays, and whoever takes it up again goes on with
/// those who have no case yet.
///
/// # Errors
/// When the database refuses.
pub async fn carry_out(state: &AppState, held: &Lease<'_>, id: Uuid, by: Declarer, now: Moment) -> Result<(), AppError> {
    let conn = state.store.read();
    let Some(row) = disruption::Entity::find_by_id(id).one(conn).await.map_err(StoreError::from)? else {
        return finish(state, held, now).await;
    };
    // Those who were struck before it broke off stand still by now: their cases are there, and they are not found again.
    // So are those of a round before, where there are more people than one round takes.
    loop {
        let (rows, more) = affected(conn, &row).await?;
        let opened = open_all(state, &row, rows, by, now).await?;
        if !more || opened == 0 {
            break;
        }
    }
    join_open(state, &row, now).await?;
    finish(state, held, now).await
}

/// Opens the cases of some people: how many there are now that were not before. Whoever ends the disruption meanwhile
/// stops it.
async fn open_all(
    state: &AppState,
    row: &disruption::Model,
    rows: Vec<journey::Model>,
    by: Declarer,
    now: Moment,
) -> Result<u64, AppError> {
    let (today, mut opened) = (now.date(), 0);
    let people = stopped(row, rows)?;
    let options = options::of(state, state.store.read(), &people, today, seed(row)).await?;
    let all: Vec<(Stopped, Options)> = people.into_iter().zip(options).collect();
    for part in all.chunks(STEP) {
        let mut tx = state.store.begin(by.account, now.ms()).await?;
        if !stands(&tx, row.id).await? {
            return Ok(0);
        }
        for (one, options) in part {
            opened += u64::from(open_for(state, &mut tx, row, one, options, by.party, today).await?);
        }
        tx.commit().await?;
    }
    Ok(opened)
}

/// Whether a disruption is declared and not ended: whoever ends it waits for the transaction at hand, or comes before it.
async fn stands(tx: &Tx, id: Uuid) -> Result<bool, AppError> {
    let row = record::hold::<disruption::Entity>(tx, id).await?;
    Ok(row.is_some_and(|row| row.status == DisruptionStatus::Declared.as_str()))
}

/// Whoever stands still already, for another cause, has a case of her own, or one of another disruption: what she was
/// offered is worked out again with what is shut now. A case that belongs to none belongs to this one from now on. One that cannot be worked out keeps none of the others.
async fn join_open(state: &AppState, row: &disruption::Model, now: Moment) -> Result<(), AppError> {
    for one in held(state.store.read(), row).await? {
        match join(state, row, one.trainee_id, now).await {
            Ok(true) => {}
            Ok(false) => return Ok(()),
            Err(error @ (AppError::Unavailable(_) | AppError::Stale)) => return Err(error),
            Err(error) => tracing::error!(journey.id = %one.id, error = %error, "a case could not be joined to a disruption"),
        }
    }
    Ok(())
}

/// Works a case out again with the disruption in view. Tells whether the disruption is declared still.
async fn join(state: &AppState, row: &disruption::Model, person: Uuid, now: Moment) -> Result<bool, AppError> {
    let mut tx = state.store.begin(None, now.ms()).await?;
    if !stands(&tx, row.id).await? {
        return Ok(false);
    }
    record::hold::<trainee::Entity>(&tx, person).await?;
    // Whatever has happened in a case since the declaration has reckoned with it.
    let found = open_case(tx.conn(), person).await?.filter(|case| case.updated_at_ms < row.updated_at_ms);
    let Some(case) = found else { return Ok(true) };
    let case = if case.disruption_id.is_none() { bind(&mut tx, case, row.id).await? } else { case };
    if case.state == State::Proposed.as_str() {
        bring(state, &mut tx, case, &Event::Propose { shown: 0 }, None, now.date(), now.date()).await?;
    }
    tx.commit().await?;
    Ok(true)
}

/// Makes a case one of those of a disruption.
async fn bind(tx: &mut Tx, case: contingency_case::Model, disruption: Uuid) -> Result<contingency_case::Model, AppError> {
    let before = case.version;
    let bound = contingency_case::Model { disruption_id: Some(disruption), ..case };
    let version = record::update::<contingency_case::Entity>(tx, bound.clone(), before, &["disruption_id"]).await?;
    Ok(contingency_case::Model { version, ..bound })
}

/// A case of a declared disruption: seen, proven by the declaration, and with what is open, in one go. Whether there was
/// none before.
async fn open_for(
    state: &AppState,
    tx: &mut Tx,
    row: &disruption::Model,
    one: &Stopped,
    options: &Options,
    party: Party,
    today: NaiveDate,
) -> Result<bool, AppError> {
    let person = one.journey.trainee_id;
    record::hold::<trainee::Entity>(tx, person).await?;
    let known = contingency_case::Entity::find()
        .filter(contingency_case::Column::DisruptionId.eq(row.id))
        .filter(contingency_case::Column::TraineeId.eq(person))
        .one(tx.conn())
        .await
        .map_err(StoreError::from)?;
    if known.is_some() || open_case(tx.conn(), person).await?.is_some() {
        return Ok(false);
    }
    let reported = row.begins_on.min(today);
    let (made, _) = begin(state, tx, &one.journey, &row.cause, row.safety_risk, reported, Some(row.id)).await?;
    journeys::strike(state, tx, person, &row.cause, reported, today).await?;
    let mut case = made;
    for event in [Event::Triage { cause: row.cause.clone(), safety_risk: row.safety_risk }, Event::Verify { proof: Proof::Evidence }] {
        case = bring(state, tx, case, &event, Some(party), today, today).await?;
    }
    propose(state, tx, case, one, options, party, today).await?;
    let post = journeys::agreed(tx, person).await?;
    tell_employer(tx, post.as_ref(), &row.cause, "post_waits").await?;
    Ok(true)
}

/// Puts before her what was worked out for everybody together, so that no place is promised twice.
async fn propose(
    state: &AppState,
    tx: &mut Tx,
    row: contingency_case::Model,
    one: &Stopped,
    options: &Options,
    party: Party,
    today: NaiveDate,
) -> Result<(), AppError> {
    let ground = Ground::of(state, tx.conn(), &one.journey).await?;
    let row = contingency_case::Model { options: Some(serde_json::to_string(options)?), ..row };
    let shown = u32::try_from(options.decision.shown.len()).unwrap_or(0);
    let (row, _) = carry(tx, row, &Event::Propose { shown }, Some(party), today, &ground).await?;
    letters::write(tx, &row, LetterKind::Options, None, &ground, today).await?;
    notifications::to_person(tx, row.trainee_id, "contingency_options", &format!("/ui/contingency-cases/{}", row.id), &[]).await
}
