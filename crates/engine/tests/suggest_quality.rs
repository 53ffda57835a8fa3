//! How well texts in people's own words are led to concepts, on a labelled set of others: `PASSERELLE_MELO` names the
//! folder of MELO (Retyk and others 2024). Prints the table of `docs/PERFORMANCE.md`, and fails below what the set's
//! own lexical baseline reaches (character n-grams with TF-IDF).

use passerelle_engine::suggest::{Label, Suggester};
use passerelle_engine::text::fold;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::Path;
use std::time::Instant;

fn rows(file: &Path) -> Vec<Vec<String>> {
    let mut text = String::new();
    flate2::read::GzDecoder::new(std::fs::File::open(file).unwrap()).read_to_string(&mut text).unwrap();
    text.lines().map(|line| line.split('\t').map(str::to_owned).collect()).collect()
}

#[derive(Debug, Default)]
struct Scores {
    queries: usize,
    first: f64,
    ten: f64,
    reciprocal: f64,
    average_precision: f64,
}

impl Scores {
    fn add(&mut self, ranked: &[u32], right: &BTreeSet<u32>) {
        self.queries += 1;
        let right_at = ranked.iter().enumerate().filter(|(_, concept)| right.contains(concept)).map(|(at, _)| at + 1);
        let at: Vec<usize> = right_at.collect();
        if let Some(first) = at.first() {
            self.reciprocal += 1.0 / *first as f64;
            self.first += f64::from(u8::from(*first == 1));
            self.ten += f64::from(u8::from(*first <= 10));
        }
        let precisions: f64 = at.iter().enumerate().map(|(found, at)| (found + 1) as f64 / *at as f64).sum();
        self.average_precision += precisions / right.len() as f64;
    }

    fn line(&self, name: &str) -> [f64; 3] {
        let n = self.queries as f64;
        let (first, ten, reciprocal) = (self.first / n, self.ten / n, self.reciprocal / n);
        println!("| {name} | {} | {first:.3} | {ten:.3} | {reciprocal:.3} | {:.3} |", self.queries, self.average_precision / n);
        [first, ten, reciprocal]
    }
}

#[test]
fn titles_of_occupations_find_their_concepts() {
    let Ok(folder) = std::env::var("PASSERELLE_MELO") else { return };
    // Precision of the first, hit in ten, mean reciprocal rank of the baseline.
    let sets = [
        ("usa_q_en_c_en", "en", [0.476, 0.815, 0.602]),
        ("fra_q_fr_c_fr", "fr", [0.757, 0.904, 0.814]),
        ("fra_q_fr_c_en", "fr", [0.148, 0.317, 0.210]),
        ("bel_q_fr_c_fr", "fr", [0.424, 0.655, 0.504]),
    ];
    println!("| set | queries | P@1 | hit@10 | MRR | MAP |");
    for (set, language, baseline) in sets {
        let folder = Path::new(&folder).join(set);
        let concept_of: BTreeMap<String, String> =
            rows(&folder.join("concept_mapping.tsv.gz")).into_iter().map(|row| (row[0].clone(), row[1].clone())).collect();
        let mut numbers: BTreeMap<&str, u32> = BTreeMap::new();
        for uri in concept_of.values() {
            let next = numbers.len() as u32;
            numbers.entry(uri).or_insert(next);
        }
        let labels: Vec<Label> = rows(&folder.join("corpus_elements.tsv.gz"))
            .iter()
            .map(|row| {
                let uri = concept_of[&row[0]].as_str();
                Label { concept: numbers[uri], text: fold(&row[1]), preferred: row[0].ends_with("_000"), group: uri.contains("/isco/") }
            })
            .collect();
        let mut right: BTreeMap<String, BTreeSet<u32>> = BTreeMap::new();
        for row in rows(&folder.join("annotations.tsv.gz")) {
            right.entry(row[0].clone()).or_default().insert(numbers[concept_of[&row[2]].as_str()]);
        }
        let begun = Instant::now();
        let suggester = Suggester::new(language, &labels);
        let built = begun.elapsed();
        let mut scores = Scores::default();
        let begun = Instant::now();
        for row in rows(&folder.join("queries.tsv.gz")) {
            let Some(right) = right.get(&row[0]) else { continue };
            let ranked: Vec<u32> = suggester.suggest(&fold(&row[1]), usize::MAX).iter().map(|found| found.concept).collect();
            scores.add(&ranked, right);
        }
        let each = begun.elapsed() / u32::try_from(scores.queries).unwrap();
        let got = scores.line(set);
        println!("  {} labels, built in {built:.1?}, {each:.1?} a question", labels.len());
        assert!(got.iter().zip(baseline).all(|(got, baseline)| *got >= baseline - 0.0005), "{set}: {got:?} against {baseline:?}");
    }
}
