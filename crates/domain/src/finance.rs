//! Reckoning with money: what a place is worth to an employer, what is put aside, who bears a loss, and what the worker pays.
//!
//! Amounts come in and go out as [`Money`](crate::money::Money); shares and rates are fractions (0.01 is one
//! per cent). Where a fraction meets an amount the result is rounded once, at the end, half to even.

mod exact;
pub mod exchange;
pub mod ledger;
pub mod loan;
pub mod reserve;
pub mod roi;
pub mod settlement;
pub mod shares;
pub mod worker;

pub(crate) use exact::portion;

/// An amount by heads, rounded once, half to even. `heads` is above zero.
pub fn per_head(minor: i64, heads: i64) -> i64 {
    portion(minor, 1, heads)
}

/// To whole minor units, half to even; nothing where the number is none that can be kept.
pub(crate) fn rounded(value: f64) -> Option<i64> {
    // Beyond 2^53 neighbouring whole numbers cannot be told apart.
    const MOST: f64 = 9_007_199_254_740_992.0;
    (value.is_finite() && value.abs() < MOST).then(|| value.round_ties_even() as i64)
}

/// Why something cannot be reckoned: the field, and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {problem}")]
pub struct Unfit {
    pub field: String,
    /// Stable word of the rule, for programs.
    pub rule: &'static str,
    pub problem: String,
}

impl Unfit {
    pub(crate) fn new(field: impl Into<String>, rule: &'static str, problem: impl Into<String>) -> Self {
        Self { field: field.into(), rule, problem: problem.into() }
    }
}
