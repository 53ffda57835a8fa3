//! What a document says, as bytes that are the same however it was written.
//!
//! RDF Dataset Canonicalization (RDFC-1.0) over the statements that JSON-LD makes of the document. A word that no
//! context defines makes no statement: it would fall out of what is signed without a trace, so it is a fault here
//! (the *safe mode* of other implementations).

use crate::contexts;
use oxjsonld::{JsonLdParser, JsonLdRemoteDocument};
use oxrdf::dataset::{CanonicalizationAlgorithm, CanonicalizationHashAlgorithm};
use oxrdf::{BlankNode, Dataset, GraphName, NamedOrBlankNode, Quad, Term};
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap, HashSet};

/// Statements a document may make: a credential makes some fifty.
const STATEMENTS: usize = 5_000;
/// How many unnamed things may look like another, in all and hanging together. To tell them apart takes the
/// factorial of their number (§ 7.1 of the standard warns of documents made for that); credentials have none or two.
const LOOK_ALIKES: usize = 12;
const LOOK_ALIKES_TOGETHER: usize = 5;
/// Contexts of one document.
const CONTEXTS: usize = 8;

/// Stands in front of words that no context defines.
const UNDEFINED: &str = "urn:passerelle:undefined#";
/// Stands in front of addresses that are relative to nothing.
const RELATIVE: &str = "https://relative.invalid/";

/// Why a document has no canonical form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CanonError {
    #[error("the context {0} is not known here")]
    UnknownContext(String),
    #[error("{0}")]
    NotPlain(String),
    #[error("no context defines {0}")]
    Undefined(String),
    #[error("the document is no JSON-LD: {0}")]
    NotLinkedData(String),
    #[error("the document says too much, or too much that looks alike, to be put in order")]
    TooLarge,
}

/// The statements of a document in canonical order, one a line, as they are signed.
///
/// # Errors
/// When words have no meaning, or a context is not known.
pub fn statements(document: &Value) -> Result<Vec<String>, CanonError> {
    plain(document)?;
    every_word_is_defined(document)?;
    let mut dataset = parsed(document, None)?;
    in_bounds(&dataset)?;
    dataset.canonicalize(CanonicalizationAlgorithm::Rdfc10 { hash_algorithm: CanonicalizationHashAlgorithm::Sha256 });
    let mut lines: Vec<String> = dataset.iter().map(|quad| format!("{} .\n", quad.into_owned())).collect();
    lines.sort_unstable();
    said_in_plain_words(document, &lines)?;
    Ok(lines)
}

/// What is signed is what words mean, and what is read are the words themselves: between the two nothing may stand. A
/// context made for one document, a word written as an address, or one of JSON-LD's own words could say under
/// another name what the reader looks for, and hide it from him.
fn plain(document: &Value) -> Result<(), CanonError> {
    let contexts = crate::many(document.get("@context"));
    let mut seen: Vec<&str> = Vec::new();
    for context in contexts {
        let Some(name) = context.as_str() else {
            return Err(CanonError::NotPlain("it brings words of its own (an inline context)".into()));
        };
        if contexts::text(name).is_none() {
            return Err(CanonError::UnknownContext(name.to_owned()));
        }
        if seen.contains(&name) || seen.len() == CONTEXTS {
            return Err(CanonError::NotPlain("it names a context twice, or more than eight".into()));
        }
        seen.push(name);
    }
    let Some(map) = document.as_object() else { return Ok(()) };
    map.iter().filter(|(name, _)| *name != "@context").try_for_each(|(name, value)| plain_member(name, value))
}

fn plain_member(name: &str, value: &Value) -> Result<(), CanonError> {
    let own = name.starts_with('@') && !matches!(name, "@value" | "@language" | "@direction");
    if own || name.contains(':') {
        return Err(CanonError::NotPlain(format!("{name} is no plain word")));
    }
    plain_value(value)
}

fn plain_value(value: &Value) -> Result<(), CanonError> {
    match value {
        Value::Array(all) => all.iter().try_for_each(plain_value),
        Value::Object(map) => map.iter().try_for_each(|(name, value)| plain_member(name, value)),
        _ => Ok(()),
    }
}

/// Words on which a verdict hangs: as often as they are signed they stand in the document under these names.
const WEIGHTY: [&str; 6] = ["validFrom", "validUntil", "issuanceDate", "expirationDate", "credentialStatus", "issuer"];

fn said_in_plain_words(document: &Value, lines: &[String]) -> Result<(), CanonError> {
    for word in WEIGHTY {
        let signed = format!(" <https://www.w3.org/2018/credentials#{word}> ");
        if lines.iter().filter(|line| line.contains(&signed)).count() != said(document, word) {
            return Err(CanonError::NotPlain(format!("{word} is signed under another name, or not signed")));
        }
    }
    Ok(())
}

fn said(value: &Value, word: &str) -> usize {
    match value {
        Value::Array(all) => all.iter().map(|one| said(one, word)).sum(),
        Value::Object(map) => {
            map.get(word).map_or(0, |value| crate::many(Some(value)).len()) + map.values().map(|one| said(one, word)).sum::<usize>()
        }
        _ => 0,
    }
}

/// [`statements`] as one text.
pub(crate) fn text(document: &Value) -> Result<String, CanonError> {
    Ok(statements(document)?.concat())
}

fn parsed(document: &Value, base: Option<&str>) -> Result<Dataset, CanonError> {
    let bytes = serde_json::to_vec(document).map_err(|error| CanonError::NotLinkedData(error.to_string()))?;
    let mut parser = JsonLdParser::new();
    if let Some(base) = base {
        parser = parser.with_base_iri(base).map_err(|error| CanonError::NotLinkedData(error.to_string()))?;
    }
    let mut dataset = Dataset::new();
    let quads = parser.for_slice(&bytes).with_load_document_callback(|url, _| {
        let text = contexts::text(url).ok_or_else(|| format!("the context {url} is not known here"))?;
        Ok(JsonLdRemoteDocument { document: text.as_bytes().to_vec(), document_url: url.to_owned() })
    });
    for quad in quads {
        let quad = quad.map_err(|error| CanonError::NotLinkedData(error.to_string()))?;
        dataset.insert(&quad);
        if dataset.len() > STATEMENTS {
            return Err(CanonError::TooLarge);
        }
    }
    Ok(dataset)
}

/// Reads the document once more with a meaning for every word that has none, and looks for that meaning.
fn every_word_is_defined(document: &Value) -> Result<(), CanonError> {
    let mut marked = document.clone();
    let Some(map) = marked.as_object_mut() else {
        return Err(CanonError::NotLinkedData("it is no object".into()));
    };
    // First, so that a context of the document with a meaning for every word is obeyed.
    let mut all = vec![json!({ "@vocab": UNDEFINED })];
    all.extend(crate::many(document.get("@context")).into_iter().cloned());
    map.insert("@context".into(), Value::Array(all));
    for quad in parsed(&marked, Some(RELATIVE))?.iter() {
        let quad = quad.into_owned();
        let names = [node_name(&quad.subject), Some(quad.predicate.as_str()), term_name(&quad.object)];
        for name in names.into_iter().flatten() {
            if let Some(word) = name.strip_prefix(UNDEFINED).or_else(|| name.strip_prefix(RELATIVE)) {
                return Err(CanonError::Undefined(word.to_owned()));
            }
        }
    }
    Ok(())
}

fn node_name(node: &NamedOrBlankNode) -> Option<&str> {
    match node {
        NamedOrBlankNode::NamedNode(name) => Some(name.as_str()),
        NamedOrBlankNode::BlankNode(_) => None,
    }
}

fn term_name(term: &Term) -> Option<&str> {
    match term {
        Term::NamedNode(name) => Some(name.as_str()),
        Term::Literal(_) | Term::BlankNode(_) => None,
    }
}

/// Unnamed things are told apart by what is said of them. Those of which the same is said are tried in every order,
/// so there may not be many of them side by side.
fn in_bounds(dataset: &Dataset) -> Result<(), CanonError> {
    let quads: Vec<Quad> = dataset.iter().map(|quad| quad.into_owned()).collect();
    let mut said: HashMap<BlankNode, Vec<String>> = Default::default();
    for quad in &quads {
        let nodes = blanks(quad);
        for node in &nodes {
            said.entry(node.clone()).or_default().push(as_seen_from(quad, node));
        }
    }
    let mut alike: BTreeMap<Vec<String>, Vec<BlankNode>> = Default::default();
    for (node, mut lines) in said {
        lines.sort_unstable();
        alike.entry(lines).or_default().push(node);
    }
    let unclear: HashSet<BlankNode> = alike.into_values().filter(|nodes| nodes.len() > 1).flatten().collect();
    if unclear.len() > LOOK_ALIKES {
        return Err(CanonError::TooLarge);
    }
    // Which of them hang together, by joining neighbours until nothing changes: there are twelve at the most.
    let mut together: Vec<HashSet<&BlankNode>> = unclear.iter().map(|node| HashSet::from([node])).collect();
    for quad in &quads {
        let here: Vec<&BlankNode> = blanks(quad).iter().filter_map(|node| unclear.get(node)).collect();
        let (touched, mut rest): (Vec<_>, Vec<_>) = together.into_iter().partition(|set| here.iter().any(|node| set.contains(node)));
        rest.extend(touched.into_iter().reduce(|mut all, set| {
            all.extend(set);
            all
        }));
        together = rest;
    }
    if together.iter().any(|set| set.len() > LOOK_ALIKES_TOGETHER) { Err(CanonError::TooLarge) } else { Ok(()) }
}

fn blanks(quad: &Quad) -> Vec<BlankNode> {
    let mut nodes = Vec::new();
    if let NamedOrBlankNode::BlankNode(node) = &quad.subject {
        nodes.push(node.clone());
    }
    if let Term::BlankNode(node) = &quad.object {
        nodes.push(node.clone());
    }
    if let GraphName::BlankNode(node) = &quad.graph_name {
        nodes.push(node.clone());
    }
    nodes
}

/// A statement with this node as itself and every other unnamed one as any (§ 4.6 of the standard).
fn as_seen_from(quad: &Quad, node: &BlankNode) -> String {
    let name = |other: &BlankNode| if other == node { "_:a" } else { "_:z" };
    let subject = match &quad.subject {
        NamedOrBlankNode::BlankNode(other) => name(other).to_owned(),
        named => named.to_string(),
    };
    let object = match &quad.object {
        Term::BlankNode(other) => name(other).to_owned(),
        known => known.to_string(),
    };
    let graph = match &quad.graph_name {
        GraphName::BlankNode(other) => name(other).to_owned(),
        known => known.to_string(),
    };
    format!("{subject} {} {object} {graph}", quad.predicate)
}
