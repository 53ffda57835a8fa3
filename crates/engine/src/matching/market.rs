//! From a snapshot to the bare problem: numbers trainees by priority, roles by seat pool, and
//! hangs the caps of both sides into two forests.

use super::pairs::{Found, Index};
use super::policy::Policy;
use super::report::Refusals;
use super::snapshot::Snapshot;
use crate::solver::{Fault, Forest, NONE, Pair, Parts, Problem};
use passerelle_domain::corridor::{PathwayId, QuotaSide};
use passerelle_domain::law::{PathwayFacts, QuotaFacts, TraineeFacts};
use passerelle_domain::people::QuotaScope;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

const NO_CAP: u32 = u32::MAX;

/// The bare problem with the way back to the facts.
pub(super) struct Market<'a> {
    pub problem: Problem,
    /// Trainee of each number, first in priority first.
    pub trainees: Vec<&'a TraineeFacts>,
    /// Need and pathway of each role.
    pub roles: Vec<(usize, PathwayId)>,
    /// What the groups of both sides are.
    pub trainee_groups: Vec<GroupName>,
    pub role_groups: Vec<GroupName>,
    /// Why pairs did not become candidates.
    pub refusals: Refusals,
    pub pairs_considered: u64,
    /// Lawful pairs, before any was held back.
    pub candidates: u64,
    /// Pairs that were held back for better demand, and trainees whose last pair was.
    pub held_back: HeldBack,
}

/// What was held back.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct HeldBack {
    pub pairs: u64,
    pub trainees: Vec<usize>,
}

/// What a group of the problem stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct GroupName {
    pub kind: &'static str,
    /// Country, institute, corridor or pathway.
    pub subject: String,
}

/// Builds the market on so many threads; the result does not depend on their number. Calls `progress` with the
/// number of trainees done.
///
/// # Errors
/// When what was built is no problem, which would be a fault of this module.
pub(super) fn build<'a>(
    snapshot: &'a Snapshot,
    policy: &'a Policy,
    threads: usize,
    progress: &mut dyn FnMut(usize, usize),
) -> Result<Market<'a>, Fault> {
    let index = Index::new(snapshot, policy, by_priority(snapshot));
    let found = index.search(threads, progress);
    let refusals = index.explain(&found, threads);
    assemble(snapshot, policy, index, found, refusals)
}

/// The market without the reasons of whoever found nothing.
///
/// # Errors
/// As [`build`].
pub(super) fn unexplained<'a>(snapshot: &'a Snapshot, policy: &'a Policy, threads: usize) -> Result<Market<'a>, Fault> {
    let index = Index::new(snapshot, policy, by_priority(snapshot));
    let found = index.search(threads, &mut |_, _| {});
    assemble(snapshot, policy, index, found, Refusals::default())
}

fn assemble<'a>(
    snapshot: &'a Snapshot,
    policy: &Policy,
    index: Index<'a>,
    mut found: Found,
    refusals: Refusals,
) -> Result<Market<'a>, Fault> {
    let candidates = found.candidates.iter().map(|own| own.len() as u64).sum();
    let held_back = hold_back(snapshot, policy, &index.roles, &mut found);
    let (problem, trainee_groups, role_groups) = bare(snapshot, &index.trainees, &index.roles, &mut found)?;
    let pairs_considered = index.trainees.len() as u64 * snapshot.needs.len() as u64;
    let Index { trainees, roles, .. } = index;
    Ok(Market { problem, trainees, roles, trainee_groups, role_groups, refusals, pairs_considered, candidates, held_back })
}

/// Merit first, then waiting time, then a lottery whose seed is recorded.
fn by_priority(snapshot: &Snapshot) -> Vec<&TraineeFacts> {
    let mut trainees: Vec<&TraineeFacts> = snapshot.trainees.iter().collect();
    trainees.sort_by_cached_key(|trainee| priority_of(snapshot, trainee));
    trainees
}

/// The place of a trainee in the order of priority; less goes first.
pub(super) fn priority_of(snapshot: &Snapshot, trainee: &TraineeFacts) -> (std::cmp::Reverse<i32>, chrono::NaiveDate, [u8; 32]) {
    let mut lot = Sha256::new();
    lot.update(snapshot.seed.to_le_bytes());
    lot.update(trainee.id.0.as_bytes());
    (std::cmp::Reverse(trainee.merit), trainee.waiting_since, lot.finalize().into())
}

/// Takes what a seat was worth in earlier runs off the weights of its pairs, as far as the policy says, and
/// leaves out the pairs that are worth nothing then: the seat waits for somebody who makes more of it.
fn hold_back(snapshot: &Snapshot, policy: &Policy, roles: &[(usize, PathwayId)], found: &mut Found) -> HeldBack {
    let mut held = HeldBack::default();
    if policy.hold_back_percent == 0 {
        return held;
    }
    let worth: Vec<u32> = roles
        .iter()
        .map(|(_, pathway)| snapshot.seat_worth.get(pathway).copied().unwrap_or(0).saturating_mul(policy.hold_back_percent) / 100)
        .collect();
    for (trainee, own) in found.candidates.iter_mut().enumerate() {
        let before = own.len();
        own.iter_mut().for_each(|candidate| candidate.held_back = worth[candidate.role as usize]);
        own.retain(|candidate| u32::from(candidate.full_weight()) > candidate.held_back);
        held.pairs += (before - own.len()) as u64;
        if before > 0 && own.is_empty() {
            held.trainees.push(trainee);
        }
    }
    held
}

/// Whether some quota of the trainee's side counts her but not by this pathway.
pub(super) fn is_exempt(quotas: &[QuotaFacts], trainee: &TraineeFacts, pathway: &PathwayFacts) -> bool {
    quotas.iter().any(|quota| quota.scope == QuotaScope::Origin && quota.counts(trainee, pathway) && quota.exempts(pathway))
}

/// Hangs trainees and roles into their groups.
///
/// An exemption takes a placement out of a quota, which is a property of the pair and would cross
/// the trainee's other groups. So a trainee with an exempt way keeps only exempt ways and hangs
/// outside the counted group: the quota is never exceeded, and the family stays laminar.
fn bare(
    snapshot: &Snapshot,
    trainees: &[&TraineeFacts],
    roles: &[(usize, PathwayId)],
    found: &mut Found,
) -> Result<(Problem, Vec<GroupName>, Vec<GroupName>), Fault> {
    let exempt: Vec<bool> = found.candidates.iter().map(|own| own.iter().any(|candidate| candidate.exempt)).collect();
    for (own, exempt) in found.candidates.iter_mut().zip(&exempt) {
        own.retain(|candidate| candidate.exempt || !exempt);
    }

    let of_origin = |country| -> Vec<&QuotaFacts> {
        snapshot.quotas.iter().filter(|quota| quota.side == QuotaSide::Origin && quota.country == country).collect()
    };
    let mut trainee_side = Named::default();
    let trainee_group: Vec<u32> = trainees
        .iter()
        .zip(&exempt)
        .map(|(trainee, exempt)| {
            let country = trainee.training_country.to_string();
            let institute = trainee.institute.to_string();
            let origin = if *exempt {
                None
            } else {
                Some(trainee_side.group(
                    "origin",
                    &[&country],
                    None,
                    left(&of_origin(trainee.training_country), QuotaScope::Origin, &country),
                ))
            };
            let side = if *exempt { "exempt" } else { "counted" };
            let cap = left(&of_origin(trainee.training_country), QuotaScope::Provider, &institute);
            trainee_side.group("provider", &[&institute, &country, side], origin, cap)
        })
        .collect();

    let mut role_side = Named::default();
    let (role_group, seats): (Vec<u32>, Vec<u32>) = roles
        .iter()
        .map(|(need_at, pathway_id)| {
            let need = &snapshot.needs[*need_at];
            let cap = need.pools.iter().find(|pool| pool.pathway == *pathway_id).map_or(0, |pool| pool.seats);
            let Some(pathway) = snapshot.pathway(pathway_id) else {
                return (role_side.group("nowhere", &[], None, 0), 0);
            };
            let own: Vec<&QuotaFacts> =
                snapshot.quotas.iter().filter(|quota| quota.is_its_own(pathway.id.origin, pathway.destination)).collect();
            let uncounted = |scope, subject: &str| {
                let mut quotas = own.iter().filter(|quota| quota.scope == scope && quota.subject == subject).peekable();
                quotas.peek().is_some() && quotas.all(|quota| quota.exempts(pathway))
            };
            let destination = pathway.destination.to_string();
            let destination_cap = if uncounted(QuotaScope::Destination, &destination) {
                None
            } else {
                Some(role_side.group("destination", &[&destination], None, left(&own, QuotaScope::Destination, &destination)))
            };
            let corridor_name = pathway.id.origin.map_or_else(|| format!("ANY-{destination}"), |origin| format!("{origin}-{destination}"));
            let corridor_cap =
                if uncounted(QuotaScope::Corridor, &corridor_name) { NO_CAP } else { left(&own, QuotaScope::Corridor, &corridor_name) };
            let kind = format!("{} {}", destination_cap.is_some(), corridor_cap == NO_CAP);
            let corridor = role_side.group("corridor", &[&corridor_name, &kind], destination_cap, corridor_cap);
            let pathway_name = pathway_id.to_string();
            let pathway_cap = left(&own, QuotaScope::Pathway, &pathway_name);
            (role_side.group("pathway", &[&pathway_name], Some(corridor), pathway_cap), cap)
        })
        .unzip();

    let count = found.candidates.iter().map(Vec::len).sum();
    let mut start = Vec::with_capacity(trainees.len() + 1);
    let (mut pairs, mut weight) = (Vec::with_capacity(count), Vec::with_capacity(count));
    let number = |at: usize| u32::try_from(at).unwrap_or(NONE);
    start.push(0);
    for own in &mut found.candidates {
        own.sort_unstable_by_key(|candidate| candidate.role);
        pairs.extend(own.iter().map(|candidate| Pair { role: candidate.role, u: candidate.u, v: candidate.v }));
        weight.extend(own.iter().map(|candidate| candidate.weight()));
        start.push(number(pairs.len()));
    }
    let problem = Problem::new(Parts {
        trainee_groups: trainee_side.groups,
        trainee_group,
        // They are numbered by priority.
        priority: (0..trainees.len()).map(number).collect(),
        role_groups: role_side.groups,
        role_group,
        target: seats.clone(),
        seats,
        start,
        pairs,
        weight,
    })?;
    Ok((problem, trainee_side.names, role_side.names))
}

/// What the tightest quota of that scope and subject leaves. Quotas whose country has no say over
/// the subject were left out when the snapshot was read into the market.
fn left(quotas: &[&QuotaFacts], scope: QuotaScope, subject: &str) -> u32 {
    quotas.iter().filter(|quota| quota.scope == scope && quota.subject == subject).map(|quota| quota.left()).min().unwrap_or(NO_CAP)
}

/// Groups by name.
#[derive(Default)]
struct Named {
    groups: Forest,
    names: Vec<GroupName>,
    known: BTreeMap<String, u32>,
}

impl Named {
    /// The group of that kind and subject; what follows them tells apart groups that share both.
    fn group(&mut self, kind: &'static str, name: &[&str], parent: Option<u32>, cap: u32) -> u32 {
        *self.known.entry(format!("{kind}\n{}", name.join("\n"))).or_insert_with(|| {
            self.names.push(GroupName { kind, subject: name.first().copied().unwrap_or_default().to_owned() });
            self.groups.push(parent.unwrap_or(NONE), cap, 0)
        })
    }
}
