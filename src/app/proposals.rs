//! Deciding on a proposal. The engine only proposes; a match exists when both sides have said yes.

use super::Ctx;
use crate::error::AppError;
use passerelle_domain::access::{Action, Reach, Subject, permit};
use passerelle_domain::people::{Decision, DeclineReason};
use passerelle_store::entity::{need, proposal, seat_pool, trainee};
use passerelle_store::query::{ColumnTrait, EntityTrait, QueryFilter};
use passerelle_store::{StoreError, record};
use serde::Deserialize;
use uuid::Uuid;

/// What one side says.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decide {
    pub decision: Decision,
    /// Needed when declining.
    #[serde(default)]
    pub reason: Option<DeclineReason>,
}

/// Records the decision of the actor's side.
///
/// # Errors
/// When the proposal is not the actor's, changed meanwhile, is decided already, rests on facts
/// that have moved since, or its seats are taken.
pub async fn decide(ctx: &Ctx<'_>, id: Uuid, version: i64, decide: &Decide) -> Result<proposal::Model, AppError> {
    let scope = permit(ctx.actor, Action::Decide, Subject::Proposal)?;
    if decide.decision == Decision::Pending {
        return Err(AppError::invalid("decision", "choice", "must be accepted or declined"));
    }
    if decide.decision == Decision::Declined && decide.reason.is_none() {
        return Err(AppError::invalid("reason", "required", "is needed when you decline"));
    }
    let mut tx = ctx.begin().await?;
    let found = record::find::<proposal::Entity>(tx.conn(), &scope, id).await?.ok_or(AppError::NotFound)?;
    // The need first, always: both sides and all proposals of a need wait in the same line.
    let need = record::hold::<need::Entity>(&tx, found.need_id).await?.ok_or(AppError::NotFound)?;
    let person = record::hold::<trainee::Entity>(&tx, found.trainee_id).await?.ok_or(AppError::NotFound)?;
    let mut row = record::hold::<proposal::Entity>(&tx, id).await?.ok_or(AppError::NotFound)?;
    if row.version != version {
        return Err(AppError::Stale);
    }
    let by_trainee = scope.0.iter().any(|reach| matches!(reach, Reach::Person(me) if me.0 == row.trainee_id));
    let mine = if by_trainee { &row.trainee_decision } else { &row.employer_decision };
    if mine != Decision::Pending.as_str() {
        return Err(AppError::TransitionRefused { state: mine.clone(), allowed: vec![] });
    }
    if decide.decision == Decision::Accepted {
        let moved = need.updated_at_ms > row.created_at_ms || person.updated_at_ms > row.created_at_ms;
        if moved {
            return Err(AppError::Conflict("the need or the trainee's record changed after this was proposed; run the matching again".into()));
        }
        ensure_a_seat(&tx, &row).await?;
    }
    let reason = decide.reason.filter(|_| decide.decision == Decision::Declined).map(|reason| reason.to_string());
    let changed = if by_trainee {
        row.trainee_decision = decide.decision.to_string();
        row.trainee_reason = reason;
        "trainee_decision"
    } else {
        row.employer_decision = decide.decision.to_string();
        row.employer_reason = reason;
        "employer_decision"
    };
    let next = record::update::<proposal::Entity>(&mut tx, row.clone(), version, &[changed]).await?;
    tx.commit().await?;
    row.version = next;
    Ok(row)
}

/// Seats that others have accepted on their side count as taken, over all runs.
async fn ensure_a_seat(tx: &passerelle_store::Tx, row: &proposal::Model) -> Result<(), AppError> {
    let accepted = Decision::Accepted.as_str();
    let others = proposal::Entity::find()
        .filter(proposal::Column::NeedId.eq(row.need_id))
        .filter(proposal::Column::Pathway.eq(row.pathway.as_str()))
        .filter(proposal::Column::TraineeDecision.eq(accepted))
        .filter(proposal::Column::EmployerDecision.eq(accepted))
        .all(tx.conn())
        .await
        .map_err(StoreError::from)?;
    let taken = others.iter().filter(|other| other.trainee_id != row.trainee_id).count();
    let pool = seat_pool::Entity::find()
        .filter(seat_pool::Column::NeedId.eq(row.need_id))
        .filter(seat_pool::Column::Pathway.eq(row.pathway.as_str()))
        .one(tx.conn())
        .await
        .map_err(StoreError::from)?;
    let seats = pool.map_or(0, |pool| usize::try_from(pool.seats).unwrap_or_default());
    let placed_elsewhere = proposal::Entity::find()
        .filter(proposal::Column::TraineeId.eq(row.trainee_id))
        .filter(proposal::Column::Id.ne(row.id))
        .filter(proposal::Column::TraineeDecision.eq(accepted))
        .filter(proposal::Column::EmployerDecision.eq(accepted))
        .one(tx.conn())
        .await
        .map_err(StoreError::from)?
        .is_some();
    if placed_elsewhere {
        return Err(AppError::Conflict("this trainee has been matched by another proposal already".into()));
    }
    if taken >= seats {
        return Err(AppError::Conflict("all seats of this need are taken by accepted proposals".into()));
    }
    Ok(())
}
