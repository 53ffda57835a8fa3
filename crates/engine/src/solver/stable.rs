//! Stable matching: trainee-proposing deferred acceptance under two laminar families of caps.
//!
//! The trainee side takes people by priority; the role side chooses by one of two rules:
//!
//! * `merit`: every full set keeps the pairs with the best (`v`, trainee, role), comparable across roles:
//!   the greedy choice of a laminar matroid (Fleiner 2003);
//! * `seats`: a role ranks its own applicants, and a group ranks seats, those within the target first
//!   (flexible deferred acceptance: Kamada and Kojima 2015, 2018).
//!
//! Both are substitutable and keep the law of aggregate demand, so the outcome is *the*
//! trainee-optimal stable matching whatever the order of proposals (Gale and Shapley 1962; Hatfield and
//! Milgrom 2005), and a pair refused once is refused for good. The engine uses both facts: it proposes in
//! the order in which memory lies, and it remembers for each role the best score that it has refused.
//!
//! Cost: no list is sorted. A visit looks once through a trainee's pairs, eight bytes each, beside a table
//! of two bytes a role that stays in the cache; a proposal changes one heap and, only below groups that
//! have been full, one path of a tournament tree.

mod doors;
mod seats;

use super::ahead::soon;
use super::problem::{Matching, NONE, Pair, Problem};
use doors::Doors;
use seats::{Answer, ByMerit, BySeats, Choice, Seats};

/// How the role side chooses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Variant {
    Merit,
    Seats,
}

/// The trainee-optimal stable matching.
pub fn solve(problem: &Problem, variant: Variant) -> Matching {
    match variant {
        Variant::Merit => run::<ByMerit>(problem),
        Variant::Seats => run::<BySeats>(problem),
    }
}

/// Place of a pair in its trainee's list of wishes, `u` descending and role ascending; more is better.
fn wish(pair: Pair) -> u64 {
    (u64::from(pair.u) << 32) | u64::from(!pair.role)
}

/// How many visits ahead the lists of trainees are asked for.
const AHEAD: usize = 4;

fn run<C: Choice>(problem: &Problem) -> Matching {
    let mut seats = Seats::<C>::new(problem);
    let mut doors = Doors::new(problem);
    // The wish that was asked last; better ones have been asked, or would have been refused.
    let mut asked = vec![u64::MAX; problem.trainees()];
    // Everybody who is let in at first asks in the order of memory.
    let mut free = doors.open();
    free.sort_unstable_by(|one, other| other.cmp(one));
    let mut displaced = Vec::new();
    loop {
        while let Some(trainee) = free.pop() {
            if let Some(next) = free.len().checked_sub(AHEAD) {
                soon(problem.list(free[next] as usize));
            }
            match settle(problem, &mut seats, &mut asked[trainee as usize], trainee) {
                Settled::Held => {}
                Settled::Displaces(other) => displaced.push(other),
                Settled::Exhausted => displaced.extend(doors.leave(trainee)),
            }
        }
        if displaced.is_empty() {
            return seats.matching();
        }
        std::mem::swap(&mut free, &mut displaced);
        free.sort_unstable_by(|one, other| other.cmp(one));
    }
}

enum Settled {
    Held,
    Displaces(u32),
    /// Nobody on her list takes her.
    Exhausted,
}

/// A trainee asks down her list until somebody holds her.
fn settle<C: Choice>(problem: &Problem, seats: &mut Seats<'_, C>, asked: &mut u64, trainee: u32) -> Settled {
    let list = problem.list(trainee as usize);
    loop {
        let mut best = (0_u64, NONE, 0_u16);
        for pair in list {
            let wish = wish(*pair) + 1;
            // What scores less than somebody refused there is refused too.
            let open = pair.v >= seats.refused(pair.role);
            if open & (wish < *asked) & (wish > best.0) {
                best = (wish, pair.role, pair.v);
            }
        }
        let (wish, role, v) = best;
        if wish == 0 {
            *asked = 0;
            return Settled::Exhausted;
        }
        *asked = wish;
        match seats.propose(trainee, role, v) {
            Answer::Held => return Settled::Held,
            Answer::Swapped(other) => return Settled::Displaces(other),
            Answer::Refused => {}
        }
    }
}

#[cfg(test)]
mod tests;
