//! Signed credentials, offline.
//!
//! A credential is JSON that an issuer signed (W3C Verifiable Credentials Data Model 2.0 and 1.1, Open Badges 3.0).
//! [`verify`] says *valid*, *invalid* or *unverifiable*, and lists each check with what came out: whatever could
//! not be checked (a key that is elsewhere, a list that is not here, a kind of signature unknown to it) makes a
//! credential unverifiable and never valid. [`proof::sign`] makes a proof (`eddsa-rdfc-2022`), [`badge`] writes an
//! Open Badge, [`status`] a list of what was revoked.
//!
//! Nothing here reads a network: documents of others come through [`Documents`], and the contexts that give words
//! their meaning are those of [`contexts`].

pub mod badge;
mod canon;
pub mod contexts;
mod key;
pub mod proof;
mod selective;
mod shape;
pub mod status;
mod verdict;

pub use canon::{CanonError, statements};
pub use key::{Key, web_address};
pub use verdict::{Check, LARGEST, Outcome, Policy, Report, Verdict, What, verify, verify_bytes};

use serde_json::Value;

/// Where documents of others are found: keys of a `did:web`, status lists.
pub trait Documents {
    /// The JSON at an address, if it is here.
    fn get(&self, url: &str) -> Option<Value>;
}

/// No documents of others at all.
#[derive(Debug, Clone, Copy, Default)]
pub struct Nowhere;

impl Documents for Nowhere {
    fn get(&self, _: &str) -> Option<Value> {
        None
    }
}

/// A list, or the one thing that stands for a list of one; nothing when there is nothing.
fn many(value: Option<&Value>) -> Vec<&Value> {
    match value {
        None | Some(Value::Null) => vec![],
        Some(Value::Array(all)) => all.iter().collect(),
        Some(one) => vec![one],
    }
}
