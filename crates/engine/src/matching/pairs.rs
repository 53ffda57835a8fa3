//! Every pair of a run, judged: who may be matched with what, and how well it fits.
//!
//! A hundred thousand trainees and ten thousand needs are a thousand million pairs. What does not depend on
//! the pair is settled before: needs are kept by occupation, and what a rule reads of a need, of countries or of
//! an institute is judged once for all who share it; what reads of a need no more than many needs share, once a trainee and
//! opening. The rest is judged for its outcome alone, on threads. The
//! gates are those of [`super::gate`], which explains the pairs of whoever found nothing: the first
//! [`EXAMPLES`] that came nearest. A property test holds the outcome of both against each other.

use super::gate::gate;
use super::market::is_exempt;
use super::policy::Policy;
use super::report::Refusals;
use super::score::{Asked, Held, Ranker, in_time, weight};
use super::snapshot::Snapshot;
use chrono::NaiveDate;
use passerelle_domain::corridor::PathwayId;
use passerelle_domain::country::{CountryCode, SubdivisionCode};
use passerelle_domain::ids::OrganisationId;
use passerelle_domain::language::{LanguageLevel, LanguageTag};
use passerelle_domain::law::{MatchFacts, NeedFacts, PathwayFacts, Reads, RuleId, TraineeFacts, lawful, reads};
use passerelle_domain::matching::{Reason, ReasonCode};
use passerelle_domain::occupation::IscoCode;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// Pairs of one trainee or need that are explained at most.
const EXAMPLES: usize = 16;

/// Trainees that one thread judges between two reports of progress.
const WAVE: usize = 1_000;

/// How far a pair comes: the stages of [`super::gate`] and two more.
const NOT_SEEKING: u8 = 0;
const OTHER_OCCUPATION: u8 = 1;
const NEED_SHUT: u8 = 2;
const NO_PATHWAY: u8 = 3;
const PATHWAY_SHUT: u8 = 4;
const UNLAWFUL: u8 = 5;
const TOO_LATE: u8 = 6;
const NO_SKILL: u8 = 7;
const CANDIDATE: u8 = 8;

/// A lawful pair that the matching may use.
#[derive(Debug, Clone, Copy)]
pub(super) struct Candidate {
    pub role: u32,
    pub u: u16,
    pub v: u16,
    pub exempt: bool,
    /// What is taken off the weight, because the seat is worth more to others later.
    pub held_back: u32,
}

impl Candidate {
    /// The planner's weight, as [`super::score::Score::weight`].
    pub fn full_weight(&self) -> u16 {
        u16::try_from(weight(u32::from(self.u), u32::from(self.v))).unwrap_or(u16::MAX)
    }

    /// The weight that is left of it.
    pub fn weight(&self) -> u16 {
        u16::try_from(u32::from(self.full_weight()).saturating_sub(self.held_back)).unwrap_or(u16::MAX)
    }
}

/// The nearest pairs of somebody who has found nothing yet: how far they came, and the first of them.
#[derive(Debug, Clone, Default)]
struct Nearest {
    stage: u8,
    others: Vec<u32>,
}

impl Nearest {
    fn note(&mut self, stage: u8, other: u32) {
        if stage > self.stage {
            self.stage = stage;
            self.others.clear();
        }
        if stage == self.stage && stage < CANDIDATE && self.others.len() < EXAMPLES {
            self.others.push(other);
        }
    }

    /// Adds what another has found after this one.
    fn join(&mut self, later: &Self) {
        if later.stage > self.stage {
            *self = later.clone();
        } else if later.stage == self.stage {
            let room = EXAMPLES - self.others.len();
            self.others.extend(later.others.iter().take(room));
        }
    }
}

/// What was found for everybody.
pub(super) struct Found {
    /// By trainee, the best by weight first.
    pub candidates: Vec<Vec<Candidate>>,
    by_trainee: Vec<Nearest>,
    by_need: Vec<Nearest>,
}

/// One seat pool of a need with what holds for everybody.
struct Pool<'a> {
    role: u32,
    pathway: &'a PathwayFacts,
    /// Number of the pathway among those of the snapshot.
    number: usize,
    open: bool,
    lawful: bool,
    /// Whether the rules that read countries allow it, by pair of countries.
    countries: Vec<bool>,
    /// Number of what it shares with other needs' pools for the rules that read no more.
    opening: usize,
}

/// What rules read of an opening: pathway, occupation, first day, language, region.
type Opening<'a> = (usize, IscoCode, NaiveDate, &'a Option<(LanguageTag, LanguageLevel)>, &'a Option<SubdivisionCode>);

/// What is known of one trainee at each opening.
type Known = Vec<Option<bool>>;

struct Post<'a> {
    need: &'a NeedFacts,
    asked: Asked,
    /// Pools with seats.
    pools: Vec<Pool<'a>>,
    shut: bool,
}

/// Everything about a snapshot that many pairs share.
pub(super) struct Index<'a> {
    snapshot: &'a Snapshot,
    policy: &'a Policy,
    features: Vec<&'static str>,
    ranker: Ranker<'a>,
    pub trainees: Vec<&'a TraineeFacts>,
    held: Vec<Held>,
    /// For each trainee the number of her pair of countries, and of her institute.
    countries: Vec<usize>,
    institutes: Vec<usize>,
    posts: Vec<Post<'a>>,
    /// Needs by the digits of the occupation that must agree.
    by_occupation: BTreeMap<String, Vec<u32>>,
    /// Whether the rules that read the institute allow a pathway, by institute and then by pathway; and whether
    /// the placement is exempt from a quota of the trainee's side.
    by_institute: Vec<Vec<(bool, bool)>>,
    opening_rules: Vec<RuleId>,
    openings: usize,
    pair_rules: Vec<RuleId>,
    /// Need and pathway of each role.
    pub roles: Vec<(usize, PathwayId)>,
}

impl<'a> Index<'a> {
    pub fn new(snapshot: &'a Snapshot, policy: &'a Policy, trainees: Vec<&'a TraineeFacts>) -> Self {
        let features = policy.feature_names();
        let mut ranker = Ranker::new(policy, snapshot);
        let of = |reading: Reads| -> Vec<RuleId> { RuleId::PAIR.into_iter().filter(|rule| reads(*rule) == reading).collect() };
        let mut known_countries: BTreeMap<(CountryCode, CountryCode), (usize, &TraineeFacts)> = BTreeMap::new();
        let mut known_institutes: BTreeMap<(CountryCode, OrganisationId), (usize, &TraineeFacts)> = BTreeMap::new();
        let (mut countries, mut institutes, mut held) = (Vec::new(), Vec::new(), Vec::with_capacity(trainees.len()));
        for trainee in trainees.iter().copied() {
            let next = known_countries.len();
            countries.push(known_countries.entry((trainee.habitual_residence, trainee.training_country)).or_insert((next, trainee)).0);
            let next = known_institutes.len();
            institutes.push(known_institutes.entry((trainee.training_country, trainee.institute)).or_insert((next, trainee)).0);
            held.push(ranker.held(trainee));
        }
        let samples = |mut known: Vec<(usize, &'a TraineeFacts)>| {
            known.sort_unstable_by_key(|(number, _)| *number);
            known.into_iter().map(|(_, trainee)| trainee).collect::<Vec<_>>()
        };
        let of_countries = samples(known_countries.into_values().collect());
        let of_institutes = samples(known_institutes.into_values().collect());
        let facts = |trainee, need, pathway| MatchFacts {
            trainee,
            need,
            pathway,
            quotas: &snapshot.quotas,
            ranking_features: &features,
            match_date: snapshot.as_of,
            explain: false,
        };
        let (need_rules, country_rules, institute_rules) = (of(Reads::Need), of(Reads::Countries), of(Reads::Institute));
        let by_institute = match snapshot.needs.first() {
            Some(need) => of_institutes
                .iter()
                .copied()
                .map(|trainee| {
                    let judged = snapshot.pathways.iter().map(|pathway| {
                        let allowed = lawful(&institute_rules, &facts(trainee, need, pathway), &snapshot.book);
                        (allowed, is_exempt(&snapshot.quotas, trainee, pathway))
                    });
                    judged.collect()
                })
                .collect(),
            None => vec![],
        };
        let mut openings: Vec<(Opening<'_>, usize)> = Vec::new();
        let mut roles = Vec::new();
        let mut posts = Vec::with_capacity(snapshot.needs.len());
        let mut by_occupation: BTreeMap<String, Vec<u32>> = BTreeMap::new();
        for (need_at, need) in snapshot.needs.iter().enumerate() {
            let mut pools = Vec::new();
            for pool in &need.pools {
                let role = roles.len() as u32;
                roles.push((need_at, pool.pathway.clone()));
                let number = snapshot.pathways.binary_search_by(|pathway| pathway.id.cmp(&pool.pathway));
                let (Ok(number), true) = (number, pool.seats > 0) else { continue };
                let pathway = &snapshot.pathways[number];
                let any = of_countries.first().copied();
                let opening: Opening<'_> = (number, need.occupation, need.start.from, &need.language, &need.subdivision);
                let known = openings.iter().find(|(known, _)| *known == opening).map(|(_, number)| *number);
                let opening = known.unwrap_or_else(|| {
                    openings.push((opening, openings.len()));
                    openings.len() - 1
                });
                pools.push(Pool {
                    opening,
                    role,
                    pathway,
                    number,
                    open: pathway.open && pathway.occupations.includes(need.occupation),
                    lawful: any.is_some_and(|trainee| lawful(&need_rules, &facts(trainee, need, pathway), &snapshot.book)),
                    countries: of_countries
                        .iter()
                        .copied()
                        .map(|trainee| lawful(&country_rules, &facts(trainee, need, pathway), &snapshot.book))
                        .collect(),
                });
            }
            let shut = !need.open || need.pools.iter().all(|pool| pool.seats == 0);
            let digits = need.occupation.as_str()[..policy.occupation_digits_min].to_owned();
            by_occupation.entry(digits).or_default().push(need_at as u32);
            posts.push(Post { need, asked: ranker.asked(need), pools, shut });
        }
        let (opening_rules, pair_rules) = (of(Reads::Opening), of(Reads::Pair));
        let openings = openings.len();
        Self {
            opening_rules,
            openings,
            snapshot,
            policy,
            features,
            ranker,
            trainees,
            held,
            countries,
            institutes,
            posts,
            by_occupation,
            by_institute,
            pair_rules,
            roles,
        }
    }

    /// Judges and scores every pair.
    pub fn search(&self, threads: usize, progress: &mut dyn FnMut(usize, usize)) -> Found {
        let all = self.trainees.len();
        let mut found = Found {
            candidates: Vec::with_capacity(all),
            by_trainee: Vec::with_capacity(all),
            by_need: vec![Nearest::default(); self.posts.len()],
        };
        let mut from = 0;
        while from < all {
            let parts: Vec<std::ops::Range<usize>> =
                (0..threads.max(1)).map(|thread| (from + thread * WAVE).min(all)..(from + (thread + 1) * WAVE).min(all)).collect();
            from = parts.last().map_or(all, |part| part.end);
            for part in on_threads(parts, |part| self.search_part(part)) {
                found.candidates.extend(part.candidates);
                found.by_trainee.extend(part.by_trainee);
                found.by_need.iter_mut().zip(&part.by_need).for_each(|(nearest, later)| nearest.join(later));
            }
            progress(from, all);
        }
        found
    }

    fn search_part(&self, part: std::ops::Range<usize>) -> Found {
        let mut found = Found { candidates: vec![], by_trainee: vec![], by_need: vec![Nearest::default(); self.posts.len()] };
        let mut known: Known = vec![None; self.openings];
        for trainee in part {
            known.fill(None);
            let mut own: Vec<Candidate> = Vec::new();
            let mut nearest = Nearest::default();
            if super::gate::person(self.trainees[trainee]).is_none() {
                for need in self.in_reach(trainee) {
                    let (stage, candidate) = self.judge(trainee, *need as usize, &mut known);
                    nearest.note(stage, *need);
                    found.by_need[*need as usize].note(stage, trainee as u32);
                    own.extend(candidate);
                }
            }
            own.sort_unstable_by_key(|candidate| (Reverse(candidate.weight()), candidate.role));
            own.truncate(self.policy.shortlist_max);
            own.shrink_to_fit();
            found.candidates.push(own);
            found.by_trainee.push(nearest);
        }
        found
    }

    /// Needs in the trainee's occupation.
    fn in_reach(&self, trainee: usize) -> &[u32] {
        let digits = &self.trainees[trainee].occupation.as_str()[..self.policy.occupation_digits_min];
        self.by_occupation.get(digits).map_or(&[], Vec::as_slice)
    }

    /// How far a pair comes, and what it is worth when it comes through: by the first pathway that lets it.
    fn judge(&self, number: usize, need: usize, known: &mut Known) -> (u8, Option<Candidate>) {
        let (trainee, post) = (self.trainees[number], &self.posts[need]);
        if post.shut {
            return (NEED_SHUT, None);
        }
        let mut stage = NO_PATHWAY;
        for pool in post.pools.iter().filter(|pool| pool.pathway.serves(trainee.training_country)) {
            let (by_institute, exempt) = self.by_institute[self.institutes[number]][pool.number];
            let reached = if !pool.open {
                PATHWAY_SHUT
            } else if !(pool.lawful
                && by_institute
                && pool.countries[self.countries[number]]
                && *known[pool.opening].get_or_insert_with(|| self.lawful_by(&self.opening_rules, trainee, post.need, pool))
                && self.lawful_by(&self.pair_rules, trainee, post.need, pool))
            {
                UNLAWFUL
            } else if self.too_late(trainee, post.need, pool.pathway) {
                TOO_LATE
            } else {
                let parts = self.ranker.parts((trainee, &self.held[number]), (post.need, &post.asked), pool.pathway);
                let Some(parts) = parts else { return (NO_SKILL, None) };
                let (u, v) = self.ranker.sums(&parts);
                let narrow = |score: u32| u16::try_from(score).unwrap_or(u16::MAX);
                return (CANDIDATE, Some(Candidate { role: pool.role, u: narrow(u), v: narrow(v), exempt, held_back: 0 }));
            };
            stage = stage.max(reached);
        }
        (stage, None)
    }

    fn lawful_by(&self, rules: &[RuleId], trainee: &TraineeFacts, need: &NeedFacts, pool: &Pool<'_>) -> bool {
        let facts = MatchFacts {
            trainee,
            need,
            pathway: pool.pathway,
            quotas: &self.snapshot.quotas,
            ranking_features: &self.features,
            match_date: self.snapshot.as_of,
            explain: false,
        };
        lawful(rules, &facts, &self.snapshot.book)
    }

    fn too_late(&self, trainee: &TraineeFacts, need: &NeedFacts, pathway: &PathwayFacts) -> bool {
        let chance = pathway.in_time_min_percent.zip(in_time(trainee, need, pathway));
        trainee.ready_on > need.start.to || chance.is_some_and(|(asked, chance)| chance < asked)
    }

    /// Why whoever found nothing did not: the reasons of the nearest pairs.
    pub fn explain(&self, found: &Found, threads: usize) -> Refusals {
        let trainees: Vec<usize> = (0..self.trainees.len()).filter(|trainee| found.candidates[*trainee].is_empty()).collect();
        let mut wanted = vec![false; self.posts.len()];
        let roles = found.candidates.iter().flatten().map(|candidate| candidate.role);
        roles.for_each(|role| wanted[self.roles[role as usize].0] = true);
        let needs: Vec<usize> = (0..self.posts.len()).filter(|need| !wanted[*need]).collect();
        // Where nobody shares an occupation, what is asked for is told by how often it is.
        let count = |occupations: &mut dyn Iterator<Item = &str>| {
            let mut counted: BTreeMap<String, u32> = BTreeMap::new();
            occupations.for_each(|occupation| *counted.entry(occupation.to_owned()).or_default() += 1);
            counted
        };
        let asked = count(&mut self.posts.iter().map(|post| post.need.occupation.as_str()));
        let seeking = self.trainees.iter().filter(|trainee| super::gate::person(trainee).is_none());
        let trained = count(&mut seeking.map(|trainee| trainee.occupation.as_str()));
        let mut refusals = Refusals::default();
        let split = |list: &[usize]| -> Vec<Vec<usize>> {
            list.chunks(list.len().div_ceil(threads.max(1)).max(1)).map(<[usize]>::to_vec).collect()
        };
        for part in
            on_threads(split(&trainees), |part| part.into_iter().map(|at| (at, self.why_trainee(at, found, &asked))).collect::<Vec<_>>())
        {
            part.into_iter().for_each(|(trainee, reasons)| refusals.set_trainee(trainee, reasons));
        }
        for part in
            on_threads(split(&needs), |part| part.into_iter().map(|at| (at, self.why_need(at, found, &trained))).collect::<Vec<_>>())
        {
            part.into_iter().for_each(|(need, reasons)| refusals.set_need(need, reasons));
        }
        refusals
    }

    fn why_trainee(&self, number: usize, found: &Found, asked: &BTreeMap<String, u32>) -> Vec<Reason> {
        let trainee = self.trainees[number];
        if let Some(reason) = super::gate::person(trainee) {
            return vec![reason];
        }
        let nearest = &found.by_trainee[number];
        if nearest.stage == NOT_SEEKING {
            let commonest = asked.iter().max_by_key(|(occupation, count)| (**count, Reverse(*occupation)));
            return commonest.map(|(occupation, _)| differs(trainee.occupation.as_str(), occupation)).into_iter().collect();
        }
        self.nearest_reasons(nearest.others.iter().map(|need| (number, *need as usize)))
    }

    fn why_need(&self, need: usize, found: &Found, trained: &BTreeMap<String, u32>) -> Vec<Reason> {
        let nearest = &found.by_need[need];
        if nearest.stage <= OTHER_OCCUPATION {
            let occupation = self.posts[need].need.occupation;
            let commonest = trained.iter().max_by_key(|(trained, count)| (**count, Reverse(*trained)));
            return commonest.map(|(trained, _)| differs(trained, occupation.as_str())).into_iter().collect();
        }
        // Where pairs came through but stood beyond everybody's shortlist, that is the reason.
        if nearest.stage == CANDIDATE {
            return vec![Reason::new(ReasonCode::BeyondShortlist).with("most", self.policy.shortlist_max)];
        }
        self.nearest_reasons(nearest.others.iter().map(|trainee| (*trainee as usize, need)))
    }

    fn nearest_reasons(&self, pairs: impl Iterator<Item = (usize, usize)>) -> Vec<Reason> {
        let mut counted = super::report::Nearest::default();
        for (trainee, need) in pairs {
            let gated = gate(self.snapshot, self.policy, &self.features, self.trainees[trainee], self.posts[need].need);
            if gated.reasons.is_empty() {
                counted.note(&[Reason::new(ReasonCode::NoSharedSkill)]);
            } else {
                counted.note(&gated.reasons);
            }
        }
        counted.best()
    }
}

fn differs(trained: &str, asked: &str) -> Reason {
    Reason::new(ReasonCode::OccupationDiffers).with("trained", trained).with("asked", asked)
}

/// Does the same for each of some parts, on a thread each; on this one where there is one part.
pub(super) fn on_threads<T: Send, R: Send>(parts: Vec<T>, work: impl Fn(T) -> R + Sync) -> Vec<R> {
    if parts.len() <= 1 {
        return parts.into_iter().map(work).collect();
    }
    std::thread::scope(|scope| {
        let work = &work;
        let working: Vec<_> = parts.into_iter().map(|part| scope.spawn(move || work(part))).collect();
        // A thread that panics has found a fault: it is not hidden.
        working.into_iter().map(|part| part.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
    })
}

#[cfg(test)]
mod tests;
