//! Who bears what is lost when somebody who was trained cannot leave, or leaves early.
//!
//! Per item: sunk = paid − refunded; residual = sunk × the part of it that is still worth something on the
//! way that she takes instead; loss = sunk − residual. The loss runs down a waterfall: insurance, whoever is
//! at fault up to the cap of the contract, the trainee where the law lets her be asked at all, the reserve,
//! the original payers in their proportion, and at last the funder. Every cent has a bearer.
//!
//! A trainee whose cause lies outside her control bears nothing. That is no case of the reckoning: nothing
//! that is asked can change it ([`trainee_share`]).

use super::Unfit;
use super::exact::{Purse, portion, shared};
use super::ledger::CostGroup;
use crate::contingency::{AtFault, Control, cause};
use crate::corridor::{CostClass, Party};
use crate::money::Money;
use crate::words;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Items of one settlement.
pub const ITEMS_MAX: usize = 200;

/// One cost that was paid for her.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    pub item: String,
    pub class: CostClass,
    /// One of the five groups of costs; training where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<CostGroup>,
    pub paid: Money,
    /// What comes back of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refunded: Option<Money>,
    /// Whole percent of what is left that is still worth something on the way she takes now.
    #[serde(default)]
    pub transferable_percent: u8,
    /// Who paid, in whole percent that add up to 100; the funder where nobody is named.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub payers: BTreeMap<Party, u8>,
}

/// What an agreement and the law let be asked of a trainee who leaves of her own will.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Repayment {
    /// The law of both sides and the contract allow it (rule R17).
    pub lawful: bool,
    pub cap: Money,
    /// Full months over which it falls to nothing; 0 where it does not fall.
    pub months: u32,
    pub months_served: u32,
}

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// A cause of the taxonomy, such as `DST.BORDER`.
    pub cause: String,
    /// The final decision where the cause has to be adjudicated; nothing until there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided: Option<Control>,
    pub items: Vec<Item>,
    /// What the insurance pays, less its deductible.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub insurance: Option<Money>,
    /// The most that whoever is at fault owes by contract.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault_cap: Option<Money>,
    /// What the reserve holds; it never falls below nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reserve: Option<Money>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repayment: Option<Repayment>,
}

words!(
    /// Who bears a part of a loss.
    Bearer {
        Insurance = "insurance",
        AtFault = "at_fault",
        Trainee = "trainee",
        Reserve = "reserve",
        Payer = "payer",
        WriteOff = "write_off",
    }
);

/// One part of the loss.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Borne {
    pub bearer: Bearer,
    /// Which party, where there is more than one it could be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub party: Option<String>,
    pub amount: Money,
}

/// One item, reckoned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    pub item: String,
    /// What it was for; settlements of before do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<CostClass>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<CostGroup>,
    /// What came back, and is spent on nobody any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refunded: Option<Money>,
    pub sunk: Money,
    pub residual: Money,
    pub loss: Money,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settlement {
    pub control: Control,
    pub at_fault: AtFault,
    pub lines: Vec<Line>,
    pub sunk: Money,
    /// Stays with whoever receives the skill; booked from the away to the home budget where she stays.
    pub residual: Money,
    pub loss: Money,
    pub waterfall: Vec<Borne>,
    pub trainee: Money,
}

/// Reckons a settlement.
///
/// # Errors
/// The field that cannot be reckoned with.
pub fn settle(asked: &Question) -> Result<Settlement, Unfit> {
    let known =
        cause(&asked.cause).ok_or_else(|| Unfit::new("cause", "cause-unknown", "is no cause of the taxonomy, such as DST.BORDER"))?;
    let Some(first) = asked.items.first() else { return Err(Unfit::new("items", "required", "names nothing that was paid")) };
    if asked.items.len() > ITEMS_MAX {
        return Err(Unfit::new("items", "too-many", format!("has more than {ITEMS_MAX} entries")));
    }
    let purse = Purse { currency: first.paid.currency };
    let optional = |field: &str, amount: Option<Money>| amount.map_or(Ok(0), |amount| purse.minor(field, amount));
    let mut lines = Vec::with_capacity(asked.items.len());
    // What each party paid of what is lost, and how much of the loss is education.
    let (mut paid_by, mut education) = (BTreeMap::<Party, i64>::new(), 0_i64);
    for (at, item) in asked.items.iter().enumerate() {
        let reckoned = line(purse, at, item)?;
        let loss = reckoned.loss.minor;
        if item.class == CostClass::EducationInvestment {
            education += loss;
        }
        let payers: Vec<(Party, i64)> = match item.payers.is_empty() {
            true => vec![(Party::Funder, 100)],
            false => item.payers.iter().map(|(party, percent)| (*party, i64::from(*percent))).collect(),
        };
        let weights: Vec<i64> = payers.iter().map(|(_, percent)| *percent).collect();
        for ((party, _), part) in payers.iter().zip(shared(loss, &weights)) {
            *paid_by.entry(*party).or_default() += part;
        }
        lines.push(reckoned);
    }
    let sum = |of: &dyn Fn(&Line) -> Money| lines.iter().map(|line| of(line).minor).sum::<i64>();
    let (sunk, residual, loss) = (sum(&|line| line.sunk), sum(&|line| line.residual), sum(&|line| line.loss));
    let control = match (known.control, asked.decided) {
        (Control::Adjudicate, Some(decided)) => decided,
        (control, _) => control,
    };
    let repayment = match &asked.repayment {
        Some(terms) => trainee_share(control, terms.lawful, tapered(purse, terms, education)?),
        None => 0,
    };
    let mut left = loss;
    let mut waterfall = Vec::new();
    let mut bear = |bearer, party: Option<String>, most: i64| {
        let amount = most.min(left);
        if amount > 0 {
            left -= amount;
            waterfall.push(Borne { bearer, party, amount: purse.money(amount) });
        }
        amount
    };
    bear(Bearer::Insurance, None, optional("insurance", asked.insurance)?);
    // A trainee who is at fault is asked by her own line alone, within its bounds.
    if !matches!(known.at_fault, AtFault::Nobody | AtFault::Insurer | AtFault::Trainee) {
        bear(Bearer::AtFault, Some(known.at_fault.to_string()), optional("fault_cap", asked.fault_cap)?);
    }
    let trainee = bear(Bearer::Trainee, None, repayment);
    bear(Bearer::Reserve, None, optional("reserve", asked.reserve)?);
    paid_by.remove(&Party::Trainee);
    let parties: Vec<(Party, i64)> = paid_by.into_iter().filter(|(_, part)| *part > 0).collect();
    let weights: Vec<i64> = parties.iter().map(|(_, part)| *part).collect();
    let rest = left;
    for ((party, most), part) in parties.iter().zip(shared(rest, &weights)) {
        // Nobody bears more than she paid: what a trainee paid before is given back by the funder.
        let amount = part.min(*most);
        if amount > 0 {
            left -= amount;
            waterfall.push(Borne { bearer: Bearer::Payer, party: Some(party.to_string()), amount: purse.money(amount) });
        }
    }
    if left > 0 {
        waterfall.push(Borne { bearer: Bearer::WriteOff, party: Some(Party::Funder.to_string()), amount: purse.money(left) });
    }
    Ok(Settlement {
        control,
        at_fault: known.at_fault,
        lines,
        sunk: purse.money(sunk),
        residual: purse.money(residual),
        loss: purse.money(loss),
        waterfall,
        trainee: purse.money(trainee),
    })
}

fn line(purse: Purse, at: usize, item: &Item) -> Result<Line, Unfit> {
    let field = |name: &str| format!("items.{at}.{name}");
    let paid = purse.minor(&field("paid"), item.paid)?;
    let refunded = item.refunded.map_or(Ok(0), |amount| purse.minor(&field("refunded"), amount))?;
    if refunded > paid {
        return Err(Unfit::new(field("refunded"), "refund-beyond", "is more than was paid"));
    }
    if item.transferable_percent > 100 {
        return Err(Unfit::new(field("transferable_percent"), "share-range", "is a share in whole percent, from 0 to 100"));
    }
    let shares: u32 = item.payers.values().map(|percent| u32::from(*percent)).sum();
    if !item.payers.is_empty() && shares != 100 {
        return Err(Unfit::new(field("payers"), "shares-sum", format!("add up to {shares}, and not to 100")));
    }
    if item.payers.get(&Party::Trainee).is_some_and(|percent| *percent > 0) && item.class != CostClass::EducationInvestment {
        return Err(Unfit::new(field("payers"), "cost-not-hers", "name the trainee for a cost that she never pays (rule R02)"));
    }
    let sunk = paid - refunded;
    let residual = portion(sunk, item.transferable_percent.into(), 100);
    let back = (refunded > 0).then(|| purse.money(refunded));
    Ok(Line {
        item: item.item.clone(),
        class: Some(item.class),
        group: item.group,
        refunded: back,
        sunk: purse.money(sunk),
        residual: purse.money(residual),
        loss: purse.money(sunk - residual),
    })
}

/// The cap, or the education that is lost where that is less, falling month by month; rounded down.
fn tapered(purse: Purse, terms: &Repayment, education: i64) -> Result<i64, Unfit> {
    let cap = purse.minor("repayment.cap", terms.cap)?;
    if terms.months > 120 {
        return Err(Unfit::new("repayment.months", "count-range", "must be between 0 and 120"));
    }
    let whole = cap.min(education);
    if terms.months == 0 {
        return Ok(whole);
    }
    let left = i128::from(terms.months.saturating_sub(terms.months_served));
    Ok(i64::try_from(i128::from(whole) * left / i128::from(terms.months)).unwrap_or(0))
}

/// What a trainee may be asked for. Nothing, unless the cause lay within her control, for certain, and the law
/// lets her be asked.
pub const fn trainee_share(control: Control, lawful: bool, asked: i64) -> i64 {
    match (control, lawful) {
        (Control::Within, true) => asked,
        _ => 0,
    }
}

#[cfg(test)]
mod tests;
