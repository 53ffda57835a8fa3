//! Data Integrity proofs: made with `eddsa-rdfc-2022`, checked in the suites that credentials of today carry.
//!
//! Sources: Verifiable Credential Data Integrity 1.0; Data Integrity EdDSA Cryptosuites 1.0; Data Integrity ECDSA
//! Cryptosuites 1.0 (W3C Recommendations of 15 May 2025); the older type `Ed25519Signature2020`.

use crate::canon::{CanonError, statements, text};
use crate::key::Key;
use crate::{contexts, selective};
use chrono::{DateTime, SecondsFormat, Utc};
use ed25519_dalek::{Signer, SigningKey};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use std::cell::OnceCell;

/// How a document and the options of its proof become the bytes that are signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Suite {
    /// By what the document says (RDFC-1.0).
    Statements,
    /// By its characters in canonical order (RFC 8785).
    Characters,
    /// By its statements one by one, some of which the holder left out (`ecdsa-sd-2023`).
    Selective,
}

/// Why a signature does not fit, or cannot be looked at.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    #[error("a proof of the kind {0} is not known here")]
    UnknownSuite(String),
    #[error("the proof has no {0}, or a wrong one")]
    Incomplete(&'static str),
    #[error("the key is of another kind than the proof")]
    OtherKey,
    #[error("the signature does not fit the document")]
    DoesNotFit,
    #[error(transparent)]
    Canon(#[from] CanonError),
}

/// Which suite a proof is of, and whether its key is an Ed25519 one.
fn suite(proof: &Map<String, Value>) -> Result<(Suite, bool), ProofError> {
    let word = |name: &str| proof.get(name).and_then(Value::as_str).unwrap_or_default();
    match (word("type"), word("cryptosuite")) {
        ("Ed25519Signature2020", _) | ("DataIntegrityProof", "eddsa-rdfc-2022") => Ok((Suite::Statements, true)),
        ("DataIntegrityProof", "eddsa-jcs-2022") => Ok((Suite::Characters, true)),
        ("DataIntegrityProof", "ecdsa-rdfc-2019") => Ok((Suite::Statements, false)),
        ("DataIntegrityProof", "ecdsa-jcs-2019") => Ok((Suite::Characters, false)),
        ("DataIntegrityProof", "ecdsa-sd-2023") => Ok((Suite::Selective, false)),
        ("DataIntegrityProof", other) | (other, _) => Err(ProofError::UnknownSuite(other.to_owned())),
    }
}

/// Whether this one proof is of a kind that can be checked here.
pub(crate) fn known(proof: &Map<String, Value>) -> bool {
    suite(proof).is_ok()
}

/// A document without its proofs, and its statements once they have been asked for: all proofs are over the same.
#[derive(Debug)]
pub struct Bare {
    document: Value,
    statements: OnceCell<Result<Vec<String>, CanonError>>,
}

impl Bare {
    pub fn new(document: &Value) -> Self {
        let mut document = document.clone();
        if let Some(map) = document.as_object_mut() {
            map.remove("proof");
        }
        Self { document, statements: OnceCell::new() }
    }

    /// # Errors
    /// When words have no meaning.
    pub fn statements(&self) -> Result<&[String], CanonError> {
        self.statements.get_or_init(|| statements(&self.document)).as_deref().map_err(Clone::clone)
    }
}

/// Checks one proof of a document with the key that it names.
///
/// # Errors
/// When it does not fit, or is of a kind that is not known.
pub fn check(bare: &Bare, proof: &Map<String, Value>, key: &Key) -> Result<(), ProofError> {
    let (suite, edwards) = suite(proof)?;
    if edwards != matches!(key, Key::Ed25519(_)) {
        return Err(ProofError::OtherKey);
    }
    let value = proof.get("proofValue").and_then(Value::as_str).ok_or(ProofError::Incomplete("proofValue"))?;
    let document = &bare.document;
    let mut options = proof.clone();
    options.remove("proofValue");
    if suite == Suite::Selective {
        options.insert("@context".into(), document.get("@context").cloned().unwrap_or_default());
        return selective::check(bare.statements()?, &sha256(&text(&Value::Object(options))?), value, key);
    }
    let signature = value.strip_prefix('z').filter(|text| text.len() < 200).and_then(|text| bs58::decode(text).into_vec().ok());
    let signature = signature.ok_or(ProofError::Incomplete("proofValue"))?;
    let hashes = if suite == Suite::Characters {
        if options.get("@context").is_some_and(|context| !begins_with(document.get("@context"), context)) {
            return Err(ProofError::DoesNotFit);
        }
        let mut read = document.clone();
        if let (Some(context), Some(map)) = (options.get("@context"), read.as_object_mut()) {
            map.insert("@context".into(), context.clone());
        }
        [sha256(&characters(&Value::Object(options))?), sha256(&characters(&read)?)]
    } else {
        options.insert("@context".into(), document.get("@context").cloned().unwrap_or_default());
        [sha256(&text(&Value::Object(options))?), sha256(&bare.statements()?.concat())]
    };
    if key.signed(&hashes.concat(), &signature) { Ok(()) } else { Err(ProofError::DoesNotFit) }
}

/// Puts a proof (`eddsa-rdfc-2022`) into a document.
///
/// `method` is the address under which whoever checks finds the key.
///
/// # Errors
/// When words of the document have no meaning.
pub fn sign(mut document: Value, key: &SigningKey, method: &str, at: DateTime<Utc>) -> Result<Value, ProofError> {
    let context = document.get("@context").cloned().unwrap_or_else(|| json!([contexts::V2]));
    let mut options = json!({
        "@context": context,
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-rdfc-2022",
        "created": at.to_rfc3339_opts(SecondsFormat::Secs, true),
        "verificationMethod": method,
        "proofPurpose": "assertionMethod",
    });
    let map = document.as_object_mut().ok_or(ProofError::Incomplete("document"))?;
    map.remove("proof");
    let hashes = [sha256(&text(&options)?), sha256(&text(&document)?)];
    let signature = key.sign(&hashes.concat());
    if let (Some(options), Some(map)) = (options.as_object_mut(), document.as_object_mut()) {
        options.remove("@context");
        options.insert("proofValue".into(), format!("z{}", bs58::encode(signature.to_bytes()).into_string()).into());
        map.insert("proof".into(), Value::Object(std::mem::take(options)));
    }
    Ok(document)
}

fn characters(value: &Value) -> Result<String, ProofError> {
    serde_json_canonicalizer::to_string(value).map_err(|_| ProofError::Incomplete("canonical form"))
}

pub(crate) fn sha256(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}

/// Whether the contexts of a document begin with those of its proof.
fn begins_with(document: Option<&Value>, proof: &Value) -> bool {
    let (all, first) = (crate::many(document), crate::many(Some(proof)));
    all.len() >= first.len() && all.iter().zip(&first).all(|(one, other)| one == other)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document() -> Value {
        json!({
            "@context": [contexts::V2, contexts::OPEN_BADGES],
            "type": ["VerifiableCredential", "OpenBadgeCredential"],
            "issuer": { "id": "https://institute.example", "type": ["Profile"], "name": "Institut" },
            "validFrom": "2026-01-01T00:00:00Z",
            "name": "Électricienne",
            "credentialSubject": { "type": ["AchievementSubject"], "achievement": {
                "id": "urn:uuid:0198b9d4-0000-7000-8000-000000000001", "type": ["Achievement"], "name": "Électricienne",
                "description": "x", "criteria": { "narrative": "y" } } },
        })
    }

    #[test]
    fn what_was_signed_fits_and_nothing_else_does() {
        let key = SigningKey::from_bytes(&[7; 32]);
        let public = Key::Ed25519(Box::new(key.verifying_key()));
        let signed = sign(document(), &key, "did:key:z#z", DateTime::UNIX_EPOCH).unwrap();
        let proof = signed["proof"].as_object().unwrap().clone();
        check(&Bare::new(&signed), &proof, &public).unwrap();
        // The order of members says nothing, a changed word does.
        let mut other = signed.clone();
        other["name"] = "Électricien".into();
        assert_eq!(check(&Bare::new(&other), &proof, &public), Err(ProofError::DoesNotFit));
        let mut later = proof.clone();
        later.insert("created".into(), "2030-01-01T00:00:00Z".into());
        assert_eq!(check(&Bare::new(&signed), &later, &public), Err(ProofError::DoesNotFit));
        let stranger = Key::Ed25519(Box::new(SigningKey::from_bytes(&[8; 32]).verifying_key()));
        assert_eq!(check(&Bare::new(&signed), &proof, &stranger), Err(ProofError::DoesNotFit));
        // A word without a meaning would not be signed at all.
        other["name"] = signed["name"].clone();
        other["salary"] = "a million".into();
        assert_eq!(check(&Bare::new(&other), &proof, &public), Err(ProofError::Canon(CanonError::Undefined("salary".into()))));
        assert!(matches!(sign(other, &key, "did:key:z#z", DateTime::UNIX_EPOCH), Err(ProofError::Canon(_))));
    }

    #[test]
    fn a_document_made_to_be_slow_is_refused() {
        // A ring of unnamed things: nothing tells them apart.
        let ring = |size: usize| {
            let one = |at: usize| json!({ "id": format!("_:n{at}"), "knows": { "id": format!("_:n{}", (at + 1) % size) } });
            let all: Vec<Value> = (0..size).map(one).collect();
            json!({ "@context": [contexts::V2, "https://www.w3.org/ns/credentials/examples/v2"], "knows": all })
        };
        assert!(crate::statements(&ring(4)).is_ok());
        for size in [6, 13, 1_600] {
            assert_eq!(crate::statements(&ring(size)), Err(CanonError::TooLarge), "{size}");
        }
    }
}
