//! The books of a partnership: every amount moves from one account to another, so that nothing is ever made or lost.
//!
//! A line says who is burdened and who is relieved; both sides are on the line, and a ledger of such lines is in balance
//! however many there are. A line is never changed: what was wrong is taken back by another. The database holds the same
//! bounds on its own (migration 25): amounts above zero, no line out of a reserve that is empty, and none that
//! charges a trainee for what lay outside her control.

use super::settlement::{Bearer, Borne, Line as SettledLine, Settlement};
use crate::contingency::{AtFault, Control};
use crate::corridor::{CostClass, Party};
use crate::money::Money;
use crate::words;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

words!(
    /// Whose burden an amount is, or what it was spent on.
    Account {
        Trainee = "trainee",
        Employer = "employer",
        Institute = "institute",
        OriginAuthority = "origin_authority",
        DestinationAuthority = "destination_authority",
        RecognitionAuthority = "recognition_authority",
        WorkerOrganisation = "worker_organisation",
        Funder = "funder",
        Insurance = "insurance",
        Reserve = "reserve",
        /// Places of people who leave with a job.
        AwayPlaces = "away_places",
        /// Places of people who stay.
        HomePlaces = "home_places",
        /// What was spent and is of no use to anybody any more.
        Lost = "lost",
    }
);

words!(
    /// The five groups of costs.
    CostGroup {
        Training = "training",
        Staffing = "staffing",
        Migration = "migration",
        Living = "living",
        ReturnReintegration = "return_reintegration",
    }
);

impl Account {
    pub const fn of(party: Party) -> Self {
        match party {
            Party::Trainee => Self::Trainee,
            Party::Employer => Self::Employer,
            Party::Institute | Party::Examiner => Self::Institute,
            Party::OriginAuthority => Self::OriginAuthority,
            Party::DestinationAuthority | Party::Consulate => Self::DestinationAuthority,
            Party::RecognitionAuthority => Self::RecognitionAuthority,
            Party::WorkerOrganisation => Self::WorkerOrganisation,
            Party::Funder => Self::Funder,
        }
    }

    /// Who pays first where somebody answers for a cause.
    pub fn at_fault(cause: &str, fault: AtFault) -> Self {
        match (fault, cause) {
            (AtFault::Partner, "PRT.FUNDER") => Self::Funder,
            (AtFault::Partner, "PRT.STATE") => Self::OriginAuthority,
            (AtFault::Employer, _) => Self::Employer,
            (AtFault::OriginState, _) => Self::OriginAuthority,
            (AtFault::DestinationState, _) => Self::DestinationAuthority,
            (AtFault::Insurer, _) => Self::Insurance,
            (AtFault::Trainee, _) => Self::Trainee,
            // A paper that ran out while an authority took its time.
            (AtFault::WhoDelayed, _) => Self::RecognitionAuthority,
            (AtFault::Partner | AtFault::Nobody, _) => Self::Institute,
        }
    }
}

/// An amount on its way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    pub from: Account,
    pub to: Account,
    pub group: CostGroup,
    /// What the cost was for, where the amount is a part of one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<CostClass>,
    pub amount: Money,
}

impl Line {
    /// An amount that is no part of a single cost.
    pub const fn new(from: Account, to: Account, group: CostGroup, amount: Money) -> Self {
        Self { from, to, group, class: None, amount }
    }
}

/// What an account has taken on: what moved to it less what moved from it, by currency.
pub fn balances<'a>(lines: impl IntoIterator<Item = &'a Line>) -> BTreeMap<(Account, crate::money::Currency), i64> {
    let mut balances = BTreeMap::new();
    for line in lines {
        *balances.entry((line.to, line.amount.currency)).or_insert(0) += line.amount.minor;
        *balances.entry((line.from, line.amount.currency)).or_insert(0) -= line.amount.minor;
    }
    balances
}

/// The lines of a settlement: each bearer takes on its part of the loss; what stays of use at home moves from the
/// places of those who leave to the places of those who stay.
pub fn lines_of(cause: &str, settlement: &Settlement, stays_home: bool) -> Vec<Line> {
    let mut lost = Pots::of(settlement, |line| line.loss.minor);
    let mut lines = Vec::new();
    // What a trainee bears is education and nothing else: it is taken out first.
    let hers_first = |borne: &&Borne| borne.bearer != Bearer::Trainee;
    let mut waterfall: Vec<&Borne> = settlement.waterfall.iter().collect();
    waterfall.sort_by_key(hers_first);
    for borne in waterfall {
        let party = borne.party.as_deref().and_then(|party| Party::parse(party).ok());
        let from = match borne.bearer {
            Bearer::Insurance => Account::Insurance,
            Bearer::AtFault => Account::at_fault(cause, settlement.at_fault),
            Bearer::Trainee => Account::Trainee,
            Bearer::Reserve => Account::Reserve,
            Bearer::Payer => party.map_or(Account::Funder, Account::of),
            Bearer::WriteOff => Account::Funder,
        };
        let education = borne.bearer == Bearer::Trainee;
        lines.extend(lost.take(borne.amount, education).map(|(group, class, amount)| Line {
            from,
            to: Account::Lost,
            group,
            class,
            amount,
        }));
    }
    if stays_home {
        let stays = Pots::of(settlement, |line| line.residual.minor).take(settlement.residual, false);
        let moves = |(group, class, amount)| Line { from: Account::AwayPlaces, to: Account::HomePlaces, group, class, amount };
        lines.extend(stays.map(moves));
    }
    lines
}

/// What is left of the costs of a settlement by group and class, in their order.
struct Pots(Vec<(CostGroup, Option<CostClass>, i64)>);

impl Pots {
    fn of(settlement: &Settlement, minor: impl Fn(&SettledLine) -> i64) -> Self {
        let mut pots: Vec<(CostGroup, Option<CostClass>, i64)> = Vec::new();
        for line in &settlement.lines {
            let (group, class) = (line.group.unwrap_or(CostGroup::Training), line.class);
            match pots.iter_mut().find(|pot| (pot.0, pot.1) == (group, class)) {
                Some(pot) => pot.2 += minor(line),
                None => pots.push((group, class, minor(line))),
            }
        }
        Self(pots)
    }

    /// Takes an amount out of the pots, one after the other; education alone, or before the rest. What no pot holds is of
    /// no class: settlements of before do not say what their costs were for.
    fn take(&mut self, amount: Money, education: bool) -> std::vec::IntoIter<(CostGroup, Option<CostClass>, Money)> {
        let (mut left, mut taken) = (amount.minor, Vec::new());
        for (group, class, holds) in &mut self.0 {
            let part = if education && *class != Some(CostClass::EducationInvestment) { 0 } else { left.min(*holds) };
            if part > 0 {
                (*holds, left) = (*holds - part, left - part);
                taken.push((*group, *class, Money::new(part, amount.currency)));
            }
        }
        if left > 0 {
            taken.push((CostGroup::Training, None, Money::new(left, amount.currency)));
        }
        taken.into_iter()
    }
}

/// Whether the lines say of a settlement all that there is to say: everything lost has a bearer, and nobody is charged
/// for what lay outside her control. Lines that take others back count against them.
pub fn accounts_for(settlement: &Settlement, lines: &[Line]) -> bool {
    let balances = balances(lines);
    let of = |account| balances.get(&(account, settlement.loss.currency)).copied().unwrap_or(0);
    of(Account::Lost) == settlement.loss.minor && (settlement.control == Control::Within || of(Account::Trainee) == 0)
}

#[cfg(test)]
mod tests {
    use super::super::settlement::{Item, Question, Repayment, settle};
    use super::*;
    use crate::contingency::CAUSES;
    use crate::money::Currency;
    use proptest::prelude::*;

    fn euro(minor: i64) -> Money {
        Money::new(minor, Currency::parse("EUR").unwrap())
    }

    proptest! {
        /// Over all causes and amounts: the lines add up to nothing (I2), bear the whole loss (I8), never take more
        /// from the reserve than it holds (I10), and leave a trainee nothing to pay where the cause was not hers (I1).
        #[test]
        fn a_settlement_is_booked_to_the_cent(
            at in 0..CAUSES.len(),
            decided in prop::option::of(prop::sample::select(Control::ALL.to_vec())),
            items in prop::collection::vec((0_i64..900_000, 0_u8..=100, 0_u8..=100, any::<bool>()), 1..6),
            insurance in prop::option::of(0_i64..500_000),
            cap in prop::option::of(0_i64..500_000),
            reserve in prop::option::of(0_i64..500_000),
            home in any::<bool>(),
        ) {
            let asked = Question {
                cause: CAUSES[at].code.into(),
                decided,
                items: items.iter().enumerate().map(|(n, (paid, percent, funder, education))| Item {
                    item: n.to_string(),
                    group: Some(CostGroup::ALL[n % 5]),
                    class: if *education { CostClass::EducationInvestment } else { CostClass::RelatedCost },
                    paid: euro(*paid),
                    refunded: None,
                    transferable_percent: *percent,
                    payers: BTreeMap::from([(Party::Funder, *funder), (Party::Employer, 100 - funder)]),
                }).collect(),
                insurance: insurance.map(euro),
                fault_cap: cap.map(euro),
                reserve: reserve.map(euro),
                repayment: Some(Repayment { lawful: true, cap: euro(300_000), months: 24, months_served: 8 }),
            };
            let settlement = settle(&asked).unwrap();
            let lines = lines_of(&asked.cause, &settlement, home);
            prop_assert!(accounts_for(&settlement, &lines));
            let balances = balances(&lines);
            prop_assert_eq!(balances.values().sum::<i64>(), 0);
            let of = |account| balances.get(&(account, Currency::parse("EUR").unwrap())).copied().unwrap_or(0);
            prop_assert!(-of(Account::Reserve) <= reserve.unwrap_or(0));
            if settlement.control != Control::Within {
                prop_assert_eq!(of(Account::Trainee), 0);
            }
            prop_assert!(lines.iter().all(|line| line.amount.minor > 0 && line.from != line.to));
            // Each cost is borne in its own group, and what she bears is education.
            for (n, line) in settlement.lines.iter().enumerate() {
                let group = CostGroup::ALL[n % 5];
                let of_group = |minor: &dyn Fn(usize) -> i64| (0..settlement.lines.len()).filter(|at| CostGroup::ALL[at % 5] == group).map(minor).sum::<i64>();
                let lost: i64 = lines.iter().filter(|one| one.group == group && one.to == Account::Lost).map(|one| one.amount.minor).sum();
                prop_assert_eq!(lost, of_group(&|at| settlement.lines[at].loss.minor), "{}", line.item);
            }
            let hers = lines.iter().filter(|line| line.from == Account::Trainee);
            prop_assert!(hers.into_iter().all(|line| line.class == Some(CostClass::EducationInvestment)));
        }
    }

    /// What can happen to the books of an agreement.
    #[derive(Debug, Clone)]
    enum Happens {
        Premium(i64),
        Settled {
            cause: usize,
            paid: i64,
            percent: u8,
            insurance: Option<i64>,
            cap: Option<i64>,
            home: bool,
        },
        /// A case that was settled is decided again.
        TakenBack(prop::sample::Index),
    }

    fn happens() -> impl Strategy<Value = Happens> {
        let settled = (
            0..CAUSES.len(),
            1_i64..900_000,
            0_u8..=100,
            prop::option::of(0_i64..500_000),
            prop::option::of(0_i64..500_000),
            any::<bool>(),
        )
            .prop_map(|(cause, paid, percent, insurance, cap, home)| Happens::Settled {
                cause,
                paid,
                percent,
                insurance,
                cap,
                home,
            });
        prop_oneof![
            1 => (1_i64..400_000).prop_map(Happens::Premium),
            3 => settled,
            1 => any::<prop::sample::Index>().prop_map(Happens::TakenBack),
        ]
    }

    proptest! {
        /// However cases are settled, decided again and settled anew: the books add up to nothing (I2), the reserve never
        /// falls below nothing (I10), what is lost is what the settlements that stand say (I8), and a trainee bears what her
        /// own causes left her and not a cent more (I1).
        #[test]
        fn the_books_hold_over_any_sequence(events in prop::collection::vec(happens(), 0..30)) {
            let currency = Currency::parse("EUR").unwrap();
            let mut lines: Vec<Line> = Vec::new();
            let mut standing: Vec<(Settlement, Vec<Line>)> = Vec::new();
            let of = |lines: &[Line], account| balances(lines).get(&(account, currency)).copied().unwrap_or(0);
            for event in events {
                match event {
                    Happens::Premium(minor) => lines.push(Line::new(Account::Funder, Account::Reserve, CostGroup::Training, euro(minor))),
                    Happens::Settled { cause, paid, percent, insurance, cap, home } => {
                        let item = |name: &str, class, paid| Item {
                            item: name.into(),
                            class,
                            group: None,
                            paid: euro(paid),
                            refunded: None,
                            transferable_percent: percent,
                            payers: BTreeMap::from([(Party::Employer, 100)]),
                        };
                        let asked = Question {
                            cause: CAUSES[cause].code.into(),
                            decided: None,
                            items: vec![item("course", CostClass::EducationInvestment, paid), item("visa", CostClass::RelatedCost, paid / 9)],
                            insurance: insurance.map(euro),
                            fault_cap: cap.map(euro),
                            reserve: Some(euro(of(&lines, Account::Reserve))),
                            repayment: Some(Repayment { lawful: true, cap: euro(100_000), months: 24, months_served: 3 }),
                        };
                        let settlement = settle(&asked).unwrap();
                        let booked = lines_of(&asked.cause, &settlement, home);
                        lines.extend(booked.iter().cloned());
                        standing.push((settlement, booked));
                    }
                    Happens::TakenBack(at) if !standing.is_empty() => {
                        let (_, booked) = standing.remove(at.index(standing.len()));
                        lines.extend(booked.into_iter().map(|line| Line { from: line.to, to: line.from, ..line }));
                    }
                    Happens::TakenBack(_) => {}
                }
                prop_assert_eq!(balances(&lines).values().sum::<i64>(), 0);
                prop_assert!(of(&lines, Account::Reserve) >= 0);
                prop_assert_eq!(of(&lines, Account::Lost), standing.iter().map(|(settled, _)| settled.loss.minor).sum::<i64>());
                let hers = |settled: &&Settlement| settled.control == Control::Within;
                let owed: i64 = standing.iter().map(|(settled, _)| settled).filter(hers).map(|settled| settled.trainee.minor).sum();
                prop_assert_eq!(-of(&lines, Account::Trainee), owed);
            }
        }
    }

    #[test]
    fn the_same_failure_under_two_causes_is_borne_by_two_sides() {
        let asked = |cause: &str| Question {
            cause: cause.into(),
            decided: None,
            items: vec![Item {
                item: "course".into(),
                group: None,
                class: CostClass::EducationInvestment,
                paid: euro(600_000),
                refunded: None,
                transferable_percent: 90,
                payers: BTreeMap::from([(Party::Employer, 100)]),
            }],
            insurance: None,
            fault_cap: Some(euro(50_000)),
            reserve: Some(euro(500_000)),
            repayment: None,
        };
        let of = |cause: &str| lines_of(cause, &settle(&asked(cause)).unwrap(), true);
        let (border, insolvent) = (of("DST.BORDER"), of("EMP.INSOLV"));
        let bearers = |lines: &[Line]| lines.iter().map(|line| (line.from, line.amount.minor)).collect::<Vec<_>>();
        assert_eq!(bearers(&border), [(Account::DestinationAuthority, 50_000), (Account::Reserve, 10_000), (Account::AwayPlaces, 540_000)]);
        assert_eq!(bearers(&insolvent), [(Account::Employer, 50_000), (Account::Reserve, 10_000), (Account::AwayPlaces, 540_000)]);
    }
}
