//! Credentials made to be called valid: what is signed is said under other names, or hidden among contexts.

use passerelle_credentials::{Documents, Policy, Verdict, verify};
use serde_json::{Value, json};
use std::path::Path;

struct Served;

impl Documents for Served {
    fn get(&self, url: &str) -> Option<Value> {
        let raw = "https://raw.githubusercontent.com/digitalcredentials/verifier-core/refs/heads/main/src/test-fixtures/status/";
        if let Some(rest) = url.strip_prefix(raw) {
            return sample(&format!("vc-test-fixtures/statusLists/verifier-core/{rest}"));
        }
        let rest = url.strip_prefix("https://digitalcredentials.github.io/vc-test-fixtures/")?;
        sample(&format!("vc-test-fixtures/{rest}"))
    }
}

fn sample(path: &str) -> Option<Value> {
    let file = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/samples")).join(path);
    serde_json::from_slice(&std::fs::read(file).ok()?).ok()
}

fn judged(document: &Value, any_key: bool) -> Verdict {
    verify(document, &Served, Policy { at: "2026-01-01T00:00:00Z".parse().unwrap(), any_key }).verdict
}

fn revoked_and_expired() -> Value {
    sample("vc-test-fixtures/verifiableCredentials/v2/ed25519/didWeb/legacy-revokedStatus-expired.json").unwrap()
}

#[test]
fn what_is_signed_under_another_name_is_never_valid() {
    let original = revoked_and_expired();
    assert_eq!(judged(&original, true), Verdict::Invalid);
    let moved = |name: &str, to: &str| {
        let mut document = original.clone();
        let map = document.as_object_mut().unwrap();
        let value = map.remove(name).unwrap();
        map.insert(to.to_owned(), value);
        document
    };
    let mut attacks = Vec::new();
    // As an address instead of a word.
    let mut renamed = moved("validUntil", "https://www.w3.org/2018/credentials#validUntil");
    let map = renamed.as_object_mut().unwrap();
    let status = map.remove("credentialStatus").unwrap();
    map.insert("https://www.w3.org/2018/credentials#credentialStatus".into(), status);
    attacks.push(renamed.clone());
    // With a context of its own on top, that hides a word.
    let mut hidden = renamed;
    hidden["@context"].as_array_mut().unwrap().push(json!({ "grade": null }));
    hidden["grade"] = json!("with honours");
    attacks.push(hidden);
    // In a part that the reader does not look into.
    let mut included = original.clone();
    let map = included.as_object_mut().unwrap();
    let (until, status) = (map.remove("validUntil").unwrap(), map.remove("credentialStatus").unwrap());
    map.insert("@included".into(), json!([{ "id": original["id"], "validUntil": until, "credentialStatus": status }]));
    attacks.push(included);
    // Under the words of another version of the data model.
    let mut older = original.clone();
    older["@context"][0] = json!("https://www.w3.org/2018/credentials/v1");
    attacks.push(older);
    // Left out.
    let mut left_out = original.clone();
    left_out.as_object_mut().unwrap().remove("validUntil");
    left_out.as_object_mut().unwrap().remove("credentialStatus");
    attacks.push(left_out);
    for (at, attack) in attacks.iter().enumerate() {
        for any_key in [false, true] {
            assert_ne!(judged(attack, any_key), Verdict::Valid, "attack {at}, any key: {any_key}: {attack:#}");
        }
    }
}

#[test]
fn a_list_of_somebody_else_clears_nobody() {
    // The credential's issuer is a did:web, the list is signed by a did:key that anybody may have made.
    let document = revoked_and_expired();
    let report = verify(&document, &Served, Policy { at: "2020-06-01T00:00:00Z".parse().unwrap(), any_key: false });
    assert_ne!(report.verdict, Verdict::Valid, "{report:#?}");
    // The list itself is of another address than it is asked for at, or of another issuer: neither is believed.
    assert!(report.checks.iter().any(|check| matches!(check.reason, "list_key" | "list_other")), "{report:#?}");
}

#[test]
fn repeated_contexts_are_not_worked_through() {
    let mut document = revoked_and_expired();
    let contexts = document["@context"].as_array_mut().unwrap();
    let last = contexts.last().cloned().unwrap();
    contexts.extend(std::iter::repeat_n(last, 500));
    assert_ne!(judged(&document, true), Verdict::Valid);
}
