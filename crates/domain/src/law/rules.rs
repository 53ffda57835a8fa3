//! The rules, one file each. Every function answers from facts alone.

mod r01_age;
mod r05_wage_floor;
mod r06_comparable_pay;
mod r11_safeguards;
mod r12_employer_standing;
mod r14_recognition_route;
mod r15_language;
mod r16_non_discrimination;
mod r28_identity;
mod r29_quota;

pub use r11_safeguards::health_scope;

use super::book::{RuleBook, RuleId};
use super::facts::MatchFacts;
use super::verdict::{Finding, Outcome, Verdict};
use crate::people::Answer;
use chrono::NaiveDate;

/// Judges one rule. `None` when no version of it is in force on its anchor date.
pub fn judge(rule: RuleId, facts: &MatchFacts<'_>, book: &RuleBook) -> Option<Verdict> {
    let version = book.in_force(rule, anchor(rule, facts))?;
    let finding = match rule {
        RuleId::R01 => r01_age::judge(facts),
        RuleId::R05 => r05_wage_floor::judge(facts),
        RuleId::R06 => r06_comparable_pay::judge(facts),
        RuleId::R11 => r11_safeguards::judge(facts, book),
        RuleId::R12 => r12_employer_standing::judge(facts),
        RuleId::R14 => r14_recognition_route::judge(facts),
        RuleId::R15 => r15_language::judge(facts),
        RuleId::R16 => r16_non_discrimination::judge(facts),
        RuleId::R28 => r28_identity::judge(facts),
        RuleId::R29 => r29_quota::judge(facts),
        // Judged from the catalogue, once their facts are there.
        _ => return None,
    };
    Some(Verdict {
        rule,
        version: version.version,
        severity: version.severity,
        outcome: finding.outcome.unwrap_or(Outcome::Unknown),
        reason: finding.reason,
        facts_used: finding.used,
        missing: finding.missing,
    })
}

/// Judges every rule that is in force, in the order of their numbers.
pub fn judge_all(facts: &MatchFacts<'_>, book: &RuleBook) -> Vec<Verdict> {
    RuleId::PAIR.iter().filter_map(|rule| judge(*rule, facts, book)).collect()
}

/// Whether none of some rules forbids the match. Judges as [`judge`] does and stops at the first that does.
pub fn lawful(rules: &[RuleId], facts: &MatchFacts<'_>, book: &RuleBook) -> bool {
    rules.iter().all(|rule| judge(*rule, facts, book).is_none_or(|verdict| !verdict.blocks()))
}

/// Whose facts a rule reads: pairs that agree in them get one verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reads {
    /// Those of the need, the pathway and the ranking.
    Need,
    /// Those, and where the trainee lives and trains.
    Countries,
    /// Where she trains, at which institute, and the pathway.
    Institute,
    /// Everything about the trainee, and of the need no more than pathway, occupation, language, region and the first
    /// day of its start window: what many needs share.
    Opening,
    /// Everything about both.
    Pair,
}

/// What a rule that is judged for pairs reads.
pub const fn reads(rule: RuleId) -> Reads {
    match rule {
        RuleId::R06 | RuleId::R12 | RuleId::R16 => Reads::Need,
        RuleId::R11 => Reads::Countries,
        RuleId::R29 => Reads::Institute,
        RuleId::R01 | RuleId::R14 | RuleId::R15 | RuleId::R28 => Reads::Opening,
        _ => Reads::Pair,
    }
}

/// The day that decides which version of a rule counts.
fn anchor(rule: RuleId, facts: &MatchFacts<'_>) -> NaiveDate {
    match rule {
        RuleId::R01 | RuleId::R28 => facts.departure(),
        RuleId::R05 | RuleId::R12 => facts.need.start.from,
        RuleId::R15 => facts.visa_filing(),
        _ => facts.match_date,
    }
}

/// True when the fact is known to be so, `None` when nobody knows.
fn known(answer: Answer) -> Option<bool> {
    answer.known()
}

#[cfg(test)]
mod test_facts;
