//! Who has a unit too many looks for the nearest place that misses one.

use super::search::{Step, Via};
use super::{NONE, NOTHING, Node, Queue, Repair, Unsolved};
use crate::solver::worst::Worst;

/// Who could move on, by a bound of where to.
#[derive(Debug)]
pub(super) struct Queues {
    /// Of each role, whom it holds: what they are offered elsewhere, less what they are worth here.
    pub held: Vec<Queue>,
    /// Of each group, who is out: what she is offered at best.
    pub idle: Vec<Queue>,
    /// By place, what a group gets for taking back a unit of its roles.
    back: Worst<Back>,
}

/// What somebody gets for a unit that comes back to a role, where the default stands for a role that has passed
/// nothing up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
struct Back(Option<i64>);

impl Queues {
    pub fn new(roles: usize, groups: usize) -> Self {
        let queues = |count: usize| (0..count).map(|_| Queue::new()).collect();
        Self { held: queues(roles), idle: queues(groups), back: Worst::new(roles) }
    }
}

/// What a search has taken out of the queues, to be put back.
#[derive(Default)]
struct Taken {
    people: Vec<(Node, i64, u32)>,
    roles: Vec<u32>,
}

#[derive(Clone, Copy)]
enum Source {
    Trainee(u32),
    Node(Node),
}

impl<W: Fn(usize, usize) -> i64> Repair<'_, W> {
    /// Carries every unit away that somebody has in hand, or that a role or a group of roles has too many.
    pub(super) fn carry_outward(&mut self, loose: Vec<u32>, mut queues: Queues) -> Result<(), Unsolved> {
        (0..self.problem.roles()).for_each(|role| self.note(&mut queues, role));
        for trainee in loose {
            self.carry_from(Source::Trainee(trainee), &mut queues)?;
        }
        for node in 0..self.role.len() + self.groups.len() {
            let own = self.group(node as Node).is_some_and(|group| self.groups.of_trainees(group));
            while !own && self.surplus_at(node as Node) > 0 {
                self.carry_from(Source::Node(node as Node), &mut queues)?;
            }
        }
        Ok(())
    }

    /// Keeps what a role could give back while it has passed something up.
    fn note(&self, queues: &mut Queues, role: usize) {
        let held = queues.held[role].peek().map_or(NOTHING, |(bound, _)| *bound);
        let missing = if self.surplus[role] < 0 { self.role[role] } else { NOTHING };
        let back = Back((self.passed[role] > 0).then_some(held.max(missing)));
        queues.back.set(self.groups.place[role] as usize, back);
    }

    fn carry_from(&mut self, source: Source, queues: &mut Queues) -> Result<(), Unsolved> {
        let mut taken = Taken::default();
        self.search.begin();
        match source {
            Source::Node(node) => self.reach(node, 0, Via { node: NONE, trainee: NONE }),
            Source::Trainee(trainee) => {
                let outside = self.groups.label[self.groups.of_trainee(trainee as usize)];
                let label = self.best_other(trainee as usize).max(outside);
                self.offers_of(trainee, label, NONE);
            }
        }
        let end = loop {
            let Some((_, step)) = self.search.next() else { return Err(Unsolved::Infeasible) };
            match step {
                Step::End(node) => break node,
                Step::Group(node) | Step::Role(node) => self.visit(node, queues, &mut taken),
                Step::NextRole(group, role) => {
                    let label = self.search.distance(group) + self.label(group);
                    self.reach(role, label - self.role[role as usize], Via { node: group, trainee: NONE });
                    self.next_role(group, queues, &mut taken);
                }
                Step::NextPerson(node) => self.turn_to_next(node, queues, &mut taken),
            }
        };
        self.lower_to(self.search.distance(end), queues);
        self.deliver(source, end, queues);
        for (node, bound, trainee) in taken.people {
            let stays = match self.group(node) {
                Some(_) => self.matched[trainee as usize] == NONE,
                None => self.matched[trainee as usize] == node,
            };
            if stays {
                self.queue_at(node, queues).push((bound, trainee));
            }
            taken.roles.extend(self.group(node).is_none().then_some(node));
        }
        taken.roles.into_iter().for_each(|role| self.note(queues, role as usize));
        Ok(())
    }

    fn queue_at<'q>(&self, node: Node, queues: &'q mut Queues) -> &'q mut Queue {
        match self.group(node) {
            Some(group) => &mut queues.idle[group],
            None => &mut queues.held[node as usize],
        }
    }

    fn reach(&mut self, node: Node, distance: i64, via: Via) {
        let (missing, group) = (self.surplus_at(node) < 0, self.group(node).is_some());
        self.search.reach(node, distance, via, || match (missing, group) {
            (true, _) => Step::End(node),
            (_, true) => Step::Group(node),
            _ => Step::Role(node),
        });
    }

    /// Whatever a trainee could go to with a unit, when it has come as far as `label` to her; the best offer.
    fn offers_of(&mut self, trainee: u32, label: i64, from: Node) -> i64 {
        let via = Via { node: from, trainee };
        let (own, mut best) = (self.matched[trainee as usize], NOTHING);
        for at in self.pairs_of(trainee as usize) {
            let role = self.problem.pairs[at].role;
            if role != own {
                let offer = self.offer(trainee as usize, at);
                best = best.max(offer);
                self.reach(role, label - offer, via);
            }
        }
        let group = self.groups.of_trainee(trainee as usize);
        if self.group(from) != Some(group) {
            best = best.max(self.groups.label[group]);
            self.reach(self.node_of_group(group), label - self.groups.label[group], via);
        }
        best
    }

    fn visit(&mut self, node: Node, queues: &mut Queues, taken: &mut Taken) {
        let Some(group) = self.group(node) else { return self.visit_role(node, queues) };
        let Some(distance) = self.search.settle(node) else { return };
        let label = distance + self.groups.label[group];
        let via = Via { node, trainee: NONE };
        let ways: Vec<usize> = self.groups.ways(group).filter(|(_, room)| *room > 0).map(|(next, _)| next).collect();
        for next in ways {
            self.reach(self.node_of_group(next), label - self.groups.label[next], via);
        }
        if let Some((bound, _)) = queues.idle[group].peek() {
            self.search.later(label - bound, Step::NextPerson(node));
        }
        self.next_role(node, queues, taken);
    }

    fn visit_role(&mut self, role: Node, queues: &mut Queues) {
        // The group may have reached it from nearer by, where nobody has looked because nothing comes of it.
        let group = self.groups.of_role(role as usize);
        if self.passed[role as usize] > 0
            && let Some(distance) = self.search.settled_at(self.node_of_group(group))
        {
            let nearer = distance + self.groups.label[group] - self.role[role as usize];
            self.reach(role, nearer, Via { node: self.node_of_group(group), trainee: NONE });
        }
        let Some(distance) = self.search.settle(role) else { return };
        let label = distance + self.role[role as usize];
        if self.passed[role as usize] < self.groups.seats(role as usize) {
            self.reach(self.node_of_group(group), label - self.groups.label[group], Via { node: role, trainee: NONE });
        }
        if let Some((bound, _)) = queues.held[role as usize].peek() {
            self.search.later(label - bound, Step::NextPerson(role));
        }
    }

    /// The next of a group's own roles from which a unit comes back.
    fn next_role(&mut self, node: Node, queues: &mut Queues, taken: &mut Taken) {
        let Some(group) = self.group(node) else { return };
        let (from, to) = self.groups.own_roles[group];
        if let Some((Back(Some(back)), place)) = queues.back.of(from as usize, to as usize) {
            let role = self.groups.role_at[place];
            queues.back.set(place, Back(None));
            taken.roles.push(role);
            let distance = self.search.distance(node) + self.groups.label[group];
            self.search.later(distance - back, Step::NextRole(node, role));
        }
    }

    /// The next person of a queue moves on with the unit.
    fn turn_to_next(&mut self, node: Node, queues: &mut Queues, taken: &mut Taken) {
        let Some((_, trainee)) = self.queue_at(node, queues).pop() else { return };
        let label = self.search.distance(node) + self.label(node);
        let worth = match self.group(node) {
            Some(_) => 0,
            None => (self.worth)(trainee as usize, self.own[trainee as usize] as usize),
        };
        let best = self.offers_of(trainee, label + worth, node);
        taken.people.push((node, best - worth, trainee));
        if let Some((bound, _)) = self.queue_at(node, queues).peek() {
            let bound = *bound;
            self.search.later(label - bound, Step::NextPerson(node));
        }
    }

    /// Lowers what is nearer than the end by how much nearer it is.
    fn lower_to(&mut self, end: i64, queues: &mut Queues) {
        let settled = std::mem::take(&mut self.search.settled);
        for node in &settled {
            let by = end - self.search.distance(*node);
            if by > 0 {
                self.raise(*node, -by);
            }
        }
        // Roles that a group could have taken a unit back from, had it led anywhere, are as near as the group.
        for node in &settled {
            let Some(group) = self.group(*node) else { continue };
            let label = self.groups.label[group];
            for place in self.groups.own_roles[group].0..self.groups.own_roles[group].1 {
                let role = self.groups.role_at[place as usize] as usize;
                if self.passed[role] > 0 && self.role[role] > label {
                    self.role[role] = label;
                }
            }
        }
        for role in settled.iter().filter(|node| self.group(**node).is_none()) {
            self.note(queues, *role as usize);
        }
        self.search.settled = settled;
    }

    /// Carries a unit along the way that was found; several, where it leads over groups only.
    fn deliver(&mut self, source: Source, end: Node, queues: &mut Queues) {
        let way: Vec<(Node, Via)> = self.search.back_from(end).collect();
        let carried = |(_, via): &(Node, Via)| via.trainee != NONE;
        let mut units = 1;
        if let Source::Node(from) = source {
            units = self.surplus_at(from).min(-self.surplus_at(end));
            for (node, via) in way.iter().filter(|(_, via)| via.node != NONE) {
                units = units.min(if carried(&(*node, *via)) { 1 } else { self.room(via.node, *node) });
            }
            self.add_surplus(from, -units);
        }
        self.add_surplus(end, units);
        for (to, via) in way {
            if via.trainee != NONE {
                self.put(via.trainee as usize, to);
                let bound = self.label(to);
                self.queue_at(to, queues).push((bound, via.trainee));
            } else if via.node != NONE {
                self.pass(via.node, to, NONE, units);
            }
            for role in [to, via.node].into_iter().filter(|node| *node != NONE && self.group(*node).is_none()) {
                self.note(queues, role as usize);
            }
        }
    }
}
