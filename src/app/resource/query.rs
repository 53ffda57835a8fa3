//! What a list is asked for: filters, words, order, page; and the cursor that leads to the next.

use super::Document;
use super::field::{Field, Kind};
use crate::app::Ctx;
use crate::error::{AppError, FieldError};
use crate::text::fold;
use chrono::{Datelike, NaiveDate};
use passerelle_store::caseload::{self, Case};
use passerelle_store::list::{After, FilterValue, ListQuery, PAGE_MAX, Test};
use passerelle_store::query::{ColumnTrait, Condition};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use uuid::Uuid;

pub const PAGE_DEFAULT: u64 = 25;

/// A list as it is asked for in an address: `?q=…&country=MA&sort=-name&limit=50&after=…`.
#[derive(Debug, Clone, Default)]
pub struct ListRequest {
    pub params: BTreeMap<String, String>,
    /// Also count all rows.
    pub counted: bool,
    /// The list is for a file: what is open for a short while only does not leave in one.
    pub exported: bool,
}

/// One page of a list.
#[derive(Debug, Clone)]
pub struct Listing {
    pub documents: Vec<Document>,
    pub next: Option<String>,
    pub total: Option<u64>,
}

/// Parameters that are not filters.
pub const RESERVED: [&str; 9] = ["q", "sort", "limit", "after", "lang", "notice", "case", "cols", "view"];

impl ListRequest {
    pub fn new(params: BTreeMap<String, String>) -> Self {
        Self { params, ..Self::default() }
    }

    fn param(&self, name: &str) -> Option<&str> {
        self.params.get(name).map(|value| value.trim()).filter(|value| !value.is_empty())
    }

    /// The part of somebody's caseload that is asked for, as a condition on the list's rows.
    pub fn among(&self, ctx: &Ctx<'_>, kind: &str, id: impl ColumnTrait) -> Option<Condition> {
        let case = Case::parse(self.param("case")?).ok()?;
        let own = ctx.actor.grants.iter().flat_map(|grant| grant.organisations()).map(|id| id.0).collect();
        let whose = caseload::Whose { account: ctx.actor.user.0, organisations: own, today: ctx.now.date() };
        Some(caseload::condition(kind, id, case, &whose))
    }

    /// # Errors
    /// When a parameter is no filter of this list, or its value is not of the field's kind.
    pub fn to_query(&self, fields: &'static [Field]) -> Result<ListQuery, AppError> {
        let mut errors = Vec::new();
        let mut query = ListQuery { limit: PAGE_DEFAULT, ..ListQuery::default() };
        for (name, value) in self.params.iter().filter(|(name, value)| !RESERVED.contains(&name.as_str()) && !value.trim().is_empty()) {
            match tested(fields, name) {
                None => errors.push(FieldError::new(name, "unknown-filter", "is not a filter of this list")),
                Some((field, test)) => match filter_value(field, value.trim()) {
                    Some(value) => query.filters.push((field.name, test, value)),
                    None => errors.push(FieldError::new(name, "type", "is not of the kind that this filter takes")),
                },
            }
        }
        if let Some(words) = self.param("q") {
            query.words = fold(words).split_whitespace().take(8).map(str::to_owned).collect();
        }
        if let Some(sort) = self.param("sort") {
            let (name, descending) = sort.strip_prefix('-').map_or((sort, false), |name| (name, true));
            match fields.iter().find(|field| field.sorts && field.name == name) {
                Some(field) => query.sort = Some((field.name, descending)),
                None => errors.push(FieldError::new("sort", "unknown-sort", "this list cannot be sorted by that")),
            }
        }
        if let Some(case) = self.param("case")
            && Case::parse(case).is_err()
        {
            errors.push(FieldError::new("case", "choice", format!("is not one of: {}", Case::WORDS.join(", "))));
        }
        if let Some(limit) = self.param("limit") {
            match limit.parse::<u64>() {
                Ok(limit) if (1..=PAGE_MAX).contains(&limit) => query.limit = limit,
                _ => errors
                    .push(FieldError::new("limit", "range", format!("must be from 1 to {PAGE_MAX}")).with("min", 1).with("max", PAGE_MAX)),
            }
        }
        if let Some(after) = self.param("after") {
            match decode_cursor(after) {
                Some(after) if fits(&after, query.sort, fields) => query.after = Some(after),
                _ => errors.push(FieldError::new("after", "cursor", "is not a place in this list; start again without it")),
            }
        }
        if errors.is_empty() { Ok(query) } else { Err(AppError::Invalid(errors)) }
    }
}

/// Whether a cursor continues a list sorted like this one: a value of another kind than the
/// column's would be the database's to refuse, and one of them does so with an error.
fn fits(after: &After, sort: Option<(&str, bool)>, fields: &[Field]) -> bool {
    let field = sort.and_then(|(name, _)| fields.iter().find(|field| field.name == name));
    match (&after.value, field.map(|field| field.kind)) {
        (None, None) => true,
        (Some(FilterValue::Date(_)), Some(kind)) => kind == Kind::Date,
        (Some(FilterValue::Number(_)), Some(kind)) => matches!(kind, Kind::Number { .. } | Kind::Decimal { .. } | Kind::Eqf),
        (Some(FilterValue::Flag(_)), Some(kind)) => kind == Kind::Flag,
        (Some(FilterValue::Text(_)), Some(kind)) => {
            !matches!(kind, Kind::Date | Kind::Number { .. } | Kind::Decimal { .. } | Kind::Eqf | Kind::Flag)
        }
        _ => false,
    }
}

/// Endings that make a parameter the first or the last day of a range, both included.
pub const RANGE: [(&str, Test); 2] = [("_from", Test::From), ("_until", Test::Until)];

/// The field that a parameter filters by, and how: dates also by a range, `due_on_from=2027-01-01`.
fn tested(fields: &'static [Field], name: &str) -> Option<(&'static Field, Test)> {
    let filters = |wanted: &str| fields.iter().find(|field| field.filters && field.name == wanted);
    let ranged = |(ending, test): (&str, Test)| {
        let field = filters(name.strip_suffix(ending)?)?;
        (field.kind == Kind::Date).then_some((field, test))
    };
    filters(name).map(|field| (field, Test::Is)).or_else(|| RANGE.into_iter().find_map(ranged))
}

fn filter_value(field: &Field, text: &str) -> Option<FilterValue> {
    Some(match field.kind {
        Kind::Reference(_) => FilterValue::Id(Uuid::try_parse(text).ok()?),
        Kind::Number { .. } | Kind::Eqf => FilterValue::Number(text.parse().ok()?),
        Kind::Flag => FilterValue::Flag(text.parse().ok()?),
        // Dates are kept as text of ten letters: others would sort among them by chance.
        Kind::Date => {
            FilterValue::Date(crate::formats::read_date(text).parse().ok().filter(|day: &NaiveDate| (1900..2200).contains(&day.year()))?)
        }
        Kind::Choice { words, .. } if !words.contains(&text) => return None,
        _ => FilterValue::Text(text.to_owned()),
    })
}

/// Cursors are opaque to clients: hexadecimal of a small JSON list.
pub fn encode_cursor(after: &After) -> String {
    let value = match &after.value {
        None => Value::Null,
        Some(FilterValue::Text(text)) => json!({ "t": text }),
        Some(FilterValue::Number(number)) => json!({ "n": number }),
        Some(FilterValue::Flag(flag)) => json!({ "f": flag }),
        Some(FilterValue::Date(date)) => json!({ "d": date }),
        Some(FilterValue::Id(id)) => json!({ "i": id }),
    };
    crate::text::hex(json!([after.id, value]).to_string().as_bytes())
}

fn decode_cursor(text: &str) -> Option<After> {
    if text.len() > 2_000 {
        return None;
    }
    let parsed: (Uuid, Value) = serde_json::from_slice(&crate::text::unhex(text)?).ok()?;
    let value = match parsed.1 {
        Value::Null => None,
        Value::Object(map) => {
            let (kind, value) = map.into_iter().next()?;
            Some(match (kind.as_str(), value) {
                ("t", Value::String(text)) => FilterValue::Text(text),
                ("n", Value::Number(number)) => FilterValue::Number(number.as_i64()?),
                ("f", Value::Bool(flag)) => FilterValue::Flag(flag),
                ("d", Value::String(date)) => FilterValue::Date(date.parse().ok()?),
                ("i", Value::String(id)) => FilterValue::Id(Uuid::try_parse(&id).ok()?),
                _ => return None,
            })
        }
        _ => return None,
    };
    Some(After { value, id: parsed.0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_come_back_as_they_went_and_nonsense_is_refused() {
        for value in [None, Some(FilterValue::Text("é".into())), Some(FilterValue::Number(-3)), Some(FilterValue::Flag(true))] {
            let after = After { value, id: Uuid::from_u128(7) };
            assert_eq!(decode_cursor(&encode_cursor(&after)), Some(after));
        }
        for wrong in ["", "zz", "abc", "ff", &"00".repeat(4_000), "é0"] {
            assert_eq!(decode_cursor(wrong), None, "{wrong}");
        }
    }
}
