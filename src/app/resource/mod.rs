//! Records over one frame: every kind of record is described once ([`Spec`]) and gets listing,
//! reading, creating, changing and removing, with validation, access, audit and optimistic
//! locking, for API, pages and CSV alike ([`Resource`]).

mod field;
mod query;
mod reader;
mod sight;

pub use field::{Field, Kind};
pub use query::{ListRequest, Listing, PAGE_DEFAULT, RANGE};
pub use reader::{Reader, is_invisible, said};
pub use sight::short_reference;

use crate::app::Ctx;
use crate::error::{AppError, FieldError};
use async_trait::async_trait;
use passerelle_domain::access::{Action, Actor, FieldGroup, Role, Scope, Subject, allowed, permit, permit_group};
use passerelle_store::record::{self, Record, Row};
use passerelle_store::{Tx, list};
use sea_orm_free::Conn;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// A short name for "a connection or a transaction", so that use cases need not spell it out.
mod sea_orm_free {
    pub use passerelle_store::query::ConnectionTrait as Conn;
}

/// A record in its external form.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    pub id: Uuid,
    pub version: i64,
    /// What a person calls it.
    pub title: String,
    pub data: Map<String, Value>,
    /// Groups of fields that the actor is not shown.
    pub withheld: Vec<FieldGroup>,
}

/// Values that every new row starts with.
#[derive(Debug, Clone, Copy)]
pub struct Base {
    pub id: Uuid,
    pub version: i64,
    pub created_at_ms: i64,
    pub updated_at_ms: i64,
}

/// One kind of record.
#[async_trait]
pub trait Spec: Send + Sync + 'static {
    type Entity: Record;
    /// Plural, as in the path of the API.
    const NAME: &'static str;
    const FIELDS: &'static [Field];
    /// Resources whose records hang on this one, and the field by which they do.
    const CHILDREN: &'static [(&'static str, &'static str)] = &[];
    /// Records that only the system writes.
    const READ_ONLY: bool = false;
    /// The group of fields that the title is made from, and that words are searched in.
    const TITLE_GROUP: FieldGroup = FieldGroup::General;
    /// Reading one record is itself an event that the person concerned may ask about.
    const READS_ARE_AUDITED: bool = false;

    /// Parses a document into a row. What is wrong is noted in the reader.
    fn read(reader: &mut Reader<'_>, base: Base, before: Option<&RowOf<Self>>) -> RowOf<Self>;

    /// The document of a row; the inverse of [`Spec::read`].
    fn write(row: &RowOf<Self>) -> Map<String, Value>;

    fn title(row: &RowOf<Self>) -> String;

    /// Whether a role that may change the record may change this field of it. Asked for changes
    /// only: whoever makes a record states all of it.
    fn may_change(_role: Role, _field: &str) -> bool {
        true
    }

    /// What must hold before a record goes.
    async fn check_delete(_: &Ctx<'_>, _: &Tx, _: &RowOf<Self>) -> Result<(), AppError> {
        Ok(())
    }

    /// What follows from a write, in the same transaction.
    async fn after_write(_: &Ctx<'_>, _: &mut Tx, _: &RowOf<Self>, _: Option<&RowOf<Self>>) -> Result<(), AppError> {
        Ok(())
    }

    /// Checks that need other records. References have been checked already.
    async fn check(_: &Ctx<'_>, _: &Tx, _: &RowOf<Self>, _: Option<&RowOf<Self>>, _: &mut Vec<FieldError>) -> Result<(), AppError> {
        Ok(())
    }
}

pub type RowOf<S> = <<S as Spec>::Entity as Record>::Row;

/// A kind of record, by name. What API, pages and command line call.
#[async_trait]
pub trait Resource: Send + Sync {
    fn name(&self) -> &'static str;
    fn subject(&self) -> Subject;
    fn fields(&self) -> &'static [Field];
    fn children(&self) -> &'static [(&'static str, &'static str)];
    fn read_only(&self) -> bool;
    fn searchable(&self) -> bool;
    async fn list(&self, ctx: &Ctx<'_>, request: &ListRequest) -> Result<Listing, AppError>;
    async fn get(&self, ctx: &Ctx<'_>, id: Uuid) -> Result<Document, AppError>;
    async fn create(&self, ctx: &Ctx<'_>, data: &Map<String, Value>) -> Result<Document, AppError>;
    async fn update(&self, ctx: &Ctx<'_>, id: Uuid, version: i64, data: &Map<String, Value>) -> Result<Document, AppError>;
    async fn delete(&self, ctx: &Ctx<'_>, id: Uuid, version: i64) -> Result<(), AppError>;
    /// Titles of the records that the actor may read, among those asked for, in one query.
    async fn titles(&self, ctx: &Ctx<'_>, ids: &[Uuid]) -> Result<BTreeMap<Uuid, String>, AppError>;
    /// Whether the actor may act on this kind of record at all.
    fn may(&self, ctx: &Ctx<'_>, action: Action) -> bool {
        permit(ctx.actor, action, self.subject()).is_ok()
    }
    /// Whether the actor may read the record.
    async fn reach(&self, ctx: &Ctx<'_>, id: Uuid) -> Result<bool, AppError>;
    /// Changes some fields of a record inside a transaction: the document before and after.
    async fn changed_in(
        &self,
        ctx: &Ctx<'_>,
        tx: &mut Tx,
        id: Uuid,
        changes: &Map<String, Value>,
    ) -> Result<(Document, Document), AppError>;
    /// A document may refer to `id` when this is true. Runs inside the writing transaction.
    async fn visible(&self, ctx: &Ctx<'_>, tx: &Tx, id: Uuid) -> Result<bool, AppError>;
}

/// Gives a [`Spec`] the form of a [`Resource`].
#[derive(Debug)]
pub struct Typed<S>(pub std::marker::PhantomData<S>);

impl<S> Typed<S> {
    pub const fn new() -> Self {
        Self(std::marker::PhantomData)
    }
}

impl<S> Default for Typed<S> {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl<S: Spec> Resource for Typed<S> {
    fn name(&self) -> &'static str {
        S::NAME
    }

    fn subject(&self) -> Subject {
        S::Entity::SUBJECT
    }

    fn fields(&self) -> &'static [Field] {
        S::FIELDS
    }

    fn children(&self) -> &'static [(&'static str, &'static str)] {
        S::CHILDREN
    }

    fn read_only(&self) -> bool {
        S::READ_ONLY
    }

    fn searchable(&self) -> bool {
        S::Entity::SEARCH.is_some()
    }

    async fn list(&self, ctx: &Ctx<'_>, request: &ListRequest) -> Result<Listing, AppError> {
        let (asked, shown) = if request.exported { (Action::Export, Action::Export) } else { (Action::List, Action::Read) };
        let scope = permit(ctx.actor, asked, self.subject())?;
        let mut query = request.to_query(S::FIELDS)?;
        let named: Vec<&str> = query.filters.iter().map(|(name, _, _)| *name).chain(query.sort.map(|(name, _)| name)).collect();
        query.looks_into = sight::looked_into::<S>(ctx.actor, asked, &named, !query.words.is_empty())?;
        query.among = request.among(ctx, S::NAME, S::Entity::ID);
        let page = list::page::<S::Entity>(ctx.state.store.read(), &scope, &query).await?;
        let next = match page.rows.last() {
            Some(last) if page.more => Some(query::encode_cursor(&list::cursor_after::<S::Entity>(last, query.sort)?)),
            _ => None,
        };
        if S::READS_ARE_AUDITED && !page.rows.is_empty() {
            let mut tx = ctx.begin().await?;
            tx.note("list", S::Entity::TABLE, None, serde_json::json!({ "rows": page.rows.len() }));
            tx.commit().await?;
        }
        let total = if request.counted { Some(list::count::<S::Entity>(ctx.state.store.read(), &scope, &query).await?) } else { None };
        let documents = seen::<S>(ctx.state.store.read(), ctx.actor, shown, &page.rows).await?;
        Ok(Listing { documents, next, total })
    }

    async fn get(&self, ctx: &Ctx<'_>, id: Uuid) -> Result<Document, AppError> {
        let scope = permit(ctx.actor, Action::Read, self.subject())?;
        if !S::READS_ARE_AUDITED {
            let row = must_find::<S>(ctx.state.store.read(), &scope, id).await?;
            return one::<S>(ctx.state.store.read(), ctx.actor, &row).await;
        }
        let mut tx = ctx.begin().await?;
        let row = must_find::<S>(tx.conn(), &scope, id).await?;
        tx.note("read", S::Entity::TABLE, Some(id), serde_json::json!({}));
        let document = one::<S>(tx.conn(), ctx.actor, &row).await?;
        tx.commit().await?;
        Ok(document)
    }

    async fn create(&self, ctx: &Ctx<'_>, data: &Map<String, Value>) -> Result<Document, AppError> {
        let scope = permit(ctx.actor, Action::Create, self.subject())?;
        let mut tx = ctx.begin().await?;
        let now = ctx.now.ms();
        let base = Base { id: Uuid::now_v7(), version: 1, created_at_ms: now, updated_at_ms: now };
        let row = parse::<S>(ctx, &tx, data, base, None).await?;
        record::insert::<S::Entity>(&mut tx, row.clone()).await?;
        stays_in_reach::<S>(&tx, &scope, base.id).await?;
        S::after_write(ctx, &mut tx, &row, None).await?;
        let made = one::<S>(tx.conn(), ctx.actor, &row).await?;
        ctx.keep_answer(&tx, &made).await?;
        tx.commit().await?;
        Ok(made)
    }

    async fn update(&self, ctx: &Ctx<'_>, id: Uuid, version: i64, data: &Map<String, Value>) -> Result<Document, AppError> {
        let scope = permit(ctx.actor, Action::Update, self.subject())?;
        let mut tx = ctx.begin().await?;
        let before = match record::find::<S::Entity>(tx.conn(), &scope, id).await? {
            Some(before) => before,
            None => return Err(locked_or_missing::<S>(&tx, ctx.actor, Action::Update, id).await?),
        };
        if before.version() != version {
            return Err(AppError::Stale);
        }
        let changed = change::<S>(ctx, &mut tx, &scope, before, data).await?;
        tx.commit().await?;
        Ok(changed)
    }

    async fn delete(&self, ctx: &Ctx<'_>, id: Uuid, version: i64) -> Result<(), AppError> {
        let scope = permit(ctx.actor, Action::Delete, self.subject())?;
        let mut tx = ctx.begin().await?;
        let row = match record::find::<S::Entity>(tx.conn(), &scope, id).await? {
            Some(row) => row,
            None => return Err(locked_or_missing::<S>(&tx, ctx.actor, Action::Delete, id).await?),
        };
        S::check_delete(ctx, &tx, &row).await?;
        record::delete::<S::Entity>(&mut tx, id, version).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn titles(&self, ctx: &Ctx<'_>, ids: &[Uuid]) -> Result<BTreeMap<Uuid, String>, AppError> {
        use passerelle_store::query::{ColumnTrait, EntityTrait, QueryFilter};
        let Ok(scope) = permit_group(ctx.actor, Action::Read, self.subject(), S::TITLE_GROUP) else { return Ok(BTreeMap::new()) };
        if ids.is_empty() {
            return Ok(BTreeMap::new());
        }
        let find = S::Entity::find().filter(S::Entity::visible(&scope)).filter(S::Entity::ID.is_in(ids.iter().copied()));
        let rows = find.all(ctx.state.store.read()).await.map_err(passerelle_store::StoreError::from)?;
        Ok(rows.iter().map(|row| (row.id(), S::title(row))).collect())
    }

    async fn reach(&self, ctx: &Ctx<'_>, id: Uuid) -> Result<bool, AppError> {
        let Ok(scope) = permit(ctx.actor, Action::Read, self.subject()) else { return Ok(false) };
        Ok(record::find::<S::Entity>(ctx.state.store.read(), &scope, id).await?.is_some())
    }

    async fn changed_in(
        &self,
        ctx: &Ctx<'_>,
        tx: &mut Tx,
        id: Uuid,
        changes: &Map<String, Value>,
    ) -> Result<(Document, Document), AppError> {
        let scope = permit(ctx.actor, Action::Update, self.subject())?;
        let Some(before) = record::find::<S::Entity>(tx.conn(), &scope, id).await? else {
            return Err(locked_or_missing::<S>(tx, ctx.actor, Action::Update, id).await?);
        };
        let old = one::<S>(tx.conn(), ctx.actor, &before).await?;
        let mut data = old.data.clone();
        data.retain(|name, _| S::FIELDS.iter().any(|field| field.name == name && field.is_written()));
        data.extend(changes.clone());
        let new = change::<S>(ctx, tx, &scope, before, &data).await?;
        Ok((old, new))
    }

    async fn visible(&self, ctx: &Ctx<'_>, tx: &Tx, id: Uuid) -> Result<bool, AppError> {
        let Ok(scope) = permit(ctx.actor, Action::Read, self.subject()) else { return Ok(false) };
        Ok(record::find::<S::Entity>(tx.conn(), &scope, id).await?.is_some())
    }
}

/// Replaces a row by what a document says, with everything that is asked before.
async fn change<S: Spec>(
    ctx: &Ctx<'_>,
    tx: &mut Tx,
    scope: &Scope,
    before: RowOf<S>,
    data: &Map<String, Value>,
) -> Result<Document, AppError> {
    let (id, version) = (before.id(), before.version());
    let old = S::write(&before);
    let data = with_unseen::<S>(tx, ctx.actor, &before, &old, data).await?;
    let locked = sight::closed::<S>(tx.conn(), ctx.actor, Action::Update, std::slice::from_ref(&before)).await?.remove(&id);
    let base = Base { id, version, created_at_ms: before.created_at_ms(), updated_at_ms: ctx.now.ms() };
    let row = parse::<S>(ctx, tx, &data, base, Some(&before)).await?;
    let changed = changed_fields::<S>(&old, &row);
    refuse_locked(S::FIELDS, &changed, locked.unwrap_or_default())?;
    let next = record::update::<S::Entity>(tx, row.clone(), version, &changed).await?;
    stays_in_reach::<S>(tx, scope, id).await?;
    S::after_write(ctx, tx, &row, Some(&before)).await?;
    let document = one::<S>(tx.conn(), ctx.actor, &row).await?;
    Ok(Document { version: next, ..document })
}

fn changed_fields<S: Spec>(old: &Map<String, Value>, row: &RowOf<S>) -> Vec<&'static str> {
    let new = S::write(row);
    S::FIELDS.iter().map(|field| field.name).filter(|name| old.get(*name) != new.get(*name)).collect()
}

/// Changes fields of a record on somebody's behalf: for requests that were granted. The values are
/// checked as ever; whose fields they are was decided with the request.
///
/// # Errors
/// When the record is not there, or a value is not right.
pub async fn rewrite<S: Spec>(ctx: &Ctx<'_>, tx: &mut Tx, id: Uuid, changes: &Map<String, Value>) -> Result<(), AppError> {
    let before = record::hold::<S::Entity>(tx, id).await?.ok_or(AppError::NotFound)?;
    let old = S::write(&before);
    let mut data = old.clone();
    data.extend(changes.clone());
    let base = Base { id, version: before.version(), created_at_ms: before.created_at_ms(), updated_at_ms: ctx.now.ms() };
    let mut reader = Reader::new(S::FIELDS, &data);
    let row = S::read(&mut reader, base, Some(&before));
    let errors = reader.finish();
    if !errors.is_empty() {
        return Err(AppError::Invalid(errors));
    }
    let changed = changed_fields::<S>(&old, &row);
    record::update::<S::Entity>(tx, row.clone(), before.version(), &changed).await?;
    S::after_write(ctx, tx, &row, Some(&before)).await
}

/// What a field of a record would say to a new value; nothing when it would take it.
pub fn objections<S: Spec>(before: &RowOf<S>, field: &str, value: &str) -> Vec<FieldError> {
    let mut data = S::write(before);
    data.insert(field.to_owned(), Value::from(value));
    let base = Base { id: before.id(), version: before.version(), created_at_ms: before.created_at_ms(), updated_at_ms: 0 };
    let mut reader = Reader::new(S::FIELDS, &data);
    let _ = S::read(&mut reader, base, Some(before));
    reader.finish().into_iter().filter(|error| error.field == field).collect()
}

/// Rows as the actor sees them.
async fn seen<S: Spec>(conn: &impl Conn, actor: &Actor, action: Action, rows: &[RowOf<S>]) -> Result<Vec<Document>, AppError> {
    let closed = sight::closed::<S>(conn, actor, action, rows).await?;
    Ok(rows.iter().map(|row| sight::document::<S>(row, closed.get(&row.id()))).collect())
}

async fn one<S: Spec>(conn: &impl Conn, actor: &Actor, row: &RowOf<S>) -> Result<Document, AppError> {
    let mut documents = seen::<S>(conn, actor, Action::Read, std::slice::from_ref(row)).await?;
    documents.pop().ok_or(AppError::NotFound)
}

/// Why a row cannot be changed: an authority has locked it, or it is not there for the actor.
async fn locked_or_missing<S: Spec>(tx: &Tx, actor: &Actor, action: Action, id: Uuid) -> Result<AppError, AppError> {
    let unbound = Actor { restrictions: vec![], ..actor.clone() };
    let scope = permit(&unbound, action, S::Entity::SUBJECT)?;
    let there = record::find::<S::Entity>(tx.conn(), &scope, id).await?.is_some();
    Ok(if there { AppError::Conflict("an authority has locked this record at its present stage".into()) } else { AppError::NotFound })
}

/// The document with what the actor does not see filled in from the row. Whoever sends a value for
/// a field that she may not see or change is refused, whatever the value: a guess must not tell.
async fn with_unseen<S: Spec>(
    tx: &Tx,
    actor: &Actor,
    before: &RowOf<S>,
    old: &Map<String, Value>,
    data: &Map<String, Value>,
) -> Result<Map<String, Value>, AppError> {
    let rows = std::slice::from_ref(before);
    let unseen = sight::closed::<S>(tx.conn(), actor, Action::Read, rows).await?.remove(&before.id()).unwrap_or_default();
    let mut data = data.clone();
    let mut errors = Vec::new();
    for field in S::FIELDS {
        let kept = old.get(field.name);
        if !unseen.contains(&field.group) {
            continue;
        }
        if data.contains_key(field.name) {
            errors.push(FieldError::new(field.name, "withheld", "is not shown to your role, and so not yours to change"));
        } else if let Some(kept) = kept {
            data.insert(field.name.into(), kept.clone());
        }
    }
    if errors.is_empty() { Ok(data) } else { Err(AppError::Invalid(errors)) }
}

fn refuse_locked(fields: &[Field], changed: &[&str], locked: BTreeSet<FieldGroup>) -> Result<(), AppError> {
    let refused = fields.iter().filter(|field| changed.contains(&field.name) && locked.contains(&field.group));
    let errors: Vec<FieldError> =
        refused.map(|field| FieldError::new(field.name, "locked", "is locked for your role at this stage")).collect();
    if errors.is_empty() { Ok(()) } else { Err(AppError::Invalid(errors)) }
}

async fn must_find<S: Spec>(conn: &impl Conn, scope: &Scope, id: Uuid) -> Result<RowOf<S>, AppError> {
    record::find::<S::Entity>(conn, scope, id).await?.ok_or(AppError::NotFound)
}

/// Parses, and asks everything that needs other records, before anything is written.
async fn parse<S: Spec>(
    ctx: &Ctx<'_>,
    tx: &Tx,
    data: &Map<String, Value>,
    base: Base,
    before: Option<&RowOf<S>>,
) -> Result<RowOf<S>, AppError> {
    let mut reader = Reader::new(S::FIELDS, data);
    let row = S::read(&mut reader, base, before);
    let mut errors = reader.finish();
    let (new, old) = (S::write(&row), before.map(S::write));
    for field in S::FIELDS {
        let value = new.get(field.name);
        let unchanged = old.as_ref().is_some_and(|old| old.get(field.name) == value);
        if field.fixed && old.is_some() && !unchanged {
            errors.push(FieldError::new(field.name, "fixed", "cannot be changed once the record exists"));
        } else if old.is_some() && !unchanged && !somebody_may_change::<S>(ctx, field.name) {
            errors.push(FieldError::new(field.name, "not-yours", "is for another role to change"));
        }
        if let (Kind::Reference(resource), Some(Value::String(id)), false) = (field.kind, value, unchanged)
            && let (Some(resource), Ok(id)) = (crate::app::records::find(resource), Uuid::try_parse(id))
            && !id.is_nil()
            && !resource.visible(ctx, tx, id).await?
        {
            errors.push(FieldError::new(field.name, "reference", "does not name a record that you can see"));
        }
    }
    if errors.is_empty() {
        S::check(ctx, tx, &row, before, &mut errors).await?;
    }
    if errors.is_empty() { Ok(row) } else { Err(AppError::Invalid(errors)) }
}

/// Whether one of the actor's roles that may change the record may change this field.
fn somebody_may_change<S: Spec>(ctx: &Ctx<'_>, field: &str) -> bool {
    ctx.actor
        .grants
        .iter()
        .any(|grant| allowed(grant.role, Action::Update, S::Entity::SUBJECT).is_some() && S::may_change(grant.role, field))
}

/// Nobody may write a record out of, or into, a place that is not theirs.
async fn stays_in_reach<S: Spec>(tx: &Tx, scope: &Scope, id: Uuid) -> Result<(), AppError> {
    match record::find::<S::Entity>(tx.conn(), scope, id).await? {
        Some(_) => Ok(()),
        None => Err(AppError::Forbidden),
    }
}
