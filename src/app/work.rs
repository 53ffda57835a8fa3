//! Daily work on any kind of record: whose case it is, lists as one likes them, changes to many,
//! forms not sent yet, remarks and files, and being told.

pub mod assignments;
pub mod attachments;
pub mod bulk;
pub mod comments;
pub mod drafts;
pub mod notifications;
pub mod saved_views;

use super::Ctx;
use super::records;
use super::resource::Resource;
use crate::error::AppError;
use passerelle_domain::access::{Action, FieldGroup, Subject, permit, permit_group};
use passerelle_store::entity::*;
use passerelle_store::query::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect};
use passerelle_store::{StoreError, Tx};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Kinds of records that are worked on as cases.
pub const CASES: [&str; 6] = ["trainees", "recognition-cases", "needs", "proposals", "case-transfers", "person-requests"];

/// The kind of case, if the actor may read this one of it. Whoever may not read a case does not
/// learn that it has remarks.
///
/// # Errors
/// When there is no such case for the actor.
pub async fn case(ctx: &Ctx<'_>, kind: &str, id: Uuid) -> Result<&'static dyn Resource, AppError> {
    let resource = records::find(kind).filter(|resource| CASES.contains(&resource.name())).ok_or(AppError::NotFound)?;
    permit(ctx.actor, Action::Read, resource.subject())?;
    if resource.reach(ctx, id).await? { Ok(resource) } else { Err(AppError::NotFound) }
}

/// Of these people, those of whom the actor is shown a group of fields.
///
/// # Errors
/// When the database refuses.
pub async fn shown(ctx: &Ctx<'_>, people: &[Uuid], group: FieldGroup) -> Result<BTreeSet<Uuid>, AppError> {
    use passerelle_store::record::Record;
    let Ok(scope) = permit_group(ctx.actor, Action::Read, Subject::Trainee, group) else { return Ok(BTreeSet::new()) };
    if people.is_empty() {
        return Ok(BTreeSet::new());
    }
    let find = trainee::Entity::find()
        .select_only()
        .column(trainee::Column::Id)
        .filter(trainee::Entity::visible(&scope))
        .filter(trainee::Column::Id.is_in(people.iter().copied()));
    Ok(find.into_tuple().all(ctx.state.store.read()).await.map_err(StoreError::from)?.into_iter().collect())
}

/// The person that a case is about, if it is about one.
///
/// # Errors
/// When the database refuses.
pub async fn person_of(conn: &impl ConnectionTrait, kind: &str, id: Uuid) -> Result<Option<Uuid>, AppError> {
    macro_rules! of {
        ($entity:ident) => {
            $entity::Entity::find_by_id(id).one(conn).await.map_err(StoreError::from)?.map(|row| row.trainee_id)
        };
    }
    Ok(match kind {
        "trainees" => Some(id),
        "recognition-cases" => of!(recognition_case),
        "proposals" => of!(proposal),
        "case-transfers" => of!(case_transfer),
        "person-requests" => of!(person_request),
        _ => None,
    })
}

/// Whether the actor is shown the files of a case: those about a person wait for her papers.
async fn shows_files(ctx: &Ctx<'_>, kind: &str, id: Uuid) -> Result<bool, AppError> {
    Ok(match person_of(ctx.state.store.read(), kind, id).await? {
        None => true,
        // Whoever is referred to or decides on a request sees the case by another right than papers.
        Some(_) if matches!(kind, "case-transfers" | "person-requests") => true,
        Some(person) => !shown(ctx, &[person], FieldGroup::Papers).await?.is_empty(),
    })
}

/// Adds a row of a table that keeps no versions.
///
/// # Errors
/// When the database refuses.
pub(crate) async fn insert<E, M>(tx: &Tx, row: M) -> Result<(), AppError>
where
    E: EntityTrait,
    M: IntoActiveModel<E::ActiveModel>,
    E::ActiveModel: ActiveModelTrait<Entity = E>,
{
    E::insert(row.into_active_model().reset_all()).exec_without_returning(tx.conn()).await.map_err(StoreError::from)?;
    Ok(())
}
