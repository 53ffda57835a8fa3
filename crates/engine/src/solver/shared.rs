//! A role that is open to several pathways: one pool of seats a pathway, and a cap that the pools share.
//!
//! The shared cap is one more group over the pools. It fits where it lies inside, around or beside every group
//! that can bind; a group with a cap that is never reached and no minimum binds nothing and gives way. Where it
//! crosses a group that binds, the caps are no longer nested, and the problem is one of those that are hard in
//! general (three matroids); it is refused by name, and [`super::integer`] may be asked instead.

use super::problem::{NONE, Parts};

/// Seats that several roles share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shared {
    pub roles: Vec<u32>,
    pub cap: u32,
}

/// A shared cap that crosses a group which can bind: the group, and one role of the shared ones in it and one
/// outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Crossing {
    pub group: u32,
    pub inside: u32,
    pub outside: u32,
}

/// Adds a shared cap as a group of the roles' side; returns its number.
///
/// # Errors
/// The first group that it crosses. Nothing is changed then but groups that bind nothing.
pub fn add(parts: &mut Parts, shared: &Shared) -> Result<u32, Crossing> {
    let groups = parts.role_groups.len();
    let mut own = vec![false; parts.role_group.len()];
    shared.roles.iter().for_each(|role| own[*role as usize] = true);
    loop {
        let (mut of_shared, mut all, mut seats) = (vec![0_usize; groups], vec![0_usize; groups], vec![0_u64; groups]);
        for (role, group) in parts.role_group.iter().enumerate() {
            for group in parts.role_groups.chain(*group) {
                all[group] += 1;
                seats[group] += u64::from(parts.seats[role]);
                of_shared[group] += usize::from(own[role]);
            }
        }
        let members = own.iter().filter(|own| **own).count();
        let crosses = |group: &usize| of_shared[*group] > 0 && of_shared[*group] < members && of_shared[*group] < all[*group];
        let Some(crossing) = (0..groups).find(crosses) else {
            return Ok(insert(parts, shared, &own, &of_shared, &all));
        };
        let binds = parts.role_groups.min[crossing] > 0 || u64::from(parts.role_groups.cap[crossing]) < seats[crossing];
        if binds {
            let in_group = |role: &u32| parts.role_groups.chain(parts.role_group[*role as usize]).any(|group| group == crossing);
            let mut one = shared.roles.iter().copied();
            let inside = one.clone().find(in_group).unwrap_or(NONE);
            let outside = one.find(|role| !in_group(role)).unwrap_or(NONE);
            return Err(Crossing { group: crossing as u32, inside, outside });
        }
        // It gives way: what lay in it lies in what lies around it.
        let around = parts.role_groups.parent[crossing];
        for parent in parts.role_groups.parent.iter_mut().chain(&mut parts.role_group) {
            *parent = if *parent == crossing as u32 { around } else { *parent };
        }
    }
}

fn insert(parts: &mut Parts, shared: &Shared, own: &[bool], of_shared: &[usize], all: &[usize]) -> u32 {
    let members = own.iter().filter(|own| **own).count();
    // Groups that lie in the shared set; of equal sets the group that is there already lies inside.
    let within = |group: u32| group != NONE && of_shared[group as usize] == all[group as usize] && of_shared[group as usize] > 0;
    let around = |mut group: u32| {
        while within(group) {
            group = parts.role_groups.parent[group as usize];
        }
        group
    };
    let parent = shared.roles.first().map_or(NONE, |role| around(parts.role_group[*role as usize]));
    debug_assert!(parent == NONE || of_shared[parent as usize] == members, "groups that cross were refused before");
    let new = parts.role_groups.push(parent, shared.cap, 0);
    for group in 0..of_shared.len() {
        let outermost = within(group as u32) && !within(parts.role_groups.parent[group]);
        if outermost {
            parts.role_groups.parent[group] = new;
        }
    }
    for (role, _) in own.iter().enumerate().filter(|(_, own)| **own) {
        if !within(parts.role_group[role]) {
            parts.role_group[role] = new;
        }
    }
    new
}

#[cfg(test)]
mod tests;
