//! Lists: filtered, searched, sorted, and always bounded. Pages are found by key, not by offset,
//! so that a page costs the same wherever it lies and no row is skipped or shown twice.

use crate::error::StoreError;
use crate::record::{Record, Row};
use chrono::NaiveDate;
use passerelle_domain::access::Scope;
use sea_orm::sea_query::{Expr, ExprTrait, LikeExpr};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, ModelTrait, Order, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Value};
use std::str::FromStr;
use uuid::Uuid;

/// The most rows that a page can have.
pub const PAGE_MAX: u64 = 200;

/// A value to compare a column with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FilterValue {
    Text(String),
    Id(Uuid),
    Number(i64),
    Flag(bool),
    Date(NaiveDate),
}

impl From<FilterValue> for Value {
    fn from(value: FilterValue) -> Value {
        match value {
            FilterValue::Text(text) => text.into(),
            FilterValue::Id(id) => id.into(),
            FilterValue::Number(number) => number.into(),
            FilterValue::Flag(flag) => flag.into(),
            FilterValue::Date(date) => date.into(),
        }
    }
}

/// Where a page starts: after the row with this sort value and identifier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct After {
    pub value: Option<FilterValue>,
    pub id: Uuid,
}

/// How a column is held against a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Test {
    Is,
    /// This or later.
    From,
    /// This or earlier.
    Until,
}

/// What a list shows. Column names come from the resource's description, never from a request.
#[derive(Debug, Clone, Default)]
pub struct ListQuery {
    pub filters: Vec<(&'static str, Test, FilterValue)>,
    /// Words that the search text must contain, already folded.
    pub words: Vec<String>,
    /// Column to sort by, and whether descending. The column must not be empty in any row, since
    /// the databases disagree on where empty values sort.
    pub sort: Option<(&'static str, bool)>,
    pub after: Option<After>,
    pub limit: u64,
    /// Scopes of the field groups that filters, words or order look into: a row in which the actor
    /// may not see the field must not be found, or placed, by it.
    pub looks_into: Vec<Scope>,
    /// Only these rows, when given.
    pub among: Option<Condition>,
}

/// One page, and whether there is another.
#[derive(Debug, Clone)]
pub struct Page<R> {
    pub rows: Vec<R>,
    pub more: bool,
}

/// Reads one page within the scope.
///
/// # Errors
/// When the database refuses.
pub async fn page<E: Record>(conn: &impl ConnectionTrait, scope: &Scope, query: &ListQuery) -> Result<Page<E::Row>, StoreError> {
    let limit = Ord::min(query.limit, PAGE_MAX);
    let mut select = E::find().filter(condition::<E>(scope, query)?);
    let descending = query.sort.is_some_and(|(_, descending)| descending);
    let order = if descending { Order::Desc } else { Order::Asc };
    let sort_column = query.sort.map(|(name, _)| column::<E>(name)).transpose()?;
    if let Some(after) = &query.after {
        let beyond = |column: E::Col, value: Value| if descending { column.lt(value) } else { column.gt(value) };
        let by_id = beyond(E::ID, after.id.into());
        select = select.filter(match (sort_column, after.value.clone()) {
            (Some(column), Some(value)) => {
                let value = Value::from(value);
                Condition::any().add(beyond(column, value.clone())).add(Condition::all().add(column.eq(value)).add(by_id))
            }
            _ => Condition::all().add(by_id),
        });
    }
    if let Some(column) = sort_column {
        select = select.order_by(column, order.clone());
    }
    let mut rows = select.order_by(E::ID, order).limit(limit + 1).all(conn).await?;
    let more = rows.len() as u64 > limit;
    rows.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(Page { rows, more })
}

/// Counts the rows that the list would show over all its pages.
///
/// # Errors
/// When the database refuses.
pub async fn count<E: Record>(conn: &impl ConnectionTrait, scope: &Scope, query: &ListQuery) -> Result<u64, StoreError>
where
    E::Row: Sync,
{
    Ok(E::find().filter(condition::<E>(scope, query)?).count(conn).await?)
}

/// The value of a column in a row, for the cursor that continues after it.
pub fn cursor_after<E: Record>(row: &E::Row, sort: Option<(&'static str, bool)>) -> Result<After, StoreError> {
    let value = match sort {
        None => None,
        Some((name, _)) => match row.get(column::<E>(name)?) {
            Value::String(Some(text)) => Some(FilterValue::Text(text)),
            Value::BigInt(Some(number)) => Some(FilterValue::Number(number)),
            Value::Int(Some(number)) => Some(FilterValue::Number(i64::from(number))),
            Value::Bool(Some(flag)) => Some(FilterValue::Flag(flag)),
            Value::ChronoDate(Some(date)) => Some(FilterValue::Date(date)),
            _ => return Err(StoreError::Corrupt { table: E::TABLE, column: name }),
        },
    };
    Ok(After { value, id: row.id() })
}

fn condition<E: Record>(scope: &Scope, query: &ListQuery) -> Result<Condition, StoreError> {
    let mut all = Condition::all().add(E::visible(scope));
    for looked_into in &query.looks_into {
        all = all.add(E::visible(looked_into));
    }
    all = all.add_option(query.among.clone());
    for (name, test, value) in &query.filters {
        let (column, value) = (column::<E>(name)?, Value::from(value.clone()));
        all = all.add(match test {
            Test::Is => column.eq(value),
            Test::From => column.gte(value),
            Test::Until => column.lte(value),
        });
    }
    if let Some(search) = E::SEARCH {
        for word in &query.words {
            // The column is folded already; the word's own wildcards are escaped.
            let escaped = word.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
            all = all.add(Expr::col((E::default(), search)).like(LikeExpr::new(format!("%{escaped}%")).escape('\\')));
        }
    }
    Ok(all)
}

fn column<E: Record>(name: &'static str) -> Result<E::Col, StoreError> {
    E::Col::from_str(name).map_err(|_| StoreError::Corrupt { table: E::TABLE, column: name })
}
