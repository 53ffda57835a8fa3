//! How long a seat plan takes: 500 needs, 200 programmes with a cohort each, and people on the way. Prints medians of
//! many rounds; asserts nothing.

use chrono::{NaiveDate, TimeDelta};
use passerelle_domain::country::CountryCode;
use passerelle_engine::seats::{Chances, Demand, Intake, OnTheWay, Reached, SeatFacts, SeatPolicy, Way, plan};
use std::hint::black_box;
use std::time::Instant;

const DESTINATIONS: [&str; 6] = ["DE", "BE", "GB", "JP", "CA", "AU"];

fn facts(people: usize) -> SeatFacts {
    let day = |days: usize| "2027-01-04".parse::<NaiveDate>().unwrap() + TimeDelta::days(days as i64);
    let to = |at: usize| CountryCode::parse(DESTINATIONS[at % DESTINATIONS.len()]).unwrap();
    let occupation = |at: usize| format!("{}", 2200 + at % 40);
    let demand = (0..500).map(|at| Demand {
        occupation: occupation(at),
        destination: to(at / 7),
        from: day(at * 2),
        seats: 5 + (at % 20) as u32,
        pledged: at % 3 == 0,
    });
    let intakes = (0..200).map(|at| Intake {
        id: uuid::Uuid::from_u128(at as u128),
        name: at.to_string(),
        occupation: occupation(at),
        starts_on: day(at),
        ends_on: day(at + 300),
        seats: 20,
    });
    let on_the_way = (0..people).map(|at| OnTheWay {
        occupation: occupation(at),
        destination: (at % 4 == 0).then(|| to(at)),
        ready_on: day(at % 700),
        reached: [Reached::Training, Reached::Certified, Reached::Recognised][at % 3],
    });
    let ways = DESTINATIONS.iter().enumerate().map(|(at, code)| Way {
        pathway: (*code).to_owned(),
        destination: to(at),
        occupations: vec![],
        chances: Chances { completion: 0.85, recognition: 0.9, visa: 0.95 },
        lead_days: 150,
    });
    SeatFacts {
        demand: demand.collect(),
        on_the_way: on_the_way.collect(),
        intakes: intakes.collect(),
        ways: ways.collect(),
        training_days: (0..40).map(|at| (occupation(at), 300)).collect(),
    }
}

fn main() {
    for people in [0, 1_000, 100_000] {
        let facts = facts(people);
        let mut times: Vec<_> = (0..21)
            .map(|_| {
                let start = Instant::now();
                drop(black_box(plan(black_box(&facts), SeatPolicy { unpledged_percent: 50 })));
                start.elapsed()
            })
            .collect();
        times.sort_unstable();
        println!("500 needs, 200 programmes, {people} people on the way: {:?}", times[times.len() / 2]);
    }
}
