//! Who pays which part of a place, and when: cost shares of an agreement by class of cost, and the milestones at which
//! each part falls due. Every cent of a place has one payer and one day.

use super::exact::shared;
use crate::corridor::{CostClass, Party};
use crate::money::{Currency, Money};
use crate::people::JourneyState;
use crate::words;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Rows of one agreement.
pub const SHARES_MAX: usize = 100;

words!(
    /// What a person has reached when a part falls due.
    Milestone {
        Enrolment = "enrolment",
        /// A certificate of the level that the pathway asks for first; B1 in most.
        Language = "language",
        Visa = "visa",
        WorkStart = "work_start",
        /// Six months at work.
        SixMonths = "six_months",
    }
);

impl Milestone {
    /// The gate of the journey behind which the milestone lies; nothing where a paper or a span of time shows it.
    pub const fn gate(self) -> Option<JourneyState> {
        match self {
            Self::Enrolment => Some(JourneyState::Enrolled),
            Self::Visa => Some(JourneyState::PreDeparture),
            Self::WorkStart => Some(JourneyState::Placed),
            Self::Language | Self::SixMonths => None,
        }
    }
}

/// A part of one class of costs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Share {
    pub class: CostClass,
    pub payer: Party,
    pub percent: u8,
    /// The most that the payer bears of the class for one person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cap: Option<Money>,
    pub due: Milestone,
}

words!(
    /// What is wrong with the shares of an agreement. Each has a sentence in the catalogues of messages.
    ShareFault {
        /// The parts of a class do not add up to a hundred.
        NotWhole = "not_whole",
        /// The trainee is named for a cost that she never pays, or for one that nobody may ask for.
        NotHers = "not_hers",
        /// Everybody who pays a class has a cap, but for the trainee: nobody bears what lies above.
        AllCapped = "all_capped",
        /// A part of nothing, or a cap of nothing.
        Empty = "empty",
    }
);

/// Whether somebody may be named for a class of costs: a trainee for her own education alone, and nobody for what is
/// illegitimate (rule R02).
pub fn may_bear(payer: Party, class: CostClass) -> bool {
    class != CostClass::Illegitimate && (payer != Party::Trainee || class == CostClass::EducationInvestment)
}

/// What is wrong, by class.
pub fn faults(shares: &[Share]) -> BTreeSet<(CostClass, ShareFault)> {
    let mut found = BTreeSet::new();
    let classes: BTreeSet<CostClass> = shares.iter().map(|share| share.class).collect();
    for class in classes {
        let own: Vec<&Share> = shares.iter().filter(|share| share.class == class).collect();
        if own.iter().map(|share| u32::from(share.percent)).sum::<u32>() != 100 {
            found.insert((class, ShareFault::NotWhole));
        }
        if own.iter().any(|share| share.percent == 0 || share.cap.is_some_and(|cap| cap.minor <= 0)) {
            found.insert((class, ShareFault::Empty));
        }
        if own.iter().any(|share| !may_bear(share.payer, class)) {
            found.insert((class, ShareFault::NotHers));
        }
        let capped = own.iter().any(|share| share.cap.is_some());
        if capped && own.iter().all(|share| share.cap.is_some() || share.payer == Party::Trainee) {
            found.insert((class, ShareFault::AllCapped));
        }
    }
    found
}

/// What a payer owes for one person at a milestone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Due {
    pub payer: Party,
    pub milestone: Milestone,
    pub amount: Money,
}

/// One cost of a place, with who pays it where the agreement shares nothing of its class.
#[derive(Debug, Clone, Copy)]
pub struct Cost {
    pub class: CostClass,
    pub payer: Party,
    pub amount: Money,
}

/// Splits the costs of a place by the shares of their classes. What lies above a cap falls to those of the class who have
/// none; a class that nothing is agreed on is its payer's at enrolment. The parts add up to the costs.
pub fn dues(costs: &[Cost], shares: &[Share]) -> Vec<Due> {
    let mut sums: BTreeMap<(Party, Milestone, Currency), i64> = BTreeMap::new();
    let mut classes: BTreeMap<(CostClass, Currency), i64> = BTreeMap::new();
    for cost in costs {
        if shares.iter().any(|share| share.class == cost.class) {
            *classes.entry((cost.class, cost.amount.currency)).or_insert(0) += cost.amount.minor;
        } else {
            *sums.entry((cost.payer, Milestone::Enrolment, cost.amount.currency)).or_insert(0) += cost.amount.minor;
        }
    }
    for ((class, currency), whole) in classes {
        let own: Vec<&Share> = shares.iter().filter(|share| share.class == class).collect();
        for (share, minor) in own.iter().zip(capped(whole, currency, &own)) {
            *sums.entry((share.payer, share.due, currency)).or_insert(0) += minor;
        }
    }
    let due = |((payer, milestone, currency), minor): (_, i64)| Due { payer, milestone, amount: Money::new(minor, currency) };
    sums.into_iter().filter(|(_, minor)| *minor > 0).map(due).collect()
}

/// The parts of one class, none above what is left of its cap. The caps of a payer's rows are one bound each.
fn capped(whole: i64, currency: Currency, own: &[&Share]) -> Vec<i64> {
    let weights: Vec<i64> = own.iter().map(|share| i64::from(share.percent)).collect();
    let mut parts = shared(whole, &weights);
    let cap = |share: &Share| share.cap.filter(|cap| cap.currency == currency).map(|cap| cap.minor);
    let mut over = 0;
    for (part, share) in parts.iter_mut().zip(own) {
        let most = cap(share).unwrap_or(i64::MAX);
        over += Ord::max(*part - most, 0);
        *part = Ord::min(*part, most);
    }
    // What others leave is never hers.
    let bears = |share: &Share| cap(share).is_none() && share.payer != Party::Trainee;
    let free: Vec<i64> = own.iter().zip(&weights).map(|(share, weight)| if bears(share) { *weight } else { 0 }).collect();
    for (part, more) in parts.iter_mut().zip(shared(over, &free)) {
        *part += more;
    }
    parts
}

/// Who pays a cost, in whole percent over all milestones and within the caps; empty where nothing is agreed on its class.
pub fn payers(class: CostClass, amount: Money, shares: &[Share]) -> BTreeMap<Party, u8> {
    let own: Vec<&Share> = shares.iter().filter(|share| share.class == class).collect();
    let mut sums: BTreeMap<Party, i64> = BTreeMap::new();
    for (share, minor) in own.iter().zip(capped(amount.minor, amount.currency, &own)) {
        *sums.entry(share.payer).or_insert(0) += minor;
    }
    let weights: Vec<i64> = sums.values().copied().collect();
    let percents = shared(100, &weights).into_iter().map(|percent| u8::try_from(percent).unwrap_or(100));
    sums.into_keys().zip(percents).filter(|(_, percent)| *percent > 0).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn euro(minor: i64) -> Money {
        Money::new(minor, Currency::parse("EUR").unwrap())
    }

    fn share(payer: Party, percent: u8, cap: Option<i64>, due: Milestone) -> Share {
        Share { class: CostClass::EducationInvestment, payer, percent, cap: cap.map(euro), due }
    }

    fn of(parts: &[Due], payer: Party, milestone: Milestone) -> i64 {
        parts.iter().find(|due| (due.payer, due.milestone) == (payer, milestone)).map_or(0, |due| due.amount.minor)
    }

    #[test]
    fn a_cap_is_borne_by_whoever_has_none() {
        let shares =
            [share(Party::Funder, 40, Some(200_000), Milestone::Enrolment), share(Party::Employer, 60, None, Milestone::WorkStart)];
        assert_eq!(faults(&shares), BTreeSet::new());
        let cost = |class, minor| Cost { class, payer: Party::OriginAuthority, amount: euro(minor) };
        let parts = dues(&[cost(CostClass::EducationInvestment, 600_000), cost(CostClass::LivingCost, 30_000)], &shares);
        assert_eq!(of(&parts, Party::Funder, Milestone::Enrolment), 200_000);
        assert_eq!(of(&parts, Party::Employer, Milestone::WorkStart), 400_000);
        assert_eq!(of(&parts, Party::OriginAuthority, Milestone::Enrolment), 30_000, "nothing is agreed on this class");
        let payers = payers(CostClass::EducationInvestment, euro(800_000), &shares);
        assert_eq!(payers, BTreeMap::from([(Party::Employer, 75), (Party::Funder, 25)]), "a capped payer bears no more of a loss");
    }

    #[test]
    fn shares_that_nobody_can_keep_are_found() {
        let kinds = |shares: &[Share]| faults(shares).into_iter().map(|(_, fault)| fault).collect::<Vec<_>>();
        assert_eq!(kinds(&[share(Party::Funder, 99, None, Milestone::Visa)]), [ShareFault::NotWhole]);
        assert_eq!(kinds(&[share(Party::Funder, 100, Some(1), Milestone::Visa)]), [ShareFault::AllCapped]);
        let left_to_her = [share(Party::Funder, 90, Some(1), Milestone::Visa), share(Party::Trainee, 10, None, Milestone::Visa)];
        assert_eq!(kinds(&left_to_her), [ShareFault::AllCapped]);
        let hers = Share { class: CostClass::RelatedCost, ..share(Party::Trainee, 100, None, Milestone::Visa) };
        assert_eq!(kinds(&[hers]), [ShareFault::NotHers]);
        let nothing = [share(Party::Funder, 100, None, Milestone::Visa), share(Party::Employer, 0, None, Milestone::Visa)];
        assert_eq!(kinds(&nothing), [ShareFault::Empty]);
    }

    proptest! {
        /// Whatever is agreed: the parts add up to the costs, and nobody pays above a cap.
        #[test]
        fn every_cent_has_one_payer(
            amounts in prop::collection::vec(0_i64..10_000_000, 1..5),
            percent in prop::collection::vec(1_u8..30, 1..4),
            caps in prop::collection::vec(prop::option::of(1_i64..1_000_000), 4),
        ) {
            let mut shares: Vec<Share> = percent.iter().zip(&caps)
                .map(|(percent, cap)| share(Party::Funder, *percent, *cap, Milestone::Language)).collect();
            let rest = 100 - percent.iter().sum::<u8>();
            shares.push(share(Party::Employer, rest, None, Milestone::WorkStart));
            let costs: Vec<Cost> = amounts.iter()
                .map(|minor| Cost { class: CostClass::EducationInvestment, payer: Party::Funder, amount: euro(*minor) }).collect();
            let parts = dues(&costs, &shares);
            prop_assert_eq!(parts.iter().map(|due| due.amount.minor).sum::<i64>(), amounts.iter().sum::<i64>());
            if let Some(most) = caps.iter().take(percent.len()).copied().collect::<Option<Vec<i64>>>() {
                prop_assert!(of(&parts, Party::Funder, Milestone::Language) <= most.iter().sum::<i64>());
            }
        }
    }
}
