//! The role side: what each role holds, how full its groups are, and what a proposal is answered.

use crate::solver::order::Order;
use crate::solver::problem::{Matching, NONE, Problem};
use crate::solver::worst::Worst;
use std::fmt::Debug;

/// A pair as its role ranks it: (`v` descending, trainee ascending). Greater is worse, 0 is nothing.
type Key = u64;

fn key(v: u16, trainee: u32) -> Key {
    (u64::from(u16::MAX - v) << 32 | u64::from(trainee)) + 1
}

fn trainee_of(key: Key) -> u32 {
    // The low half, one taken off again.
    (key - 1) as u32
}

fn score_of(key: Key) -> u16 {
    u16::MAX - ((key - 1) >> 32) as u16
}

/// What a group compares.
pub(super) trait Choice {
    /// Greater is worse; the default is nothing.
    type Rank: Copy + Ord + Default + Debug;
    /// The worst that a role holds, as its groups see it.
    fn worst(role: u32, held: u32, target: u32, worst: Key) -> Self::Rank;
    /// One more at the role, as its groups see it.
    fn asks(role: u32, held: u32, target: u32, asked: Key) -> Self::Rank;
    /// Whether a role may exchange its own worst where its full group gives it no further seat.
    const EXCHANGES: bool;
}

/// Groups compare pairs.
#[derive(Debug)]
pub(super) struct ByMerit;

impl Choice for ByMerit {
    type Rank = Key;

    fn worst(_: u32, _: u32, _: u32, worst: Key) -> Key {
        worst
    }

    fn asks(_: u32, _: u32, _: u32, asked: Key) -> Key {
        asked
    }

    // A pair that is not better than the worst of the group may still be better than that of its role
    // only where the role's worst is worse than the group's, which cannot be.
    const EXCHANGES: bool = false;
}

/// Groups compare seats: how far beyond the target, which seat, which role.
#[derive(Debug)]
pub(super) struct BySeats;

impl Choice for BySeats {
    type Rank = (u32, u32, u32);

    fn worst(role: u32, held: u32, target: u32, _: Key) -> Self::Rank {
        (held.saturating_sub(target), held, role)
    }

    fn asks(role: u32, held: u32, target: u32, _: Key) -> Self::Rank {
        (held.saturating_add(1).saturating_sub(target), held.saturating_add(1), role)
    }

    const EXCHANGES: bool = true;
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    Held,
    /// Held in place of this trainee.
    Swapped(u32),
    Refused,
}

#[derive(Debug)]
pub(super) struct Seats<'p, C: Choice> {
    problem: &'p Problem,
    /// Heaps of held pairs, the worst on top, role after role; `first[role]` is where each begins.
    heaps: Vec<Key>,
    first: Vec<u32>,
    held: Vec<u32>,
    /// The best score that each role has refused; what scores less is refused without asking.
    refused: Vec<u16>,
    count: Vec<u32>,
    order: Order,
    /// Roles below a group that has been full are kept in the tree.
    ranked: Vec<bool>,
    been_full: Vec<bool>,
    tree: Worst<C::Rank>,
}

impl<'p, C: Choice> Seats<'p, C> {
    pub fn new(problem: &'p Problem) -> Self {
        let roles = problem.roles();
        let most = heap_sizes(problem);
        let mut first = vec![0_u32; roles + 1];
        for role in 0..roles {
            first[role + 1] = first[role] + most[role];
        }
        let mut refused = vec![0; roles];
        let mut seats = Self {
            problem,
            heaps: vec![0; first[roles] as usize],
            first,
            held: vec![0; roles],
            refused: vec![],
            count: vec![0; problem.role_groups.len()],
            order: Order::of(problem),
            ranked: vec![false; roles],
            been_full: vec![false; problem.role_groups.len()],
            tree: Worst::new(roles),
        };
        // Where there is no place at all, nobody need ask.
        let closed = |role: usize| {
            problem.seats[role] == 0 || problem.role_groups.chain(problem.role_group[role]).any(|group| problem.role_groups.cap[group] == 0)
        };
        (0..roles).filter(|role| closed(*role)).for_each(|role| refused[role] = u16::MAX);
        seats.refused = refused;
        seats
    }

    /// The best score that the role has refused.
    pub fn refused(&self, role: u32) -> u16 {
        self.refused[role as usize]
    }

    fn capacity(&self, role: usize) -> u32 {
        self.first[role + 1] - self.first[role]
    }

    fn heap(&mut self, role: usize) -> &mut [Key] {
        &mut self.heaps[self.first[role] as usize..(self.first[role] + self.held[role]) as usize]
    }

    fn top(&self, role: usize) -> Key {
        if self.held[role] == 0 { 0 } else { self.heaps[self.first[role] as usize] }
    }

    pub fn propose(&mut self, trainee: u32, role: u32, v: u16) -> Answer {
        let (asked, at) = (key(v, trainee), role as usize);
        let answer = if self.problem.seats[at] == 0 {
            Answer::Refused
        } else if self.held[at] >= self.capacity(at) {
            self.exchange(at, asked)
        } else {
            self.within_groups(at, asked)
        };
        if answer == Answer::Refused {
            self.refused[at] = self.refused[at].max(v);
        }
        answer
    }

    /// A full role takes a better one for its worst; no count changes.
    fn exchange(&mut self, role: usize, asked: Key) -> Answer {
        let worst = self.top(role);
        if asked >= worst {
            return Answer::Refused;
        }
        let heap = self.heap(role);
        heap[0] = asked;
        sink(heap);
        self.ranked_again(role);
        // A role that is full refuses whatever scores less than its worst.
        if self.held[role] >= self.capacity(role) {
            self.refused[role] = self.refused[role].max(score_of(self.top(role)));
        }
        Answer::Swapped(trainee_of(worst))
    }

    /// A role with a seat left takes the pair if the innermost full group around it lets it. Groups
    /// further out contain that one, so whoever leaves it leaves them too.
    fn within_groups(&mut self, role: usize, asked: Key) -> Answer {
        let forest = &self.problem.role_groups;
        let full = forest.chain(self.problem.role_group[role]).find(|group| self.count[*group] >= forest.cap[*group]);
        let Some(full) = full else {
            self.hold(role, asked);
            return Answer::Held;
        };
        let (from, to) = self.order.range[full];
        let rank = C::asks(role as u32, self.held[role], self.problem.target[role], asked);
        match self.tree.of(from as usize, to as usize) {
            Some((worst, place)) if rank < worst => {
                let loser = self.order.role_at[place] as usize;
                let out = self.drop_worst(loser);
                self.hold(role, asked);
                Answer::Swapped(out)
            }
            _ if C::EXCHANGES && asked < self.top(role) => self.exchange(role, asked),
            _ => Answer::Refused,
        }
    }

    fn hold(&mut self, role: usize, asked: Key) {
        self.held[role] += 1;
        rise(self.heap(role), asked);
        let (problem, forest) = (self.problem, &self.problem.role_groups);
        for group in forest.chain(problem.role_group[role]) {
            self.count[group] += 1;
        }
        self.ranked_again(role);
        for group in forest.chain(problem.role_group[role]) {
            if self.count[group] == forest.cap[group] && !self.been_full[group] {
                self.been_full[group] = true;
                self.rank_all(group);
            }
        }
        if self.held[role] >= self.capacity(role) {
            self.refused[role] = self.refused[role].max(score_of(self.top(role)));
        }
    }

    fn drop_worst(&mut self, role: usize) -> u32 {
        let heap = self.heap(role);
        let (worst, last) = (heap[0], heap.len() - 1);
        heap[0] = heap[last];
        sink(&mut heap[..last]);
        self.held[role] -= 1;
        let forest = &self.problem.role_groups;
        for group in forest.chain(self.problem.role_group[role]) {
            self.count[group] -= 1;
        }
        self.ranked_again(role);
        trainee_of(worst)
    }

    fn rank_of(&self, role: usize) -> C::Rank {
        match self.held[role] {
            0 => C::Rank::default(),
            held => C::worst(role as u32, held, self.problem.target[role], self.top(role)),
        }
    }

    fn ranked_again(&mut self, role: usize) {
        if self.ranked[role] {
            self.tree.set(self.order.place[role] as usize, self.rank_of(role));
        }
    }

    /// A group is full for the first time: its roles enter the tree, if another group did not bring them.
    fn rank_all(&mut self, group: usize) {
        let (from, to) = self.order.range[group];
        for place in from..to {
            let role = self.order.role_at[place as usize] as usize;
            if !self.ranked[role] {
                self.ranked[role] = true;
                self.tree.set(place as usize, self.rank_of(role));
            }
        }
    }

    pub fn matching(&self) -> Matching {
        let mut matching = vec![NONE; self.problem.trainees()];
        for role in 0..self.problem.roles() {
            let from = self.first[role] as usize;
            for key in &self.heaps[from..from + self.held[role] as usize] {
                matching[trainee_of(*key) as usize] = role as u32;
            }
        }
        matching
    }
}

/// How many pairs each role can come to hold: its seats, or those who name it where seats abound.
fn heap_sizes(problem: &Problem) -> Vec<u32> {
    let seats: u64 = problem.seats.iter().map(|seats| u64::from(*seats)).sum();
    if seats <= 4 * problem.trainees() as u64 {
        return problem.seats.clone();
    }
    let mut asked_by = vec![0_u32; problem.roles()];
    problem.pairs.iter().for_each(|pair| asked_by[pair.role as usize] += 1);
    asked_by.iter().zip(&problem.seats).map(|(asked, seats)| *asked.min(seats)).collect()
}

/// Puts a key into the last, free place of a heap.
fn rise(heap: &mut [Key], asked: Key) {
    let mut at = heap.len() - 1;
    while at > 0 {
        let parent = (at - 1) / 2;
        if heap[parent] >= asked {
            break;
        }
        heap[at] = heap[parent];
        at = parent;
    }
    heap[at] = asked;
}

/// Lets the top of a heap sink to its place.
fn sink(heap: &mut [Key]) {
    let Some(&moved) = heap.first() else { return };
    let mut at = 0;
    loop {
        let mut child = 2 * at + 1;
        if child >= heap.len() {
            break;
        }
        if child + 1 < heap.len() && heap[child + 1] > heap[child] {
            child += 1;
        }
        if heap[child] <= moved {
            break;
        }
        heap[at] = heap[child];
        at = child;
    }
    heap[at] = moved;
}
