//! Expressions that rules are written in: comparisons, sets, least and greatest, sums, percent of
//! an index, dates, and tables by country and occupation. Three-valued: an answer may be unknown,
//! and then says which facts are missing.
//!
//! The written form is a tree of one-word maps, so that pages can show and edit it part by part:
//!
//! ```yaml
//! all:
//!   - at_least: [{fact: person.age_at_departure}, {greatest: [18, {fact: pathway.min_age}]}]
//!   - any: [{unset: {fact: pathway.max_age}}, {at_most: [{fact: person.age_at_departure}, {fact: pathway.max_age}]}]
//! ```

use super::reference::Reference;
use super::value::{Number, Value};
use crate::period::{add_months, age_on};
use chrono::{Datelike, Days, NaiveDate};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Facts by dotted name, such as `contract.gross_pay`. A name that is not there is not known; a
/// name with `null` is known to be nothing.
pub type Facts = BTreeMap<String, Value>;

/// One node of an expression.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Expr {
    Op(Box<Op>),
    Value(Value),
}

/// Operations. Each is a map with its name as the only key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Op {
    /// Value of a fact.
    Fact(String),
    /// Every part holds.
    All(Vec<Expr>),
    /// At least one part holds.
    Any(Vec<Expr>),
    Not(Expr),
    Equal(Expr, Expr),
    AtLeast(Expr, Expr),
    AtMost(Expr, Expr),
    MoreThan(Expr, Expr),
    LessThan(Expr, Expr),
    /// The first is one of the second.
    OneOf(Expr, Expr),
    /// Two sets have something in common.
    Overlap(Expr, Expr),
    /// Every member of the first is in the second.
    Within(Expr, Expr),
    /// An ISCO-08 code begins with one of the prefixes.
    IscoWithin(Expr, Vec<String>),
    /// Known to be nothing.
    Unset(Expr),
    Greatest(Vec<Expr>),
    Least(Vec<Expr>),
    Sum(Vec<Expr>),
    Minus(Expr, Expr),
    Times(Expr, Expr),
    /// So many percent of an amount: `[45.3, {index: …}]`, rounded half to even once.
    PercentOf(Expr, Expr),
    /// Value of an index series in the year of a date: `[de-pension-ceiling, date]`.
    Index(String, Expr),
    /// Whether a dated list names a country: `[who-safeguards, country, date]`.
    Listed(String, Expr, Expr),
    /// Entry of a dated table by country and, where it has them, ISCO prefix: `[table, country, isco, date]`.
    Lookup(String, Expr, Expr, Expr),
    PlusDays(Expr, Expr),
    PlusMonths(Expr, Expr),
    /// Days from the first date to the second.
    DaysBetween(Expr, Expr),
    /// Completed years from the first date to the second.
    YearsBetween(Expr, Expr),
    /// The second when the first holds, else the third.
    If(Expr, Expr, Expr),
}

/// What an expression needs besides facts, and what it has touched.
#[derive(Debug)]
pub struct Evaluation<'a> {
    facts: &'a Facts,
    reference: &'a Reference,
    pub used: BTreeMap<String, Value>,
    pub missing: BTreeSet<String>,
    /// A mistake in the rule itself, such as a date compared with money.
    pub mistakes: Vec<String>,
}

impl<'a> Evaluation<'a> {
    pub fn new(facts: &'a Facts, reference: &'a Reference) -> Self {
        Self { facts, reference, used: BTreeMap::new(), missing: BTreeSet::new(), mistakes: Vec::new() }
    }

    /// Whether an expression holds; `None` when that is not known.
    pub fn holds(&mut self, expr: &Expr) -> Option<bool> {
        match self.value(expr)? {
            Value::Bool(truth) => Some(truth),
            other => self.mistake(format!("{other} is neither true nor false")),
        }
    }

    /// Value of an expression; `None` when it is not known.
    pub fn value(&mut self, expr: &Expr) -> Option<Value> {
        match expr {
            Expr::Value(value) => Some(value.clone()),
            Expr::Op(op) => self.op(op),
        }
    }

    fn op(&mut self, op: &Op) -> Option<Value> {
        let truth = |answer: Option<bool>| answer.map(Value::Bool);
        match op {
            Op::Fact(name) => self.fact(name),
            Op::All(parts) => truth(self.join(parts, false)),
            Op::Any(parts) => truth(self.join(parts, true)),
            Op::Not(part) => truth(self.holds(part).map(|holds| !holds)),
            Op::Equal(a, b) => {
                let (a, b) = self.both(a, b)?;
                Some(Value::Bool(a == b))
            }
            Op::AtLeast(a, b) => truth(self.compare(a, b, std::cmp::Ordering::is_ge)),
            Op::AtMost(a, b) => truth(self.compare(a, b, std::cmp::Ordering::is_le)),
            Op::MoreThan(a, b) => truth(self.compare(a, b, std::cmp::Ordering::is_gt)),
            Op::LessThan(a, b) => truth(self.compare(a, b, std::cmp::Ordering::is_lt)),
            Op::OneOf(item, set) => {
                let (item, set) = self.both(item, set)?;
                Some(Value::Bool(set.items().contains(&item)))
            }
            Op::Overlap(a, b) => {
                let (a, b) = self.both(a, b)?;
                Some(Value::Bool(a.items().iter().any(|item| b.items().contains(item))))
            }
            Op::Within(a, b) => {
                let (a, b) = self.both(a, b)?;
                Some(Value::Bool(a.items().iter().all(|item| b.items().contains(item))))
            }
            Op::IscoWithin(code, prefixes) => match self.value(code)? {
                Value::Text(code) => Some(Value::Bool(prefixes.iter().any(|prefix| code.starts_with(prefix.as_str())))),
                other => self.mistake(format!("{other} is no ISCO code")),
            },
            Op::Unset(part) => Some(Value::Bool(self.value(part)? == Value::Nothing)),
            Op::Greatest(parts) => self.extreme(parts, std::cmp::Ordering::Greater),
            Op::Least(parts) => self.extreme(parts, std::cmp::Ordering::Less),
            Op::Sum(parts) => {
                let mut sum: Option<Value> = None;
                for part in parts {
                    let value = self.value(part)?;
                    sum = Some(match sum {
                        None => value,
                        Some(sum) => self.arithmetic(sum.plus(&value), &sum, &value)?,
                    });
                }
                Some(sum.unwrap_or(Value::Number(Number::ZERO)))
            }
            Op::Minus(a, b) => {
                let (a, b) = self.both(a, b)?;
                self.arithmetic(a.minus(&b), &a, &b)
            }
            Op::Times(a, b) => {
                let (a, b) = self.both(a, b)?;
                self.arithmetic(a.times(&b), &a, &b)
            }
            Op::PercentOf(percent, whole) => {
                let (percent, whole) = self.both(percent, whole)?;
                self.arithmetic(whole.percent(&percent), &percent, &whole)
            }
            Op::Index(series, date) => {
                let year = self.date(date)?.year();
                let found = self.reference.index(series, year);
                if found.is_none() {
                    self.missing.insert(format!("index {series} {year}"));
                }
                found
            }
            Op::Listed(list, country, date) => {
                let (country, date) = (self.text(country)?, self.date(date)?);
                let found = self.reference.listed(list, &country, date);
                if found.is_none() {
                    self.missing.insert(format!("list {list} {date}"));
                }
                found.map(Value::Bool)
            }
            Op::Lookup(table, country, isco, date) => {
                let (country, isco, date) = (self.text(country)?, self.text(isco)?, self.date(date)?);
                let found = self.reference.lookup(table, &country, &isco, date);
                if found.is_none() {
                    self.missing.insert(format!("table {table} {country} {isco} {date}"));
                }
                found
            }
            Op::PlusDays(date, days) => {
                let (date, days) = (self.date(date)?, self.whole(days)?);
                let moved = if days < 0 {
                    date.checked_sub_days(Days::new(days.unsigned_abs()))
                } else {
                    date.checked_add_days(Days::new(days.unsigned_abs()))
                };
                moved.map(Value::Date)
            }
            Op::PlusMonths(date, months) => {
                let (date, months) = (self.date(date)?, self.whole(months)?);
                match u32::try_from(months) {
                    Ok(months) => Some(Value::Date(add_months(date, months))),
                    Err(_) => self.mistake("months are counted forward".into()),
                }
            }
            Op::DaysBetween(a, b) => {
                let (a, b) = (self.date(a)?, self.date(b)?);
                Some(Value::Number(Number::whole((b - a).num_days())))
            }
            Op::YearsBetween(a, b) => {
                let (a, b) = (self.date(a)?, self.date(b)?);
                Some(Value::Number(Number::whole(age_on(a, b).into())))
            }
            Op::If(condition, yes, no) => {
                let chosen = if self.holds(condition)? { yes } else { no };
                self.value(chosen)
            }
        }
    }

    fn fact(&mut self, name: &str) -> Option<Value> {
        match self.facts.get(name) {
            Some(value) => {
                self.used.insert(name.to_owned(), value.clone());
                Some(value.clone())
            }
            None => {
                self.missing.insert(name.to_owned());
                None
            }
        }
    }

    /// All (`decides` false) or any (`decides` true): one part may decide, whatever is unknown elsewhere.
    fn join(&mut self, parts: &[Expr], decides: bool) -> Option<bool> {
        let before = self.missing.clone();
        let mut unknown = false;
        for part in parts {
            match self.holds(part) {
                Some(holds) if holds == decides => {
                    // What was missing in the other parts no longer matters.
                    self.missing = before;
                    return Some(decides);
                }
                Some(_) => {}
                None => unknown = true,
            }
        }
        (!unknown).then_some(!decides)
    }

    fn both(&mut self, a: &Expr, b: &Expr) -> Option<(Value, Value)> {
        // Both sides are looked at, so that every missing fact is named at once.
        let (a, b) = (self.value(a), self.value(b));
        Some((a?, b?))
    }

    fn compare(&mut self, a: &Expr, b: &Expr, fits: fn(std::cmp::Ordering) -> bool) -> Option<bool> {
        let (a, b) = self.both(a, b)?;
        match a.compare(&b) {
            Some(order) => Some(fits(order)),
            None => self.mistake(format!("{a} and {b} cannot be compared")),
        }
    }

    fn extreme(&mut self, parts: &[Expr], wanted: std::cmp::Ordering) -> Option<Value> {
        let values: Vec<Option<Value>> = parts.iter().map(|part| self.value(part)).collect();
        let mut best: Option<Value> = None;
        for value in values {
            // What is known to be nothing sets no bound.
            let value = value?;
            if value == Value::Nothing {
                continue;
            }
            best = Some(match best {
                None => value,
                Some(best) => match value.compare(&best) {
                    Some(order) if order == wanted => value,
                    Some(_) => best,
                    None => return self.mistake(format!("{value} and {best} cannot be compared")),
                },
            });
        }
        Some(best.unwrap_or(Value::Nothing))
    }

    fn arithmetic(&mut self, result: Option<Value>, a: &Value, b: &Value) -> Option<Value> {
        result.or_else(|| self.mistake(format!("{a} and {b} cannot be reckoned together")))
    }

    fn date(&mut self, expr: &Expr) -> Option<NaiveDate> {
        match self.value(expr)? {
            Value::Date(date) => Some(date),
            other => self.mistake(format!("{other} is no date")),
        }
    }

    fn text(&mut self, expr: &Expr) -> Option<String> {
        match self.value(expr)? {
            Value::Text(text) => Some(text),
            other => self.mistake(format!("{other} is no word")),
        }
    }

    fn whole(&mut self, expr: &Expr) -> Option<i64> {
        match self.value(expr)? {
            Value::Number(number) => number.to_whole().or_else(|| self.mistake(format!("{number} is no whole number"))),
            other => self.mistake(format!("{other} is no number")),
        }
    }

    fn mistake<T>(&mut self, text: String) -> Option<T> {
        self.mistakes.push(text);
        None
    }
}

impl Expr {
    /// Names of the facts that the expression reads, wherever they stand.
    pub fn facts(&self) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        self.walk(&mut |op| {
            if let Op::Fact(name) = op {
                names.insert(name.clone());
            }
        });
        names
    }

    fn walk(&self, look: &mut impl FnMut(&Op)) {
        let Self::Op(op) = self else { return };
        look(op);
        match &**op {
            Op::Fact(_) => {}
            Op::All(parts) | Op::Any(parts) | Op::Greatest(parts) | Op::Least(parts) | Op::Sum(parts) => {
                parts.iter().for_each(|part| part.walk(look));
            }
            Op::Not(part) | Op::Unset(part) | Op::IscoWithin(part, _) | Op::Index(_, part) => part.walk(look),
            Op::Equal(a, b)
            | Op::AtLeast(a, b)
            | Op::AtMost(a, b)
            | Op::MoreThan(a, b)
            | Op::LessThan(a, b)
            | Op::OneOf(a, b)
            | Op::Overlap(a, b)
            | Op::Within(a, b)
            | Op::Minus(a, b)
            | Op::Times(a, b)
            | Op::PercentOf(a, b)
            | Op::Listed(_, a, b)
            | Op::PlusDays(a, b)
            | Op::PlusMonths(a, b)
            | Op::DaysBetween(a, b)
            | Op::YearsBetween(a, b) => [a, b].into_iter().for_each(|part| part.walk(look)),
            Op::Lookup(_, a, b, c) | Op::If(a, b, c) => [a, b, c].into_iter().for_each(|part| part.walk(look)),
        }
    }
}
