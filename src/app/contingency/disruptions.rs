//! What strikes many at once: whom, drilled without writing anything of anybody, and declared once.

mod activation;
mod affected;
mod after;
mod drill;
mod messages;

pub use activation::{Declarer, carry_out};
pub(super) use affected::declared_for;
pub use after::{AT_ONCE, CarriedOut, END_JOB, carry_out_chosen, carry_out_end, chosen, end};
pub use drill::{Drill, DrilledPerson, UnderPlan, drill, last_drill};
pub use messages::{Told, tell_all};

use super::letters;
use super::options::{Stopped, Struck};
use crate::app::Ctx;
use crate::app::case_events;
use crate::app::match_runs::job_lease::Lease;
use crate::error::{AppError, FieldError};
use crate::state::AppState;
use passerelle_domain::access::{Action, Reach, Scope, Subject, permit};
use passerelle_domain::contingency::{Cause, cause};
use passerelle_domain::machine::contingency::{EventKind, State, hands};
use passerelle_domain::people::DisruptionStatus;
use passerelle_store::entity::{contingency_case, disruption, journey};
use passerelle_store::query::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use passerelle_store::record::Record;
use passerelle_store::{StoreError, Tx, job, record};
use serde::Serialize;
use serde_json::json;
use std::collections::BTreeMap;
use uuid::Uuid;

pub const JOB: &str = "disruption";

/// Whether a disruption is of a country that a scope covers: whoever is struck by another's reads and tells, no more.
pub fn is_own(scope: &Scope, row: &disruption::Model) -> bool {
    scope.reaches().any(|reach| match reach {
        Reach::Everything => true,
        Reach::Origins(territory) | Reach::Destinations(territory) => territory.countries.iter().any(|code| code.as_str() == row.country),
        _ => false,
    })
}

fn ensure_own(scope: &Scope, row: &disruption::Model) -> Result<(), AppError> {
    if is_own(scope, row) { Ok(()) } else { Err(AppError::Forbidden) }
}

fn seed(row: &disruption::Model) -> u64 {
    u64::try_from(row.seed).unwrap_or(0)
}

fn cause_of(row: &disruption::Model) -> Result<&'static Cause, AppError> {
    cause(&row.cause).ok_or_else(|| StoreError::Corrupt { table: "disruption", column: "cause" }.into())
}

fn stopped(row: &disruption::Model, rows: Vec<journey::Model>) -> Result<Vec<Stopped>, AppError> {
    let (cause, struck) = (cause_of(row)?, Struck::by(row));
    Ok(rows
        .into_iter()
        .map(|journey| Stopped {
            journey,
            cause,
            reported_on: row.begins_on,
            safety_risk: row.safety_risk,
            decided: None,
            wishes: vec![],
            heard: false,
            struck: struck.clone(),
        })
        .collect())
}

/// Declares a disruption: a job opens a case for everybody whom it strikes, and works out what is open to each.
///
/// # Errors
/// When it is not the actor's to declare, or was declared before.
pub async fn declare(ctx: &Ctx<'_>, id: Uuid, version: i64) -> Result<disruption::Model, AppError> {
    let mut tx = ctx.begin().await?;
    let row = to_decide(ctx, &tx, id, version, DisruptionStatus::Draft).await?;
    if row.begins_on > ctx.now.date() {
        return Err(AppError::Invalid(vec![FieldError::new("begins_on", "future", "lies ahead: drill it until then")]));
    }
    if row.evidence.as_ref().is_none_or(|evidence| evidence.trim().is_empty()) {
        return Err(AppError::invalid(
            "evidence",
            "required",
            "says where it was made known: a declaration stands for proof in every case",
        ));
    }
    let changed = disruption::Model { status: DisruptionStatus::Declared.to_string(), declared_on: Some(ctx.now.date()), ..row };
    let party = case_events::party(ctx.actor, hands(EventKind::Verify)).ok_or(AppError::Forbidden)?;
    let version = record::update::<disruption::Entity>(&mut tx, changed.clone(), version, &["status"]).await?;
    job::enqueue(&tx, JOB, &json!({ "disruption": id, "party": party, "account": ctx.actor.user.0 })).await?;
    tx.note("disruption_declared", "disruption", Some(id), json!({ "cause": changed.cause }));
    tx.commit().await?;
    Ok(disruption::Model { version, ..changed })
}

/// A disruption that is the actor's to decide on, as she has read it, in that state; held until the end.
async fn to_decide(ctx: &Ctx<'_>, tx: &Tx, id: Uuid, version: i64, state: DisruptionStatus) -> Result<disruption::Model, AppError> {
    let scope = permit(ctx.actor, Action::Decide, Subject::Disruption)?;
    record::find::<disruption::Entity>(tx.conn(), &scope, id).await?.ok_or(AppError::NotFound)?;
    let row = record::hold::<disruption::Entity>(tx, id).await?.ok_or(AppError::NotFound)?;
    ensure_own(&scope, &row)?;
    if row.version != version {
        return Err(AppError::Stale);
    }
    if row.status != state.as_str() {
        return Err(AppError::TransitionRefused { state: row.status, allowed: vec![] });
    }
    Ok(row)
}

async fn finish(state: &AppState, held: &Lease<'_>, now: crate::clock::Moment) -> Result<(), AppError> {
    let tx = state.store.begin(None, now.ms()).await?;
    job::finish(&tx, held.job_id, held.worker).await?;
    tx.commit().await?;
    Ok(())
}

/// How the cases of a disruption stand.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Standing {
    pub by_state: BTreeMap<String, u64>,
    pub by_outcome: BTreeMap<String, u64>,
    pub open: u64,
    /// Messages to those who are struck, in the application.
    pub messages: Told,
    /// Letters in these cases, and how many of them are known to have been received.
    pub letters: u64,
    pub confirmed: u64,
}

/// Counts the cases of a disruption that the actor may list.
///
/// # Errors
/// When the disruption is not the actor's to read.
pub async fn standing(ctx: &Ctx<'_>, id: Uuid) -> Result<Standing, AppError> {
    let scope = permit(ctx.actor, Action::List, Subject::ContingencyCase)?;
    let rows: Vec<(String, Option<String>, i64)> = contingency_case::Entity::find()
        .select_only()
        .column(contingency_case::Column::State)
        .column(contingency_case::Column::Outcome)
        .column_as(contingency_case::Column::Id.count(), "n")
        .filter(contingency_case::Entity::visible(&scope))
        .filter(contingency_case::Column::DisruptionId.eq(id))
        .group_by(contingency_case::Column::State)
        .group_by(contingency_case::Column::Outcome)
        .into_tuple()
        .all(ctx.state.store.read())
        .await
        .map_err(StoreError::from)?;
    let (letters, confirmed) = letters::counted(ctx, id).await?;
    let messages = messages::told(ctx.state.store.read(), &scope, id).await?;
    let mut standing = Standing { messages, letters, confirmed, ..Standing::default() };
    for (state, outcome, count) in rows {
        let count = u64::try_from(count).unwrap_or(0);
        if state != State::Closed.as_str() {
            standing.open += count;
        }
        *standing.by_state.entry(state).or_insert(0) += count;
        if let Some(outcome) = outcome {
            *standing.by_outcome.entry(outcome).or_insert(0) += count;
        }
    }
    Ok(standing)
}
