//! A new matching after a shock, with as little moving as can be.
//!
//! Of all matchings that keep the caps after the shock, the one with the greatest sum over its pairs of
//! weight + [`PLACED`] for whoever had a place before + [`KEPT`] where the pair is the one from before. So
//! whoever held a place is placed again first (a place is worth about four moves of others), nobody is
//! moved for a better score (the bonus for staying is more than twice the greatest weight), and whoever
//! never had a place takes what is left. Minimums are waived: they may have become impossible.

mod around;

use super::optimal::{Prices, Solution, Unsolved, VISITS, from_before, of_most_worth};
use super::problem::{Forest, Matching, NONE, Problem};
use super::verify::Violation;

/// For placing somebody again who had a place.
pub const PLACED: u32 = 100_000;
/// For leaving somebody where she is.
pub const KEPT: u32 = 20_001;

/// What became of everybody.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Moves {
    /// Who is where she was.
    pub kept: u64,
    /// Whose pair is gone: it is none any more, or its role or a group around it has no place at all.
    pub displaced: u64,
    /// Of those, who has another place.
    pub placed_again: u64,
    /// Whose pair is still there and who was moved, or lost her place.
    pub moved: u64,
    pub lost: u64,
    /// Who had no place before.
    pub newly_placed: u64,
}

/// The matching of greatest worth after a shock; `problem` is what the shock has left. With the prices of
/// `before` it is mended where the shock has struck: for whoever was matched, the bonuses are the same at every
/// role but her own, where they are higher still, so the prices of before are still a proof wherever nothing
/// has changed. Whoever can stay is held fast, the others are placed around them, and those who found nothing are
/// put back one by one. Without prices it is solved from nothing. The worth of the result does not depend on the
/// number of threads, nor does the result.
///
/// # Errors
/// When the problem has no weights, or `before` is no matching of its trainees.
pub fn solve(problem: &Problem, before: &Matching, prices: Option<&Prices>, threads: usize) -> Result<Solution, Unsolved> {
    mended(problem, before, prices, threads, VISITS)
}

fn mended(problem: &Problem, before: &Matching, prices: Option<&Prices>, threads: usize, visits: usize) -> Result<Solution, Unsolved> {
    if problem.weight.len() != problem.pairs.len() {
        return Err(Unsolved::NoWeights);
    }
    if before.len() != problem.trainees() {
        return Err(Unsolved::OtherProblem);
    }
    let all = worths(problem, before, threads);
    // How far a label can fall from prices of before is not known, so a minimum that cannot be met is not recognised by
    // it: where there are minimums, it is solved from nothing.
    let minimums = problem.trainee_groups.min.iter().chain(&problem.role_groups.min).any(|min| *min > 0);
    match prices.filter(|_| !minimums) {
        Some(prices) => {
            let lengths = (prices.role.len(), prices.trainee_group.len(), prices.role_group.len());
            if lengths != (problem.roles(), problem.trainee_groups.len(), problem.role_groups.len()) {
                return Err(Unsolved::OtherProblem);
            }
            let near = around::solve(problem, &all, before, prices)?;
            from_before(problem, all, before, &near, threads, visits)
        }
        None => of_most_worth(problem, all),
    }
}

/// What every pair is worth after the shock, trainee by trainee.
fn worths(problem: &Problem, before: &Matching, threads: usize) -> Vec<u32> {
    let mut all = vec![0; problem.pairs.len()];
    let share = problem.trainees().div_ceil(threads.max(1)).max(1);
    std::thread::scope(|scope| {
        let mut rest = all.as_mut_slice();
        for first in (0..problem.trainees()).step_by(share) {
            let last = (first + share).min(problem.trainees());
            let (begins, ends) = (problem.start[first] as usize, problem.start[last] as usize);
            let (part, left) = rest.split_at_mut(ends - begins);
            rest = left;
            let mut fill = move || {
                for trainee in first..last {
                    let list = problem.start[trainee] as usize..problem.start[trainee + 1] as usize;
                    let mine = &mut part[list.start - begins..list.end - begins];
                    mine.iter_mut().zip(list).for_each(|(own, at)| *own = worth(problem, before, trainee, at));
                }
            };
            if threads > 1 {
                scope.spawn(fill);
            } else {
                fill();
            }
        }
    });
    all
}

/// What a pair is worth after the shock.
fn worth(problem: &Problem, before: &Matching, trainee: usize, at: usize) -> u32 {
    let had = before[trainee];
    let placed = if had == NONE { 0 } else { PLACED };
    let kept = if had == problem.pairs[at].role { KEPT } else { 0 };
    u32::from(problem.weight[at]) + placed + kept
}

/// The sum that [`solve`] makes as great as can be.
pub fn objective(problem: &Problem, before: &Matching, matching: &Matching) -> u64 {
    let worth = |(trainee, role): (usize, &u32)| {
        let at = problem.position(trainee, *role);
        at.map_or(0, |at| u64::from(worth(problem, before, trainee, at)))
    };
    matching.iter().enumerate().filter(|(_, role)| **role != NONE).map(worth).sum()
}

/// Whether prices prove that no matching has a greater sum.
pub fn verify(problem: &Problem, before: &Matching, matching: &Matching, prices: &Prices) -> Vec<Violation> {
    super::verify::of_most_worth(problem, matching, prices, |trainee, at| i64::from(worth(problem, before, trainee, at)))
}

/// Who was kept, moved, placed again, lost.
pub fn moves(problem: &Problem, before: &Matching, matching: &Matching) -> Moves {
    let closed = |groups: &Forest, group: u32| groups.chain(group).any(|group| groups.cap[group] == 0);
    let gone = |trainee: usize, role: u32| {
        problem.position(trainee, role).is_none()
            || problem.seats[role as usize] == 0
            || closed(&problem.trainee_groups, problem.trainee_group[trainee])
            || closed(&problem.role_groups, problem.role_group[role as usize])
    };
    let mut moves = Moves::default();
    for (trainee, (had, has)) in before.iter().zip(matching).enumerate() {
        match (*had, *has) {
            (NONE, NONE) => {}
            (NONE, _) => moves.newly_placed += 1,
            (had, has) if had == has => moves.kept += 1,
            (had, has) if gone(trainee, had) => {
                moves.displaced += 1;
                moves.placed_again += u64::from(has != NONE);
            }
            (_, NONE) => moves.lost += 1,
            _ => moves.moved += 1,
        }
    }
    moves
}

#[cfg(test)]
mod tests;
