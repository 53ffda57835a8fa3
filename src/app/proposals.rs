//! Deciding on a proposal. The engine only proposes; a match exists when both sides have said yes.

use super::privacy::disclosures;
use super::{Ctx, journeys, match_runs};
use crate::error::AppError;
use passerelle_domain::access::{Action, Actor, Reach, Role, Subject, permit};
use passerelle_domain::ids::{NeedId, OrganisationId, TraineeId};
use passerelle_domain::machine::journey;
use passerelle_domain::people::{Decision, DeclineReason, JourneyState};
use passerelle_engine::matching::explain_pair;
use passerelle_store::entity::{need, proposal, seat_pool, trainee};
use passerelle_store::query::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter};
use passerelle_store::{StoreError, Tx, record};
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
    record::hold::<need::Entity>(&tx, found.need_id).await?.ok_or(AppError::NotFound)?;
    let person = record::hold::<trainee::Entity>(&tx, found.trainee_id).await?.ok_or(AppError::NotFound)?;
    let mut row = record::hold::<proposal::Entity>(&tx, id).await?.ok_or(AppError::NotFound)?;
    if row.version != version {
        return Err(AppError::Stale);
    }
    let by_trainee = scope.reaches().any(|reach| matches!(reach, Reach::Person(me) if me.0 == row.trainee_id));
    let mine = if by_trainee { &row.trainee_decision } else { &row.employer_decision };
    if mine != Decision::Pending.as_str() {
        return Err(AppError::TransitionRefused { state: mine.clone(), allowed: vec![] });
    }
    if decide.decision == Decision::Accepted {
        ensure_a_seat(&tx, &row).await?;
        ensure_still_lawful(ctx, &tx, &row, false).await?;
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
    disclosures::open_stage(&mut tx, &row).await?;
    let accepted = Decision::Accepted.as_str();
    if row.trainee_decision == accepted && row.employer_decision == accepted {
        let today = ctx.now.date();
        journeys::matched(ctx.state, &mut tx, &row, person.ready_on, today).await?;
    }
    tx.commit().await?;
    row.version = next;
    Ok(row)
}

/// What the employer states with an offer; that the wage is lawful is judged, not stated.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MakeOffer {
    /// The written contract has every element that rule R03 asks for.
    #[serde(default)]
    pub contract_complete: bool,
    /// The works council was heard, where there is one (rule R09).
    #[serde(default)]
    pub works_council: bool,
}

/// Makes the offer that both sides have been waiting for: the papers open to the employer, and the
/// person is offered the post.
///
/// # Errors
/// When the proposal is not the employer's, not agreed on by both, or an offer was made before.
pub async fn offer(ctx: &Ctx<'_>, id: Uuid, version: i64, make: MakeOffer) -> Result<proposal::Model, AppError> {
    let scope = permit(ctx.actor, Action::Decide, Subject::Proposal)?;
    let mut tx = ctx.begin().await?;
    let found = record::find::<proposal::Entity>(tx.conn(), &scope, id).await?.ok_or(AppError::NotFound)?;
    if !ctx.actor.works_for(OrganisationId(found.employer_id)) {
        return Err(AppError::Forbidden);
    }
    record::hold::<trainee::Entity>(&tx, found.trainee_id).await?.ok_or(AppError::NotFound)?;
    let mut row = record::hold::<proposal::Entity>(&tx, id).await?.ok_or(AppError::NotFound)?;
    if row.version != version {
        return Err(AppError::Stale);
    }
    let accepted = Decision::Accepted.as_str();
    if row.trainee_decision != accepted || row.employer_decision != accepted {
        return Err(AppError::TransitionRefused { state: "proposed".into(), allowed: vec!["accept", "decline"] });
    }
    if row.offered_at_ms.is_some() {
        return Err(AppError::TransitionRefused { state: "offered".into(), allowed: vec![] });
    }
    // The wage and everything else are judged again on the facts of this moment.
    ensure_still_lawful(ctx, &tx, &row, true).await?;
    row.offered_at_ms = Some(ctx.now.ms());
    row.version = record::update::<proposal::Entity>(&mut tx, row.clone(), version, &["offered_at"]).await?;
    let event = journey::Event::Offer { contract_complete: make.contract_complete, wage_lawful: true, works_council: make.works_council };
    journeys::by_system(ctx.state, &mut tx, row.trainee_id, &event, ctx.now.date()).await?;
    disclosures::open_stage(&mut tx, &row).await?;
    super::work::notifications::to_person(&mut tx, row.trainee_id, "proposal", &format!("/ui/proposals/{id}"), &[]).await?;
    tx.commit().await?;
    Ok(row)
}

/// Which sides of a proposal somebody knows: authorities both, the others their own.
pub fn sides(actor: &Actor, row: &proposal::Model) -> (bool, bool) {
    let own = |id: Uuid| actor.works_for(OrganisationId(id));
    let authority = |country: &str, roles: &[Role]| {
        let mut grants = actor.grants.iter().filter(|grant| roles.contains(&grant.role));
        grants.any(|grant| grant.territory.countries.iter().any(|code| code.as_str() == country))
    };
    let origin = authority(&row.origin, &[Role::OriginOfficer, Role::OriginApprover, Role::OriginAuditor]);
    let destination = authority(&row.destination, &[Role::DestinationOfficer, Role::DestinationApprover, Role::DestinationAuditor]);
    let herself = actor.trainee.is_some_and(|me| me.0 == row.trainee_id);
    let knows_trainee = herself || own(row.institute_id) || origin;
    let knows_need = own(row.employer_id) || destination;
    (knows_trainee, knows_need)
}

/// Seats of a need's pathway on which both sides have agreed, over all runs.
///
/// # Errors
/// When the database refuses.
pub async fn accepted_seats(tx: &Tx, need_id: Uuid, pathway: &str) -> Result<i64, AppError> {
    let accepted = Decision::Accepted.as_str();
    let rows = proposal::Entity::find()
        .filter(proposal::Column::NeedId.eq(need_id))
        .filter(proposal::Column::Pathway.eq(pathway))
        .filter(proposal::Column::TraineeDecision.eq(accepted))
        .filter(proposal::Column::EmployerDecision.eq(accepted))
        .all(tx.conn())
        .await
        .map_err(StoreError::from)?;
    Ok(i64::try_from(rows.len()).unwrap_or(i64::MAX))
}

/// Judges the pair again on the facts of this moment. What was lawful when it was proposed may
/// have ceased to be: a certificate withdrawn, an employer suspended, a quota used up.
async fn ensure_still_lawful(ctx: &Ctx<'_>, tx: &Tx, row: &proposal::Model, matched: bool) -> Result<(), AppError> {
    let day = ctx.now.date();
    let mut snapshot = match_runs::gather_pair(tx.conn(), ctx.state, day, row.trainee_id, row.need_id).await?;
    if matched {
        // The law is asked, not whether they still seek each other: they have found each other.
        snapshot.trainees.iter_mut().for_each(|trainee| trainee.journey = JourneyState::Certified);
        snapshot.needs.iter_mut().for_each(|need| need.open = true);
    }
    let report = explain_pair(&snapshot, &ctx.state.policy, TraineeId(row.trainee_id), NeedId(row.need_id));
    match report {
        Some(report) if report.reasons.is_empty() => Ok(()),
        _ => Err(AppError::Conflict(
            "the facts changed after this was proposed, and the pair is no longer lawful; run the matching again".into(),
        )),
    }
}

/// Seats that others have accepted on their side count as taken, over all runs.
async fn ensure_a_seat(tx: &Tx, row: &proposal::Model) -> Result<(), AppError> {
    let accepted = Decision::Accepted.as_str();
    let taken = accepted_seats(tx, row.need_id, &row.pathway).await?;
    let pool = seat_pool::Entity::find()
        .filter(seat_pool::Column::NeedId.eq(row.need_id))
        .filter(seat_pool::Column::Pathway.eq(row.pathway.as_str()))
        .one(tx.conn())
        .await
        .map_err(StoreError::from)?;
    let seats = pool.map_or(0, |pool| pool.seats);
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

/// Proposals on which her answer may still count: neither side has said no, and one has not spoken.
///
/// # Errors
/// When the database refuses.
pub async fn pending(conn: &impl ConnectionTrait, person: Uuid) -> Result<Vec<proposal::Model>, AppError> {
    let waiting = Decision::Pending.as_str();
    let find = proposal::Entity::find()
        .filter(proposal::Column::TraineeId.eq(person))
        .filter(Condition::any().add(proposal::Column::TraineeDecision.eq(waiting)).add(proposal::Column::EmployerDecision.eq(waiting)))
        .filter(proposal::Column::TraineeDecision.ne(Decision::Declined.as_str()));
    Ok(find.all(conn).await.map_err(StoreError::from)?)
}

/// Declines in her name what waits for an answer, because of something else that she has said.
///
/// # Errors
/// When somebody decides on one of them at the same moment.
pub async fn decline_pending(tx: &mut Tx, person: Uuid, reason: DeclineReason) -> Result<(), AppError> {
    for mut row in pending(tx.conn(), person).await? {
        let version = row.version;
        row.trainee_decision = Decision::Declined.to_string();
        row.trainee_reason = Some(reason.to_string());
        record::update::<proposal::Entity>(tx, row, version, &["trainee_decision"]).await?;
    }
    Ok(())
}
