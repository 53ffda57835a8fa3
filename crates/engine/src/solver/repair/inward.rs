//! Places that miss a unit look for the nearest one.

use super::search::{Step, Via};
use super::{NONE, Node, Queue, Repair, Unsolved};

/// Who could come, by a bound of what for. A queue is made when it is first asked for.
struct Queues {
    /// The trainees with a pair of each role, role by role, and where each begins.
    column: Vec<u32>,
    begins: Vec<u32>,
    /// The trainees of each group likewise.
    member: Vec<u32>,
    members: Vec<u32>,
    /// Of each role, who could come to it: what she is worth there, less what she is offered where she is.
    coming: Vec<Option<Queue>>,
    /// Of each group, who is placed: what she is offered there, below nothing.
    placed: Vec<Option<Queue>>,
}

/// Numbers of those who belong to each of some places, side by side, and where each begins.
fn by_place(places: usize, of: impl Iterator<Item = (u32, usize)> + Clone) -> (Vec<u32>, Vec<u32>) {
    let mut begins = vec![0_u32; places + 1];
    of.clone().for_each(|(_, place)| begins[place + 1] += 1);
    (0..places).for_each(|place| begins[place + 1] += begins[place]);
    let mut next = begins.clone();
    let mut all = vec![0; begins[places] as usize];
    for (number, place) in of {
        all[next[place] as usize] = number;
        next[place] += 1;
    }
    (all, begins)
}

impl<W: Fn(usize, usize) -> i64> Repair<'_, W> {
    /// Finds a unit for every place that misses one.
    pub(super) fn carry_inward(&mut self) -> Result<(), Unsolved> {
        let missing: Vec<Node> =
            (0..(self.role.len() + self.groups.len()) as Node).filter(|node| self.surplus_at(*node) < 0).collect();
        if missing.is_empty() {
            return Ok(());
        }
        let mut queues = self.queues();
        for node in missing {
            while self.surplus_at(node) < 0 {
                self.carry_to(node, &mut queues)?;
            }
        }
        Ok(())
    }

    fn queues(&self) -> Queues {
        let trainees = 0..self.problem.trainees();
        let pairs = trainees.clone().flat_map(|trainee| {
            let list = self.problem.list(trainee);
            list.iter().map(move |pair| (trainee as u32, pair.role as usize))
        });
        let (column, begins) = by_place(self.role.len(), pairs);
        let (member, members) =
            by_place(self.groups.len(), trainees.map(|trainee| (trainee as u32, self.groups.of_trainee(trainee))));
        let none = |count: usize| (0..count).map(|_| None).collect();
        Queues { column, begins, member, members, coming: none(self.role.len()), placed: none(self.groups.len()) }
    }

    fn carry_to(&mut self, target: Node, queues: &mut Queues) -> Result<(), Unsolved> {
        let mut taken: Vec<(Node, i64, u32)> = Vec::new();
        self.search.begin();
        self.reach_back(target, 0, Via { node: NONE, trainee: NONE });
        let end = loop {
            let Some((_, step)) = self.search.next() else { return Err(Unsolved::Infeasible) };
            match step {
                Step::End(node) => break node,
                Step::Group(node) | Step::Role(node) => self.look_back(node, queues),
                Step::NextRole(..) => {}
                Step::NextPerson(node) => taken.extend(self.call_next(node, queues)),
            }
        };
        let far = self.search.distance(end);
        for node in std::mem::take(&mut self.search.settled) {
            self.raise(node, (far - self.search.distance(node)).max(0));
        }
        self.fetch(end, target, queues);
        for (node, bound, trainee) in taken {
            // Whoever has come is in no queue of the place where she is.
            let waits = match self.group(node) {
                Some(_) => self.matched[trainee as usize] != NONE,
                None => self.matched[trainee as usize] != node,
            };
            if waits && let Some(queue) = self.waiting(node, queues) {
                queue.push((bound, trainee));
            }
        }
        Ok(())
    }

    fn reach_back(&mut self, node: Node, distance: i64, via: Via) {
        let (spare, group) = (self.surplus_at(node) > 0, self.group(node).is_some());
        self.search.reach(node, distance, via, || match (spare, group) {
            (true, _) => Step::End(node),
            (_, true) => Step::Group(node),
            _ => Step::Role(node),
        });
    }

    fn waiting<'q>(&self, node: Node, queues: &'q mut Queues) -> Option<&'q mut Queue> {
        match self.group(node) {
            Some(group) => queues.placed[group].as_mut(),
            None => queues.coming[node as usize].as_mut(),
        }
    }

    /// What a trainee has now: the offer of her role, or of staying out, and where that is.
    fn has(&self, trainee: u32) -> (i64, Node) {
        match self.matched[trainee as usize] {
            NONE => {
                let group = self.groups.of_trainee(trainee as usize);
                (self.groups.label[group], self.node_of_group(group))
            }
            role => (self.own_offer(trainee as usize), role),
        }
    }

    /// What a trainee gains by coming to a role, before its own label; nothing when she has no pair there.
    fn gain(&self, trainee: u32, role: Node) -> Option<i64> {
        let at = self.problem.position(trainee as usize, role)?;
        Some((self.worth)(trainee as usize, at) - self.has(trainee).0)
    }

    fn look_back(&mut self, node: Node, queues: &mut Queues) {
        let Some(distance) = self.search.settle(node) else { return };
        let via = Via { node, trainee: NONE };
        let label = distance - self.label(node);
        match self.group(node) {
            None => {
                let role = node as usize;
                if self.passed[role] > 0 {
                    let group = self.groups.of_role(role);
                    self.reach_back(self.node_of_group(group), label + self.groups.label[group], via);
                }
                if queues.coming[role].is_none() {
                    let column = &queues.column[queues.begins[role] as usize..queues.begins[role + 1] as usize];
                    let others = column.iter().filter(|trainee| self.matched[**trainee as usize] != node);
                    queues.coming[role] = Some(others.filter_map(|trainee| Some((self.gain(*trainee, node)?, *trainee))).collect());
                }
            }
            Some(group) => {
                let ways: Vec<usize> = self.groups.ways_to(group).filter(|(_, room)| *room > 0).map(|(from, _)| from).collect();
                for from in ways {
                    self.reach_back(self.node_of_group(from), label + self.groups.label[from], via);
                }
                for place in self.groups.own_roles[group].0..self.groups.own_roles[group].1 {
                    let role = self.groups.role_at[place as usize];
                    if self.passed[role as usize] < self.groups.seats(role as usize) {
                        self.reach_back(role, label + self.role[role as usize], via);
                    }
                }
                if self.groups.of_trainees(group) && queues.placed[group].is_none() {
                    let members = &queues.member[queues.members[group] as usize..queues.members[group + 1] as usize];
                    let placed = members.iter().filter(|trainee| self.matched[**trainee as usize] != NONE);
                    queues.placed[group] = Some(placed.map(|trainee| (-self.own_offer(*trainee as usize), *trainee)).collect());
                }
            }
        }
        self.call_later(node, queues);
    }

    fn call_later(&mut self, node: Node, queues: &mut Queues) {
        let label = self.search.distance(node) - self.label(node);
        if let Some((bound, _)) = self.waiting(node, queues).and_then(|queue| queue.peek()) {
            let bound = *bound;
            self.search.later(label - bound, Step::NextPerson(node));
        }
    }

    /// The next person of a queue could bring the unit from where she is.
    fn call_next(&mut self, node: Node, queues: &mut Queues) -> Option<(Node, i64, u32)> {
        let (_, trainee) = self.waiting(node, queues)?.pop()?;
        let (offer, from) = self.has(trainee);
        let gain = match self.group(node) {
            Some(_) => Some(-offer),
            None => self.gain(trainee, node),
        };
        let label = self.search.distance(node) - self.label(node);
        let called = gain.filter(|_| from != node).map(|gain| {
            self.reach_back(from, label - gain, Via { node, trainee });
            (node, gain, trainee)
        });
        self.call_later(node, queues);
        called
    }

    /// Carries a unit along the way that was found; several, where it leads over groups only.
    fn fetch(&mut self, source: Node, target: Node, queues: &mut Queues) {
        let way: Vec<(Node, Via)> = self.search.back_from(source).filter(|(_, via)| via.node != NONE).collect();
        let mut units = self.surplus_at(source).min(-self.surplus_at(target));
        for (from, via) in &way {
            units = units.min(if via.trainee == NONE { self.room(*from, via.node) } else { 1 });
        }
        self.add_surplus(source, -units);
        self.add_surplus(target, units);
        for (from, via) in way {
            self.pass(from, via.node, via.trainee, units);
            if via.trainee == NONE {
                continue;
            }
            // She may come back to where she was, and may be sent out of where she is.
            let bound = -self.label(from);
            if self.group(from).is_none()
                && let Some(queue) = self.waiting(from, queues)
            {
                queue.push((bound, via.trainee));
            }
            let group = self.groups.of_trainee(via.trainee as usize);
            if self.group(from) == Some(group)
                && let Some(queue) = queues.placed[group].as_mut()
            {
                queue.push((-self.groups.label[group], via.trainee));
            }
        }
    }
}
