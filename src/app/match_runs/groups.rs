//! Counts of groups of people that may be shown: no group points at a few.
//!
//! A group of fewer than [`SMALLEST`] is hidden, and with it the next smallest until at least that many people are
//! hidden together, so that what is left of a sum says as little. Groups that lie in larger ones, institutes in
//! countries, are looked at within each. The other counts of a group are rounded to fives where they are shown by
//! attribute, or one person's move could be read off two of them.

use std::collections::BTreeMap;

/// The fewest people of a group that is shown.
pub const SMALLEST: u64 = 10;

/// The keys of groups that are hidden, given how many people each has and which larger group it lies in.
pub fn hidden<K: Clone + Ord>(groups: impl IntoIterator<Item = (K, String, u64)>) -> Vec<K> {
    let mut within: BTreeMap<String, Vec<(u64, K)>> = BTreeMap::new();
    for (key, around, people) in groups {
        within.entry(around).or_default().push((people, key));
    }
    let mut hidden = Vec::new();
    for mut groups in within.into_values() {
        groups.sort();
        let mut people = 0;
        for (own, key) in groups {
            if own >= SMALLEST && (people == 0 || people >= SMALLEST) {
                break;
            }
            people += own;
            hidden.push(key);
        }
    }
    hidden
}

/// To the nearest multiple of five.
pub fn rounded(count: u64) -> u64 {
    (count + 2) / 5 * 5
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_groups_take_the_next_smallest_with_them_until_they_are_many() {
        let shown = |sizes: &[(&'static str, &str, u64)]| -> Vec<&'static str> {
            let hidden = hidden(sizes.iter().map(|(key, around, people)| (*key, (*around).to_owned(), *people)));
            sizes.iter().map(|(key, _, _)| *key).filter(|key| !hidden.contains(key)).collect()
        };
        assert_eq!(shown(&[("f", "", 40), ("m", "", 30)]), ["f", "m"]);
        assert_eq!(shown(&[("f", "", 40), ("m", "", 30), ("x", "", 9)]), ["f"]);
        assert_eq!(shown(&[("f", "", 40), ("m", "", 30), ("x", "", 7), ("y", "", 5)]), ["f", "m"]);
        assert_eq!(shown(&[("f", "", 40), ("x", "", 2), ("y", "", 1)]), Vec::<&str>::new());
        // Institutes in their countries: what is hidden in one is not told by the other.
        assert_eq!(shown(&[("a", "PH", 50), ("b", "PH", 5), ("c", "MA", 16), ("d", "MA", 30)]), ["c", "d"]);
        assert_eq!([0, 2, 3, 7, 8].map(rounded), [0, 0, 5, 5, 10]);
    }
}
