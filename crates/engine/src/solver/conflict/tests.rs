//! Conflicts against every matching of small problems.

use super::*;
use crate::solver::problem::{Pair, Parts};
use crate::solver::sample::{all_matchings, problem};
use crate::solver::verify;
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn there_is_a_conflict_just_where_no_matching_meets_the_minimums(problem in problem()) {
        let met = all_matchings(&problem).iter().any(|matching| {
            verify::feasible(&problem, matching).is_empty() && verify::short(&problem, matching).is_empty()
        });
        let found = find(&problem);
        prop_assert_eq!(found.is_none(), met, "{:?}", found);
        let Some(conflict) = found else { return Ok(()) };
        prop_assert!(conflict.asked() > conflict.allowed());
        // Without any one of its minimums the sum would not say so.
        for bound in &conflict.minimums {
            prop_assert!(conflict.asked() - u64::from(bound.places) <= conflict.allowed());
        }
    }
}

#[test]
fn the_sum_names_what_stands_against_a_minimum() {
    let mut role_groups = Forest::default();
    let corridor = role_groups.push(NONE, 3, 0);
    let (one, two) = (role_groups.push(corridor, 9, 2), role_groups.push(corridor, 9, 2));
    let problem = Problem::new(Parts {
        trainee_group: vec![NONE; 6],
        priority: (0..6).collect(),
        role_groups,
        role_group: vec![one, two],
        seats: vec![5, 5],
        target: vec![5, 5],
        start: (0..=6).map(|at| at * 2).collect(),
        pairs: (0..12).map(|at| Pair { role: at % 2, u: 1, v: 1 }).collect(),
        weight: vec![1; 12],
        ..Parts::default()
    })
    .unwrap();
    let conflict = find(&problem).unwrap();
    let minimums: Vec<u32> = conflict.minimums.iter().map(|bound| bound.group).collect();
    assert_eq!((minimums, conflict.asked()), (vec![one, two], 4));
    assert_eq!((conflict.caps, conflict.seats), (vec![Bound { trainee_side: false, group: corridor, places: 3 }], 0));
}
