//! What the matching still knows for somebody who cannot go on: every lawful post, the best first, and what stands in
//! the way where there is none. Whoever has a place is asked about nothing here, and keeps it.

use super::gate;
use super::pairs::Index;
use super::policy::Policy;
use super::snapshot::Snapshot;
use passerelle_domain::corridor::PathwayId;
use passerelle_domain::ids::{NeedId, TraineeId};
use passerelle_domain::law::TraineeFacts;
use passerelle_domain::matching::Reason;
use passerelle_domain::people::{JourneyState, Track};
use std::collections::{BTreeMap, BTreeSet};

/// A lawful post.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alternative {
    pub need: NeedId,
    pub pathway: PathwayId,
    /// How the need would score her, in whole percent: what of her skills is asked for there weighs most.
    pub skill_percent: u8,
}

/// What there is for one person.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Alternatives {
    pub posts: Vec<Alternative>,
    /// What keeps her out of the nearest posts, where there is no lawful one.
    pub stopped_by: Vec<Reason>,
}

/// Posts for some people of a snapshot, whatever state their journeys are in: each of them seeks again.
///
/// Costs one search of the matching over these people alone: in the order of people × needs of their occupation.
pub fn alternatives(
    snapshot: &Snapshot,
    policy: &Policy,
    people: &BTreeSet<TraineeId>,
    threads: usize,
) -> BTreeMap<TraineeId, Alternatives> {
    let seeking: Vec<TraineeFacts> = snapshot
        .trainees
        .iter()
        .filter(|trainee| people.contains(&trainee.id))
        .map(|trainee| TraineeFacts { journey: JourneyState::Certified, track: Track::Away, ..trainee.clone() })
        .collect();
    let index = Index::new(snapshot, policy, seeking.iter().collect());
    let found = index.search(threads, &mut |_, _| {});
    let refusals = index.explain(&found, threads);
    let of = |at: usize| {
        let posts = found.candidates[at].iter().map(|candidate| {
            let (need, pathway) = &index.roles[candidate.role as usize];
            let skill_percent = u8::try_from((candidate.v / 100).min(100)).unwrap_or(100);
            Alternative { need: snapshot.needs[*need].id, pathway: pathway.clone(), skill_percent }
        });
        Alternatives { posts: posts.collect(), stopped_by: refusals.of_trainee(at) }
    };
    debug_assert!(seeking.iter().all(|trainee| gate::person(trainee).is_none()));
    seeking.iter().enumerate().map(|(at, trainee)| (trainee.id, of(at))).collect()
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[test]
    fn whoever_is_held_finds_the_posts_that_are_open_to_her() {
        let mut held = sample::trainee(1, 80);
        held.journey = JourneyState::OnHold;
        let other = sample::trainee(2, 70);
        let snapshot = sample::snapshot(
            vec![sample::pathway("DE-SKILLED/PH", true)],
            vec![held.clone(), other],
            vec![sample::need(10, "DE-SKILLED/PH", 1), sample::need(11, "DE-SKILLED/PH", 0)],
            vec![],
        );
        let found = alternatives(&snapshot, &sample::policy(), &BTreeSet::from([held.id]), 1);
        assert_eq!(found.len(), 1, "nobody else is looked at");
        let posts: Vec<_> = found[&held.id].posts.iter().map(|post| post.need).collect();
        assert_eq!(posts, [sample::need(10, "DE-SKILLED/PH", 1).id], "a post without a seat is none");
    }
}
