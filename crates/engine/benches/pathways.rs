//! How long routes, dates and forecasts of a pathway take: a real pathway's shape, forty steps, and
//! three hundred steps with twelve choices. Prints medians of many rounds; asserts nothing.

use chrono::NaiveDate;
use passerelle_domain::corridor::{DayRange, Join, Paper, Party, Step, StepKind};
use passerelle_engine::pathway::{Objective, Standing, routes, schedule, simulate};
use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::{Duration, Instant};

fn step(id: String, after: Vec<String>, days: [u32; 3]) -> Step {
    Step {
        id,
        name: None,
        kind: StepKind::Document,
        actor: Some(Party::Institute),
        after,
        join: Join::All,
        days: DayRange::try_from(days).unwrap(),
        chance_percent: Some(97),
        attempts_max: Some(2),
        needs: vec![],
        gives: vec![],
        clock: None,
        costs: vec![],
        on_failure: Some("FMJ".into()),
        repeat: None,
        reaches: None,
        closes_on: None,
        source: "G".into(),
    }
}

/// Forty steps in two strands that meet every fifth step, with papers that may run out.
fn forty() -> Vec<Step> {
    let mut steps = Vec::new();
    for n in 0..40usize {
        let after = match n {
            0 | 1 => vec![],
            n if n % 5 == 0 => vec![format!("s{}", n - 1), format!("s{}", n - 2)],
            n => vec![format!("s{}", n - 2)],
        };
        let mut made = step(format!("s{n}"), after, [3, 10, 40]);
        if n % 7 == 0 {
            made.gives = vec![Paper { paper: format!("p{n}"), valid_months: Some(6), renewable: Some(true) }];
        }
        if n % 7 == 6 {
            made.needs = vec![format!("p{}", n - 6)];
        }
        steps.push(made);
    }
    steps
}

/// Twelve choices between two strands of twelve steps.
fn three_hundred() -> (Vec<Step>, String) {
    let mut steps = vec![step("s0".into(), vec![], [1, 1, 1])];
    let mut last = "s0".to_owned();
    for choice in 0..12 {
        let mut ends = Vec::new();
        for branch in 0..2 {
            let mut before = last.clone();
            for n in 0..12 {
                let id = format!("c{choice}-{branch}-{n}");
                steps.push(step(id.clone(), vec![before], [1, 2 + branch, 9]));
                before = id;
            }
            ends.push(before);
        }
        last = format!("join{choice}");
        let mut join = step(last.clone(), ends, [1, 1, 1]);
        join.join = Join::OneOf;
        steps.push(join);
    }
    (steps, last)
}

fn median(rounds: usize, mut work: impl FnMut()) -> Duration {
    let mut times: Vec<Duration> = (0..rounds)
        .map(|_| {
            let start = Instant::now();
            work();
            start.elapsed()
        })
        .collect();
    times.sort_unstable();
    times[times.len() / 2]
}

fn main() {
    let day: NaiveDate = "2027-01-04".parse().unwrap();
    let forty = forty();
    let refs: Vec<&Step> = forty.iter().collect();
    println!("simulate, 40 steps, 10,000 samples: {:?}", median(51, || drop(black_box(simulate(black_box(&refs), 10_000, 7)))));
    println!(
        "schedule, 40 steps: {:?}",
        median(501, || drop(black_box(schedule(black_box(&refs), day, day, &BTreeMap::new(), &BTreeMap::new()))))
    );
    let goal = Objective::Step("s39".into());
    println!("routes, 40 steps: {:?}", median(501, || drop(black_box(routes(black_box(&forty), &Standing::default(), &goal, day)))));
    let (many, last) = three_hundred();
    let goal = Objective::Step(last);
    let found = routes(&many, &Standing::default(), &goal, day).unwrap().len();
    println!(
        "routes, {} steps with 12 choices ({found} kept): {:?}",
        many.len(),
        median(5, || drop(black_box(routes(black_box(&many), &Standing::default(), &goal, day))))
    );
}
