//! What the authority is likely to say of a programme, learnt from its notices: a Dirichlet
//! distribution over full, partial and refused, and a Beta distribution for each deficit that notices
//! have named. Both begin with one of each (Laplace), so that one notice is no certainty; every figure
//! is shown with the number of notices behind it.

use serde::Serialize;
use std::collections::BTreeMap;

/// What one notice decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decided {
    Full,
    Partial,
    Refused,
}

/// One notice: the decision and the subjects in which it found differences.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    pub decided: Decided,
    /// Subjects with the hours that were missing, where the notice names them.
    pub deficits: Vec<(String, Option<u32>)>,
}

/// Notices with the same deficit from which a module is worth adding.
pub const MODULE_NOTICES: usize = 5;

/// A deficit that notices have named.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Recurring {
    pub subject: String,
    pub notices: usize,
    /// Mean of the Beta distribution: how likely the next notice names it.
    pub chance: f64,
    /// Median of the hours that were missing.
    pub hours: Option<u32>,
    /// Often enough that the programme should teach it.
    pub module: bool,
}

/// What to expect of the next notice.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Expectation {
    pub notices: usize,
    /// Means of the Dirichlet distribution; they add up to one.
    pub full: f64,
    pub partial: f64,
    pub refused: f64,
    /// The most frequent first.
    pub deficits: Vec<Recurring>,
}

/// Learns from notices. Subjects are the same when they are, letters and spaces apart.
pub fn expect(notices: &[Notice]) -> Expectation {
    let n = notices.len();
    let share = |decided: Decided| {
        let count = notices.iter().filter(|notice| notice.decided == decided).count();
        ratio(count + 1, n + 3)
    };
    let mut subjects: BTreeMap<String, (String, usize, Vec<u32>)> = BTreeMap::new();
    for notice in notices {
        let mut named: BTreeMap<String, (&str, Option<u32>)> = BTreeMap::new();
        for (subject, hours) in &notice.deficits {
            named.entry(key(subject)).or_insert((subject, *hours));
        }
        for (key, (subject, hours)) in named {
            let (_, count, all) = subjects.entry(key).or_insert_with(|| (subject.trim().to_owned(), 0, vec![]));
            *count += 1;
            all.extend(hours);
        }
    }
    let mut deficits: Vec<Recurring> = subjects
        .into_values()
        .map(|(subject, count, mut hours)| {
            hours.sort_unstable();
            Recurring {
                subject,
                notices: count,
                chance: ratio(count + 1, n + 2),
                hours: hours.get(hours.len() / 2).copied(),
                module: count >= MODULE_NOTICES,
            }
        })
        .collect();
    deficits.sort_by(|a, b| b.notices.cmp(&a.notices).then_with(|| a.subject.cmp(&b.subject)));
    Expectation { notices: n, full: share(Decided::Full), partial: share(Decided::Partial), refused: share(Decided::Refused), deficits }
}

fn key(subject: &str) -> String {
    subject.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

#[expect(clippy::cast_precision_loss, reason = "counts of notices")]
fn ratio(a: usize, b: usize) -> f64 {
    a as f64 / b as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn partial(subjects: &[&str]) -> Notice {
        Notice { decided: Decided::Partial, deficits: subjects.iter().map(|subject| ((*subject).to_owned(), Some(120))).collect() }
    }

    #[test]
    fn five_notices_with_the_same_deficit_flag_the_module() {
        let mut notices = vec![partial(&["Geriatric care"]); 4];
        let four = expect(&notices);
        assert!(!four.deficits[0].module);
        notices.push(partial(&["geriatric  CARE", "Law"]));
        let five = expect(&notices);
        assert_eq!((five.notices, five.deficits[0].notices, five.deficits[0].hours), (5, 5, Some(120)));
        assert!(five.deficits[0].module && !five.deficits[1].module);
        assert!((five.deficits[0].chance - 6.0 / 7.0).abs() < 1e-12, "one yes and one no before the first notice");
    }

    #[test]
    fn without_notices_everything_is_as_likely_and_a_notice_counts_a_subject_once() {
        let nothing = expect(&[]);
        assert_eq!((nothing.notices, nothing.full, nothing.partial), (0, 1.0 / 3.0, 1.0 / 3.0));
        let one = expect(&[partial(&["Law", "law"])]);
        assert_eq!(one.deficits.len(), 1);
        assert_eq!(one.deficits[0].notices, 1);
        assert!((one.full + one.partial + one.refused - 1.0).abs() < 1e-12);
    }
}
