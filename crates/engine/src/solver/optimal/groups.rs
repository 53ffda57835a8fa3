//! Both forests and the closing node as one network of groups: who passes units to whom.
//!
//! Numbers: the trainees' groups first, then the roles', last the closing node, which also stands in for
//! the group of those who have none.

use crate::solver::order::Order;
use crate::solver::problem::{NONE, Problem};

/// The arc of a group: from the group around it on the trainees' side, to it on the roles'.
#[derive(Debug, Clone, Copy)]
pub(super) struct Group {
    pub flow: i64,
    pub min: i64,
    pub cap: i64,
}

#[derive(Debug)]
pub(super) struct Groups {
    pub label: Vec<i64>,
    /// Units more at a group than it has passed on.
    pub surplus: Vec<i64>,
    arc: Vec<Group>,
    /// The group around each; the closing node's own number for itself.
    around: Vec<usize>,
    inside: Vec<Vec<usize>>,
    trainee_groups: usize,
    trainee_group: Vec<u32>,
    role_group: Vec<u32>,
    seats: Vec<u32>,
    pub own_roles: Vec<(u32, u32)>,
    pub place: Vec<u32>,
    pub role_at: Vec<u32>,
}

impl Groups {
    pub fn new(problem: &Problem) -> Self {
        let (of_trainees, of_roles) = (&problem.trainee_groups, &problem.role_groups);
        let closing = of_trainees.len() + of_roles.len();
        // One more than there are people is no cap; larger numbers are not needed.
        let most = problem.trainees() as i64 + 1;
        let mut around = Vec::with_capacity(closing + 1);
        let mut arc = Vec::with_capacity(closing);
        for (forest, base) in [(of_trainees, 0), (of_roles, of_trainees.len())] {
            for group in 0..forest.len() {
                around.push(if forest.parent[group] == NONE { closing } else { base + forest.parent[group] as usize });
                arc.push(Group { flow: 0, min: i64::from(forest.min[group]), cap: i64::from(forest.cap[group]).min(most) });
            }
        }
        around.push(closing);
        let mut inside = vec![Vec::new(); closing + 1];
        (0..closing).for_each(|group| inside[around[group]].push(group));
        let order = Order::of(problem);
        let mut own_roles = vec![(0, 0); closing + 1];
        own_roles[of_trainees.len()..].copy_from_slice(&order.own);
        let number = |group: u32, base: usize| if group == NONE { closing as u32 } else { base as u32 + group };
        Self {
            label: vec![0; closing + 1],
            surplus: vec![0; closing + 1],
            arc,
            around,
            inside,
            trainee_groups: of_trainees.len(),
            trainee_group: problem.trainee_group.iter().map(|group| number(*group, 0)).collect(),
            role_group: problem.role_group.iter().map(|group| number(*group, of_trainees.len())).collect(),
            seats: problem.seats.iter().map(|seats| (*seats).min(problem.trainees() as u32 + 1)).collect(),
            own_roles,
            place: order.place,
            role_at: order.role_at,
        }
    }

    pub fn len(&self) -> usize {
        self.label.len()
    }

    pub fn of_trainee(&self, trainee: usize) -> usize {
        self.trainee_group[trainee] as usize
    }

    pub fn of_role(&self, role: usize) -> usize {
        self.role_group[role] as usize
    }

    pub fn seats(&self, role: usize) -> u32 {
        self.seats[role]
    }

    /// Every arc is filled where it pays at these labels, and holds its minimum where it does not.
    pub fn begin(&mut self) {
        self.surplus.fill(0);
        for group in 0..self.arc.len() {
            let (from, to) = self.ends(group);
            let arc = &mut self.arc[group];
            arc.flow = if self.label[from] < self.label[to] { arc.cap } else { arc.min };
            self.surplus[from] -= arc.flow;
            self.surplus[to] += arc.flow;
        }
    }

    fn ends(&self, group: usize) -> (usize, usize) {
        if group < self.trainee_groups { (self.around[group], group) } else { (group, self.around[group]) }
    }

    /// Neighbouring groups with the units that they can take from this one.
    pub fn ways(&self, group: usize) -> impl Iterator<Item = (usize, i64)> + '_ {
        let room = move |of: usize, from: usize| {
            let arc = self.arc[of];
            if self.ends(of).0 == from { arc.cap - arc.flow } else { arc.flow - arc.min }
        };
        let up = (group < self.arc.len()).then(|| (self.around[group], room(group, group)));
        up.into_iter().chain(self.inside[group].iter().map(move |child| (*child, room(*child, group))))
    }

    /// Moves units between neighbours.
    pub fn push(&mut self, from: usize, to: usize, units: i64) {
        let of = if to < self.arc.len() && self.around[to] == from { to } else { from };
        let forward = self.ends(of).0 == from;
        self.arc[of].flow += if forward { units } else { -units };
        self.surplus[from] -= units;
        self.surplus[to] += units;
    }
}
