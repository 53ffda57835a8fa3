//! Amounts of one currency, added and shared without loss: what is rounded is rounded once, half to even.

use super::Unfit;
use crate::money::{Currency, Money};

/// Amounts beyond this many minor units are slips.
const MOST: i64 = 1_000_000_000_000_000;

/// The amounts of one reckoning: all in one currency, none below zero.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Purse {
    pub currency: Currency,
}

impl Purse {
    /// Minor units of an amount.
    pub fn minor(self, field: &str, amount: Money) -> Result<i64, Unfit> {
        if amount.currency != self.currency {
            return Err(Unfit::new(field, "currency-mixed", format!("is in {}, and the others are in {}", amount.currency, self.currency)));
        }
        if amount.minor < 0 {
            return Err(Unfit::new(field, "negative", "is below zero"));
        }
        if amount.minor > MOST {
            return Err(Unfit::new(field, "money-range", "is too large an amount"));
        }
        Ok(amount.minor)
    }

    pub const fn money(self, minor: i64) -> Money {
        Money::new(minor, self.currency)
    }
}

/// `amount × part / whole`, half to even. `whole` is above zero.
pub(crate) fn portion(amount: i64, part: i64, whole: i64) -> i64 {
    quotient(i128::from(amount) * i128::from(part), i128::from(whole)).unwrap_or(i64::MAX)
}

/// `product / whole`, half to even; nothing where it does not fit. `whole` is above zero.
pub(crate) fn quotient(product: i128, whole: i128) -> Option<i64> {
    let (down, rest) = (product.div_euclid(whole), product.rem_euclid(whole));
    let up = match (rest * 2).cmp(&whole) {
        std::cmp::Ordering::Less => 0,
        std::cmp::Ordering::Greater => 1,
        std::cmp::Ordering::Equal => down.rem_euclid(2),
    };
    i64::try_from(down + up).ok()
}

/// Shares an amount by weights; what rounding leaves goes to the greatest remainders, the first of equals.
/// The parts add up to the amount. All weights nothing gives nothing to anybody.
pub(crate) fn shared(amount: i64, weights: &[i64]) -> Vec<i64> {
    let whole: i128 = weights.iter().map(|weight| i128::from(*weight)).sum();
    if whole <= 0 {
        return vec![0; weights.len()];
    }
    let exact = |weight: i64| i128::from(amount) * i128::from(weight);
    let mut parts: Vec<i64> = weights.iter().map(|weight| i64::try_from(exact(*weight) / whole).unwrap_or(i64::MAX)).collect();
    let mut order: Vec<usize> = (0..weights.len()).collect();
    order.sort_by_key(|at| std::cmp::Reverse(exact(weights[*at]) % whole));
    let mut left = amount - parts.iter().sum::<i64>();
    for at in order {
        if left == 0 {
            break;
        }
        parts[at] += 1;
        left -= 1;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn halves_go_to_even() {
        assert_eq!([portion(5, 1, 2), portion(7, 1, 2), portion(10, 1, 3), portion(0, 3, 7)], [2, 4, 3, 0]);
    }

    proptest! {
        #[test]
        fn shares_add_up(amount in 0_i64..1_000_000_000, weights in prop::collection::vec(0_i64..10_000, 1..12)) {
            let parts = shared(amount, &weights);
            let whole: i64 = weights.iter().sum();
            prop_assert_eq!(parts.iter().sum::<i64>(), if whole > 0 { amount } else { 0 });
            for (part, weight) in parts.iter().zip(&weights) {
                prop_assert!(*part >= 0 && (*weight > 0 || *part <= 0));
            }
        }
    }
}
