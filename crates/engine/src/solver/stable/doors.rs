//! The trainee side: who may look for a role, by priority and within the caps of her groups.
//!
//! Of a group that has room only as many are let in as it has places; whoever finds nobody gives her
//! place back, and the first in priority who fits comes in. A group that is full keeps the lines below it
//! parked, so that nobody looks at them until it has room again.

use crate::solver::problem::{NONE, Problem};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

#[derive(Debug)]
pub(super) struct Doors<'p> {
    problem: &'p Problem,
    count: Vec<u32>,
    /// Trainees with pairs, line by line, each in the order of priority. A line a group, and one for
    /// those without any.
    line: Vec<u32>,
    /// Where each line is, and where it ends.
    next: Vec<u32>,
    end: Vec<u32>,
    /// Tree of each line: lines of different trees never compete.
    tree: Vec<u32>,
    /// By tree, lines that may move: priority of the first in line, and the line.
    ready: Vec<BinaryHeap<Reverse<(u32, u32)>>>,
    /// Lines that wait for a group below the root to have room.
    parked: Vec<Vec<u32>>,
}

impl<'p> Doors<'p> {
    pub fn new(problem: &'p Problem) -> Self {
        let groups = problem.trainee_groups.len();
        let line_of = |trainee: u32| match problem.trainee_group[trainee as usize] {
            NONE => groups,
            group => group as usize,
        };
        let mut by_priority = vec![0_u32; problem.trainees()];
        for (trainee, place) in problem.priority.iter().enumerate() {
            by_priority[*place as usize] = trainee as u32;
        }
        by_priority.retain(|trainee| !problem.list(*trainee as usize).is_empty());
        let mut end = vec![0_u32; groups + 2];
        by_priority.iter().for_each(|trainee| end[line_of(*trainee) + 1] += 1);
        for at in 1..end.len() {
            end[at] += end[at - 1];
        }
        let next: Vec<u32> = end[..=groups].to_vec();
        let mut line = vec![0_u32; by_priority.len()];
        let mut at = next.clone();
        for trainee in by_priority {
            let place = &mut at[line_of(trainee)];
            line[*place as usize] = trainee;
            *place += 1;
        }
        let root = |line: usize| problem.trainee_groups.chain(if line == groups { NONE } else { line as u32 }).last().unwrap_or(groups);
        let tree = (0..=groups).map(|line| root(line) as u32).collect();
        let ready = (0..=groups).map(|_| BinaryHeap::new()).collect();
        let mut doors = Self { problem, count: vec![0; groups], line, next, end: at, tree, ready, parked: vec![Vec::new(); groups] };
        (0..=groups).for_each(|line| doors.queue(line as u32));
        doors
    }

    /// Puts a line among those that may move, if anybody is left in it.
    fn queue(&mut self, line: u32) {
        let at = line as usize;
        if self.next[at] < self.end[at] {
            let first = self.line[self.next[at] as usize];
            self.ready[self.tree[at] as usize].push(Reverse((self.problem.priority[first as usize], line)));
        }
    }

    /// Everybody for whom there is room at first.
    pub fn open(&mut self) -> Vec<u32> {
        let trees = self.ready.len();
        (0..trees).flat_map(|tree| std::iter::from_fn(|| self.admit(tree)).collect::<Vec<u32>>()).collect()
    }

    /// Lets in the first in priority of a tree who fits.
    fn admit(&mut self, tree: usize) -> Option<u32> {
        let forest = &self.problem.trainee_groups;
        // While the root is full nobody need look at the lines.
        if self.count.get(tree).is_some_and(|count| *count >= forest.cap[tree]) {
            return None;
        }
        while let Some(Reverse((_, line))) = self.ready[tree].pop() {
            let group = if line as usize == forest.len() { NONE } else { line };
            if let Some(full) = forest.chain(group).find(|group| self.count[*group] >= forest.cap[*group]) {
                self.parked[full].push(line);
                continue;
            }
            forest.chain(group).for_each(|group| self.count[group] += 1);
            let trainee = self.line[self.next[line as usize] as usize];
            self.next[line as usize] += 1;
            self.queue(line);
            return Some(trainee);
        }
        None
    }

    /// A trainee gives her place back, and the first in priority who fits now comes in.
    pub fn leave(&mut self, trainee: u32) -> Option<u32> {
        let forest = &self.problem.trainee_groups;
        let group = self.problem.trainee_group[trainee as usize];
        for group in forest.chain(group) {
            self.count[group] -= 1;
            for line in std::mem::take(&mut self.parked[group]) {
                self.queue(line);
            }
        }
        self.admit(self.tree[if group == NONE { forest.len() } else { group as usize }] as usize)
    }
}
