//! The law comes before any ranking: may this trainee take this need by this pathway?
//!
//! Each rule is a pure function of facts, three-valued: it passes, blocks, warns, or does not
//! know. Not knowing blocks wherever the rule blocks, and says what is missing. Which rules hold,
//! in which version and since when, is data ([`RuleBook`]); how a rule reads its facts is code.

mod book;
mod catalogue;
mod expr;
mod facts;
mod reference;
mod rules;
mod value;
mod verdict;

pub use book::{BookFinding, RuleBook, RuleId, RuleVersion, SafeguardsList, Severity};
pub use catalogue::{ALWAYS, Anchor, Catalogue, Check, Rule, RuleFault, RuleTest, faults, floor};
pub use expr::{Evaluation, Expr, Facts, Op};
pub use facts::*;
pub use reference::*;
pub use rules::{Reads, health_scope, judge, judge_all, lawful, reads};
pub use value::{Number, Value};
pub use verdict::{Outcome, Verdict, blocks};
