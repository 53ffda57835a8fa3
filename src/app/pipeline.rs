//! The pipeline as an employer sees it before anybody is proposed: counts by occupation and horizon, and chances.
//! Only people who agree to be matched and have no match count, and few people are not told.

use super::privacy::consents;
use super::{Ctx, corridors, seats};
use crate::error::{AppError, FieldError};
use passerelle_domain::access::{Action, Subject, permit};
use passerelle_domain::country::CountryCode;
use passerelle_domain::people::{Decision, JourneyState};
use passerelle_engine::pipeline::{Row, preview};
use passerelle_engine::seats::OnTheWay;
use passerelle_store::StoreError;
use passerelle_store::entity::{organisation, proposal};
use passerelle_store::query::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// The pipeline towards a destination.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Pipeline {
    pub destination: Option<CountryCode>,
    /// Countries that a way leads to.
    pub destinations: Vec<CountryCode>,
    /// Names of the ways that lead there.
    pub pathways: Vec<String>,
    pub rows: Vec<Row>,
}

/// The destination that is asked for; nothing where none is.
///
/// # Errors
/// When it is no country.
pub fn destination(asked: Option<&String>) -> Result<Option<CountryCode>, AppError> {
    let asked = asked.map(|text| text.trim().to_uppercase()).filter(|text| !text.is_empty());
    let parse = |code: String| CountryCode::parse(&code).map_err(|error| AppError::Invalid(vec![FieldError::of("destination", &error)]));
    asked.map(parse).transpose()
}

/// Who could be at work at a destination, and when. Without one, the country of the actor's organisation counts.
///
/// # Errors
/// When the actor posts and reads no needs.
pub async fn of(ctx: &Ctx<'_>, destination: Option<CountryCode>) -> Result<Pipeline, AppError> {
    permit(ctx.actor, Action::List, Subject::Need)?;
    let conn = ctx.state.store.read();
    let today = ctx.now.date();
    let packs = corridors::list(ctx).await?;
    let agreed = consents::matchable(conn, None).await?;
    let matched = matched(ctx).await?;
    let people = seats::people(conn, &[JourneyState::Enrolled, JourneyState::InTraining, JourneyState::Certified]).await?;
    let people: Vec<OnTheWay> =
        people.into_iter().filter(|(id, _)| agreed.contains(id) && !matched.contains(id)).map(|(_, person)| person).collect();
    let home = home(ctx).await?;
    let work = move || {
        let ways = seats::ways(&packs, today);
        let mut by_country: BTreeMap<CountryCode, Vec<String>> = BTreeMap::new();
        for way in &ways {
            by_country.entry(way.destination).or_default().push(way.pathway.clone());
        }
        let destination = destination.or(home.filter(|home| by_country.contains_key(home))).or(by_country.keys().next().copied());
        Pipeline {
            rows: destination.map(|to| preview(&people, &ways, to, today)).unwrap_or_default(),
            pathways: destination.and_then(|to| by_country.get(&to).cloned()).unwrap_or_default(),
            destinations: by_country.into_keys().collect(),
            destination,
        }
    };
    tokio::task::spawn_blocking(work).await.map_err(AppError::internal)
}

/// People who have a match, also those who are still in training.
async fn matched(ctx: &Ctx<'_>) -> Result<BTreeSet<Uuid>, AppError> {
    let accepted = Decision::Accepted.as_str();
    let ids: Vec<Uuid> = proposal::Entity::find()
        .select_only()
        .column(proposal::Column::TraineeId)
        .filter(proposal::Column::TraineeDecision.eq(accepted))
        .filter(proposal::Column::EmployerDecision.eq(accepted))
        .into_tuple()
        .all(ctx.state.store.read())
        .await
        .map_err(StoreError::from)?;
    Ok(ids.into_iter().collect())
}

/// The country of the first organisation that the actor acts for.
async fn home(ctx: &Ctx<'_>) -> Result<Option<CountryCode>, AppError> {
    let Some(id) = ctx.actor.grants.iter().find_map(|grant| grant.organisation) else { return Ok(None) };
    let row = organisation::Entity::find_by_id(id.0).one(ctx.state.store.read()).await.map_err(StoreError::from)?;
    Ok(row.and_then(|row| CountryCode::parse(&row.country).ok()))
}
