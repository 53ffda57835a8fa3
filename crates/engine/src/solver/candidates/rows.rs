//! What roles of a block ask for beside skills, as rows of bits: a bit a role.
//!
//! Qualification and language levels are rows that grow with the level, ages are rows between two ages at
//! which something changes, destinations are two rows each: roles that need recognition and roles that do not.

use super::{Asks, Post, Seeker};
use std::collections::BTreeMap;

type Row = Vec<u64>;

/// Words of all rows of a block at most; where roles ask for so many different things that there would be more, each
/// role is asked by itself.
const MOST_WORDS: usize = 1 << 20;

#[derive(Debug, Default)]
pub(super) struct Rows {
    words: usize,
    /// By the least level, roles that ask for no more.
    qualification: Vec<(u32, Row)>,
    /// By the least age, roles that take that age and those up to the next entry.
    age: Vec<(u32, Row)>,
    /// By language, and there by the least level, roles that ask for no more of it.
    language: BTreeMap<u32, Vec<(u32, Row)>>,
    /// By destination: roles without and with recognition.
    destination: BTreeMap<u32, [Row; 2]>,
    /// What each role asks for, where there are no rows.
    apart: Vec<Asks>,
}

/// The row that holds at a level: that of the greatest entry which is not above it.
fn at(rows: &[(u32, Row)], level: u32) -> Option<&Row> {
    let above = rows.partition_point(|(from, _)| *from <= level);
    rows.get(above.checked_sub(1)?).map(|(_, row)| row)
}

impl Rows {
    pub fn of(posts: &[Post], roles: &[u32]) -> Self {
        let words = roles.len().div_ceil(64);
        let asks: Vec<_> = roles.iter().map(|role| posts[*role as usize].asks).collect();
        let row = |holds: &dyn Fn(usize) -> bool| {
            let mut row = vec![0_u64; words];
            (0..asks.len()).filter(|place| holds(*place)).for_each(|place| row[place / 64] |= 1 << (place % 64));
            row
        };
        let levels = |values: &mut Vec<u32>| {
            values.sort_unstable();
            values.dedup();
        };
        let mut qualifications: Vec<u32> = asks.iter().map(|asks| asks.min_qualification).collect();
        levels(&mut qualifications);
        let mut ages: Vec<u32> = asks.iter().flat_map(|asks| [asks.age_min, asks.age_max.saturating_add(1)]).collect();
        levels(&mut ages);
        let mut spoken: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        asks.iter().for_each(|asks| spoken.entry(asks.language).or_default().push(asks.min_level));
        let mut destinations: Vec<u32> = asks.iter().map(|asks| asks.destination).collect();
        levels(&mut destinations);
        let of_languages: usize = spoken
            .values_mut()
            .map(|of| {
                levels(of);
                of.len()
            })
            .sum();
        let rows = qualifications.len() + ages.len() + of_languages + 2 * destinations.len();
        if rows * words > MOST_WORDS {
            return Self { words, apart: asks, ..Self::default() };
        }
        Self {
            words,
            apart: vec![],
            qualification: qualifications.into_iter().map(|level| (level, row(&|place| asks[place].min_qualification <= level))).collect(),
            age: ages.into_iter().map(|age| (age, row(&|place| (asks[place].age_min..=asks[place].age_max).contains(&age)))).collect(),
            language: spoken
                .into_iter()
                .map(|(language, of)| {
                    let up_to = |level| row(&|place| asks[place].language == language && asks[place].min_level <= level);
                    (language, of.into_iter().map(|level| (level, up_to(level))).collect())
                })
                .collect(),
            destination: destinations
                .into_iter()
                .map(|to| {
                    let with = |needs| row(&|place| asks[place].destination == to && asks[place].needs_recognition == needs);
                    (to, [with(false), with(true)])
                })
                .collect(),
        }
    }

    /// Writes the row of the roles that a trainee of the block may take, whatever her skills.
    pub fn open_to(&self, seeker: &Seeker, open: &mut Row) {
        open.clear();
        open.resize(self.words, 0);
        for (place, _) in self.apart.iter().enumerate().filter(|(_, asks)| asks.admits(seeker)) {
            open[place / 64] |= 1 << (place % 64);
        }
        let (Some(qualified), Some(of_age)) = (at(&self.qualification, seeker.qualification), at(&self.age, seeker.age)) else { return };
        for (language, level) in &seeker.languages {
            let spoken = self.language.get(language).and_then(|levels| at(levels, *level));
            spoken.into_iter().for_each(|row| open.iter_mut().zip(row).for_each(|(open, row)| *open |= row));
        }
        for (word, open) in open.iter_mut().enumerate() {
            *open &= qualified[word] & of_age[word];
        }
        let bit = |mask: u64, to: u32| to < 64 && mask >> to & 1 == 1;
        for (to, [without, with]) in &self.destination {
            let (visa, recognised) = (bit(seeker.visa, *to), bit(seeker.recognised, *to));
            for (word, open) in open.iter_mut().enumerate() {
                let shut = if visa { 0 } else { without[word] } | if visa && recognised { 0 } else { with[word] };
                *open &= !shut;
            }
        }
    }
}
