//! Chances of a route: seeded samples over durations, attempts and lapsing papers.
//!
//! Durations follow the PERT distribution (Malcolm, Roseboom, Clark, Fazar 1959: a beta
//! distribution over shortest, typical and longest with weight 4 on the typical). Each step's
//! distribution is laid out once as a table of quantiles; a sample is one look into it. Powers come
//! from `libm` and random numbers from ChaCha8, so that the same seed gives the same bytes on
//! every machine.

use super::PathwayGraph;
use passerelle_domain::corridor::{DayRange, Join, Step};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use serde::Serialize;
use std::collections::BTreeMap;

/// Entries of a table of quantiles: durations are whole days, and 1,024 steps of chance are finer
/// than any duration that law or custom states.
const QUANTILES: usize = 1024;
/// Average length of a month in days, in thousandths.
const MILLIDAYS_PER_MONTH: u64 = 30_437;

/// What becomes of many people on one route.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Forecast {
    pub samples: u32,
    pub seed: u64,
    /// Days from the start until half, a tenth and nine tenths of those who arrive have arrived.
    /// `None` when nobody arrives.
    pub p10: Option<u32>,
    pub p50: Option<u32>,
    pub p90: Option<u32>,
    /// Share that ever arrives, 0 to 1.
    pub chance: f64,
    pub lost: Losses,
    /// Days of everybody who arrives, sorted.
    #[serde(skip)]
    pub days: Vec<u32>,
}

/// Where people are lost or held up, in samples.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Losses {
    /// By step: every attempt failed.
    pub at_step: BTreeMap<String, u32>,
    /// By paper: it ran out and cannot be renewed.
    pub lapsed: BTreeMap<String, u32>,
    /// By paper: it ran out and had to be renewed, which took time.
    pub renewed: BTreeMap<String, u32>,
}

impl Forecast {
    /// Chance of having arrived within so many days, of all who set out.
    pub fn chance_within(&self, days: u32) -> f64 {
        let arrived = self.days.partition_point(|d| *d <= days);
        if self.samples == 0 { 0.0 } else { arrived as f64 / f64::from(self.samples) }
    }
}

/// One step, laid out for the loop: indices instead of names.
struct Laid {
    quantiles: Vec<u32>,
    before: Vec<u16>,
    one_of: bool,
    /// A draw below it fails.
    fails_below: u32,
    attempts: u32,
    needs: Vec<Needed>,
}

/// A paper with an end that a step needs.
#[derive(Clone, Copy)]
struct Needed {
    giver: u16,
    life_days: u32,
    /// Days that a renewal takes; `None` where there is none.
    renewal_days: Option<u32>,
    /// Its place in the counts.
    slot: u16,
}

/// Days that a paper lives, and that its renewal takes.
type Life = (u32, Option<u32>);

/// Samples `n` people on the steps of a route.
pub fn simulate(steps: &[&Step], n: u32, seed: u64) -> Forecast {
    let graph = PathwayGraph::new(steps.iter().copied());
    let order = graph.order();
    let mut place = vec![0u16; graph.graph.node_count()];
    for (at, node) in order.iter().enumerate() {
        place[node.index()] = u16::try_from(at).unwrap_or(u16::MAX);
    }
    let mut papers: Vec<&str> = Vec::new();
    let mut laid: Vec<Laid> = Vec::with_capacity(order.len());
    let mut last_giver: BTreeMap<&str, (u16, Option<Life>)> = BTreeMap::new();
    for (at, node) in order.iter().enumerate() {
        let step = graph.graph[*node];
        let mut needs = Vec::new();
        for needed in &step.needs {
            if let Some((giver, Some((life_days, renewal_days)))) = last_giver.get(needed.as_str()).copied() {
                let slot = papers.iter().position(|paper| paper == needed).unwrap_or_else(|| {
                    papers.push(needed);
                    papers.len() - 1
                });
                needs.push(Needed { giver, life_days, renewal_days, slot: u16::try_from(slot).unwrap_or(u16::MAX) });
            }
        }
        for paper in &step.gives {
            let life = paper.valid_months.map(|months| {
                let days = u32::try_from(u64::from(months) * MILLIDAYS_PER_MONTH / 1000).unwrap_or(u32::MAX);
                (days, (paper.renewable != Some(false)).then_some(step.days.min))
            });
            last_giver.insert(&paper.paper, (u16::try_from(at).unwrap_or(u16::MAX), life));
        }
        let fails = f64::from(100 - u32::from(step.chance_percent.unwrap_or(100).min(100))) / 100.0;
        laid.push(Laid {
            quantiles: quantiles(step.days),
            before: graph.before(*node).map(|before| place[before.index()]).collect(),
            one_of: step.join == Join::OneOf,
            fails_below: (fails * f64::from(u32::MAX)) as u32,
            attempts: u32::from(step.attempts_max.unwrap_or(1).max(1))
                + step.repeat.as_ref().map_or(0, |r| u32::from(r.limit.unwrap_or(0))),
            needs,
        });
    }
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut ends = vec![0u32; laid.len()];
    let mut lost_at = vec![0u32; laid.len()];
    let (mut lapsed, mut renewed) = (vec![0u32; papers.len()], vec![0u32; papers.len()]);
    let mut days = Vec::with_capacity(n as usize);
    'people: for _ in 0..n {
        let mut end_of_all = 0;
        for (at, step) in laid.iter().enumerate() {
            let mut start = if step.one_of { u32::MAX } else { 0 };
            for before in &step.before {
                let end = ends[*before as usize];
                start = if step.one_of { start.min(end) } else { start.max(end) };
            }
            if start == u32::MAX {
                start = 0;
            }
            for paper in &step.needs {
                if start > ends[paper.giver as usize].saturating_add(paper.life_days) {
                    match paper.renewal_days {
                        Some(takes) => {
                            renewed[paper.slot as usize] += 1;
                            start += takes;
                        }
                        None => {
                            lapsed[paper.slot as usize] += 1;
                            continue 'people;
                        }
                    }
                }
            }
            let mut end = start;
            let mut through = false;
            for _ in 0..step.attempts {
                // The upper half of the draw decides the duration, the lower half success.
                let draw = rng.next_u64();
                end += step.quantiles[(draw >> 54) as usize];
                if (draw as u32) >= step.fails_below {
                    through = true;
                    break;
                }
            }
            if !through {
                lost_at[at] += 1;
                continue 'people;
            }
            ends[at] = end;
            end_of_all = end_of_all.max(end);
        }
        days.push(end_of_all);
    }
    days.sort_unstable();
    let at = |percent: usize| (!days.is_empty()).then(|| days[((days.len() * percent).div_ceil(100)).saturating_sub(1)]);
    let counted = |counts: &[u32], name: &dyn Fn(usize) -> String| {
        counts.iter().enumerate().filter(|(_, count)| **count > 0).map(|(slot, count)| (name(slot), *count)).collect()
    };
    let paper = |slot: usize| papers[slot].to_owned();
    Forecast {
        samples: n,
        seed,
        p10: at(10),
        p50: at(50),
        p90: at(90),
        chance: if n == 0 { 0.0 } else { days.len() as f64 / f64::from(n) },
        lost: Losses {
            at_step: counted(&lost_at, &|at| graph.graph[order[at]].id.clone()),
            lapsed: counted(&lapsed, &paper),
            renewed: counted(&renewed, &paper),
        },
        days,
    }
}

/// The PERT distribution as equally likely durations, shortest first.
fn quantiles(days: DayRange) -> Vec<u32> {
    let (min, typical, max) = (f64::from(days.min), f64::from(days.typical), f64::from(days.max));
    if days.min == days.max {
        return vec![days.min; QUANTILES];
    }
    let alpha = 1.0 + 4.0 * (typical - min) / (max - min);
    let beta = 1.0 + 4.0 * (max - typical) / (max - min);
    // The density between the middles of 512 slices, added up.
    const SLICES: usize = 512;
    let mut sum = 0.0;
    let added: Vec<f64> = (0..SLICES)
        .map(|slice| {
            let x = (slice as f64 + 0.5) / SLICES as f64;
            sum += libm::pow(x, alpha - 1.0) * libm::pow(1.0 - x, beta - 1.0);
            sum
        })
        .collect();
    let mut slice = 0;
    (0..QUANTILES)
        .map(|quantile| {
            let wanted = (quantile as f64 + 0.5) / QUANTILES as f64 * sum;
            while slice + 1 < SLICES && added[slice] < wanted {
                slice += 1;
            }
            let below = if slice == 0 { 0.0 } else { added[slice - 1] };
            let x = (slice as f64 + (wanted - below) / (added[slice] - below)) / SLICES as f64;
            libm::round(min + x * (max - min)) as u32
        })
        .collect()
}
