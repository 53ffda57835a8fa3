//! A person's ways through a pathway: from what she holds to a goal, every choice of branches that
//! no other choice beats on days, cost to the employer and chance at once.
//!
//! The search is exact. Choices are made one by one from the goal backward; a beginning is given
//! up only when some finished route is at least as good as anything that it can still become:
//! costs only grow, chances only fall, and no route is quicker than one whose open choices all
//! take their quickest branch.

use super::PathwayGraph;
use chrono::NaiveDate;
use passerelle_domain::corridor::{DayRange, Join, Party, Step};
use passerelle_domain::money::{Currency, Money};
use passerelle_domain::people::JourneyState;
use petgraph::graph::NodeIndex;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// What a person already holds and has done.
#[derive(Debug, Clone, Default)]
pub struct Standing {
    pub papers: BTreeSet<String>,
    pub done: BTreeSet<String>,
}

impl Standing {
    /// A step is skipped when it is done, or when she holds everything that it would give.
    fn skips(&self, step: &Step) -> bool {
        self.done.contains(&step.id) || (!step.gives.is_empty() && step.gives.iter().all(|paper| self.papers.contains(&paper.paper)))
    }
}

/// Where a route leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Objective {
    Milestone(JourneyState),
    Step(String),
}

/// One way to the objective.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Route {
    /// Steps still to do, in an order in which they can be done.
    pub steps: Vec<String>,
    /// Steps that are held already.
    pub skipped: Vec<String>,
    /// At each choice of branches: the joining step and the branch taken.
    pub choices: Vec<(String, String)>,
    pub days: DayRange,
    /// At most, for the employer, one amount per currency: currencies are never added.
    pub employer_cost: Vec<Money>,
    /// That every step succeeds within its attempts, 0 to 1.
    pub chance: f64,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RouteError {
    #[error("no step of the pathway reaches that")]
    NoSuchObjective,
    #[error("every way there is closed")]
    NoWay,
    #[error("the pathway has more choices than can be compared: {0} beginnings were looked at")]
    TooManyChoices(usize),
}

/// Beginnings looked at before giving up; a pathway of hundreds of steps with twenty choices needs
/// a few thousand.
const MOST_BEGINNINGS: usize = 200_000;

/// Every route that no other beats, quickest first, then cheapest.
///
/// # Errors
/// When no step reaches the objective, every way is closed, or there are too many to compare.
pub fn routes(steps: &[Step], standing: &Standing, objective: &Objective, day: NaiveDate) -> Result<Vec<Route>, RouteError> {
    let graph = PathwayGraph::new(steps);
    let goals: Vec<NodeIndex> = graph
        .graph
        .node_indices()
        .filter(|node| match objective {
            Objective::Milestone(state) => graph.graph[*node].milestone() == Some(*state),
            Objective::Step(id) => graph.graph[*node].id == *id,
        })
        .collect();
    if goals.is_empty() {
        return Err(RouteError::NoSuchObjective);
    }
    let mut order = vec![usize::MAX; graph.graph.node_count()];
    for (at, node) in graph.order().into_iter().enumerate() {
        order[node.index()] = at;
    }
    let mut search = Search { graph: &graph, standing, day, order, found: Vec::new(), looked_at: 0 };
    for goal in goals {
        search.go(Beginning::at(goal))?;
    }
    let mut found: Vec<Route> = search.found.into_iter().map(|(route, _)| route).collect();
    if found.is_empty() {
        return Err(RouteError::NoWay);
    }
    found.sort_by(|a, b| (a.days.typical, &a.employer_cost).cmp(&(b.days.typical, &b.employer_cost)).then(b.chance.total_cmp(&a.chance)));
    Ok(found)
}

/// A route of which some choices are still open.
#[derive(Clone)]
struct Beginning {
    included: BTreeSet<NodeIndex>,
    skipped: BTreeSet<NodeIndex>,
    chosen: BTreeMap<NodeIndex, NodeIndex>,
    /// Steps whose own predecessors have not been looked at.
    pending: Vec<NodeIndex>,
    goal: NodeIndex,
}

impl Beginning {
    fn at(goal: NodeIndex) -> Self {
        Self { included: BTreeSet::new(), skipped: BTreeSet::new(), chosen: BTreeMap::new(), pending: vec![goal], goal }
    }
}

/// What routes are compared by. Costs by currency.
#[derive(Clone)]
struct Worth {
    days: u32,
    cost: BTreeMap<Currency, i64>,
    chance: f64,
}

impl Worth {
    fn at_least_as_good_as(&self, other: &Self) -> bool {
        self.days <= other.days
            && self.chance >= other.chance
            && self.cost.iter().all(|(currency, minor)| *minor <= other.cost.get(currency).copied().unwrap_or(0))
    }
}

struct Search<'g, 'a> {
    graph: &'g PathwayGraph<'a>,
    standing: &'g Standing,
    day: NaiveDate,
    /// Place of each step in a topological order.
    order: Vec<usize>,
    found: Vec<(Route, Worth)>,
    looked_at: usize,
}

impl Search<'_, '_> {
    fn go(&mut self, mut beginning: Beginning) -> Result<(), RouteError> {
        self.looked_at += 1;
        if self.looked_at > MOST_BEGINNINGS {
            return Err(RouteError::TooManyChoices(MOST_BEGINNINGS));
        }
        while let Some(node) = beginning.pending.pop() {
            let step = self.graph.graph[node];
            if beginning.included.contains(&node) || beginning.skipped.contains(&node) {
                continue;
            }
            if self.standing.skips(step) {
                beginning.skipped.insert(node);
                continue;
            }
            // Steps of a circle, closed steps and steps after unknown ones are no way.
            let known = self.graph.before(node).count();
            if self.order[node.index()] == usize::MAX || !step.is_open_on(self.day) || (step.join == Join::All && known < step.after.len())
            {
                return Ok(());
            }
            beginning.included.insert(node);
            if step.join == Join::All || known == 0 {
                beginning.pending.extend(self.graph.before(node));
                continue;
            }
            if self.beaten(&beginning) {
                return Ok(());
            }
            let mut branches: Vec<NodeIndex> = self.graph.before(node).collect();
            // Holding one branch is as good as it gets: nothing else has to be done.
            if let Some(held) = branches.iter().copied().find(|branch| self.standing.skips(self.graph.graph[*branch])) {
                branches = vec![held];
            }
            branches.sort_by_key(|branch| (self.graph.graph[*branch].days.typical, branch.index()));
            for branch in branches {
                let mut next = beginning.clone();
                next.chosen.insert(node, branch);
                next.pending.push(branch);
                self.go(next)?;
            }
            return Ok(());
        }
        self.keep(&beginning);
        Ok(())
    }

    /// Whether a finished route is at least as good as anything this can become.
    fn beaten(&self, beginning: &Beginning) -> bool {
        let best = self.worth(beginning);
        self.found.iter().any(|(_, worth)| worth.at_least_as_good_as(&best))
    }

    fn keep(&mut self, beginning: &Beginning) {
        let worth = self.worth(beginning);
        if self.found.iter().any(|(_, kept)| kept.at_least_as_good_as(&worth)) {
            return;
        }
        self.found.retain(|(_, kept)| !worth.at_least_as_good_as(kept));
        let name = |node: &NodeIndex| self.graph.graph[*node].id.clone();
        let in_order = |nodes: &BTreeSet<NodeIndex>| {
            let mut nodes: Vec<NodeIndex> = nodes.iter().copied().collect();
            nodes.sort_by_key(|node| self.order[node.index()]);
            nodes.iter().map(name).collect::<Vec<_>>()
        };
        let days = |pick: fn(&DayRange) -> u32| self.days(beginning, pick);
        let route = Route {
            steps: in_order(&beginning.included),
            skipped: in_order(&beginning.skipped),
            choices: beginning.chosen.iter().map(|(join, branch)| (name(join), name(branch))).collect(),
            days: DayRange { min: days(|d| d.min), typical: days(|d| d.typical), max: days(|d| d.max) },
            employer_cost: worth.cost.iter().map(|(currency, minor)| Money::new(*minor, *currency)).collect(),
            chance: worth.chance,
        };
        self.found.push((route, worth));
    }

    /// A bound for an unfinished route, the exact worth of a finished one.
    fn worth(&self, beginning: &Beginning) -> Worth {
        let mut cost = BTreeMap::new();
        let mut chance = 1.0;
        for node in &beginning.included {
            let step = self.graph.graph[*node];
            chance *= step.chance();
            for amount in step.costs.iter().filter_map(|fee| fee.at_most(Party::Employer)).filter(|amount| amount.minor > 0) {
                *cost.entry(amount.currency).or_insert(0) += amount.minor;
            }
        }
        Worth { days: self.days(beginning, |days| days.typical), cost, chance }
    }

    /// Days until the goal is done; where a choice is open its quickest branch counts.
    fn days(&self, beginning: &Beginning, pick: fn(&DayRange) -> u32) -> u32 {
        let mut done = vec![0u32; self.graph.graph.node_count()];
        let mut nodes: Vec<NodeIndex> =
            self.graph.graph.node_indices().filter(|node| self.order[node.index()] <= self.order[beginning.goal.index()]).collect();
        nodes.sort_by_key(|node| self.order[node.index()]);
        for node in nodes {
            let step = self.graph.graph[node];
            if self.standing.skips(step) {
                continue;
            }
            let ends = self.graph.before(node).map(|before| done[before.index()]);
            let start = match (step.join, beginning.chosen.get(&node)) {
                (Join::All, _) => ends.max(),
                (Join::OneOf, Some(branch)) => Some(done[branch.index()]),
                (Join::OneOf, None) => ends.min(),
            };
            done[node.index()] = start.unwrap_or(0) + pick(&step.days);
        }
        done[beginning.goal.index()]
    }
}
