//! Records over one frame: every kind of record is described once ([`Spec`]) and gets listing,
//! reading, creating, changing and removing, with validation, access, audit and optimistic
//! locking, for API, pages and CSV alike ([`Resource`]).

mod field;
mod query;
mod reader;

pub use field::{Field, Kind};
pub use query::{ListRequest, Listing, PAGE_DEFAULT};
pub use reader::Reader;

use crate::app::Ctx;
use crate::error::{AppError, FieldError};
use async_trait::async_trait;
use passerelle_domain::access::{Action, Role, Scope, Subject, allowed, permit};
use passerelle_store::record::{self, Record, Row};
use passerelle_store::{Tx, list};
use sea_orm_free::Conn;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
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
        let scope = permit(ctx.actor, Action::List, self.subject())?;
        let query = request.to_query(S::FIELDS)?;
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
        Ok(Listing { documents: page.rows.iter().map(document::<S>).collect(), next, total })
    }

    async fn get(&self, ctx: &Ctx<'_>, id: Uuid) -> Result<Document, AppError> {
        let scope = permit(ctx.actor, Action::Read, self.subject())?;
        if !S::READS_ARE_AUDITED {
            return Ok(document::<S>(&must_find::<S>(ctx.state.store.read(), &scope, id).await?));
        }
        let mut tx = ctx.begin().await?;
        let row = must_find::<S>(tx.conn(), &scope, id).await?;
        tx.note("read", S::Entity::TABLE, Some(id), serde_json::json!({}));
        tx.commit().await?;
        Ok(document::<S>(&row))
    }

    async fn create(&self, ctx: &Ctx<'_>, data: &Map<String, Value>) -> Result<Document, AppError> {
        let scope = permit(ctx.actor, Action::Create, self.subject())?;
        let mut tx = ctx.begin().await?;
        let now = ctx.now.ms();
        let base = Base { id: Uuid::now_v7(), version: 1, created_at_ms: now, updated_at_ms: now };
        let row = parse::<S>(ctx, &tx, data, base, None).await?;
        record::insert::<S::Entity>(&mut tx, row.clone()).await?;
        stays_in_reach::<S>(&tx, &scope, base.id).await?;
        let made = document::<S>(&row);
        ctx.keep_answer(&tx, &made).await?;
        tx.commit().await?;
        Ok(made)
    }

    async fn update(&self, ctx: &Ctx<'_>, id: Uuid, version: i64, data: &Map<String, Value>) -> Result<Document, AppError> {
        let scope = permit(ctx.actor, Action::Update, self.subject())?;
        let mut tx = ctx.begin().await?;
        let before = must_find::<S>(tx.conn(), &scope, id).await?;
        if before.version() != version {
            return Err(AppError::Stale);
        }
        let old = S::write(&before);
        let base = Base { id, version, created_at_ms: before.created_at_ms(), updated_at_ms: ctx.now.ms() };
        let row = parse::<S>(ctx, &tx, data, base, Some(&before)).await?;
        let new = S::write(&row);
        let changed: Vec<&str> = S::FIELDS.iter().map(|field| field.name).filter(|name| old.get(*name) != new.get(*name)).collect();
        let next = record::update::<S::Entity>(&mut tx, row.clone(), version, &changed).await?;
        stays_in_reach::<S>(&tx, &scope, id).await?;
        tx.commit().await?;
        Ok(Document { version: next, ..document::<S>(&row) })
    }

    async fn delete(&self, ctx: &Ctx<'_>, id: Uuid, version: i64) -> Result<(), AppError> {
        let scope = permit(ctx.actor, Action::Delete, self.subject())?;
        let mut tx = ctx.begin().await?;
        let row = must_find::<S>(tx.conn(), &scope, id).await?;
        S::check_delete(ctx, &tx, &row).await?;
        record::delete::<S::Entity>(&mut tx, id, version).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn titles(&self, ctx: &Ctx<'_>, ids: &[Uuid]) -> Result<BTreeMap<Uuid, String>, AppError> {
        use passerelle_store::query::{ColumnTrait, EntityTrait, QueryFilter};
        let Ok(scope) = permit(ctx.actor, Action::Read, self.subject()) else { return Ok(BTreeMap::new()) };
        if ids.is_empty() {
            return Ok(BTreeMap::new());
        }
        let find = S::Entity::find().filter(S::Entity::visible(&scope)).filter(S::Entity::ID.is_in(ids.iter().copied()));
        let rows = find.all(ctx.state.store.read()).await.map_err(passerelle_store::StoreError::from)?;
        Ok(rows.iter().map(|row| (row.id(), S::title(row))).collect())
    }

    async fn visible(&self, ctx: &Ctx<'_>, tx: &Tx, id: Uuid) -> Result<bool, AppError> {
        let Ok(scope) = permit(ctx.actor, Action::Read, self.subject()) else { return Ok(false) };
        Ok(record::find::<S::Entity>(tx.conn(), &scope, id).await?.is_some())
    }
}

fn document<S: Spec>(row: &RowOf<S>) -> Document {
    Document { id: row.id(), version: row.version(), title: S::title(row), data: S::write(row) }
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
