//! How decisions came out, and where cases stand.

use crate::app::Ctx;
use crate::error::AppError;
use passerelle_domain::access::{Action, Subject, permit};
use passerelle_domain::machine::recognition::Case;
use passerelle_domain::people::RecognitionState;
use passerelle_store::StoreError;
use passerelle_store::entity::{case_event, recognition_case};
use passerelle_store::query::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait};
use serde::Serialize;
use uuid::Uuid;

const DECISIONS: [&str; 3] = ["decided_full", "decided_partial", "decided_refused"];

/// Cases on which a decision was given, also where a new application is under way since.
pub fn decided() -> Condition {
    use passerelle_store::query::{Expr, ExprTrait};
    // Asked of each case by its own events: they outnumber the cases by far.
    let own = Expr::col((case_event::Entity, case_event::Column::CaseId)).equals((recognition_case::Entity, recognition_case::Column::Id));
    let noticed = case_event::Entity::find()
        .select_only()
        .column(case_event::Column::CaseId)
        .filter(own)
        .filter(case_event::Column::ToState.is_in(DECISIONS))
        .into_query();
    Condition::any().add(recognition_case::Column::DecidedOn.is_not_null()).add(Expr::exists(noticed))
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
        let events = case_event::Entity::find()
            .filter(case_event::Column::CaseId.is_in(chunk.iter().copied()))
            .filter(case_event::Column::ToState.is_in(DECISIONS))
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
        .filter(decided())
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
