//! Figures of the worker's own purse: what she paid for the job, what sending money home costs, and what
//! years in two countries add up to.

use super::exact::Purse;
use super::{Unfit, rounded};
use crate::corridor::CostClass;
use crate::money::Money;
use serde::{Deserialize, Serialize};

/// A cost that the worker or her family paid to get the job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Paid {
    pub class: CostClass,
    pub paid: Money,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refunded: Option<Money>,
}

/// Asks for the recruitment cost indicator (SDG 10.7.1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CostQuestion {
    pub items: Vec<Paid>,
    /// Gross earnings of the first full month at the destination.
    pub first_month: Money,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RecruitmentCost {
    pub paid: Money,
    pub refunded: Money,
    /// Months of pay that the job cost; the target is nothing.
    pub months: f64,
    /// What has still to be refunded before rule R02 lets go, in strict mode.
    pub owed_to_worker: Money,
    /// Rule R02 under the employer-pays standard.
    pub strict_blocks: bool,
    /// Costs that nobody may ask for block whatever the agreement says.
    pub always_blocks: bool,
}

/// What a worker paid for the job, in months of her first pay. Fees, related and illegitimate costs count; training
/// that she keeps, her living and her family's do not.
///
/// # Errors
/// The field that cannot be reckoned with.
pub fn recruitment_cost(asked: &CostQuestion) -> Result<RecruitmentCost, Unfit> {
    let purse = Purse { currency: asked.first_month.currency };
    let month = purse.minor("first_month", asked.first_month)?;
    if month == 0 {
        return Err(Unfit::new("first_month", "above-zero", "must be above zero"));
    }
    if asked.items.len() > 200 {
        return Err(Unfit::new("items", "too-many", "has more than 200 entries"));
    }
    let (mut paid, mut refunded, mut illegitimate) = (0_i64, 0_i64, 0_i64);
    for (at, item) in asked.items.iter().enumerate() {
        let spent = purse.minor(&format!("items.{at}.paid"), item.paid)?;
        let back = item.refunded.map_or(Ok(0), |amount| purse.minor(&format!("items.{at}.refunded"), amount))?;
        if back > spent {
            return Err(Unfit::new(format!("items.{at}.refunded"), "refund-beyond", "is more than was paid"));
        }
        match item.class {
            CostClass::RecruitmentFee | CostClass::RelatedCost => (paid, refunded) = (paid + spent, refunded + back),
            CostClass::Illegitimate => (paid, refunded, illegitimate) = (paid + spent, refunded + back, illegitimate + spent - back),
            CostClass::EducationInvestment | CostClass::LivingCost | CostClass::FamilyCost => {}
        }
    }
    let owed = paid - refunded;
    Ok(RecruitmentCost {
        paid: purse.money(paid),
        refunded: purse.money(refunded),
        months: owed as f64 / month as f64,
        owed_to_worker: purse.money(owed),
        strict_blocks: owed > 0,
        always_blocks: illegitimate > 0,
    })
}

/// Above this a corridor is too dear, in percent of the amount (SDG 10.c).
pub const REMITTANCE_ALERT_PERCENT: f64 = 5.0;
/// What the corridor is to come below.
pub const REMITTANCE_TARGET_PERCENT: f64 = 3.0;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RemittanceQuestion {
    pub amount: Money,
    pub fee: Money,
    /// Units of the other currency for one of this, in the middle of the market and as applied.
    pub mid_rate: f64,
    pub applied_rate: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Remittance {
    pub fee: Money,
    /// What the rate hides.
    pub margin: Money,
    pub cost: Money,
    pub percent: f64,
    pub alert: bool,
    pub target_met: bool,
}

/// What sending money home costs: the fee, and what the rate hides.
///
/// # Errors
/// The field that cannot be reckoned with.
pub fn remittance(asked: &RemittanceQuestion) -> Result<Remittance, Unfit> {
    let purse = Purse { currency: asked.amount.currency };
    let amount = purse.minor("amount", asked.amount)?;
    if amount == 0 {
        return Err(Unfit::new("amount", "above-zero", "must be above zero"));
    }
    let fee = purse.minor("fee", asked.fee)?;
    for (field, rate) in [("mid_rate", asked.mid_rate), ("applied_rate", asked.applied_rate)] {
        if !(rate.is_finite() && rate > 0.0 && rate < 1e9) {
            return Err(Unfit::new(field, "above-zero", "must be above zero"));
        }
    }
    let hidden = (asked.mid_rate - asked.applied_rate) / asked.mid_rate * amount as f64;
    let percent = (fee as f64 + hidden) / amount as f64 * 100.0;
    let too_large = || Unfit::new("applied_rate", "money-range", "leads to too large an amount");
    // A hundredth of a basis point tells nothing: what is left of binary fractions goes.
    let percent = (percent * 1e6).round() / 1e6;
    Ok(Remittance {
        fee: purse.money(fee),
        margin: purse.money(rounded(hidden).ok_or_else(too_large)?),
        cost: purse.money(rounded(fee as f64 + hidden).ok_or_else(too_large)?),
        percent,
        alert: percent > REMITTANCE_ALERT_PERCENT,
        target_met: percent < REMITTANCE_TARGET_PERCENT,
    })
}

/// Months of insurance in one country.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Insured {
    pub country: crate::country::CountryCode,
    pub months: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TotalisationQuestion {
    /// Months that the pension asks for.
    pub qualifying_months: u32,
    pub periods: Vec<Insured>,
    /// Whether an agreement adds the months of the countries up.
    #[serde(default = "linked")]
    pub linked: bool,
}

const fn linked() -> bool {
    true
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PensionShare {
    pub country: crate::country::CountryCode,
    pub months: u32,
    /// Months of all countries, of which it pays its own.
    pub of_months: u32,
    /// Whether its own months would have been enough.
    pub eligible_alone: bool,
    pub pays: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Totalisation {
    pub months: u32,
    pub eligible: bool,
    pub shares: Vec<PensionShare>,
}

/// Whether years in several countries add up to a pension, and which part each pays (pro rata of its months).
///
/// # Errors
/// The field that cannot be reckoned with.
pub fn totalisation(asked: &TotalisationQuestion) -> Result<Totalisation, Unfit> {
    if asked.qualifying_months == 0 || asked.qualifying_months > 720 {
        return Err(Unfit::new("qualifying_months", "count-range", "must be between 1 and 720"));
    }
    if asked.periods.is_empty() || asked.periods.len() > 50 {
        return Err(Unfit::new("periods", "count-range", "must name from 1 to 50 periods"));
    }
    let mut by_country: std::collections::BTreeMap<crate::country::CountryCode, u32> = std::collections::BTreeMap::new();
    for (at, period) in asked.periods.iter().enumerate() {
        if period.months > 900 {
            return Err(Unfit::new(format!("periods.{at}.months"), "count-range", "must be between 0 and 900"));
        }
        *by_country.entry(period.country).or_default() += period.months;
    }
    let months: u32 = by_country.values().sum();
    let together = asked.linked && months >= asked.qualifying_months;
    let shares: Vec<PensionShare> = by_country
        .into_iter()
        .map(|(country, own)| {
            let eligible_alone = own >= asked.qualifying_months;
            let of_months = if asked.linked { months } else { own };
            PensionShare { country, months: own, of_months, eligible_alone, pays: own > 0 && (together || eligible_alone) }
        })
        .collect();
    let eligible = shares.iter().any(|share| share.pays);
    Ok(Totalisation { months, eligible, shares })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn money(text: &str) -> Money {
        text.parse().unwrap()
    }

    #[test]
    fn a_refund_in_part_still_blocks() {
        let asked = |back: &str| CostQuestion {
            items: vec![Paid { class: CostClass::RecruitmentFee, paid: money("EUR 900"), refunded: Some(money(back)) }],
            first_month: money("EUR 2400"),
        };
        let part = recruitment_cost(&asked("EUR 300")).unwrap();
        assert_eq!((part.months, part.strict_blocks, part.owed_to_worker), (0.25, true, money("EUR 600")));
        let all = recruitment_cost(&asked("EUR 900")).unwrap();
        assert_eq!((all.months, all.strict_blocks, all.always_blocks), (0.0, false, false));
        assert_eq!(recruitment_cost(&asked("EUR 901")).unwrap_err().field, "items.0.refunded");
        let bribe = Paid { class: CostClass::Illegitimate, paid: money("EUR 50"), refunded: None };
        assert!(recruitment_cost(&CostQuestion { items: vec![bribe], first_month: money("EUR 2400") }).unwrap().always_blocks);
        let school = Paid { class: CostClass::EducationInvestment, paid: money("EUR 50"), refunded: None };
        assert_eq!(recruitment_cost(&CostQuestion { items: vec![school], first_month: money("EUR 2400") }).unwrap().months, 0.0);
    }

    #[test]
    fn the_rate_hides_more_than_the_fee_says() {
        let asked = RemittanceQuestion { amount: money("USD 200"), fee: money("USD 5"), mid_rate: 10.0, applied_rate: 9.8 };
        let told = remittance(&asked).unwrap();
        assert_eq!((told.margin, told.cost, told.percent), (money("USD 4"), money("USD 9"), 4.5));
        assert_eq!((told.alert, told.target_met), (false, false));
        assert!(remittance(&RemittanceQuestion { fee: money("USD 9"), ..asked.clone() }).unwrap().alert);
        assert_eq!(remittance(&RemittanceQuestion { mid_rate: 0.0, ..asked }).unwrap_err().field, "mid_rate");
    }

    #[test]
    fn months_of_two_countries_add_up() {
        let country = |code| crate::country::CountryCode::parse(code).unwrap();
        let periods = vec![Insured { country: country("DE"), months: 48 }, Insured { country: country("MA"), months: 30 }];
        let asked = TotalisationQuestion { qualifying_months: 60, periods, linked: true };
        let told = totalisation(&asked).unwrap();
        assert_eq!((told.eligible, told.months), (true, 78));
        assert_eq!((told.shares[0].months, told.shares[0].of_months, told.shares[0].eligible_alone), (48, 78, false));
        assert!(!totalisation(&TotalisationQuestion { linked: false, ..asked }).unwrap().eligible);
    }
}
