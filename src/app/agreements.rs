//! A partnership agreement as it goes, from the idea to teach-out.

use super::Ctx;
use super::case_events::{self, Act, EventView, Happened};
use crate::error::AppError;
use chrono::NaiveDate;
use passerelle_domain::access::{Action, Subject, permit};
use passerelle_domain::machine::agreement::{Agreement, Event, EventKind, hands};
use passerelle_domain::people::AgreementStatus;
use passerelle_engine::pathway::JourneyStanding;
use passerelle_store::entity::{agreement, journey};
use passerelle_store::query::{ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter};
use passerelle_store::{StoreError, record};
use uuid::Uuid;

const MACHINE: &str = "agreement";

/// An agreement with its history and what may happen next.
#[derive(Debug)]
pub struct Course {
    pub row: agreement::Model,
    pub agreement: Agreement,
    /// People who are on the way under it.
    pub open_journeys: u64,
    pub events: Vec<EventView>,
    pub mine: Vec<EventKind>,
}

async fn last(conn: &impl ConnectionTrait, row: &agreement::Model) -> Result<(Agreement, i32, Option<NaiveDate>), AppError> {
    let state = AgreementStatus::parse(&row.status).map_err(|_| StoreError::Corrupt { table: "agreement", column: "status" })?;
    Ok(match case_events::last::<Agreement>(conn, row.id).await? {
        // The term is a field of the record until a notice sets another end.
        Some((mut agreement, event)) => {
            if agreement.notice_on.is_none() {
                agreement.ends_on = row.ends_on;
            }
            (agreement, event.seq, Some(event.on_date))
        }
        None => (Agreement::new(state, row.signed_on, row.ends_on), 0, None),
    })
}

async fn open_journeys(conn: &impl ConnectionTrait, row: &agreement::Model) -> Result<u64, AppError> {
    use journey::Column as C;
    let find = journey::Entity::find()
        .filter(C::Pathway.eq(row.pack.as_str()))
        .filter(C::Origin.eq(row.origin.as_str()))
        .filter(C::Standing.ne(JourneyStanding::Ended.as_str()))
        .filter(C::State.is_not_in(["placed", "returned"]));
    Ok(find.count(conn).await.map_err(StoreError::from)?)
}

/// An agreement with its course, for somebody who may read it.
///
/// # Errors
/// When there is none for the actor.
pub async fn course(ctx: &Ctx<'_>, id: Uuid) -> Result<Course, AppError> {
    let scope = permit(ctx.actor, Action::Read, Subject::Agreement)?;
    let conn = ctx.state.store.read();
    let row = record::find::<agreement::Entity>(conn, &scope, id).await?.ok_or(AppError::NotFound)?;
    let (agreement, _, _) = last(conn, &row).await?;
    let events = case_events::history(conn, id).await?.iter().map(EventView::of).collect();
    let may = permit(ctx.actor, Action::Update, Subject::Agreement).is_ok() && ctx.ensure_writes().is_ok();
    let mine = agreement.takes().into_iter().filter(|kind| may && case_events::party(ctx.actor, hands(*kind)).is_some()).collect();
    let open_journeys = open_journeys(conn, &row).await?;
    Ok(Course { row, agreement, open_journeys, events, mine })
}

/// Brings an event.
///
/// # Errors
/// Why it cannot happen.
pub async fn act(ctx: &Ctx<'_>, id: Uuid, version: i64, act: &Act<Event>) -> Result<Agreement, AppError> {
    let scope = permit(ctx.actor, Action::Update, Subject::Agreement)?;
    act.ensure_sound()?;
    let mut tx = ctx.begin().await?;
    record::find::<agreement::Entity>(tx.conn(), &scope, id).await?.ok_or(AppError::NotFound)?;
    let row = record::hold::<agreement::Entity>(&tx, id).await?.ok_or(AppError::NotFound)?;
    if row.version != version {
        return Err(AppError::Stale);
    }
    let by = case_events::party(ctx.actor, hands(act.event.kind())).ok_or(AppError::Forbidden)?;
    let (agreement, seq, before) = last(tx.conn(), &row).await?;
    let on = case_events::day_of(act.on, ctx.now.date(), before)?;
    // Who is still on the way is counted, not said.
    let open = open_journeys(tx.conn(), &row).await?;
    let event = match &act.event {
        Event::LastCohortResolved { .. } => Event::LastCohortResolved { open_journeys: open },
        Event::TermEnd { .. } => Event::TermEnd { open_journeys: open },
        other => other.clone(),
    };
    let next = agreement.apply(&event, Some(by), on).map_err(case_events::said)?;
    let happened = Happened {
        machine: MACHINE,
        case: id,
        event: &event,
        from: agreement.state.as_str(),
        to: next.state.as_str(),
        after: &next,
        on,
        by: Some(by),
        account: tx.actor(),
    };
    case_events::keep(&tx, seq + 1, happened).await?;
    let changed = agreement::Model { status: next.state.to_string(), signed_on: next.signed_on, ends_on: next.ends_on, ..row };
    record::update::<agreement::Entity>(&mut tx, changed, version, &["status"]).await?;
    tx.note("agreement_event", "agreement", Some(id), serde_json::json!({ "event": event.kind(), "to": next.state }));
    tx.commit().await?;
    Ok(next)
}
