//! One event for many journeys, first as a dry run that names whose records it touches.

use super::{Grounds, act_in, acting, facts, journey, offers, pack_of, readable};
use crate::app::case_events::Act;
use crate::app::resource::short_reference;
use crate::app::work::bulk::{Touched, distinct, refusal};
use crate::app::{Ctx, law, records};
use crate::error::AppError;
use passerelle_domain::access::{Action, FieldGroup, Subject, permit_group};
use passerelle_domain::corridor::{CorridorPack, Step};
use passerelle_domain::machine::journey::{Event, EventKind};
use passerelle_store::entity::trainee;
use passerelle_store::query::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use passerelle_store::record::Record;
use passerelle_store::{StoreError, record};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// One event, and the journeys that it happens to.
#[derive(Debug, Clone)]
pub struct Many {
    pub ids: Vec<Uuid>,
    pub act: Act<Event>,
}

/// Brings the event to each journey that takes it, all in one transaction. A journey that refuses is
/// left as it stands and named with its reason. A dry run writes nothing.
///
/// # Errors
/// When the actor may see no journeys, or there are too many of them.
pub async fn bring(ctx: &Ctx<'_>, many: &Many, dry: bool) -> Result<Vec<Touched>, AppError> {
    let scope = acting(ctx)?;
    let ids = distinct(&many.ids)?;
    let conn = ctx.state.store.read();
    let found = journey::Entity::find().filter(journey::Entity::visible(&scope)).filter(journey::Column::Id.is_in(ids.iter().copied()));
    let rows: BTreeMap<Uuid, journey::Model> =
        found.all(conn).await.map_err(StoreError::from)?.into_iter().map(|row| (row.id, row)).collect();
    let people: Vec<Uuid> = rows.values().map(|row| row.trainee_id).collect();
    let titles = match records::find("trainees") {
        Some(trainees) => trainees.titles(ctx, &people).await?,
        None => BTreeMap::new(),
    };
    let owners = owners(ctx, &people).await?;
    let mut tx = ctx.begin().await?;
    if many.act.event.kind() == EventKind::Admit {
        crate::app::tracks::enrolment::all_in_line(&tx, &people).await?;
    }
    let mut touched = Vec::new();
    for id in ids {
        let Some(row) = rows.get(&id) else {
            touched.push(Touched::refused(id, short_reference(id), refusal(AppError::NotFound)?));
            continue;
        };
        let title = titles.get(&row.trainee_id).cloned().unwrap_or_else(|| short_reference(row.trainee_id));
        let owner = owners.get(&row.trainee_id).copied();
        let mut part = tx.part().await?;
        let done = match record::find::<journey::Entity>(part.conn(), &scope, id).await? {
            Some(now) => {
                let turn = match many.act.event.kind() {
                    EventKind::Admit => crate::app::selection::ensure_turn(&part, now.trainee_id).await,
                    _ => Ok(()),
                };
                match turn {
                    Ok(()) => act_in(ctx, &mut part, now, &many.act).await,
                    Err(refused) => Err(refused),
                }
            }
            None => Err(AppError::NotFound),
        };
        touched.push(match done {
            Ok(next) => {
                tx.take(part).await?;
                Touched { id, title, owner, before: row.state.clone(), after: next.state.to_string(), refused: None }
            }
            Err(error) => {
                part.give_up().await?;
                Touched { owner, before: row.state.clone(), ..Touched::refused(id, title, refusal(error)?) }
            }
        });
    }
    if !dry {
        tx.commit().await?;
    }
    Ok(touched)
}

/// The institutes of people whom the actor may see.
async fn owners(ctx: &Ctx<'_>, people: &[Uuid]) -> Result<BTreeMap<Uuid, Uuid>, AppError> {
    let Ok(scope) = permit_group(ctx.actor, Action::Read, Subject::Trainee, FieldGroup::General) else { return Ok(BTreeMap::new()) };
    let find = trainee::Entity::find()
        .select_only()
        .column(trainee::Column::Id)
        .column(trainee::Column::InstituteId)
        .filter(trainee::Entity::visible(&scope))
        .filter(trainee::Column::Id.is_in(people.iter().copied()));
    let pairs: Vec<(Uuid, Option<Uuid>)> = find.into_tuple().all(ctx.state.store.read()).await.map_err(StoreError::from)?;
    Ok(pairs.into_iter().filter_map(|(person, institute)| Some((person, institute?))).collect())
}

/// What the actor can bring to at least one of these journeys.
#[derive(Debug, Default)]
pub struct Choices {
    pub kinds: BTreeSet<EventKind>,
    /// Steps that can be moved, as their pathways describe them.
    pub steps: BTreeMap<String, Step>,
    pub origins: BTreeSet<String>,
}

/// What can be brought, over all of them. Each version of a pathway is read once.
///
/// # Errors
/// When the actor may see no journeys, or there are too many of them.
pub async fn choices(ctx: &Ctx<'_>, ids: &[Uuid]) -> Result<Choices, AppError> {
    readable(ctx)?;
    let Ok(scope) = acting(ctx) else { return Ok(Choices::default()) };
    let ids = distinct(ids)?;
    let conn = ctx.state.store.read();
    let found = journey::Entity::find().filter(journey::Entity::visible(&scope)).filter(journey::Column::Id.is_in(ids));
    let law = law::current(ctx.state, conn).await?;
    let mut packs: BTreeMap<(String, u32), Option<CorridorPack>> = BTreeMap::new();
    let mut choices = Choices::default();
    for row in found.all(conn).await.map_err(StoreError::from)? {
        let course = facts(&row)?;
        let pack = match &course.pathway {
            None => None,
            Some(key) => {
                if !packs.contains_key(key) {
                    packs.insert(key.clone(), pack_of(conn, Some(key)).await?);
                }
                packs.get(key).cloned().flatten()
            }
        };
        let grounds = Grounds::new(&law, pack, row.destination.as_deref(), "", ctx.now.date())?;
        let (kinds, steps) = offers(ctx, true, &course, grounds.steps());
        choices.kinds.extend(kinds);
        choices.steps.extend(steps.into_iter().map(|step| (step.id.clone(), step.clone())));
        choices.origins.insert(row.origin);
    }
    Ok(choices)
}
