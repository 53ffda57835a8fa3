//! What a rule says about a match.

use super::book::{RuleId, Severity};
use super::facts::MatchFacts;
use crate::matching::{Reason, ReasonCode};
use crate::words;
use serde::{Deserialize, Serialize};

words!(
    /// The answer of one rule.
    Outcome {
        Pass = "pass",
        Warn = "warn",
        Block = "block",
        /// A fact is missing. On a blocking rule this blocks.
        Unknown = "unknown",
    }
);

/// The answer of one rule version on one set of facts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    pub rule: RuleId,
    pub version: u32,
    pub severity: Severity,
    pub outcome: Outcome,
    /// Why, for anything but a plain pass.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// Names and values of the facts that decided. Values are codes, dates and numbers: no names
    /// of people.
    pub facts_used: Vec<(String, String)>,
    /// Names of the facts that would have to be known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<String>,
}

impl Verdict {
    /// Whether this verdict alone forbids the match.
    pub fn blocks(&self) -> bool {
        match self.outcome {
            Outcome::Block => true,
            Outcome::Unknown => self.severity == Severity::Block,
            Outcome::Pass | Outcome::Warn => false,
        }
    }
}

/// The verdicts that forbid the match.
pub fn blocks(verdicts: &[Verdict]) -> impl Iterator<Item = &Verdict> {
    verdicts.iter().filter(|verdict| verdict.blocks())
}

/// What a rule function returns; the caller adds rule, version and severity.
#[derive(Debug, Default)]
pub(super) struct Finding {
    /// Only the outcome is asked for: nothing is written down.
    quiet: bool,
    pub outcome: Option<Outcome>,
    pub reason: Option<Reason>,
    pub used: Vec<(String, String)>,
    pub missing: Vec<String>,
}

impl Finding {
    pub fn of(facts: &MatchFacts<'_>) -> Self {
        Self { quiet: !facts.explain, ..Self::default() }
    }

    pub fn used(mut self, name: &str, value: impl ToString) -> Self {
        if !self.quiet {
            self.used.push((name.to_owned(), value.to_string()));
        }
        self
    }

    pub fn pass(mut self) -> Self {
        self.outcome = Some(Outcome::Pass);
        self
    }

    pub fn block(mut self, reason: Reason) -> Self {
        self.outcome = Some(Outcome::Block);
        self.reason = Some(reason);
        self
    }

    pub fn warn(mut self, reason: Reason) -> Self {
        self.outcome = Some(Outcome::Warn);
        self.reason = Some(reason);
        self
    }

    pub fn unknown(mut self, code: ReasonCode, missing: &str) -> Self {
        self.outcome = Some(Outcome::Unknown);
        self.reason = Some(Reason::new(code));
        self.missing.push(missing.to_owned());
        self
    }
}
