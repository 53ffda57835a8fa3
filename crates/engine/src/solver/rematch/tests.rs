//! A matching after a shock, against every matching there is.

use super::*;
use crate::solver::sample::{all_matchings, problem};
use crate::solver::{optimal, verify};
use proptest::prelude::*;

/// What a shock leaves: smaller caps, roles with fewer seats, no minimums.
fn struck(problem: &Problem, keep: &[u32]) -> Problem {
    let mut parts = problem.clone().into_parts();
    let mut next = keep.iter().cycle();
    let mut cut = |count: &mut u32| *count = (*count).min(*next.next().unwrap_or(&0));
    parts.trainee_groups.min.fill(0);
    parts.role_groups.min.fill(0);
    parts.role_groups.cap.iter_mut().for_each(&mut cut);
    parts.seats.iter_mut().for_each(&mut cut);
    Problem::new(parts).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn nothing_is_worth_more_after_the_shock(problem in problem(), keep in prop::collection::vec(0u32..4, 1..8)) {
        let Ok(before) = optimal::solve(&problem, 0) else { return Ok(()) };
        let left = struck(&problem, &keep);
        let after = solve(&left, &before.matching).unwrap();
        prop_assert_eq!(verify::feasible(&left, &after.matching), vec![]);
        let fits = |matching: &&Matching| verify::feasible(&left, matching).is_empty();
        let best = all_matchings(&left).iter().filter(fits).map(|matching| objective(&left, &before.matching, matching)).max();
        prop_assert_eq!(Some(objective(&left, &before.matching, &after.matching)), best);
        let moves = moves(&left, &before.matching, &after.matching);
        let had = before.matching.iter().filter(|role| **role != NONE).count() as u64;
        prop_assert_eq!(moves.kept + moves.displaced + moves.moved + moves.lost, had);
    }

    #[test]
    fn without_a_shock_nobody_moves(problem in problem()) {
        let Ok(before) = optimal::solve(&problem, 0) else { return Ok(()) };
        let after = solve(&struck(&problem, &[u32::MAX]), &before.matching).unwrap();
        let moves = moves(&problem, &before.matching, &after.matching);
        prop_assert_eq!((moves.displaced, moves.moved, moves.lost), (0, 0, 0));
    }
}
