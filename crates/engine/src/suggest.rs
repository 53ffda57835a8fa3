//! Concepts that a text in somebody's own words may mean: lexical, offline, the same for the same input.
//!
//! Each label is compared with the text by the parts of its words (two to four letters, word by word) and by its
//! words, both weighted by how rare they are (TF-IDF, cosine: Salton and Buckley 1988); all labels of a concept
//! together say a little more. Endings of number and gender are cut first, so that *infirmière*, *infirmiers* and
//! *infirmier* are one word. A suggestion is for a person to confirm: it is never taken as what somebody meant.

use std::collections::BTreeMap;

/// How much each comparison counts. Found on the occupation titles of MELO (`benches/suggest.rs`).
const PARTS: f32 = 0.8;
const WORDS: f32 = 0.2;
const ALL_LABELS: f32 = 0.15;
/// What is taken off where the label is not the preferred one.
const NOT_PREFERRED: f32 = 0.03;
/// And where the concept is a group, which names nobody's work.
const GROUP: f32 = 0.25;

/// Words that say nothing: articles, and marks that a title is for everybody.
const SILENT: [(&str, &[&str]); 3] = [
    (
        "fr",
        &[
            "de", "du", "des", "d", "la", "le", "les", "l", "en", "et", "a", "au", "aux", "un", "une", "ou", "pour", "dans", "sur", "par",
            "avec", "h", "f", "x", "hf",
        ],
    ),
    ("en", &["of", "the", "and", "or", "in", "for", "to", "a", "an", "except", "all", "other", "with"]),
    ("de", &["der", "die", "das", "und", "oder", "in", "im", "fur", "von", "zu", "mit", "m", "w", "d"]),
];

/// Endings and what is left of them, longest first.
const ENDINGS_FR: [(&str, &str); 27] = [
    ("trices", "teur"),
    ("trice", "teur"),
    ("teurs", "teur"),
    ("euses", "eur"),
    ("euse", "eur"),
    ("eurs", "eur"),
    ("ieres", "ier"),
    ("iere", "ier"),
    ("iers", "ier"),
    ("iennes", "ien"),
    ("ienne", "ien"),
    ("iens", "ien"),
    ("ives", "if"),
    ("ive", "if"),
    ("elles", "el"),
    ("elle", "el"),
    ("onnes", "on"),
    ("onne", "on"),
    ("ales", "al"),
    ("ale", "al"),
    ("aux", "al"),
    ("antes", "ant"),
    ("ante", "ant"),
    ("entes", "ent"),
    ("ente", "ent"),
    ("es", ""),
    ("s", ""),
];
const ENDINGS_EN: [(&str, &str); 4] = [("ies", "y"), ("sses", "ss"), ("ss", "ss"), ("s", "")];
const ENDINGS_DE: [(&str, &str); 4] = [("innen", ""), ("in", ""), ("en", ""), ("er", "")];

/// A label of a concept.
#[derive(Debug, Clone)]
pub struct Label {
    /// Any number; equal for labels of one concept.
    pub concept: u32,
    /// Folded: small letters without accents, words parted by spaces.
    pub text: String,
    pub preferred: bool,
    pub group: bool,
}

/// A concept and how well it fits: 1 is the same words.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Suggestion {
    pub concept: u32,
    /// Which of the labels it was found by, as they were given.
    pub label: u32,
    pub score: f32,
}

/// Labels of one language, ready to be compared with.
#[derive(Debug)]
pub struct Suggester {
    language: String,
    labels: Vec<(u32, f32)>,
    /// Position of each label's concept among all.
    place: Vec<u32>,
    parts: Space,
    words: Space,
    together: Space,
}

impl Suggester {
    /// Labels of `language` (`en`, `fr`, `de`, `ar`); about 500 bytes a label.
    pub fn new(language: &str, labels: &[Label]) -> Self {
        let stems: Vec<Vec<String>> = labels.iter().map(|label| stems(language, &label.text)).collect();
        let mut places: BTreeMap<u32, u32> = BTreeMap::new();
        for label in labels {
            let next = places.len() as u32;
            places.entry(label.concept).or_insert(next);
        }
        let place: Vec<u32> = labels.iter().map(|label| places[&label.concept]).collect();
        let mut documents: Vec<Vec<String>> = vec![vec![]; places.len()];
        for (at, stems) in place.iter().zip(&stems) {
            documents[*at as usize].extend(stems.iter().cloned());
        }
        let less = |label: &Label| if label.preferred { 0.0 } else { NOT_PREFERRED } + if label.group { GROUP } else { 0.0 };
        Self {
            language: language.to_owned(),
            labels: labels.iter().map(|label| (label.concept, less(label))).collect(),
            place,
            parts: Space::new(stems.iter().map(|stems| parts(stems))),
            words: Space::new(stems.iter().cloned()),
            together: Space::new(documents.iter().map(|stems| parts(stems))),
        }
    }

    /// The concepts that fit best, best first; equals in the order of their numbers.
    pub fn suggest(&self, text: &str, most: usize) -> Vec<Suggestion> {
        let stems = stems(&self.language, text);
        let asked = parts(&stems);
        let (parts, words, together) = (self.parts.compare(&asked), self.words.compare(&stems), self.together.compare(&asked));
        let mut best: BTreeMap<u32, Suggestion> = BTreeMap::new();
        for (label, own) in parts.iter().enumerate().filter(|(_, own)| **own > 0.0) {
            let (concept, less) = self.labels[label];
            let score = PARTS * own + WORDS * words[label] + ALL_LABELS * together[self.place[label] as usize] - less;
            let found = Suggestion { concept, label: label as u32, score };
            let entry = best.entry(concept).or_insert(found);
            if score > entry.score {
                *entry = found;
            }
        }
        let mut all: Vec<Suggestion> = best.into_values().collect();
        all.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.concept.cmp(&b.concept)));
        all.truncate(most);
        all
    }
}

/// Texts as vectors of rare things.
#[derive(Debug)]
struct Space {
    terms: BTreeMap<String, u32>,
    /// How rare each term is.
    rare: Vec<f32>,
    /// Where the postings of each term begin.
    start: Vec<u32>,
    texts: Vec<u32>,
    weights: Vec<f32>,
    count: usize,
}

impl Space {
    fn new(texts: impl Iterator<Item = Vec<String>>) -> Self {
        let mut terms: BTreeMap<String, u32> = BTreeMap::new();
        let mut counted: Vec<Vec<(u32, u32)>> = Vec::new();
        let mut seen: Vec<u32> = Vec::new();
        for text in texts {
            let mut here: BTreeMap<u32, u32> = BTreeMap::new();
            for term in text {
                let next = terms.len() as u32;
                let number = *terms.entry(term).or_insert(next);
                if number == next {
                    seen.push(0);
                }
                *here.entry(number).or_default() += 1;
            }
            here.keys().for_each(|term| seen[*term as usize] += 1);
            counted.push(here.into_iter().collect());
        }
        let count = counted.len();
        // Smoothed, as if one more text held every term once.
        let rare: Vec<f32> = seen.iter().map(|seen| libm::logf((1 + count) as f32 / (1 + seen) as f32) + 1.0).collect();
        let mut start = vec![0_u32; terms.len() + 1];
        for (at, seen) in seen.iter().enumerate() {
            start[at + 1] = start[at] + seen;
        }
        let total = start[terms.len()] as usize;
        let (mut next, mut places, mut weights) = (start.clone(), vec![0; total], vec![0.0; total]);
        for (text, terms) in counted.iter().enumerate() {
            let weight = |term: u32, times: u32| (1.0 + libm::logf(times as f32)) * rare[term as usize];
            let length = libm::sqrtf(terms.iter().map(|(term, times)| weight(*term, *times) * weight(*term, *times)).sum());
            for (term, times) in terms {
                let at = next[*term as usize] as usize;
                next[*term as usize] += 1;
                (places[at], weights[at]) = (text as u32, weight(*term, *times) / length);
            }
        }
        Self { terms, rare, start, texts: places, weights, count }
    }

    /// The cosine between these terms and each text.
    fn compare(&self, asked: &[String]) -> Vec<f32> {
        let mut here: BTreeMap<u32, u32> = BTreeMap::new();
        for term in asked {
            if let Some(number) = self.terms.get(term) {
                *here.entry(*number).or_default() += 1;
            }
        }
        let weight = |term: u32, times: u32| (1.0 + libm::logf(times as f32)) * self.rare[term as usize];
        let length = libm::sqrtf(here.iter().map(|(term, times)| weight(*term, *times) * weight(*term, *times)).sum());
        let mut scores = vec![0.0; self.count];
        for (term, times) in here {
            let own = weight(term, times) / length;
            let range = self.start[term as usize] as usize..self.start[term as usize + 1] as usize;
            for (text, weight) in self.texts[range.clone()].iter().zip(&self.weights[range]) {
                scores[*text as usize] += own * weight;
            }
        }
        scores
    }
}

/// Stems of the words that say something, each once.
fn stems(language: &str, text: &str) -> Vec<String> {
    let silent = SILENT.iter().find(|(of, _)| *of == language).map_or(&[][..], |(_, words)| *words);
    let mut stems: Vec<String> = Vec::new();
    for word in text.split(|sign: char| !sign.is_alphanumeric()).filter(|word| !word.is_empty() && !silent.contains(word)).take(60) {
        let stem = stem(language, word);
        if !stems.contains(&stem) {
            stems.push(stem);
        }
    }
    stems
}

fn stem(language: &str, word: &str) -> String {
    let endings: &[(&str, &str)] = match language {
        "fr" => &ENDINGS_FR,
        "en" => &ENDINGS_EN,
        "de" => &ENDINGS_DE,
        _ => &[],
    };
    let cut = endings.iter().find_map(|(ending, left)| {
        let begin = word.strip_suffix(ending)?;
        (begin.chars().count() > 2).then(|| format!("{begin}{left}"))
    });
    let word = cut.unwrap_or_else(|| word.to_owned());
    match word.strip_suffix('e') {
        Some(begin) if language == "fr" && begin.chars().count() > 3 => begin.to_owned(),
        _ => word,
    }
}

/// Two to four letters in a row, of each word with a space on both sides.
fn parts(stems: &[String]) -> Vec<String> {
    let mut parts = Vec::new();
    for stem in stems {
        let signs: Vec<char> = std::iter::once(' ').chain(stem.chars()).chain([' ']).collect();
        for length in 2..=4 {
            if signs.len() < length {
                parts.push(signs.iter().collect());
                break;
            }
            parts.extend(signs.windows(length).map(|part| part.iter().collect::<String>()));
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(texts: &[(u32, &str)]) -> Vec<Label> {
        let mut seen = std::collections::BTreeSet::new();
        let label = |(concept, text): &(u32, &str)| Label {
            concept: *concept,
            text: (*text).to_owned(),
            preferred: seen.insert(*concept),
            group: *concept >= 100,
        };
        texts.iter().map(label).collect()
    }

    fn first(suggester: &Suggester, text: &str) -> Option<u32> {
        suggester.suggest(text, 1).first().map(|found| found.concept)
    }

    #[test]
    fn gender_number_and_marks_do_not_matter() {
        let known =
            labels(&[(1, "infirmier responsable de soins generaux"), (2, "electricien du batiment"), (3, "boucher"), (4, "boulanger")]);
        let suggester = Suggester::new("fr", &known);
        for (text, concept) in
            [("infirmiere", 1), ("infirmiers", 1), ("electricienne batiments", 2), ("bouchere h f x", 3), ("boulangers", 4)]
        {
            assert_eq!(first(&suggester, text), Some(concept), "{text}");
        }
        assert_eq!(first(&suggester, "zzz"), None);
        assert_eq!(first(&suggester, ""), None);
    }

    #[test]
    fn typing_errors_are_forgiven_and_the_same_words_score_highest() {
        let suggester = Suggester::new("en", &labels(&[(1, "electrical engineer"), (2, "electrician"), (3, "mechanical engineer")]));
        assert_eq!(first(&suggester, "electrican"), Some(2));
        assert_eq!(first(&suggester, "enginer mechanical"), Some(3));
        let same = suggester.suggest("electrician", 3);
        assert!(same[0].score > 1.0 && same[1].score < same[0].score / 1.5, "{same:?}");
    }

    #[test]
    fn groups_stand_behind_occupations_and_equals_in_the_order_of_their_numbers() {
        let suggester = Suggester::new("en", &labels(&[(100, "nurse"), (7, "nurse"), (5, "nurse")]));
        let found: Vec<u32> = suggester.suggest("nurses", 9).iter().map(|found| found.concept).collect();
        assert_eq!(found, [5, 7, 100]);
    }
}
