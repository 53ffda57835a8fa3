//! One change to many records: first a dry run that names whose records it touches, then the change
//! in one transaction, and an undo as long as nobody has changed the records since.

use super::insert;
use crate::app::resource::{Kind, Resource, short_reference};
use crate::app::{Ctx, records};
use crate::error::{AppError, FieldError};
use passerelle_store::StoreError;
use passerelle_store::entity::bulk_change;
use passerelle_store::query::{ColumnTrait, EntityTrait, Expr, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Records that one change can touch.
pub const ROWS_MAX: usize = 200;

/// What is to be changed.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    pub field: String,
    pub value: String,
    pub ids: Vec<Uuid>,
}

/// A record that the change would touch, or why it would not.
#[derive(Debug, Clone)]
pub struct Touched {
    pub id: Uuid,
    pub title: String,
    /// Whose record it is.
    pub owner: Option<Uuid>,
    pub before: String,
    pub after: String,
    pub refused: Option<FieldError>,
}

impl Touched {
    pub fn refused(id: Uuid, title: String, why: FieldError) -> Self {
        Self { id, title, owner: None, before: String::new(), after: String::new(), refused: Some(why) }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Before {
    id: Uuid,
    value: Value,
    /// Version after the change: the undo asks that it still be this one.
    version: i64,
}

/// Fields that can be changed in many records at once: single words, dates and references that are
/// not fixed.
pub fn fields(resource: &dyn Resource) -> Vec<&'static crate::app::resource::Field> {
    let fit = |kind: Kind| matches!(kind, Kind::Choice { .. } | Kind::Date | Kind::Reference(_) | Kind::Flag);
    resource.fields().iter().filter(|field| !field.fixed && field.is_written() && fit(field.kind) && !resource.read_only()).collect()
}

fn ensure_fit(resource: &dyn Resource, change: &Change) -> Result<(), AppError> {
    let field = fields(resource).into_iter().find(|field| field.name == change.field);
    let field = field.ok_or_else(|| AppError::invalid("field", "choice", "cannot be changed in many records at once"))?;
    // A flag is said by these words and by no other: anything else would be taken for a no.
    if field.kind == Kind::Flag && !["true", "false", ""].contains(&change.value.as_str()) {
        return Err(AppError::invalid("value", "choice", "is not one of: true, false"));
    }
    Ok(())
}

fn change_of(resource: &dyn Resource, change: &Change) -> Map<String, Value> {
    let flag = resource.fields().iter().any(|field| field.name == change.field && field.kind == Kind::Flag);
    let value = if flag { Value::Bool(change.value == "true") } else { Value::from(change.value.as_str()) };
    [(change.field.clone(), value)].into_iter().collect()
}

/// The dry run: every record that would be touched, with whose it is, and what would be refused.
/// Nothing is written: the transaction is dropped.
///
/// # Errors
/// When the field does not fit, or there are too many records.
pub async fn preview(ctx: &Ctx<'_>, resource: &'static dyn Resource, change: &Change) -> Result<Vec<Touched>, AppError> {
    ensure_fit(resource, change)?;
    let mut tx = ctx.begin().await?;
    let data = change_of(resource, change);
    let mut touched = Vec::new();
    for id in &distinct(&change.ids)? {
        touched.push(one(ctx, &mut tx, resource, *id, &change.field, &data).await?.0);
    }
    Ok(touched)
}

/// Why one record refuses; what is no refusal of the record stays an error.
///
/// # Errors
/// The error itself, where it is not about the record.
pub fn refusal(error: AppError) -> Result<FieldError, AppError> {
    match error {
        AppError::NotFound => Ok(FieldError::new("ids", "no-such-record", "is no record of yours")),
        AppError::Forbidden => Ok(FieldError::new("ids", "not-yours", "is not for you to do")),
        AppError::Stale => Ok(FieldError::new("ids", "changed-meanwhile", "was changed by somebody else meanwhile")),
        AppError::Conflict(why) => Ok(FieldError::new("ids", "conflict", why)),
        AppError::TransitionRefused { state, allowed } => {
            Ok(FieldError::new("event", "not-now", format!("is not taken at {state}, which takes: {}", allowed.join(", "))))
        }
        AppError::Invalid(mut errors) if !errors.is_empty() => Ok(errors.swap_remove(0)),
        other => Err(other),
    }
}

/// Records that one request names: none of them twice, and not too many. Always in the same order: two
/// requests about the same records wait for each other instead of holding each other up.
///
/// # Errors
/// When there are none, or too many.
pub fn distinct(ids: &[Uuid]) -> Result<Vec<Uuid>, AppError> {
    if ids.is_empty() || ids.len() > ROWS_MAX {
        let error = FieldError::new("ids", "rows", format!("names no record, or more than {ROWS_MAX}")).with("max", ROWS_MAX);
        return Err(AppError::Invalid(vec![error]));
    }
    Ok(ids.iter().copied().collect::<BTreeSet<_>>().into_iter().collect())
}

async fn one(
    ctx: &Ctx<'_>,
    tx: &mut passerelle_store::Tx,
    resource: &'static dyn Resource,
    id: Uuid,
    field: &str,
    data: &Map<String, Value>,
) -> Result<(Touched, Option<Before>), AppError> {
    // A record that refuses leaves nothing half written behind.
    let mut part = tx.part().await?;
    let change = resource.changed_in(ctx, &mut part, id, data).await;
    let (old, new) = match change {
        Ok(change) => {
            tx.take(part).await?;
            change
        }
        Err(error) => {
            part.give_up().await?;
            return Ok((Touched::refused(id, short_reference(id), refusal(error)?), None));
        }
    };
    let value = old.data.get(field).cloned().unwrap_or(Value::Null);
    let after = new.data.get(field).map(shown).unwrap_or_default();
    let owner = ["institute_id", "employer_id", "organisation_id"]
        .iter()
        .find_map(|name| old.data.get(*name)?.as_str().and_then(|id| Uuid::try_parse(id).ok()));
    let touched = Touched { id, title: old.title, owner, before: shown(&value), after, refused: None };
    Ok((touched, Some(Before { id, value, version: new.version })))
}

fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| if value.is_null() { String::new() } else { value.to_string() }, str::to_owned)
}

/// Makes the change. Records that refuse it are left alone and named; the others change together.
///
/// # Errors
/// When the field does not fit, or nothing could be changed.
pub async fn apply(ctx: &Ctx<'_>, resource: &'static dyn Resource, change: &Change) -> Result<(Uuid, Vec<Touched>), AppError> {
    ensure_fit(resource, change)?;
    let mut tx = ctx.begin().await?;
    let data = change_of(resource, change);
    let (mut touched, mut kept) = (Vec::new(), Vec::new());
    for id in &distinct(&change.ids)? {
        let (row, before) = one(ctx, &mut tx, resource, *id, &change.field, &data).await?;
        touched.push(row);
        kept.extend(before);
    }
    if kept.is_empty() {
        let why = touched.iter().find_map(|row| Some(row.refused.as_ref()?.detail.clone())).unwrap_or_default();
        return Err(AppError::Conflict(format!("none of the records could be changed: {why}")));
    }
    let id = Uuid::now_v7();
    let row = bulk_change::Model {
        id,
        account_id: ctx.actor.user.0,
        resource: resource.name().into(),
        field: change.field.clone(),
        value: change.value.clone(),
        rows: i64::try_from(kept.len()).unwrap_or(i64::MAX),
        before: serde_json::to_string(&kept)?,
        at_ms: ctx.now.ms(),
        undone_at_ms: None,
    };
    insert::<bulk_change::Entity, _>(&tx, row).await?;
    tx.note("bulk_change", resource.name(), Some(id), json!({ "field": change.field, "rows": kept.len() }));
    tx.commit().await?;
    Ok((id, touched))
}

/// The actor's own changes to many records, the newest first.
///
/// # Errors
/// When the database refuses.
pub async fn list(ctx: &Ctx<'_>) -> Result<Vec<bulk_change::Model>, AppError> {
    let find = bulk_change::Entity::find()
        .filter(bulk_change::Column::AccountId.eq(ctx.actor.user.0))
        .order_by_desc(bulk_change::Column::AtMs)
        .limit(50);
    Ok(find.all(ctx.state.store.read()).await.map_err(StoreError::from)?)
}

/// Puts back what was there. All of it or nothing: a record changed since by somebody keeps all.
///
/// # Errors
/// When it is not the actor's, was undone before, or a record has changed since.
pub async fn undo(ctx: &Ctx<'_>, id: Uuid) -> Result<i64, AppError> {
    let mut tx = ctx.begin().await?;
    let find = bulk_change::Entity::find_by_id(id).filter(bulk_change::Column::AccountId.eq(ctx.actor.user.0));
    let row = find.one(tx.conn()).await.map_err(StoreError::from)?.ok_or(AppError::NotFound)?;
    if row.undone_at_ms.is_some() {
        return Err(AppError::TransitionRefused { state: "undone".into(), allowed: vec![] });
    }
    let resource = records::find(&row.resource).ok_or(AppError::NotFound)?;
    let kept: Vec<Before> = serde_json::from_str(&row.before)?;
    for before in &kept {
        let data: Map<String, Value> = [(row.field.clone(), before.value.clone())].into_iter().collect();
        let (old, _) = resource.changed_in(ctx, &mut tx, before.id, &data).await?;
        if old.version != before.version {
            return Err(AppError::Conflict(format!("{} was changed since; undo it by hand", old.title)));
        }
    }
    bulk_change::Entity::update_many()
        .col_expr(bulk_change::Column::UndoneAtMs, Expr::value(ctx.now.ms()))
        .filter(bulk_change::Column::Id.eq(id))
        .exec(tx.conn())
        .await
        .map_err(StoreError::from)?;
    tx.note("bulk_undone", &row.resource, Some(id), json!({ "rows": kept.len() }));
    tx.commit().await?;
    Ok(row.rows)
}
