//! The candidates of a need in the employer's own order: whom it would ask first. The order is the employer's alone; it
//! decides nothing by itself and no run reads it.

use super::Ctx;
use crate::error::AppError;
use chrono::NaiveDate;
use passerelle_domain::access::{Action, Scope, Subject, permit};
use passerelle_domain::ids::OrganisationId;
use passerelle_domain::people::Decision;
use passerelle_engine::matching::policy::Feature;
use passerelle_engine::matching::score::Score;
use passerelle_store::entity::{need, proposal, trainee};
use passerelle_store::query::{ColumnTrait, ConnectionTrait, EntityTrait, Expr, QueryFilter, QueryOrder, QuerySelect};
use passerelle_store::record::{self, Record};
use passerelle_store::{StoreError, Tx};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Candidates of one need that are put in order.
pub const MOST: u64 = 500;

/// A candidate as the employer sees her: what opens with each stage is `domain::access`'s.
#[derive(Debug, Clone, Serialize)]
pub struct Candidate {
    pub proposal: Uuid,
    pub trainee: Uuid,
    pub rank: Option<i64>,
    pub score: i64,
    /// Points by feature.
    pub parts: BTreeMap<Feature, i64>,
    /// Day from which she can begin.
    pub ready_on: Option<NaiveDate>,
    /// Days between that day and the first day of the need; negative when she is ready before.
    pub days_after_start: Option<i64>,
    pub trainee_decision: String,
    pub employer_decision: String,
}

/// The shortlist of a need.
#[derive(Debug, Clone, Serialize)]
pub struct Shortlist {
    pub need: Uuid,
    pub title: String,
    pub candidates: Vec<Candidate>,
    /// Whether the order is the actor's to give.
    pub mine: bool,
}

/// An order of candidates, the first one first. Who is left out has no place.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Order {
    pub order: Vec<Uuid>,
}

/// The candidates of a need: by the employer's order, then by score.
///
/// # Errors
/// When the need or its proposals are not the actor's to read.
pub async fn of(ctx: &Ctx<'_>, id: Uuid) -> Result<Shortlist, AppError> {
    let scope = permit(ctx.actor, Action::Read, Subject::Proposal)?;
    // Whoever has proposals and no needs has no shortlist to look at.
    let Ok(needs) = permit(ctx.actor, Action::Read, Subject::Need) else { return Err(AppError::NotFound) };
    let conn = ctx.state.store.read();
    let need = record::find::<need::Entity>(conn, &needs, id).await?.ok_or(AppError::NotFound)?;
    let rows = standing(conn, id, &scope).await?;
    let people = trainee::Entity::find()
        .select_only()
        .columns([trainee::Column::Id, trainee::Column::ReadyOn])
        .filter(trainee::Column::Id.is_in(rows.iter().map(|row| row.trainee_id)));
    let people = match permit(ctx.actor, Action::Read, Subject::Trainee) {
        Ok(seen) => people.filter(trainee::Entity::visible(&seen)).into_tuple().all(conn).await.map_err(StoreError::from)?,
        Err(_) => vec![],
    };
    let ready: BTreeMap<Uuid, NaiveDate> = people.into_iter().collect();
    let mut candidates = Vec::with_capacity(rows.len());
    for row in rows {
        let corrupt = |_| StoreError::Corrupt { table: "proposal", column: "score_parts" };
        let score: Score = serde_json::from_str(&row.score_parts).map_err(corrupt)?;
        let ready_on = ready.get(&row.trainee_id).copied();
        candidates.push(Candidate {
            proposal: row.id,
            trainee: row.trainee_id,
            rank: row.employer_rank,
            score: row.score,
            parts: score.parts,
            ready_on,
            days_after_start: ready_on.map(|day| (day - need.start_from).num_days()),
            trainee_decision: row.trainee_decision,
            employer_decision: row.employer_decision,
        });
    }
    let mine = ctx.ensure_writes().is_ok()
        && permit(ctx.actor, Action::Decide, Subject::Proposal).is_ok()
        && ctx.actor.works_for(OrganisationId(need.employer_id));
    Ok(Shortlist { need: id, title: need.title, candidates, mine })
}

/// Proposals of the need on which neither side has said no.
async fn standing(conn: &impl ConnectionTrait, need: Uuid, scope: &Scope) -> Result<Vec<proposal::Model>, AppError> {
    let declined = Decision::Declined.as_str();
    let mut rows = proposal::Entity::find()
        .filter(proposal::Entity::visible(scope))
        .filter(proposal::Column::NeedId.eq(need))
        .filter(proposal::Column::TraineeDecision.ne(declined))
        .filter(proposal::Column::EmployerDecision.ne(declined))
        .order_by_desc(proposal::Column::Score)
        .order_by_asc(proposal::Column::Id)
        .limit(MOST)
        .all(conn)
        .await
        .map_err(StoreError::from)?;
    // Sorted here: the databases do not agree on where nothing comes.
    rows.sort_by_key(|row| (row.employer_rank.is_none(), row.employer_rank));
    Ok(rows)
}

/// Puts the candidates in the employer's order.
///
/// # Errors
/// When the need is not the actor's to decide on, or the order names somebody twice or who is no candidate.
pub async fn order(ctx: &Ctx<'_>, id: Uuid, wish: &Order) -> Result<Shortlist, AppError> {
    let scope = permit(ctx.actor, Action::Decide, Subject::Proposal)?;
    ctx.ensure_writes()?;
    let mut tx = ctx.begin().await?;
    // Held: two orders of one need are given one after the other.
    let need = record::hold::<need::Entity>(&tx, id).await?.ok_or(AppError::NotFound)?;
    if !ctx.actor.works_for(OrganisationId(need.employer_id)) {
        return Err(AppError::NotFound);
    }
    let rows = standing(tx.conn(), id, &scope).await?;
    let known: BTreeSet<Uuid> = rows.iter().map(|row| row.id).collect();
    let wanted: BTreeSet<Uuid> = wish.order.iter().copied().collect();
    if wanted.len() != wish.order.len() {
        return Err(AppError::invalid("order", "shortlist-twice", "names a candidate twice"));
    }
    if !wanted.is_subset(&known) {
        return Err(AppError::invalid("order", "shortlist-unknown", "names somebody who is no candidate for this need any more"));
    }
    write(&mut tx, id, &wish.order).await?;
    tx.commit().await?;
    of(ctx, id).await
}

/// The order is beside the proposal, not of it: nobody's decision becomes stale by it.
async fn write(tx: &mut Tx, need: Uuid, order: &[Uuid]) -> Result<(), AppError> {
    proposal::Entity::update_many()
        .col_expr(proposal::Column::EmployerRank, Expr::value(Option::<i64>::None))
        .filter(proposal::Column::NeedId.eq(need))
        .exec(tx.conn())
        .await
        .map_err(StoreError::from)?;
    for (at, id) in order.iter().enumerate() {
        proposal::Entity::update_many()
            .col_expr(proposal::Column::EmployerRank, Expr::value(i64::try_from(at).unwrap_or(i64::MAX) + 1))
            .filter(proposal::Column::Id.eq(*id))
            .exec(tx.conn())
            .await
            .map_err(StoreError::from)?;
    }
    tx.note("shortlist_ordered", "need", Some(need), serde_json::json!({ "candidates": order.len() }));
    Ok(())
}
