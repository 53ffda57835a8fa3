//! Integer programmes against every matching of small problems.

use super::*;
use crate::solver::sample::{all_matchings, problem};
use crate::solver::verify;
use proptest::prelude::*;

fn keeps(ties: &Ties, matching: &Matching) -> bool {
    let place = |trainee: u32| match matching[trainee as usize] {
        NONE => None,
        role => Some(ties.subdivision[role as usize]),
    };
    let shared = |shared: &Shared| matching.iter().filter(|role| shared.roles.contains(role)).count() <= shared.cap as usize;
    ties.couples.iter().all(|(one, other)| place(*one) == place(*other)) && ties.shared.iter().all(shared)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn no_matching_that_keeps_couples_and_shared_caps_is_worth_more(
        problem in problem(), places in prop::collection::vec(0u32..2, 4), picked in prop::collection::vec(any::<bool>(), 4), cap in 0u32..3,
    ) {
        let couples = if problem.trainees() > 1 { vec![(0, problem.trainees() as u32 - 1)] } else { vec![] };
        let roles = (0..problem.roles() as u32).filter(|role| picked[*role as usize]).collect();
        let ties = Ties { couples, subdivision: places, shared: vec![Shared { roles, cap }] };
        let allowed = |matching: &&Matching| {
            verify::feasible(&problem, matching).is_empty() && verify::short(&problem, matching).is_empty() && keeps(&ties, matching)
        };
        let all = all_matchings(&problem);
        let best = all.iter().filter(allowed).map(|matching| verify::weight(&problem, matching).1).max();
        match solve(&problem, 0, &ties) {
            Ok(found) => {
                prop_assert!(allowed(&&found.matching));
                prop_assert_eq!(Some(found.objective), best);
                prop_assert!(found.bound >= found.objective);
            }
            Err(failed) => prop_assert_eq!(best, None, "{:?}", failed),
        }
    }
}
