//! Values that rules reckon with. Numbers are exact decimals; amounts of different currencies are
//! never compared or added.

use crate::money::Money;
use chrono::NaiveDate;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::cmp::Ordering;
use std::fmt;

/// An exact decimal with six places.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Number(i128);

const PLACES: u32 = 6;
const UNIT: i128 = 1_000_000;

impl Number {
    pub const ZERO: Self = Self(0);

    pub const fn whole(n: i64) -> Self {
        Self(n as i128 * UNIT)
    }

    /// Hundredths: `hundredths(50)` is one half.
    pub const fn hundredths(n: i64) -> Self {
        Self(n as i128 * (UNIT / 100))
    }

    pub fn to_whole(self) -> Option<i64> {
        (self.0 % UNIT == 0).then(|| i64::try_from(self.0 / UNIT).ok()).flatten()
    }

    /// Reads `12`, `-3.5`, `45.3`; at most six places.
    fn parse(text: &str) -> Option<Self> {
        let (sign, digits) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
        let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
        let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() || whole.len() > 24 || part.len() > PLACES as usize || !digits(whole) || !digits(part) {
            return None;
        }
        let part: i128 = format!("{part:0<6}").parse().ok()?;
        Some(Self(sign * (whole.parse::<i128>().ok()? * UNIT + part)))
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, part) = (self.0.unsigned_abs() / UNIT.unsigned_abs(), self.0.unsigned_abs() % UNIT.unsigned_abs());
        if self.0 < 0 {
            f.write_str("-")?;
        }
        write!(f, "{whole}")?;
        if part > 0 { write!(f, ".{}", format!("{part:06}").trim_end_matches('0')) } else { Ok(()) }
    }
}

/// A value of a fact or an expression.
///
/// Written as JSON or YAML: `null`, booleans and numbers as such, dates as `2026-03-01`, amounts as
/// `EUR 411.50`, every other text as a word, lists as lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    Nothing,
    Bool(bool),
    Number(Number),
    Money(Money),
    Date(NaiveDate),
    Text(String),
    List(Vec<Self>),
}

impl Value {
    /// Members of a list; anything else is a list of itself, nothing an empty one.
    pub fn items(&self) -> &[Self] {
        match self {
            Self::List(items) => items,
            Self::Nothing => &[],
            one => std::slice::from_ref(one),
        }
    }

    /// A text as the value that it spells.
    pub fn of_text(text: &str) -> Self {
        if let Ok(date) = text.parse::<NaiveDate>()
            && text.len() == 10
        {
            return Self::Date(date);
        }
        let amount = text.len() > 4 && text.as_bytes()[3] == b' ' && text.as_bytes()[..3].iter().all(u8::is_ascii_uppercase);
        match text.parse::<Money>() {
            Ok(money) if amount => Self::Money(money),
            _ => Self::Text(text.to_owned()),
        }
    }

    pub fn compare(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Number(a), Self::Number(b)) => Some(a.cmp(b)),
            (Self::Date(a), Self::Date(b)) => Some(a.cmp(b)),
            (Self::Money(a), Self::Money(b)) if a.currency == b.currency => Some(a.minor.cmp(&b.minor)),
            // Nothing at all is nothing in every currency.
            (Self::Money(a), Self::Number(Number(0))) => Some(a.minor.cmp(&0)),
            (Self::Number(Number(0)), Self::Money(b)) => Some(0.cmp(&b.minor)),
            _ => None,
        }
    }

    pub fn plus(&self, other: &Self) -> Option<Self> {
        match (self, other) {
            (Self::Number(a), Self::Number(b)) => Some(Self::Number(Number(a.0.checked_add(b.0)?))),
            (Self::Money(a), Self::Money(b)) if a.currency == b.currency => {
                Some(Self::Money(Money { minor: a.minor.checked_add(b.minor)?, ..*a }))
            }
            (Self::Money(_), Self::Number(Number(0))) => Some(self.clone()),
            (Self::Number(Number(0)), Self::Money(_)) => Some(other.clone()),
            _ => None,
        }
    }

    pub fn minus(&self, other: &Self) -> Option<Self> {
        let negated = match other {
            Self::Number(n) => Self::Number(Number(-n.0)),
            Self::Money(money) => Self::Money(Money { minor: money.minor.checked_neg()?, ..*money }),
            _ => return None,
        };
        self.plus(&negated)
    }

    pub fn times(&self, other: &Self) -> Option<Self> {
        match (self, other) {
            (Self::Number(a), Self::Number(b)) => Some(Self::Number(Number(half_even(a.0.checked_mul(b.0)?, UNIT)))),
            (Self::Money(money), Self::Number(n)) | (Self::Number(n), Self::Money(money)) => {
                let minor = half_even(i128::from(money.minor).checked_mul(n.0)?, UNIT);
                Some(Self::Money(Money { minor: i64::try_from(minor).ok()?, ..*money }))
            }
            _ => None,
        }
    }

    /// So many percent of this.
    pub fn percent(&self, percent: &Self) -> Option<Self> {
        let Self::Number(percent) = percent else { return None };
        match self {
            Self::Number(n) => Some(Self::Number(Number(half_even(n.0.checked_mul(percent.0)?, 100 * UNIT)))),
            Self::Money(money) => {
                let minor = half_even(i128::from(money.minor).checked_mul(percent.0)?, 100 * UNIT);
                Some(Self::Money(Money { minor: i64::try_from(minor).ok()?, ..*money }))
            }
            _ => None,
        }
    }
}

/// Division that rounds halves to the even neighbour.
fn half_even(a: i128, by: i128) -> i128 {
    let (quotient, rest) = (a.div_euclid(by), a.rem_euclid(by));
    match (rest * 2).cmp(&by) {
        Ordering::Less => quotient,
        Ordering::Greater => quotient + 1,
        Ordering::Equal => quotient + (quotient & 1),
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => f.write_str("—"),
            Self::Bool(truth) => write!(f, "{truth}"),
            Self::Number(number) => write!(f, "{number}"),
            Self::Money(money) => write!(f, "{money}"),
            Self::Date(date) => write!(f, "{date}"),
            Self::Text(text) => f.write_str(text),
            Self::List(items) => {
                let items: Vec<String> = items.iter().map(ToString::to_string).collect();
                f.write_str(&items.join(", "))
            }
        }
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Nothing => serializer.serialize_unit(),
            Self::Bool(truth) => serializer.serialize_bool(*truth),
            Self::Number(number) => match number.to_whole() {
                Some(whole) => serializer.serialize_i64(whole),
                // Exact for every number that a law names: six places of at most nine digits.
                None => serializer.serialize_f64(number.to_string().parse().unwrap_or(f64::NAN)),
            },
            Self::List(items) => items.serialize(serializer),
            other => serializer.serialize_str(&other.to_string()),
        }
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> serde::de::Visitor<'de> for Reader {
            type Value = Value;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("null, true, false, a number, a text or a list of these")
            }
            fn visit_unit<E>(self) -> Result<Value, E> {
                Ok(Value::Nothing)
            }
            fn visit_none<E>(self) -> Result<Value, E> {
                Ok(Value::Nothing)
            }
            fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
                Value::deserialize(deserializer)
            }
            fn visit_bool<E>(self, truth: bool) -> Result<Value, E> {
                Ok(Value::Bool(truth))
            }
            fn visit_i64<E>(self, n: i64) -> Result<Value, E> {
                Ok(Value::Number(Number::whole(n)))
            }
            fn visit_u64<E: serde::de::Error>(self, n: u64) -> Result<Value, E> {
                i64::try_from(n).map(|n| Value::Number(Number::whole(n))).map_err(|_| E::custom("the number is too large"))
            }
            fn visit_f64<E: serde::de::Error>(self, n: f64) -> Result<Value, E> {
                Number::parse(&format!("{n}")).map(Value::Number).ok_or_else(|| E::custom("write at most six decimal places"))
            }
            fn visit_str<E>(self, text: &str) -> Result<Value, E> {
                Ok(Value::of_text(text))
            }
            fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
                let mut items = Vec::new();
                while let Some(item) = seq.next_element()? {
                    items.push(item);
                }
                Ok(Value::List(items))
            }
        }
        deserializer.deserialize_any(Reader)
    }
}
