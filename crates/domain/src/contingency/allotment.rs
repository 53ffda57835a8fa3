//! Whose turn it is where fewer slots are left than people need: the earliest lapse of papers first, then the longest
//! wait, then a lottery that can be drawn again.

use crate::lottery::draw;
use chrono::NaiveDate;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Somebody who would take one of some slots, the best one for her first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    pub person: Uuid,
    /// First day on which a paper lapses; nothing where none does.
    pub horizon: Option<NaiveDate>,
    pub waiting_since: NaiveDate,
    pub wants: Vec<Uuid>,
}

/// Gives each person at most one slot, and no slot to more people than it has places.
///
/// Linear in the sum of all wishes, after one sort. The order is the same again for the same seed.
pub fn allot(claims: &[Claim], places: &BTreeMap<Uuid, u32>, seed: u64) -> BTreeMap<Uuid, Uuid> {
    let mut order: Vec<&Claim> = claims.iter().collect();
    order
        .sort_by_cached_key(|claim| (claim.horizon.unwrap_or(NaiveDate::MAX), claim.waiting_since, draw(seed, claim.person), claim.person));
    let mut left = places.clone();
    let mut given = BTreeMap::new();
    for claim in order {
        let free = claim.wants.iter().find(|slot| left.get(slot).is_some_and(|places| *places > 0));
        if let Some(slot) = free {
            *left.entry(*slot).or_default() -= 1;
            given.insert(claim.person, *slot);
        }
    }
    given
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn whose_papers_lapse_first_goes_first() {
        let slot = Uuid::from_u128(9);
        let claim = |n: u128, horizon: Option<&str>, since: &str| Claim {
            person: Uuid::from_u128(n),
            horizon: horizon.map(day),
            waiting_since: day(since),
            wants: vec![slot],
        };
        let claims = [
            claim(1, None, "2025-01-01"),
            claim(2, Some("2026-09-01"), "2026-01-01"),
            claim(3, Some("2026-06-01"), "2026-05-01"),
            claim(4, Some("2026-09-01"), "2025-12-01"),
        ];
        let given = allot(&claims, &BTreeMap::from([(slot, 2)]), 7);
        assert_eq!(given.keys().map(|person| person.as_u128()).collect::<Vec<_>>(), [3, 4]);
    }

    proptest! {
        #[test]
        fn no_slot_is_given_twice_and_none_is_left_to_somebody_who_wants_it(
            wants in prop::collection::vec(prop::collection::vec(0_u128..5, 0..4), 0..40),
            places in prop::collection::vec(0_u32..4, 5),
            seed in any::<u64>(),
        ) {
            let slot = |n: u128| Uuid::from_u128(1_000 + n);
            let claims: Vec<Claim> = wants.iter().enumerate().map(|(n, wants)| Claim {
                person: Uuid::from_u128(n as u128),
                horizon: None,
                waiting_since: day("2026-01-01"),
                wants: wants.iter().map(|n| slot(*n)).collect(),
            }).collect();
            let places: BTreeMap<Uuid, u32> = places.iter().enumerate().map(|(n, count)| (slot(n as u128), *count)).collect();
            let given = allot(&claims, &places, seed);
            prop_assert_eq!(&given, &allot(&claims.iter().rev().cloned().collect::<Vec<_>>(), &places, seed));
            for (slot, count) in &places {
                let taken = given.values().filter(|given| *given == slot).count() as u32;
                prop_assert!(taken <= *count);
                if taken < *count {
                    prop_assert!(claims.iter().all(|claim| !claim.wants.contains(slot) || given.contains_key(&claim.person)));
                }
            }
        }
    }
}
