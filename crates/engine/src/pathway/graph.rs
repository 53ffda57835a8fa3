//! The graph itself: steps as nodes, "comes before" as edges.

use passerelle_domain::corridor::{DayRange, Join, Step};
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::Topo;
use std::collections::BTreeMap;

/// A pathway or a route through it.
#[derive(Debug)]
pub struct PathwayGraph<'a> {
    pub graph: DiGraph<&'a Step, ()>,
    nodes: BTreeMap<&'a str, NodeIndex>,
}

impl<'a> PathwayGraph<'a> {
    /// Builds the graph of checked steps: a name that is not among them is passed over.
    pub fn new(steps: impl IntoIterator<Item = &'a Step>) -> Self {
        let mut graph = DiGraph::new();
        let nodes: BTreeMap<&str, NodeIndex> = steps.into_iter().map(|step| (step.id.as_str(), graph.add_node(step))).collect();
        for node in graph.node_indices() {
            let step: &Step = graph[node];
            for before in step.after.iter().filter_map(|before| nodes.get(before.as_str())) {
                graph.add_edge(*before, node, ());
            }
        }
        Self { graph, nodes }
    }

    pub fn node(&self, id: &str) -> Option<NodeIndex> {
        self.nodes.get(id).copied()
    }

    pub fn before(&self, node: NodeIndex) -> impl Iterator<Item = NodeIndex> + '_ {
        self.graph.neighbors_directed(node, petgraph::Incoming)
    }

    /// Steps in an order in which each comes after those it waits for. Steps of a circle are left out.
    pub fn order(&self) -> Vec<NodeIndex> {
        let mut topo = Topo::new(&self.graph);
        std::iter::from_fn(|| topo.next(&self.graph)).collect()
    }

    /// First day, counted from the start, on which each step can begin, when every step takes as
    /// long as `pick` says. A step that joins alternatives waits for the first of them.
    pub fn starts(&self, pick: impl Fn(&DayRange) -> u32) -> BTreeMap<NodeIndex, u32> {
        let mut starts: BTreeMap<NodeIndex, u32> = BTreeMap::new();
        for node in self.order() {
            let done = self.before(node).filter_map(|n| starts.get(&n).map(|start| start + pick(&self.graph[n].days)));
            let start = match self.graph[node].join {
                Join::All => done.max(),
                Join::OneOf => done.min(),
            };
            starts.insert(node, start.unwrap_or(0));
        }
        starts
    }

    /// Days from the start until the last step is done: with every step at its shortest, typical
    /// and longest. A step that joins alternatives waits for the first of them.
    pub fn days(&self) -> DayRange {
        let end = |pick: fn(&DayRange) -> u32| {
            let starts = self.starts(pick);
            let ends = self.graph.externals(petgraph::Outgoing).filter_map(|node| Some(starts.get(&node)? + pick(&self.graph[node].days)));
            ends.max().unwrap_or(0)
        };
        DayRange { min: end(|days| days.min), typical: end(|days| days.typical), max: end(|days| days.max) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use passerelle_domain::corridor::StepKind;

    fn step(id: &str, after: &[&str], join: Join, days: [u32; 3]) -> Step {
        Step { join, ..super::super::tests::step(id, StepKind::Training, after, days) }
    }

    #[test]
    fn parallel_steps_take_the_longer_and_alternatives_the_shorter() {
        let mut steps = vec![
            step("a", &[], Join::All, [1, 2, 3]),
            step("b", &[], Join::All, [10, 20, 30]),
            step("c", &["a", "b"], Join::All, [1, 1, 1]),
        ];
        assert_eq!(PathwayGraph::new(&steps).days(), DayRange { min: 11, typical: 21, max: 31 });
        steps[2].join = Join::OneOf;
        // The slower alternative is still an end of its own only if nothing follows it.
        assert_eq!(PathwayGraph::new(&steps).days(), DayRange { min: 2, typical: 3, max: 4 });
    }
}
