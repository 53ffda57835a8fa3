//! What a hire through a partnership is worth to the employer who pays for the training.
//!
//! Net present value over months `m = 1..=H`: the sum of `(V − W) · (1 − a)^m / (1 + r)^m`, less what was paid
//! before. `V` is the value of a month's work, or what an agency would have cost; `W` the wage with what the
//! employer pays on top; `a` the share who leave each month; `r` the discount of a month. Evidence for `a`:
//! the Nuffield Trust found 89 of 100 nurses from outside the EU still with their employer after a year, and
//! 84 of those trained at home.

use super::{Unfit, rounded};
use crate::money::{Currency, Money};
use crate::words;
use serde::{Deserialize, Serialize};

/// A post that is looked at for longer is a guess and no estimate.
pub const MONTHS_MAX: u32 = 240;

words!(
    /// What an employer pays before the first day of work. A subsidy is what somebody else pays of it.
    Cost {
        Training = "training",
        Recruitment = "recruitment",
        Recognition = "recognition",
        Relocation = "relocation",
        Integration = "integration",
        HomeTrack = "home_track",
        Levy = "levy",
        ReservePremium = "reserve_premium",
        Subsidy = "subsidy",
    }
);

words!(
    /// What an employer would do without the partnership.
    Otherwise { Agency = "agency", DomesticTraining = "domestic_training", Vacancy = "vacancy" }
);

/// What an employer puts into the sheet. All amounts are in one currency.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Estimate {
    /// A month's work, or the agency that it saves.
    pub value: Money,
    /// A month's wage, with what the employer pays on top.
    pub wage: Money,
    /// Share of those still there who leave in a month.
    pub attrition: f64,
    /// Discount of a month.
    pub discount: f64,
    pub months: u32,
    /// What is paid before the first day of work, item by item. No amount is below zero: a subsidy is taken off.
    pub upfront: Vec<Item>,
    /// What the employer would do instead.
    #[serde(default)]
    pub alternatives: Vec<Alternative>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    pub cost: Cost,
    pub amount: Money,
}

/// Another way to fill the post, reckoned over the same months and with the same discount.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Alternative {
    pub otherwise: Otherwise,
    pub value: Money,
    pub wage: Money,
    pub attrition: f64,
    pub upfront: Money,
}

/// The sheet.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Sheet {
    pub upfront: Money,
    pub net_present_value: Money,
    /// Net present value by what was paid before; nothing where nothing was.
    pub roi: Option<f64>,
    /// First month by whose end the discounted sum has paid for what was spent before; nothing where none does.
    pub payback_month: Option<u32>,
    /// Months that a hire is expected to stay, of those looked at.
    pub months_expected: f64,
    /// Discounted sum at the end of each month, less what was paid before; one entry a month.
    pub balance: Vec<Money>,
    pub alternatives: Vec<Compared>,
}

/// An alternative beside the hire.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Compared {
    pub otherwise: Otherwise,
    pub net_present_value: Money,
    /// The hire less the alternative: above zero the hire is worth more.
    pub advantage: Money,
}

/// Reckons the sheet.
///
/// # Errors
/// The field that cannot be reckoned with.
pub fn estimate(asked: &Estimate) -> Result<Sheet, Unfit> {
    let currency = asked.value.currency;
    let one_currency = |field: &str, amount: Money| {
        if amount.currency == currency {
            return Ok(amount.minor);
        }
        Err(Unfit::new(field, "currency-mixed", format!("is in {}, and value is in {currency}", amount.currency)))
    };
    if !(1..=MONTHS_MAX).contains(&asked.months) {
        return Err(Unfit::new("months", "months-range", format!("must be between 1 and {MONTHS_MAX}")));
    }
    share("discount", asked.discount)?;
    let mut upfront = 0_i64;
    for (at, item) in asked.upfront.iter().enumerate() {
        let field = format!("upfront.{at}.amount");
        let amount = one_currency(&field, item.amount)?;
        if amount < 0 {
            return Err(Unfit::new(field, "below-zero", "is below zero: a subsidy is an item of its own"));
        }
        let signed = if item.cost == Cost::Subsidy { -amount } else { amount };
        upfront = upfront.checked_add(signed).ok_or_else(|| too_large(&field))?;
    }
    let flow = Flow {
        value: asked.value.minor,
        wage: one_currency("wage", asked.wage)?,
        attrition: share("attrition", asked.attrition)?,
        upfront,
    };
    let balance = flow.balance(asked.discount, asked.months);
    let worth = *balance.last().unwrap_or(&0.0);
    let mut alternatives = Vec::with_capacity(asked.alternatives.len());
    for (at, other) in asked.alternatives.iter().enumerate() {
        let field = |name: &str| format!("alternatives.{at}.{name}");
        let flow = Flow {
            value: one_currency(&field("value"), other.value)?,
            wage: one_currency(&field("wage"), other.wage)?,
            attrition: share(&field("attrition"), other.attrition)?,
            upfront: one_currency(&field("upfront"), other.upfront)?,
        };
        let its = *flow.balance(asked.discount, asked.months).last().unwrap_or(&0.0);
        alternatives.push(Compared {
            otherwise: other.otherwise,
            net_present_value: money(its, currency)?,
            advantage: money(worth - its, currency)?,
        });
    }
    let payback = balance.iter().position(|sum| *sum >= 0.0).map(|at| at as u32 + 1);
    let net_present_value = money(worth, currency)?;
    Ok(Sheet {
        upfront: Money::new(upfront, currency),
        net_present_value,
        roi: (upfront > 0).then(|| worth / upfront as f64),
        payback_month: payback,
        months_expected: stays(asked.attrition).take(asked.months as usize).sum(),
        balance: balance.into_iter().map(|sum| money(sum, currency)).collect::<Result<_, _>>()?,
        alternatives,
    })
}

/// A way to fill a post, in minor units.
struct Flow {
    value: i64,
    wage: i64,
    attrition: f64,
    upfront: i64,
}

impl Flow {
    /// Discounted sums less what was paid before, at the end of each month.
    fn balance(&self, discount: f64, months: u32) -> Vec<f64> {
        let gain = self.value as f64 - self.wage as f64;
        let (mut sum, mut worth) = (-(self.upfront as f64), 1.0);
        let month = |stays: f64| {
            worth /= 1.0 + discount;
            sum += gain * stays * worth;
            sum
        };
        stays(self.attrition).take(months as usize).map(month).collect()
    }
}

/// Share who are still there at the end of the first month, the second, and so on.
fn stays(attrition: f64) -> impl Iterator<Item = f64> {
    std::iter::successors(Some(1.0 - attrition), move |stays| Some(stays * (1.0 - attrition)))
}

fn share(field: &str, value: f64) -> Result<f64, Unfit> {
    let fits = (0.0..=1.0).contains(&value);
    if fits { Ok(value) } else { Err(Unfit::new(field, "share-range", "is a share of a month, from 0 to 1: write 0.01 for one per cent")) }
}

fn money(minor: f64, currency: Currency) -> Result<Money, Unfit> {
    rounded(minor).map(|minor| Money::new(minor, currency)).ok_or_else(|| too_large("value"))
}

fn too_large(field: &str) -> Unfit {
    Unfit::new(field, "money-range", "is too large an amount")
}

/// What hires have brought so far, in place of what they are expected to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Realised {
    pub value: Money,
    pub wage: Money,
    /// Discount of a month.
    pub discount: f64,
    /// What was paid for all of them before they came.
    pub upfront: Money,
    /// Full months that each has worked.
    pub served: Vec<u32>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Return {
    pub hires: usize,
    pub months_served: u32,
    pub upfront: Money,
    pub net_present_value: Money,
    /// By what was paid before; nothing where nothing was.
    pub roi: Option<f64>,
    pub paid_back: bool,
}

/// Reckons what has come back: months that were worked, not months that are hoped for.
///
/// # Errors
/// The field that cannot be reckoned with.
pub fn realised(asked: &Realised) -> Result<Return, Unfit> {
    let currency = asked.value.currency;
    for (field, amount) in [("wage", asked.wage), ("upfront", asked.upfront)] {
        if amount.currency != currency {
            return Err(Unfit::new(field, "currency-mixed", format!("is in {}, and value is in {currency}", amount.currency)));
        }
    }
    share("discount", asked.discount)?;
    let gain = asked.value.minor as f64 - asked.wage.minor as f64;
    let mut worth = -(asked.upfront.minor as f64);
    for months in &asked.served {
        let months = Ord::min(*months, MONTHS_MAX);
        worth += (1..=months).map(|month| gain / (1.0 + asked.discount).powi(month as i32)).sum::<f64>();
    }
    Ok(Return {
        hires: asked.served.len(),
        months_served: asked.served.iter().sum(),
        upfront: asked.upfront,
        net_present_value: money(worth, currency)?,
        roi: (asked.upfront.minor > 0).then(|| worth / asked.upfront.minor as f64),
        paid_back: worth >= 0.0,
    })
}

#[cfg(test)]
mod tests;
