use super::*;
use proptest::prelude::*;

fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

fn rules() -> Vec<Rule> {
    vec![
        Rule { id: id(1), name: "Interview".into(), weight: 60, least_points: Some(40) },
        Rule { id: id(2), name: "Test".into(), weight: 40, least_points: None },
    ]
}

fn applicant(number: u128, track: Track, points: &[(u128, u32)], since: &str) -> Applicant {
    Applicant {
        person: TraineeId(id(number)),
        track,
        waiting_since: since.parse().expect("a day"),
        place: None,
        points: points.iter().map(|(rule, points)| (id(*rule), *points)).collect(),
    }
}

#[test]
fn seats_go_by_marks_then_waiting_time_and_everybody_is_told_why() {
    let people = [
        applicant(10, Track::Away, &[(1, 80), (2, 50)], "2026-01-02"),
        applicant(11, Track::Away, &[(1, 70), (2, 65)], "2026-01-01"),
        applicant(12, Track::Away, &[(1, 39), (2, 100)], "2025-01-01"),
        applicant(13, Track::Home, &[(1, 41), (2, 0)], "2026-01-01"),
        applicant(14, Track::Away, &[(1, 90)], "2026-01-01"),
    ];
    let order = rank(&rules(), &people, 7);
    // 10 and 11 have 68.00 both: who has waited longer comes first.
    let names: Vec<Uuid> = order.iter().map(|placed| placed.person.0).collect();
    assert_eq!(names, [11, 10, 13, 14, 12].map(id));
    assert_eq!(order[0].mean_centi, Some(6_800));
    let verdicts = decide(&order, &BTreeMap::from([(Track::Away, 1), (Track::Home, 5)]), 0);
    assert_eq!(
        verdicts.into_iter().map(|(_, verdict)| verdict).collect::<Vec<_>>(),
        [
            Verdict::Admit,
            Verdict::Wait { place: 1 },
            Verdict::Admit,
            Verdict::Leave,
            Verdict::Reject { rule: id(1), points: 39, least: 40 },
        ]
    );
}

#[test]
fn who_was_promised_a_place_keeps_it_before_better_newcomers() {
    let mut waiting = applicant(10, Track::Away, &[(1, 50), (2, 50)], "2026-01-01");
    waiting.place = Some(4);
    let newcomer = applicant(11, Track::Away, &[(1, 100), (2, 100)], "2026-02-01");
    let order = rank(&rules(), &[newcomer, waiting], 7);
    let verdicts = decide(&order, &BTreeMap::from([(Track::Away, 1)]), 4);
    assert_eq!(verdicts, [(TraineeId(id(10)), Verdict::Admit), (TraineeId(id(11)), Verdict::Wait { place: 5 })]);
    let full = decide(&order, &BTreeMap::new(), 4);
    assert_eq!(full, [(TraineeId(id(10)), Verdict::Wait { place: 4 }), (TraineeId(id(11)), Verdict::Wait { place: 5 })]);
}

#[test]
fn without_rules_the_longer_wait_counts() {
    let people = [applicant(10, Track::Home, &[], "2026-02-01"), applicant(11, Track::Home, &[], "2026-01-01")];
    let order = rank(&[], &people, 0);
    assert_eq!(order[0].person.0, id(11));
    assert_eq!(order[0].standing, Standing::Ranked);
}

proptest! {
    /// Whatever the order in which people are read: one result, no more admitted than seats, each in one verdict, and
    /// nobody waits while somebody with less was admitted on her track.
    #[test]
    fn selection_is_fair_and_the_same_again(
        marks in prop::collection::vec((0_u32..=100, 0_u32..=100, 0_u64..3, prop::bool::ANY), 0..40),
        seats in (0_u32..10, 0_u32..10),
        seed in any::<u64>(),
    ) {
        let people: Vec<Applicant> = marks.iter().enumerate().map(|(at, (a, b, day, away))| Applicant {
            person: TraineeId(id(at as u128 + 1)),
            track: if *away { Track::Away } else { Track::Home },
            waiting_since: NaiveDate::from_ymd_opt(2026, 1, 1).unwrap() + chrono::Days::new(*day),
            place: None,
            points: BTreeMap::from([(id(1), *a), (id(2), *b)]),
        }).collect();
        let mut shuffled = people.clone();
        shuffled.reverse();
        let order = rank(&rules(), &people, seed);
        prop_assert_eq!(&order, &rank(&rules(), &shuffled, seed));
        let free = BTreeMap::from([(Track::Away, seats.0), (Track::Home, seats.1)]);
        let verdicts: BTreeMap<TraineeId, Verdict> = decide(&order, &free, 0).into_iter().collect();
        prop_assert_eq!(verdicts.len(), people.len());
        for (track, seats) in free {
            let on = |verdict: fn(&Verdict) -> bool| order.iter().filter(|one| one.track == track && verdict(&verdicts[&one.person])).collect::<Vec<_>>();
            let admitted = on(|verdict| *verdict == Verdict::Admit);
            let waiting = on(|verdict| matches!(verdict, Verdict::Wait { .. }));
            prop_assert!(admitted.len() <= seats as usize);
            prop_assert!(waiting.is_empty() || admitted.len() == seats as usize);
            let least = admitted.iter().filter_map(|one| one.mean_centi).min();
            let best = waiting.iter().filter_map(|one| one.mean_centi).max();
            prop_assert!(least.is_none() || best.is_none() || best <= least);
        }
    }
}
