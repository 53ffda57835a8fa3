//! What is wrong with a pathway, before anybody is sent on it.

use super::PathwayGraph;
use crate::contingency::is_cause;
use chrono::NaiveDate;
use passerelle_domain::corridor::{CorridorPack, CostClass, Fee, Join, Party, Step, StepKind};
use passerelle_domain::people::JourneyState;
use passerelle_domain::words;
use petgraph::graph::NodeIndex;
use petgraph::visit::{Dfs, Reversed};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

words!(
    /// Whether a finding forbids publishing.
    Severity { Forbids = "error", Warns = "warning" }
);

words!(
    /// What can be wrong. Each word names a sentence and a fix in the catalogues.
    FindingCode {
        /// No order of steps leads here.
        UnreachableStep = "unreachable-step",
        /// The step may fail, or ends, and nothing says what then.
        DeadEnd = "dead-end",
        /// A loop that nothing ends.
        UnboundedLoop = "unbounded-loop",
        /// Every branch of a choice is closed.
        NoOpenBranch = "no-open-branch",
        /// A paper runs out before it is last needed.
        PaperLapses = "paper-lapses",
        /// A step needs a paper that no step before it gives.
        PaperNeverGiven = "paper-never-given",
        NoOwner = "no-owner",
        NoPayer = "no-payer",
        NoSource = "no-source",
        NoClock = "no-clock",
        /// Shares of a cost do not add up to 100 percent.
        SharesNot100 = "shares-not-100",
        /// A cost that no trainee may bear is put on her.
        ProhibitedCost = "prohibited-cost",
        /// A cost that falls short of the employer-pays standard.
        TraineePaysRelated = "trainee-pays-related",
        /// Nobody with the step's role takes part.
        NobodyPerforms = "nobody-performs",
        /// A state of the journey that no step reaches.
        MilestoneMissing = "milestone-missing",
        /// A rule of the pack that nobody can satisfy.
        RuleNeverPasses = "rule-never-passes",
        /// A failure that names no cause of the taxonomy.
        UnknownCause = "unknown-cause",
        UnknownStep = "unknown-step",
    }
);

/// One finding: where, what, and the values that its sentence names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    pub severity: Severity,
    pub code: FindingCode,
    /// Step or key of the pack.
    pub place: String,
    /// What the sentence is about besides its place: a paper, a cost, a state.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub what: String,
}

/// What a pathway is held against.
#[derive(Debug, Clone, Copy)]
pub struct Ground<'a> {
    pub day: NaiveDate,
    /// Parties that take part; `None` where that is not known yet.
    pub parties: Option<&'a BTreeSet<Party>>,
}

/// Papers that people bring along: no step has to give them.
const OWN_PAPERS: [&str; 4] = ["passport", "identity_card", "birth_certificate", "diploma"];

/// States that every pathway has to reach.
const MILESTONES: [JourneyState; 4] = [JourneyState::Offered, JourneyState::PreDeparture, JourneyState::Departed, JourneyState::Placed];

/// Average length of a month in days (Gregorian calendar), to set months beside typical days.
const DAYS_PER_MONTH: f64 = 30.436_875;

/// Lists everything wrong with a pack's pathway, errors first.
pub fn validate(pack: &CorridorPack, ground: &Ground<'_>) -> Vec<Finding> {
    let mut found = Findings::default();
    let graph = PathwayGraph::new(&pack.steps);
    let reachable = reachable(&graph, ground.day);
    for step in &pack.steps {
        check_step(step, ground, &mut found);
    }
    check_edges(&pack.steps, &graph, &reachable, ground.day, &mut found);
    check_ends(&graph, &reachable, &mut found);
    check_papers(&graph, &reachable, &mut found);
    for fee in pack.fees.iter().filter(|fee| fee.holds_on(ground.day)) {
        check_cost("fees", &fee.value, &mut found);
    }
    for milestone in MILESTONES {
        if !graph.graph.node_indices().any(|node| reachable.contains(&node) && graph.graph[node].milestone() == Some(milestone)) {
            found.error(FindingCode::MilestoneMissing, "steps", milestone.as_str());
        }
    }
    check_rules(pack, &mut found);
    found.0.sort_by_key(|finding| finding.severity);
    found.0
}

#[derive(Default)]
struct Findings(Vec<Finding>);

impl Findings {
    fn add(&mut self, severity: Severity, code: FindingCode, place: &str, what: impl Into<String>) {
        let finding = Finding { severity, code, place: place.to_owned(), what: what.into() };
        if !self.0.contains(&finding) {
            self.0.push(finding);
        }
    }

    fn error(&mut self, code: FindingCode, place: &str, what: impl Into<String>) {
        self.add(Severity::Forbids, code, place, what);
    }

    fn warning(&mut self, code: FindingCode, place: &str, what: impl Into<String>) {
        self.add(Severity::Warns, code, place, what);
    }
}

fn check_step(step: &Step, ground: &Ground<'_>, found: &mut Findings) {
    match step.actor {
        None => found.error(FindingCode::NoOwner, &step.id, ""),
        Some(actor) if ground.parties.is_some_and(|parties| !parties.contains(&actor)) => {
            found.error(FindingCode::NobodyPerforms, &step.id, actor.as_str());
        }
        Some(_) => {}
    }
    if step.source.trim().is_empty() {
        found.error(FindingCode::NoSource, &step.id, "");
    }
    if step.kind == StepKind::RecognitionDecision && step.clock.is_none() {
        found.error(FindingCode::NoClock, &step.id, "");
    }
    if step.clock.as_ref().is_some_and(|clock| clock.months.is_none() && clock.days.is_none()) {
        found.error(FindingCode::NoClock, &step.id, "");
    }
    if let Some(cause) = step.on_failure.as_ref().filter(|cause| !is_cause(cause)) {
        found.error(FindingCode::UnknownCause, &step.id, cause);
    }
    // A step that always succeeds in the end needs no way out.
    let may_fail = step.chance_percent.is_some_and(|chance| chance < 100);
    if may_fail && step.on_failure.is_none() && step.repeat.is_none() {
        found.error(FindingCode::DeadEnd, &step.id, "");
    }
    for fee in &step.costs {
        check_cost(&step.id, fee, found);
    }
}

fn check_cost(place: &str, fee: &Fee, found: &mut Findings) {
    if fee.payer.is_none() && fee.shares.is_empty() {
        found.error(FindingCode::NoPayer, place, &fee.item);
    }
    let sum: u32 = fee.shares.iter().map(|share| u32::from(share.percent)).sum();
    if !fee.shares.is_empty() && sum != 100 {
        found.error(FindingCode::SharesNot100, place, format!("{}: {sum} %", fee.item));
    }
    if fee.class == CostClass::Illegitimate {
        found.error(FindingCode::ProhibitedCost, place, &fee.item);
    } else if fee.percent_of(Party::Trainee) > 0 {
        match fee.class {
            CostClass::RecruitmentFee => found.error(FindingCode::ProhibitedCost, place, &fee.item),
            CostClass::RelatedCost => found.warning(FindingCode::TraineePaysRelated, place, &fee.item),
            _ => {}
        }
    }
}

/// Steps that can be begun on that day, from the starts forward.
fn reachable(graph: &PathwayGraph<'_>, day: NaiveDate) -> BTreeSet<NodeIndex> {
    let mut reachable = BTreeSet::new();
    for node in graph.order() {
        let step = graph.graph[node];
        let known = step.after.iter().filter(|id| graph.node(id).is_some()).count();
        let mut before = graph.before(node);
        let way_in = step.after.is_empty()
            || match step.join {
                Join::All => known == step.after.len() && before.all(|n| reachable.contains(&n)),
                Join::OneOf => before.any(|n| reachable.contains(&n)),
            };
        if way_in && step.is_open_on(day) {
            reachable.insert(node);
        }
    }
    reachable
}

fn check_edges(steps: &[Step], graph: &PathwayGraph<'_>, reachable: &BTreeSet<NodeIndex>, day: NaiveDate, found: &mut Findings) {
    for component in petgraph::algo::tarjan_scc(&graph.graph) {
        if component.len() > 1 || graph.graph.contains_edge(component[0], component[0]) {
            for node in component {
                found.error(FindingCode::UnboundedLoop, &graph.graph[node].id, "");
            }
        }
    }
    for step in steps {
        for unknown in step.after.iter().filter(|id| graph.node(id).is_none()) {
            found.error(FindingCode::UnknownStep, &step.id, unknown);
        }
        if let Some(repeat) = &step.repeat {
            match graph.node(&repeat.from) {
                None => found.error(FindingCode::UnknownStep, &step.id, &repeat.from),
                Some(_) if repeat.limit.is_none_or(|limit| limit == 0) => {
                    found.error(FindingCode::UnboundedLoop, &step.id, &repeat.from);
                }
                Some(_) => {}
            }
        }
        let Some(node) = graph.node(&step.id) else { continue };
        if step.join == Join::OneOf && !step.after.is_empty() && !graph.before(node).any(|n| reachable.contains(&n)) {
            found.error(FindingCode::NoOpenBranch, &step.id, "");
        } else if !reachable.contains(&node) && step.is_open_on(day) {
            found.error(FindingCode::UnreachableStep, &step.id, "");
        } else if !step.is_open_on(day) {
            found.warning(FindingCode::UnreachableStep, &step.id, step.closes_on.map(|d| d.to_string()).unwrap_or_default());
        }
    }
}

/// A step that nothing follows must be an end: reached at work or after it.
fn check_ends(graph: &PathwayGraph<'_>, reachable: &BTreeSet<NodeIndex>, found: &mut Findings) {
    for node in graph.graph.externals(petgraph::Outgoing).filter(|node| reachable.contains(node)) {
        let back = Reversed(&graph.graph);
        let mut ancestors = Dfs::new(back, node);
        let mut at_work = false;
        while let Some(before) = ancestors.next(back) {
            at_work |= graph.graph[before].milestone() == Some(JourneyState::Placed);
        }
        let step = graph.graph[node];
        if !at_work && step.on_failure.is_none() {
            found.error(FindingCode::DeadEnd, &step.id, "");
        } else if !at_work {
            found.warning(FindingCode::DeadEnd, &step.id, "");
        }
    }
}

/// On typical durations, each paper must live until it is last needed.
fn check_papers(graph: &PathwayGraph<'_>, reachable: &BTreeSet<NodeIndex>, found: &mut Findings) {
    let starts = graph.starts(|days| days.typical);
    let mut givers: BTreeMap<&str, Vec<NodeIndex>> = BTreeMap::new();
    for node in graph.graph.node_indices() {
        for paper in &graph.graph[node].gives {
            givers.entry(&paper.paper).or_default().push(node);
        }
    }
    for user in graph.graph.node_indices().filter(|node| reachable.contains(node)) {
        let step = graph.graph[user];
        let back = Reversed(&graph.graph);
        let mut ancestors = BTreeSet::new();
        let mut walk = Dfs::new(back, user);
        while let Some(before) = walk.next(back) {
            ancestors.insert(before);
        }
        for needed in &step.needs {
            let from: Vec<_> =
                givers.get(needed.as_str()).into_iter().flatten().filter(|giver| **giver != user && ancestors.contains(giver)).collect();
            if from.is_empty() {
                if !OWN_PAPERS.contains(&needed.as_str()) {
                    found.error(FindingCode::PaperNeverGiven, &step.id, needed);
                }
                continue;
            }
            // Where several steps give it, the latest copy counts.
            let copies = from.into_iter().filter_map(|giver| {
                let given = graph.graph[*giver];
                let paper = given.gives.iter().find(|paper| paper.paper == *needed)?;
                let issued = starts.get(giver)? + given.days.typical;
                Some((issued, paper))
            });
            let Some((issued, paper)) = copies.max_by_key(|(issued, _)| *issued) else { continue };
            let Some((months, used)) = paper.valid_months.zip(starts.get(&user).copied()) else { continue };
            // The step must end within the paper's life, or a visa is asked for on a dead paper.
            let waits = f64::from((used + step.days.typical).saturating_sub(issued));
            if waits > f64::from(months) * DAYS_PER_MONTH {
                let severity = if paper.renewable == Some(false) { Severity::Forbids } else { Severity::Warns };
                found.add(severity, FindingCode::PaperLapses, &step.id, needed);
            }
        }
    }
}

/// Rules of the pack that nobody can satisfy, whoever she is.
fn check_rules(pack: &CorridorPack, found: &mut Findings) {
    let mut never = |place: String| found.error(FindingCode::RuleNeverPasses, &place, "");
    if pack.age.value.max.is_some_and(|max| max < pack.age.value.min) {
        never("age".into());
    }
    for (at, rule) in pack.language.iter().enumerate() {
        if rule.value.any_of.is_empty() {
            never(format!("language[{at}]"));
        }
    }
    for (at, rule) in pack.recognition.iter().enumerate() {
        let states = &rule.value.entry_states;
        if !states.is_empty() && !states.iter().any(|state| state.is_alive()) {
            never(format!("recognition[{at}]"));
        }
    }
    for (at, floor) in pack.wage_floors.iter().enumerate() {
        let reversed = floor.value.age_from.zip(floor.value.age_under).is_some_and(|(from, under)| under <= from);
        if reversed {
            never(format!("wage_floors[{at}]"));
        }
    }
    for (at, quota) in pack.quotas.iter().enumerate() {
        if quota.value.cap == Some(0) && !quota.value.exempts_government_placement {
            never(format!("quotas[{at}]"));
        }
    }
}
