//! The cheapest way from one node to the nearest of some others: distances, and what is looked at next.

use super::{NONE, Node};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// How a node was reached: from which node, and through the hands of which trainee.
#[derive(Debug, Clone, Copy)]
pub(super) struct Via {
    /// The node before, or [`NONE`] where the search began.
    pub node: Node,
    /// Who carries the unit over, or [`NONE`].
    pub trainee: u32,
}

/// What is looked at next. At one distance the ends come first, then groups, for they lead furthest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Step {
    End(Node),
    Group(Node),
    Role(Node),
    /// The next role that a group can take a unit back from.
    NextRole(Node, u32),
    /// The next person in the queue of a role or a group.
    NextPerson(Node),
}

/// One search after the other over the same nodes; what an earlier one has left is not cleared, but outdated.
#[derive(Debug)]
pub(super) struct Search {
    round: u32,
    seen: Vec<u32>,
    done: Vec<u32>,
    distance: Vec<i64>,
    via: Vec<Via>,
    queue: BinaryHeap<Reverse<(i64, Step)>>,
    /// Nodes whose distance is settled.
    pub settled: Vec<Node>,
}

impl Search {
    pub fn new(nodes: usize) -> Self {
        Self {
            round: 0,
            seen: vec![0; nodes],
            done: vec![0; nodes],
            distance: vec![0; nodes],
            via: vec![Via { node: NONE, trainee: NONE }; nodes],
            queue: BinaryHeap::new(),
            settled: Vec::new(),
        }
    }

    pub fn begin(&mut self) {
        self.round += 1;
        self.queue.clear();
        self.settled.clear();
    }

    pub fn later(&mut self, distance: i64, step: Step) {
        self.queue.push(Reverse((distance, step)));
    }

    /// A way to the node of a step, if it is shorter than those known.
    pub fn reach(&mut self, node: Node, distance: i64, via: Via, step: impl FnOnce() -> Step) {
        let at = node as usize;
        if self.done[at] == self.round || (self.seen[at] == self.round && self.distance[at] <= distance) {
            return;
        }
        self.seen[at] = self.round;
        self.distance[at] = distance;
        self.via[at] = via;
        self.later(distance, step());
    }

    pub fn next(&mut self) -> Option<(i64, Step)> {
        self.queue.pop().map(|Reverse(next)| next)
    }

    /// Settles a node; nothing when it has been already.
    pub fn settle(&mut self, node: Node) -> Option<i64> {
        if self.done[node as usize] == self.round {
            return None;
        }
        self.done[node as usize] = self.round;
        self.settled.push(node);
        Some(self.distance[node as usize])
    }

    /// The distance of a node, once it is settled.
    pub fn settled_at(&self, node: Node) -> Option<i64> {
        (self.done[node as usize] == self.round).then(|| self.distance[node as usize])
    }

    pub fn distance(&self, node: Node) -> i64 {
        self.distance[node as usize]
    }

    pub fn via(&self, node: Node) -> Via {
        self.via[node as usize]
    }

    /// Ways from the node that was reached back to where the search began.
    pub fn back_from(&self, node: Node) -> impl Iterator<Item = (Node, Via)> + '_ {
        let way = move |node: Node| (node, self.via(node));
        std::iter::successors(Some(way(node)), move |(_, via)| (via.node != NONE).then(|| way(via.node)))
    }
}
