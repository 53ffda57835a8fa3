//! Who is asked next where somebody gives up her place: whoever has a first turn, then members of a group that has less
//! than the two sides agreed on, then people of the same institute, and among equals whose papers lapse first, who has
//! waited longest, and a lottery that can be drawn again.

use super::{Control, Response};
use crate::country::SubdivisionCode;
use crate::lottery::draw;
use crate::people::Sex;
use crate::words;
use chrono::{Months, NaiveDate};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use uuid::Uuid;

/// The longest time for which a turn may be promised.
const MONTHS_MOST: u32 = 60;
/// Shares that one list may name.
pub const SHARES_MAX: usize = 20;

/// What an agreement says of its waiting list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WaitingList {
    /// Months in which whoever gave up her place is asked before others.
    pub first_refusal_months: u32,
    /// The same for whoever stayed without a place.
    pub re_entry_months: u32,
    /// Least shares of the places of the agreement.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shares: Vec<LeastShare>,
}

impl Default for WaitingList {
    fn default() -> Self {
        Self { first_refusal_months: 12, re_entry_months: 24, shares: vec![] }
    }
}

/// Who is counted together.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Group {
    Sex(Sex),
    /// Where her institute is: nothing is asked about where she was born.
    Region(SubdivisionCode),
}

/// The least that a group is to have, in whole percent of the places that are held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeastShare {
    pub of: Group,
    pub percent: u8,
}

words!(
    /// Why somebody is asked before others.
    Precedence { FirstTurn = "first_turn", Share = "share", Institute = "institute", Line = "line" }
);

/// What counts of somebody who holds a place or waits for one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    pub sex: Sex,
    pub region: Option<SubdivisionCode>,
}

impl Member {
    fn is_of(&self, group: &Group) -> bool {
        match group {
            Group::Sex(sex) => self.sex == *sex,
            Group::Region(region) => self.region.as_ref() == Some(region),
        }
    }
}

/// Somebody who waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    pub person: Uuid,
    pub member: Member,
    /// She gave up a place, or stayed without one, and her time has not run out.
    pub first_turn: bool,
    /// Trained where the place was given up.
    pub same_institute: bool,
    /// First day on which a paper of hers lapses.
    pub horizon: Option<NaiveDate>,
    pub since: NaiveDate,
}

impl WaitingList {
    /// The last day on which somebody goes first after her case ended so; nothing where it gives her no turn, as where the
    /// cause was hers.
    pub fn turn_until(&self, outcome: Response, control: Control, on: NaiveDate) -> Option<NaiveDate> {
        let months = match outcome {
            _ if control == Control::Within => return None,
            Response::TransferPlace => self.first_refusal_months,
            Response::Unplaced => self.re_entry_months,
            _ => return None,
        };
        on.checked_add_months(Months::new(months)).filter(|_| months > 0)
    }

    /// Whether what is promised can be kept: shares of one kind add up to no more than everything, none is named twice.
    pub fn is_sound(&self) -> bool {
        let named: BTreeSet<&Group> = self.shares.iter().map(|share| &share.of).collect();
        let sum = |is: fn(&Group) -> bool| -> u32 {
            self.shares.iter().filter(|share| is(&share.of)).map(|share| u32::from(share.percent)).sum()
        };
        self.first_refusal_months <= MONTHS_MOST
            && self.re_entry_months <= MONTHS_MOST
            && self.shares.len() <= SHARES_MAX
            && named.len() == self.shares.len()
            && self.shares.iter().all(|share| share.percent > 0)
            && sum(|of| matches!(of, Group::Sex(_))) <= 100
            && sum(|of| matches!(of, Group::Region(_))) <= 100
    }

    /// The groups that have less than was agreed, counting the place that is to be given.
    fn short(&self, holders: &[Member]) -> Vec<&Group> {
        let places = holders.len() + 1;
        let least = |share: &LeastShare| (places * usize::from(share.percent)).div_ceil(100);
        let has = |share: &LeastShare| holders.iter().filter(|member| member.is_of(&share.of)).count();
        self.shares.iter().filter(|share| has(share) < least(share)).map(|share| &share.of).collect()
    }

    /// Everybody who waits in the order in which they are asked, each with the reason. `holders` are those who hold a
    /// place of the agreement now; the order is the same again for the same seed.
    pub fn line(&self, waiting: &[Waiting], holders: &[Member], seed: u64) -> Vec<(Uuid, Precedence)> {
        let short = self.short(holders);
        let precedence = |one: &Waiting| match one {
            one if one.first_turn => Precedence::FirstTurn,
            one if short.iter().any(|group| one.member.is_of(group)) => Precedence::Share,
            one if one.same_institute => Precedence::Institute,
            _ => Precedence::Line,
        };
        let mut line: Vec<(Precedence, &Waiting)> = waiting.iter().map(|one| (precedence(one), one)).collect();
        line.sort_by_cached_key(|(precedence, one)| {
            (*precedence, one.horizon.unwrap_or(NaiveDate::MAX), one.since, draw(seed, one.person), one.person)
        });
        line.into_iter().map(|(precedence, one)| (one.person, precedence)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn member(sex: Sex, region: &str) -> Member {
        Member { sex, region: SubdivisionCode::parse(region).ok() }
    }

    fn waits(person: u128, sex: Sex) -> Waiting {
        Waiting {
            person: Uuid::from_u128(person),
            member: member(sex, "MA-01"),
            first_turn: false,
            same_institute: false,
            horizon: None,
            since: day("2026-01-01"),
        }
    }

    fn half_women() -> WaitingList {
        WaitingList { shares: vec![LeastShare { of: Group::Sex(Sex::Female), percent: 50 }], ..WaitingList::default() }
    }

    fn order(list: &WaitingList, waiting: &[Waiting], holders: &[Member]) -> Vec<(u128, Precedence)> {
        list.line(waiting, holders, 7).into_iter().map(|(person, why)| (person.as_u128(), why)).collect()
    }

    #[test]
    fn a_turn_goes_first_then_a_share_that_is_short_then_the_institute_then_the_line() {
        let mut waiting = vec![waits(1, Sex::Male), waits(2, Sex::Male), waits(3, Sex::Female), waits(4, Sex::Male)];
        waiting[0].horizon = Some(day("2026-02-01"));
        waiting[1].same_institute = true;
        waiting[3].first_turn = true;
        let men = [member(Sex::Male, "MA-01"), member(Sex::Male, "MA-01")];
        use Precedence::{FirstTurn, Institute, Line, Share};
        assert_eq!(order(&half_women(), &waiting, &men), [(4, FirstTurn), (3, Share), (2, Institute), (1, Line)]);
        // Where the share is kept already, it moves nobody.
        let even = [member(Sex::Female, "MA-01"), member(Sex::Female, "MA-01"), member(Sex::Male, "MA-01")];
        assert_eq!(order(&half_women(), &waiting, &even), [(4, FirstTurn), (2, Institute), (1, Line), (3, Line)]);
    }

    #[test]
    fn a_region_is_where_the_institute_is() {
        let north = LeastShare { of: Group::Region(SubdivisionCode::parse("MA-01").unwrap()), percent: 30 };
        let list = WaitingList { shares: vec![north], ..WaitingList::default() };
        let mut south = waits(1, Sex::Female);
        south.member.region = SubdivisionCode::parse("MA-09").ok();
        let waiting = [south, waits(2, Sex::Female)];
        assert_eq!(order(&list, &waiting, &[])[0], (2, Precedence::Share));
    }

    #[test]
    fn turns_last_as_long_as_the_plan_says() {
        let list = WaitingList::default();
        let of = |outcome, control| list.turn_until(outcome, control, day("2026-08-31"));
        assert_eq!(of(Response::TransferPlace, Control::Outside), Some(day("2027-08-31")));
        assert_eq!(of(Response::Unplaced, Control::Adjudicate), Some(day("2028-08-31")));
        assert_eq!(of(Response::HomeTrack, Control::Outside), None);
        assert_eq!(of(Response::TransferPlace, Control::Within), None, "whoever forged a paper has no turn");
        let none = WaitingList { first_refusal_months: 0, ..WaitingList::default() };
        assert_eq!(none.turn_until(Response::TransferPlace, Control::Outside, day("2026-08-31")), None);
    }

    #[test]
    fn shares_that_cannot_be_kept_are_unsound() {
        assert!(half_women().is_sound());
        let mut twice = half_women();
        twice.shares.push(twice.shares[0].clone());
        assert!(!twice.is_sound());
        let mut too_much = half_women();
        too_much.shares.push(LeastShare { of: Group::Sex(Sex::Male), percent: 51 });
        assert!(!too_much.is_sound());
        assert!(!WaitingList { re_entry_months: 61, ..WaitingList::default() }.is_sound());
    }

    #[test]
    fn a_plan_says_it_in_plain_words() {
        let text = serde_json::to_string(&half_women()).unwrap();
        assert_eq!(text, r#"{"first_refusal_months":12,"re_entry_months":24,"shares":[{"of":{"sex":"female"},"percent":50}]}"#);
        assert_eq!(serde_json::from_str::<WaitingList>(&text).unwrap(), half_women());
    }

    proptest! {
        #[test]
        fn nobody_is_lost_from_the_line_and_places_given_one_by_one_keep_the_share(
            women in prop::collection::vec(any::<bool>(), 1..40),
            percent in 1_u8..=100,
        ) {
            let list = WaitingList {
                shares: vec![LeastShare { of: Group::Sex(Sex::Female), percent }],
                ..WaitingList::default()
            };
            let sex = |woman: bool| if woman { Sex::Female } else { Sex::Male };
            let mut waiting: Vec<Waiting> = women.iter().enumerate().map(|(n, woman)| waits(n as u128, sex(*woman))).collect();
            let (mut holders, mut line) = (vec![], list.line(&waiting, &[], 3));
            prop_assert_eq!(line.len(), waiting.len());
            while let Some((next, _)) = line.first() {
                let at = waiting.iter().position(|one| one.person == *next).unwrap();
                let given = waiting.remove(at);
                let (left, places) = (waiting.iter().any(|one| one.member.sex == Sex::Female), holders.len() + 1);
                holders.push(given.member);
                // The share is kept after every place as long as anybody of the group waits.
                let has = holders.iter().filter(|one| one.sex == Sex::Female).count();
                prop_assert!(!left || has >= (places * usize::from(percent)).div_ceil(100));
                line = list.line(&waiting, &holders, 3);
            }
        }
    }
}
