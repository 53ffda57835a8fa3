//! Which fields of a row the actor sees, and which she may change. The same conditions that filter
//! rows decide it, one statement for each group that is not open everywhere; mostly there is none.

use super::{Document, RowOf, Spec};
use crate::error::AppError;
use passerelle_domain::access::{Action, Actor, FieldGroup, Scope, permit, permit_group};
use passerelle_store::StoreError;
use passerelle_store::query::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use passerelle_store::record::{Record, Row};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Groups that are closed to the actor, by row.
pub(super) type Closed = BTreeMap<Uuid, BTreeSet<FieldGroup>>;

/// Groups that a kind of record has, besides the general one.
fn groups<S: Spec>() -> BTreeSet<FieldGroup> {
    S::FIELDS.iter().map(|field| field.group).filter(|group| *group != FieldGroup::General).collect()
}

/// The groups that are closed for the action in each of the rows.
pub(super) async fn closed<S: Spec>(
    conn: &impl ConnectionTrait,
    actor: &Actor,
    action: Action,
    rows: &[RowOf<S>],
) -> Result<Closed, AppError> {
    let subject = S::Entity::SUBJECT;
    let mut closed = Closed::new();
    let Ok(general) = permit(actor, action, subject) else {
        return Ok(rows.iter().map(|row| (row.id(), groups::<S>())).collect());
    };
    if rows.is_empty() {
        return Ok(closed);
    }
    let ids: Vec<Uuid> = rows.iter().map(Row::id).collect();
    for group in groups::<S>() {
        let open = match permit_group(actor, action, subject, group) {
            Ok(scope) if scope == general => continue,
            Ok(scope) => visible_ids::<S>(conn, &scope, &ids).await?,
            Err(_) => BTreeSet::new(),
        };
        for id in ids.iter().filter(|id| !open.contains(id)) {
            closed.entry(*id).or_default().insert(group);
        }
    }
    Ok(closed)
}

async fn visible_ids<S: Spec>(conn: &impl ConnectionTrait, scope: &Scope, ids: &[Uuid]) -> Result<BTreeSet<Uuid>, AppError> {
    let found: Vec<Uuid> = S::Entity::find()
        .select_only()
        .column(S::Entity::ID)
        .filter(S::Entity::visible(scope))
        .filter(S::Entity::ID.is_in(ids.iter().copied()))
        .into_tuple()
        .all(conn)
        .await
        .map_err(StoreError::from)?;
    Ok(found.into_iter().collect())
}

/// The document of a row with closed groups left out.
pub(super) fn document<S: Spec>(row: &RowOf<S>, closed: Option<&BTreeSet<FieldGroup>>) -> Document {
    let mut data = S::write(row);
    let mut title = S::title(row);
    let withheld: Vec<FieldGroup> = closed.into_iter().flatten().copied().collect();
    for field in S::FIELDS.iter().filter(|field| withheld.contains(&field.group)) {
        data.remove(field.name);
    }
    if withheld.contains(&S::TITLE_GROUP) {
        title = short_reference(row.id());
    }
    Document { id: row.id(), version: row.version(), title, data, withheld }
}

/// How a record is called by whoever may not know its name.
pub fn short_reference(id: Uuid) -> String {
    let text = id.simple().to_string().to_uppercase();
    format!("#{}", &text[text.len() - 6..])
}

/// Scopes of the groups that a list looks into by its filters, words and order.
///
/// # Errors
/// [`AppError::Forbidden`] when one of them is closed to the actor altogether.
pub(super) fn looked_into<S: Spec>(actor: &Actor, action: Action, names: &[&str], searched: bool) -> Result<Vec<Scope>, AppError> {
    let subject = S::Entity::SUBJECT;
    let general = permit(actor, action, subject)?;
    let mut groups: BTreeSet<FieldGroup> = S::FIELDS.iter().filter(|field| names.contains(&field.name)).map(|field| field.group).collect();
    if searched {
        groups.insert(S::TITLE_GROUP);
    }
    let mut scopes = Vec::new();
    for group in groups {
        let scope = permit_group(actor, action, subject, group)?;
        if scope != general {
            scopes.push(scope);
        }
    }
    Ok(scopes)
}
