//! Amounts in another currency: at a rate that somebody has published, rounded once, half to even, and never without
//! saying which rate, of which day, from which source.

use super::exact::quotient;
use crate::money::{Currency, Money};
use crate::parse::{ParseError, text_value};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Decimals of a rate that are kept.
const DECIMALS: usize = 10;
const UNIT: i128 = 10_000_000_000;

/// How many units of one currency are paid for one of another: a decimal number above zero, kept exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Rate(i128);

impl Rate {
    /// Reads `10.85`.
    ///
    /// # Errors
    /// When it is no decimal number above zero with at most eight digits before and ten after the point.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        let wrong = || ParseError::new("rate", "is not a rate such as 10.85, above zero, with at most ten decimals");
        let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
        let digits = |part: &str, most: usize| (1..=most).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(whole, 8) || !digits(fraction, DECIMALS) {
            return Err(wrong());
        }
        let scaled: i128 = format!("{whole}{fraction:0<DECIMALS$}").parse().map_err(|_| wrong())?;
        if scaled == 0 { Err(wrong()) } else { Ok(Self(scaled)) }
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = format!("{}.{:0DECIMALS$}", self.0 / UNIT, self.0 % UNIT);
        f.write_str(text.trim_end_matches('0').trim_end_matches('.'))
    }
}

text_value!(Rate);

/// A published rate, in force from a day on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExchangeRate {
    pub from: Currency,
    pub to: Currency,
    /// Units of `to` for one of `from`.
    pub rate: Rate,
    pub valid_from: NaiveDate,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<NaiveDate>,
    pub source: String,
}

/// An amount in another currency, with what made it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Conversion {
    pub amount: Money,
    pub converted: Money,
    pub rate: Rate,
    /// The rate was published the other way round, and is divided by.
    pub inverse: bool,
    pub valid_from: NaiveDate,
    pub source: String,
}

impl ExchangeRate {
    /// The amount in the other currency of the pair, whichever of the two it is in. Nothing where it is in neither, or
    /// the result does not fit.
    pub fn convert(&self, amount: Money) -> Option<Conversion> {
        let inverse = amount.currency == self.to;
        if !inverse && amount.currency != self.from {
            return None;
        }
        let target = if inverse { self.from } else { self.to };
        let (have, want) = (10_i128.pow(amount.currency.exponent()), 10_i128.pow(target.exponent()));
        let minor = i128::from(amount.minor);
        let minor = if inverse {
            quotient(minor.checked_mul(want)?.checked_mul(UNIT)?, self.rate.0.checked_mul(have)?)
        } else {
            quotient(minor.checked_mul(want)?.checked_mul(self.rate.0)?, UNIT.checked_mul(have)?)
        }?;
        Some(Conversion {
            amount,
            converted: Money::new(minor, target),
            rate: self.rate,
            inverse,
            valid_from: self.valid_from,
            source: self.source.clone(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn published(from: &str, to: &str, rate: &str) -> ExchangeRate {
        ExchangeRate {
            from: Currency::parse(from).unwrap(),
            to: Currency::parse(to).unwrap(),
            rate: Rate::parse(rate).unwrap(),
            valid_from: NaiveDate::from_ymd_opt(2026, 1, 1).unwrap(),
            valid_to: None,
            source: "test".into(),
        }
    }

    fn money(text: &str) -> Money {
        text.parse().unwrap()
    }

    #[test]
    fn rates_are_read_and_printed_alike() {
        for text in ["10.85", "1", "0.0000000001", "99999999.5"] {
            assert_eq!(Rate::parse(text).unwrap().to_string(), text);
        }
        for wrong in ["", "0", "0.0", "-1", "1.", ".5", "1,5", "1e3", "123456789", "1.12345678901"] {
            assert!(Rate::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn one_rounding_half_to_even_over_currencies_with_other_decimals() {
        let dirham = published("EUR", "MAD", "10.85");
        assert_eq!(dirham.convert(money("EUR 100")).unwrap().converted, money("MAD 1085"));
        let back = dirham.convert(money("MAD 1085")).unwrap();
        assert_eq!((back.converted, back.inverse), (money("EUR 100"), true));
        assert_eq!(published("EUR", "TND", "3.3805").convert(money("EUR 0.01")).unwrap().converted, money("TND 0.034"));
        assert_eq!(published("EUR", "JPY", "0.5").convert(money("EUR 5")).unwrap().converted, money("JPY 2"), "2.5 goes to even");
        assert_eq!(published("EUR", "JPY", "0.5").convert(money("EUR 7")).unwrap().converted, money("JPY 4"), "3.5 goes to even");
        assert_eq!(dirham.convert(money("USD 1")), None);
        assert_eq!(published("JPY", "TND", "99999999").convert(Money::new(i64::MAX, Currency::parse("JPY").unwrap())), None);
    }

    proptest! {
        /// There and back is never further off than the rounding of both ways.
        #[test]
        fn there_and_back(minor in 0_i64..1_000_000_000, rate in 1_u32..1_000_000) {
            let text = format!("{}.{:04}", rate / 10_000, rate % 10_000);
            let pair = published("EUR", "MAD", &text);
            let there = pair.convert(Money::new(minor, Currency::parse("EUR").unwrap())).unwrap().converted;
            let back = pair.convert(there).unwrap().converted;
            let off = (back.minor - minor).unsigned_abs();
            prop_assert!(u128::from(off) <= 10_000_u128.div_ceil(u128::from(rate)) + 1);
        }
    }
}
