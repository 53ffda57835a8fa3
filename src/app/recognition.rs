//! Recognition cases as they go: each event is judged by the state machine, kept for good, and moves
//! the record in the same transaction.

use super::Ctx;
use super::case_events::{self, Act, EventView, Happened};
use super::journeys;
use super::law;
use super::work::notifications;
use crate::error::AppError;
use chrono::NaiveDate;
use passerelle_domain::access::{Action, Subject, permit};
use passerelle_domain::calendar::Calendar;
use passerelle_domain::corridor::Party;
use passerelle_domain::law::ProcedureEntry;
use passerelle_domain::machine::recognition::{Case, Event, EventKind, hands};
use passerelle_domain::people::{Answer, RecognitionState};
use passerelle_store::entity::{case_event, credential, recognition_case, trainee};
use passerelle_store::query::{ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};
use passerelle_store::{StoreError, Tx, record};
use serde::Serialize;
use uuid::Uuid;

const MACHINE: &str = "recognition";

/// A case with its history and what may happen next.
#[derive(Debug, Clone)]
pub struct Course {
    pub row: recognition_case::Model,
    pub case: Case,
    pub procedure: Option<ProcedureEntry>,
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
    Ok(Course { row, case, procedure, events, mine })
}

/// Brings an event.
///
/// # Errors
/// Why it cannot happen: the state, the hand, a condition, or nobody has written the procedure down.
pub async fn act(ctx: &Ctx<'_>, id: Uuid, version: i64, act: &Act<Event>) -> Result<Case, AppError> {
    let scope = permit(ctx.actor, Action::Read, Subject::RecognitionCase)?;
    ctx.ensure_writes()?;
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
    let event = with_facts(&tx, &row, &act.event).await?;
    let kind = event.kind();
    let by = case_events::party(ctx.actor, hands(kind)).ok_or(AppError::Forbidden)?;
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
    journeys::recognised(ctx.state, &mut tx, &changed, ctx.now.date()).await?;
    tx.note("recognition_event", "recognition_case", Some(id), serde_json::json!({ "event": kind, "to": next.state }));
    if by != Party::Trainee {
        notifications::to_person(&mut tx, person, "case_moved", &format!("/ui/recognition-cases/{id}"), &[]).await?;
    }
    tx.commit().await?;
    Ok(next)
}

/// What the system knows itself is not asked of anybody: identity, credential, authority.
async fn with_facts(tx: &Tx, row: &recognition_case::Model, event: &Event) -> Result<Event, AppError> {
    let Event::File { consent, .. } = event else { return Ok(event.clone()) };
    let person = trainee::Entity::find_by_id(row.trainee_id).one(tx.conn()).await.map_err(StoreError::from)?.ok_or(AppError::NotFound)?;
    let papers = credential::Entity::find()
        .filter(credential::Column::TraineeId.eq(row.trainee_id))
        .count(tx.conn())
        .await
        .map_err(StoreError::from)?;
    Ok(Event::File {
        consent: *consent,
        identity: person.identity_confirmed == Answer::Yes.as_str(),
        credential: papers > 0,
        authority: !row.authority.trim().is_empty(),
    })
}

/// Each case as its first decision left it: what a remedy changes is told apart from what was noticed.
///
/// # Errors
/// When the database refuses.
pub async fn first_decisions(
    conn: &impl ConnectionTrait,
    rows: &[recognition_case::Model],
) -> Result<std::collections::BTreeMap<Uuid, Case>, AppError> {
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let mut decided: std::collections::BTreeMap<Uuid, Case> = std::collections::BTreeMap::new();
    for chunk in ids.chunks(10_000) {
        let decisions = ["decided_full", "decided_partial", "decided_refused"];
        let events = case_event::Entity::find()
            .filter(case_event::Column::CaseId.is_in(chunk.iter().copied()))
            .filter(case_event::Column::ToState.is_in(decisions))
            .order_by_asc(case_event::Column::Seq)
            .all(conn)
            .await
            .map_err(StoreError::from)?;
        for event in events {
            if let Ok(case) = serde_json::from_str::<Case>(&event.after) {
                decided.entry(event.case_id).or_insert(case);
            }
        }
    }
    Ok(decided)
}

/// How decisions came out: by destination, occupation and authority, with the days they took.
#[derive(Debug, Clone, Serialize)]
pub struct Outcomes {
    pub destination: String,
    pub occupation: String,
    pub authority: String,
    pub full: usize,
    pub partial: usize,
    pub refused: usize,
    /// Days from the complete file to the decision, where both are known.
    pub median_days: Option<i64>,
    pub p90_days: Option<i64>,
}

/// Outcomes of the cases that the actor may read; at most 10,000 of the newest.
///
/// # Errors
/// When the actor may not list cases.
pub async fn outcomes(ctx: &Ctx<'_>) -> Result<Vec<Outcomes>, AppError> {
    use passerelle_store::record::Record;
    let scope = permit(ctx.actor, Action::List, Subject::RecognitionCase)?;
    let conn = ctx.state.store.read();
    let rows = recognition_case::Entity::find()
        .filter(recognition_case::Entity::visible(&scope))
        .filter(recognition_case::Column::DecidedOn.is_not_null())
        .order_by_desc(recognition_case::Column::UpdatedAtMs)
        .limit(10_000)
        .all(conn)
        .await
        .map_err(StoreError::from)?;
    let decided = first_decisions(conn, &rows).await?;
    let mut groups: std::collections::BTreeMap<(String, String, String), (Outcomes, Vec<i64>)> = std::collections::BTreeMap::new();
    for row in rows {
        let first = decided.get(&row.id);
        let state = first.map_or_else(|| row.state.clone(), |case| case.state.to_string());
        let key = (row.destination.clone(), row.occupation.clone(), row.authority.clone());
        let (group, days) = groups.entry(key).or_insert_with(|| {
            let empty = Outcomes {
                destination: row.destination.clone(),
                occupation: row.occupation.clone(),
                authority: row.authority.clone(),
                full: 0,
                partial: 0,
                refused: 0,
                median_days: None,
                p90_days: None,
            };
            (empty, vec![])
        });
        match state.as_str() {
            "decided_full" => group.full += 1,
            "decided_partial" => group.partial += 1,
            "decided_refused" => group.refused += 1,
            _ => {}
        }
        days.extend(first.and_then(Case::days_to_decision));
    }
    Ok(groups
        .into_values()
        .map(|(mut group, mut days)| {
            days.sort_unstable();
            let at = |percent: usize| (!days.is_empty()).then(|| days[(days.len() * percent).div_ceil(100).max(1) - 1]);
            (group.median_days, group.p90_days) = (at(50), at(90));
            group
        })
        .collect())
}

/// Cases in one state, and how many of them are due within a fortnight or overdue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Column {
    pub state: RecognitionState,
    pub cases: i64,
    pub due_soon: i64,
    pub overdue: i64,
}

/// The cases that the actor may list, by state. One statement.
///
/// # Errors
/// When the actor may not list cases.
pub async fn board(ctx: &Ctx<'_>) -> Result<Vec<Column>, AppError> {
    use passerelle_store::query::{Expr, ExprTrait};
    use passerelle_store::record::Record;
    use recognition_case::Column as C;
    let scope = permit(ctx.actor, Action::List, Subject::RecognitionCase)?;
    let today = ctx.now.date();
    let soon = today.checked_add_days(chrono::Days::new(passerelle_engine::pathway::WARN_DAYS)).unwrap_or(today);
    let within = |condition: passerelle_store::query::SimpleExpr| Expr::case(condition, 1_i64).finally(0_i64).sum().cast_as("bigint");
    let rows: Vec<(String, i64, i64, i64)> = recognition_case::Entity::find()
        .select_only()
        .column(C::State)
        .column_as(C::Id.count(), "n")
        .column_as(within(C::DueOn.between(today, soon)), "soon")
        .column_as(within(C::DueOn.lt(today)), "late")
        .filter(recognition_case::Entity::visible(&scope))
        .group_by(C::State)
        .into_tuple()
        .all(ctx.state.store.read())
        .await
        .map_err(StoreError::from)?;
    let column = |state: RecognitionState| {
        let (_, cases, due_soon, overdue) = rows.iter().find(|row| row.0 == state.as_str())?;
        Some(Column { state, cases: *cases, due_soon: *due_soon, overdue: *overdue })
    };
    Ok(RecognitionState::ALL.iter().filter_map(|state| column(*state)).collect())
}
