//! Both forests and the closing node as one network of groups: who passes units to whom.
//!
//! Numbers: the trainees' groups first, then the roles', last the closing node, which also stands in for
//! the group of those who have none.

use super::order::Order;
use super::problem::{NONE, Problem};

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

    /// Every arc carries the units that are counted there.
    pub fn carry(&mut self, counted: &[i64]) {
        self.arc.iter_mut().zip(counted).for_each(|(arc, units)| arc.flow = *units);
    }

    /// Every arc keeps its units as far as its bounds allow; it is filled or emptied where that pays by more
    /// than the error.
    pub fn resume(&mut self, error: i64) {
        self.surplus.fill(0);
        for group in 0..self.arc.len() {
            let (from, to) = self.ends(group);
            let arc = &mut self.arc[group];
            let pays = self.label[to].saturating_sub(self.label[from]);
            arc.flow = match pays {
                pays if pays > error => arc.cap,
                pays if pays < -error => arc.min,
                _ => arc.flow.clamp(arc.min, arc.cap),
            };
            self.surplus[from] -= arc.flow;
            self.surplus[to] += arc.flow;
        }
    }

    /// Groups from one up to the closing node, which is not among them.
    pub fn chain(&self, group: usize) -> impl Iterator<Item = usize> + '_ {
        std::iter::successors(Some(group), |at| Some(self.around[*at])).take_while(|at| *at < self.arc.len())
    }

    /// Whether nothing may pass a group: it or one around it has a cap of nothing.
    pub fn shut(&self, group: usize) -> bool {
        self.chain(group).any(|at| self.arc[at].cap == 0)
    }

    /// Neighbouring groups with the units that they can take from this one.
    pub fn ways(&self, group: usize) -> impl Iterator<Item = (usize, i64)> + '_ {
        self.neighbours(group).map(move |next| (next, self.room(group, next)))
    }

    fn neighbours(&self, group: usize) -> impl Iterator<Item = usize> + '_ {
        let up = (group < self.arc.len()).then(|| self.around[group]);
        up.into_iter().chain(self.inside[group].iter().copied())
    }

    /// Units that can still pass from one neighbour to the other.
    pub fn room(&self, from: usize, to: usize) -> i64 {
        let (of, forward) = self.arc_between(from, to);
        let arc = self.arc[of];
        if forward { arc.cap - arc.flow } else { arc.flow - arc.min }
    }

    /// Moves units between neighbours.
    pub fn push(&mut self, from: usize, to: usize, units: i64) {
        let (of, forward) = self.arc_between(from, to);
        self.arc[of].flow += if forward { units } else { -units };
        self.surplus[from] -= units;
        self.surplus[to] += units;
    }

    /// The group whose arc joins two neighbours, and whether it runs this way.
    fn arc_between(&self, from: usize, to: usize) -> (usize, bool) {
        let of = if to < self.arc.len() && self.around[to] == from { to } else { from };
        (of, self.ends(of).0 == from)
    }
}
