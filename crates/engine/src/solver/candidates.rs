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
//! Cost: roles are kept by (origin, family), and inside such a block each skill lists the roles that ask for
//! it. A trainee walks the lists of her own skills in her own block and adds up: work is the number of
//! shared skills, not the number of roles. What was touched is tested for eligibility, scored, and the
//! best k are selected without sorting the others. Trainees do not touch each other, so that threads take
//! ranges of them; the result does not depend on their number.

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

/// Roles of one origin and family, with the roles that ask for each skill.
#[derive(Debug, Default)]
struct Block {
    /// Roles in ascending order.
    roles: Vec<u32>,
    /// Sum of the weights of each, and what it asks for beside them: side by side, for they are read together.
    total: Vec<u32>,
    beside: Vec<Asks>,
    /// Skills in ascending order, where the list of each begins, and the lists: place in the block, weight.
    skills: Vec<u32>,
    first: Vec<u32>,
    asks: Vec<(u32, u32)>,
}

impl Block {
    fn of(posts: &[Post], roles: Vec<u32>) -> Self {
        let mut by_skill: BTreeMap<u32, Vec<(u32, u32)>> = BTreeMap::new();
        let mut total = Vec::with_capacity(roles.len());
        for (place, role) in roles.iter().enumerate() {
            let skills = &posts[*role as usize].skills;
            total.push(skills.iter().map(|(_, weight)| weight).sum());
            for (skill, weight) in skills {
                by_skill.entry(*skill).or_default().push((place as u32, *weight));
            }
        }
        let beside = roles.iter().map(|role| posts[*role as usize].asks).collect();
        let mut block = Self { roles, total, beside, first: vec![0], ..Self::default() };
        for (skill, list) in by_skill {
            block.skills.push(skill);
            block.asks.extend(list);
            block.first.push(block.asks.len() as u32);
        }
        block
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
    touched: Vec<u32>,
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
    let parts: Vec<(Vec<u32>, Vec<Candidate>)> = std::thread::scope(|scope| {
        let blocks = &blocks;
        let working: Vec<_> = seekers.chunks(share).map(|part| scope.spawn(move || of_range(part, blocks, k))).collect();
        // A thread that panics has found a fault: it is not hidden.
        working.into_iter().map(|part| part.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
    });
    let mut all =
        Candidates { start: Vec::with_capacity(seekers.len() + 1), found: Vec::with_capacity(parts.iter().map(|part| part.1.len()).sum()) };
    all.start.push(0);
    for (counts, found) in parts {
        for count in counts {
            all.start.push(all.start.last().copied().unwrap_or(0) + count);
        }
        all.found.extend(found);
    }
    all
}

fn of_range(seekers: &[Seeker], blocks: &BTreeMap<(u32, u32), Block>, k: usize) -> (Vec<u32>, Vec<Candidate>) {
    // Block by block, so that the lists of one block stay in the cache; then back in the order of trainees.
    let mut order: Vec<usize> = (0..seekers.len()).collect();
    order.sort_by_key(|at| (seekers[*at].origin, seekers[*at].family));
    let (mut places, mut met, mut sums) = (vec![(0, 0); seekers.len()], Vec::new(), Sums::default());
    for at in order {
        let (seeker, before) = (&seekers[at], met.len());
        if let Some(block) = blocks.get(&(seeker.origin, seeker.family)) {
            best_of(seeker, block, k, &mut sums, &mut met);
        }
        places[at] = (before, met.len());
    }
    let mut found = Vec::with_capacity(met.len());
    places.iter().for_each(|(from, to)| found.extend_from_slice(&met[*from..*to]));
    (places.iter().map(|(from, to)| (to - from) as u32).collect(), found)
}

fn best_of(seeker: &Seeker, block: &Block, k: usize, sums: &mut Sums, found: &mut Vec<Candidate>) {
    if sums.shared.len() < block.roles.len() {
        sums.shared.resize(block.roles.len(), 0);
    }
    for (at, skill) in seeker.skills.iter().enumerate() {
        if seeker.skills[..at].contains(skill) {
            continue;
        }
        for (place, weight) in block.asking(*skill) {
            let sum = &mut sums.shared[*place as usize];
            if *sum == 0 {
                sums.touched.push(*place);
            }
            *sum += weight;
        }
    }
    sums.ranked.clear();
    for place in sums.touched.drain(..) {
        let at = place as usize;
        let shared = std::mem::take(&mut sums.shared[at]);
        let role = block.roles[at];
        let score = u64::from(shared) * 10_000 / u64::from(block.total[at].max(1));
        if score > 0 && block.beside[at].admits(seeker) {
            sums.ranked.push(score << 32 | u64::from(!role));
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
