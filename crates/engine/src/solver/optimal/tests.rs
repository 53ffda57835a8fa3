//! The optimum against every matching there is.

use super::*;
use crate::solver::sample::{all_matchings, problem};
use crate::solver::verify;
use proptest::prelude::*;

fn value(problem: &Problem, matching: &Matching, bonus: u32) -> u64 {
    let (matched, weight) = verify::weight(problem, matching);
    weight + matched * u64::from(bonus)
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
