//! The solver against every matching there is.

use super::*;
use crate::solver::sample::{all_matchings, problem, problem_of};
use crate::solver::{Parts, verify};
use proptest::prelude::*;

fn worth(problem: &Problem, trainee: usize, role: u32) -> Option<u64> {
    problem.position(trainee, role).map(|at| wish(problem.pairs[at]))
}

/// The same problem with its trainees in another order; ties on the role side go by number, so that it
/// is the same problem only where no two scores of a role are equal.
fn relabelled(problem: &Problem, order: &[usize]) -> Problem {
    let parts = problem.clone().into_parts();
    let mut next = Parts { start: vec![0], pairs: vec![], weight: vec![], ..parts.clone() };
    for (new, old) in order.iter().enumerate() {
        (next.trainee_group[new], next.priority[new]) = (parts.trainee_group[*old], parts.priority[*old]);
        let range = parts.start[*old] as usize..parts.start[*old + 1] as usize;
        next.pairs.extend_from_slice(&parts.pairs[range.clone()]);
        next.weight.extend_from_slice(&parts.weight[range]);
        next.start.push(next.pairs.len() as u32);
    }
    Problem::new(next).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn the_solution_is_stable_and_the_best_of_them_for_trainees(problem in problem()) {
        for variant in [Variant::Merit, Variant::Seats] {
            let solution = solve(&problem, variant);
            prop_assert_eq!(verify::stable(&problem, &solution, variant, 1), vec![]);
            let matched = |matching: &Matching| matching.iter().filter(|role| **role != NONE).count();
            for other in all_matchings(&problem).iter().filter(|other| verify::stable(&problem, other, variant, 1).is_empty()) {
                // Everywhere as many are placed (rural hospitals), and nobody who is placed in both would change.
                prop_assert_eq!(matched(other), matched(&solution));
                for trainee in 0..problem.trainees() {
                    if let (Some(mine), Some(theirs)) = (worth(&problem, trainee, solution[trainee]), worth(&problem, trainee, other[trainee])) {
                        prop_assert!(mine >= theirs);
                    }
                }
            }
        }
    }

    /// Larger problems, many scores: the order in which trainees lie in memory does not matter.
    #[test]
    fn the_order_of_trainees_does_not_matter(problem in problem_of(30, 8, 10_000), shuffle in any::<u64>()) {
        let mut order: Vec<usize> = (0..problem.trainees()).collect();
        order.sort_by_key(|at| (*at as u64 + 1).wrapping_mul(shuffle | 1));
        let other = relabelled(&problem, &order);
        let distinct = |problem: &Problem| (0..problem.roles() as u32).all(|role| {
            let mut scores: Vec<u16> = problem.pairs.iter().filter(|pair| pair.role == role).map(|pair| pair.v).collect();
            let count = scores.len();
            scores.sort_unstable();
            scores.dedup();
            scores.len() == count
        });
        let across: std::collections::BTreeSet<u16> = problem.pairs.iter().map(|pair| pair.v).collect();
        prop_assume!(distinct(&problem) && across.len() == problem.pairs.len());
        for variant in [Variant::Merit, Variant::Seats] {
            let (one, two) = (solve(&problem, variant), solve(&other, variant));
            prop_assert_eq!(verify::stable(&problem, &one, variant, 1), vec![]);
            prop_assert_eq!(order.iter().map(|old| one[*old]).collect::<Vec<_>>(), two);
        }
    }

    #[test]
    fn middling_problems_are_stable(problem in problem_of(40, 10, 6)) {
        for variant in [Variant::Merit, Variant::Seats] {
            prop_assert_eq!(verify::stable(&problem, &solve(&problem, variant), variant, 2), vec![]);
        }
    }
}
