//! How much a partnership has to put aside for the days on which departures fail.
//!
//! `target = Σ n·p·L + z·√(Σ n·p·(1−p)·L²) + q·exposure`: what is expected, a margin for bad years, and a part
//! for the one event that strikes a whole cohort. Below eighty percent of the target nobody new is enrolled.

use super::exact::Purse;
use super::{Unfit, rounded};
use crate::money::Money;
use serde::{Deserialize, Serialize};

/// Below this part of the target no enrolment begins, in percent.
pub const FLOOR_PERCENT: i64 = 80;

/// Causes that are reckoned together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    pub causes: String,
    pub places: u32,
    /// Chance that one place is struck, as a fraction.
    pub probability: f64,
    /// Mean loss of a place that is struck, after refunds and what stays of use.
    pub mean_loss: Money,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    pub groups: Vec<Group>,
    /// Standard deviations of the margin; 1.645 covers nineteen years of twenty.
    #[serde(default = "nineteen_of_twenty")]
    pub z: f64,
    /// Part of the greatest exposure that is put aside, as a fraction.
    #[serde(default = "one_of_twenty")]
    pub catastrophe: f64,
    /// All that would be lost with one whole cohort.
    pub exposure: Money,
    /// Places that share the premium; those of the groups, without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub places: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub balance: Option<Money>,
}

/// Nineteen years of twenty.
pub const Z_DEFAULT: f64 = 1.645;
/// One twentieth of what one cohort exposes.
pub const CATASTROPHE_DEFAULT: f64 = 0.05;

const fn nineteen_of_twenty() -> f64 {
    Z_DEFAULT
}

const fn one_of_twenty() -> f64 {
    CATASTROPHE_DEFAULT
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reserve {
    pub expected: Money,
    pub deviation: Money,
    pub margin: Money,
    pub catastrophe: Money,
    pub target: Money,
    pub premium_per_place: Money,
    /// Below this nobody new is enrolled.
    pub floor: Money,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub standing: Option<Standing>,
}

/// How a balance stands to the target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Standing {
    pub enrolment_open: bool,
    /// What the funders are called for to reach the target.
    pub call: Money,
}

/// Reckons the reserve.
///
/// # Errors
/// The field that cannot be reckoned with.
pub fn reserve(asked: &Question) -> Result<Reserve, Unfit> {
    let purse = Purse { currency: asked.exposure.currency };
    if asked.groups.is_empty() || asked.groups.len() > 100 {
        return Err(Unfit::new("groups", "count-range", "must name from 1 to 100 groups of causes"));
    }
    if !(0.0..=6.0).contains(&asked.z) {
        return Err(Unfit::new("z", "number-range", "must be between 0 and 6"));
    }
    fraction("catastrophe", asked.catastrophe)?;
    let exposure = purse.minor("exposure", asked.exposure)? as f64;
    let (mut expected, mut variance, mut places) = (0.0, 0.0, 0_u64);
    for (at, group) in asked.groups.iter().enumerate() {
        fraction(&format!("groups.{at}.probability"), group.probability)?;
        let loss = purse.minor(&format!("groups.{at}.mean_loss"), group.mean_loss)? as f64;
        let count = f64::from(group.places);
        expected += count * group.probability * loss;
        variance += count * group.probability * (1.0 - group.probability) * loss * loss;
        places += u64::from(group.places);
    }
    let places = asked.places.map_or(places, u64::from);
    if places == 0 {
        return Err(Unfit::new("places", "count-range", "must be at least one"));
    }
    let deviation = variance.sqrt();
    let margin = asked.z * deviation;
    let catastrophe = asked.catastrophe * exposure;
    let sum = expected + margin + catastrophe;
    let money = |minor: f64| {
        rounded(minor).map(|minor| purse.money(minor)).ok_or_else(|| Unfit::new("groups", "money-range", "is too large an amount"))
    };
    let target = money(sum)?;
    // What the floor asks is rounded up: nobody is enrolled on a fraction of a cent.
    let floor = purse.money((target.minor * FLOOR_PERCENT + 99).div_euclid(100));
    let standing = match asked.balance {
        None => None,
        Some(balance) => {
            let held = purse.minor("balance", balance)?;
            Some(Standing { enrolment_open: held >= floor.minor, call: purse.money((target.minor - held).max(0)) })
        }
    };
    Ok(Reserve {
        expected: money(expected)?,
        deviation: money(deviation)?,
        margin: money(margin)?,
        catastrophe: money(catastrophe)?,
        target,
        premium_per_place: money(sum / places as f64)?,
        floor,
        standing,
    })
}

fn fraction(field: &str, value: f64) -> Result<(), Unfit> {
    let fits = (0.0..=1.0).contains(&value);
    if fits { Ok(()) } else { Err(Unfit::new(field, "share-range", "is a fraction from 0 to 1: write 0.08 for eight percent")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn money(text: &str) -> Money {
        text.parse().unwrap()
    }

    fn asked() -> Question {
        Question {
            groups: vec![Group { causes: "all".into(), places: 100, probability: 0.08, mean_loss: money("EUR 6000") }],
            z: 1.645,
            catastrophe: 0.05,
            exposure: money("EUR 600000"),
            places: None,
            balance: Some(money("EUR 83821.31")),
        }
    }

    #[test]
    fn a_hundred_places_at_eight_percent() {
        let reckoned = reserve(&asked()).unwrap();
        let told =
            [reckoned.expected, reckoned.deviation, reckoned.margin, reckoned.catastrophe, reckoned.target, reckoned.premium_per_place];
        let wanted = ["EUR 48000", "EUR 16277.59", "EUR 26776.64", "EUR 30000", "EUR 104776.64", "EUR 1047.77"].map(money);
        assert_eq!(told, wanted);
        // Eighty percent of the target is EUR 83821.312: a fraction of a cent below is below.
        assert_eq!(reckoned.standing.unwrap(), Standing { enrolment_open: false, call: money("EUR 20955.33") });
        let enough = Question { balance: Some(money("EUR 83821.32")), ..asked() };
        assert!(reserve(&enough).unwrap().standing.unwrap().enrolment_open);
    }

    #[test]
    fn what_cannot_be_reckoned_with_is_named() {
        let field = |change: &dyn Fn(&mut Question)| {
            let mut asked = asked();
            change(&mut asked);
            reserve(&asked).unwrap_err().field
        };
        assert_eq!(field(&|asked| asked.groups[0].probability = 8.0), "groups.0.probability");
        assert_eq!(field(&|asked| asked.groups[0].probability = f64::NAN), "groups.0.probability");
        assert_eq!(field(&|asked| asked.groups[0].mean_loss = money("MAD 1")), "groups.0.mean_loss");
        assert_eq!(field(&|asked| asked.places = Some(0)), "places");
        assert_eq!(field(&|asked| asked.groups.clear()), "groups");
    }
}
