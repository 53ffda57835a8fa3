//! A matching after a shock, against every matching there is.

use super::*;
use crate::solver::sample::{all_matchings, problem, problem_of};
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

/// What is left when somebody goes away.
fn without(problem: &Problem, trainee: u32) -> Problem {
    let mut parts = problem.clone().into_parts();
    let gone = trainee as usize % parts.trainee_group.len();
    let (from, to) = (parts.start[gone] as usize, parts.start[gone + 1] as usize);
    parts.pairs.drain(from..to);
    parts.weight.drain(from..to);
    parts.start[gone + 1..].iter_mut().for_each(|start| *start -= (to - from) as u32);
    parts.trainee_groups.min.fill(0);
    parts.role_groups.min.fill(0);
    Problem::new(parts).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn nothing_is_worth_more_after_the_shock(problem in problem(), keep in prop::collection::vec(0u32..4, 1..8)) {
        let Ok(before) = optimal::solve(&problem, 0) else { return Ok(()) };
        let left = struck(&problem, &keep);
        let after = solve(&left, &before.matching, None, 1).unwrap();
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
        let after = solve(&struck(&problem, &[u32::MAX]), &before.matching, None, 1).unwrap();
        let moves = moves(&problem, &before.matching, &after.matching);
        prop_assert_eq!((moves.displaced, moves.moved, moves.lost), (0, 0, 0));
    }

    #[test]
    fn mending_gives_what_solving_again_gives(
        problem in problem_of(12, 6, 20),
        shocks in prop::collection::vec((any::<bool>(), prop::collection::vec(0u32..5, 1..12)), 20)
    ) {
        let Ok(mut state) = optimal::solve(&problem, 0) else { return Ok(()) };
        let mut left = problem;
        for (withdrawn, keep) in shocks {
            left = if withdrawn { without(&left, keep[0]) } else { struck(&left, &keep) };
            let after = solve(&left, &state.matching, Some(&state.prices), 2).unwrap();
            prop_assert_eq!(verify::feasible(&left, &after.matching), vec![]);
            let again = solve(&left, &state.matching, None, 1).unwrap();
            let value = |solution: &Solution| objective(&left, &state.matching, &solution.matching);
            prop_assert_eq!(value(&after), value(&again));
            // Where putting back person by person takes too long, costs are scaled instead.
            for visits in [0, 1] {
                let scaled = mended(&left, &state.matching, Some(&state.prices), 1, visits).unwrap();
                prop_assert_eq!(value(&scaled), value(&again));
            }
            let worth = |trainee, at| i64::from(super::worth(&left, &state.matching, trainee, at));
            prop_assert_eq!(verify::of_most_worth(&left, &after.matching, &after.prices, worth), vec![]);
            state = after;
        }
    }

    #[test]
    fn any_prices_lead_to_the_best(problem in problem_of(8, 5, 20), prices in prop::collection::vec(-30i64..30, 32)) {
        let before = vec![NONE; problem.trainees()];
        let mut next = prices.into_iter().cycle();
        let mut of = |count: usize| next.by_ref().take(count).collect::<Vec<_>>();
        let prices = Prices {
            role: of(problem.roles()),
            trainee_group: of(problem.trainee_groups.len()),
            role_group: of(problem.role_groups.len()),
            closing: of(1)[0],
        };
        match (solve(&problem, &before, Some(&prices), 1), solve(&problem, &before, None, 1)) {
            (Ok(mended), Ok(again)) => {
                prop_assert_eq!(verify::weight(&problem, &mended.matching).1, verify::weight(&problem, &again.matching).1);
                prop_assert_eq!(verify::optimal(&problem, &mended.matching, &mended.prices, 0), vec![]);
            }
            (mended, again) => prop_assert!(mended.is_err() && again.is_err(), "{mended:?} against {again:?}"),
        }
    }
}
