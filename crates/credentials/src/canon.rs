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
/// How many look-alikes among unnamed things may hang on one of them. To tell them apart takes the factorial of it
/// (§ 7.1 of the standard warns of documents made for that).
const LOOK_ALIKES: usize = 5;

/// Stands in front of words that no context defines.
const UNDEFINED: &str = "urn:passerelle:undefined#";
/// Stands in front of addresses that are relative to nothing.
const RELATIVE: &str = "https://relative.invalid/";

/// Why a document has no canonical form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CanonError {
    #[error("the context {0} is not known here")]
    UnknownContext(String),
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
    every_word_is_defined(document)?;
    let mut dataset = parsed(document, None)?;
    in_bounds(&dataset)?;
    dataset.canonicalize(CanonicalizationAlgorithm::Rdfc10 { hash_algorithm: CanonicalizationHashAlgorithm::Sha256 });
    let mut lines: Vec<String> = dataset.iter().map(|quad| format!("{} .\n", quad.into_owned())).collect();
    lines.sort_unstable();
    Ok(lines)
}

/// [`statements`] as one text.
pub(crate) fn text(document: &Value) -> Result<String, CanonError> {
    Ok(statements(document)?.concat())
}

fn parsed(document: &Value, base: Option<&str>) -> Result<Dataset, CanonError> {
    let mut named = Vec::new();
    context_names(document, &mut named);
    if let Some(unknown) = named.into_iter().find(|name| contexts::text(name).is_none()) {
        return Err(CanonError::UnknownContext(unknown));
    }
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

/// Addresses of contexts, wherever in the document they stand.
fn context_names(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Array(all) => all.iter().for_each(|one| context_names(one, found)),
        Value::Object(map) => {
            found.extend(crate::many(map.get("@context")).into_iter().filter_map(Value::as_str).map(str::to_owned));
            map.values().for_each(|one| context_names(one, found));
        }
        _ => {}
    }
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
    let mut beside: HashMap<&BlankNode, HashSet<&BlankNode>> = Default::default();
    for quad in &quads {
        let nodes: Vec<&BlankNode> = blanks(quad).iter().filter_map(|node| unclear.get(node)).collect();
        for node in &nodes {
            beside.entry(*node).or_default().extend(nodes.iter().copied().filter(|other| other != node));
        }
    }
    if beside.values().any(|others| others.len() > LOOK_ALIKES) { Err(CanonError::TooLarge) } else { Ok(()) }
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
