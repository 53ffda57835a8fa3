//! Public keys, and whose they are.
//!
//! A proof names its key by an address. In a `did:key` the key is the name; a `did:web` is a document at a web
//! address that the issuer alone can write; of any other address only the part behind `#` can be read here, and
//! that a key written there is the issuer's nobody has shown.

use crate::{Documents, many};
use serde_json::Value;

/// A public key of a kind that is known here (Multikey: a code of two bytes, then the key, in base 58).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Key {
    Ed25519(Box<ed25519_dalek::VerifyingKey>),
    P256(Box<p256::ecdsa::VerifyingKey>),
}

const ED25519: [u8; 2] = [0xed, 0x01];
const P256: [u8; 2] = [0x80, 0x24];

impl Key {
    /// The key behind a multibase text such as `z6Mk…`.
    pub fn parse(text: &str) -> Option<Self> {
        // Longer than any key that is known here: base 58 takes the square of the length.
        let bytes = bs58::decode(text.strip_prefix('z').filter(|rest| rest.len() < 100)?).into_vec().ok()?;
        Self::from_multikey(&bytes)
    }

    /// The key behind its code and bytes.
    pub fn from_multikey(bytes: &[u8]) -> Option<Self> {
        let (code, key) = bytes.split_at_checked(2)?;
        if code == ED25519 {
            let key = ed25519_dalek::VerifyingKey::from_bytes(key.try_into().ok()?).ok()?;
            return (!key.is_weak()).then(|| Self::Ed25519(Box::new(key)));
        }
        if code == P256 {
            return p256::ecdsa::VerifyingKey::from_sec1_bytes(key).ok().map(|key| Self::P256(Box::new(key)));
        }
        None
    }

    /// The text of an Ed25519 key.
    pub fn multibase(key: &ed25519_dalek::VerifyingKey) -> String {
        format!("z{}", bs58::encode([ED25519.as_slice(), key.as_bytes()].concat()).into_string())
    }

    /// Whether the signature is of this key over these bytes.
    pub(crate) fn signed(&self, message: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::Ed25519(key) => {
                ed25519_dalek::Signature::from_slice(signature).is_ok_and(|signature| key.verify_strict(message, &signature).is_ok())
            }
            Self::P256(key) => {
                use p256::ecdsa::signature::Verifier;
                p256::ecdsa::Signature::from_slice(signature).is_ok_and(|signature| key.verify(message, &signature).is_ok())
            }
        }
    }
}

/// Why there is no key behind a verification method.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum MethodError {
    /// The name can never lead to a key.
    NoKey,
    /// The key stands in a document that is not here, or is found by a method that is not known.
    Elsewhere,
    /// The document is here, and does not have the key for this purpose.
    NotInDocument,
}

/// The key that a proof names, and who controls it: nobody knows, where only the name of the key itself was read.
pub(crate) fn find(method: &str, documents: &dyn Documents) -> Result<(Key, Option<String>), MethodError> {
    let (controller, fragment) = method.split_once('#').map_or((method, None), |(before, after)| (before, Some(after)));
    if let Some(name) = controller.strip_prefix("did:key:") {
        // What stands behind the mark is the key again, or it is none of this key's.
        if fragment.is_some_and(|fragment| fragment != name) {
            return Err(MethodError::NoKey);
        }
        return Key::parse(name).map(|key| (key, Some(controller.to_owned()))).ok_or(MethodError::NoKey);
    }
    if let Some(address) = web_address(controller)
        && let Some(document) = documents.get(&address)
    {
        let key = key_of_document(&document, controller, method).ok_or(MethodError::NotInDocument)?;
        return Ok((key, Some(controller.to_owned())));
    }
    let known = controller.starts_with("did:web:") || controller.starts_with("https://") || controller.starts_with("http://");
    let written = fragment.and_then(Key::parse);
    match written {
        Some(key) if known => Ok((key, None)),
        _ if known => Err(MethodError::Elsewhere),
        // A method for examples only (RFC of DID core § 8), and names that are no addresses.
        _ if controller.starts_with("did:") && !controller.starts_with("did:example:") => Err(MethodError::Elsewhere),
        _ => Err(MethodError::NoKey),
    }
}

/// Where the document of a `did:web` is found.
pub fn web_address(did: &str) -> Option<String> {
    let rest = did.strip_prefix("did:web:")?;
    let mut parts = rest.split(':');
    let host = parts.next().filter(|host| !host.is_empty())?.replace("%3A", ":").replace("%3a", ":");
    let path: Vec<&str> = parts.collect();
    if path.iter().any(|part| part.is_empty() || part.contains('/') || *part == "..") || host.contains('/') {
        return None;
    }
    let path = if path.is_empty() { ".well-known".to_owned() } else { path.join("/") };
    Some(format!("https://{host}/{path}/did.json"))
}

/// The key of this name that a document gives for making statements.
fn key_of_document(document: &Value, did: &str, method: &str) -> Option<Key> {
    if document.get("id").and_then(Value::as_str) != Some(did) {
        return None;
    }
    let full = |id: &str| if id.starts_with('#') { format!("{did}{id}") } else { id.to_owned() };
    let named = |entry: &&Value| entry.get("id").and_then(Value::as_str).is_some_and(|id| full(id) == method);
    let allowed = many(document.get("assertionMethod")).into_iter().find(|entry| match entry {
        Value::String(id) => full(id) == method,
        entry => named(entry),
    })?;
    let entry = if allowed.is_object() { Some(allowed) } else { many(document.get("verificationMethod")).into_iter().find(named) }?;
    if entry.get("controller").and_then(Value::as_str).is_some_and(|controller| controller != did) {
        return None;
    }
    Key::parse(entry.get("publicKeyMultibase").and_then(Value::as_str)?)
}
