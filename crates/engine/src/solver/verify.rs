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
//! What a role side would choose is one bar a role ([`Cutoffs`]), which is the certificate of a stable matching:
//! the check is one pass over the pairs against these bars.

use super::cutoffs::{self, Cutoff, Cutoffs};
use super::integer::Ties;
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
    /// The certificate of a stable matching says another thing about a role, or a group of trainees, than the
    /// matching does.
    RoleCutoff {
        role: u32,
    },
    DoorCutoff {
        group: u32,
    },
    /// There is not one cutoff a role and a group of trainees.
    CutoffsLength,
    /// A couple is not placed in one subdivision.
    Apart {
        one: u32,
        other: u32,
    },
    /// Roles that share so many seats hold more people.
    SharedOver {
        cap: u32,
    },
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

/// Every violation of a stable matching; empty means stable. One pass over the pairs, on so many threads.
pub fn stable(problem: &Problem, matching: &Matching, variant: Variant, threads: usize) -> Vec<Violation> {
    let violations = feasible(problem, matching);
    if !violations.is_empty() {
        return violations;
    }
    let cutoffs = Cutoffs::of(problem, matching, variant);
    let share = matching.len().div_ceil(threads.max(1)).max(1);
    let blocking_in = |from: usize| blocking(problem, matching, &cutoffs, from..matching.len().min(from + share));
    let parts: Vec<Vec<Violation>> = if threads <= 1 {
        vec![blocking_in(0)]
    } else {
        std::thread::scope(|scope| {
            let blocking_in = &blocking_in;
            let working: Vec<_> = (0..matching.len()).step_by(share).map(|from| scope.spawn(move || blocking_in(from))).collect();
            // A thread that panics has found a fault: it is not hidden.
            working.into_iter().map(|part| part.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
        })
    };
    parts.into_iter().flatten().take(LISTED).collect()
}

/// Whether a certificate says what follows from the matching.
pub fn certificate(problem: &Problem, matching: &Matching, variant: Variant, cutoffs: &Cutoffs) -> Vec<Violation> {
    let own = Cutoffs::of(problem, matching, variant);
    let differs = |one: &[Cutoff], other: &[Cutoff]| -> Vec<u32> {
        (0..one.len()).filter(|at| one.get(*at) != other.get(*at)).map(|at| at as u32).collect()
    };
    if (own.role.len(), own.door.len()) != (cutoffs.role.len(), cutoffs.door.len()) {
        return vec![Violation::CutoffsLength];
    }
    let roles = differs(&own.role, &cutoffs.role).into_iter().map(|role| Violation::RoleCutoff { role });
    let doors = (0..own.door.len()).filter(|at| own.door[*at] != cutoffs.door[*at]);
    roles.chain(doors.map(|group| Violation::DoorCutoff { group: group as u32 })).take(LISTED).collect()
}

fn blocking(problem: &Problem, matching: &Matching, cutoffs: &Cutoffs, trainees: std::ops::Range<usize>) -> Vec<Violation> {
    let bars: Vec<cutoffs::Bar> = cutoffs.role.iter().map(|cutoff| cutoff.bar).collect();
    let mut found = Vec::new();
    for trainee in trainees {
        let role = matching[trainee];
        let list = problem.list(trainee);
        let own = list.iter().find(|pair| pair.role == role).map(|pair| (pair.u, Reverse(pair.role)));
        if own.is_none() && cutoffs.shut_out(problem, trainee).is_some() {
            continue;
        }
        for pair in list.iter().filter(|pair| own.is_none_or(|own| (pair.u, Reverse(pair.role)) > own)) {
            if (Reverse(pair.v), trainee as u32, pair.role) < bars[pair.role as usize] {
                found.push(Violation::Blocking { trainee: trainee as u32, role: pair.role });
                if found.len() >= LISTED {
                    return found;
                }
            }
        }
    }
    found
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

/// What is wrong with a matching under caps, minimums, couples and shared caps.
pub fn tied(problem: &Problem, matching: &Matching, ties: &Ties) -> Vec<Violation> {
    let mut violations = within_bounds(problem, matching);
    let place = |trainee: u32| match matching.get(trainee as usize) {
        None | Some(&NONE) => None,
        Some(role) => Some(ties.subdivision.get(*role as usize).copied().unwrap_or(NONE)),
    };
    let apart = ties.couples.iter().filter(|(one, other)| place(*one) != place(*other));
    violations.extend(apart.map(|(one, other)| Violation::Apart { one: *one, other: *other }));
    let held = |roles: &[u32]| matching.iter().filter(|role| roles.contains(role)).count();
    let over = ties.shared.iter().filter(|shared| held(&shared.roles) > shared.cap as usize);
    violations.extend(over.map(|shared| Violation::SharedOver { cap: shared.cap }));
    violations
}

/// What is wrong under caps and minimums.
fn within_bounds(problem: &Problem, matching: &Matching) -> Vec<Violation> {
    let mut violations = feasible(problem, matching);
    if violations.is_empty() {
        violations.extend(short(problem, matching).iter().map(|short| match short.trainee_side {
            true => Violation::TraineeGroupShort { group: short.group },
            false => Violation::RoleGroupShort { group: short.group },
        }));
    }
    violations
}

/// Whether prices prove that no matching is worth more: caps and minimums are kept, nobody gains elsewhere,
/// and every price stands on a set that is full, or just holds its minimum (complementary slackness, in
/// whole numbers).
pub fn optimal(problem: &Problem, matching: &Matching, prices: &Prices, bonus: u32) -> Vec<Violation> {
    of_most_worth(problem, matching, prices, |_, at| i64::from(problem.weight[at]) + i64::from(bonus))
}

/// [`optimal`] for pairs that are worth what `worth` says of a trainee and a place in the list of all pairs.
pub fn of_most_worth(problem: &Problem, matching: &Matching, prices: &Prices, worth: impl Fn(usize, usize) -> i64) -> Vec<Violation> {
    let mut violations = within_bounds(problem, matching);
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

pub(super) fn pairs(matching: &Matching) -> impl Iterator<Item = (usize, u32)> + '_ {
    matching.iter().enumerate().filter(|(_, role)| **role != NONE).map(|(trainee, role)| (trainee, *role))
}

#[cfg(test)]
mod tests;
