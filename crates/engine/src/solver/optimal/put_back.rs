//! People put back one by one into a flow that is nearly proved to be the best.
//!
//! The proof of a flow are labels at which no arc that could take a unit, or give one back, pays. Where some do, the
//! labels behind them are lowered, and those behind these, as far as it goes; who falls furthest goes first, so that
//! from labels that are a proof but for one person, each is lowered once (Dijkstra 1959 with the potentials of
//! Edmonds and Karp 1972). If the group outside which she waits would itself be worth less, there is a way in for
//! her at a gain: the units on it move by one, labels fall by what is more than that gain, and they are a proof
//! again. If not, she stays outside, and that is proved. Whole numbers throughout.

use super::{Flow, Prices};
use crate::solver::problem::{Matching, NONE};
use std::collections::BinaryHeap;

/// One number for each: trainees first, then roles, then groups.
#[derive(Clone, Copy)]
enum Node {
    Trainee(usize),
    Role(usize),
    Group(usize),
}

/// Labels, and how far each has to fall for the person who is being put back.
struct Falling {
    label: Vec<i64>,
    fallen: Vec<i64>,
    /// By way of whom a label falls.
    by: Vec<u32>,
    /// Whose labels fall.
    touched: Vec<u32>,
    /// Who has to pass on how far a label falls.
    queue: BinaryHeap<(i64, u32)>,
    visits: usize,
}

impl Falling {
    fn now(&self, node: usize) -> i64 {
        self.label[node] - self.fallen[node]
    }

    fn lower(&mut self, node: usize, to: i64, by: usize) {
        let fall = self.label[node] - to;
        if fall > self.fallen[node] {
            if self.fallen[node] == 0 {
                self.touched.push(node as u32);
            }
            self.fallen[node] = fall;
            self.by[node] = by as u32;
            self.queue.push((fall, node as u32));
        }
    }

    /// Whose turn it is; a label may have fallen further since it was noted here.
    fn next(&mut self) -> Option<usize> {
        while let Some((fall, node)) = self.queue.pop() {
            if fall == self.fallen[node as usize] {
                self.visits += 1;
                return Some(node as usize);
            }
        }
        None
    }

    /// Falling fall, by as much as is more than `but`.
    fn fall(&mut self, but: i64) {
        self.queue.clear();
        for node in self.touched.drain(..) {
            let node = node as usize;
            self.label[node] -= (self.fallen[node] - but).max(0);
            self.fallen[node] = 0;
        }
    }
}

/// Who is where, for those who must be told when a label falls.
struct Places {
    held: Vec<Vec<u32>>,
    idle: Vec<Vec<u32>>,
    /// What each trainee's own pair is worth.
    own: Vec<i64>,
}

impl Flow<'_> {
    /// Mends the flow from labels that nearly prove it, putting in at last whoever had a place `before` and has none: the
    /// prices that prove it, or nothing when that takes too long. The flow keeps to all bounds either way.
    pub(super) fn put_back(&mut self, before: &Matching, near: &Prices, visits: usize) -> Option<Prices> {
        let (trainees, roles) = (self.problem.trainees(), self.problem.roles());
        let out: Vec<usize> = (0..trainees).filter(|one| before[*one] != NONE && self.matched[*one] == NONE).collect();
        let mut places = self.places(before);
        let mut labels = self.labels(near, &places);
        let nodes = labels.label.len();
        let most = visits.saturating_mul(nodes);
        for trainee in (0..trainees).filter(|one| before[*one] == NONE || self.matched[*one] != NONE) {
            if self.pays(&labels.label, trainee) {
                labels.queue.push((0, trainee as u32));
            }
        }
        labels.queue.extend((trainees..nodes).map(|node| (0, node as u32)));
        while let Some(node) = labels.next() {
            self.pass_on(&mut labels, &places, node);
            if labels.visits > most {
                return None;
            }
        }
        labels.fall(0);
        for trainee in out {
            let group = self.groups.of_trainee(trainee);
            let outside = trainees + roles + group;
            labels.label[trainee] = labels.label[outside];
            self.pass_on(&mut labels, &places, trainee);
            let way_in = loop {
                match labels.next() {
                    None => break false,
                    Some(node) if node == outside => break true,
                    Some(node) => self.pass_on(&mut labels, &places, node),
                }
                if labels.visits > most {
                    return None;
                }
            };
            let gain = labels.fallen[outside];
            labels.fall(if way_in { gain } else { 0 });
            if way_in {
                labels.label[trainee] += gain;
                self.move_along(&labels, &mut places, trainee, outside);
            } else {
                places.idle[group].push(trainee as u32);
            }
        }
        let mut role = labels.label.split_off(trainees);
        let mut trainee_group = role.split_off(roles);
        let mut role_group = trainee_group.split_off(self.problem.trainee_groups.len());
        let closing = role_group.pop()?;
        Some(Prices { role, trainee_group, role_group, closing })
    }

    fn labels(&self, near: &Prices, places: &Places) -> Falling {
        let groups: Vec<i64> = near.trainee_group.iter().chain(&near.role_group).chain([&near.closing]).copied().collect();
        let of_trainee = |trainee: usize| match self.matched[trainee] {
            NONE => groups[self.groups.of_trainee(trainee)],
            role => near.role[role as usize] + places.own[trainee],
        };
        let label: Vec<i64> =
            (0..self.problem.trainees()).map(of_trainee).chain(near.role.iter().copied()).chain(groups.iter().copied()).collect();
        Falling { fallen: vec![0; label.len()], by: vec![NONE; label.len()], label, touched: vec![], queue: BinaryHeap::new(), visits: 0 }
    }

    fn places(&self, before: &Matching) -> Places {
        let mut places = Places {
            held: vec![vec![]; self.problem.roles()],
            idle: vec![vec![]; self.groups.len()],
            own: vec![0; self.problem.trainees()],
        };
        for (trainee, role) in self.matched.iter().enumerate() {
            match *role {
                NONE if before[trainee] == NONE => places.idle[self.groups.of_trainee(trainee)].push(trainee as u32),
                NONE => {}
                role => {
                    places.held[role as usize].push(trainee as u32);
                    places.own[trainee] = self.worth_of(trainee, role);
                }
            }
        }
        places
    }

    fn worth_of(&self, trainee: usize, role: u32) -> i64 {
        self.problem.position(trainee, role).map_or(0, |at| i64::from(self.worth[at]))
    }

    fn node(&self, node: usize) -> Node {
        let (trainees, roles) = (self.problem.trainees(), self.problem.roles());
        match node {
            node if node < trainees => Node::Trainee(node),
            node if node < trainees + roles => Node::Role(node - trainees),
            node => Node::Group(node - trainees - roles),
        }
    }

    /// Whether a trainee would gain elsewhere.
    fn pays(&self, label: &[i64], trainee: usize) -> bool {
        let (roles, groups) = label[self.problem.trainees()..].split_at(self.problem.roles());
        let from = self.problem.start[trainee] as usize;
        let list = self.problem.list(trainee);
        let offers = list.iter().zip(&self.worth[from..from + list.len()]);
        let best = offers.map(|(pair, worth)| roles[pair.role as usize] + i64::from(*worth)).max().unwrap_or(i64::MIN);
        best.max(groups[self.groups.of_trainee(trainee)]) > label[trainee]
    }

    /// Lowers what lies behind a node to where it does not pay.
    fn pass_on(&self, labels: &mut Falling, places: &Places, node: usize) {
        let (first_role, first_group) = (self.problem.trainees(), self.problem.trainees() + self.problem.roles());
        let label = labels.now(node);
        match self.node(node) {
            Node::Trainee(trainee) => {
                let from = self.problem.start[trainee] as usize;
                let list = self.problem.list(trainee);
                let own = self.matched[trainee];
                for (pair, worth) in list.iter().zip(&self.worth[from..from + list.len()]) {
                    if pair.role != own {
                        labels.lower(first_role + pair.role as usize, label - i64::from(*worth), node);
                    }
                }
                if own != NONE {
                    labels.lower(first_group + self.groups.of_trainee(trainee), label, node);
                }
            }
            Node::Role(role) => {
                if self.passed[role] < self.groups.seats(role) {
                    labels.lower(first_group + self.groups.of_role(role), label, node);
                }
                for trainee in &places.held[role] {
                    labels.lower(*trainee as usize, label + places.own[*trainee as usize], node);
                }
            }
            Node::Group(group) => {
                for (next, room) in self.groups.ways(group) {
                    if room > 0 {
                        labels.lower(first_group + next, label, node);
                    }
                }
                let (from, to) = self.groups.own_roles[group];
                for role in &self.groups.role_at[from as usize..to as usize] {
                    if self.passed[*role as usize] > 0 {
                        labels.lower(first_role + *role as usize, label, node);
                    }
                }
                for trainee in &places.idle[group] {
                    labels.lower(*trainee as usize, label, node);
                }
            }
        }
    }

    /// Everybody on the way from a trainee to where she waited moves on by one.
    fn move_along(&mut self, labels: &Falling, places: &mut Places, trainee: usize, outside: usize) {
        let leave = |list: &mut Vec<u32>, trainee: usize| list.retain(|one| *one != trainee as u32);
        let mut to = outside;
        while to != trainee {
            let from = labels.by[to] as usize;
            match (self.node(from), self.node(to)) {
                (Node::Trainee(trainee), Node::Role(role)) => {
                    self.matched[trainee] = role as u32;
                    places.held[role].push(trainee as u32);
                    places.own[trainee] = self.worth_of(trainee, role as u32);
                }
                (Node::Trainee(trainee), Node::Group(group)) => {
                    self.matched[trainee] = NONE;
                    places.idle[group].push(trainee as u32);
                }
                (Node::Role(role), Node::Trainee(trainee)) => leave(&mut places.held[role], trainee),
                (Node::Group(group), Node::Trainee(trainee)) => leave(&mut places.idle[group], trainee),
                (Node::Role(role), Node::Group(_)) => self.passed[role] += 1,
                (Node::Group(_), Node::Role(role)) => self.passed[role] -= 1,
                (Node::Group(from), Node::Group(to)) => self.groups.push(from, to, 1),
                (Node::Trainee(_), Node::Trainee(_)) | (Node::Role(_), Node::Role(_)) => {}
            }
            to = from;
        }
    }
}
