//! From a snapshot to the bare problem: numbers trainees by priority, roles by seat pool, and
//! hangs the caps of both sides into two forests.

use super::gate::gate;
use super::policy::Policy;
use super::report::Refusals;
use super::score::{Score, score};
use super::snapshot::Snapshot;
use crate::solver::{Fault, Forest, NONE, Pair, Parts, Problem};
use passerelle_domain::corridor::{PathwayId, QuotaSide};
use passerelle_domain::law::{PathwayFacts, QuotaFacts, TraineeFacts, Verdict};
use passerelle_domain::matching::{Reason, ReasonCode};
use passerelle_domain::people::QuotaScope;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

const NO_CAP: u32 = u32::MAX;

/// A lawful pair that the matching may use.
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    pub score: Score,
    pub verdicts: Vec<Verdict>,
    pub exempt: bool,
}

/// The bare problem with the way back to the facts.
pub(super) struct Market<'a> {
    pub problem: Problem,
    /// Trainee of each number, first in priority first.
    pub trainees: Vec<&'a TraineeFacts>,
    /// Need and pathway of each role.
    pub roles: Vec<(usize, PathwayId)>,
    pub candidates: BTreeMap<(usize, usize), Candidate>,
    /// Why pairs did not become candidates.
    pub refusals: Refusals,
    pub pairs_considered: u64,
}

/// Builds the market. Calls `progress` with the number of trainees done.
///
/// # Errors
/// When what was built is no problem, which would be a fault of this module.
pub(super) fn build<'a>(snapshot: &'a Snapshot, policy: &Policy, progress: &mut dyn FnMut(usize, usize)) -> Result<Market<'a>, Fault> {
    let trainees = by_priority(snapshot);
    let mut roles = Vec::new();
    let mut role_of: BTreeMap<(usize, PathwayId), usize> = BTreeMap::new();
    for (need_at, need) in snapshot.needs.iter().enumerate() {
        for pool in &need.pools {
            role_of.insert((need_at, pool.pathway.clone()), roles.len());
            roles.push((need_at, pool.pathway.clone()));
        }
    }
    let features = policy.feature_names();
    let mut refusals = Refusals::new(trainees.len(), snapshot.needs.len());
    let mut candidates = BTreeMap::new();
    let mut pairs_considered = 0;
    for (number, trainee) in trainees.iter().enumerate() {
        let mut own: Vec<(usize, Candidate)> = Vec::new();
        for (need_at, need) in snapshot.needs.iter().enumerate() {
            let gated = gate(snapshot, policy, &features, trainee, need);
            pairs_considered += 1;
            let (Some(pool), Some(pathway), true) = (gated.pool, gated.pathway, gated.reasons.is_empty()) else {
                refusals.note(number, need_at, gated.stage, &gated.reasons);
                continue;
            };
            match score(snapshot, policy, trainee, need, pathway) {
                None => refusals.note(number, need_at, 7, &[Reason::new(ReasonCode::NoSharedSkill)]),
                Some(score) => {
                    let exempt = is_exempt(&snapshot.quotas, trainee, pathway);
                    own.push((role_of[&(need_at, pool.pathway.clone())], Candidate { score, verdicts: gated.verdicts, exempt }));
                }
            }
        }
        shortlist(&mut own, policy, number, &roles, &mut refusals);
        candidates.extend(own.into_iter().map(|(role, candidate)| ((number, role), candidate)));
        progress(number + 1, trainees.len());
    }
    let problem = bare(snapshot, &trainees, &roles, &mut candidates)?;
    Ok(Market { problem, trainees, roles, candidates, refusals, pairs_considered })
}

/// Merit first, then waiting time, then a lottery whose seed is recorded.
fn by_priority(snapshot: &Snapshot) -> Vec<&TraineeFacts> {
    let mut trainees: Vec<&TraineeFacts> = snapshot.trainees.iter().collect();
    trainees.sort_by_cached_key(|trainee| {
        let mut lot = Sha256::new();
        lot.update(snapshot.seed.to_le_bytes());
        lot.update(trainee.id.0.as_bytes());
        let lot: [u8; 32] = lot.finalize().into();
        (std::cmp::Reverse(trainee.merit), trainee.waiting_since, lot)
    });
    trainees
}

/// Keeps the best pairs of one trainee by the planner's weight.
fn shortlist(own: &mut Vec<(usize, Candidate)>, policy: &Policy, number: usize, roles: &[(usize, PathwayId)], refusals: &mut Refusals) {
    own.sort_by_key(|(role, candidate)| (std::cmp::Reverse(candidate.score.weight()), *role));
    for (role, _) in own.iter().skip(policy.shortlist_max) {
        refusals.note(number, roles[*role].0, 8, &[Reason::new(ReasonCode::BeyondShortlist).with("most", policy.shortlist_max)]);
    }
    own.truncate(policy.shortlist_max);
}

/// Whether some quota of the trainee's side counts her but not by this pathway.
fn is_exempt(quotas: &[QuotaFacts], trainee: &TraineeFacts, pathway: &PathwayFacts) -> bool {
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
    candidates: &mut BTreeMap<(usize, usize), Candidate>,
) -> Result<Problem, Fault> {
    let exempt: Vec<bool> =
        (0..trainees.len()).map(|number| candidates.range((number, 0)..(number + 1, 0)).any(|(_, candidate)| candidate.exempt)).collect();
    candidates.retain(|(number, _), candidate| candidate.exempt || !exempt[*number]);

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
                    &["origin", &country],
                    None,
                    left(&of_origin(trainee.training_country), QuotaScope::Origin, &country),
                ))
            };
            let side = if *exempt { "exempt" } else { "counted" };
            let cap = left(&of_origin(trainee.training_country), QuotaScope::Provider, &institute);
            trainee_side.group(&["provider", &institute, &country, side], origin, cap)
        })
        .collect();

    let mut role_side = Named::default();
    let (role_group, seats): (Vec<u32>, Vec<u32>) = roles
        .iter()
        .map(|(need_at, pathway_id)| {
            let need = &snapshot.needs[*need_at];
            let cap = need.pools.iter().find(|pool| pool.pathway == *pathway_id).map_or(0, |pool| pool.seats);
            let Some(pathway) = snapshot.pathway(pathway_id) else {
                return (role_side.group(&["nowhere"], None, 0), 0);
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
                Some(role_side.group(&["destination", &destination], None, left(&own, QuotaScope::Destination, &destination)))
            };
            let corridor_name = pathway.id.origin.map_or_else(|| format!("ANY-{destination}"), |origin| format!("{origin}-{destination}"));
            let corridor_cap =
                if uncounted(QuotaScope::Corridor, &corridor_name) { NO_CAP } else { left(&own, QuotaScope::Corridor, &corridor_name) };
            let kind = format!("{} {}", destination_cap.is_some(), corridor_cap == NO_CAP);
            let corridor = role_side.group(&["corridor", &corridor_name, &kind], destination_cap, corridor_cap);
            let pathway_name = pathway_id.to_string();
            let pathway_cap = left(&own, QuotaScope::Pathway, &pathway_name);
            (role_side.group(&["pathway", &pathway_name], Some(corridor), pathway_cap), cap)
        })
        .unzip();

    let mut start = vec![0; trainees.len() + 1];
    let (mut pairs, mut weight) = (Vec::with_capacity(candidates.len()), Vec::with_capacity(candidates.len()));
    let number = |at: usize| u32::try_from(at).unwrap_or(NONE);
    let score = |score: u32| u16::try_from(score).unwrap_or(u16::MAX);
    for ((trainee, role), candidate) in candidates.iter() {
        start[trainee + 1] += 1;
        pairs.push(Pair { role: number(*role), u: score(candidate.score.u), v: score(candidate.score.v) });
        weight.push(score(candidate.score.weight()));
    }
    for at in 1..start.len() {
        start[at] += start[at - 1];
    }
    Problem::new(Parts {
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
    })
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
    known: BTreeMap<String, u32>,
}

impl Named {
    fn group(&mut self, name: &[&str], parent: Option<u32>, cap: u32) -> u32 {
        *self.known.entry(name.join("\n")).or_insert_with(|| self.groups.push(parent.unwrap_or(NONE), cap, 0))
    }
}
