//! Candidates: for each trainee the best roles that she may take, exactly.
//!
//! score(t, r) = 10,000 × (weights of r's skills that t has) div (weights of all of r's skills), a whole
//! number. Candidates are the top k of the eligible roles with a score above 0, by (score descending,
//! smaller role).
//!
//! A role is eligible when it was posted for the trainee's origin and family, asks for no more
//! qualification, language and age than she brings, lies in a destination that she can get a visa for,
//! and, where it needs recognition, in one that recognises her.
//!
//! Cost: roles are kept by (origin, family). Inside such a block every condition but skills is a row of
//! bits, a bit a role ([`rows`]): who may be asked is an AND of a dozen rows. Each skill lists the roles that
//! ask for it; a trainee walks the lists of her own skills and adds up, so that work is the number of shared
//! skills. Only the bits that are left are scored, by a table instead of a division, and the best k are
//! selected without sorting the others. Trainees do not touch each other, so that threads take ranges of
//! them; the result does not depend on their number.

mod rows;

use super::problem::NONE;
use rows::Rows;
use std::collections::BTreeMap;

/// What a trainee brings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seeker {
    pub origin: u32,
    pub family: u32,
    pub qualification: u32,
    pub age: u32,
    /// Destinations that recognise her qualification, and those that she can get a visa for: a bit each.
    pub recognised: u64,
    pub visa: u64,
    /// Languages with their level.
    pub languages: Vec<(u32, u32)>,
    pub skills: Vec<u32>,
}

/// A role: for whom it was posted, what it asks of her beside skills, and skills with their weight.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Post {
    pub origin: u32,
    pub family: u32,
    pub asks: Asks,
    pub skills: Vec<(u32, u32)>,
}

/// What a role asks for beside skills.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Asks {
    pub destination: u32,
    pub min_qualification: u32,
    pub language: u32,
    pub min_level: u32,
    pub age_min: u32,
    pub age_max: u32,
    pub needs_recognition: bool,
}

impl Asks {
    /// Whether a trainee of the role's origin and family may take it, whatever her skills.
    pub fn admits(&self, seeker: &Seeker) -> bool {
        let bit = |mask: u64| self.destination < 64 && mask >> self.destination & 1 == 1;
        seeker.qualification >= self.min_qualification
            && (self.age_min..=self.age_max).contains(&seeker.age)
            && bit(seeker.visa)
            && (!self.needs_recognition || bit(seeker.recognised))
            && seeker.languages.iter().any(|(language, level)| *language == self.language && *level >= self.min_level)
    }
}

/// One candidate pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candidate {
    pub role: u32,
    /// From 1 to 10,000.
    pub score: u16,
}

/// The candidates of all trainees: those of trainee t lie from `start[t]` to `start[t + 1]`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Candidates {
    pub start: Vec<u32>,
    pub found: Vec<Candidate>,
}

/// Sums of weights up to this one have a table of their scores.
const TABLED: u32 = 1_000;

fn score(shared: u32, total: u32) -> u16 {
    (u64::from(shared) * 10_000 / u64::from(total.max(1))) as u16
}

/// Roles of one origin and family, with the roles that ask for each skill.
#[derive(Debug, Default)]
struct Block {
    /// Roles in ascending order.
    roles: Vec<u32>,
    /// Sum of the weights of each, and where in the table its scores begin; [`NONE`] for sums without a table.
    total: Vec<(u32, u32)>,
    /// Scores by the sum that is shared, for every sum of all weights that occurs and is not too large.
    table: Vec<u16>,
    /// Skills in ascending order, where the list of each begins, and the lists: place in the block, weight.
    skills: Vec<u32>,
    first: Vec<u32>,
    asks: Vec<(u32, u32)>,
    rows: Rows,
}

impl Block {
    fn of(posts: &[Post], roles: Vec<u32>) -> Self {
        let mut by_skill: BTreeMap<u32, Vec<(u32, u32)>> = BTreeMap::new();
        let mut block = Self { rows: Rows::of(posts, &roles), ..Self::default() };
        let mut tables: BTreeMap<u32, u32> = BTreeMap::new();
        for (place, role) in roles.iter().enumerate() {
            let skills = &posts[*role as usize].skills;
            let total: u32 = skills.iter().map(|(_, weight)| weight).sum();
            let from = *tables.entry(total).or_insert_with(|| {
                if total > TABLED {
                    return NONE;
                }
                let from = block.table.len() as u32;
                block.table.extend((0..=total).map(|shared| score(shared, total)));
                from
            });
            block.total.push((total, from));
            for (skill, weight) in skills {
                by_skill.entry(*skill).or_default().push((place as u32, *weight));
            }
        }
        block.roles = roles;
        block.first.push(0);
        for (skill, list) in by_skill {
            block.skills.push(skill);
            block.asks.extend(list);
            block.first.push(block.asks.len() as u32);
        }
        block
    }

    fn score(&self, place: usize, shared: u32) -> u16 {
        match self.total[place] {
            (total, NONE) => score(shared, total),
            (_, from) => self.table[(from + shared) as usize],
        }
    }

    fn asking(&self, skill: u32) -> &[(u32, u32)] {
        match self.skills.binary_search(&skill) {
            Ok(at) => &self.asks[self.first[at] as usize..self.first[at + 1] as usize],
            Err(_) => &[],
        }
    }
}

/// Sums of one trainee, kept between trainees so that nothing is cleared that was not touched.
#[derive(Default)]
struct Sums {
    shared: Vec<u32>,
    /// Bits of the roles that she may take.
    open: Vec<u64>,
    ranked: Vec<u64>,
}

/// Finds the top `k` of each trainee, on so many threads.
///
/// Skills that a trainee names twice count once; sums of weights stay below 2³² by the caller's care.
pub fn find(seekers: &[Seeker], posts: &[Post], k: usize, threads: usize) -> Candidates {
    let mut roles: BTreeMap<(u32, u32), Vec<u32>> = BTreeMap::new();
    for (role, post) in posts.iter().enumerate() {
        roles.entry((post.origin, post.family)).or_default().push(role as u32);
    }
    let blocks: BTreeMap<(u32, u32), Block> = roles.into_iter().map(|(key, roles)| (key, Block::of(posts, roles))).collect();
    let share = seekers.len().div_ceil(threads.max(1)).max(1);
    let parts: Vec<Part> = on_threads(seekers.chunks(share), |part| Part::find(part, &blocks, k));
    let mut all = Candidates { start: Vec::with_capacity(seekers.len() + 1), found: vec![] };
    all.start.push(0);
    let mut sum = 0;
    for (from, to) in parts.iter().flat_map(|part| &part.places) {
        sum += (to - from) as u32;
        all.start.push(sum);
    }
    all.found.resize(sum as usize, Candidate { role: 0, score: 0 });
    let mut rest = all.found.as_mut_slice();
    let mut into = Vec::with_capacity(parts.len());
    for part in &parts {
        let (own, others) = rest.split_at_mut(part.met.len());
        into.push((part, own));
        rest = others;
    }
    on_threads(into, |(part, own)| part.write(own));
    all
}

/// Does the same for each of some parts, on a thread each.
fn on_threads<T: Send, R: Send>(parts: impl IntoIterator<Item = T>, work: impl Fn(T) -> R + Sync) -> Vec<R> {
    std::thread::scope(|scope| {
        let work = &work;
        let working: Vec<_> = parts.into_iter().map(|part| scope.spawn(move || work(part))).collect();
        // A thread that panics has found a fault: it is not hidden.
        working.into_iter().map(|part| part.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
    })
}

/// What one thread has found: candidates block by block, and where those of each of its trainees are.
struct Part {
    places: Vec<(usize, usize)>,
    met: Vec<Candidate>,
}

impl Part {
    fn find(seekers: &[Seeker], blocks: &BTreeMap<(u32, u32), Block>, k: usize) -> Self {
        // Block by block, so that the lists of one block stay in the cache.
        let mut order: Vec<usize> = (0..seekers.len()).collect();
        order.sort_by_key(|at| (seekers[*at].origin, seekers[*at].family));
        let mut part = Self { places: vec![(0, 0); seekers.len()], met: Vec::new() };
        let mut sums = Sums::default();
        for at in order {
            let (seeker, before) = (&seekers[at], part.met.len());
            if let Some(block) = blocks.get(&(seeker.origin, seeker.family)) {
                best_of(seeker, block, k, &mut sums, &mut part.met);
            }
            part.places[at] = (before, part.met.len());
        }
        part
    }

    /// Back in the order of trainees.
    fn write(&self, mut into: &mut [Candidate]) {
        for (from, to) in &self.places {
            let (own, rest) = into.split_at_mut(to - from);
            own.copy_from_slice(&self.met[*from..*to]);
            into = rest;
        }
    }
}

fn best_of(seeker: &Seeker, block: &Block, k: usize, sums: &mut Sums, found: &mut Vec<Candidate>) {
    sums.shared.clear();
    sums.shared.resize(block.roles.len(), 0);
    for (at, skill) in seeker.skills.iter().enumerate() {
        if seeker.skills[..at].contains(skill) {
            continue;
        }
        for (place, weight) in block.asking(*skill) {
            sums.shared[*place as usize] += weight;
        }
    }
    block.rows.open_to(seeker, &mut sums.open);
    sums.ranked.clear();
    for (word, bits) in sums.open.iter().enumerate() {
        let mut left = *bits;
        while left != 0 {
            let place = 64 * word + left.trailing_zeros() as usize;
            left &= left - 1;
            let score = u64::from(block.score(place, sums.shared[place]));
            if score > 0 {
                sums.ranked.push(score << 32 | u64::from(!block.roles[place]));
            }
        }
    }
    if sums.ranked.len() > k {
        sums.ranked.select_nth_unstable_by(k, |one, other| other.cmp(one));
        sums.ranked.truncate(k);
    }
    sums.ranked.sort_unstable_by(|one, other| other.cmp(one));
    found.extend(sums.ranked.iter().map(|key| Candidate { role: !(*key as u32), score: (key >> 32) as u16 }));
}

#[cfg(test)]
mod tests;
