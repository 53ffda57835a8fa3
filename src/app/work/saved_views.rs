//! Lists as somebody likes them: filters, order and columns under a name of one's own.

use super::insert;
use crate::app::Ctx;
use crate::app::resource::{ListRequest, Resource};
use crate::error::AppError;
use passerelle_store::StoreError;
use passerelle_store::entity::saved_view;
use passerelle_store::query::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

const VIEWS_MAX: u64 = 30;

/// The actor's views of a list.
///
/// # Errors
/// When the database refuses.
pub async fn list(ctx: &Ctx<'_>, resource: &str) -> Result<Vec<saved_view::Model>, AppError> {
    let find = saved_view::Entity::find()
        .filter(saved_view::Column::AccountId.eq(ctx.actor.user.0))
        .filter(saved_view::Column::Resource.eq(resource))
        .order_by_asc(saved_view::Column::Name)
        .limit(VIEWS_MAX);
    Ok(find.all(ctx.state.store.read()).await.map_err(StoreError::from)?)
}

/// Keeps a view. One of the same name is replaced.
///
/// # Errors
/// When the name is empty, the list does not understand the query, or there are too many.
pub async fn save(ctx: &Ctx<'_>, resource: &'static dyn Resource, name: &str, request: &ListRequest) -> Result<(), AppError> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > 60 {
        return Err(AppError::invalid("name", "required", "is needed, with at most 60 characters"));
    }
    request.to_query(resource.fields())?;
    let pairs = request.params.iter().filter(|(key, value)| !["after", "notice", "lang"].contains(&key.as_str()) && !value.is_empty());
    let query = serde_json::to_string(&pairs.collect::<std::collections::BTreeMap<_, _>>())?;
    if query.len() > 2_000 {
        return Err(AppError::invalid("name", "too-long", "goes with more filters than can be kept"));
    }
    let tx = ctx.begin().await?;
    let same = || {
        passerelle_store::query::Condition::all()
            .add(saved_view::Column::AccountId.eq(ctx.actor.user.0))
            .add(saved_view::Column::Resource.eq(resource.name()))
    };
    saved_view::Entity::delete_many()
        .filter(same())
        .filter(saved_view::Column::Name.eq(name))
        .exec(tx.conn())
        .await
        .map_err(StoreError::from)?;
    if saved_view::Entity::find().filter(same()).count(tx.conn()).await.map_err(StoreError::from)? >= VIEWS_MAX {
        return Err(AppError::Conflict(format!("a list has at most {VIEWS_MAX} views of yours; remove one first")));
    }
    let row = saved_view::Model {
        id: Uuid::now_v7(),
        account_id: ctx.actor.user.0,
        resource: resource.name().into(),
        name: name.into(),
        query,
        created_at_ms: ctx.now.ms(),
    };
    insert::<saved_view::Entity, _>(&tx, row).await?;
    tx.commit().await?;
    Ok(())
}

/// Removes one of the actor's views.
///
/// # Errors
/// When it is not the actor's.
pub async fn remove(ctx: &Ctx<'_>, id: Uuid) -> Result<String, AppError> {
    let tx = ctx.begin().await?;
    let find = saved_view::Entity::find_by_id(id).filter(saved_view::Column::AccountId.eq(ctx.actor.user.0));
    let row = find.one(tx.conn()).await.map_err(StoreError::from)?.ok_or(AppError::NotFound)?;
    saved_view::Entity::delete_by_id(id).exec(tx.conn()).await.map_err(StoreError::from)?;
    tx.commit().await?;
    Ok(row.resource)
}
