//! Mends an optimal matching: from a matching and its prices to the best of a problem that has changed.
//!
//! The prices of before are optimal for everything that did not change, so only what did is out of balance:
//! people without the place that they had, seats without the person, groups over a cap that was cut. Each
//! such unit is carried to where one is missing along the cheapest way, by what the prices leave of its
//! cost (Dijkstra 1959 on reduced costs; Tomizawa 1971, Edmonds and Karp 1972); the labels on the way are
//! lowered or raised by what it cost, and stay a proof. The work grows with the damage, but for one pass over
//! the pairs in the beginning. From any other labels the answer is as exact, only later.
//!
//! * First [`outward`]: who has a unit too many looks for the nearest place that misses one. Labels only fall.
//! * Then [`inward`]: places that still miss one look for the nearest unit: newcomers. Labels only rise.
//!
//! Because labels move one way in each half, what somebody offered best once is a bound of what she offers
//! now, and the queues of people at roles and groups are looked up again only when it is their turn.

mod inward;
mod outward;
mod search;

use super::groups::Groups;
use super::optimal::{Prices, Solution, Unsolved};
use super::problem::{Matching, NONE, Problem};
use search::Search;
use std::collections::BinaryHeap;

/// People by a bound of what they offer, the greatest first.
type Queue = BinaryHeap<(i64, u32)>;

/// No offer at all.
const NOTHING: i64 = i64::MIN / 4;

/// The matching of most worth, found from `before` and `prices`; `worth` tells that of the pair at a place in
/// the list of all pairs, of a trainee.
///
/// # Errors
/// When the minimums cannot be met, or `before` or `prices` are of another problem.
pub(super) fn solve<W: Fn(usize, usize) -> i64>(
    problem: &Problem,
    worth: W,
    before: &Matching,
    prices: &Prices,
) -> Result<Solution, Unsolved> {
    let fits = (before.len(), prices.role.len(), prices.trainee_group.len(), prices.role_group.len())
        == (problem.trainees(), problem.roles(), problem.trainee_groups.len(), problem.role_groups.len());
    if !fits {
        return Err(Unsolved::OtherProblem);
    }
    let mut repair = Repair::new(problem, worth, before, prices);
    let (loose, outward) = repair.begin();
    repair.carry_outward(loose, outward)?;
    repair.carry_inward()?;
    Ok(repair.solution())
}

/// A flow that is optimal but for what is out of balance, and the labels that say so.
struct Repair<'p, W> {
    problem: &'p Problem,
    worth: W,
    matched: Matching,
    /// Where the pair of each matched trainee stands.
    own: Vec<u32>,
    /// Label of each role: what a unit is worth there.
    role: Vec<i64>,
    /// Units that each role passes up to its group.
    passed: Vec<u32>,
    /// Units more at each role than it passes up.
    surplus: Vec<i64>,
    groups: Groups,
    search: Search,
}

/// A place in the network: the roles first, then the groups as [`Groups`] numbers them.
type Node = u32;

impl<'p, W: Fn(usize, usize) -> i64> Repair<'p, W> {
    fn new(problem: &'p Problem, worth: W, before: &Matching, prices: &Prices) -> Self {
        let mut groups = Groups::new(problem);
        let labels = prices.trainee_group.iter().chain(&prices.role_group).chain([&prices.closing]);
        groups.label.iter_mut().zip(labels).for_each(|(label, price)| *label = *price);
        Self {
            problem,
            worth,
            matched: before.clone(),
            own: vec![NONE; before.len()],
            role: prices.role.clone(),
            passed: vec![0; problem.roles()],
            surplus: vec![0; problem.roles()],
            search: Search::new(problem.roles() + groups.len()),
            groups,
        }
    }

    /// Takes up what still holds of the matching, and finds who is out of balance: trainees with a unit in hand.
    fn begin(&mut self) -> (Vec<u32>, outward::Queues) {
        let roles = self.problem.roles();
        let shut_in: Vec<bool> = (0..self.groups.len()).map(|group| self.groups.shut(group)).collect();
        let mut counted = vec![0; self.groups.len()];
        for trainee in 0..self.matched.len() {
            let role = self.matched[trainee];
            if role == NONE {
                continue;
            }
            let group = self.groups.of_trainee(trainee);
            let there = |role: &usize| *role < roles && self.problem.seats[*role] > 0 && !shut_in[self.groups.of_role(*role)];
            let role = Some(role as usize).filter(there).filter(|_| !shut_in[group]);
            match role.and_then(|role| Some((role, self.problem.position(trainee, role as u32)?))) {
                Some((role, at)) => {
                    self.own[trainee] = at as u32;
                    self.surplus[role] += 1;
                    self.groups.chain(group).for_each(|group| counted[group] += 1);
                }
                None => self.matched[trainee] = NONE,
            }
        }
        for role in 0..roles {
            let (group, seats) = (self.groups.of_role(role), self.groups.seats(role));
            self.groups.chain(group).for_each(|group| counted[group] += self.surplus[role]);
            self.passed[role] = match self.role[role].cmp(&self.groups.label[group]) {
                std::cmp::Ordering::Less => seats,
                std::cmp::Ordering::Equal => (self.surplus[role] as u32).min(seats),
                std::cmp::Ordering::Greater => 0,
            };
        }
        self.groups.resume(&counted);
        for role in 0..roles {
            let group = self.groups.of_role(role);
            self.surplus[role] -= i64::from(self.passed[role]);
            self.groups.surplus[group] += i64::from(self.passed[role]);
        }
        let mut queues = outward::Queues::new(roles, self.groups.len());
        let mut loose = Vec::new();
        for trainee in 0..self.matched.len() {
            let group = self.groups.of_trainee(trainee);
            let outside = self.groups.label[group];
            let best = self.best_other(trainee);
            let role = self.matched[trainee];
            if role == NONE {
                if best <= outside {
                    queues.idle[group].push((best, trainee as u32));
                    continue;
                }
                loose.push(trainee as u32);
            } else {
                let best = best.max(outside);
                if self.own_offer(trainee) < best {
                    self.matched[trainee] = NONE;
                    self.surplus[role as usize] -= 1;
                    loose.push(trainee as u32);
                } else {
                    let bound = best - (self.worth)(trainee, self.own[trainee] as usize);
                    queues.held[role as usize].push((bound, trainee as u32));
                }
            }
            self.groups.surplus[group] -= 1;
        }
        (loose, queues)
    }

    fn pairs_of(&self, trainee: usize) -> std::ops::Range<usize> {
        self.problem.start[trainee] as usize..self.problem.start[trainee + 1] as usize
    }

    /// What the pair at a place in the list of all pairs offers its trainee.
    fn offer(&self, trainee: usize, at: usize) -> i64 {
        self.role[self.problem.pairs[at].role as usize] + (self.worth)(trainee, at)
    }

    fn own_offer(&self, trainee: usize) -> i64 {
        self.offer(trainee, self.own[trainee] as usize)
    }

    /// The best offer of any role other than her own.
    fn best_other(&self, trainee: usize) -> i64 {
        let own = self.matched[trainee];
        let others = self.pairs_of(trainee).filter(|at| self.problem.pairs[*at].role != own);
        others.map(|at| self.offer(trainee, at)).max().unwrap_or(NOTHING)
    }

    /// The group that a node is, if it is none of the roles.
    fn group(&self, node: Node) -> Option<usize> {
        (node as usize).checked_sub(self.role.len())
    }

    fn node_of_group(&self, group: usize) -> Node {
        (self.role.len() + group) as Node
    }

    fn label(&self, node: Node) -> i64 {
        self.group(node).map_or_else(|| self.role[node as usize], |group| self.groups.label[group])
    }

    fn raise(&mut self, node: Node, by: i64) {
        match self.group(node) {
            Some(group) => self.groups.label[group] += by,
            None => self.role[node as usize] += by,
        }
    }

    fn surplus_at(&self, node: Node) -> i64 {
        self.group(node).map_or_else(|| self.surplus[node as usize], |group| self.groups.surplus[group])
    }

    fn add_surplus(&mut self, node: Node, units: i64) {
        match self.group(node) {
            Some(group) => self.groups.surplus[group] += units,
            None => self.surplus[node as usize] += units,
        }
    }

    /// Units that can pass from a node to the next without a trainee: many between groups, one beside a role.
    fn room(&self, from: Node, to: Node) -> i64 {
        match (self.group(from), self.group(to)) {
            (Some(from), Some(to)) => self.groups.room(from, to),
            _ => 1,
        }
    }

    /// Lets units pass from a node to the next; who carries one has it then, or is out.
    fn pass(&mut self, from: Node, to: Node, trainee: u32, units: i64) {
        if trainee != NONE {
            self.put(trainee as usize, to);
            return;
        }
        match (self.group(from), self.group(to)) {
            (Some(from), Some(to)) => self.groups.shift(from, to, units),
            (None, _) => self.passed[from as usize] += 1,
            (_, None) => self.passed[to as usize] -= 1,
        }
    }

    /// A trainee takes a role, or goes out to her group.
    fn put(&mut self, trainee: usize, to: Node) {
        match self.group(to) {
            Some(_) => self.matched[trainee] = NONE,
            None => {
                self.matched[trainee] = to;
                self.own[trainee] = self.problem.position(trainee, to).unwrap_or_default() as u32;
            }
        }
    }

    fn solution(self) -> Solution {
        let (trainees, roles) = (self.problem.trainee_groups.len(), self.problem.role_groups.len());
        let label = self.groups.label;
        let prices = Prices {
            role: self.role,
            trainee_group: label[..trainees].to_vec(),
            role_group: label[trainees..trainees + roles].to_vec(),
            closing: label[trainees + roles],
        };
        Solution { matching: self.matched, prices }
    }
}

