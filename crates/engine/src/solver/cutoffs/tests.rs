//! What holds a pair back, against stable matchings that were found.

use super::*;
use crate::solver::sample::problem_of;
use crate::solver::{stable, verify};
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn of_every_pair_something_is_named_that_holds_it_back(problem in problem_of(9, 5, 20)) {
        for variant in [Variant::Merit, Variant::Seats] {
            let matching = stable::solve(&problem, variant);
            let cutoffs = Cutoffs::of(&problem, &matching, variant);
            prop_assert_eq!(verify::certificate(&problem, &matching, variant, &cutoffs), vec![]);
            for trainee in 0..problem.trainees() as u32 {
                for pair in problem.list(trainee as usize) {
                    let rank = |trainee: u32, role: u32| {
                        let at = problem.position(trainee as usize, role).unwrap();
                        (Reverse(problem.pairs[at].v), trainee, role)
                    };
                    match cutoffs.why(&problem, &matching, trainee, pair.role) {
                        Standing::Matched => prop_assert_eq!(matching[trainee as usize], pair.role),
                        Standing::NotAPair | Standing::Blocks => prop_assert!(false, "{variant:?} {trainee} {pair:?}"),
                        Standing::Prefers { role } => {
                            let own = problem.pairs[problem.position(trainee as usize, role).unwrap()];
                            prop_assert!((own.u, Reverse(own.role)) > (pair.u, Reverse(pair.role)));
                        }
                        Standing::Waits { after, .. } => {
                            let before = |last: u32| problem.priority[last as usize] < problem.priority[trainee as usize];
                            prop_assert!(after.is_none_or(before));
                        }
                        Standing::RoleFull { behind } => {
                            prop_assert!(behind.is_none_or(|other| rank(other, pair.role) < rank(trainee, pair.role)));
                        }
                        Standing::GroupFull { group, behind } => {
                            let inside = |role: u32| problem.role_groups.chain(problem.role_group[role as usize]).any(|at| at as u32 == group);
                            prop_assert!(inside(pair.role));
                            prop_assert!(behind.is_none_or(|(other, role)| inside(role) && rank(other, role) < rank(trainee, pair.role)));
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn a_certificate_that_says_another_thing_is_found(problem in problem_of(9, 5, 20), at in 0usize..64) {
        let matching = stable::solve(&problem, Variant::Merit);
        let mut cutoffs = Cutoffs::of(&problem, &matching, Variant::Merit);
        let role = at % problem.roles().max(1);
        let Some(cutoff) = cutoffs.role.get_mut(role) else { return Ok(()) };
        cutoff.bar.1 = cutoff.bar.1.wrapping_add(1);
        prop_assert_eq!(verify::certificate(&problem, &matching, Variant::Merit, &cutoffs), vec![verify::Violation::RoleCutoff { role: role as u32 }]);
    }
}
