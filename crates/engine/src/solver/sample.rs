//! Small problems for tests: deep trees, ties, caps of nothing, people and roles outside every group.

use super::problem::{Forest, NONE, Pair, Parts, Problem};
use proptest::prelude::*;

fn forest(max: usize) -> impl Strategy<Value = Forest> {
    prop::collection::vec((any::<prop::sample::Index>(), prop::bool::weighted(0.3), 0u32..4, 0u32..2), 0..=max).prop_map(|raw| {
        let mut forest = Forest::default();
        for (at, (parent, root, cap, min)) in raw.iter().enumerate() {
            let parent = if at == 0 || *root { NONE } else { parent.index(at) as u32 };
            forest.push(parent, *cap, (*min).min(*cap));
        }
        // Numbers say nothing about depth: turned around, parents come last.
        let last = forest.len().saturating_sub(1) as u32;
        let turn = |group: u32| if group == NONE { NONE } else { last - group };
        let order = (0..forest.len()).rev();
        Forest {
            parent: order.clone().map(|at| turn(forest.parent[at])).collect(),
            cap: order.clone().map(|at| forest.cap[at]).collect(),
            min: order.map(|at| forest.min[at]).collect(),
        }
    })
}

fn leaves(groups: usize, count: usize) -> impl Strategy<Value = Vec<u32>> {
    prop::collection::vec(prop::option::weighted(0.8, any::<prop::sample::Index>()), count).prop_map(move |chosen| {
        chosen.into_iter().map(|index| index.filter(|_| groups > 0).map_or(NONE, |index| index.index(groups) as u32)).collect()
    })
}

/// Problems small enough to try every matching.
pub fn problem() -> impl Strategy<Value = Problem> {
    problem_of(5, 4, 3)
}

/// Problems of up to so many trainees and roles, with scores below `scores`.
pub fn problem_of(most_trainees: usize, most_roles: usize, scores: u16) -> impl Strategy<Value = Problem> {
    (forest(5), forest(5), 1..=most_trainees, 1..=most_roles).prop_flat_map(move |(trainee_groups, role_groups, trainees, roles)| {
        let priority = Just((0..trainees as u32).collect::<Vec<u32>>()).prop_shuffle();
        let role = prop::collection::vec((0u32..3, 0u32..3), roles);
        let score = prop::option::weighted(0.7, (0..scores, 0..scores, 1..=scores));
        let cells = prop::collection::vec(score, trainees * roles);
        let (in_trainees, in_roles) = (leaves(trainee_groups.len(), trainees), leaves(role_groups.len(), roles));
        (Just((trainee_groups, role_groups)), priority, role, cells, in_trainees, in_roles).prop_map(
            move |((trainee_groups, role_groups), priority, role, cells, trainee_group, role_group)| {
                let mut parts =
                    Parts { trainee_groups, role_groups, priority, trainee_group, role_group, start: vec![0], ..Parts::default() };
                for row in cells.chunks(roles) {
                    for (number, (u, v, w)) in row.iter().enumerate().filter_map(|(at, cell)| Some((at, (*cell)?))) {
                        parts.pairs.push(Pair { role: number as u32, u, v });
                        parts.weight.push(w);
                    }
                    parts.start.push(parts.pairs.len() as u32);
                }
                (parts.seats, parts.target) = role.into_iter().unzip();
                Problem::new(parts).unwrap()
            },
        )
    })
}

/// Every matching of pairs, whether it keeps the caps or not.
pub fn all_matchings(problem: &Problem) -> Vec<Vec<u32>> {
    let mut all = vec![vec![]];
    for trainee in 0..problem.trainees() {
        let options: Vec<u32> = std::iter::once(NONE).chain(problem.list(trainee).iter().map(|pair| pair.role)).collect();
        let longer = |matching: Vec<u32>| options.iter().map(move |role| [matching.as_slice(), &[*role]].concat()).collect::<Vec<_>>();
        all = all.into_iter().flat_map(longer).collect();
    }
    all
}
