//! The optimum against every matching there is.

use super::*;
use crate::solver::sample::{all_matchings, problem};
use crate::solver::{Pair, Parts, verify};
use proptest::prelude::*;

fn value(problem: &Problem, matching: &Matching, bonus: u32) -> u64 {
    let (matched, weight) = verify::weight(problem, matching);
    weight + matched * u64::from(bonus)
}

#[test]
fn the_largest_worth_does_not_overflow() {
    let pair = |role| Pair { role, u: 0, v: 0 };
    let parts = Parts {
        trainee_group: vec![NONE; 2],
        priority: vec![0, 1],
        role_group: vec![NONE; 2],
        seats: vec![1, u32::MAX],
        target: vec![0, 0],
        start: vec![0, 2, 3],
        pairs: vec![pair(0), pair(1), pair(0)],
        weight: vec![u16::MAX, u16::MAX - 1, u16::MAX],
        ..Parts::default()
    };
    let problem = Problem::new(parts).unwrap();
    let most = u32::MAX - u32::from(u16::MAX);
    assert_eq!(solve(&problem, most).unwrap().matching, [1, 0]);
    assert_eq!(solve(&problem, most + 1), Err(Unsolved::TooLarge));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn no_matching_is_worth_more(problem in problem(), bonus in 0u32..5) {
        let fits = |matching: &Matching| verify::feasible(&problem, matching).is_empty() && verify::short(&problem, matching).is_empty();
        let best = all_matchings(&problem).iter().filter(|matching| fits(matching)).map(|matching| value(&problem, matching, bonus)).max();
        match (solve(&problem, bonus), best) {
            (Ok(solution), Some(best)) => {
                prop_assert!(fits(&solution.matching), "{:?}", solution);
                prop_assert_eq!(value(&problem, &solution.matching, bonus), best);
                prop_assert_eq!(verify::optimal(&problem, &solution.matching, &solution.prices, bonus), vec![]);
            }
            (solved, best) => prop_assert!(solved.is_err() && best.is_none(), "{solved:?} against {best:?}"),
        }
    }
}
