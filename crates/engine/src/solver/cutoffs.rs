//! The certificate of a stable matching: what a pair must beat at each role, and who was let in last.
//!
//! Market-clearing cutoffs (Azevedo and Leshno 2016), made from the matching alone. Every pair that is not in
//! the matching is held back by something that can be named: the trainee has what she likes better, her side
//! has let in others first, or the role or a full group around it holds somebody who stands before her.

use super::problem::{Forest, Matching, Problem};
use super::stable::Variant;
use super::verify::pairs;
use std::cmp::Reverse;

/// A pair as the role side ranks it, (`v` descending, trainee, role); greater is worse.
pub type Bar = (Reverse<u16>, u32, u32);

/// Worse than any pair.
const OPEN: Bar = (Reverse(0), u32::MAX, u32::MAX);
/// Better than any pair.
const SHUT: Bar = (Reverse(u16::MAX), 0, 0);

/// The set whose fullness makes a bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Full {
    /// None: there is room.
    None,
    Role,
    /// This group of the roles' side.
    Group(u32),
}

/// What a pair must beat at a role, and which set says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cutoff {
    pub bar: Bar,
    pub full: Full,
}

impl Cutoff {
    /// Room for anybody.
    pub const OPEN: Self = Self { bar: OPEN, full: Full::None };

    /// The bar where there is no place at all.
    pub const SHUT: Bar = SHUT;

    /// Who stands before everybody who is turned away: trainee and role. Nobody where there is room, or no place at all.
    pub fn holder(&self) -> Option<(u32, u32)> {
        (self.bar != OPEN && self.bar != SHUT).then_some((self.bar.1, self.bar.2))
    }
}

/// How far a group of trainees lets in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    Open,
    /// Full: this trainee is the last in the order of priority who was let in; nobody where its cap is nothing.
    After(Option<u32>),
}

/// One cutoff a role, one door a group of trainees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cutoffs {
    pub role: Vec<Cutoff>,
    pub door: Vec<Door>,
}

/// Why a pair is not in a stable matching.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It is.
    Matched,
    NotAPair,
    /// The trainee has a role that she likes better.
    Prefers {
        role: u32,
    },
    /// A full group of her side has let in others, this one last.
    Waits {
        group: u32,
        after: Option<u32>,
    },
    /// The role is full, and everybody it holds stands before her; this one is the last of them.
    RoleFull {
        behind: Option<u32>,
    },
    /// A group around the role is full; this pair stands before hers.
    GroupFull {
        group: u32,
        behind: Option<(u32, u32)>,
    },
    /// Nothing holds it back: the matching is not stable.
    Blocks,
}

impl Cutoffs {
    /// What follows from a matching that keeps all caps.
    pub fn of(problem: &Problem, matching: &Matching, variant: Variant) -> Self {
        Self { role: of_roles(problem, matching, variant), door: doors(problem, matching) }
    }

    /// The first group that does not let an unmatched trainee in, from the innermost.
    pub fn shut_out(&self, problem: &Problem, trainee: usize) -> Option<u32> {
        let shut = |group: &usize| match self.door[*group] {
            Door::Open => false,
            Door::After(None) => true,
            Door::After(Some(last)) => problem.priority[trainee] >= problem.priority[last as usize],
        };
        problem.trainee_groups.chain(problem.trainee_group[trainee]).find(shut).map(|group| group as u32)
    }

    /// Why the pair of a trainee and a role is not in the matching. One look, whatever the size.
    pub fn why(&self, problem: &Problem, matching: &Matching, trainee: u32, role: u32) -> Standing {
        let Some(at) = problem.position(trainee as usize, role) else { return Standing::NotAPair };
        let pair = problem.pairs[at];
        let has = matching[trainee as usize];
        if has == role {
            return Standing::Matched;
        }
        if let Some(own) = problem.position(trainee as usize, has).map(|at| problem.pairs[at]) {
            if (own.u, Reverse(own.role)) > (pair.u, Reverse(pair.role)) {
                return Standing::Prefers { role: has };
            }
        } else if let Some(group) = self.shut_out(problem, trainee as usize) {
            let after = match self.door[group as usize] {
                Door::After(last) => last,
                Door::Open => None,
            };
            return Standing::Waits { group, after };
        }
        let cutoff = self.role[role as usize];
        if (Reverse(pair.v), trainee, role) < cutoff.bar {
            return Standing::Blocks;
        }
        match cutoff.full {
            Full::None => Standing::Blocks,
            Full::Role => Standing::RoleFull { behind: cutoff.holder().map(|(trainee, _)| trainee) },
            Full::Group(group) => Standing::GroupFull { group, behind: cutoff.holder() },
        }
    }
}

fn doors(problem: &Problem, matching: &Matching) -> Vec<Door> {
    let forest = &problem.trainee_groups;
    let (mut count, mut last) = (vec![0_u32; forest.len()], vec![None::<u32>; forest.len()]);
    for (trainee, _) in pairs(matching) {
        for group in forest.chain(problem.trainee_group[trainee]) {
            count[group] += 1;
            let later = last[group].is_none_or(|last| problem.priority[trainee] > problem.priority[last as usize]);
            last[group] = if later { Some(trainee as u32) } else { last[group] };
        }
    }
    (0..forest.len()).map(|group| if count[group] < forest.cap[group] { Door::Open } else { Door::After(last[group]) }).collect()
}

fn of_roles(problem: &Problem, matching: &Matching, variant: Variant) -> Vec<Cutoff> {
    let forest: &Forest = &problem.role_groups;
    let (mut held, mut worst) = (vec![0_u32; problem.roles()], vec![SHUT; problem.roles()]);
    for (trainee, role) in pairs(matching) {
        let Some(at) = problem.position(trainee, role) else { continue };
        held[role as usize] += 1;
        let pair = (Reverse(problem.pairs[at].v), trainee as u32, role);
        worst[role as usize] = worst[role as usize].max(pair);
    }
    let (mut count, mut worst_in) = (vec![0_u32; forest.len()], vec![SHUT; forest.len()]);
    let seat = |role: usize, number: u32| (number.saturating_sub(problem.target[role]), number, role as u32);
    let mut last_seat = vec![(0_u32, 0_u32, 0_u32); forest.len()];
    for role in 0..problem.roles() {
        for group in forest.chain(problem.role_group[role]) {
            count[group] += held[role];
            if held[role] > 0 {
                worst_in[group] = worst_in[group].max(worst[role]);
                last_seat[group] = last_seat[group].max(seat(role, held[role]));
            }
        }
    }
    let cutoff = |role: usize| {
        let own_full = held[role] >= problem.seats[role];
        let full = forest.chain(problem.role_group[role]).filter(|group| count[*group] >= forest.cap[*group]);
        match variant {
            Variant::Merit => {
                let own = if own_full { Cutoff { bar: worst[role], full: Full::Role } } else { Cutoff::OPEN };
                let mut around = full.map(|group| Cutoff { bar: worst_in[group], full: Full::Group(group as u32) });
                // The innermost of those that ask for most is named.
                around.by_ref().fold(own, |least, next| if next.bar < least.bar { next } else { least })
            }
            Variant::Seats if own_full => Cutoff { bar: worst[role], full: Full::Role },
            Variant::Seats => {
                let next = seat(role, held[role].saturating_add(1));
                let shut = full.into_iter().find(|group| last_seat[*group] <= next);
                shut.map_or(Cutoff::OPEN, |group| Cutoff { bar: worst[role], full: Full::Group(group as u32) })
            }
        }
    };
    (0..problem.roles()).map(cutoff).collect()
}

#[cfg(test)]
mod tests;
