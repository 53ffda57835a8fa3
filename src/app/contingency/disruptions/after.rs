//! What follows when a disruption is over: it is ended, everybody in its cases is told, what was offered is worked out
//! again, and what was chosen is carried out for many at once.

use super::super::act::{bring, hold};
use super::super::open::open_case;
use super::super::{acting, facts};
use super::affected;
use super::to_decide;
use crate::app::match_runs::job_lease::Lease;
use crate::app::work::bulk::refusal;
use crate::app::work::notifications;
use crate::app::{Ctx, case_events};
use crate::clock::Moment;
use crate::error::{AppError, FieldError};
use crate::state::AppState;
use passerelle_domain::access::{Action, Scope, Subject, permit};
use passerelle_domain::contingency::Response;
use passerelle_domain::corridor::Party;
use passerelle_domain::machine::contingency::{Event, EventKind, State, hands};
use passerelle_domain::machine::journey::Resolution;
use passerelle_domain::people::DisruptionStatus;
use passerelle_store::entity::{case_event, contingency_case, disruption};
use passerelle_store::query::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Select};
use passerelle_store::record::Record;
use passerelle_store::{StoreError, Tx, job, record};
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

/// The job that follows the end of a disruption.
pub const END_JOB: &str = "disruption_end";

/// Cases that one page of the job looks at.
const PAGE: u64 = 200;
/// Cases that are carried out with one request, and those that it tries.
pub const AT_ONCE: u64 = 200;
const TRIED_AT_ONCE: usize = 1_000;

/// Ends a disruption. Nobody is bound to wait any longer: a job tells everybody in its open cases, and works out anew what
/// is open to whoever has not chosen. What was chosen stands.
///
/// # Errors
/// When it is not the actor's to end, or is not declared.
pub async fn end(ctx: &Ctx<'_>, id: Uuid, version: i64) -> Result<disruption::Model, AppError> {
    let mut tx = ctx.begin().await?;
    let row = to_decide(ctx, &tx, id, version, DisruptionStatus::Declared).await?;
    let changed = disruption::Model { status: DisruptionStatus::Ended.to_string(), ended_on: Some(ctx.now.date()), ..row };
    let version = record::update::<disruption::Entity>(&mut tx, changed.clone(), version, &["status"]).await?;
    job::enqueue(&tx, END_JOB, &json!({ "disruption": id })).await?;
    tx.note("disruption_ended", "disruption", Some(id), json!({}));
    tx.commit().await?;
    Ok(disruption::Model { version, ..changed })
}

/// The job of an end. It may break off anywhere: whoever was told and shown anew is not a second time.
///
/// # Errors
/// When the database refuses.
pub async fn carry_out_end(state: &AppState, held: &Lease<'_>, id: Uuid, now: Moment) -> Result<(), AppError> {
    let conn = state.store.read();
    let found = disruption::Entity::find_by_id(id).one(conn).await.map_err(StoreError::from)?;
    let (mut after, mut failed) = (Uuid::nil(), None);
    while let Some(row) = &found {
        let ids: Vec<Uuid> = contingency_case::Entity::find()
            .select_only()
            .column(contingency_case::Column::Id)
            .filter(contingency_case::Column::DisruptionId.eq(id))
            .filter(contingency_case::Column::State.is_in(waits().map(State::as_str)))
            .filter(contingency_case::Column::Id.gt(after))
            .order_by_asc(contingency_case::Column::Id)
            .limit(PAGE)
            .into_tuple()
            .all(conn)
            .await
            .map_err(StoreError::from)?;
        let Some(last) = ids.last() else { break };
        after = *last;
        for case in ids {
            failed = told(state, row, case, now).await.err().or(failed);
        }
    }
    // Whoever it struck beside another disruption, or beside a cause of her own, is in a case that is not one of its own.
    if let Some(row) = &found {
        for one in affected::held(conn, row).await? {
            if let Some(case) = open_case(conn, one.trainee_id).await? {
                failed = told(state, row, case.id, now).await.err().or(failed);
            }
        }
    }
    match failed {
        Some(error) => Err(AppError::internal(error)),
        None => super::finish(state, held, now).await,
    }
}

/// One case that cannot be worked out keeps none of the others: the job is tried again for it.
async fn told(state: &AppState, row: &disruption::Model, case: Uuid, now: Moment) -> Result<(), AppError> {
    anew(state, row, case, now).await.inspect_err(|error| {
        tracing::error!(case.id = %case, error = %error, "a case could not be worked out anew at the end of its disruption");
    })
}

/// States of a case in which something is awaited still.
const fn waits() -> [State; 5] {
    [State::Reported, State::Triaged, State::Verified, State::Proposed, State::Executing]
}

async fn anew(state: &AppState, ended: &disruption::Model, id: Uuid, now: Moment) -> Result<(), AppError> {
    let mut tx = state.store.begin(None, now.ms()).await?;
    let Some(row) = hold(&tx, id).await?.filter(|row| waits().iter().any(|state| state.as_str() == row.state)) else { return Ok(()) };
    // The note is written in the transaction of what it says: it is there, or nothing is.
    let known = case_events::history(tx.conn(), id).await?;
    if known.iter().any(|event| is_end(event, ended)) {
        return Ok(());
    }
    let (person, case, today) = (row.trainee_id, facts(&row)?, now.date());
    let row = bring(state, &mut tx, row, &Event::Reopened { disruption: ended.id }, None, today, today).await?;
    if matches!(case.state, State::Verified | State::Proposed) {
        bring(state, &mut tx, row, &Event::Propose { shown: 0 }, None, today, today).await?;
    }
    notifications::to_person(&mut tx, person, "disruption_ended", &format!("/ui/contingency-cases/{id}"), &[]).await?;
    tx.commit().await?;
    Ok(())
}

fn is_end(event: &case_event::Model, ended: &disruption::Model) -> bool {
    matches!(serde_json::from_str(&event.event), Ok(Event::Reopened { disruption }) if disruption == ended.id)
}

/// What came of carrying out many.
#[derive(Debug, Clone, Default, Serialize)]
pub struct CarriedOut {
    pub done: u64,
    pub refused: Vec<NotCarriedOut>,
    /// Cases in which something was chosen and is not carried out yet.
    pub left: u64,
}

/// A case that could not be carried out, and what stood in the way.
#[derive(Debug, Clone, Serialize)]
pub struct NotCarriedOut {
    pub case: Uuid,
    #[serde(serialize_with = "detail")]
    pub why: FieldError,
}

fn detail<S: serde::Serializer>(why: &FieldError, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&format!("{}: {}", why.field, why.detail))
}

/// Carries out what was chosen in the cases of a disruption, as far as the actor may act in them: without amounts of
/// insurance, refund or fault, which are said case by case. Waiting is carried out when it is over; a case that has come
/// to another cause meanwhile is carried out by itself. No more than [`AT_ONCE`] at a time; one that is refused keeps none
/// of the others.
///
/// # Errors
/// When the disruption is not the actor's, or no hand of hers carries cases out.
pub async fn carry_out_chosen(ctx: &Ctx<'_>, id: Uuid) -> Result<CarriedOut, AppError> {
    let scope = permit(ctx.actor, Action::Read, Subject::Disruption)?;
    let conn = ctx.state.store.read();
    let row = record::find::<disruption::Entity>(conn, &scope, id).await?.ok_or(AppError::NotFound)?;
    let cases = acting(ctx)?;
    let by = case_events::party(ctx.actor, hands(EventKind::Done)).ok_or(AppError::Forbidden)?;
    let (mut carried, mut after, mut tried) = (CarriedOut::default(), Uuid::nil(), 0);
    while carried.done < AT_ONCE && tried < TRIED_AT_ONCE {
        let find = chosen_in(&cases, &row)
            .select_only()
            .column(contingency_case::Column::Id)
            .filter(contingency_case::Column::Id.gt(after))
            .order_by_asc(contingency_case::Column::Id)
            .limit(AT_ONCE - carried.done);
        let ids: Vec<Uuid> = find.into_tuple().all(conn).await.map_err(StoreError::from)?;
        let Some(last) = ids.last() else { break };
        (after, tried) = (*last, tried + ids.len());
        for case in ids {
            let mut tx = ctx.begin().await?;
            match one(ctx, &mut tx, case, by).await {
                Ok(true) => {
                    tx.commit().await?;
                    carried.done += 1;
                }
                // Somebody else was faster.
                Ok(false) => {}
                Err(error) => carried.refused.push(NotCarriedOut { case, why: refusal(error)? }),
            }
        }
    }
    carried.left = chosen_in(&cases, &row).count(conn).await.map_err(StoreError::from)?;
    Ok(carried)
}

async fn one(ctx: &Ctx<'_>, tx: &mut Tx, id: Uuid, by: Party) -> Result<bool, AppError> {
    let Some(row) = hold(tx, id).await?.filter(|row| row.state == State::Executing.as_str()) else { return Ok(false) };
    let done = Event::Done { insurance: None, fault_cap: None, refund_item: None, refund: None };
    let today = ctx.now.date();
    bring(ctx.state, tx, row, &done, Some(by), today, today).await.map(|_| true)
}

/// Cases of a disruption that the actor may carry out together with others.
///
/// # Errors
/// When the database refuses.
pub async fn chosen(ctx: &Ctx<'_>, row: &disruption::Model) -> Result<u64, AppError> {
    let Ok(cases) = acting(ctx) else { return Ok(0) };
    if case_events::party(ctx.actor, hands(EventKind::Done)).is_none() {
        return Ok(0);
    }
    Ok(chosen_in(&cases, row).count(ctx.state.store.read()).await.map_err(StoreError::from)?)
}

/// Cases of a disruption and its own cause in which something was chosen that can be carried out now.
fn chosen_in(scope: &Scope, row: &disruption::Model) -> Select<contingency_case::Entity> {
    let find = contingency_case::Entity::find()
        .filter(contingency_case::Entity::visible(scope))
        .filter(contingency_case::Column::DisruptionId.eq(row.id))
        .filter(contingency_case::Column::Cause.eq(row.cause.as_str()))
        .filter(contingency_case::Column::State.eq(State::Executing.as_str()));
    // While it lasts nobody goes on where she was.
    let waits = Response::ALL.iter().filter(|way| way.resolution() == Some(Resolution::Defer)).map(|way| way.as_str());
    match row.status == DisruptionStatus::Ended.as_str() {
        true => find,
        false => find.filter(contingency_case::Column::Chosen.is_not_in(waits)),
    }
}
