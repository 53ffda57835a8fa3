//! A need as it goes: validated, published, its seats reserved and filled. Seats follow what happens
//! to proposals and journeys; the rest is brought by the employer and the authority.

use super::case_events::{self, Act, EventView, Happened};
use super::{Ctx, journeys};
use crate::clock::Moment;
use crate::error::AppError;
use crate::state::AppState;
use chrono::NaiveDate;
use passerelle_domain::access::{Action, Subject, permit};
use passerelle_domain::corridor::Party;
use passerelle_domain::machine::need::{Event, EventKind, Need, hands};
use passerelle_domain::machine::{Refusal, journey};
use passerelle_domain::people::NeedStatus;
use passerelle_store::entity::{case_event, need};
use passerelle_store::query::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait};
use passerelle_store::{StoreError, Tx, record};
use serde::Serialize;
use std::collections::BTreeMap;
use uuid::Uuid;

const MACHINE: &str = "need";

/// Seats of a need. Who holds them is told by proposals and journeys, to those who may read these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Seats {
    pub positions: u32,
    pub free: usize,
    pub reserved: usize,
    pub filled: usize,
    pub started: usize,
}

impl Seats {
    pub fn of(need: &Need) -> Self {
        Self {
            positions: need.positions,
            free: need.free(),
            reserved: need.reserved.len(),
            filled: need.filled.len(),
            started: need.started.len(),
        }
    }
}

/// A need with its history and what may happen next.
#[derive(Debug)]
pub struct Course {
    pub row: need::Model,
    pub state: NeedStatus,
    pub seats: Seats,
    pub events: Vec<EventView>,
    pub mine: Vec<EventKind>,
}

async fn last(conn: &impl ConnectionTrait, row: &need::Model) -> Result<(Need, i32, Option<NaiveDate>), AppError> {
    let state = NeedStatus::parse(&row.status).map_err(|_| StoreError::Corrupt { table: "need", column: "status" })?;
    let positions = u32::try_from(row.positions).unwrap_or(0);
    Ok(match case_events::last::<Need>(conn, row.id).await? {
        Some((mut need, event)) => {
            need.positions = positions;
            (need, event.seq, Some(event.on_date))
        }
        None => (Need::new(state, positions), 0, None),
    })
}

/// A need with its course, for somebody who may read it.
///
/// # Errors
/// When there is none for the actor.
pub async fn course(ctx: &Ctx<'_>, id: Uuid) -> Result<Course, AppError> {
    let scope = permit(ctx.actor, Action::Read, Subject::Need)?;
    let conn = ctx.state.store.read();
    let row = record::find::<need::Entity>(conn, &scope, id).await?.ok_or(AppError::NotFound)?;
    let (need, _, _) = last(conn, &row).await?;
    let mut events: Vec<EventView> = case_events::history(conn, id).await?.iter().map(EventView::of).collect();
    for view in &mut events {
        view.event.as_object_mut().map(|event| event.remove("holder"));
    }
    let may = permit(ctx.actor, Action::Update, Subject::Need).is_ok() && ctx.ensure_writes().is_ok();
    let mine = need.takes().into_iter().filter(|kind| may && case_events::party(ctx.actor, hands(*kind)).is_some()).collect();
    Ok(Course { row, state: need.state, seats: Seats::of(&need), events, mine })
}

/// Brings an event.
///
/// # Errors
/// Why it cannot happen.
pub async fn act(ctx: &Ctx<'_>, id: Uuid, version: i64, act: &Act<Event>) -> Result<Need, AppError> {
    let scope = permit(ctx.actor, Action::Update, Subject::Need)?;
    act.ensure_sound()?;
    let mut tx = ctx.begin().await?;
    record::find::<need::Entity>(tx.conn(), &scope, id).await?.ok_or(AppError::NotFound)?;
    let row = record::hold::<need::Entity>(&tx, id).await?.ok_or(AppError::NotFound)?;
    if row.version != version {
        return Err(AppError::Stale);
    }
    let by = case_events::party(ctx.actor, hands(act.event.kind())).ok_or(AppError::Forbidden)?;
    let today = ctx.now.date();
    let before = last(tx.conn(), &row).await?.0;
    let next = move_on(&mut tx, row, &act.event, Some(by), act.on, today).await?;
    if act.event.kind() == EventKind::Cancel {
        // The post is gone, and nobody who held a seat is to blame for it.
        for holder in before.reserved.keys().chain(&before.filled) {
            let person = Uuid::parse_str(holder).map_err(AppError::internal)?;
            journeys::strike(ctx.state, &mut tx, person, "EMP.WITHDRAW", today, today).await?;
        }
    }
    tx.commit().await?;
    Ok(next)
}

/// An event that the system brings because something happened to a proposal or a journey.
///
/// # Errors
/// When the seat is not to be had.
pub async fn by_system(tx: &mut Tx, id: Uuid, event: &Event, today: NaiveDate) -> Result<(), AppError> {
    let row = record::hold::<need::Entity>(tx, id).await?.ok_or(AppError::NotFound)?;
    match move_on(tx, row, event, None, None, today).await {
        // Seats that were taken before seats were written down, and posts that have ended, keep nobody from moving on.
        Err(Denied::Machine(Refusal::Guard("holder") | Refusal::NotNow { .. })) if event.kind() != EventKind::Reserve => Ok(()),
        Err(Denied::Machine(Refusal::Guard("seat") | Refusal::NotNow { .. })) => {
            Err(AppError::Conflict("the need has no open seat: it is filled, suspended or closed".into()))
        }
        other => Ok(other.map(|_| ())?),
    }
}

enum Denied {
    Machine(Refusal),
    Other(AppError),
}

impl From<AppError> for Denied {
    fn from(error: AppError) -> Self {
        Self::Other(error)
    }
}

impl From<StoreError> for Denied {
    fn from(error: StoreError) -> Self {
        Self::Other(error.into())
    }
}

impl From<Denied> for AppError {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::Machine(refusal) => case_events::said(refusal),
            Denied::Other(error) => error,
        }
    }
}

async fn move_on(
    tx: &mut Tx,
    row: need::Model,
    event: &Event,
    by: Option<Party>,
    on: Option<NaiveDate>,
    today: NaiveDate,
) -> Result<Need, Denied> {
    let (need, seq, before) = last(tx.conn(), &row).await?;
    let on = case_events::day_of(on, today, before)?;
    let next = need.apply(event, by, on).map_err(Denied::Machine)?;
    let happened = Happened {
        machine: MACHINE,
        case: row.id,
        event,
        from: need.state.as_str(),
        to: next.state.as_str(),
        after: &next,
        on,
        by,
        account: by.and(tx.actor()),
    };
    case_events::keep(tx, seq + 1, happened).await?;
    let (id, version) = (row.id, row.version);
    let changed = need::Model { status: next.state.to_string(), ..row };
    record::update::<need::Entity>(tx, changed, version, &["status"]).await?;
    tx.note("need_event", "need", Some(id), serde_json::json!({ "event": event.kind(), "to": next.state }));
    Ok(next)
}

/// Lets reservations fall whose time is over; whoever has an offer in hand has its own time.
///
/// # Errors
/// When the database refuses.
pub async fn drop_overdue(state: &AppState, now: Moment) -> Result<u64, AppError> {
    let today = now.date();
    // Needs whose seats can still be reserved, as their newest event left them: one statement.
    let live = [NeedStatus::Open, NeedStatus::Reserved, NeedStatus::Suspended].map(NeedStatus::as_str);
    let needs = need::Entity::find().select_only().column(need::Column::Id).filter(need::Column::Status.is_in(live)).into_query();
    let events: Vec<(Uuid, String)> = case_event::Entity::find()
        .select_only()
        .column(case_event::Column::CaseId)
        .column(case_event::Column::After)
        .filter(case_event::Column::Machine.eq(MACHINE))
        .filter(case_event::Column::CaseId.in_subquery(needs))
        .order_by_asc(case_event::Column::Seq)
        .into_tuple()
        .all(state.store.read())
        .await
        .map_err(StoreError::from)?;
    let newest: BTreeMap<Uuid, String> = events.into_iter().collect();
    let mut fallen = 0;
    for (id, after) in newest {
        let need: Need = serde_json::from_str(&after).map_err(|_| StoreError::Corrupt { table: "case_event", column: "after" })?;
        let over: Vec<String> = need.reserved.iter().filter(|(_, until)| **until < today).map(|(holder, _)| holder.clone()).collect();
        if over.is_empty() {
            continue;
        }
        let mut tx = state.store.begin(None, now.ms()).await?;
        record::hold::<need::Entity>(&tx, id).await?;
        for holder in over {
            let person = Uuid::parse_str(&holder).map_err(AppError::internal)?;
            let row = journeys::of_person(state, &mut tx, person, today).await?;
            let journey: journey::Journey =
                serde_json::from_str(&row.facts).map_err(|_| StoreError::Corrupt { table: "journey", column: "facts" })?;
            if journey.offered_on.is_some() || journey.held_from.is_some() || !journey.takes().contains(&journey::EventKind::Release) {
                continue;
            }
            let reason = "the time of the reservation was over".to_owned();
            journeys::by_system(state, &mut tx, person, &journey::Event::Release { reason }, today).await?;
            fallen += 1;
        }
        tx.commit().await?;
    }
    Ok(fallen)
}
