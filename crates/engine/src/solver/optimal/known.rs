//! Instances of others, with lower quotas, whose optimal values are known from exhaustive search.
//!
//! First line: counts. Then whoever chooses, with a list of wishes in which brackets are ties; hospitals or
//! projects with lower and upper quota and, for projects, a lecturer; lecturers with lower quota, target and upper
//! quota. Below an empty line the values: most people placed, then least cost and so on.

use super::solve;
use crate::solver::problem::{Forest, NONE, Pair, Parts, Problem};
use std::collections::BTreeMap;

struct Known {
    parts: Parts,
    /// Rank of each pair, from 1.
    rank: Vec<u32>,
    values: BTreeMap<String, Vec<u64>>,
}

fn numbers(text: &str) -> Vec<u64> {
    text.split(|letter: char| !letter.is_ascii_digit()).filter_map(|word| word.parse().ok()).collect()
}

/// Wishes with their rank: whoever stands in one pair of brackets shares it.
fn ranked(list: &str) -> Vec<(u32, u32)> {
    let (mut ranks, mut rank, mut tied) = (Vec::new(), 0, false);
    for word in list.split_whitespace() {
        rank += u32::from(!tied);
        tied = (tied || word.starts_with('(')) && !word.ends_with(')');
        ranks.push((word.trim_matches(['(', ')']).parse::<u32>().unwrap() - 1, rank));
    }
    ranks
}

fn read(text: &str) -> Known {
    let (instance, values) = text.split_once("\n\n").unwrap();
    let mut lines = instance.lines();
    let counts = numbers(lines.next().unwrap());
    let mut parts = Parts { start: vec![0], ..Parts::default() };
    let mut rank = Vec::new();
    for line in lines.by_ref().take(counts[0] as usize) {
        let mut wishes = ranked(line.split_once(':').unwrap().1);
        wishes.sort_unstable();
        rank.extend(wishes.iter().map(|(_, rank)| *rank));
        parts.pairs.extend(wishes.iter().map(|(role, rank)| Pair { role: *role, u: 100 - *rank as u16, v: 0 }));
        parts.start.push(parts.pairs.len() as u32);
        parts.trainee_group.push(NONE);
        parts.priority.push(parts.priority.len() as u32);
    }
    let mut projects: Vec<(u64, u64, u64)> = Vec::new();
    for line in lines.by_ref().take(counts[1] as usize) {
        let fields: Vec<&str> = line.split(':').collect();
        let lecturer = if counts.len() > 2 { numbers(fields[3])[0] } else { 0 };
        projects.push((numbers(fields[1])[0], numbers(fields[2])[0], lecturer));
    }
    let mut groups = Forest::default();
    for line in lines {
        let fields: Vec<&str> = line.split(':').collect();
        groups.push(NONE, numbers(fields[3])[0] as u32, numbers(fields[1])[0] as u32);
    }
    for (min, cap, lecturer) in projects {
        let around = if lecturer == 0 { NONE } else { lecturer as u32 - 1 };
        parts.role_group.push(groups.push(around, cap as u32, min as u32));
        parts.seats.push(cap as u32);
        parts.target.push(cap as u32);
    }
    parts.role_groups = groups;
    let values = values.lines().filter_map(|line| line.split_once(':')).map(|(name, value)| (name.to_owned(), numbers(value))).collect();
    Known { parts, rank, values }
}

impl Known {
    /// How many are placed at each rank when pairs of that rank weigh so much.
    fn profile(&self, weight: impl Fn(u32) -> u16) -> Vec<u64> {
        let mut parts = self.parts.clone();
        parts.weight = self.rank.iter().map(|rank| weight(*rank)).collect();
        let problem = Problem::new(parts).unwrap();
        let solution = solve(&problem, 0).unwrap();
        let mut profile = vec![0; self.values["optimal_greedyprofile"].len()];
        for (trainee, role) in solution.matching.iter().enumerate().filter(|(_, role)| **role != NONE) {
            profile[self.rank[problem.position(trainee, *role).unwrap()] as usize - 1] += 1;
        }
        profile
    }
}

#[test]
fn instances_of_others_are_solved_to_their_known_optima() {
    let all = [
        include_str!("known/hr-0.txt"),
        include_str!("known/hr-1.txt"),
        include_str!("known/hr-2.txt"),
        include_str!("known/spa-0.txt"),
        include_str!("known/spa-1.txt"),
        include_str!("known/spa-2.txt"),
        include_str!("known/spa_onesided-0.txt"),
        include_str!("known/spa_onesided-1.txt"),
        include_str!("known/spa_onesided-2.txt"),
    ];
    for (at, text) in all.into_iter().enumerate() {
        let known = read(text);
        let ranks = known.values["optimal_greedyprofile"].len() as u32;
        let cost = |profile: &[u64], power: u32| profile.iter().zip(1_u64..).map(|(count, rank)| count * rank.pow(power)).sum::<u64>();
        let value = |name: &str| known.values[&format!("optimal_{name}")].clone();
        let least = known.profile(|rank| 1_000 - rank as u16);
        assert_eq!(vec![least.iter().sum::<u64>()], value("size"), "{at}");
        assert_eq!(vec![cost(&least, 1)], value("maxsizemincost"), "{at}");
        assert_eq!(vec![cost(&known.profile(|rank| 1_000 - (rank * rank) as u16), 2)], value("maxsizeminsqcost"), "{at}");
        // Seven of a rank are more than there are people.
        let seven = |power: u32| 7_u16.pow(power);
        assert_eq!(known.profile(|rank| 20_000 - seven(rank - 1)), value("generousmaxprofile"), "{at}");
        assert_eq!(known.profile(|rank| 20_000 + seven(ranks - rank)), value("greedymaxprofile"), "{at}");
        assert_eq!(known.profile(|rank| seven(ranks - rank)), value("greedyprofile"), "{at}");
    }
}
