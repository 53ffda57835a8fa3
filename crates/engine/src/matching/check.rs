//! Judges a matching by the definitions, on a code path of its own.
//!
//! A matching is stable if it keeps all caps and no pair outside it *blocks*: both sides would
//! choose it. The trainee side chooses x = (t, r) if t is matched and prefers r, or t is unmatched
//! and every full group of her chain holds a matched trainee of lower priority. The role side
//! chooses x if every full set among the role and its groups holds a matched pair worse than x.

use super::instance::{Edge, Instance, Matching};

/// What is wrong with a matching.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Violation {
    /// The matching names a number of trainees other than the instance's.
    WrongLength,
    NotAnEdge {
        trainee: usize,
        role: usize,
    },
    TraineeGroupOver {
        group: usize,
    },
    RoleOver {
        role: usize,
    },
    RoleGroupOver {
        group: usize,
    },
    Blocking {
        trainee: usize,
        role: usize,
    },
}

/// Lists every violation; empty means stable.
pub fn check(instance: &Instance, matching: &Matching) -> Vec<Violation> {
    if matching.len() != instance.trainees.len() {
        return vec![Violation::WrongLength];
    }
    let mut held: Vec<Option<Edge>> = vec![None; matching.len()];
    for edge in instance.edges.iter().filter(|edge| matching[edge.trainee] == Some(edge.role)) {
        held[edge.trainee] = Some(*edge);
    }
    let mut violations: Vec<Violation> = (0..matching.len())
        .filter_map(|trainee| match (matching[trainee], held[trainee]) {
            (Some(role), None) => Some(Violation::NotAnEdge { trainee, role }),
            _ => None,
        })
        .collect();
    let counts = Counts::of(instance, &held);
    violations.extend(counts.over_cap(instance));
    if violations.is_empty() {
        let blocking = instance.edges.iter().filter(|edge| held[edge.trainee].is_none_or(|mine| mine.role != edge.role));
        violations.extend(
            blocking
                .filter(|edge| counts.trainee_side_wants(instance, &held, edge) && counts.role_side_wants(instance, edge))
                .map(|edge| Violation::Blocking { trainee: edge.trainee, role: edge.role }),
        );
    }
    violations
}

/// How full each set is and who is the last in it, counted from the matching alone.
struct Counts {
    trainee_group: Vec<(u32, Option<usize>)>,
    role: Vec<(u32, Option<Edge>)>,
    role_group: Vec<(u32, Option<Edge>)>,
}

impl Counts {
    fn of(instance: &Instance, held: &[Option<Edge>]) -> Self {
        let mut counts = Self {
            trainee_group: vec![(0, None); instance.trainee_groups.len()],
            role: vec![(0, None); instance.roles.len()],
            role_group: vec![(0, None); instance.role_groups.len()],
        };
        for edge in held.iter().flatten() {
            for group in Instance::chain(&instance.trainee_groups, instance.trainees[edge.trainee].group) {
                let (count, last) = &mut counts.trainee_group[group];
                *count += 1;
                *last = Some(last.map_or(edge.trainee, |other| other.max(edge.trainee)));
            }
            let add = |slot: &mut (u32, Option<Edge>)| {
                slot.0 += 1;
                slot.1 = Some(slot.1.map_or(*edge, |other| if better(&other, edge) { *edge } else { other }));
            };
            add(&mut counts.role[edge.role]);
            for group in Instance::chain(&instance.role_groups, instance.roles[edge.role].group) {
                add(&mut counts.role_group[group]);
            }
        }
        counts
    }

    fn over_cap(&self, instance: &Instance) -> Vec<Violation> {
        let mut over = Vec::new();
        over.extend(
            (0..self.trainee_group.len())
                .filter(|g| self.trainee_group[*g].0 > instance.trainee_groups[*g].cap)
                .map(|group| Violation::TraineeGroupOver { group }),
        );
        over.extend((0..self.role.len()).filter(|r| self.role[*r].0 > instance.roles[*r].cap).map(|role| Violation::RoleOver { role }));
        over.extend(
            (0..self.role_group.len())
                .filter(|g| self.role_group[*g].0 > instance.role_groups[*g].cap)
                .map(|group| Violation::RoleGroupOver { group }),
        );
        over
    }

    fn trainee_side_wants(&self, instance: &Instance, held: &[Option<Edge>], edge: &Edge) -> bool {
        match held[edge.trainee] {
            Some(mine) => (edge.u, std::cmp::Reverse(edge.role)) > (mine.u, std::cmp::Reverse(mine.role)),
            None => Instance::chain(&instance.trainee_groups, instance.trainees[edge.trainee].group).all(|group| {
                let (count, last) = self.trainee_group[group];
                count < instance.trainee_groups[group].cap || last.is_some_and(|last| last > edge.trainee)
            }),
        }
    }

    fn role_side_wants(&self, instance: &Instance, edge: &Edge) -> bool {
        let wants = |(count, worst): (u32, Option<Edge>), cap: u32| count < cap || worst.is_some_and(|worst| better(edge, &worst));
        let role = &instance.roles[edge.role];
        wants(self.role[edge.role], role.cap)
            && Instance::chain(&instance.role_groups, role.group)
                .all(|group| wants(self.role_group[group], instance.role_groups[group].cap))
    }
}

/// Whether the role side ranks `a` before `b`.
fn better(a: &Edge, b: &Edge) -> bool {
    if a.v != b.v {
        return a.v > b.v;
    }
    (a.trainee, a.role) < (b.trainee, b.role)
}

#[cfg(test)]
mod tests;
