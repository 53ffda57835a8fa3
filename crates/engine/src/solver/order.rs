//! An order of roles in which the roles of every group lie side by side.

use super::problem::{NONE, Problem};

/// Place of each role, role at each place, and the places of each group with all that lies below it.
#[derive(Debug)]
pub(super) struct Order {
    pub place: Vec<u32>,
    pub role_at: Vec<u32>,
    pub range: Vec<(u32, u32)>,
    /// Places of the roles that lie in a group itself; the last entry is that of the roles without any.
    pub own: Vec<(u32, u32)>,
}

impl Order {
    /// Depth first: a group's own roles, then those of the groups inside it.
    pub fn of(problem: &Problem) -> Self {
        let (forest, roles) = (&problem.role_groups, problem.roles());
        let mut children = vec![Vec::new(); forest.len()];
        let mut roots = Vec::new();
        for group in 0..forest.len() {
            match forest.parent[group] {
                NONE => roots.push(group),
                parent => children[parent as usize].push(group),
            }
        }
        let mut own = vec![Vec::new(); forest.len() + 1];
        for role in 0..roles {
            let group = problem.role_group[role];
            own[if group == NONE { forest.len() } else { group as usize }].push(role as u32);
        }
        let mut role_at = Vec::with_capacity(roles);
        let mut range = vec![(0, 0); forest.len()];
        let mut within = vec![(0, 0); forest.len() + 1];
        // A group is left when everything below it has been placed.
        enum Visit {
            Enter(usize),
            Leave(usize),
        }
        let mut open: Vec<Visit> = roots.into_iter().rev().map(Visit::Enter).collect();
        while let Some(visit) = open.pop() {
            match visit {
                Visit::Enter(group) => {
                    range[group].0 = role_at.len() as u32;
                    within[group].0 = role_at.len() as u32;
                    role_at.append(&mut own[group]);
                    within[group].1 = role_at.len() as u32;
                    open.push(Visit::Leave(group));
                    open.extend(children[group].iter().rev().map(|child| Visit::Enter(*child)));
                }
                Visit::Leave(group) => range[group].1 = role_at.len() as u32,
            }
        }
        within[forest.len()].0 = role_at.len() as u32;
        role_at.append(&mut own[forest.len()]);
        within[forest.len()].1 = role_at.len() as u32;
        let mut place = vec![0; roles];
        for (at, role) in role_at.iter().enumerate() {
            place[*role as usize] = at as u32;
        }
        Self { place, role_at, range, own: within }
    }
}
