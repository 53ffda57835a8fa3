//! Pathways as graphs. A pack's steps become a directed graph; from it come the order of steps
//! and the shortest, typical and longest time to the end.
//!
//! Validation, routes, schedules and simulation land with the pathway capability; the graph and
//! its reading are final.

use passerelle_domain::corridor::{DayRange, Join, Step};
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::Topo;
use std::collections::BTreeMap;

/// Steps as nodes, "comes before" as edges.
#[derive(Debug)]
pub struct PathwayGraph<'a> {
    pub graph: DiGraph<&'a Step, ()>,
}

impl<'a> PathwayGraph<'a> {
    /// Builds the graph of checked steps: a name that is not among them is passed over.
    pub fn new(steps: &'a [Step]) -> Self {
        let mut graph = DiGraph::new();
        let nodes: BTreeMap<&str, NodeIndex> = steps.iter().map(|step| (step.id.as_str(), graph.add_node(step))).collect();
        for step in steps {
            for before in step.after.iter().filter_map(|before| nodes.get(before.as_str())) {
                graph.add_edge(*before, nodes[step.id.as_str()], ());
            }
        }
        Self { graph }
    }

    /// Days from the start until the last step is done: with every step at its shortest, typical
    /// and longest. A step that joins alternatives waits for the first of them.
    pub fn days(&self) -> DayRange {
        let end = |pick: fn(&DayRange) -> u32| {
            let mut done: BTreeMap<NodeIndex, u32> = BTreeMap::new();
            let mut topo = Topo::new(&self.graph);
            while let Some(node) = topo.next(&self.graph) {
                let before = self.graph.neighbors_directed(node, petgraph::Incoming).filter_map(|n| done.get(&n).copied());
                let start = match self.graph[node].join {
                    Join::All => before.max(),
                    Join::OneOf => before.min(),
                };
                done.insert(node, start.unwrap_or(0) + pick(&self.graph[node].days));
            }
            let ends = self.graph.externals(petgraph::Outgoing).filter_map(|node| done.get(&node).copied());
            ends.max().unwrap_or(0)
        };
        DayRange { min: end(|days| days.min), typical: end(|days| days.typical), max: end(|days| days.max) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use passerelle_domain::corridor::{Party, StepKind};

    fn step(id: &str, after: &[&str], join: Join, days: [u32; 3]) -> Step {
        Step {
            id: id.into(),
            kind: StepKind::Training,
            actor: Party::Institute,
            after: after.iter().map(ToString::to_string).collect(),
            join,
            days: DayRange::try_from(days).unwrap(),
            chance_percent: None,
            attempts_max: None,
            needs: vec![],
            gives: vec![],
            clock: None,
            costs: vec![],
            on_failure: None,
            source: "G".into(),
        }
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
