//! The planner against brute force, a broken pathway for every finding, and dates by hand.

use super::*;
use chrono::NaiveDate;
use passerelle_domain::calendar::Calendar;
use passerelle_domain::corridor::{Clock, CostClass, DayRange, Fee, Join, Paper, Party, Repeat, Step, StepKind};
use passerelle_domain::money::Money;
use passerelle_domain::people::JourneyState;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

pub fn step(id: &str, kind: StepKind, after: &[&str], days: [u32; 3]) -> Step {
    Step {
        id: id.into(),
        name: None,
        kind,
        actor: Some(Party::Institute),
        after: after.iter().map(ToString::to_string).collect(),
        join: Join::All,
        days: DayRange::try_from(days).unwrap(),
        chance_percent: None,
        attempts_max: None,
        needs: vec![],
        gives: vec![],
        clock: None,
        costs: vec![],
        on_failure: None,
        repeat: None,
        reaches: None,
        closes_on: None,
        source: "G".into(),
    }
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn paper(name: &str, valid_months: Option<u32>, renewable: Option<bool>) -> Paper {
    Paper { paper: name.into(), valid_months, renewable }
}

fn cost(amount: &str, class: CostClass, payer: Option<Party>) -> Fee {
    Fee { item: "Fee".into(), amount: Some(amount.parse::<Money>().unwrap()), amount_max: None, class, payer, shares: vec![] }
}

fn sound() -> Vec<Step> {
    vec![
        step("course", StepKind::Training, &[], [30, 60, 90]),
        step("offer", StepKind::Offer, &["course"], [7, 14, 30]),
        step("visa", StepKind::Visa, &["offer"], [20, 30, 60]),
        step("travel", StepKind::Travel, &["visa"], [1, 2, 5]),
        step("start", StepKind::StartOfWork, &["travel"], [1, 2, 5]),
    ]
}

#[test]
fn a_route_is_the_same_as_brute_force_finds() {
    // Random acyclic pathways: each step follows some of those before it.
    let steps = prop::collection::vec(
        (prop::collection::vec(any::<prop::sample::Index>(), 0..4), any::<bool>(), 1u32..40, 50u8..=100, 0i64..500, any::<bool>()),
        2..11,
    );
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig { cases: 400, ..ProptestConfig::default() });
    runner
        .run(&(steps, any::<prop::sample::Index>()), |(raw, goal)| {
            let steps: Vec<Step> = raw
                .iter()
                .enumerate()
                .map(|(at, (after, one_of, days, chance, minor, held))| {
                    let before: BTreeSet<usize> =
                        if at == 0 { BTreeSet::new() } else { after.iter().map(|index| index.index(at)).collect() };
                    let names: Vec<String> = before.iter().map(|b| format!("s{b}")).collect();
                    let names: Vec<&str> = names.iter().map(String::as_str).collect();
                    let mut made = step(&format!("s{at}"), StepKind::Document, &names, [*days, *days, *days]);
                    made.join = if *one_of { Join::OneOf } else { Join::All };
                    made.chance_percent = Some(*chance);
                    made.costs = vec![cost(&format!("EUR {minor}"), CostClass::RelatedCost, Some(Party::Employer))];
                    if *held {
                        made.gives = vec![paper(&format!("p{at}"), None, None)];
                    }
                    made
                })
                .collect();
            // Every third paper is held already.
            let standing =
                Standing { papers: (0..steps.len()).filter(|at| at % 3 == 1).map(|at| format!("p{at}")).collect(), done: BTreeSet::new() };
            let goal = goal.index(steps.len());
            let found = routes(&steps, &standing, &Objective::Step(format!("s{goal}")), day("2026-01-01")).unwrap();
            let mut found: Vec<_> = found.iter().map(|r| (r.days.typical, minor(&r.employer_cost), permille(r.chance))).collect();
            found.sort_unstable();
            let mut expected = brute_force(&steps, &standing, goal);
            expected.sort_unstable();
            prop_assert_eq!(found, expected);
            Ok(())
        })
        .unwrap();
}

fn minor(cost: &[Money]) -> i64 {
    cost.iter().map(|money| money.minor).sum()
}

/// Chances to a millionth: products in another order differ in the last bits.
fn permille(chance: f64) -> u64 {
    (chance * 1e6).round() as u64
}

/// Every combination of branches, worked out one by one, and the best kept.
fn brute_force(steps: &[Step], standing: &Standing, goal: usize) -> Vec<(u32, i64, u64)> {
    let index: BTreeMap<&str, usize> = steps.iter().enumerate().map(|(at, step)| (step.id.as_str(), at)).collect();
    let before: Vec<Vec<usize>> = steps.iter().map(|step| step.after.iter().map(|id| index[id.as_str()]).collect()).collect();
    let joins: Vec<usize> = (0..steps.len()).filter(|at| steps[*at].join == Join::OneOf && !before[*at].is_empty()).collect();
    let mut all = Vec::new();
    let mut choice = vec![0usize; joins.len()];
    loop {
        let taken: BTreeMap<usize, usize> = joins.iter().zip(&choice).map(|(join, c)| (*join, before[*join][*c])).collect();
        let mut included = BTreeSet::new();
        let mut open = vec![goal];
        while let Some(at) = open.pop() {
            let held = !steps[at].gives.is_empty() && steps[at].gives.iter().all(|p| standing.papers.contains(&p.paper));
            if held || !included.insert(at) {
                continue;
            }
            match taken.get(&at) {
                Some(branch) => open.push(*branch),
                None => open.extend(&before[at]),
            }
        }
        let mut ends = vec![0u32; steps.len()];
        let (mut cost, mut chance) = (0, 1.0);
        for at in &included {
            let start = match taken.get(at) {
                Some(branch) => ends[*branch],
                None => before[*at].iter().map(|b| ends[*b]).max().unwrap_or(0),
            };
            ends[*at] = start + steps[*at].days.typical;
            cost += steps[*at].costs[0].amount.unwrap().minor;
            chance *= steps[*at].chance();
        }
        all.push((ends[goal], cost, permille(chance)));
        // The next combination.
        let Some(turn) = (0..joins.len()).find(|n| choice[*n] + 1 < before[joins[*n]].len()) else { break };
        choice[turn] += 1;
        choice[..turn].fill(0);
    }
    let beats = |a: &(u32, i64, u64), b: &(u32, i64, u64)| a != b && a.0 <= b.0 && a.1 <= b.1 && a.2 >= b.2;
    let mut best: Vec<_> = all.iter().filter(|one| !all.iter().any(|other| beats(other, one))).copied().collect();
    best.sort_unstable();
    best.dedup();
    best
}

#[test]
fn three_hundred_steps_with_a_dozen_choices_are_compared_exactly() {
    let mut steps = vec![step("s0", StepKind::Document, &[], [1, 1, 1])];
    let mut last = "s0".to_owned();
    for choice in 0..12 {
        for branch in 0..2 {
            let mut before = last.clone();
            for n in 0..12 {
                let id = format!("c{choice}-b{branch}-{n}");
                let mut made = step(&id, StepKind::Document, &[&before], [1, 2 + branch, 9]);
                made.costs = vec![cost(if branch == 0 { "EUR 20" } else { "EUR 10" }, CostClass::RelatedCost, Some(Party::Employer))];
                steps.push(made);
                before = id;
            }
        }
        let join = format!("join{choice}");
        let ends = [format!("c{choice}-b0-11"), format!("c{choice}-b1-11")];
        let mut made = step(&join, StepKind::Document, &[&ends[0], &ends[1]], [1, 1, 1]);
        made.join = Join::OneOf;
        steps.push(made);
        last = join;
    }
    assert!(steps.len() > 300);
    let found = routes(&steps, &Standing::default(), &Objective::Step(last), day("2026-01-01")).unwrap();
    // Quick and dear against slow and cheap, in each choice: thirteen mixtures, each once.
    assert_eq!(found.len(), 13);
}

#[test]
fn what_is_held_is_skipped_and_what_is_closed_is_no_way() {
    let mut steps = sound();
    steps[0].gives = vec![paper("certificate", None, None)];
    let held = Standing { papers: ["certificate".to_owned()].into(), ..Standing::default() };
    let goal = Objective::Milestone(JourneyState::Placed);
    let found = routes(&steps, &held, &goal, day("2026-01-01")).unwrap();
    assert_eq!(found[0].steps, ["offer", "visa", "travel", "start"]);
    assert_eq!(found[0].skipped, ["course"]);
    steps[2].closes_on = Some(day("2025-12-31"));
    assert_eq!(routes(&steps, &held, &goal, day("2025-12-31")).unwrap().len(), 1);
    assert_eq!(routes(&steps, &held, &goal, day("2026-01-01")), Err(RouteError::NoWay));
    assert_eq!(routes(&steps, &held, &Objective::Step("none".into()), day("2026-01-01")), Err(RouteError::NoSuchObjective));
}

#[test]
fn dates_slack_and_due_days() {
    let mut steps = sound();
    steps.insert(1, step("language", StepKind::LanguageCourse, &[], [20, 40, 60]));
    steps[2].after.push("language".into());
    steps[3].clock = Some(Clock {
        anchor: "visa-filed".into(),
        months: Some(4),
        days: None,
        calendar: Some("DE".into()),
        extendable_once: true,
        pausable: true,
        binding: true,
    });
    let calendars = BTreeMap::from([("DE".to_owned(), Calendar::weekends())]);
    let start = day("2026-01-05");
    let of = |actuals: &BTreeMap<String, Actual>, today: &str| {
        let refs: Vec<&Step> = steps.iter().collect();
        schedule(&refs, start, day(today), &calendars, actuals)
    };
    let at = |schedule: &Schedule, id: &str| schedule.steps.iter().find(|planned| planned.step == id).unwrap().clone();
    let plan = of(&BTreeMap::new(), "2026-01-05");
    assert_eq!(plan.ready, day("2026-04-23"), "60 + 14 + 30 + 2 + 2 days after 5 January");
    assert!(at(&plan, "course").critical);
    assert_eq!(at(&plan, "language").slack_days, 20);
    assert!(plan.ready_earliest < plan.ready && plan.ready < plan.ready_latest);
    // The language course ends ten days later than it may: it decides the end now.
    let late = BTreeMap::from([
        ("course".to_owned(), Actual { started_on: Some(start), finished_on: Some(day("2026-03-06")), ..Actual::default() }),
        ("language".to_owned(), Actual { started_on: Some(start), finished_on: Some(day("2026-03-16")), ..Actual::default() }),
    ]);
    assert_eq!(of(&late, "2026-03-16").ready, day("2026-05-03"));
    // The clock runs from its event, rolls off a Saturday, is extended once and pauses.
    let filed = |extended: bool, paused_days: u32| {
        let actual = Actual { clock_started_on: Some(day("2025-10-31")), extended, paused_days, ..Actual::default() };
        at(&of(&BTreeMap::from([("visa".to_owned(), actual)]), "2026-01-05"), "visa").due.unwrap()
    };
    assert_eq!(filed(false, 0).on, day("2026-03-02"));
    assert_eq!(filed(false, 10).on, day("2026-03-12"));
    assert_eq!(filed(true, 0).on, day("2026-06-29"), "28 February and four months make Sunday 28 June");
    assert!(filed(false, 0).running);
}

#[test]
fn samples_are_reproducible_and_tell_where_people_are_lost() {
    let mut steps = sound();
    steps[0].chance_percent = Some(80);
    steps[0].gives = vec![paper("certificate", Some(1), Some(false))];
    steps[2].needs = vec!["certificate".into()];
    let refs: Vec<&Step> = steps.iter().collect();
    let once = simulate(&refs, 10_000, 7);
    assert_eq!(serde_json::to_string(&once).unwrap(), serde_json::to_string(&simulate(&refs, 10_000, 7)).unwrap());
    assert_ne!(once.days, simulate(&refs, 10_000, 8).days);
    let lost = once.lost.at_step["course"];
    assert!((1_800..2_200).contains(&lost), "one in five fails the course: {lost}");
    assert!(!once.lost.lapsed.contains_key("certificate"), "thirty days are enough to be offered a post");
    assert!((once.chance - 0.8).abs() < 0.02);
    let (p10, p50, p90) = (once.p10.unwrap(), once.p50.unwrap(), once.p90.unwrap());
    assert!(59 <= p10 && p10 < p50 && p50 < p90 && p90 <= 190);
    assert!(once.chance_within(190) >= once.chance - 1e-9 && once.chance_within(58) == 0.0);
    // A fortnight is not: most are lost to the paper, or wait for another one.
    steps[0].gives[0].valid_months = Some(0);
    let refs: Vec<&Step> = steps.iter().collect();
    assert!(simulate(&refs, 1_000, 7).lost.lapsed["certificate"] > 700);
    steps[0].gives[0].renewable = Some(true);
    let refs: Vec<&Step> = steps.iter().collect();
    assert!(simulate(&refs, 1_000, 7).lost.renewed["certificate"] > 700);
    assert_eq!(simulate(&[], 10, 1).p50, Some(0));
}

#[test]
fn sampled_durations_have_the_mean_of_the_pert_distribution() {
    let steps = [step("only", StepKind::Document, &[], [10, 30, 110])];
    let refs: Vec<&Step> = steps.iter().collect();
    let days = simulate(&refs, 50_000, 3).days;
    let mean = days.iter().map(|d| f64::from(*d)).sum::<f64>() / days.len() as f64;
    // (10 + 4 × 30 + 110) / 6 = 40
    assert!((mean - 40.0).abs() < 0.5, "{mean}");
}

/// One broken pathway for every finding, and none for a sound one.
#[test]
fn every_finding_is_found() {
    let ground_day = day("2026-06-01");
    let everybody: BTreeSet<Party> = Party::ALL.iter().copied().collect();
    let check = |steps: Vec<Step>, change: &dyn Fn(&mut passerelle_domain::corridor::CorridorPack)| {
        let mut pack = pack_of(steps);
        change(&mut pack);
        validate(&pack, &Ground { day: ground_day, parties: Some(&everybody) })
    };
    let codes = |findings: &[Finding]| findings.iter().map(|finding| finding.code).collect::<BTreeSet<_>>();
    assert_eq!(check(sound(), &|_| ()), []);
    let steps = |change: &dyn Fn(&mut Vec<Step>)| {
        let mut steps = sound();
        change(&mut steps);
        codes(&check(steps, &|_| ()))
    };
    let mut covered = BTreeSet::new();
    let mut expect = |code: FindingCode, found: BTreeSet<FindingCode>| {
        assert!(found.contains(&code), "{code}: {found:?}");
        covered.insert(code);
    };
    expect(
        FindingCode::UnreachableStep,
        steps(&|s| {
            s[0].closes_on = Some(day("2026-05-31"));
        }),
    );
    expect(FindingCode::DeadEnd, steps(&|s| s[0].chance_percent = Some(80)));
    expect(FindingCode::DeadEnd, steps(&|s| s.push(step("lost", StepKind::Document, &["course"], [1, 1, 1]))));
    expect(FindingCode::UnboundedLoop, steps(&|s| s[0].after = vec!["visa".into()]));
    expect(
        FindingCode::UnboundedLoop,
        steps(&|s| {
            s[2].chance_percent = Some(50);
            s[2].repeat = Some(Repeat { from: "course".into(), limit: None });
        }),
    );
    expect(
        FindingCode::NoOpenBranch,
        steps(&|s| {
            s[1].join = Join::OneOf;
            s[0].closes_on = Some(day("2026-05-31"));
        }),
    );
    let lapsing = |renewable| {
        check(
            {
                let mut s = sound();
                s[0].gives = vec![paper("certificate", Some(1), Some(renewable))];
                s[2].needs = vec!["certificate".into()];
                s
            },
            &|_| (),
        )
    };
    expect(FindingCode::PaperLapses, codes(&lapsing(false)));
    assert_eq!(lapsing(false)[0].severity, Severity::Forbids);
    assert_eq!(lapsing(true)[0].severity, Severity::Warns, "what can be renewed is a cost, not an end");
    expect(FindingCode::PaperNeverGiven, steps(&|s| s[2].needs = vec!["blue_form".into()]));
    expect(FindingCode::NoOwner, steps(&|s| s[1].actor = None));
    expect(FindingCode::NoPayer, steps(&|s| s[1].costs = vec![cost("EUR 5", CostClass::RelatedCost, None)]));
    expect(FindingCode::NoSource, steps(&|s| s[1].source = " ".into()));
    expect(FindingCode::NoClock, steps(&|s| s[1].kind = StepKind::RecognitionDecision));
    expect(
        FindingCode::SharesNot100,
        steps(&|s| {
            let mut shared = cost("EUR 5", CostClass::RelatedCost, Some(Party::Employer));
            shared.shares = vec![passerelle_domain::corridor::CostShare { payer: Party::Employer, percent: 90 }];
            s[1].costs = vec![shared];
        }),
    );
    expect(FindingCode::ProhibitedCost, steps(&|s| s[1].costs = vec![cost("EUR 5", CostClass::RecruitmentFee, Some(Party::Trainee))]));
    expect(FindingCode::TraineePaysRelated, steps(&|s| s[1].costs = vec![cost("EUR 5", CostClass::RelatedCost, Some(Party::Trainee))]));
    let employers: BTreeSet<Party> = [Party::Employer].into();
    let alone = validate(&pack_of(sound()), &Ground { day: ground_day, parties: Some(&employers) });
    expect(FindingCode::NobodyPerforms, codes(&alone));
    expect(FindingCode::MilestoneMissing, steps(&|s| s[2].kind = StepKind::Document));
    expect(FindingCode::RuleNeverPasses, codes(&check(sound(), &|pack| pack.age.value.max = Some(17))));
    expect(FindingCode::UnknownCause, steps(&|s| s[1].on_failure = Some("NO.SUCH".into())));
    expect(FindingCode::UnknownStep, steps(&|s| s[1].after.push("nowhere".into())));
    assert_eq!(covered.len(), FindingCode::ALL.len(), "a finding without a broken pathway");
}

#[test]
fn versions_are_compared_by_names() {
    let old = pack_of(sound());
    let mut new = pack_of(sound());
    new.steps.reverse();
    new.version += 1;
    assert_eq!(diff(&old, &new), [], "the order of the file is no change");
    new.steps[0].days.typical += 1;
    new.age.value.min = 20;
    new.steps.retain(|step| step.id != "course");
    let changes = diff(&old, &new);
    let said: Vec<_> = changes.iter().map(|c| (c.kind.as_str(), c.step.as_deref(), c.place.as_str())).collect();
    assert_eq!(said, [("changed", None, "age.value.min"), ("removed", Some("course"), ""), ("changed", Some("start"), "days")]);
    assert_eq!((changes[0].before.as_str(), changes[0].after.as_str()), ("18", "20"));
}

fn pack_of(steps: Vec<Step>) -> passerelle_domain::corridor::CorridorPack {
    let fact = |value: serde_json::Value| serde_json::json!({ "value": value, "source": "G", "valid_from": "2026-01-01" });
    let mut pack: passerelle_domain::corridor::CorridorPack = serde_json::from_value(serde_json::json!({
        "format": 1, "id": "DE-TEST", "version": 1, "name": { "en": "Test" }, "status": "in_force", "valid_from": "2026-01-01",
        "sources": { "G": { "title": "Test", "kind": "illustrative" } }, "origins": ["MA"], "destination": "DE", "instruments": [],
        "occupations": fact(serde_json::json!({ "isco": ["7411"] })), "qualification": [], "language": [], "recognition": [],
        "permit": fact(serde_json::json!({ "permit": "visa" })), "fees": [], "quotas": [], "wage_floors": [],
        "age": fact(serde_json::json!({ "min": 18 })), "family": [], "social_security": [], "pays": [],
        "safeguards_list": fact(serde_json::json!({ "listed": [] })), "return": fact("none".into()), "protection": [],
        "days_total": fact(serde_json::json!([1, 2, 3])), "steps": [],
    }))
    .unwrap();
    pack.steps = steps;
    pack
}
