//! Judges a matching by the definitions, and shares nothing with the solvers but the types.
//!
//! A pair x outside a matching M *blocks* it when both sides would choose x from M + x.
//!
//! * The trainee side chooses x = (t, r) when t is matched and prefers r, or t is unmatched and every
//!   full group of her chain holds a matched trainee of lower priority.
//! * The role side chooses x under `merit` when every full set among the role and its groups holds a
//!   matched pair worse than x; under `seats` when t is better than the worst whom r holds, or r has a
//!   seat left and, in every full group of its chain, some role's last occupied seat ranks worse than
//!   the seat that r would fill next.
//!
//! What a role side would choose is one bar a role, which is the certificate of a stable matching: the
//! check is one pass over the pairs against these bars.

use super::optimal::Prices;
use super::problem::{Forest, Matching, NONE, Problem};
use super::stable::Variant;
use std::cmp::Reverse;

/// What is wrong with a matching.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Violation {
    /// The matching names a number of trainees other than the problem's.
    WrongLength,
    NotAPair {
        trainee: u32,
        role: u32,
    },
    TraineeGroupOver {
        group: u32,
    },
    RoleOver {
        role: u32,
    },
    RoleGroupOver {
        group: u32,
    },
    Blocking {
        trainee: u32,
        role: u32,
    },
    /// A group has fewer people than it must have.
    TraineeGroupShort {
        group: u32,
    },
    RoleGroupShort {
        group: u32,
    },
    /// At these prices the trainee gains more with this role than with what she has.
    Gains {
        trainee: u32,
        role: u32,
    },
    /// At these prices the trainee gains more outside than with what she has.
    GainsOutside {
        trainee: u32,
    },
    /// A price stands on a set that is not full, or below nothing on one that has more than it must.
    TraineeGroupPrice {
        group: u32,
    },
    RolePrice {
        role: u32,
    },
    RoleGroupPrice {
        group: u32,
    },
    /// There is not one price a role and a group.
    PricesLength,
}

/// A group with fewer people than it should have. Stable matchings know no minimums: reported, not wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Short {
    pub trainee_side: bool,
    pub group: u32,
    pub has: u32,
    pub min: u32,
}

/// Blocking pairs that are listed at most; more are as wrong.
pub const LISTED: usize = 100;

/// Every violation of a stable matching; empty means stable.
pub fn stable(problem: &Problem, matching: &Matching, variant: Variant) -> Vec<Violation> {
    let mut violations = feasible(problem, matching);
    if !violations.is_empty() {
        return violations;
    }
    let doors = Doors::of(problem, matching);
    let bars = bars(problem, matching, variant);
    for (trainee, role) in matching.iter().enumerate() {
        let list = problem.list(trainee);
        let own = list.iter().find(|pair| pair.role == *role).map(|pair| (pair.u, Reverse(pair.role)));
        if own.is_none() && !doors.open(problem, trainee) {
            continue;
        }
        for pair in list.iter().filter(|pair| own.is_none_or(|own| (pair.u, Reverse(pair.role)) > own)) {
            if (Reverse(pair.v), trainee as u32, pair.role) < bars[pair.role as usize] {
                violations.push(Violation::Blocking { trainee: trainee as u32, role: pair.role });
                if violations.len() >= LISTED {
                    return violations;
                }
            }
        }
    }
    violations
}

/// What is wrong with a matching before anybody asks what it is good for: pairs that are none, caps.
pub fn feasible(problem: &Problem, matching: &Matching) -> Vec<Violation> {
    if matching.len() != problem.trainees() {
        return vec![Violation::WrongLength];
    }
    let mut violations = Vec::new();
    let (mut by_role, mut by_trainee_group) = (vec![0_u32; problem.roles()], vec![0_u32; problem.trainee_groups.len()]);
    for (trainee, role) in pairs(matching) {
        if !problem.list(trainee).iter().any(|pair| pair.role == role) {
            violations.push(Violation::NotAPair { trainee: trainee as u32, role });
            continue;
        }
        by_role[role as usize] += 1;
        problem.trainee_groups.chain(problem.trainee_group[trainee]).for_each(|group| by_trainee_group[group] += 1);
    }
    let mut by_role_group = vec![0_u32; problem.role_groups.len()];
    for (role, held) in by_role.iter().enumerate() {
        problem.role_groups.chain(problem.role_group[role]).for_each(|group| by_role_group[group] += held);
    }
    let over =
        |counts: &[u32], caps: &[u32]| -> Vec<u32> { (0..counts.len()).filter(|at| counts[*at] > caps[*at]).map(|at| at as u32).collect() };
    violations.extend(over(&by_trainee_group, &problem.trainee_groups.cap).into_iter().map(|group| Violation::TraineeGroupOver { group }));
    violations.extend(over(&by_role, &problem.seats).into_iter().map(|role| Violation::RoleOver { role }));
    violations.extend(over(&by_role_group, &problem.role_groups.cap).into_iter().map(|group| Violation::RoleGroupOver { group }));
    violations
}

/// Whether prices prove that no matching is worth more: caps and minimums are kept, nobody gains elsewhere,
/// and every price stands on a set that is full, or just holds its minimum (complementary slackness, in
/// whole numbers).
pub fn optimal(problem: &Problem, matching: &Matching, prices: &Prices, bonus: u32) -> Vec<Violation> {
    of_most_worth(problem, matching, prices, |_, at| i64::from(problem.weight[at]) + i64::from(bonus))
}

/// [`optimal`] for pairs that are worth what `worth` says of a trainee and a place in the list of all pairs.
pub fn of_most_worth(
    problem: &Problem,
    matching: &Matching,
    prices: &Prices,
    worth: impl Fn(usize, usize) -> i64,
) -> Vec<Violation> {
    let mut violations = feasible(problem, matching);
    violations.extend(short(problem, matching).iter().map(|short| match short.trainee_side {
        true => Violation::TraineeGroupShort { group: short.group },
        false => Violation::RoleGroupShort { group: short.group },
    }));
    if !violations.is_empty() {
        return violations;
    }
    let lengths = (prices.role.len(), prices.trainee_group.len(), prices.role_group.len());
    if lengths != (problem.roles(), problem.trainee_groups.len(), problem.role_groups.len()) {
        return vec![Violation::PricesLength];
    }
    let at = |labels: &[i64], group: u32| if group == NONE { prices.closing } else { labels[group as usize] };
    let mut by_role = vec![0_u32; problem.roles()];
    let (mut in_trainees, mut in_roles) = (vec![0_u32; problem.trainee_groups.len()], vec![0_u32; problem.role_groups.len()]);
    for (trainee, role) in pairs(matching) {
        by_role[role as usize] += 1;
        problem.trainee_groups.chain(problem.trainee_group[trainee]).for_each(|group| in_trainees[group] += 1);
        problem.role_groups.chain(problem.role_group[role as usize]).for_each(|group| in_roles[group] += 1);
    }
    // Where a unit passes from `from` to `to`, one more must not pay, and one less must not either.
    let slack = |held: u32, min: u32, cap: u32, from: i64, to: i64| (held >= cap || from >= to) && (held <= min || from <= to);
    for (group, held) in in_trainees.into_iter().enumerate() {
        let forest = &problem.trainee_groups;
        let (from, to) = (at(&prices.trainee_group, forest.parent[group]), prices.trainee_group[group]);
        if !slack(held, forest.min[group], forest.cap[group], from, to) {
            violations.push(Violation::TraineeGroupPrice { group: group as u32 });
        }
    }
    for (group, held) in in_roles.into_iter().enumerate() {
        let forest = &problem.role_groups;
        let (from, to) = (prices.role_group[group], at(&prices.role_group, forest.parent[group]));
        if !slack(held, forest.min[group], forest.cap[group], from, to) {
            violations.push(Violation::RoleGroupPrice { group: group as u32 });
        }
    }
    for (role, held) in by_role.into_iter().enumerate() {
        if !slack(held, 0, problem.seats[role], prices.role[role], at(&prices.role_group, problem.role_group[role])) {
            violations.push(Violation::RolePrice { role: role as u32 });
        }
    }
    for (trainee, own) in matching.iter().enumerate() {
        let outside = at(&prices.trainee_group, problem.trainee_group[trainee]);
        let offer = |at: usize| prices.role[problem.pairs[at].role as usize] + worth(trainee, at);
        let has = problem.position(trainee, *own).map_or(outside, offer);
        if has < outside {
            violations.push(Violation::GainsOutside { trainee: trainee as u32 });
        }
        for at in problem.start[trainee] as usize..problem.start[trainee + 1] as usize {
            if offer(at) > has {
                violations.push(Violation::Gains { trainee: trainee as u32, role: problem.pairs[at].role });
            }
        }
        if violations.len() >= LISTED {
            break;
        }
    }
    violations
}

/// Groups that a matching leaves below their minimum.
pub fn short(problem: &Problem, matching: &Matching) -> Vec<Short> {
    let (mut trainees, mut roles) = (vec![0_u32; problem.trainee_groups.len()], vec![0_u32; problem.role_groups.len()]);
    for (trainee, role) in pairs(matching) {
        problem.trainee_groups.chain(problem.trainee_group[trainee]).for_each(|group| trainees[group] += 1);
        problem.role_groups.chain(problem.role_group[role as usize]).for_each(|group| roles[group] += 1);
    }
    let below = |trainee_side: bool, counts: Vec<u32>, forest: &Forest| -> Vec<Short> {
        let at = |(group, has): (usize, u32)| Short { trainee_side, group: group as u32, has, min: forest.min[group] };
        counts.into_iter().enumerate().map(at).filter(|short| short.has < short.min).collect()
    };
    let mut found = below(true, trainees, &problem.trainee_groups);
    found.extend(below(false, roles, &problem.role_groups));
    found
}

/// Matched trainees and the sum of their pairs' weights.
pub fn weight(problem: &Problem, matching: &Matching) -> (u64, u64) {
    let weight = |(trainee, role)| problem.position(trainee, role).and_then(|at| problem.weight.get(at)).copied().unwrap_or(0);
    pairs(matching).fold((0, 0), |(matched, sum), pair| (matched + 1, sum + u64::from(weight(pair))))
}

fn pairs(matching: &Matching) -> impl Iterator<Item = (usize, u32)> + '_ {
    matching.iter().enumerate().filter(|(_, role)| **role != NONE).map(|(trainee, role)| (trainee, *role))
}

/// The last place in the order of priority that each trainee group lets in; everybody where it has room.
struct Doors(Vec<u32>);

impl Doors {
    fn of(problem: &Problem, matching: &Matching) -> Self {
        let forest = &problem.trainee_groups;
        let (mut count, mut last) = (vec![0_u32; forest.len()], vec![0_u32; forest.len()]);
        for (trainee, _) in pairs(matching) {
            for group in forest.chain(problem.trainee_group[trainee]) {
                count[group] += 1;
                last[group] = last[group].max(problem.priority[trainee]);
            }
        }
        // A group without any place holds nobody of lower priority: it lets nobody in.
        let bar = |group: usize| match count[group] {
            held if held < forest.cap[group] => u32::MAX,
            0 => 0,
            _ => last[group],
        };
        Self((0..forest.len()).map(bar).collect())
    }

    fn open(&self, problem: &Problem, trainee: usize) -> bool {
        problem.trainee_groups.chain(problem.trainee_group[trainee]).all(|group| problem.priority[trainee] < self.0[group])
    }
}

/// A pair as the role side ranks it; greater is worse.
type Bar = (Reverse<u16>, u32, u32);

/// Worse than any pair.
const OPEN: Bar = (Reverse(0), u32::MAX, u32::MAX);
/// Better than any pair.
const SHUT: Bar = (Reverse(u16::MAX), 0, 0);

/// What a pair must beat to be chosen at each role.
fn bars(problem: &Problem, matching: &Matching, variant: Variant) -> Vec<Bar> {
    let forest = &problem.role_groups;
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
    let full = |group: &usize| count[*group] >= forest.cap[*group];
    let bar = |role: usize| {
        let own = if held[role] >= problem.seats[role] { worst[role] } else { OPEN };
        let mut around = forest.chain(problem.role_group[role]).filter(full);
        match variant {
            Variant::Merit => around.map(|group| worst_in[group]).fold(own, Ord::min),
            Variant::Seats => {
                let next = seat(role, held[role].saturating_add(1));
                let open = held[role] < problem.seats[role] && around.all(|group| last_seat[group] > next);
                if open { OPEN } else { worst[role] }
            }
        }
    };
    (0..problem.roles()).map(bar).collect()
}

#[cfg(test)]
mod tests;
