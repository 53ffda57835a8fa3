//! The solver against brute force, and the checker against corrupted matchings.

use super::super::instance::{Group, Role, Trainee};
use super::super::stable::solve;
use super::*;
use proptest::prelude::*;

fn forest(max: usize) -> impl Strategy<Value = Vec<Group>> {
    prop::collection::vec((any::<prop::sample::Index>(), any::<bool>(), 0u32..4), 1..=max).prop_map(|raw| {
        raw.iter()
            .enumerate()
            .map(|(at, (parent, root, cap))| Group { parent: (at > 0 && !root).then(|| parent.index(at)), cap: *cap })
            .collect()
    })
}

fn instance() -> impl Strategy<Value = Instance> {
    (forest(4), forest(4), 1usize..5, 1usize..4).prop_flat_map(|(trainee_groups, role_groups, trainees, roles)| {
        let trainee = prop::collection::vec(0..trainee_groups.len(), trainees);
        let role = prop::collection::vec((0..role_groups.len(), 0u32..3), roles);
        // Few distinct scores, so that ties are common.
        let edge = prop::collection::vec(prop::option::weighted(0.7, (0u32..3, 0u32..3)), trainees * roles);
        (Just(trainee_groups), Just(role_groups), trainee, role, edge).prop_map(move |(trainee_groups, role_groups, t, r, e)| Instance {
            trainee_groups,
            role_groups,
            trainees: t.into_iter().map(|group| Trainee { group }).collect(),
            roles: r.into_iter().map(|(group, cap)| Role { group, cap }).collect(),
            edges: e
                .into_iter()
                .enumerate()
                .filter_map(|(at, scores)| scores.map(|(u, v)| Edge { trainee: at / roles, role: at % roles, u, v }))
                .collect(),
        })
    })
}

fn all_matchings(instance: &Instance) -> Vec<Matching> {
    let mut all = vec![vec![]];
    for trainee in 0..instance.trainees.len() {
        let options: Vec<Option<usize>> =
            std::iter::once(None).chain(instance.edges.iter().filter(|e| e.trainee == trainee).map(|e| Some(e.role))).collect();
        all = all
            .into_iter()
            .flat_map(|matching: Matching| {
                options.iter().map(move |option| {
                    let mut longer = matching.clone();
                    longer.push(*option);
                    longer
                })
            })
            .collect();
    }
    all
}

fn likes_as_well(instance: &Instance, trainee: usize, mine: Option<usize>, other: Option<usize>) -> bool {
    let worth = |role: Option<usize>| {
        role.map(|role| {
            let edge = instance.edges.iter().find(|e| e.trainee == trainee && e.role == role).unwrap();
            (edge.u, std::cmp::Reverse(role))
        })
    };
    worth(mine) >= worth(other)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn the_solution_is_stable_and_among_stable_ones_the_trainees_choice(instance in instance()) {
        let solution = solve(&instance);
        prop_assert_eq!(check(&instance, &solution), vec![]);
        let stable: Vec<Matching> = all_matchings(&instance).into_iter().filter(|m| check(&instance, m).is_empty()).collect();
        prop_assert!(stable.contains(&solution));
        for other in &stable {
            // As a group the trainee side chooses the solution from the union of both.
            let matched = |m: &Matching| m.iter().filter(|role| role.is_some()).count();
            prop_assert_eq!(matched(other), matched(&solution));
            for trainee in 0..instance.trainees.len() {
                if solution[trainee].is_some() && other[trainee].is_some() {
                    prop_assert!(likes_as_well(&instance, trainee, solution[trainee], other[trainee]));
                }
            }
        }
    }

    #[test]
    fn the_order_of_edges_does_not_matter(instance in instance(), seed in any::<u64>()) {
        let mut shuffled = instance.clone();
        let len = shuffled.edges.len();
        for at in 1..len {
            shuffled.edges.swap(at, usize::try_from(seed.rotate_left(u32::try_from(at).unwrap()) % (at as u64 + 1)).unwrap());
        }
        prop_assert_eq!(solve(&instance), solve(&shuffled));
    }
}

#[test]
fn every_kind_of_corruption_is_found() {
    let group = |cap| Group { parent: None, cap };
    let instance = Instance {
        trainee_groups: vec![group(2)],
        role_groups: vec![group(2)],
        trainees: vec![Trainee { group: 0 }, Trainee { group: 0 }, Trainee { group: 0 }],
        roles: vec![Role { group: 0, cap: 1 }, Role { group: 0, cap: 2 }],
        edges: vec![
            Edge { trainee: 0, role: 0, u: 9, v: 5 },
            Edge { trainee: 0, role: 1, u: 5, v: 5 },
            Edge { trainee: 1, role: 0, u: 9, v: 7 },
            Edge { trainee: 1, role: 1, u: 5, v: 7 },
            Edge { trainee: 2, role: 1, u: 5, v: 9 },
        ],
    };
    let solution = solve(&instance);
    assert_eq!(check(&instance, &solution), vec![]);
    assert_eq!(check(&instance, &vec![None]), [Violation::WrongLength]);
    assert_eq!(check(&instance, &vec![None, None, Some(0)]), [Violation::NotAnEdge { trainee: 2, role: 0 }]);
    assert!(check(&instance, &vec![Some(0), Some(0), None]).contains(&Violation::RoleOver { role: 0 }));
    let crowded = check(&instance, &vec![Some(1), Some(0), Some(1)]);
    assert!(crowded.contains(&Violation::TraineeGroupOver { group: 0 }) && crowded.contains(&Violation::RoleGroupOver { group: 0 }));
    assert!(check(&instance, &vec![None, None, None]).contains(&Violation::Blocking { trainee: 1, role: 0 }));
}
