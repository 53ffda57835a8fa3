//! The matching of greatest weight under all caps and minimums: one circulation of least cost.
//!
//! Two laminar families make the problem a flow: a unit runs from the closing node down the trainees'
//! groups to a trainee, over a pair to a role, and up the roles' groups to the closing node again
//! (Edmonds 1970; Budish, Che, Kojima and Milgrom 2013). The solver scales costs (Goldberg and Tarjan
//! 1990): each round halves an error several times over and pushes units until none is left over; in the
//! last round the error is below what whole numbers can differ by, and the flow is of least cost.
//!
//! Nothing of the network is built. A trainee looks through her pairs for the best and the second best
//! offer and takes the first at the price of the second (the double push of Goldberg and Kennedy 1995,
//! which is the bid of an auction: Bertsekas and Castañón 1989); a role keeps a heap of those whom it holds and
//! lets the one go who loses least; a group keeps its roles in a tournament tree.
//!
//! Labels: a unit runs to whoever offers most, and whoever has passed it on offers less from then on.
//! `label(role) + weight` is what a role offers a trainee; a role's label falls as more is bid for it.

mod prices;
mod put_back;
mod warm;

use super::ahead::soon;
use super::groups::Groups;
use super::problem::{Matching, NONE, Problem};
use super::worst::Worst;
pub use prices::Prices;
use std::collections::{BinaryHeap, VecDeque};

/// Why there is no optimal matching.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unsolved {
    /// The minimums of some groups cannot all be met.
    Infeasible,
    /// The problem came without weights.
    NoWeights,
    /// Weight and bonus together are beyond the numbers that are counted with.
    TooLarge,
    /// The matching or the prices from before belong to another problem.
    OtherProblem,
}

impl std::error::Error for Unsolved {}

impl std::fmt::Display for Unsolved {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Infeasible => "the minimums of some groups cannot all be met under the caps",
            Self::NoWeights => "the pairs have no weights",
            Self::TooLarge => "weight and bonus together are too large",
            Self::OtherProblem => "the matching or the prices from before belong to another problem",
        })
    }
}

/// A matching with the proof that there is no better one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Solution {
    pub matching: Matching,
    pub prices: Prices,
}

/// Passes over all pairs before the labels of a round are given up as not exact yet.
const PASSES: usize = 12;

/// How many visits ahead the lists of trainees are asked for.
const AHEAD: usize = 6;

/// By how much the error shrinks from round to round.
const SHRINK: i64 = 8;

/// By how much the error of the first round is less than the greatest weight: rounds with a larger one only
/// place people by chance.
const FIRST: i64 = 16;

/// The matching with the greatest sum of (weight + bonus) over its pairs.
///
/// # Errors
/// When the minimums cannot be met, or there are no weights.
pub fn solve(problem: &Problem, bonus: u32) -> Result<Solution, Unsolved> {
    if problem.weight.len() != problem.pairs.len() {
        return Err(Unsolved::NoWeights);
    }
    let worth: Option<Vec<u32>> = problem.weight.iter().map(|weight| u32::from(*weight).checked_add(bonus)).collect();
    of_most_worth(problem, worth.ok_or(Unsolved::TooLarge)?)
}

/// The matching of most worth, where each pair has a worth of its own.
///
/// # Errors
/// When the minimums cannot be met.
pub(super) fn of_most_worth(problem: &Problem, worth: Vec<u32>) -> Result<Solution, Unsolved> {
    let mut flow = Flow::new(problem, worth);
    loop {
        flow.begin();
        flow.settle()?;
        if let Some(solution) = flow.proved() {
            return Ok(solution);
        }
        flow.error = (flow.error / SHRINK).max(1);
    }
}

/// The prices that prove a matching to be of greatest weight; nothing when it is not, or when they do not come
/// out within so many passes over all pairs.
pub fn prices_of(problem: &Problem, matching: &Matching, passes: usize) -> Option<Prices> {
    let fits = matching.len() == problem.trainees() && problem.weight.len() == problem.pairs.len();
    if !fits || !super::verify::feasible(problem, matching).is_empty() {
        return None;
    }
    let mut flow = Flow::new(problem, problem.weight.iter().map(|weight| u32::from(*weight)).collect());
    flow.take_up(matching, &Prices::zero(problem));
    flow.prices(passes)
}

/// Visits a node, on average, before a matching is taken for too far from the best to be mended person by person.
pub(super) const VISITS: usize = 8;

/// The matching of most worth, found from one that is near it and prices that nearly prove it: those who `had` a place
/// and have none are put back one by one, and where that takes more than so many visits a node, costs are scaled. The
/// problem has no minimums.
///
/// # Errors
/// None where there are no minimums; settling knows no other.
pub(super) fn from_before(
    problem: &Problem,
    worth: Vec<u32>,
    had: &Matching,
    near: &Solution,
    threads: usize,
    visits: usize,
) -> Result<Solution, Unsolved> {
    let Solution { matching: before, prices } = near;
    let mut flow = Flow::new(problem, worth);
    flow.take_up(before, prices);
    if let Some(prices) = flow.put_back(had, prices, visits) {
        return Ok(Solution { matching: flow.matched, prices });
    }
    flow.error = flow.first_error();
    flow.fall = i64::MAX;
    loop {
        flow.resume(threads);
        flow.settle()?;
        if let Some(solution) = flow.proved() {
            return Ok(solution);
        }
        flow.error = (flow.error / SHRINK).max(1);
    }
}

/// No offer at all.
const NOTHING: i64 = i64::MIN / 4;

struct Flow<'p> {
    problem: &'p Problem,
    /// What each pair is worth.
    worth: Vec<u32>,
    /// Costs are multiplied by this, so that an error of 1 is less than any difference over a way round.
    scale: i64,
    error: i64,
    /// Labels of the groups when the round began, and how far one can fall in a round of a problem that has
    /// an answer: over any way through the network, by the error of this round and of the one before.
    began: Vec<i64>,
    fall: i64,
    matched: Matching,
    /// Label of each trainee when she last acted.
    trainee: Vec<i64>,
    role: Vec<i64>,
    /// Those whom each role holds: what the role gets by letting one go, and who; the greatest on top.
    held: Vec<BinaryHeap<(i64, u32)>>,
    /// Units that each role has passed up.
    passed: Vec<u32>,
    /// Units more at each role than it has passed up; fewer, where it was made to pass up in advance.
    surplus: Vec<i64>,
    groups: Groups,
    /// Roles by place, with what a unit is worth that comes back to them.
    tree: Worst<Label>,
    /// Trainees who wait outside, by group, with their label.
    idle: Vec<BinaryHeap<(i64, u32)>>,
    active: VecDeque<u32>,
}

/// A label in the tree, where the default stands for a role that has passed nothing up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
struct Label(Option<i64>);

impl<'p> Flow<'p> {
    fn new(problem: &'p Problem, worth: Vec<u32>) -> Self {
        let groups = Groups::new(problem);
        let nodes = problem.trainees() + problem.roles() + problem.trainee_groups.len() + problem.role_groups.len() + 1;
        let scale = nodes as i64 + 1;
        let most = worth.iter().copied().max().unwrap_or(0);
        Self {
            problem,
            worth,
            scale,
            error: (i64::from(most) * scale / FIRST).max(1),
            began: vec![],
            fall: 0,
            matched: vec![NONE; problem.trainees()],
            trainee: vec![0; problem.trainees()],
            role: vec![0; problem.roles()],
            held: problem.seats.iter().map(|_| BinaryHeap::new()).collect(),
            passed: vec![0; problem.roles()],
            surplus: vec![0; problem.roles()],
            tree: Worst::new(problem.roles()),
            idle: (0..groups.len()).map(|_| BinaryHeap::new()).collect(),
            groups,
            active: VecDeque::new(),
        }
    }

    /// The solution, if the flow as it stands can be proved to be the best.
    fn proved(&mut self) -> Option<Solution> {
        // Below a unit of weight the flow is often the best long before the last round would prove it.
        let passes = match self.error {
            1 => usize::MAX,
            error if error < self.scale => PASSES,
            _ => return None,
        };
        let prices = self.prices(passes)?;
        Some(Solution { matching: std::mem::take(&mut self.matched), prices })
    }

    /// The best and the second best offer to a trainee: label, and where in the list of all pairs it stands,
    /// or [`NONE`] for staying out. Written without branches: which offer is better cannot be foreseen.
    fn offers(&self, trainee: usize) -> (i64, u32, i64) {
        let outside = self.groups.label[self.groups.of_trainee(trainee)];
        let (mut best, mut at, mut second) = (outside, NONE, NOTHING);
        let from = self.problem.start[trainee] as usize;
        let list = self.problem.list(trainee);
        for (place, (pair, worth)) in list.iter().zip(&self.worth[from..from + list.len()]).enumerate() {
            let offer = self.role[pair.role as usize] + i64::from(*worth) * self.scale;
            at = if offer > best { (from + place) as u32 } else { at };
            second = second.max(offer.min(best));
            best = best.max(offer);
        }
        (best, at, second)
    }

    /// The list of a trainee is looked through soon.
    fn ask_for(&self, trainee: u32) {
        let list = self.problem.start[trainee as usize] as usize..self.problem.start[trainee as usize + 1] as usize;
        soon(&self.problem.pairs[list.clone()]);
        soon(&self.worth[list]);
    }

    /// A round begins: nobody is placed, and every arc that would pay at these labels is filled.
    fn begin(&mut self) {
        self.matched.fill(NONE);
        self.held.iter_mut().for_each(BinaryHeap::clear);
        self.idle.iter_mut().for_each(BinaryHeap::clear);
        self.groups.begin();
        self.began.clone_from(&self.groups.label);
        self.fall = self.error.saturating_mul(self.scale).saturating_mul(SHRINK + FIRST + 2);
        for role in 0..self.problem.roles() {
            let group = self.groups.of_role(role);
            let pays = self.role[role] < self.groups.label[group];
            self.passed[role] = if pays { self.groups.seats(role) } else { 0 };
            self.surplus[role] = -i64::from(self.passed[role]);
            self.groups.surplus[group] += i64::from(self.passed[role]);
            self.note(role);
        }
        for trainee in 0..self.problem.trainees() {
            let group = self.groups.of_trainee(trainee);
            let (best, at, _) = self.offers(trainee);
            self.trainee[trainee] = best;
            if at == NONE {
                // Nobody offers more than staying out; how much the best of them offers counts later.
                self.trainee[trainee] = self.best_of(trainee);
                self.idle[group].push((self.trainee[trainee], trainee as u32));
            } else {
                self.groups.surplus[group] -= 1;
                self.active.push_back(trainee as u32);
            }
        }
    }

    fn best_of(&self, trainee: usize) -> i64 {
        let from = self.problem.start[trainee] as usize;
        let list = self.problem.list(trainee);
        let offer = |(pair, worth): (&super::problem::Pair, &u32)| self.role[pair.role as usize] + i64::from(*worth) * self.scale;
        list.iter().zip(&self.worth[from..from + list.len()]).map(offer).max().unwrap_or(NOTHING)
    }

    /// Keeps in the tree what a role's group gets for taking a unit back from it.
    fn note(&mut self, role: usize) {
        let held = self.held[role].peek().map_or(NOTHING, |(label, _)| *label);
        let missing = if self.surplus[role] < 0 { self.role[role] } else { NOTHING };
        let back = Label((self.passed[role] > 0).then_some(held.max(missing)));
        self.tree.set(self.groups.place[role] as usize, back);
    }

    fn settle(&mut self) -> Result<(), Unsolved> {
        loop {
            while let Some(trainee) = self.active.pop_front() {
                if let Some(next) = self.active.get(AHEAD) {
                    self.ask_for(*next);
                }
                self.act(trainee as usize);
            }
            let mut moved = false;
            for group in 0..self.groups.len() {
                while self.groups.surplus[group] > 0 {
                    self.discharge(group)?;
                    moved = true;
                }
            }
            if !moved && self.active.is_empty() {
                return Ok(());
            }
        }
    }

    /// A trainee takes the best offer at the price of the second best, or goes out again.
    fn act(&mut self, trainee: usize) {
        let (_, at, second) = self.offers(trainee);
        if at == NONE {
            let group = self.groups.of_trainee(trainee);
            // Out there she is worth what the best role offers her, which may be far below staying out.
            self.trainee[trainee] = second;
            self.groups.surplus[group] += 1;
            self.idle[group].push((self.trainee[trainee], trainee as u32));
            return;
        }
        let role = self.problem.pairs[at as usize].role;
        let label = second.max(NOTHING) - self.error;
        self.trainee[trainee] = label;
        self.matched[trainee] = role;
        let role = role as usize;
        let worth = i64::from(self.worth[at as usize]) * self.scale;
        self.held[role].push((label - worth, trainee as u32));
        self.surplus[role] += 1;
        self.relieve(role);
    }

    /// A role with a unit too many passes it up, or lets the one go who loses least. While it has passed some
    /// up and could pass more, it and its group are one place: what one is worth the other is.
    fn relieve(&mut self, role: usize) {
        while self.surplus[role] > 0 {
            let group = self.groups.of_role(role);
            let up = if self.passed[role] < self.groups.seats(role) { self.groups.label[group] } else { NOTHING };
            let back = self.held[role].peek().map_or(NOTHING, |(label, _)| *label);
            if up >= back {
                self.role[role] = self.role[role].min(up);
                self.passed[role] += 1;
                self.groups.surplus[group] += 1;
            } else {
                self.role[role] = self.role[role].min(back - self.error);
                if let Some((_, trainee)) = self.held[role].pop() {
                    self.matched[trainee as usize] = NONE;
                    self.active.push_back(trainee);
                }
            }
            self.surplus[role] -= 1;
        }
        self.note(role);
    }

    /// A group passes units on to whoever has the highest label among those who can take one.
    fn discharge(&mut self, group: usize) -> Result<(), Unsolved> {
        let (mut best, mut way) = (NOTHING, Way::None);
        for (next, room) in self.groups.ways(group) {
            if room > 0 && self.groups.label[next] > best {
                (best, way) = (self.groups.label[next], Way::Group(next, room));
            }
        }
        if let Some((label, trainee)) = self.idle[group].peek()
            && *label > best
        {
            (best, way) = (*label, Way::Trainee(*trainee));
        }
        let (from, to) = self.groups.own_roles[group];
        if let Some((Label(Some(label)), place)) = self.tree.of(from as usize, to as usize)
            && label > best
        {
            (best, way) = (label, Way::Role(self.groups.role_at[place]));
        }
        // A unit that goes nowhere, or only ever further down, belongs to a minimum that cannot be met.
        if matches!(way, Way::None) || best < self.began[group].saturating_sub(self.fall) {
            return Err(Unsolved::Infeasible);
        }
        self.lower(group, best - self.error);
        match way {
            Way::None => {}
            Way::Group(next, room) => self.groups.push(group, next, room.min(self.groups.surplus[group])),
            Way::Trainee(trainee) => {
                self.idle[group].pop();
                if let Some((_, next)) = self.idle[group].peek() {
                    self.ask_for(*next);
                }
                self.groups.surplus[group] -= 1;
                self.active.push_back(trainee);
            }
            Way::Role(role) => {
                let role = role as usize;
                self.groups.surplus[group] -= 1;
                self.passed[role] -= 1;
                self.surplus[role] += 1;
                self.relieve(role);
            }
        }
        Ok(())
    }

    /// A group is worth less, and with it the roles that lie in it: what they have passed up comes back to them.
    fn lower(&mut self, group: usize, label: i64) {
        if label >= self.groups.label[group] {
            return;
        }
        self.groups.label[group] = label;
        let (from, to) = self.groups.own_roles[group];
        for role in &self.groups.role_at[from as usize..to as usize] {
            let role = &mut self.role[*role as usize];
            *role = label.min(*role);
        }
    }
}

enum Way {
    None,
    /// A neighbouring group, and how many units it can take.
    Group(usize, i64),
    Trainee(u32),
    Role(u32),
}

#[cfg(test)]
mod known;
#[cfg(test)]
mod tests;
