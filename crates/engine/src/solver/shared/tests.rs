//! Shared caps against the plain rule that so many may be matched at these roles together.

use super::*;
use crate::solver::problem::{Matching, Problem};
use crate::solver::sample::{all_matchings, problem};
use crate::solver::verify;
use proptest::prelude::*;

fn keeps(shared: &Shared, matching: &Matching) -> bool {
    matching.iter().filter(|role| shared.roles.contains(role)).count() <= shared.cap as usize
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn the_group_says_what_the_shared_cap_says(problem in problem(), picked in prop::collection::vec(any::<bool>(), 4), cap in 0u32..3) {
        let roles = (0..problem.roles() as u32).filter(|role| picked[*role as usize]).collect();
        let shared = Shared { roles, cap };
        let mut parts = problem.clone().into_parts();
        match add(&mut parts, &shared) {
            Ok(_) => {
                let with = Problem::new(parts).unwrap();
                for matching in all_matchings(&problem) {
                    let fits = verify::feasible(&problem, &matching).is_empty() && keeps(&shared, &matching);
                    prop_assert_eq!(verify::feasible(&with, &matching).is_empty(), fits, "{:?}", &matching);
                }
            }
            Err(crossing) => {
                // The group binds, and holds one of the shared roles, not another, and one that is not shared.
                let inside = |role: u32| {
                    problem.role_groups.chain(problem.role_group[role as usize]).any(|group| group as u32 == crossing.group)
                };
                prop_assert!(inside(crossing.inside) && !inside(crossing.outside));
                prop_assert!((0..problem.roles() as u32).any(|role| inside(role) && !shared.roles.contains(&role)));
            }
        }
    }
}
