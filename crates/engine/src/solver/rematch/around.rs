//! The rest of the problem around those who stay.
//!
//! Staying is worth more than twice any weight, so a shock rarely moves anybody it does not strike. Whoever can
//! stay is therefore held fast first, and only the others are placed, in the seats and under the caps that are
//! left: a problem about as large as the damage. Its prices, with those of before wherever nothing is left to be
//! had, are looked at as a proof for the whole; where they are none, they are still where mending begins.

use super::super::optimal::{self, Prices, Solution, Unsolved};
use super::super::problem::{Forest, Matching, NONE, Pair, Parts, Problem};

/// No price lies as far from nothing as this, which is more than any pair is worth: where no minimums are, more is
/// never needed, and stale prices of what nobody wants may have come to anything.
const BEYOND: i64 = 1 << 18;

/// Places that those who stay have left in one side's groups.
struct Side {
    left: Vec<u32>,
}

impl Side {
    fn of(forest: &Forest, taken: &[u32]) -> Self {
        Self { left: forest.cap.iter().zip(taken).map(|(cap, taken)| cap.saturating_sub(*taken)).collect() }
    }

    /// Whether every group around has a place left.
    fn open(&self, forest: &Forest, group: u32) -> bool {
        forest.chain(group).all(|group| self.left[group] > 0)
    }

    fn all_open(&self, forest: &Forest) -> impl Iterator<Item = usize> {
        (0..forest.len()).filter(|group| self.open(forest, *group as u32))
    }

    /// The groups with the places that are left, and no minimums.
    fn forest(&self, forest: &Forest) -> Forest {
        Forest { parent: forest.parent.clone(), cap: self.left.clone(), min: vec![0; forest.len()] }
    }
}

/// How many of a matching each group of both sides holds.
fn counted(problem: &Problem, matching: &Matching) -> (Vec<u32>, Vec<u32>, Vec<u32>) {
    let mut seats = vec![0; problem.roles()];
    let mut of_trainees = vec![0; problem.trainee_groups.len()];
    let mut of_roles = vec![0; problem.role_groups.len()];
    for (trainee, role) in matching.iter().enumerate().filter(|(_, role)| **role != NONE) {
        seats[*role as usize] += 1;
        problem.trainee_groups.chain(problem.trainee_group[trainee]).for_each(|group| of_trainees[group] += 1);
    }
    for (role, held) in seats.iter().enumerate().filter(|(_, held)| **held > 0) {
        problem.role_groups.chain(problem.role_group[role]).for_each(|group| of_roles[group] += held);
    }
    (seats, of_trainees, of_roles)
}

/// Who keeps her place: her pair is still there, and nothing around it holds more than it may.
fn staying(problem: &Problem, before: &Matching) -> Matching {
    let there = |(trainee, role): (usize, &u32)| problem.position(trainee, *role).map_or(NONE, |_| *role);
    let mut stays: Matching = before.iter().enumerate().map(there).collect();
    let (seats, of_trainees, of_roles) = counted(problem, &stays);
    let over = |forest: &Forest, held: &[u32], group: u32| forest.chain(group).any(|group| held[group] > forest.cap[group]);
    let role_over: Vec<bool> = (0..problem.roles())
        .map(|role| seats[role] > problem.seats[role] || over(&problem.role_groups, &of_roles, problem.role_group[role]))
        .collect();
    for (trainee, role) in stays.iter_mut().enumerate().filter(|(_, role)| **role != NONE) {
        if role_over[*role as usize] || over(&problem.trainee_groups, &of_trainees, problem.trainee_group[trainee]) {
            *role = NONE;
        }
    }
    stays
}

/// What is left for those who do not stay; roles and trainees have numbers of their own.
struct Rest {
    problem: Problem,
    worth: Vec<u32>,
    role: Vec<u32>,
    trainee: Vec<u32>,
}

fn rest(problem: &Problem, worth: &[u32], stays: &Matching, seats: &[u32], trainees: &Side, roles: &Side) -> Result<Rest, Unsolved> {
    let left = |role: usize| problem.seats[role] - seats[role];
    let open = |role: &usize| left(*role) > 0 && roles.open(&problem.role_groups, problem.role_group[*role]);
    let role: Vec<u32> = (0..problem.roles()).filter(open).map(|role| role as u32).collect();
    let mut number = vec![NONE; problem.roles()];
    role.iter().zip(0..).for_each(|(role, own)| number[*role as usize] = own);
    let mut parts = Parts {
        trainee_groups: trainees.forest(&problem.trainee_groups),
        role_groups: roles.forest(&problem.role_groups),
        role_group: role.iter().map(|role| problem.role_group[*role as usize]).collect(),
        seats: role.iter().map(|role| left(*role as usize)).collect(),
        target: vec![0; role.len()],
        start: vec![0],
        ..Parts::default()
    };
    let (mut trainee, mut worths) = (vec![], vec![]);
    let loose = (0..problem.trainees()).filter(|trainee| stays[*trainee] == NONE);
    for one in loose.filter(|one| trainees.open(&problem.trainee_groups, problem.trainee_group[*one])) {
        let from = problem.start[one] as usize;
        for (pair, worth) in problem.list(one).iter().zip(&worth[from..]).filter(|(pair, _)| number[pair.role as usize] != NONE) {
            parts.pairs.push(Pair { role: number[pair.role as usize], ..*pair });
            worths.push(*worth);
        }
        if parts.pairs.len() as u32 > parts.start[trainee.len()] {
            parts.start.push(parts.pairs.len() as u32);
            parts.trainee_group.push(problem.trainee_group[one]);
            trainee.push(one as u32);
        }
    }
    parts.priority = (0..trainee.len() as u32).collect();
    let problem = Problem::new(parts).map_err(|_| Unsolved::OtherProblem)?;
    Ok(Rest { problem, worth: worths, role, trainee })
}

/// A matching in which whoever can stay stays, and prices that nearly prove it the best.
///
/// # Errors
/// As of solving the rest; there are no minimums that could not be met.
pub(super) fn solve(problem: &Problem, worth: &[u32], before: &Matching, prices: &Prices) -> Result<Solution, Unsolved> {
    let stays = staying(problem, before);
    let (seats, of_trainees, of_roles) = counted(problem, &stays);
    let trainees = Side::of(&problem.trainee_groups, &of_trainees);
    let roles = Side::of(&problem.role_groups, &of_roles);
    let Rest { problem: left, worth: worths, role, trainee } = rest(problem, worth, &stays, &seats, &trainees, &roles)?;
    let placed = optimal::of_most_worth(&left, worths)?;
    let mut matching = stays.clone();
    for (trainee, own) in trainee.iter().zip(&placed.matching).filter(|(_, role)| **role != NONE) {
        matching[*trainee as usize] = role[*own as usize];
    }
    let lost = (0..problem.trainees()).any(|one| before[one] != NONE && matching[one] == NONE && !problem.list(one).is_empty());
    let mut prices = joined(problem, prices, &placed.prices, &role, (&trainees, &roles), lost);
    levelled(problem, &matching, &mut prices);
    awaited(problem, worth, &stays, &trainees, &mut prices);
    levelled(problem, &matching, &mut prices);
    Ok(Solution { matching, prices })
}

/// Prices of the rest where something was left, and of before elsewhere, both counted from the closing node. If somebody
/// `lost` her place, the rest is dear to her alone, who is put in later: then its roles begin at nothing.
fn joined(problem: &Problem, before: &Prices, rest: &Prices, role: &[u32], (trainees, roles): (&Side, &Side), lost: bool) -> Prices {
    let of_before = |price: &i64| price.saturating_sub(before.closing).clamp(-BEYOND, BEYOND);
    let of_rest = |price: &i64| price - rest.closing;
    let of_role = |price: &i64| if lost { 0 } else { of_rest(price) };
    let mut prices = Prices {
        role: before.role.iter().map(of_before).collect(),
        trainee_group: before.trainee_group.iter().map(of_before).collect(),
        role_group: before.role_group.iter().map(of_before).collect(),
        closing: 0,
    };
    role.iter().zip(&rest.role).for_each(|(role, price)| prices.role[*role as usize] = of_role(price));
    for group in trainees.all_open(&problem.trainee_groups) {
        prices.trainee_group[group] = of_rest(&rest.trainee_group[group]);
    }
    for group in roles.all_open(&problem.role_groups) {
        prices.role_group[group] = of_role(&rest.role_group[group]);
    }
    prices
}

/// Moves the price of whatever is neither empty nor full to that of what is around it, from the outermost inwards.
fn levelled(problem: &Problem, matching: &Matching, prices: &mut Prices) {
    let (seats, of_trainees, of_roles) = counted(problem, matching);
    let closing = prices.closing;
    let around = |labels: &[i64], group: u32| if group == NONE { closing } else { labels[group as usize] };
    for group in inwards(&problem.trainee_groups) {
        let outer = around(&prices.trainee_group, problem.trainee_groups.parent[group]);
        let (held, cap) = (of_trainees[group], problem.trainee_groups.cap[group]);
        // Units come in here: what is full may be worth more than what is around it, what is empty less.
        prices.trainee_group[group] = between(prices.trainee_group[group], outer, held > 0, held < cap);
    }
    for group in inwards(&problem.role_groups) {
        let outer = around(&prices.role_group, problem.role_groups.parent[group]);
        let (held, cap) = (of_roles[group], problem.role_groups.cap[group]);
        // And go out here: what is full may be worth less, what is empty more.
        prices.role_group[group] = between(prices.role_group[group], outer, held < cap, held > 0);
    }
    for (role, held) in seats.iter().enumerate() {
        let outer = around(&prices.role_group, problem.role_group[role]);
        prices.role[role] = between(prices.role[role], outer, *held < problem.seats[role], *held > 0);
    }
}

/// A label that may not be less than another, or not more.
fn between(label: i64, outer: i64, not_less: bool, not_more: bool) -> i64 {
    let label = if not_less { label.max(outer) } else { label };
    if not_more { label.min(outer) } else { label }
}

/// Groups, each after the one around it.
fn inwards(forest: &Forest) -> Vec<usize> {
    let mut groups: Vec<usize> = (0..forest.len()).collect();
    groups.sort_by_key(|group| forest.chain(*group as u32).count());
    groups
}

/// Who waits for a full group waits for what is open now: her group is worth what the best of it offers.
fn awaited(problem: &Problem, worth: &[u32], stays: &Matching, trainees: &Side, prices: &mut Prices) {
    let closed: Vec<Option<usize>> = (0..problem.trainee_groups.len() as u32)
        .map(|group| problem.trainee_groups.chain(group).find(|group| trainees.left[*group] == 0))
        .collect();
    for trainee in (0..problem.trainees()).filter(|trainee| stays[*trainee] == NONE && problem.trainee_group[*trainee] != NONE) {
        let Some(group) = closed[problem.trainee_group[trainee] as usize] else { continue };
        let from = problem.start[trainee] as usize;
        let offers =
            problem.list(trainee).iter().zip(&worth[from..]).map(|(pair, worth)| prices.role[pair.role as usize] + i64::from(*worth));
        let best = offers.max().unwrap_or(i64::MIN);
        prices.trainee_group[group] = prices.trainee_group[group].max(best);
    }
}
