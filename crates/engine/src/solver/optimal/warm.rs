//! A flow that begins with what was the best before.
//!
//! The matching and the labels of before are kept. Whoever is worse off than elsewhere by more than the
//! error is taken out, arcs that would pay by more than it are filled or emptied, and the round settles what
//! that has put out of balance: work in proportion to the damage, but for looking once through all pairs.

use super::{Flow, NOTHING, Prices};
use crate::solver::problem::{Matching, NONE};
use std::cmp::Ordering;

/// By how much the first error is less than the greatest worth of anybody without a place.
const FIRST_SHARE: i64 = 48;

/// Trainees below whom a thread takes longer to begin than to work.
const WORTH_A_THREAD: usize = 16_384;

impl Flow<'_> {
    /// Takes up a matching of before, as far as its pairs are still there, and its labels.
    pub(super) fn take_up(&mut self, before: &Matching, prices: &Prices) {
        let scaled = |price: &i64| price.saturating_mul(self.scale);
        self.role = prices.role.iter().map(scaled).collect();
        self.groups.label = prices.trainee_group.iter().chain(&prices.role_group).chain([&prices.closing]).map(scaled).collect();
        let shut: Vec<bool> = (0..self.groups.len()).map(|group| self.groups.shut(group)).collect();
        let open = |trainee: usize, role: usize| {
            self.problem.seats[role] > 0 && !shut[self.groups.of_role(role)] && !shut[self.groups.of_trainee(trainee)]
        };
        for (trainee, role) in before.iter().enumerate() {
            let there = (*role as usize) < self.problem.roles() && open(trainee, *role as usize);
            self.matched[trainee] = if there && self.problem.position(trainee, *role).is_some() { *role } else { NONE };
        }
        self.passed.fill(0);
        let mut counted = vec![0; self.groups.len()];
        for (trainee, role) in self.matched.iter().enumerate().filter(|(_, role)| **role != NONE) {
            self.passed[*role as usize] += 1;
            self.groups.chain(self.groups.of_trainee(trainee)).for_each(|group| counted[group] += 1);
        }
        for role in 0..self.problem.roles() {
            let passed = i64::from(self.passed[role]);
            self.groups.chain(self.groups.of_role(role)).for_each(|group| counted[group] += passed);
        }
        self.groups.carry(&counted);
    }

    /// The error of the first round: prices move about as far as what somebody without a place is worth, or, where
    /// she is worth little, as a move of others costs; a round takes the fewer steps the larger its error is, and
    /// leaves the more to the next.
    pub(super) fn first_error(&self) -> i64 {
        let out = (0..self.matched.len()).filter(|trainee| self.matched[*trainee] == NONE);
        let worth = |trainee: usize| self.worth[self.problem.start[trainee] as usize..self.problem.start[trainee + 1] as usize].iter();
        let greatest = self.worth.iter().copied().max().unwrap_or(1);
        let most = out.flat_map(worth).copied().max().unwrap_or(1).max(greatest / 8);
        (i64::from(most) * self.scale / FIRST_SHARE).max(1)
    }

    /// A round begins with the flow as it stands: only what pays by more than the error is changed.
    pub(super) fn resume(&mut self, threads: usize) {
        self.began.clone_from(&self.groups.label);
        self.held.iter_mut().for_each(std::collections::BinaryHeap::clear);
        self.idle.iter_mut().for_each(std::collections::BinaryHeap::clear);
        self.active.clear();
        self.surplus.fill(0);
        self.groups.resume(self.error);
        for role in 0..self.problem.roles() {
            let group = self.groups.of_role(role);
            let (label, up) = (self.role[role], self.groups.label[group]);
            let seats = self.groups.seats(role);
            self.passed[role] = match (label - up).cmp(&0) {
                Ordering::Less if up - label > self.error => seats,
                Ordering::Greater if label - up > self.error => 0,
                _ => self.passed[role].min(seats),
            };
            self.surplus[role] = -i64::from(self.passed[role]);
            self.groups.surplus[group] += i64::from(self.passed[role]);
        }
        let offers = self.all_offers(threads);
        for (trainee, (own, best)) in offers.into_iter().enumerate() {
            let group = self.groups.of_trainee(trainee);
            let outside = self.groups.label[group];
            match self.matched[trainee] {
                NONE if best <= outside + self.error => {
                    self.trainee[trainee] = best;
                    self.idle[group].push((best, trainee as u32));
                    continue;
                }
                role if role != NONE && own >= best.max(outside) - self.error => {
                    let label = best.max(outside);
                    self.trainee[trainee] = label;
                    let worth = own - self.role[role as usize];
                    self.held[role as usize].push((label - worth, trainee as u32));
                    self.surplus[role as usize] += 1;
                }
                _ => {
                    self.matched[trainee] = NONE;
                    self.trainee[trainee] = best.max(outside);
                    self.active.push_back(trainee as u32);
                }
            }
            self.groups.surplus[group] -= 1;
        }
        for role in 0..self.problem.roles() {
            self.note(role);
        }
        for role in 0..self.problem.roles() {
            self.relieve(role);
        }
    }

    /// [`Self::own_and_best`] of everybody.
    fn all_offers(&self, threads: usize) -> Vec<(i64, i64)> {
        let mut offers = vec![(0, 0); self.problem.trainees()];
        let threads = if offers.len() < WORTH_A_THREAD { 1 } else { threads };
        let share = offers.len().div_ceil(threads.max(1)).max(1);
        std::thread::scope(|scope| {
            for (part, offers) in offers.chunks_mut(share).enumerate() {
                let mut fill =
                    move || offers.iter_mut().zip(part * share..).for_each(|(offers, trainee)| *offers = self.own_and_best(trainee));
                if threads > 1 {
                    scope.spawn(fill);
                } else {
                    fill();
                }
            }
        });
        offers
    }

    /// What the trainee's own role offers her, and the best offer of any other.
    fn own_and_best(&self, trainee: usize) -> (i64, i64) {
        let from = self.problem.start[trainee] as usize;
        let list = self.problem.list(trainee);
        let (mut own, mut best) = (NOTHING, NOTHING);
        for (pair, worth) in list.iter().zip(&self.worth[from..from + list.len()]) {
            let offer = self.role[pair.role as usize] + i64::from(*worth) * self.scale;
            if pair.role == self.matched[trainee] {
                own = offer;
            } else {
                best = best.max(offer);
            }
        }
        (own, best)
    }
}
