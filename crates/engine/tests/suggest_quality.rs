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

/// Spans of job advertisements that people have tied to a skill of ESCO (Decorte and others 2022, on SkillSpan): how high
/// the skill stands among 13,900. `PASSERELLE_SKILL_SPANS` names the folder of the annotations, `PASSERELLE_ESCO` that of
/// the official English files of ESCO 1.1. The set comes without a lexical baseline; beside ours stands plain comparison of
/// words, and the test fails where that is not beaten.
#[test]
fn spans_of_advertisements_find_their_skills() {
    let (Ok(spans), Ok(esco)) = (std::env::var("PASSERELLE_SKILL_SPANS"), std::env::var("PASSERELLE_ESCO")) else { return };
    let read = |path: &Path| -> Vec<BTreeMap<String, String>> {
        csv::Reader::from_path(path).unwrap().deserialize().map(Result::unwrap).collect()
    };
    let mut labels = Vec::new();
    let mut concepts: BTreeMap<String, u32> = BTreeMap::new();
    for (number, row) in read(&Path::new(&esco).join("skills_en.csv")).iter().enumerate() {
        let concept = number as u32;
        concepts.insert(fold(&row["preferredLabel"]), concept);
        labels.push(Label { concept, text: fold(&row["preferredLabel"]), preferred: true, group: false });
        for other in row["altLabels"].split('\n').map(str::trim).filter(|label| !label.is_empty()) {
            labels.push(Label { concept, text: fold(other), preferred: false, group: false });
        }
    }
    let suggester = Suggester::new("en", &labels);
    println!("| set | queries | P@1 | hit@10 | MRR | MAP |");
    for name in ["tech_validation_annotations.csv", "house_validation_annotations.csv"] {
        // What one span means in one sentence may be several skills.
        let mut asked: BTreeMap<(String, String), BTreeSet<u32>> = BTreeMap::new();
        let (mut said, mut unknown) = (0, 0);
        for row in read(&Path::new(&spans).join(name)) {
            if matches!(row["label"].as_str(), "UNDERSPECIFIED" | "LABEL NOT PRESENT") {
                continue;
            }
            said += 1;
            let text = if row["sub_span"].is_empty() { &row["span"] } else { &row["sub_span"] };
            match concepts.get(&fold(&row["label"])) {
                Some(concept) => drop(asked.entry((row["sentence"].clone(), fold(text))).or_default().insert(*concept)),
                None => unknown += 1,
            }
        }
        let (mut ours, mut plain) = (Scores::default(), Scores::default());
        for ((_, text), right) in &asked {
            let ranked: Vec<u32> = suggester.suggest(text, usize::MAX).iter().map(|found| found.concept).collect();
            ours.add(&ranked, right);
            plain.add(&by_words(text, &labels), right);
        }
        println!("{name}: {said} labels, {unknown} of them of another version");
        let got = ours.line("ours");
        let words = plain.line("shared words");
        assert!(got.iter().zip(words).all(|(got, words)| *got >= words), "{name}: {got:?} against {words:?}");
    }
}

/// Concepts by the share of words that a text and a label have in common (Jaccard), ties in the order of concepts.
fn by_words(text: &str, labels: &[Label]) -> Vec<u32> {
    let words: BTreeSet<&str> = text.split_whitespace().collect();
    let mut best: BTreeMap<u32, f64> = BTreeMap::new();
    for label in labels {
        let theirs: BTreeSet<&str> = label.text.split_whitespace().collect();
        let both = words.intersection(&theirs).count();
        if both > 0 {
            let share = both as f64 / words.union(&theirs).count() as f64;
            let known = best.entry(label.concept).or_default();
            *known = known.max(share);
        }
    }
    let mut ranked: Vec<(u32, f64)> = best.into_iter().collect();
    ranked.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    ranked.into_iter().map(|(concept, _)| concept).collect()
}
