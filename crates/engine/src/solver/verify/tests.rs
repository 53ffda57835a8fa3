//! The judge against the definitions word by word, and against corrupted matchings.

use super::super::problem::{Pair, Parts};
use super::super::sample::{all_matchings, problem};
use super::super::stable::solve;
use super::*;
use proptest::prelude::*;

/// Whether a pair blocks, asked of every set in turn.
fn blocks(problem: &Problem, matching: &Matching, trainee: usize, pair: Pair, variant: Variant) -> bool {
    let held: Vec<(usize, u32, u16, u16)> = pairs(matching)
        .map(|(t, r)| {
            let at = problem.position(t, r).unwrap();
            (t, r, problem.pairs[at].u, problem.pairs[at].v)
        })
        .collect();
    let wanted = match held.iter().find(|(t, ..)| *t == trainee) {
        Some((_, role, u, _)) => (pair.u, Reverse(pair.role)) > (*u, Reverse(*role)),
        None => problem.trainee_groups.chain(problem.trainee_group[trainee]).all(|group| {
            let inside: Vec<usize> = held
                .iter()
                .map(|(t, ..)| *t)
                .filter(|t| problem.trainee_groups.chain(problem.trainee_group[*t]).any(|around| around == group))
                .collect();
            inside.len() < problem.trainee_groups.cap[group] as usize
                || inside.iter().any(|t| problem.priority[*t] > problem.priority[trainee])
        }),
    };
    let inside = |group: usize, role: u32| problem.role_groups.chain(problem.role_group[role as usize]).any(|around| around == group);
    let worse = |(t, r, _, v): &(usize, u32, u16, u16)| (Reverse(*v), *t, *r) > (Reverse(pair.v), trainee, pair.role);
    let at_role: Vec<_> = held.iter().filter(|(_, role, ..)| *role == pair.role).collect();
    let seats = problem.seats[pair.role as usize] as usize;
    let groups: Vec<usize> = problem.role_groups.chain(problem.role_group[pair.role as usize]).collect();
    let full =
        |group: &usize| held.iter().filter(|(_, role, ..)| inside(*group, *role)).count() >= problem.role_groups.cap[*group] as usize;
    let chosen = match variant {
        Variant::Merit => {
            let in_role = at_role.len() < seats || at_role.iter().any(|pair| worse(pair));
            in_role && groups.iter().filter(|group| full(group)).all(|group| held.iter().any(|pair| inside(*group, pair.1) && worse(pair)))
        }
        Variant::Seats => {
            let count = |role: u32| held.iter().filter(|(_, of, ..)| *of == role).count() as u32;
            let rank = |role: u32, number: u32| (number.saturating_sub(problem.target[role as usize]), number, role);
            let next = rank(pair.role, count(pair.role) + 1);
            let later = |group: &usize| held.iter().any(|(_, role, ..)| inside(*group, *role) && rank(*role, count(*role)) > next);
            at_role.iter().any(|pair| worse(pair)) || (at_role.len() < seats && groups.iter().filter(|group| full(group)).all(later))
        }
    };
    wanted && chosen
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn the_judge_says_what_the_definitions_say(problem in problem()) {
        for matching in all_matchings(&problem).iter().filter(|matching| feasible(&problem, matching).is_empty()) {
            for variant in [Variant::Merit, Variant::Seats] {
                let mut expected = Vec::new();
                for trainee in 0..problem.trainees() {
                    for pair in problem.list(trainee).iter().filter(|pair| pair.role != matching[trainee]) {
                        if blocks(&problem, matching, trainee, *pair, variant) {
                            expected.push(Violation::Blocking { trainee: trainee as u32, role: pair.role });
                        }
                    }
                }
                prop_assert_eq!(stable(&problem, matching, variant, 2), expected);
            }
        }
    }

    /// Somebody who is put where she has no pair is noticed.
    #[test]
    fn a_pair_that_is_none_is_noticed(problem in problem(), trainee in any::<prop::sample::Index>(), role in 0u32..6) {
        for variant in [Variant::Merit, Variant::Seats] {
            let mut matching = solve(&problem, variant);
            let moved = trainee.index(matching.len());
            let none = matching[moved] != role && problem.position(moved, role).is_none();
            matching[moved] = role;
            let wanted = Violation::NotAPair { trainee: moved as u32, role };
            prop_assert!(!none || stable(&problem, &matching, variant, 1).contains(&wanted));
        }
    }
}

#[test]
fn every_kind_of_corruption_is_found() {
    let pair = |role, u, v| Pair { role, u, v };
    let forest = || {
        let mut forest = Forest::default();
        forest.push(NONE, 2, 2);
        forest
    };
    let problem = Problem::new(Parts {
        trainee_groups: forest(),
        trainee_group: vec![0; 3],
        priority: vec![0, 1, 2],
        role_groups: forest(),
        role_group: vec![0; 2],
        seats: vec![1, 2],
        target: vec![0, 0],
        start: vec![0, 2, 4, 5],
        pairs: vec![pair(0, 9, 5), pair(1, 5, 5), pair(0, 9, 7), pair(1, 5, 7), pair(1, 5, 9)],
        weight: vec![1, 2, 3, 4, 5],
    })
    .unwrap();
    let judged = |matching: &[u32]| stable(&problem, &matching.to_vec(), Variant::Merit, 1);
    let solution = solve(&problem, Variant::Merit);
    assert_eq!(judged(&solution), []);
    assert_eq!(weight(&problem, &vec![1, 0, NONE]), (2, 5));
    assert_eq!(judged(&[NONE]), [Violation::WrongLength]);
    assert_eq!(judged(&[NONE, NONE, 0]), [Violation::NotAPair { trainee: 2, role: 0 }]);
    assert_eq!(judged(&[7, NONE, NONE]), [Violation::NotAPair { trainee: 0, role: 7 }]);
    assert!(judged(&[0, 0, NONE]).contains(&Violation::RoleOver { role: 0 }));
    let crowded = judged(&[1, 0, 1]);
    assert!(crowded.contains(&Violation::TraineeGroupOver { group: 0 }) && crowded.contains(&Violation::RoleGroupOver { group: 0 }));
    assert!(judged(&[NONE; 3]).contains(&Violation::Blocking { trainee: 1, role: 0 }));
    let short = short(&problem, &vec![1, NONE, NONE]);
    assert_eq!(short.len(), 2);
    assert_eq!(short[0], Short { trainee_side: true, group: 0, has: 1, min: 2 });
}
