//! Recognition cases as they go: each event is judged by the state machine, kept for good, and moves
//! the record in the same transaction.

mod case_file;
mod figures;

pub use case_file::{Paper, PaperStanding};
pub use figures::{Column, Outcomes, board, decided, first_decisions, outcomes};

use super::Ctx;
use super::case_events::{self, Act, EventView, Happened};
use super::journeys;
use super::law;
use super::work::notifications;
use crate::error::AppError;
use chrono::NaiveDate;
use passerelle_domain::access::{Action, FieldGroup, Subject, permit, permit_acting};
use passerelle_domain::calendar::Calendar;
use passerelle_domain::corridor::Party;
use passerelle_domain::law::ProcedureEntry;
use passerelle_domain::machine::recognition::{Case, Event, EventKind, hands};
use passerelle_domain::people::RecognitionState;
use passerelle_store::entity::recognition_case;
use passerelle_store::query::ConnectionTrait;
use passerelle_store::{StoreError, record};
use uuid::Uuid;

const MACHINE: &str = "recognition";

/// A case with its history and what may happen next.
#[derive(Debug, Clone)]
pub struct Course {
    pub row: recognition_case::Model,
    pub case: Case,
    pub procedure: Option<ProcedureEntry>,
    /// The checklist of the procedure against what lies in the case.
    pub papers: Vec<Paper>,
    pub events: Vec<EventView>,
    /// Events that the actor may bring now.
    pub mine: Vec<EventKind>,
}

/// The case after its last event; before any, as its record says.
async fn last(conn: &impl ConnectionTrait, row: &recognition_case::Model) -> Result<(Case, i32, Option<NaiveDate>), AppError> {
    if let Some((case, event)) = case_events::last::<Case>(conn, row.id).await? {
        return Ok((case, event.seq, Some(event.on_date)));
    }
    let state = RecognitionState::parse(&row.state).map_err(|_| StoreError::Corrupt { table: "recognition_case", column: "state" })?;
    let mut case = Case::new(true);
    (case.state, case.filed_on, case.decided_on) = (state, row.filed_on, row.decided_on);
    let known = [row.filed_on, row.decided_on].into_iter().flatten().max();
    Ok((case, 0, known))
}

/// A case with its course, for somebody who may read it.
///
/// # Errors
/// When there is none for the actor.
pub async fn course(ctx: &Ctx<'_>, id: Uuid) -> Result<Course, AppError> {
    let scope = permit(ctx.actor, Action::Read, Subject::RecognitionCase)?;
    let conn = ctx.state.store.read();
    let row = record::find::<recognition_case::Entity>(conn, &scope, id).await?.ok_or(AppError::NotFound)?;
    let (case, _, _) = last(conn, &row).await?;
    let law = law::current(ctx.state, conn).await?;
    let procedure = law.reference.procedure(&row.destination, row.subdivision.as_deref(), &row.occupation, ctx.now.date()).cloned();
    let events = case_events::history(conn, id).await?.iter().map(EventView::of).collect();
    let mine = match &procedure {
        // A token that may only look brings nothing.
        Some(entry) if ctx.ensure_writes().is_ok() => {
            case.takes(&entry.procedure).into_iter().filter(|kind| case_events::party(ctx.actor, hands(*kind)).is_some()).collect()
        }
        _ => vec![],
    };
    let papers = match &procedure {
        Some(entry) => case_file::checklist(conn, id, &entry.papers, ctx.now.date()).await?,
        None => vec![],
    };
    Ok(Course { row, case, procedure, papers, events, mine })
}

/// Brings an event.
///
/// # Errors
/// Why it cannot happen: the state, the hand, a condition, or nobody has written the procedure down.
pub async fn act(ctx: &Ctx<'_>, id: Uuid, version: i64, act: &Act<Event>) -> Result<Case, AppError> {
    let scope = permit_acting(ctx.actor, Subject::RecognitionCase, FieldGroup::General)?;
    ctx.ensure_writes()?;
    act.ensure_sound()?;
    let mut tx = ctx.begin().await?;
    let row = record::find::<recognition_case::Entity>(tx.conn(), &scope, id).await?.ok_or(AppError::NotFound)?;
    if row.version != version {
        return Err(AppError::Stale);
    }
    let (case, seq, before) = last(tx.conn(), &row).await?;
    let on = case_events::day_of(act.on, ctx.now.date(), before)?;
    let law = law::current(ctx.state, tx.conn()).await?;
    let entry = law.reference.procedure(&row.destination, row.subdivision.as_deref(), &row.occupation, on);
    let Some(entry) = entry else {
        return Err(AppError::Conflict(format!(
            "no recognition procedure is written down for {} in {}: enter it as law first",
            row.occupation, row.destination
        )));
    };
    let kind = act.event.kind();
    let by = case_events::party(ctx.actor, hands(kind)).ok_or(AppError::Forbidden)?;
    let event = case_file::with_facts(&tx, &row, &case, entry, &act.event, on).await?;
    let weekends = Calendar::weekends();
    let calendar =
        row.subdivision.as_ref().and_then(|id| law.calendars.get(id)).or_else(|| law.calendars.get(&row.destination)).unwrap_or(&weekends);
    let next = case.apply(&event, by, on, &entry.procedure, calendar).map_err(case_events::said)?;
    let happened = Happened {
        machine: MACHINE,
        case: id,
        event: &event,
        from: case.state.as_str(),
        to: next.state.as_str(),
        after: &next,
        on,
        by: Some(by),
        account: tx.actor(),
    };
    case_events::keep(&tx, seq + 1, happened).await?;
    let (person, changed) = (
        row.trainee_id,
        recognition_case::Model {
            state: next.state.to_string(),
            filed_on: next.filed_on,
            decided_on: next.decided_on,
            due_on: next.due_on,
            ..row
        },
    );
    record::update::<recognition_case::Entity>(&mut tx, changed.clone(), version, &["state"]).await?;
    if kind == EventKind::DecidePartial {
        case_file::plan_for(&mut tx, &changed, &next).await?;
    }
    journeys::recognised(ctx.state, &mut tx, &changed, ctx.now.date()).await?;
    tx.note("recognition_event", "recognition_case", Some(id), serde_json::json!({ "event": kind, "to": next.state }));
    if by != Party::Trainee {
        notifications::to_person(&mut tx, person, "case_moved", &format!("/ui/recognition-cases/{id}"), &[]).await?;
    }
    tx.commit().await?;
    Ok(next)
}
