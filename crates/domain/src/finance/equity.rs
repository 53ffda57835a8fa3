//! What a programme owes the country that trains: for so many who leave, so many who are trained to stay.
//!
//! Measured for one agreement over twelve months that end today. While less is funded at home than the ratio
//! asks for, nobody more is enrolled for the away track; whoever is being trained is not touched.

use serde::{Deserialize, Serialize};

/// The ratio of an agreement and what it is measured on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counted {
    /// Home places for each hundred who leave: 50 asks for one home place for two who leave.
    pub home_per_100_away: u32,
    /// Home places that the agreement has funded.
    pub home_funded: u32,
    /// Who has left.
    pub away_departed: u32,
}

/// Whether the ratio is kept, and by how much.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Standing {
    pub home_required: u32,
    /// Home places that are missing.
    pub short: u32,
    /// How many more could leave with the home places that are funded; nothing where no ratio bounds them.
    pub away_left: Option<u32>,
    pub breached: bool,
}

/// Home places that so many departures ask for, rounded up: half a place is a place.
pub fn required(home_per_100_away: u32, away: u32) -> u32 {
    let asked = u64::from(home_per_100_away) * u64::from(away);
    u32::try_from(asked.div_ceil(100)).unwrap_or(u32::MAX)
}

pub fn standing(counted: Counted) -> Standing {
    let home_required = required(counted.home_per_100_away, counted.away_departed);
    let away_left = (counted.home_per_100_away > 0).then(|| {
        let most = u64::from(counted.home_funded) * 100 / u64::from(counted.home_per_100_away);
        u32::try_from(most).unwrap_or(u32::MAX).saturating_sub(counted.away_departed)
    });
    let short = home_required.saturating_sub(counted.home_funded);
    Standing { home_required, short, away_left, breached: short > 0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn half_a_home_place_for_each_who_leaves() {
        assert_eq!(required(50, 7), 4);
        assert_eq!(required(300, 30), 90);
        let at = |home_funded| standing(Counted { home_per_100_away: 50, home_funded, away_departed: 7 });
        assert_eq!(at(3), Standing { home_required: 4, short: 1, away_left: Some(0), breached: true });
        assert_eq!(at(4), Standing { home_required: 4, short: 0, away_left: Some(1), breached: false });
    }

    proptest! {
        /// Whoever else may leave keeps the ratio, and one more breaks it.
        #[test]
        fn what_is_left_is_exact(home_per_100_away in 1_u32..1_000, home_funded in 0_u32..5_000, away_departed in 0_u32..5_000) {
            let counted = Counted { home_per_100_away, home_funded, away_departed };
            let now = standing(counted);
            let with = |more: u32| standing(Counted { away_departed: away_departed + more, ..counted }).breached;
            let left = now.away_left.expect("a ratio");
            prop_assert!(with(left + 1));
            prop_assert_eq!(with(left), now.breached);
        }
    }
}
