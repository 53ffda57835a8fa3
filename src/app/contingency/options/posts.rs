//! Posts: what the matching knows of them, which are open for another reason than skill, and to whom scarce ones go.

use super::known::{CHUNK, Known, chunked};
use super::{Options, Stopped};
use crate::app::{contracts, match_runs};
use crate::error::AppError;
use crate::state::AppState;
use chrono::NaiveDate;
use passerelle_domain::contingency::plan::Plan;
use passerelle_domain::contingency::{Response, allotment};
use passerelle_domain::ids::TraineeId;
use passerelle_domain::machine::contingency::State;
use passerelle_domain::occupation::IscoCode;
use passerelle_domain::people::Decision;
use passerelle_engine::matching::{Alternatives, Snapshot, alternatives};
use passerelle_store::StoreError;
use passerelle_store::entity::*;
use passerelle_store::query::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Other occupations that are looked at for one person.
const SWITCHES: usize = 3;

impl Known {
    /// The posts that she would take, in the order in which they are shown to her.
    pub(super) fn claim(&self, one: &Stopped, options: &Options) -> allotment::Claim {
        let wants = options.decision.choices.iter().filter_map(|choice| choice.opening.as_ref().map(|opening| opening.need));
        allotment::Claim {
            person: one.journey.trainee_id,
            horizon: one.journey.horizon_on,
            waiting_since: self.people.get(&one.journey.trainee_id).map_or(one.reported_on, |person| person.waiting_since),
            wants: wants.collect(),
        }
    }

    /// Free places of the posts that somebody wants: seats less those that people hold or were offered in other cases.
    pub(super) async fn places(&self, claims: &[allotment::Claim], conn: &impl ConnectionTrait) -> Result<BTreeMap<Uuid, u32>, AppError> {
        let wanted: BTreeSet<Uuid> = claims.iter().flat_map(|claim| claim.wants.iter().copied()).collect();
        let rows = self.at_home.iter().chain(self.needs.values()).filter(|need| wanted.contains(&need.id));
        let mut places: BTreeMap<Uuid, i64> = rows.map(|need| (need.id, need.positions)).collect();
        // Abroad no more than the seats of its pathways.
        let mut seats: BTreeMap<Uuid, i64> = BTreeMap::new();
        for pool in chunked::<seat_pool::Entity>(conn, seat_pool::Column::NeedId, &wanted).await? {
            *seats.entry(pool.need_id).or_default() += pool.seats;
        }
        for (need, seats) in seats {
            places.entry(need).and_modify(|places| *places = Ord::min(seats, *places));
        }
        let agreed = chunked::<proposal::Entity>(conn, proposal::Column::NeedId, &wanted).await?;
        let accepted = Decision::Accepted.as_str();
        // A place that somebody has said yes to is hers until its employer says no.
        for row in agreed.into_iter().filter(|row| row.trainee_decision == accepted && row.employer_decision != Decision::Declined.as_str())
        {
            *places.entry(row.need_id).or_default() -= 1;
        }
        // Posts of other cases, chosen or kept until they are; of the people at hand only what they have for good.
        let people: BTreeSet<Uuid> = claims.iter().map(|claim| claim.person).collect();
        let wanted: Vec<Uuid> = wanted.into_iter().collect();
        for chunk in wanted.chunks(CHUNK) {
            let held: Vec<(Uuid, Option<Uuid>, String)> = contingency_case::Entity::find()
                .select_only()
                .columns([contingency_case::Column::TraineeId, contingency_case::Column::HeldNeedId, contingency_case::Column::State])
                .filter(contingency_case::Column::HeldNeedId.is_in(chunk.iter().copied()))
                .into_tuple()
                .all(conn)
                .await
                .map_err(StoreError::from)?;
            let over = [State::Resolved, State::Closed].map(State::as_str);
            for (_, need, _) in held.iter().filter(|(person, _, state)| !people.contains(person) || over.contains(&state.as_str())) {
                if let Some(need) = need {
                    *places.entry(*need).or_default() -= 1;
                }
            }
        }
        Ok(places.into_iter().map(|(need, left)| (need, u32::try_from(left).unwrap_or(0))).collect())
    }
}

/// Posts in the occupations that the plans let some people go over to, where their cause is answered so. One search for
/// each occupation that a plan names beside another: most plans name one.
pub(super) async fn elsewhere(
    state: &AppState,
    conn: &impl ConnectionTrait,
    stopped: &[Stopped],
    people: &BTreeMap<Uuid, trainee::Model>,
    plans: &[&BTreeMap<Uuid, Plan>],
    today: NaiveDate,
) -> Result<BTreeMap<Uuid, Vec<(String, Alternatives)>>, AppError> {
    let mut rounds: Vec<BTreeMap<Uuid, IscoCode>> = Vec::new();
    for one in stopped {
        let id = one.journey.trainee_id;
        let Some(person) = people.get(&id) else { continue };
        let answer = |plan: &&Plan| plan.responses(one.cause.code).contains(&Response::SwitchOccupation);
        let named = plans.iter().filter_map(|known| known.get(&id)).filter(answer).flat_map(|plan| &plan.switches);
        let others: BTreeSet<IscoCode> = named.filter(|switch| switch.from.as_str() == person.occupation).map(|switch| switch.to).collect();
        for (round, other) in others.into_iter().enumerate().take(SWITCHES) {
            if rounds.len() == round {
                rounds.push(BTreeMap::new());
            }
            rounds[round].insert(id, other);
        }
    }
    let mut elsewhere: BTreeMap<Uuid, Vec<(String, Alternatives)>> = BTreeMap::new();
    for occupations in rounds {
        let found = alternatives_of(state, conn, occupations.keys().copied().collect(), &occupations, today).await?;
        for (person, alternatives) in found {
            let Some(occupation) = occupations.get(&person.0) else { continue };
            elsewhere.entry(person.0).or_default().push((occupation.to_string(), alternatives));
        }
    }
    Ok(elsewhere)
}

/// People whose contract pays more since the report, and is worse in nothing: their employer has taken on the new floor.
pub(super) async fn topped_up<'a>(
    conn: &impl ConnectionTrait,
    stopped: &[Stopped],
    agreed: impl Iterator<Item = &'a proposal::Model>,
) -> Result<BTreeSet<Uuid>, AppError> {
    let since: BTreeMap<Uuid, NaiveDate> = stopped
        .iter()
        .filter(|one| one.cause.responses.contains(&Response::TopUpWage))
        .map(|one| (one.journey.trainee_id, one.reported_on))
        .collect();
    let of: BTreeMap<Uuid, (Uuid, NaiveDate)> =
        agreed.filter_map(|row| Some((row.id, (row.trainee_id, *since.get(&row.trainee_id)?)))).collect();
    let raised = contracts::raised(conn, of.iter().map(|(proposal, (_, day))| (*proposal, *day)).collect()).await?;
    Ok(raised.into_iter().filter_map(|proposal| of.get(&proposal).map(|(person, _)| *person)).collect())
}

/// What the matching knows of other posts for them, in the snapshot of the day; for some of them as if they had learnt
/// another occupation.
pub(in crate::app::contingency) async fn alternatives_of(
    state: &AppState,
    conn: &impl ConnectionTrait,
    people: Vec<Uuid>,
    occupations: &BTreeMap<Uuid, IscoCode>,
    today: NaiveDate,
) -> Result<BTreeMap<TraineeId, Alternatives>, AppError> {
    if people.is_empty() {
        return Ok(BTreeMap::new());
    }
    let mut snapshot: Snapshot = match_runs::gather_people(conn, state, today, &people).await?;
    for trainee in &mut snapshot.trainees {
        if let Some(other) = occupations.get(&trainee.id.0) {
            trainee.occupation = *other;
        }
    }
    let policy = state.policy.clone();
    let ids: BTreeSet<TraineeId> = people.into_iter().map(TraineeId).collect();
    let threads = match_runs::threads();
    let search = move || alternatives(&snapshot, &policy, &ids, threads);
    tokio::task::spawn_blocking(search).await.map_err(AppError::internal)
}
