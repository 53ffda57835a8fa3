//! Minimums that cannot be met: which of them, and what stands against them.
//!
//! Caps and minimums make one circulation. By Hoffman's theorem (1960) it exists unless some set of places
//! must be entered by more units than can leave it; a greatest flow that falls short shows such a set (Ford and
//! Fulkerson 1962). What enters it with a minimum and what can leave it make one inequality, which anybody can
//! add up: these minimums ask for more than these caps, seats and people allow.
//!
//! The set that is named is connected, and none of its minimums can be left out without the inequality
//! becoming true. Another set with fewer members may exist elsewhere; to mend this one is needed in any case.

use super::problem::{Forest, NONE, Problem};
use petgraph::algo::dinics;
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::unionfind::UnionFind;
use petgraph::visit::EdgeRef;
use std::collections::VecDeque;

/// A group of one side with what is asked of it, or what it allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bound {
    pub trainee_side: bool,
    pub group: u32,
    pub places: u32,
}

/// Minimums that ask for more than is allowed: their sum is greater than that of everything else.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Conflict {
    pub minimums: Vec<Bound>,
    pub caps: Vec<Bound>,
    /// Roles, and their seats together.
    pub roles: Vec<u32>,
    pub seats: u64,
    /// Trainees who could come, each once.
    pub trainees: u64,
    /// Pairs that could be used, each once.
    pub pairs: u64,
}

impl Conflict {
    /// Places that the minimums ask for.
    pub fn asked(&self) -> u64 {
        self.minimums.iter().map(|bound| u64::from(bound.places)).sum()
    }

    /// Places that can be had for them at most.
    pub fn allowed(&self) -> u64 {
        self.caps.iter().map(|bound| u64::from(bound.places)).sum::<u64>() + self.seats + self.trainees + self.pairs
    }
}

/// What an arc of the network stands for.
#[derive(Debug, Clone, Copy)]
enum Stands {
    Group(bool, u32),
    Role(u32),
    Trainee,
    Pair,
}

#[derive(Debug, Clone, Copy)]
struct Arc {
    from: usize,
    to: usize,
    min: u64,
    cap: u64,
    stands: Stands,
}

/// A conflict, when the minimums cannot all be met; nothing when they can.
pub fn find(problem: &Problem) -> Option<Conflict> {
    let (arcs, nodes) = network(problem);
    let (from, to) = (nodes, nodes + 1);
    let mut graph: DiGraph<(), u64, u32> = DiGraph::with_capacity(nodes + 2, arcs.len());
    for _ in 0..nodes + 2 {
        graph.add_node(());
    }
    let node = |at: usize| NodeIndex::<u32>::new(at);
    let mut asked = vec![(0_u64, 0_u64); nodes];
    for arc in &arcs {
        graph.add_edge(node(arc.from), node(arc.to), arc.cap - arc.min);
        asked[arc.to].0 += arc.min;
        asked[arc.from].1 += arc.min;
    }
    let mut wanted = 0;
    for (at, (comes, goes)) in asked.iter().enumerate() {
        wanted += comes.saturating_sub(*goes);
        match comes.cmp(goes) {
            std::cmp::Ordering::Greater => {
                graph.add_edge(node(from), node(at), comes - goes);
            }
            std::cmp::Ordering::Less => {
                graph.add_edge(node(at), node(to), goes - comes);
            }
            std::cmp::Ordering::Equal => {}
        }
    }
    let (most, flow) = dinics(&graph, node(from), node(to));
    if most == wanted {
        return None;
    }
    // Whatever can still be reached is entered by more than can leave it.
    let mut reached = vec![false; nodes + 2];
    reached[from] = true;
    let mut next = VecDeque::from([from]);
    while let Some(at) = next.pop_front() {
        let forward = graph.edges(node(at)).filter(|edge| flow[edge.id().index()] < *edge.weight()).map(|edge| edge.target());
        let back = graph.edges_directed(node(at), petgraph::Incoming).filter(|edge| flow[edge.id().index()] > 0).map(|edge| edge.source());
        for other in forward.chain(back).map(NodeIndex::index) {
            if !std::mem::replace(&mut reached[other], true) {
                next.push_back(other);
            }
        }
    }
    reached.truncate(nodes);
    worst_part(&arcs, &reached)
}

/// Nodes: the closing one, then groups of trainees, trainees, roles, groups of roles.
fn network(problem: &Problem) -> (Vec<Arc>, usize) {
    let (of_trainees, of_roles) = (&problem.trainee_groups, &problem.role_groups);
    let trainee_at = 1 + of_trainees.len();
    let role_at = trainee_at + problem.trainees();
    let group_at = role_at + problem.roles();
    let most = problem.trainees() as u64;
    let around = |base: usize, group: u32| if group == NONE { 0 } else { base + group as usize };
    let mut arcs = Vec::with_capacity(problem.pairs.len() + problem.trainees() + problem.roles());
    let bounds = |forest: &Forest, group: usize| {
        (u64::from(forest.min[group]), u64::from(forest.cap[group]).min(most.max(u64::from(forest.min[group]))))
    };
    for group in 0..of_trainees.len() {
        let (min, cap) = bounds(of_trainees, group);
        arcs.push(Arc { from: around(1, of_trainees.parent[group]), to: 1 + group, min, cap, stands: Stands::Group(true, group as u32) });
    }
    for trainee in 0..problem.trainees() {
        let from = around(1, problem.trainee_group[trainee]);
        arcs.push(Arc { from, to: trainee_at + trainee, min: 0, cap: 1, stands: Stands::Trainee });
        for pair in problem.list(trainee) {
            arcs.push(Arc { from: trainee_at + trainee, to: role_at + pair.role as usize, min: 0, cap: 1, stands: Stands::Pair });
        }
    }
    for role in 0..problem.roles() {
        let to = around(group_at, problem.role_group[role]);
        let cap = u64::from(problem.seats[role]).min(most);
        arcs.push(Arc { from: role_at + role, to, min: 0, cap, stands: Stands::Role(role as u32) });
    }
    for group in 0..of_roles.len() {
        let (min, cap) = bounds(of_roles, group);
        let to = around(group_at, of_roles.parent[group]);
        arcs.push(Arc { from: group_at + group, to, min, cap, stands: Stands::Group(false, group as u32) });
    }
    (arcs, group_at + of_roles.len())
}

/// Of the connected parts of a set that is entered by too much, the one with the fewest members for which that
/// is still so.
fn worst_part(arcs: &[Arc], inside: &[bool]) -> Option<Conflict> {
    let mut parts = UnionFind::<usize>::new(inside.len());
    for arc in arcs.iter().filter(|arc| inside[arc.from] && inside[arc.to]) {
        parts.union(arc.from, arc.to);
    }
    let mut conflicts: std::collections::BTreeMap<usize, Conflict> = std::collections::BTreeMap::new();
    for arc in arcs.iter().filter(|arc| inside[arc.from] != inside[arc.to]) {
        let conflict = conflicts.entry(parts.find(if inside[arc.to] { arc.to } else { arc.from })).or_default();
        let bound = |trainee_side, group, places: u64| Bound { trainee_side, group, places: u32::try_from(places).unwrap_or(u32::MAX) };
        match (inside[arc.to], arc.stands) {
            (true, Stands::Group(side, group)) if arc.min > 0 => conflict.minimums.push(bound(side, group, arc.min)),
            (true, _) => {}
            (false, Stands::Group(side, group)) => conflict.caps.push(bound(side, group, arc.cap)),
            (false, Stands::Role(role)) => {
                conflict.roles.push(role);
                conflict.seats += arc.cap;
            }
            (false, Stands::Trainee) => conflict.trainees += arc.cap,
            (false, Stands::Pair) => conflict.pairs += arc.cap,
        }
    }
    let mut found: Vec<Conflict> = conflicts.into_values().filter(|conflict| conflict.asked() > conflict.allowed()).collect();
    for conflict in &mut found {
        // The smallest minimums go first, as long as the others ask for too much without them.
        conflict.minimums.sort_by_key(|bound| (bound.places, bound.trainee_side, bound.group));
        let (mut asked, allowed) = (conflict.asked(), conflict.allowed());
        conflict.minimums.retain(|bound| {
            let needless = asked - u64::from(bound.places) > allowed;
            asked -= if needless { u64::from(bound.places) } else { 0 };
            !needless
        });
        // What allows nothing need not be named twice: a cap of nothing is.
        conflict.roles.sort_unstable();
    }
    found.into_iter().min_by_key(|conflict| conflict.minimums.len() + conflict.caps.len() + conflict.roles.len())
}

#[cfg(test)]
mod tests;
