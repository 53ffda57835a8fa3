//! What is done with a pledge: the origin acknowledges it, the employer draws back, and people are placed on it.

use super::Ctx;
use crate::error::AppError;
use passerelle_domain::access::{Action, Subject, permit};
use passerelle_domain::people::Decision;
use passerelle_domain::pledge::{PledgeStatus, Withdrawal, causes, owed_percent};
use passerelle_store::entity::{need, pledge, proposal, trainee};
use passerelle_store::query::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect, QueryTrait};
use passerelle_store::{StoreError, record};
use serde::Deserialize;
use uuid::Uuid;

/// Why a pledge ends.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cancel {
    /// A cause of the contingency taxonomy, such as `EMP.WITHDRAW`.
    pub cause: String,
}

/// The origin takes note of a pledge: from then on seats are planned on it.
///
/// # Errors
/// When it is not the actor's to acknowledge, or is no longer offered.
pub async fn acknowledge(ctx: &Ctx<'_>, id: Uuid, version: i64) -> Result<pledge::Model, AppError> {
    let scope = permit(ctx.actor, Action::Decide, Subject::Pledge)?;
    let mut tx = ctx.begin().await?;
    let row = record::find::<pledge::Entity>(tx.conn(), &scope, id).await?.ok_or(AppError::NotFound)?;
    let row = standing(row, version, &[PledgeStatus::Offered])?;
    let next = pledge::Model {
        status: PledgeStatus::Acknowledged.to_string(),
        acknowledged_by: Some(ctx.actor.user.0),
        acknowledged_at_ms: Some(ctx.now.ms()),
        ..row
    };
    let version = record::update::<pledge::Entity>(&mut tx, next.clone(), version, &["status", "acknowledged_at"]).await?;
    tx.commit().await?;
    Ok(pledge::Model { version, ..next })
}

/// Ends a pledge, with the cause; what is owed follows from its own terms.
///
/// # Errors
/// When it is not the actor's, has ended, or the cause is none.
pub async fn cancel(ctx: &Ctx<'_>, id: Uuid, version: i64, cancel: &Cancel) -> Result<pledge::Model, AppError> {
    let scope = permit(ctx.actor, Action::Update, Subject::Pledge)?;
    if !causes().any(|cause| cause == cancel.cause) {
        return Err(AppError::invalid("cause", "choice", "is not a cause by which a pledge ends, such as EMP.WITHDRAW"));
    }
    let mut tx = ctx.begin().await?;
    let row = record::find::<pledge::Entity>(tx.conn(), &scope, id).await?.ok_or(AppError::NotFound)?;
    let row = standing(row, version, &[PledgeStatus::Offered, PledgeStatus::Acknowledged])?;
    let today = ctx.now.date();
    // An offer that nobody has taken note of can be taken back for nothing.
    let owed = match row.acknowledged_at_ms {
        Some(_) => owed_percent(terms(&row)?, &cancel.cause, today, row.start_from),
        None => 0,
    };
    let next = pledge::Model {
        status: PledgeStatus::Cancelled.to_string(),
        ended_on: Some(today),
        cause: Some(cancel.cause.clone()),
        owed_percent: Some(i64::from(owed)),
        ..row
    };
    let changed = ["status", "ended_on", "cause", "owed_percent"];
    let version = record::update::<pledge::Entity>(&mut tx, next.clone(), version, &changed).await?;
    tx.commit().await?;
    Ok(pledge::Model { version, ..next })
}

fn standing(row: pledge::Model, version: i64, from: &[PledgeStatus]) -> Result<pledge::Model, AppError> {
    if !from.iter().any(|status| status.as_str() == row.status) {
        return Err(AppError::TransitionRefused { state: row.status, allowed: vec![] });
    }
    if row.version == version { Ok(row) } else { Err(AppError::Stale) }
}

fn terms(row: &pledge::Model) -> Result<Withdrawal, AppError> {
    let number = |value: i64| u32::try_from(value).map_err(AppError::internal);
    Ok(Withdrawal { notice_days: number(row.notice_days)?, percent: number(row.withdrawal_percent)? })
}

/// How far a pledge is met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fulfilment {
    pub seats: i64,
    /// People of the origin whom both sides have accepted for the employer's needs of that kind within the window.
    pub accepted: i64,
}

/// How far a pledge is met today.
///
/// # Errors
/// When the pledge is not the actor's to read.
pub async fn fulfilment(ctx: &Ctx<'_>, id: Uuid) -> Result<Fulfilment, AppError> {
    let scope = permit(ctx.actor, Action::Read, Subject::Pledge)?;
    let conn = ctx.state.store.read();
    let row = record::find::<pledge::Entity>(conn, &scope, id).await?.ok_or(AppError::NotFound)?;
    let needs = need::Entity::find()
        .select_only()
        .column(need::Column::Id)
        .filter(need::Column::EmployerId.eq(row.employer_id))
        .filter(need::Column::Occupation.eq(row.occupation.as_str()))
        .filter(need::Column::Country.eq(row.destination.as_str()))
        .filter(need::Column::StartFrom.lte(row.start_to))
        .filter(need::Column::StartTo.gte(row.start_from));
    let people =
        trainee::Entity::find().select_only().column(trainee::Column::Id).filter(trainee::Column::TrainingCountry.eq(row.origin.as_str()));
    let accepted = Decision::Accepted.as_str();
    let find = proposal::Entity::find()
        .filter(proposal::Column::NeedId.in_subquery(needs.into_query()))
        .filter(proposal::Column::TraineeId.in_subquery(people.into_query()))
        .filter(proposal::Column::TraineeDecision.eq(accepted))
        .filter(proposal::Column::EmployerDecision.eq(accepted));
    let accepted = find.count(conn).await.map_err(StoreError::from)?;
    Ok(Fulfilment { seats: row.seats, accepted: i64::try_from(accepted).map_err(AppError::internal)? })
}
