//! Candidates against the definition, role by role.

use super::*;
use proptest::prelude::*;

fn seeker() -> impl Strategy<Value = Seeker> {
    let languages = prop::collection::vec((0u32..3, 1u32..6), 0..3);
    let skills = prop::collection::vec(0u32..12, 0..8);
    (0u32..2, 0u32..2, 0u32..4, 18u32..40, 0u64..4, 0u64..4, languages, skills).prop_map(
        |(origin, family, qualification, age, recognised, visa, languages, skills)| Seeker {
            origin,
            family,
            qualification,
            age,
            recognised,
            visa,
            languages,
            skills,
        },
    )
}

fn post() -> impl Strategy<Value = Post> {
    let skills = prop::collection::btree_map(0u32..12, prop::sample::select(vec![1u32, 3]), 0..6);
    let level = (0u32..3, 1u32..5);
    (0u32..2, 0u32..2, 0u32..2, 0u32..4, level, (18u32..30, 25u32..45), any::<bool>(), skills).prop_map(
        |(origin, destination, family, min_qualification, (language, min_level), (age_min, age_max), needs_recognition, skills)| Post {
            origin,
            family,
            asks: Asks { destination, min_qualification, language, min_level, age_min, age_max, needs_recognition },
            skills: skills.into_iter().collect(),
        },
    )
}

/// Every role of its own, then all of them sorted.
fn by_definition(seeker: &Seeker, posts: &[Post], k: usize) -> Vec<Candidate> {
    let mut all: Vec<Candidate> = Vec::new();
    for (role, post) in posts.iter().enumerate() {
        let total: u32 = post.skills.iter().map(|(_, weight)| weight).sum();
        let shared: u32 = post.skills.iter().filter(|(skill, _)| seeker.skills.contains(skill)).map(|(_, weight)| weight).sum();
        if shared > 0
            && (post.origin, post.family) == (seeker.origin, seeker.family)
            && post.asks.admits(seeker)
            && 10_000 * shared / total > 0
        {
            all.push(Candidate { role: role as u32, score: (10_000 * shared / total) as u16 });
        }
    }
    all.sort_by_key(|candidate| (std::cmp::Reverse(candidate.score), candidate.role));
    all.truncate(k);
    all
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn they_are_what_the_definition_says(
        seekers in prop::collection::vec(seeker(), 0..12), posts in prop::collection::vec(post(), 0..25), k in 0usize..6, threads in 1usize..4,
    ) {
        let found = find(&seekers, &posts, k, threads);
        prop_assert_eq!(found.start.len(), seekers.len() + 1);
        for (t, seeker) in seekers.iter().enumerate() {
            let own = &found.found[found.start[t] as usize..found.start[t + 1] as usize];
            prop_assert_eq!(own.to_vec(), by_definition(seeker, &posts, k));
        }
        prop_assert_eq!(find(&seekers, &posts, k, 1), found, "whatever the number of threads");
    }
}

#[test]
fn who_may_not_take_a_role_is_no_candidate() {
    let seeker = Seeker {
        qualification: 3,
        age: 25,
        recognised: 0b01,
        visa: 0b11,
        languages: vec![(0, 4)],
        skills: vec![1, 1, 2],
        ..Seeker::default()
    };
    let asks = Asks { min_qualification: 3, min_level: 4, age_min: 25, age_max: 25, needs_recognition: true, ..Asks::default() };
    let post = Post { asks, skills: vec![(1, 3), (5, 1)], ..Post::default() };
    let score = |change: &dyn Fn(&mut Post)| {
        let mut changed = post.clone();
        change(&mut changed);
        find(std::slice::from_ref(&seeker), &[changed], 50, 1).found.first().map(|candidate| candidate.score)
    };
    assert_eq!(score(&|_| ()), Some(7_500), "a skill that is named twice counts once");
    let changes: [fn(&mut Post); 9] = [
        |post| post.origin = 1,
        |post| post.family = 1,
        |post| post.asks.min_qualification = 4,
        |post| post.asks.min_level = 5,
        |post| post.asks.language = 1,
        |post| post.asks.age_min = 26,
        |post| post.asks.age_max = 24,
        |post| post.asks.destination = 1,
        |post| post.skills = vec![(5, 1)],
    ];
    for change in changes {
        assert_eq!(score(&change), None);
    }
    assert_eq!(score(&|post| (post.asks.destination, post.asks.needs_recognition) = (1, false)), Some(7_500));
    assert_eq!(
        score(&|post| (post.asks.destination, post.asks.needs_recognition) = (64, false)),
        None,
        "a destination beyond the mask is none"
    );
}
