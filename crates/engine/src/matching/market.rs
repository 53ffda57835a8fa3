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
use std::collections::{BTreeMap, BTreeSet};

const NO_CAP: u32 = u32::MAX;

/// Last part of the name of a group whose people are placed by exempt ways.
const EXEMPT: &str = "exempt";

/// The bare problem with the way back to the facts.
pub(super) struct Market<'a> {
    pub problem: Problem,
    /// Trainee of each number, first in priority first.
    pub trainees: Vec<&'a TraineeFacts>,
    /// Need and pathway of each role.
    pub roles: Vec<(usize, PathwayId)>,
    /// Whether each trainee was considered for exempt ways only.
    pub exempt: Vec<bool>,
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
    /// Needs all of whose pairs were.
    pub needs: Vec<usize>,
    /// What was taken off the weight of the pairs of each role; empty where nothing is held back.
    pub by_role: Vec<u32>,
}

/// What a group of the problem stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct GroupName {
    pub kind: &'static str,
    /// Country, institute, corridor or pathway.
    pub subject: String,
    /// A group of trainees who are placed by exempt ways.
    pub exempt: bool,
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
    let Bare { problem, exempt, trainee_groups, role_groups } = bare(snapshot, &index.trainees, &index.roles, &mut found)?;
    let pairs_considered = index.trainees.len() as u64 * snapshot.needs.len() as u64;
    let Index { trainees, roles, .. } = index;
    Ok(Market { problem, trainees, roles, exempt, trainee_groups, role_groups, refusals, pairs_considered, candidates, held_back })
}

/// Whoever has a first turn, then merit, then waiting time, then a lottery whose seed is recorded.
fn by_priority(snapshot: &Snapshot) -> Vec<&TraineeFacts> {
    let mut trainees: Vec<&TraineeFacts> = snapshot.trainees.iter().collect();
    trainees.sort_by_cached_key(|trainee| priority_of(snapshot, trainee));
    trainees
}

/// The place of a trainee in the order of priority; less goes first.
pub(super) fn priority_of(snapshot: &Snapshot, trainee: &TraineeFacts) -> (bool, std::cmp::Reverse<i32>, chrono::NaiveDate, [u8; 32]) {
    let mut lot = Sha256::new();
    lot.update(snapshot.seed.to_le_bytes());
    lot.update(trainee.id.0.as_bytes());
    (!trainee.first_turn, std::cmp::Reverse(trainee.merit), trainee.waiting_since, lot.finalize().into())
}

/// Takes what a seat was worth in earlier runs off the weights of its pairs, as far as the policy says, and
/// leaves out the pairs that are worth nothing then: the seat waits for somebody who makes more of it.
fn hold_back(snapshot: &Snapshot, policy: &Policy, roles: &[(usize, PathwayId)], found: &mut Found) -> HeldBack {
    let mut held = HeldBack::default();
    if policy.hold_back_percent == 0 {
        return held;
    }
    let mut wanted = vec![(false, false); snapshot.needs.len()];
    let worth: Vec<u32> = roles
        .iter()
        .map(|(_, pathway)| snapshot.seat_worth.get(pathway).copied().unwrap_or(0).saturating_mul(policy.hold_back_percent) / 100)
        .collect();
    for (trainee, own) in found.candidates.iter_mut().enumerate() {
        let before = own.len();
        own.iter().for_each(|candidate| wanted[roles[candidate.role as usize].0].0 = true);
        own.iter_mut().for_each(|candidate| candidate.held_back = worth[candidate.role as usize]);
        own.retain(|candidate| u32::from(candidate.full_weight()) > candidate.held_back);
        held.pairs += (before - own.len()) as u64;
        if before > 0 && own.is_empty() {
            held.trainees.push(trainee);
        }
        own.iter().for_each(|candidate| wanted[roles[candidate.role as usize].0].1 = true);
    }
    held.needs = (0..wanted.len()).filter(|need| wanted[*need] == (true, false)).collect();
    held.by_role = worth;
    held
}

/// Whether some quota of the trainee's side counts her but not by this pathway.
pub(super) fn is_exempt(quotas: &[QuotaFacts], trainee: &TraineeFacts, pathway: &PathwayFacts) -> bool {
    quotas.iter().any(|quota| quota.scope == QuotaScope::Origin && quota.counts(trainee, pathway) && quota.exempts(pathway))
}

/// The bare problem with what its groups stand for.
struct Bare {
    problem: Problem,
    exempt: Vec<bool>,
    trainee_groups: Vec<GroupName>,
    role_groups: Vec<GroupName>,
}

/// Hangs trainees and roles into their groups.
///
/// An exemption takes a placement out of a quota, which is a property of the pair and would cross
/// the trainee's other groups. So a trainee with an exempt way keeps only exempt ways and hangs
/// outside the counted group: the quota is never exceeded, and the family stays laminar. Where another quota holds
/// exempt and counted people together, that of an institute or of a corridor, exempt ways are counted as well: the
/// caps are kept, and some that the exemption allows may go unused.
fn bare(snapshot: &Snapshot, trainees: &[&TraineeFacts], roles: &[(usize, PathwayId)], found: &mut Found) -> Result<Bare, Fault> {
    let of_institutes: BTreeSet<&str> =
        snapshot.quotas.iter().filter(|quota| quota.scope == QuotaScope::Provider).map(|quota| quota.subject.as_str()).collect();
    let capped = |trainee: &TraineeFacts| !of_institutes.is_empty() && of_institutes.contains(trainee.institute.to_string().as_str());
    let with_way = found.candidates.iter().map(|own| own.iter().any(|candidate| candidate.exempt));
    let exempt: Vec<bool> = with_way.zip(trainees).map(|(exempt, trainee)| exempt && !capped(trainee)).collect();
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
            let side = if *exempt { EXEMPT } else { "counted" };
            let cap = left(&of_origin(trainee.training_country), QuotaScope::Provider, &institute);
            trainee_side.group("provider", &[&institute, &country, side], origin, cap)
        })
        .collect();

    let (role_side, role_group, seats) = hang_roles(snapshot, roles);
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
    Ok(Bare { problem, exempt, trainee_groups: trainee_side.names, role_groups: role_side.names })
}

/// The roles' side: pathways in corridors in destinations, with what each quota leaves.
fn hang_roles(snapshot: &Snapshot, roles: &[(usize, PathwayId)]) -> (Named, Vec<u32>, Vec<u32>) {
    let own = |pathway: &PathwayFacts| -> Vec<&QuotaFacts> {
        snapshot.quotas.iter().filter(|quota| quota.is_its_own(pathway.id.origin, pathway.destination)).collect()
    };
    let corridor_of = |pathway: &PathwayFacts| {
        let origin = pathway.id.origin.map_or_else(|| "ANY".to_owned(), |origin| origin.to_string());
        format!("{origin}-{}", pathway.destination)
    };
    let exempt = |pathway: &PathwayFacts, quotas: &[&QuotaFacts], scope, subject: &str| {
        let mut quotas = quotas.iter().filter(|quota| quota.scope == scope && quota.subject == subject).peekable();
        quotas.peek().is_some() && quotas.all(|quota| quota.exempts(pathway))
    };
    let from_destination =
        |pathway: &PathwayFacts, quotas: &[&QuotaFacts]| exempt(pathway, quotas, QuotaScope::Destination, &pathway.destination.to_string());
    // A corridor's cap holds all its pathways together, so they hang in one group where it has one.
    let mut kinds: BTreeMap<String, (bool, bool)> = BTreeMap::new();
    for pathway in &snapshot.pathways {
        let kind = kinds.entry(corridor_of(pathway)).or_default();
        if from_destination(pathway, &own(pathway)) { kind.0 = true } else { kind.1 = true }
    }
    let mut side = Named::default();
    let (groups, seats) = roles
        .iter()
        .map(|(need_at, pathway_id)| {
            let need = &snapshot.needs[*need_at];
            let seats = need.pools.iter().find(|pool| pool.pathway == *pathway_id).map_or(0, |pool| pool.seats);
            let Some(pathway) = snapshot.pathway(pathway_id) else {
                return (side.group("nowhere", &[], None, 0), 0);
            };
            let (own, name, destination) = (own(pathway), corridor_of(pathway), pathway.destination.to_string());
            let cap = if exempt(pathway, &own, QuotaScope::Corridor, &name) { NO_CAP } else { left(&own, QuotaScope::Corridor, &name) };
            let mixed = cap != NO_CAP && kinds.get(&name) == Some(&(true, true));
            let around = if from_destination(pathway, &own) && !mixed {
                None
            } else {
                Some(side.group("destination", &[&destination], None, left(&own, QuotaScope::Destination, &destination)))
            };
            let kind = format!("{} {}", around.is_some(), cap == NO_CAP);
            let corridor = side.group("corridor", &[&name, &kind], around, cap);
            let pathway_name = pathway_id.to_string();
            (side.group("pathway", &[&pathway_name], Some(corridor), left(&own, QuotaScope::Pathway, &pathway_name)), seats)
        })
        .unzip();
    (side, groups, seats)
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
            let subject = name.first().copied().unwrap_or_default().to_owned();
            self.names.push(GroupName { kind, subject, exempt: name.last() == Some(&EXEMPT) });
            self.groups.push(parent.unwrap_or(NONE), cap, 0)
        })
    }
}
