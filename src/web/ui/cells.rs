//! Values as people read them: words for codes, titles for identifiers, dates and reasons.

use crate::app::Ctx;
use crate::app::concepts::ConceptIndex;
use crate::app::records;
use crate::app::resource::{Document, Field, Kind, Resource, short_reference};
use crate::error::AppError;
use crate::i18n::Locale;
use passerelle_domain::matching::Reason;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// What the cells of some documents need to be put into words: fetched once for all of them, one
/// query a kind of record.
pub struct Labels {
    pub locale: Locale,
    titles: BTreeMap<Uuid, String>,
    concepts: BTreeMap<String, String>,
    /// Labels of the configuration in the reader's language, by the text that they stand for.
    words: BTreeMap<String, String>,
}

impl std::fmt::Debug for Labels {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Labels").field("titles", &self.titles.len()).finish_non_exhaustive()
    }
}

impl Labels {
    /// # Errors
    /// When the database refuses.
    pub async fn of(ctx: &Ctx<'_>, resource: &'static dyn Resource, documents: &[Document], locale: Locale) -> Result<Self, AppError> {
        let mut ids: BTreeMap<&'static str, BTreeSet<Uuid>> = BTreeMap::new();
        let mut uris: BTreeSet<String> = BTreeSet::new();
        for (field, document) in resource.fields().iter().flat_map(|field| documents.iter().map(move |document| (field, document))) {
            let Some(text) = document.data.get(field.name).and_then(Value::as_str) else { continue };
            if let Some(target) = target_of(field, document) {
                ids.entry(target).or_default().extend(Uuid::try_parse(text).ok());
            }
            match field.kind {
                Kind::Concept => {
                    uris.insert(text.to_owned());
                }
                Kind::Occupation => {
                    uris.insert(isco_uri(text));
                }
                _ => {}
            }
        }
        let mut titles = BTreeMap::new();
        for (target, ids) in ids {
            if let Some(target) = records::find(target) {
                titles.extend(target.titles(ctx, &ids.into_iter().collect::<Vec<_>>()).await?);
            }
        }
        let concepts = concept_labels(&ctx.state.concepts, ctx, uris, locale).await?;
        let names = documents.iter().filter_map(|document| document.data.get("name").and_then(Value::as_str));
        let texts: BTreeSet<String> = names.map(str::to_owned).chain(titles.values().cloned()).collect();
        let words = crate::app::labels::of(ctx, locale.code(), texts).await?;
        for title in titles.values_mut() {
            if let Some(own) = words.get(title) {
                title.clone_from(own);
            }
        }
        Ok(Self { locale, titles, concepts, words })
    }
}

async fn concept_labels(
    index: &ConceptIndex,
    ctx: &Ctx<'_>,
    uris: BTreeSet<String>,
    locale: Locale,
) -> Result<BTreeMap<String, String>, AppError> {
    if uris.is_empty() {
        return Ok(BTreeMap::new());
    }
    let built = index.ready(&ctx.state.store).await?;
    Ok(uris.into_iter().filter_map(|uri| Some((uri.clone(), built.label(&uri, locale.code())?.to_owned()))).collect())
}

fn isco_uri(code: &str) -> String {
    format!("http://data.europa.eu/esco/isco/C{code}")
}

/// What records are called, for whoever may know; others read a short reference.
#[derive(Debug, Default)]
pub struct Names(BTreeMap<Uuid, String>);

impl Names {
    /// # Errors
    /// When the database refuses.
    pub async fn of(ctx: &Ctx<'_>, kind: &str, ids: impl IntoIterator<Item = Uuid>) -> Result<Self, AppError> {
        let Some(resource) = records::find(kind) else { return Ok(Self::default()) };
        let ids: Vec<Uuid> = ids.into_iter().collect();
        let mut names = BTreeMap::new();
        for chunk in ids.chunks(5_000) {
            names.extend(resource.titles(ctx, chunk).await?);
        }
        Ok(Self(names))
    }

    pub fn name(&self, id: Uuid) -> String {
        self.0.get(&id).cloned().unwrap_or_else(|| short_reference(id))
    }

    /// Identifiers and names, for a form to choose from.
    pub fn options(&self) -> Vec<(String, String)> {
        self.0.iter().map(|(id, name)| (id.to_string(), name.clone())).collect()
    }
}

/// A value in words.
pub fn cell_text(field: &Field, document: &Document, labels: &Labels) -> String {
    let t = labels.locale;
    let Some(value) = document.data.get(field.name) else { return String::new() };
    match (field.kind, value) {
        (Kind::Flag, Value::Bool(flag)) => t.get(if *flag { "answer-yes" } else { "answer-no" }),
        (Kind::Choice { list, .. }, Value::String(word)) => t.get(&word_key(list, word)),
        (Kind::Choices { list, .. }, Value::Array(words)) => {
            words.iter().filter_map(Value::as_str).map(|word| t.get(&choice_key(t, list, word))).collect::<Vec<_>>().join(", ")
        }
        // What comes next is an event of the journey, or a step by the name that its pathway gives it.
        (Kind::Text { .. }, Value::String(word)) if field.name == "next_step" => {
            let key = word_key("journey-event", word);
            if t.has(&key) { t.get(&key) } else { word.clone() }
        }
        (Kind::Moment, Value::String(text)) => crate::formats::moment(t, text),
        (Kind::Date, Value::String(text)) => crate::formats::date_text(t, text),
        (Kind::Phone, Value::String(text)) => crate::formats::phone(text),
        (Kind::Money, Value::String(text)) => crate::formats::money_text(t, text),
        (Kind::Number { .. } | Kind::Eqf, Value::Number(number)) => {
            number.as_i64().map_or_else(|| number.to_string(), |number| crate::formats::number(t, number))
        }
        (Kind::Country, Value::String(code)) => country(t, code),
        (Kind::Countries, Value::Array(codes)) => {
            codes.iter().filter_map(Value::as_str).map(|code| country(t, code)).collect::<Vec<_>>().join(", ")
        }
        (Kind::Occupation, Value::String(code)) => match labels.concepts.get(&isco_uri(code)) {
            Some(label) => format!("{code} {label}"),
            None => code.clone(),
        },
        (Kind::Concept, Value::String(uri)) => labels.concepts.get(uri).cloned().unwrap_or_else(|| uri.clone()),
        (Kind::Reference(_) | Kind::Subject, Value::String(id)) => {
            let title = Uuid::try_parse(id).ok().and_then(|id| labels.titles.get(&id));
            title.cloned().unwrap_or_else(|| Uuid::try_parse(id).map(short_reference).unwrap_or_default())
        }
        (Kind::Reasons, Value::Array(reasons)) => {
            let said = reasons.iter().filter_map(|reason| serde_json::from_value::<Reason>(reason.clone()).ok());
            said.map(|reason| t.say(&reason)).collect::<Vec<_>>().join(" · ")
        }
        (_, Value::String(text)) if field.name == "name" => labels.words.get(text).unwrap_or(text).clone(),
        (_, Value::String(text)) => text.clone(),
        (_, value) => value.to_string(),
    }
}

/// The kind of record that a field names.
fn target_of(field: &Field, document: &Document) -> Option<&'static str> {
    match field.kind {
        Kind::Reference(target) => Some(target),
        Kind::Subject if document.data.get("side").and_then(Value::as_str) == Some("trainee") => Some("trainees"),
        Kind::Subject => Some("needs"),
        _ => None,
    }
}

/// Where a value leads, if it is another record that the actor can see: its title was found.
pub fn cell_href(field: &Field, document: &Document, labels: &Labels) -> Option<String> {
    let target = target_of(field, document)?;
    let id = document.data.get(field.name)?.as_str()?;
    let known = Uuid::try_parse(id).is_ok_and(|id| labels.titles.contains_key(&id));
    known.then(|| format!("/ui/{target}/{id}"))
}

/// The message of a word; stages of cases are those of several lists.
pub fn choice_key(t: Locale, list: &str, word: &str) -> String {
    if list != "case-stage" {
        return word_key(list, word);
    }
    let keys = ["journey-state", "recognition-state", "need-status"].map(|list| word_key(list, word));
    keys.iter().find(|key| t.has(key)).unwrap_or(&keys[0]).clone()
}

/// The name of a verdict, for tags.
pub fn word_name(t: Locale, verdict: &str) -> String {
    t.get(&format!("verdict-{verdict}"))
}

/// `fact-status-in-force` for `in_force`.
pub fn word_key(list: &str, word: &str) -> String {
    // Codes of causes are written in capitals; keys are not.
    let word = word.replace(['_', '.'], "-");
    if list == "cause" { format!("{list}-{}", word.to_lowercase()) } else { format!("{list}-{word}") }
}

/// Words of a list with their names, for a field with choices.
pub fn choices(t: Locale, list: &str, words: &[&str]) -> Vec<(String, String)> {
    words.iter().map(|word| ((*word).to_owned(), t.get(&word_key(list, word)))).collect()
}

pub fn country(t: Locale, code: &str) -> String {
    let key = format!("country-{code}");
    if t.has(&key) { t.get(&key) } else { code.to_owned() }
}
