//! The catalogue of rules R01 to R32: versions with validity, status, source, the expression that
//! decides and the test cases that prove it.

use super::book::{RuleBook, RuleId, RuleVersion, SafeguardsList, Severity};
use super::expr::{Evaluation, Expr, Facts};
use super::reference::Reference;
use super::value::Value;
use super::verdict::Outcome;
use crate::corridor::LocalText;
use crate::fact::FactStatus;
use crate::words;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

words!(
    /// The event on whose date a rule is judged, in the order in which they come.
    Anchor {
        /// Whenever anybody asks.
        Always = "always",
        Enrolment = "enrolment",
        Match = "match",
        Offer = "offer",
        VisaFiling = "visa_filing",
        Departure = "departure",
        Entry = "entry",
        Start = "start",
    }
);

impl Anchor {
    /// Name of the fact that holds its date.
    pub fn fact(self) -> &'static str {
        match self {
            Self::Always | Self::Match => "dates.match",
            Self::Enrolment => "dates.enrolment",
            Self::Offer => "dates.offer",
            Self::VisaFiling => "dates.visa_filing",
            Self::Departure => "dates.departure",
            Self::Entry => "dates.entry",
            Self::Start => "dates.start",
        }
    }
}

/// A case with the answer that the rule must give. Run whenever the rule is saved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleTest {
    pub name: String,
    pub expect: Outcome,
    pub facts: Facts,
}

/// One version of a rule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    pub rule: RuleId,
    pub version: u32,
    pub severity: Severity,
    pub status: FactStatus,
    pub valid_from: NaiveDate,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<NaiveDate>,
    pub anchor: Anchor,
    pub source: String,
    pub title: LocalText,
    /// What would change a no.
    pub fix: LocalText,
    /// Where it is false the rule says nothing about the case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub applies: Option<Expr>,
    pub holds: Expr,
    /// Where it is false although the rule holds, the rule warns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub advises: Option<Expr>,
    pub tests: Vec<RuleTest>,
}

/// What a rule says about a set of facts.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Check {
    pub rule: RuleId,
    pub version: u32,
    pub severity: Severity,
    pub anchor: Anchor,
    pub verdict: Outcome,
    /// False where the rule does not concern the case; it passes then.
    pub applies: bool,
    pub facts_used: BTreeMap<String, Value>,
    pub missing: Vec<String>,
    /// Mistakes in the rule or kinds of facts that do not go together.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub mistakes: Vec<String>,
}

impl Check {
    /// Not knowing blocks where the rule blocks.
    pub fn blocks(&self) -> bool {
        self.verdict == Outcome::Block || (self.verdict == Outcome::Unknown && self.severity == Severity::Block)
    }
}

impl Rule {
    /// Judges a set of facts.
    pub fn judge(&self, facts: &Facts, reference: &Reference) -> Check {
        let mut evaluation = Evaluation::new(facts, reference);
        let applies = self.applies.as_ref().map_or(Some(true), |applies| evaluation.holds(applies));
        let verdict = match applies {
            Some(false) => Outcome::Pass,
            None => Outcome::Unknown,
            Some(true) => match evaluation.holds(&self.holds) {
                None => Outcome::Unknown,
                Some(false) if self.severity == Severity::Warn => Outcome::Warn,
                Some(false) => Outcome::Block,
                Some(true) => match self.advises.as_ref().map(|advises| evaluation.holds(advises)) {
                    None | Some(Some(true)) => Outcome::Pass,
                    // Advice that cannot be judged is advice to look.
                    Some(_) => Outcome::Warn,
                },
            },
        };
        Check {
            rule: self.rule,
            version: self.version,
            severity: self.severity,
            anchor: self.anchor,
            verdict: floor(self.rule, facts).unwrap_or(verdict),
            applies: applies != Some(false),
            facts_used: evaluation.used,
            missing: evaluation.missing.into_iter().collect(),
            mistakes: evaluation.mistakes,
        }
    }

    /// Test cases that give another answer than they should: name and answer.
    pub fn failing_tests(&self, reference: &Reference) -> Vec<(&str, Outcome)> {
        let run = |test: &RuleTest| self.judge(&test.facts, reference).verdict;
        self.tests
            .iter()
            .map(|test| (test, run(test)))
            .filter(|(test, got)| *got != test.expect)
            .map(|(test, got)| (test.name.as_str(), got))
            .collect()
    }

    fn holds_on(&self, day: NaiveDate) -> bool {
        self.valid_from <= day && self.valid_to.is_none_or(|end| day <= end)
    }
}

/// What no version of a rule can allow, whatever its expression says: nobody departs below
/// eighteen, nobody is made to pay an illegitimate cost, no certificate is withheld, no protected
/// attribute ranks anybody.
pub fn floor(rule: RuleId, facts: &Facts) -> Option<Outcome> {
    let broken = match rule {
        RuleId::R01 => match (facts.get("person.birth_date"), facts.get("dates.departure")) {
            (Some(Value::Date(birth)), Some(Value::Date(departure))) => crate::period::age_on(*birth, *departure) < 18,
            _ => false,
        },
        RuleId::R02 => facts
            .get("costs.illegitimate_paid")
            .is_some_and(|paid| paid.compare(&Value::Number(super::value::Number::ZERO)).is_some_and(std::cmp::Ordering::is_gt)),
        RuleId::R16 => facts.get("ranking.features").is_some_and(|features| {
            features.items().iter().any(|feature| matches!(feature, Value::Text(name) if PROTECTED.contains(&name.as_str())))
        }),
        RuleId::R18 => facts.get("certificate.released") == Some(&Value::Bool(false)),
        _ => false,
    };
    broken.then_some(Outcome::Block)
}

/// Attributes that no ranking may read (ILO Convention 111 and the law of most countries).
const PROTECTED: [&str; 10] =
    ["sex", "pregnancy", "family_status", "religion", "ethnicity", "union_membership", "hiv", "disability", "health", "political_opinion"];

/// Rules that cannot be switched off or softened.
pub const ALWAYS: [RuleId; 4] = [RuleId::R01, RuleId::R02, RuleId::R16, RuleId::R18];

/// All rules of an installation.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Catalogue {
    pub rules: Vec<Rule>,
}

impl Catalogue {
    /// The version that counts on a day. Announced versions count only where asked for.
    pub fn on(&self, rule: RuleId, day: NaiveDate, as_if_in_force: bool) -> Option<&Rule> {
        let counts = |known: &&Rule| {
            known.rule == rule
                && known.holds_on(day)
                && (known.status == FactStatus::InForce
                    || as_if_in_force && matches!(known.status, FactStatus::Announced | FactStatus::Enacted))
        };
        self.rules.iter().filter(counts).max_by_key(|known| known.version)
    }

    /// Judges every rule whose anchor comes no later than `until`. A rule is taken in the version of
    /// its anchor's date where the facts name it, else of `today`.
    pub fn check(&self, facts: &Facts, reference: &Reference, today: NaiveDate, until: Anchor, as_if_in_force: bool) -> Vec<Check> {
        RuleId::ALL
            .iter()
            .filter_map(|rule| {
                let anchor = self.rules.iter().find(|known| known.rule == *rule)?.anchor;
                let day = match facts.get(anchor.fact()) {
                    Some(Value::Date(day)) => *day,
                    _ => today,
                };
                self.on(*rule, day, as_if_in_force)
            })
            .filter(|rule| rule.anchor <= until)
            .map(|rule| rule.judge(facts, reference))
            .collect()
    }

    /// The part of it that the matching compiles in.
    pub fn book(&self, reference: &Reference, extended_health_set: Severity) -> RuleBook {
        let pair = |rule: &&Rule| RuleId::PAIR.contains(&rule.rule);
        let version = |rule: &Rule| RuleVersion {
            rule: rule.rule,
            version: rule.version,
            severity: rule.severity,
            status: rule.status,
            valid_from: rule.valid_from,
            valid_to: rule.valid_to,
            anchor: rule.anchor.to_string(),
            source: rule.source.clone(),
        };
        let lists = reference.lists.iter().filter(|list| list.id == "who-safeguards");
        RuleBook {
            version: 1,
            rules: self.rules.iter().filter(pair).map(version).collect(),
            safeguards_lists: lists
                .map(|list| SafeguardsList {
                    edition: list.edition.clone(),
                    valid_from: list.valid_from,
                    valid_to: list.valid_to,
                    source: list.source.clone(),
                    countries: list.countries.clone(),
                })
                .collect(),
            extended_health_set,
        }
    }
}

/// Why a version cannot be saved; empty when it can.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RuleFault {
    pub field: &'static str,
    pub problem: String,
}

/// What is wrong with a version on its own: reversed dates, no tests, tests that fail, a softened
/// rule that always holds.
pub fn faults(rule: &Rule, reference: &Reference) -> Vec<RuleFault> {
    let mut found = Vec::new();
    let mut fault = |field, problem: String| found.push(RuleFault { field, problem });
    if rule.valid_to.is_some_and(|end| end < rule.valid_from) {
        fault("valid_to", "ends before it starts".into());
    }
    if rule.source.trim().is_empty() {
        fault("source", "names no source".into());
    }
    if ALWAYS.contains(&rule.rule) {
        if rule.severity == Severity::Warn {
            fault("severity", format!("{} always blocks and cannot be set to warn", rule.rule));
        }
        if matches!(rule.status, FactStatus::Suspended | FactStatus::Closed) || rule.valid_to.is_some() {
            fault("status", format!("{} cannot be switched off or given an end", rule.rule));
        }
    }
    if !rule.tests.iter().any(|test| test.expect == Outcome::Pass) || !rule.tests.iter().any(|test| test.expect != Outcome::Pass) {
        fault("tests", "needs a case that passes and one that does not".into());
    }
    for (name, got) in rule.failing_tests(reference) {
        fault("tests", format!("«{name}» answers {got}"));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_below_the_floor_blocks_whatever_the_rule_says() {
        let lenient: Rule = serde_json::from_value(serde_json::json!({
            "rule": "R01", "version": 9, "severity": "block", "status": "in_force", "valid_from": "2024-01-01", "anchor": "departure",
            "source": "test", "title": { "en": "Age" }, "fix": { "en": "none" }, "holds": true,
            "tests": [
                { "name": "child", "expect": "pass", "facts": { "person.birth_date": "2015-01-01", "dates.departure": "2026-01-01" } },
                { "name": "adult", "expect": "block", "facts": {} },
            ],
        }))
        .unwrap();
        let reference = Reference::default();
        assert_eq!(lenient.failing_tests(&reference), [("child", Outcome::Block), ("adult", Outcome::Pass)]);
        let mut off = lenient.clone();
        (off.status, off.severity) = (FactStatus::Closed, Severity::Warn);
        let fields: Vec<_> = faults(&off, &reference).into_iter().map(|fault| fault.field).collect();
        assert_eq!(fields, ["severity", "status", "tests", "tests"]);
    }

    #[test]
    fn unknown_parts_do_not_matter_where_another_part_decides() {
        let judged = |holds: serde_json::Value, facts: serde_json::Value| {
            let expr: Expr = serde_json::from_value(holds).unwrap();
            let facts: Facts = serde_json::from_value(facts).unwrap();
            let reference = Reference::default();
            let mut evaluation = Evaluation::new(&facts, &reference);
            (evaluation.holds(&expr), evaluation.missing.into_iter().collect::<Vec<_>>())
        };
        let both = serde_json::json!({ "all": [{ "equal": [{ "fact": "a" }, 1] }, { "equal": [{ "fact": "b" }, 1] }] });
        assert_eq!(judged(both.clone(), serde_json::json!({ "a": 2 })), (Some(false), vec![]));
        assert_eq!(judged(both.clone(), serde_json::json!({ "a": 1 })), (None, vec!["b".to_owned()]));
        assert_eq!(judged(both, serde_json::json!({})), (None, vec!["a".to_owned(), "b".to_owned()]));
        let either = serde_json::json!({ "any": [{ "equal": [{ "fact": "a" }, 1] }, { "equal": [{ "fact": "b" }, 1] }] });
        assert_eq!(judged(either, serde_json::json!({ "b": 1 })), (Some(true), vec![]));
        let money = serde_json::json!({ "at_least": ["EUR 45934.20", { "percent_of": [45.3, "EUR 101400"] }] });
        assert_eq!(judged(money, serde_json::json!({})).0, Some(true));
        let apples = serde_json::json!({ "at_least": ["EUR 1", "MAD 1"] });
        assert_eq!(judged(apples, serde_json::json!({})).0, None);
    }
}
