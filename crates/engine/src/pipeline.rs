//! Who could be at work, and when: people without a match, by occupation, for one destination. Counts and chances, and
//! nobody in particular.

use crate::seats::{OnTheWay, Way, best_way};
use chrono::{Months, NaiveDate, TimeDelta};
use passerelle_domain::country::CountryCode;
use serde::Serialize;
use std::collections::BTreeMap;

/// Months ahead that are looked at; the first is today.
pub const HORIZONS: [u32; 4] = [0, 6, 12, 24];
/// Fewer people than this are not told.
pub const SMALLEST: u32 = 10;
/// Counts are told in steps of so many, rounded down, so that two looks tell no single person.
pub const STEP: u32 = 5;

/// People of one occupation who could be at work by a day.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct By {
    pub months: u32,
    /// In steps of [`STEP`]; nothing below [`SMALLEST`].
    pub people: Option<u32>,
    /// Of them, how many are expected to arrive; as coarse.
    pub expected: Option<u32>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// ISCO-08, four digits.
    pub occupation: String,
    /// By each of [`HORIZONS`], those of the earlier ones with them.
    pub by: Vec<By>,
    /// Whether so few people are in training for it that nothing is told.
    pub few: bool,
}

/// The preview for a destination: for each occupation the way with the best chance counts, and the days that it takes once
/// somebody is trained. An occupation that no way takes there has no row.
pub fn preview(people: &[OnTheWay], ways: &[Way], destination: CountryCode, today: NaiveDate) -> Vec<Row> {
    let mut best: BTreeMap<&str, Option<&Way>> = BTreeMap::new();
    let mut counts: BTreeMap<&str, [(u32, f64); HORIZONS.len()]> = BTreeMap::new();
    for person in people.iter().filter(|person| person.destination.is_none_or(|to| to == destination)) {
        let Some(best) = best.entry(&person.occupation).or_insert_with(|| best_way(ways, destination, &person.occupation)) else {
            continue;
        };
        let at_work = person.ready_on.max(today) + TimeDelta::days(best.lead_days.into());
        let sums = counts.entry(&person.occupation).or_default();
        for (months, sum) in HORIZONS.iter().zip(sums) {
            // Today means: trained already, with nothing but the way before her.
            let there = match months {
                0 => person.ready_on <= today,
                months => today.checked_add_months(Months::new(*months)).is_some_and(|until| at_work <= until),
            };
            if there {
                *sum = (sum.0 + 1, sum.1 + best.chances.after(person.reached));
            }
        }
    }
    let coarse = |count: u32| (count >= SMALLEST).then_some(count / STEP * STEP);
    counts
        .into_iter()
        .map(|(occupation, sums)| {
            let mut most = (0, 0.0_f64);
            let by: Vec<By> = HORIZONS
                .iter()
                .zip(sums)
                .map(|(months, (people, expected))| {
                    // Whoever is trained today is counted later too, also where the way takes longer than the horizon.
                    most = (most.0.max(people), most.1.max(expected));
                    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "below the count of people")]
                    let expected = most.1.floor() as u32;
                    let people = coarse(most.0);
                    By { months: *months, people, expected: people.map(|_| expected / STEP * STEP) }
                })
                .collect();
            let few = by.iter().all(|by| by.people.is_none());
            Row { occupation: occupation.to_owned(), by, few }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seats::{Chances, Reached};

    fn country(code: &str) -> CountryCode {
        CountryCode::parse(code).unwrap()
    }

    fn people(count: usize, occupation: &str, ready_on: &str, reached: Reached, to: Option<&str>) -> Vec<OnTheWay> {
        let one = OnTheWay { occupation: occupation.into(), destination: to.map(country), ready_on: ready_on.parse().unwrap(), reached };
        vec![one; count]
    }

    #[test]
    fn people_are_counted_coarsely_and_few_are_not_told() {
        let today: NaiveDate = "2027-01-01".parse().unwrap();
        let way = Way {
            pathway: "P".into(),
            destination: country("DE"),
            occupations: vec![],
            chances: Chances { completion: 0.9, recognition: 0.8, visa: 1.0 },
            lead_days: 90,
        };
        let all = [
            people(17, "7411", "2026-12-01", Reached::Certified, None),
            people(14, "7411", "2027-08-01", Reached::Training, None),
            people(50, "7411", "2026-12-01", Reached::Certified, Some("JP")),
            people(9, "2221", "2026-12-01", Reached::Certified, None),
        ]
        .concat();
        let rows = preview(&all, std::slice::from_ref(&way), country("DE"), today);
        let electricians = rows.iter().find(|row| row.occupation == "7411").unwrap();
        let told: Vec<_> = electricians.by.iter().map(|by| (by.months, by.people, by.expected)).collect();
        // 17 trained, 13.6 expected; with the 14 of August 31, and 13.6 + 14 × 0.72 = 23.68 expected.
        assert_eq!(told, [(0, Some(15), Some(10)), (6, Some(15), Some(10)), (12, Some(30), Some(20)), (24, Some(30), Some(20))]);
        assert!(rows.iter().find(|row| row.occupation == "2221").unwrap().few, "nine people are not told");
        assert!(preview(&all, std::slice::from_ref(&way), country("FR"), today).is_empty(), "no way leads there");
        let nurses = Way { occupations: vec!["2221".into()], ..way };
        assert!(preview(&all, &[nurses], country("DE"), today).iter().all(|row| row.occupation == "2221"), "no way takes electricians");
    }

    #[test]
    fn whoever_is_ready_now_is_not_lost_where_the_way_is_long() {
        let today: NaiveDate = "2027-01-01".parse().unwrap();
        let chances = Chances { completion: 1.0, recognition: 1.0, visa: 1.0 };
        let way = Way { pathway: "P".into(), destination: country("DE"), occupations: vec![], chances, lead_days: 400 };
        let rows = preview(&people(10, "7411", "2026-12-01", Reached::Certified, None), &[way], country("DE"), today);
        assert!(rows[0].by.iter().all(|by| by.people == Some(10)));
    }
}
