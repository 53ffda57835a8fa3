//! Trainee-proposing deferred acceptance under two laminar families of caps, variant `merit`.
//!
//! Both sides choose as laminar matroids do, greedily: the trainee side by priority of trainees,
//! the role side by (`v` descending, trainee ascending, role ascending). Both choice functions are
//! substitutable and keep the law of aggregate demand, so the outcome is *the* trainee-optimal
//! stable matching, whatever the order of proposals (Gale and Shapley 1962; Fleiner 2003; Hatfield
//! and Milgrom 2005).
//!
//! Cost: each edge is proposed at most once; a proposal walks one chain of groups and touches one
//! ordered set a level.

use super::instance::{Edge, Instance, Matching};
use std::collections::BTreeSet;

/// Order in which the role side ranks pairs; the greatest is the worst.
type Rank = (std::cmp::Reverse<u32>, usize, usize);

fn rank(edge: &Edge) -> Rank {
    (std::cmp::Reverse(edge.v), edge.trainee, edge.role)
}

/// Gives the trainee-optimal stable matching.
pub fn solve(instance: &Instance) -> Matching {
    let mut market = Market::new(instance);
    let mut free: Vec<usize> = (0..instance.trainees.len()).filter(|trainee| market.admit(*trainee)).collect();
    // The first in priority proposes first; any order would give the same matching.
    free.reverse();
    while let Some(trainee) = free.pop() {
        match market.wishes[trainee].get(market.next[trainee]).copied() {
            None => {
                market.release(trainee);
                free.extend(market.admit_next_waiting());
            }
            Some(edge) => {
                market.next[trainee] += 1;
                free.extend(market.propose(edge));
            }
        }
    }
    market.matching()
}

struct Market<'a> {
    instance: &'a Instance,
    wishes: Vec<Vec<Edge>>,
    /// Position in her list of the next role that a trainee will ask.
    next: Vec<usize>,
    /// Trainees that hold a place in the groups of their side.
    admitted_count: Vec<u32>,
    waiting: BTreeSet<usize>,
    /// Pairs that each role, and each group of roles, holds.
    held_by_role: Vec<BTreeSet<Rank>>,
    held_by_group: Vec<BTreeSet<Rank>>,
}

impl<'a> Market<'a> {
    fn new(instance: &'a Instance) -> Self {
        Self {
            instance,
            wishes: instance.wishes(),
            next: vec![0; instance.trainees.len()],
            admitted_count: vec![0; instance.trainee_groups.len()],
            waiting: BTreeSet::new(),
            held_by_role: vec![BTreeSet::new(); instance.roles.len()],
            held_by_group: vec![BTreeSet::new(); instance.role_groups.len()],
        }
    }

    fn trainee_chain(&self, trainee: usize) -> impl Iterator<Item = usize> + use<'a> {
        let instance = self.instance;
        Instance::chain(&instance.trainee_groups, instance.trainees[trainee].group)
    }

    /// Lets a trainee in if she has a wish and every group of her side has room; otherwise she
    /// waits for somebody to leave.
    fn admit(&mut self, trainee: usize) -> bool {
        if self.wishes[trainee].is_empty() {
            return false;
        }
        let room = self.trainee_chain(trainee).all(|group| self.admitted_count[group] < self.instance.trainee_groups[group].cap);
        if room {
            self.trainee_chain(trainee).for_each(|group| self.admitted_count[group] += 1);
            self.waiting.remove(&trainee);
        } else {
            self.waiting.insert(trainee);
        }
        room
    }

    /// A trainee who has asked everybody gives up her place.
    fn release(&mut self, trainee: usize) {
        self.trainee_chain(trainee).for_each(|group| self.admitted_count[group] -= 1);
    }

    /// One place came free, so at most one waiting trainee comes in: the first in priority whose
    /// groups all have room.
    fn admit_next_waiting(&mut self) -> Option<usize> {
        let waiting: Vec<usize> = self.waiting.iter().copied().collect();
        waiting.into_iter().find(|trainee| self.admit(*trainee))
    }

    /// A role and its groups answer a proposal. Gives the trainee who is now free: the proposer,
    /// the one she displaced, or nobody.
    ///
    /// Only the innermost full set matters: outer full sets contain it, so whoever leaves it
    /// leaves them too.
    fn propose(&mut self, edge: Edge) -> Option<usize> {
        let asked = rank(&edge);
        let role = &self.instance.roles[edge.role];
        let worst = if self.held_by_role[edge.role].len() >= role.cap as usize {
            Some(self.held_by_role[edge.role].last().copied())
        } else {
            Instance::chain(&self.instance.role_groups, role.group)
                .find(|group| self.held_by_group[*group].len() >= self.instance.role_groups[*group].cap as usize)
                .map(|group| self.held_by_group[group].last().copied())
        };
        match worst {
            None => {
                self.hold(asked);
                None
            }
            Some(Some(worst)) if asked < worst => {
                self.drop_pair(worst);
                self.hold(asked);
                Some(worst.1)
            }
            Some(_) => Some(edge.trainee),
        }
    }

    fn hold(&mut self, pair: Rank) {
        self.held_by_role[pair.2].insert(pair);
        for group in Instance::chain(&self.instance.role_groups, self.instance.roles[pair.2].group) {
            self.held_by_group[group].insert(pair);
        }
    }

    fn drop_pair(&mut self, pair: Rank) {
        self.held_by_role[pair.2].remove(&pair);
        for group in Instance::chain(&self.instance.role_groups, self.instance.roles[pair.2].group) {
            self.held_by_group[group].remove(&pair);
        }
    }

    fn matching(&self) -> Matching {
        let mut matching = vec![None; self.instance.trainees.len()];
        for (_, trainee, role) in self.held_by_role.iter().flatten() {
            matching[*trainee] = Some(*role);
        }
        matching
    }
}
