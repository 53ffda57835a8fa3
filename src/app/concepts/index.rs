//! Search as people type: all labels in memory, in a finite-state dictionary of their words.
//!
//! The same on both databases: neither has a typo-tolerant search without extensions. A label's
//! words are folded (case, accents, Arabic variants); each word of the question must match a word
//! of the label exactly, as its beginning, or with one typo (two from eight letters on).
//! Memory: about 60 bytes a label beside its text.

use crate::error::AppError;
use crate::text::fold;
use fst::automaton::{Automaton, Levenshtein, Str};
use fst::{IntoStreamer, Map, MapBuilder, Streamer};
use passerelle_engine::suggest::Suggester;
use passerelle_store::entity::{concept, concept_import, concept_label};
use passerelle_store::query::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use passerelle_store::{Store, StoreError};
use std::collections::BTreeMap;
use std::sync::{Arc, RwLock};

/// Matches of one word beyond this are as good as any: a two-letter beginning fits thousands.
const MATCHES_MAX: usize = 20_000;

/// A concept found.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Hit {
    pub uri: String,
    pub kind: String,
    pub isco: Option<String>,
    /// Preferred label in the language asked for, or in English.
    pub label: String,
    /// The label that matched.
    pub matched: String,
}

/// Built when first asked, and again when an import changed the labels.
#[derive(Debug, Default)]
pub struct ConceptIndex {
    built: RwLock<Option<Arc<Built>>>,
    building: tokio::sync::Mutex<()>,
}

/// One immutable index over the newest version of each language.
#[derive(Debug)]
pub struct Built {
    stamp: i64,
    concepts: Vec<(String, String, Option<String>)>,
    labels: Vec<Label>,
    /// Folded word → range in `postings`.
    words: Map<Vec<u8>>,
    postings: Vec<u32>,
    preferred: BTreeMap<(u32, String), u32>,
    by_uri: BTreeMap<String, u32>,
    /// By language and kind, with the number of each of its labels.
    pub(super) suggesters: Suggesters,
}

/// Labels that texts are compared with, made when first asked for.
type Suggesters = std::sync::Mutex<BTreeMap<(String, &'static str), Arc<(Suggester, Vec<u32>)>>>;

#[derive(Debug)]
struct Label {
    concept: u32,
    language: String,
    rank: u8,
    words: u8,
    text: String,
}

impl ConceptIndex {
    /// The index over what is imported now.
    ///
    /// # Errors
    /// When the labels cannot be read.
    pub async fn ready(&self, store: &Store) -> Result<Arc<Built>, AppError> {
        let newest = concept_import::Entity::find().order_by_desc(concept_import::Column::ImportedAtMs).one(store.read()).await;
        let newest = newest.map_err(StoreError::from)?;
        let stamp = newest.as_ref().map_or(0, |row| row.imported_at_ms);
        if let Some(built) = self.current(stamp) {
            return Ok(built);
        }
        let _only_one_builds = self.building.lock().await;
        if let Some(built) = self.current(stamp) {
            return Ok(built);
        }
        let version = newest.map(|row| row.scheme_version).unwrap_or_default();
        let concepts = concept::Entity::find().filter(concept::Column::SchemeVersion.eq(version)).all(store.read()).await;
        let labels = concept_label::Entity::find().all(store.read()).await;
        let (concepts, labels) = (concepts.map_err(StoreError::from)?, labels.map_err(StoreError::from)?);
        let built = tokio::task::spawn_blocking(move || Built::new(stamp, concepts, labels)).await.map_err(AppError::internal)??;
        let built = Arc::new(built);
        if let Ok(mut slot) = self.built.write() {
            *slot = Some(built.clone());
        }
        Ok(built)
    }

    fn current(&self, stamp: i64) -> Option<Arc<Built>> {
        self.built.read().ok().and_then(|slot| slot.clone()).filter(|built| built.stamp == stamp)
    }
}

impl Built {
    /// Builds the dictionary. Labels of concepts that are not listed are passed over.
    ///
    /// # Errors
    /// When the dictionary cannot be built.
    pub fn new(stamp: i64, concepts: Vec<concept::Model>, labels: Vec<concept_label::Model>) -> Result<Self, AppError> {
        let numbers: BTreeMap<i64, u32> = concepts.iter().zip(0..).map(|(row, number)| (row.id, number)).collect();
        let mut kept = Vec::with_capacity(labels.len());
        let mut by_word: BTreeMap<String, Vec<u32>> = BTreeMap::new();
        let mut preferred = BTreeMap::new();
        for row in labels {
            let Some(concept) = numbers.get(&row.concept_id).copied() else { continue };
            let number = u32::try_from(kept.len()).map_err(AppError::internal)?;
            let folded = fold(&row.label);
            let mut count = 0_u8;
            for word in folded.split(' ').filter(|word| !word.is_empty()) {
                count = count.saturating_add(1);
                let posting = by_word.entry(word.to_owned()).or_default();
                if posting.last() != Some(&number) {
                    posting.push(number);
                }
            }
            let rank = match row.kind.as_str() {
                "preferred" => 0,
                "alternative" => 1,
                _ => 2,
            };
            if rank == 0 {
                preferred.insert((concept, row.language.clone()), number);
            }
            kept.push(Label { concept, language: row.language, rank, words: count, text: row.label });
        }
        let mut postings = Vec::new();
        let mut builder = MapBuilder::memory();
        for (word, numbers) in by_word {
            // Start of the range in the high half, its length in the low.
            let place = ((postings.len() as u64) << 32) | numbers.len() as u64;
            builder.insert(word, place).map_err(AppError::internal)?;
            postings.extend(numbers);
        }
        let words = Map::new(builder.into_inner().map_err(AppError::internal)?).map_err(AppError::internal)?;
        let by_uri = concepts.iter().zip(0..).map(|(row, number)| (row.uri.clone(), number)).collect();
        let concepts = concepts.into_iter().map(|row| (row.uri, row.kind, row.isco)).collect();
        Ok(Self { stamp, concepts, labels: kept, words, postings, preferred, by_uri, suggesters: Suggesters::default() })
    }

    /// The best concepts for a text, in a language (English counts everywhere), of a kind.
    pub fn search(&self, text: &str, language: &str, kind: Option<&str>, most: usize) -> Vec<Hit> {
        let folded = fold(text);
        let asked: Vec<&str> = folded.split(' ').filter(|word| !word.is_empty()).take(6).collect();
        if asked.is_empty() {
            return Vec::new();
        }
        // Labels that match every word, with the sum of their penalties.
        let mut found: Option<BTreeMap<u32, u32>> = None;
        for (at, word) in asked.iter().enumerate() {
            let matches = self.matches(word, at + 1 == asked.len());
            found = Some(match found {
                None => matches,
                Some(before) => {
                    before.into_iter().filter_map(|(label, penalty)| matches.get(&label).map(|more| (label, penalty + more))).collect()
                }
            });
        }
        let mut best: BTreeMap<u32, (u32, u32)> = BTreeMap::new();
        for (number, penalty) in found.unwrap_or_default() {
            let label = &self.labels[number as usize];
            let (_, concept_kind, _) = &self.concepts[label.concept as usize];
            if (label.language != language && label.language != "en") || kind.is_some_and(|kind| kind != concept_kind) {
                continue;
            }
            let extra_words = u32::from(label.words).saturating_sub(u32::try_from(asked.len()).unwrap_or(0));
            let foreign = u32::from(label.language != language);
            let cost = penalty * 20 + extra_words * 3 + u32::from(label.rank) * 4 + foreign * 5;
            let entry = best.entry(label.concept).or_insert((cost, number));
            if cost < entry.0 {
                *entry = (cost, number);
            }
        }
        let mut ranked: Vec<(u32, &str, u32, u32)> =
            best.into_iter().map(|(concept, (cost, number))| (cost, self.labels[number as usize].text.as_str(), concept, number)).collect();
        ranked.sort_unstable();
        ranked.truncate(most);
        ranked.into_iter().map(|(_, _, concept, number)| self.hit(concept, number, language)).collect()
    }

    /// Labels of a language and kind: number, concept, text, and whether it is the preferred one.
    pub(super) fn labels_of<'a>(&'a self, language: &'a str, kind: &'a str) -> impl Iterator<Item = (u32, u32, &'a str, bool)> {
        let of = move |label: &Label| label.language == language && self.concepts[label.concept as usize].1 == kind;
        let numbered = (0_u32..).zip(&self.labels).filter(move |(_, label)| of(label));
        numbered.map(|(number, label)| (number, label.concept, label.text.as_str(), label.rank == 0))
    }

    pub(super) fn hit(&self, concept: u32, number: u32, language: &str) -> Hit {
        let (uri, kind, isco) = &self.concepts[concept as usize];
        let preferred = [language, "en"].iter().find_map(|language| self.preferred.get(&(concept, (*language).to_owned())));
        let matched = &self.labels[number as usize].text;
        let label = preferred.map_or(matched, |number| &self.labels[*number as usize].text);
        Hit { uri: uri.clone(), kind: kind.clone(), isco: isco.clone(), label: label.clone(), matched: matched.clone() }
    }

    /// Whether an address is that of a skill.
    pub fn is_skill(&self, uri: &str) -> bool {
        self.by_uri.get(uri).is_some_and(|number| self.concepts[*number as usize].1 == "skill")
    }

    /// Preferred label of a concept by its address.
    pub fn label(&self, uri: &str, language: &str) -> Option<&str> {
        let concept = *self.by_uri.get(uri)?;
        let number = [language, "en"].iter().find_map(|language| self.preferred.get(&(concept, (*language).to_owned())))?;
        Some(&self.labels[*number as usize].text)
    }

    /// Labels with a word that matches, and the least penalty: 0 exact, 1 beginning, 2 or 3 typos.
    fn matches(&self, word: &str, last: bool) -> BTreeMap<u32, u32> {
        let mut found = BTreeMap::new();
        if let Some(place) = self.words.get(word) {
            self.collect(place, 0, &mut found);
        }
        let letters = word.chars().count();
        // Only the last word may be unfinished; earlier ones too when they are long enough to tell.
        if last || letters >= 4 {
            let mut stream = self.words.search(Str::new(word).starts_with()).into_stream();
            while let Some((_, place)) = stream.next() {
                self.collect(place, 1, &mut found);
                if found.len() >= MATCHES_MAX {
                    break;
                }
            }
        }
        let distance = if letters >= 8 { 2 } else { 1 };
        if letters >= 4
            && found.len() < 50
            && let Ok(typo) = Levenshtein::new(word, distance)
        {
            let mut stream = self.words.search(typo).into_stream();
            while let Some((_, place)) = stream.next() {
                self.collect(place, 2, &mut found);
            }
            if found.is_empty()
                && last
                && let Ok(typo) = Levenshtein::new(word, 1)
            {
                let mut stream = self.words.search(typo.starts_with()).into_stream();
                while let Some((_, place)) = stream.next() {
                    self.collect(place, 3, &mut found);
                }
            }
        }
        found
    }

    fn collect(&self, place: u64, penalty: u32, found: &mut BTreeMap<u32, u32>) {
        let (start, length) = ((place >> 32) as usize, (place & 0xffff_ffff) as usize);
        for number in &self.postings[start..start + length] {
            let least = found.entry(*number).or_insert(penalty);
            *least = penalty.min(*least);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn built() -> Built {
        let concept = |id, uri: &str, kind: &str| concept::Model {
            id,
            scheme_version: "1".into(),
            uri: uri.into(),
            kind: kind.into(),
            code: None,
            isco: Some("7411".into()),
            skill_type: None,
            reuse_level: None,
            status: "released".into(),
            replaced_by: None,
        };
        let label = |id, concept_id, language: &str, kind: &str, label: &str| concept_label::Model {
            id,
            concept_id,
            language: language.into(),
            kind: kind.into(),
            label: label.into(),
        };
        let concepts = vec![concept(1, "u:1", "occupation"), concept(2, "u:2", "occupation"), concept(3, "u:3", "skill")];
        let labels = vec![
            label(1, 1, "en", "preferred", "building electrician"),
            label(2, 1, "fr", "preferred", "électricien du bâtiment/électricienne du bâtiment"),
            label(3, 1, "de", "preferred", "Gebäudeelektriker/Gebäudeelektrikerin"),
            label(4, 1, "ar", "preferred", "كهربائي مباني"),
            label(5, 2, "en", "preferred", "industrial electrician"),
            label(6, 2, "en", "alternative", "factory electrician"),
            label(7, 3, "en", "preferred", "install electrical household appliances"),
        ];
        Built::new(1, concepts, labels).unwrap()
    }

    fn uris(text: &str, language: &str) -> Vec<String> {
        built().search(text, language, None, 10).into_iter().map(|hit| hit.uri).collect()
    }

    #[test]
    fn case_accents_beginnings_and_typos_find_it_in_every_language() {
        assert_eq!(uris("Building Electrician", "en"), ["u:1"]);
        assert_eq!(uris("electricien bat", "fr"), ["u:1"]);
        assert_eq!(uris("gebaudeelek", "de"), ["u:1"]);
        assert_eq!(uris("كهربائى", "ar"), ["u:1"]);
        assert_eq!(uris("electrcian", "en").len(), 2);
        assert_eq!(uris("factory", "fr"), ["u:2"]);
        assert_eq!(uris("", "en").len(), 0);
        assert_eq!(uris("plumber", "en").len(), 0);
    }

    #[test]
    fn kinds_narrow_and_labels_come_in_the_language_asked() {
        let hits = built().search("elec", "fr", Some("occupation"), 10);
        assert_eq!(hits[0].label, "électricien du bâtiment/électricienne du bâtiment");
        assert!(hits.iter().all(|hit| hit.kind == "occupation"));
    }
}
