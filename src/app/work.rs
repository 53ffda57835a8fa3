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
use passerelle_domain::access::{Action, permit};
use passerelle_store::query::{ActiveModelTrait, EntityTrait, IntoActiveModel};
use passerelle_store::{StoreError, Tx};
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
