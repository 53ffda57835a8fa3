//! Expressions of rules as sentences, in the reader's language. A preview for people: what counts is
//! the expression.

use crate::formats;
use crate::i18n::Locale;
use passerelle_domain::law::{Expr, Op, Value};
use std::collections::BTreeMap;

/// An expression in words.
pub fn sentence(t: Locale, expr: &Expr) -> String {
    match expr {
        Expr::Value(value) => shown(t, value),
        Expr::Op(op) => of(t, op),
    }
}

fn shown(t: Locale, value: &Value) -> String {
    match value {
        Value::Nothing => t.get("expr-nothing"),
        Value::Bool(true) => t.get("expr-true"),
        Value::Bool(false) => t.get("expr-false"),
        Value::Money(money) => formats::money(t, *money),
        Value::Date(day) => formats::date(t, *day),
        Value::List(items) => joined(t, "expr-comma", items.iter().map(|item| shown(t, item))),
        other => other.to_string(),
    }
}

fn joined(t: Locale, key: &str, parts: impl Iterator<Item = String>) -> String {
    let mut parts = parts;
    let first = parts.next().unwrap_or_default();
    parts.fold(first, |before, part| fill(t, key, &[("a", before), ("b", part)]))
}

fn fill(t: Locale, key: &str, args: &[(&str, String)]) -> String {
    let args: BTreeMap<String, String> = args.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    t.with(key, &args)
}

fn of(t: Locale, op: &Op) -> String {
    let one = |key: &str, a: &Expr| fill(t, key, &[("a", sentence(t, a))]);
    let two = |key: &str, a: &Expr, b: &Expr| fill(t, key, &[("a", sentence(t, a)), ("b", sentence(t, b))]);
    // A list of conditions inside another is set apart, or nobody can tell what belongs together.
    let part = |expr: &Expr| match expr {
        Expr::Op(op) if matches!(**op, Op::All(_) | Op::Any(_)) => format!("({})", sentence(t, expr)),
        expr => sentence(t, expr),
    };
    let list = |key: &str, parts: &[Expr]| fill(t, key, &[("a", joined(t, "expr-comma", parts.iter().map(|expr| sentence(t, expr))))]);
    match op {
        Op::Fact(name) => format!("‹{name}›"),
        Op::All(parts) => joined(t, "expr-and", parts.iter().map(part)),
        Op::Any(parts) => joined(t, "expr-or", parts.iter().map(part)),
        Op::Not(a) => fill(t, "expr-not", &[("a", part(a))]),
        Op::Equal(a, Expr::Value(Value::Bool(true))) => one("expr-holds", a),
        Op::Equal(a, Expr::Value(Value::Bool(false))) => one("expr-holds-not", a),
        Op::Equal(a, b) => two("expr-equal", a, b),
        Op::AtLeast(a, b) => two("expr-at-least", a, b),
        Op::AtMost(a, b) => two("expr-at-most", a, b),
        Op::MoreThan(a, b) => two("expr-more-than", a, b),
        Op::LessThan(a, b) => two("expr-less-than", a, b),
        Op::OneOf(a, b) => two("expr-one-of", a, b),
        Op::Overlap(a, b) => two("expr-overlap", a, b),
        Op::Within(a, b) => two("expr-within", a, b),
        Op::IscoWithin(a, prefixes) => fill(t, "expr-isco-within", &[("a", sentence(t, a)), ("b", prefixes.join(", "))]),
        Op::Unset(a) => one("expr-unset", a),
        Op::Greatest(parts) => list("expr-greatest", parts),
        Op::Least(parts) => list("expr-least", parts),
        Op::Sum(parts) => list("expr-sum", parts),
        Op::Minus(a, b) => two("expr-minus", a, b),
        Op::Times(a, b) => two("expr-times", a, b),
        Op::PercentOf(a, b) => two("expr-percent-of", a, b),
        Op::Index(series, date) => fill(t, "expr-index", &[("a", series.clone()), ("b", sentence(t, date))]),
        Op::Listed(name, country, date) => {
            fill(t, "expr-listed", &[("a", sentence(t, country)), ("b", name.clone()), ("c", sentence(t, date))])
        }
        Op::Lookup(name, country, isco, date) => {
            fill(t, "expr-lookup", &[("a", name.clone()), ("b", sentence(t, country)), ("c", sentence(t, isco)), ("d", sentence(t, date))])
        }
        Op::PlusDays(a, b) => two("expr-plus-days", a, b),
        Op::PlusMonths(a, b) => two("expr-plus-months", a, b),
        Op::DaysBetween(a, b) => two("expr-days-between", a, b),
        Op::YearsBetween(a, b) => two("expr-years-between", a, b),
        Op::If(condition, yes, no) => fill(t, "expr-if", &[("a", part(condition)), ("b", sentence(t, yes)), ("c", sentence(t, no))]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_is_a_sentence_in_every_language() {
        let law = crate::app::law::Law::read("").unwrap();
        for t in Locale::ALL {
            for rule in &law.catalogue.rules {
                for expr in [Some(&rule.holds), rule.applies.as_ref(), rule.advises.as_ref()].into_iter().flatten() {
                    let said = crate::i18n::plain(&sentence(t, expr));
                    assert!(!said.contains('[') && !said.is_empty(), "{} {}: {said}", t.code(), rule.rule);
                }
            }
        }
        let housing = law.catalogue.rules.iter().find(|rule| rule.rule.as_str() == "R30").unwrap();
        assert_eq!(
            crate::i18n::plain(&sentence(Locale::En, &housing.holds)),
            "‹housing.inspected› holds and ‹housing.cost_percent_net› is at most 25 and ‹housing.tenancy_separable› holds"
        );
    }
}
