//! Every night, and when an authority asks: the clocks of every open journey and recognition case are
//! read again, tasks open and close, reservations whose time is over fall, and people whose every way
//! was closed are held, since nothing of it is their doing.

use super::{begin_many, by_system, facts, pack_of, projected, tasks};
use crate::app::{Ctx, law, needs};
use crate::clock::Moment;
use crate::error::AppError;
use crate::state::AppState;
use chrono::{Days, NaiveDate};
use passerelle_domain::access::{Action, Subject, permit};
use passerelle_domain::corridor::CorridorPack;
use passerelle_domain::machine::journey::{Event, EventKind};
use passerelle_domain::people::{RecognitionState, TaskKind};
use passerelle_engine::pathway::{JourneyStanding, WARN_DAYS};
use passerelle_store::entity::{journey, recognition_case, task, trainee};
use passerelle_store::query::{ColumnTrait, Condition, EntityTrait, Expr, ExprTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait};
use passerelle_store::{StoreError, job};
use serde::Serialize;
use std::collections::BTreeMap;
use uuid::Uuid;

pub const JOB: &str = "clocks";

/// Journeys that are read at once: some two megabytes.
const PAGE: u64 = 1_000;

/// What a night did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Night {
    pub begun: u64,
    pub read: u64,
    pub changed: u64,
    pub held: u64,
    pub cases: u64,
    pub reservations_fallen: u64,
}

/// Plans the next night, unless one is planned.
///
/// # Errors
/// When the database refuses.
pub async fn plan_next(state: &AppState, now: Moment) -> Result<(), AppError> {
    let tx = state.store.begin(None, now.ms()).await?;
    if !job::waits(&tx, JOB).await? {
        let next = now.date().succ_opt().and_then(|day| day.and_hms_opt(2, 0, 0));
        let at = next.map_or(now.ms() + 86_400_000, |at| at.and_utc().timestamp_millis());
        job::enqueue_at(&tx, JOB, &serde_json::json!({}), at).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Asks for the clocks to be read now.
///
/// # Errors
/// When the actor may not.
pub async fn request(ctx: &Ctx<'_>) -> Result<Uuid, AppError> {
    permit(ctx.actor, Action::Create, Subject::MatchRun)?;
    let mut tx = ctx.begin().await?;
    let id = job::enqueue(&tx, JOB, &serde_json::json!({})).await?;
    tx.note("clocks_requested", "journey", None, serde_json::json!({}));
    tx.commit().await?;
    Ok(id)
}

/// The job.
///
/// # Errors
/// As [`recompute`].
pub async fn carry_out(state: &AppState, now: Moment) -> Result<(), AppError> {
    let night = recompute(state, now).await?;
    tracing::info!(journey.read = night.read, journey.changed = night.changed, journey.held = night.held, "clocks read");
    Ok(())
}

/// Reads every clock. Each page is a transaction of its own, so that a night that breaks off has lost nothing.
///
/// # Errors
/// When the database refuses.
pub async fn recompute(state: &AppState, now: Moment) -> Result<Night, AppError> {
    let mut night = Night { begun: begin_missing(state, now).await?, ..Night::default() };
    let today = now.date();
    let law = law::current(state, state.store.read()).await?;
    let mut packs: BTreeMap<(String, u32), Option<CorridorPack>> = BTreeMap::new();
    let mut after = Uuid::nil();
    let mut closed = Vec::new();
    loop {
        // A record that was merged into another is seen as that other one.
        let merged = trainee::Entity::find()
            .select_only()
            .column(trainee::Column::Id)
            .filter(Expr::col((trainee::Entity, trainee::Column::Id)).equals((journey::Entity, journey::Column::TraineeId)))
            .filter(trainee::Column::MergedInto.is_not_null())
            .into_query();
        let rows = journey::Entity::find()
            .filter(Expr::exists(merged).not())
            .filter(journey::Column::Id.gt(after))
            .filter(journey::Column::Standing.ne(JourneyStanding::Ended.as_str()))
            .order_by_asc(journey::Column::Id)
            .limit(PAGE)
            .all(state.store.read())
            .await
            .map_err(StoreError::from)?;
        let Some(last) = rows.last() else { break };
        after = last.id;
        night.read += u64::try_from(rows.len()).unwrap_or(0);
        let mut changed = Vec::new();
        for row in rows {
            let journey = facts(&row)?;
            if let Some(key) = journey.pathway.clone()
                && !packs.contains_key(&key)
            {
                let pack = pack_of(state.store.read(), Some(&key)).await?;
                packs.insert(key, pack);
            }
            let steps = journey.pathway.as_ref().and_then(|key| packs.get(key)?.as_ref()).map_or(&[][..], |pack| &pack.steps);
            let next = projected(row.clone(), &journey, steps, &law, today)?;
            if next.standing == JourneyStanding::Closed.as_str() && journey.takes().contains(&EventKind::Emergency) {
                closed.push(next.trainee_id);
            }
            if next != row {
                changed.push((row, next));
            }
        }
        night.changed += write(state, now, changed).await?;
    }
    let mut broken = None;
    for person in closed {
        match hold(state, now, person).await {
            Ok(()) => night.held += 1,
            // The others are held all the same; the night says afterwards that it was not whole.
            Err(error) => broken = Some(error),
        }
    }
    night.cases = cases(state, now).await?;
    night.reservations_fallen = needs::drop_overdue(state, now).await?;
    broken.map_or(Ok(night), Err)
}

/// Every way is closed to her, and that is not her doing.
async fn hold(state: &AppState, now: Moment, person: Uuid) -> Result<(), AppError> {
    let mut tx = state.store.begin(None, now.ms()).await?;
    by_system(state, &mut tx, person, &Event::Emergency { cause: "DST.CLOSED".into() }, now.date()).await?;
    tx.commit().await?;
    Ok(())
}

/// Journeys of people who have none yet.
async fn begin_missing(state: &AppState, now: Moment) -> Result<u64, AppError> {
    let law = law::current(state, state.store.read()).await?;
    let mut begun = 0;
    loop {
        // "Not in" over many rows would compare everybody with everybody once the list outgrows the database's memory.
        let known = journey::Entity::find()
            .select_only()
            .column(journey::Column::Id)
            .filter(Expr::col((journey::Entity, journey::Column::TraineeId)).equals((trainee::Entity, trainee::Column::Id)))
            .into_query();
        let people = trainee::Entity::find()
            .filter(Expr::exists(known).not())
            .filter(trainee::Column::MergedInto.is_null())
            .filter(trainee::Column::ErasedAtMs.is_null())
            .limit(PAGE)
            .all(state.store.read())
            .await
            .map_err(StoreError::from)?;
        if people.is_empty() {
            return Ok(begun);
        }
        begun += u64::try_from(people.len()).unwrap_or(0);
        let mut tx = state.store.begin(None, now.ms()).await?;
        begin_many(&mut tx, &law, &people, now.date()).await?;
        tx.commit().await?;
    }
}

/// Writes what clocks say; the journey itself is not moved, so its version stays.
async fn write(state: &AppState, now: Moment, changed: Vec<(journey::Model, journey::Model)>) -> Result<u64, AppError> {
    use journey::Column as C;
    if changed.is_empty() {
        return Ok(0);
    }
    let mut tx = state.store.begin(None, now.ms()).await?;
    let mut rows = 0;
    for (before, next) in changed {
        let done = journey::Entity::update_many()
            .col_expr(C::NextStep, Expr::value(next.next_step.clone()))
            .col_expr(C::Owner, Expr::value(next.owner.clone()))
            .col_expr(C::DueOn, Expr::value(next.due_on))
            .col_expr(C::HorizonOn, Expr::value(next.horizon_on))
            .col_expr(C::HorizonPaper, Expr::value(next.horizon_paper.clone()))
            .col_expr(C::ReadyOn, Expr::value(next.ready_on))
            .col_expr(C::Standing, Expr::value(next.standing.clone()))
            .col_expr(C::Trouble, Expr::value(next.trouble.clone()))
            .filter(C::Id.eq(next.id))
            // Somebody moved it meanwhile: her projection is the newer one.
            .filter(C::Version.eq(before.version))
            .exec(tx.conn())
            .await
            .map_err(StoreError::from)?;
        rows += done.rows_affected;
        let told = |row: &journey::Model| (row.standing.clone(), row.due_on, row.horizon_on.filter(|_| row.standing == "paper_lapses"));
        if done.rows_affected == 1 && told(&before) != told(&next) {
            tasks::settle(&mut tx, &next, now.date()).await?;
        }
    }
    tx.note("clocks", "journey", None, serde_json::json!({ "rows": rows }));
    tx.commit().await?;
    Ok(rows)
}

/// Recognition cases: warned of two weeks before, a task when overdue.
async fn cases(state: &AppState, now: Moment) -> Result<u64, AppError> {
    use recognition_case::Column as C;
    let today = now.date();
    let soon = today.checked_add_days(Days::new(WARN_DAYS)).unwrap_or(NaiveDate::MAX);
    let ended = [RecognitionState::Licensed, RecognitionState::NotRequired, RecognitionState::Withdrawn, RecognitionState::Lapsed];
    let asked = task::Entity::find()
        .select_only()
        .column(task::Column::RecordId)
        .filter(task::Column::RecordKind.eq("recognition-cases"))
        .filter(task::Column::Status.eq("open"))
        .into_query();
    let mut after = Uuid::nil();
    let mut rows_read = 0;
    loop {
        // Those that are due, and those with an open task that may have been done.
        let rows = recognition_case::Entity::find()
            .filter(Condition::any().add(C::DueOn.lte(soon)).add(C::Id.in_subquery(asked.clone())))
            .filter(C::Id.gt(after))
            .order_by_asc(C::Id)
            .limit(PAGE)
            .all(state.store.read())
            .await
            .map_err(StoreError::from)?;
        let Some(last) = rows.last() else { return Ok(rows_read) };
        after = last.id;
        rows_read += u64::try_from(rows.len()).unwrap_or(0);
        let mut tx = state.store.begin(None, now.ms()).await?;
        for row in rows {
            let open = !ended.iter().any(|state| row.state == state.as_str()) && row.state != RecognitionState::Suspended.as_str();
            let wanted = row.due_on.filter(|due| open && *due <= soon).map(|due| {
                let kind = if due < today { TaskKind::RecognitionOverdue } else { TaskKind::RecognitionNear };
                (kind, due)
            });
            tasks::settle_case(&mut tx, &row, wanted).await?;
        }
        tx.commit().await?;
    }
}
