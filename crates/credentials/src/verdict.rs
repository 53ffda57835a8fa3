//! Valid, invalid, or unverifiable, and why.

use crate::canon::CanonError;
use crate::key::{self, MethodError};
use crate::proof::{self, Bare, ProofError};
use crate::shape;
use crate::status::{Bits, Entry};
use crate::{Documents, many};
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Map, Value};

/// What came out for a credential as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Everything was checked, and holds.
    Valid,
    /// Something that was checked does not hold.
    Invalid,
    /// Nothing that was checked is wrong, and not everything could be checked.
    Unverifiable,
}

/// What is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// The shape of a credential.
    Shape,
    /// The signature fits the document.
    Proof,
    /// The key is the issuer's.
    Key,
    /// It holds at this time.
    Window,
    /// It was not revoked or suspended.
    Status,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Passed,
    Failed,
    NotChecked,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    pub what: What,
    pub outcome: Outcome,
    /// A word for the reason, the same in every language.
    pub reason: &'static str,
    /// The reason in English, with names.
    pub detail: String,
}

/// How strictly it is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// The time it should hold at.
    pub at: DateTime<Utc>,
    /// Takes a key that fits as the issuer's, though nothing shows that it is.
    pub any_key: bool,
}

/// All that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    pub verdict: Verdict,
    pub issuer: Option<String>,
    /// As the credential says it: anybody can write any name there.
    pub issuer_name: Option<String>,
    /// Whether whoever judged knows the issuer by itself, and not by its own word alone.
    pub issuer_known: bool,
    /// What the credential is called.
    pub name: Option<String>,
    /// The time that it was looked at for.
    pub at: DateTime<Utc>,
    pub checks: Vec<Check>,
}

/// Longest file that is read as a credential.
pub const LARGEST: usize = 1024 * 1024;

/// [`verify`] for a file as it comes.
pub fn verify_bytes(bytes: &[u8], documents: &dyn Documents, policy: Policy) -> Report {
    let text = String::from_utf8_lossy(bytes);
    let unread = |reason, detail: &str| Report::of(policy, None, vec![Check::not_checked(What::Proof, reason, detail)]);
    if bytes.len() > LARGEST {
        return unread("too_large", "files of more than 1 MiB are not read");
    }
    match serde_json::from_slice::<Value>(bytes) {
        Ok(document) => verify(&document, documents, policy),
        Err(_) if bytes.starts_with(b"\x89PNG") || text.contains("<svg") => {
            unread("format", "the credential is inside a picture; it is not read from there")
        }
        Err(_) if text.trim().starts_with("eyJ") => unread("format", "signatures over JSON Web Tokens are not known here"),
        Err(error) => Report::of(policy, None, vec![Check::failed(What::Shape, "not_json", format!("the file is no JSON: {error}"))]),
    }
}

/// Looks at a credential in every way that is known here.
pub fn verify(document: &Value, documents: &dyn Documents, policy: Policy) -> Report {
    let mut checks = vec![match shape::fault(document) {
        None => Check::passed(What::Shape, "shape", "it has the shape of a credential"),
        Some(fault) => Check::failed(What::Shape, "shape", fault),
    }];
    checks.extend(proofs(document, documents, policy));
    checks.push(holds_at(document, policy.at));
    checks.extend(status(document, documents, policy));
    Report::of(policy, Some(document), checks)
}

impl Check {
    fn new(what: What, outcome: Outcome, reason: &'static str, detail: impl Into<String>) -> Self {
        Self { what, outcome, reason, detail: detail.into() }
    }

    fn passed(what: What, reason: &'static str, detail: impl Into<String>) -> Self {
        Self::new(what, Outcome::Passed, reason, detail)
    }

    /// Something that does not hold.
    pub fn failed(what: What, reason: &'static str, detail: impl Into<String>) -> Self {
        Self::new(what, Outcome::Failed, reason, detail)
    }

    fn not_checked(what: What, reason: &'static str, detail: impl Into<String>) -> Self {
        Self::new(what, Outcome::NotChecked, reason, detail)
    }
}

impl Report {
    /// Adds what somebody found who knows more than the document, and judges again.
    #[must_use]
    pub fn with(mut self, check: Check) -> Self {
        if check.outcome == Outcome::Failed {
            self.verdict = Verdict::Invalid;
        }
        self.checks.push(check);
        self
    }

    fn of(policy: Policy, document: Option<&Value>, checks: Vec<Check>) -> Self {
        let fits = checks.iter().any(|check| check.what == What::Proof && check.outcome == Outcome::Passed);
        let excused = |check: &Check| match check.what {
            // Proofs stand side by side: one that fits is enough, where none is wrong.
            What::Proof => fits,
            What::Key => policy.any_key,
            _ => false,
        };
        let verdict = if checks.iter().any(|check| check.outcome == Outcome::Failed) {
            Verdict::Invalid
        } else if fits && checks.iter().all(|check| check.outcome == Outcome::Passed || excused(check)) {
            Verdict::Valid
        } else {
            Verdict::Unverifiable
        };
        let issuer = document.and_then(|document| document.get("issuer"));
        let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
        Self {
            verdict,
            issuer: text(issuer.map(|issuer| issuer.get("id").unwrap_or(issuer))),
            issuer_known: false,
            issuer_name: text(issuer.and_then(|issuer| issuer.get("name"))),
            name: text(document.and_then(|document| document.get("name"))),
            at: policy.at,
            checks,
        }
    }

    /// What came out of one kind of check: failed before not checked before passed.
    pub fn outcome(&self, what: What) -> Option<Outcome> {
        let of = |outcome| self.checks.iter().any(|check| check.what == what && check.outcome == outcome).then_some(outcome);
        of(Outcome::Failed).or_else(|| of(Outcome::NotChecked)).or_else(|| of(Outcome::Passed))
    }
}

fn proofs(document: &Value, documents: &dyn Documents, policy: Policy) -> Vec<Check> {
    let all = many(document.get("proof"));
    if all.is_empty() {
        return vec![Check::not_checked(What::Proof, "no_proof", "it carries no signature")];
    }
    if all.len() > 4 {
        return vec![Check::not_checked(What::Proof, "too_many", "it carries more than four signatures")];
    }
    let bare = Bare::new(document);
    let mut checks = Vec::new();
    for proof in all {
        match proof.as_object() {
            Some(proof) => checks.extend(one_proof(&bare, document, proof, documents, policy)),
            None => checks.push(Check::failed(What::Proof, "proof", "a proof is no object")),
        }
    }
    checks
}

fn one_proof(bare: &Bare, document: &Value, proof: &Map<String, Value>, documents: &dyn Documents, policy: Policy) -> Vec<Check> {
    let word = |name: &str| proof.get(name).and_then(Value::as_str);
    if !proof::known(proof) {
        let kind = word("cryptosuite").or(word("type")).unwrap_or("none");
        return vec![Check::not_checked(What::Proof, "suite", format!("signatures of the kind {kind} are not known here"))];
    }
    if proof.contains_key("previousProof") {
        return vec![Check::not_checked(What::Proof, "chain", "signatures over signatures are not known here")];
    }
    if word("proofPurpose") != Some("assertionMethod") {
        return vec![Check::failed(What::Proof, "purpose", "the signature was not made to state something")];
    }
    if let Some(end) = proof.get("expires") {
        match DateTime::parse_from_rfc3339(end.as_str().unwrap_or_default()) {
            Ok(end) if end >= policy.at => {}
            _ => return vec![Check::failed(What::Proof, "proof_expired", "the signature held until a time that is past")],
        }
    }
    let method = word("verificationMethod").unwrap_or_default();
    let (key, controller) = match key::find(method, documents) {
        Ok(found) => found,
        // What the words mean needs no key, and a wrong one is wrong whoever signed.
        Err(MethodError::NoKey) => return vec![Check::failed(What::Proof, "no_key", format!("{method} can never lead to a key"))],
        Err(MethodError::NotInDocument) => {
            return vec![Check::failed(What::Key, "key_not_listed", format!("the document of {method} does not list it"))];
        }
        Err(MethodError::Elsewhere) => {
            let mut checks =
                vec![Check::not_checked(What::Key, "key_elsewhere", format!("the key {method} stands in a document that is not here"))];
            if let Err(CanonError::Undefined(word)) = bare.statements() {
                checks.push(Check::failed(What::Proof, "undefined", format!("no context defines {word}")));
            }
            return checks;
        }
    };
    let mut checks = vec![match proof::check(bare, proof, &key) {
        Ok(()) => Check::passed(What::Proof, "fits", "the signature fits the document"),
        Err(ProofError::Canon(error @ (CanonError::UnknownContext(_) | CanonError::NotPlain(_)))) => {
            Check::not_checked(What::Proof, "context", error.to_string())
        }
        Err(ProofError::Canon(error @ CanonError::TooLarge)) => Check::not_checked(What::Proof, "too_large", error.to_string()),
        Err(ProofError::Canon(error)) => Check::failed(What::Proof, "undefined", error.to_string()),
        Err(error) => Check::failed(What::Proof, "does_not_fit", error.to_string()),
    }];
    let issuer = document.get("issuer").map(|issuer| issuer.get("id").unwrap_or(issuer)).and_then(Value::as_str).unwrap_or_default();
    checks.push(match controller {
        Some(controller) if controller == issuer => Check::passed(What::Key, "issuers_key", "the key is the issuer's"),
        Some(controller) if controller.starts_with("did:web:") && issuer.starts_with("did:web:") => {
            Check::failed(What::Key, "other_key", format!("the key is of {controller}, not of the issuer"))
        }
        _ => Check::not_checked(What::Key, "key_unbound", format!("nothing here shows that the key {method} is the issuer's")),
    });
    checks
}

fn holds_at(document: &Value, at: DateTime<Utc>) -> Check {
    match shape::window(document) {
        Err(name) => Check::failed(What::Window, "no_time", format!("{name} is no time with its zone")),
        Ok((Some(from), _)) if at < from => Check::failed(What::Window, "not_yet", format!("it holds from {from}")),
        Ok((_, Some(until))) if at > until => Check::failed(What::Window, "expired", format!("it held until {until}")),
        Ok(_) => Check::passed(What::Window, "holds", "it holds at this time"),
    }
}

fn status(document: &Value, documents: &dyn Documents, policy: Policy) -> Vec<Check> {
    let entries = many(document.get("credentialStatus"));
    if entries.is_empty() {
        return vec![Check::passed(What::Status, "no_status", "it names no list of what was revoked")];
    }
    if entries.len() > 8 {
        return vec![Check::not_checked(What::Status, "too_many", "it names more than eight lists")];
    }
    entries.into_iter().map(|entry| one_status(document, entry, documents, policy)).collect()
}

fn one_status(document: &Value, entry: &Value, documents: &dyn Documents, policy: Policy) -> Check {
    let not_checked = |reason, detail: String| Check::not_checked(What::Status, reason, detail);
    let Some(entry) = Entry::of(entry) else {
        return not_checked("status_kind", "whether it was revoked is told in a way that is not known here".into());
    };
    let Some(list) = documents.get(&entry.list) else {
        return not_checked("list_elsewhere", format!("the list {} is not here", entry.list));
    };
    let issuer = |document: &Value| document.get("issuer").map(|issuer| issuer.get("id").unwrap_or(issuer)).cloned();
    let proved = proofs(&list, documents, policy);
    if proved.iter().any(|check| check.outcome == Outcome::Failed) {
        return Check::failed(What::Status, "list_forged", format!("the signature of the list {} is wrong", entry.list));
    }
    if !proved.iter().any(|check| check.what == What::Proof && check.outcome == Outcome::Passed) {
        return not_checked("list_unsigned", format!("nobody's signature under the list {} could be checked", entry.list));
    }
    let kinds = many(list.get("type"));
    let kind = kinds.iter().any(|kind| matches!(kind.as_str(), Some("BitstringStatusListCredential" | "StatusList2021Credential")));
    if list.get("id").and_then(Value::as_str) != Some(&entry.list) || !kind {
        return not_checked("list_other", format!("what lies at {} is another list, or none", entry.list));
    }
    // Whoever else signs a list says nothing about this issuer's credentials.
    let own = issuer(&list) == issuer(document) && proved.iter().all(|check| check.what != What::Key || check.outcome == Outcome::Passed);
    if !(own || policy.any_key) {
        return not_checked("list_key", format!("the list {} is not signed by the credential's issuer", entry.list));
    }
    let subject = list.get("credentialSubject");
    let purposes = many(subject.and_then(|subject| subject.get("statusPurpose")));
    if !purposes.iter().any(|purpose| purpose.as_str() == Some(&entry.purpose)) {
        return not_checked("list_purpose", format!("the list {} is not about {}", entry.list, entry.purpose));
    }
    let bits = subject.and_then(|subject| subject.get("encodedList")).and_then(Value::as_str).and_then(Bits::decode);
    let Some(set) = bits.and_then(|bits| bits.get(entry.at)) else {
        return not_checked("list_short", format!("the list {} does not reach so far", entry.list));
    };
    match (set, entry.purpose.as_str()) {
        (true, "revocation") => return Check::failed(What::Status, "revoked", "its issuer has revoked it"),
        (true, "suspension") => return Check::failed(What::Status, "suspended", "its issuer has suspended it"),
        (true, other) => return not_checked("status_other", format!("its issuer has noted {other}")),
        (false, _) => {}
    }
    match holds_at(&list, policy.at).outcome {
        Outcome::Passed => Check::passed(What::Status, "not_revoked", "its issuer has not revoked it"),
        _ => not_checked("list_not_current", format!("the list {} is of another time", entry.list)),
    }
}
