//! Money in minor units of an ISO 4217 currency. Never a float, never two currencies in one sum.

use crate::parse::{ParseError, text_value};
use serde::{Deserialize, Serialize};
use std::fmt;

/// An ISO 4217 alphabetic code that has a minor unit (metals and test codes have none).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Currency([u8; 3]);

impl Currency {
    /// # Errors
    /// When the text is no currency code, or a code without an exponent such as `XAU`.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        let Some(known) = iso_currency::Currency::from_code(text) else {
            return Err(ParseError::new("currency", "is not a currency code of ISO 4217, such as EUR or MAD"));
        };
        if known.exponent().is_none() {
            return Err(ParseError::new("currency-exponent", "has no minor unit in ISO 4217, so no amount can be kept in it"));
        }
        let mut code = [0; 3];
        code.copy_from_slice(text.as_bytes());
        Ok(Self(code))
    }

    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("???")
    }

    /// Decimal places of the minor unit: 0 for JPY, 2 for EUR, 3 for TND.
    pub fn exponent(&self) -> u32 {
        iso_currency::Currency::from_code(self.as_str()).and_then(|known| known.exponent()).map_or(2, u32::from)
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

text_value!(Currency);

/// An exact amount. `minor` counts the smallest unit: `Money { minor: 41_100, EUR }` is EUR 411.00.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Money {
    pub currency: Currency,
    pub minor: i64,
}

impl Money {
    pub const fn new(minor: i64, currency: Currency) -> Self {
        Self { currency, minor }
    }

    /// Reads `EUR 411.50`. Spaces, and underscores or apostrophes between digits, are ignored.
    ///
    /// # Errors
    /// When currency or number cannot be read, there are more decimals than the currency has, or
    /// the amount does not fit 64 bits of minor units.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        let wrong = || ParseError::new("money", "is not an amount such as EUR 411.50");
        let (code, number) = text.trim().split_at_checked(3).ok_or_else(wrong)?;
        let currency = Currency::parse(code)?;
        Ok(Self { currency, minor: parse_minor(number, currency)? })
    }

    /// # Errors
    /// When the currencies differ or the sum overflows.
    pub fn checked_add(self, other: Self) -> Result<Self, ParseError> {
        if self.currency != other.currency {
            return Err(ParseError::new("currency-mixed", "two currencies cannot be added"));
        }
        self.minor
            .checked_add(other.minor)
            .map(|minor| Self { minor, ..self })
            .ok_or_else(|| ParseError::new("money-range", "the sum is too large"))
    }

    /// The number alone, with the decimals of its currency: `411.50`, `-3`, `12.345`.
    pub fn amount(&self) -> String {
        let exponent = self.currency.exponent();
        let unit = 10_u64.pow(exponent);
        let sign = if self.minor < 0 { "-" } else { "" };
        let magnitude = self.minor.unsigned_abs();
        if exponent == 0 {
            format!("{sign}{magnitude}")
        } else {
            let places = usize::try_from(exponent).unwrap_or(2);
            format!("{sign}{}.{:0places$}", magnitude / unit, magnitude % unit)
        }
    }
}

/// Reads a decimal number into minor units of `currency`.
///
/// # Errors
/// As [`Money::parse`].
pub fn parse_minor(number: &str, currency: Currency) -> Result<i64, ParseError> {
    let wrong = || ParseError::new("money", "is not an amount such as 411.50");
    let compact: String = number.chars().filter(|c| !c.is_whitespace() && !matches!(c, '_' | '\'')).collect();
    let (negative, digits) = match compact.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, compact.as_str()),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !all_digits(whole) || !all_digits(fraction) || digits.ends_with('.') {
        return Err(wrong());
    }
    let exponent = currency.exponent() as usize;
    if fraction.len() > exponent {
        return Err(ParseError::new("money-decimals", format!("has more than {exponent} decimals, too many for {currency}")));
    }
    let scaled = format!("{whole}{fraction:0<exponent$}");
    let magnitude: i64 = scaled.parse().map_err(|_| ParseError::new("money-range", "is too large an amount"))?;
    Ok(if negative { -magnitude } else { magnitude })
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.currency, self.amount())
    }
}

text_value!(Money);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn exponents_follow_the_standard() {
        for (code, exponent) in [("JPY", 0), ("VND", 0), ("EUR", 2), ("MAD", 2), ("TND", 3), ("KWD", 3)] {
            assert_eq!(Currency::parse(code).unwrap().exponent(), exponent, "{code}");
        }
        assert_eq!(Currency::parse("XAU").unwrap_err().code, "currency-exponent");
        assert_eq!(Currency::parse("EURO").unwrap_err().code, "currency");
    }

    #[test]
    fn amounts_read_and_print_alike() {
        assert_eq!(Money::parse("EUR 411").unwrap().minor, 41_100);
        assert_eq!(Money::parse("TND 1.5").unwrap().to_string(), "TND 1.500");
        assert_eq!(Money::parse("JPY 1 200").unwrap().to_string(), "JPY 1200");
        assert_eq!(Money::parse("EUR -0.05").unwrap().minor, -5);
        for wrong in ["", "EUR", "EUR 1.", "EUR 1.234", "EUR x", "EUR 99999999999999999999", "E"] {
            assert!(Money::parse(wrong).is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn every_amount_survives_the_round_trip(minor in -i64::MAX..=i64::MAX, code in prop::sample::select(vec!["JPY", "EUR", "TND"])) {
            let money = Money::new(minor, Currency::parse(code).unwrap());
            prop_assert_eq!(Money::parse(&money.to_string()).unwrap(), money);
        }
    }
}
