//! Whether a document has the shape of a credential (Verifiable Credentials Data Model 2.0 § 4 and 1.1 § 4).

use crate::contexts::{V1, V2};
use crate::many;
use chrono::{DateTime, Utc};
use serde_json::Value;

/// Members whose entries must say of what kind they are.
const TYPED: [&str; 5] = ["credentialStatus", "termsOfUse", "evidence", "refreshService", "proof"];

/// What is wrong with the shape, if anything.
pub(crate) fn fault(document: &Value) -> Option<String> {
    let Some(map) = document.as_object() else { return Some("the document is no object".into()) };
    let context = many(map.get("@context"));
    if !context.first().and_then(|first| first.as_str()).is_some_and(|first| first == V1 || first == V2) {
        return Some("@context does not begin with that of the data model".into());
    }
    if context.iter().any(|one| !one.is_string() && !one.is_object()) {
        return Some("@context holds something that is no context".into());
    }
    let kinds = many(map.get("type"));
    if !kinds.iter().any(|kind| kind.as_str() == Some("VerifiableCredential")) {
        return Some("type does not name VerifiableCredential".into());
    }
    if map.get("id").is_some_and(|id| !is_url(id)) {
        return Some("id is no address".into());
    }
    let issuer = map.get("issuer").map(|issuer| issuer.get("id").unwrap_or(issuer));
    if !issuer.is_some_and(is_url) {
        return Some("issuer is no address".into());
    }
    let subjects = many(map.get("credentialSubject"));
    if subjects.is_empty() || subjects.iter().any(|subject| subject.as_object().is_none_or(serde_json::Map::is_empty)) {
        return Some("credentialSubject says nothing".into());
    }
    if subjects.iter().any(|subject| subject.get("id").is_some_and(|id| !is_url(id))) {
        return Some("credentialSubject.id is no address".into());
    }
    let texts = [map.get("name"), map.get("description")];
    if texts.into_iter().chain(map.get("issuer").map(|issuer| issuer.get("name"))).flatten().any(|text| !is_text(text)) {
        return Some("name or description is no text".into());
    }
    for name in TYPED {
        let entries = many(map.get(name));
        if entries.iter().any(|entry| many(entry.get("type")).is_empty()) {
            return Some(format!("{name} has no type"));
        }
        if name != "proof" && entries.iter().any(|entry| entry.get("id").is_some_and(|id| !is_url(id))) {
            return Some(format!("{name}.id is no address"));
        }
    }
    if many(map.get("credentialSchema")).iter().any(|schema| many(schema.get("type")).is_empty() || !schema.get("id").is_some_and(is_url)) {
        return Some("credentialSchema has no type or no address".into());
    }
    match window(document) {
        Err(name) => Some(format!("{name} is no time with its zone")),
        Ok((Some(from), Some(until))) if from > until => Some("it ends before it begins".into()),
        Ok((None, _)) if context.first().and_then(|first| first.as_str()) == Some(V1) => Some("issuanceDate is missing".into()),
        Ok(_) => None,
    }
}

/// From when and until when, where it says so.
pub(crate) type Window = (Option<DateTime<Utc>>, Option<DateTime<Utc>>);

/// From when until when a document holds; the name of what is no time.
pub(crate) fn window(document: &Value) -> Result<Window, &'static str> {
    let time = |names: [&'static str; 2]| {
        let Some((name, value)) = names.into_iter().find_map(|name| Some((name, document.get(name)?))) else { return Ok(None) };
        let text = value.as_str().ok_or(name)?;
        DateTime::parse_from_rfc3339(text).map(|time| Some(time.with_timezone(&Utc))).map_err(|_| name)
    };
    Ok((time(["validFrom", "issuanceDate"])?, time(["validUntil", "expirationDate"])?))
}

/// An absolute address: a scheme, a colon, something behind it, and nothing that cannot stand in one.
fn is_url(value: &Value) -> bool {
    let Some((scheme, rest)) = value.as_str().and_then(|text| text.split_once(':')) else { return false };
    scheme.starts_with(|sign: char| sign.is_ascii_alphabetic())
        && scheme.chars().all(|sign| sign.is_ascii_alphanumeric() || "+-.".contains(sign))
        && !rest.is_empty()
        && !rest.contains(|sign: char| sign.is_whitespace() || "<>\"{}|\\^`".contains(sign))
}

/// A text, or the same in several languages.
fn is_text(value: &Value) -> bool {
    match value {
        Value::String(_) => true,
        Value::Array(all) => all.iter().all(|one| one.is_object() && is_text(one)),
        Value::Object(map) => {
            map.get("@value").is_some_and(Value::is_string)
                && map.iter().all(|(name, part)| matches!(name.as_str(), "@value" | "@language" | "@direction") && part.is_string())
        }
        _ => false,
    }
}
