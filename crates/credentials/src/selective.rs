//! Proofs of which the holder left some statements out (`ecdsa-sd-2023`, Data Integrity ECDSA Cryptosuites § 3.6).
//!
//! The issuer signed the statements that nobody may leave out together with a key made for this one credential, and
//! each other statement with that key. Unnamed things carry names made from a secret, so that their numbers do not
//! tell how many were left out.

use crate::key::Key;
use crate::proof::{ProofError, sha256};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use std::collections::BTreeMap;

/// In front of a proof that a holder derived.
const DERIVED: [u8; 3] = [0xd9, 0x5d, 0x01];

/// The longest proof that is read: a signature for each of some thousand statements.
const LONGEST: usize = 200_000;

type Parts = (Vec<u8>, Vec<u8>, Vec<Vec<u8>>, BTreeMap<u32, Vec<u8>>, Vec<usize>);

pub(crate) fn check(statements: &[String], options: &[u8; 32], value: &str, issuer: &Key) -> Result<(), ProofError> {
    let wrong = || ProofError::Incomplete("proofValue");
    let text = value.strip_prefix('u').filter(|text| text.len() < LONGEST).ok_or_else(wrong)?;
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).map_err(|_| wrong())?;
    let (base, own_key, signatures, names, mandatory) = parts(bytes.strip_prefix(&DERIVED).ok_or_else(wrong)?).ok_or_else(wrong)?;
    let own = Key::from_multikey(&own_key).ok_or_else(wrong)?;
    let mut lines = Vec::new();
    for line in statements {
        lines.push(renamed(line, &names).ok_or_else(wrong)?);
    }
    lines.sort_unstable();
    let (kept, free): (Vec<_>, Vec<_>) = lines.iter().enumerate().partition(|(at, _)| mandatory.contains(at));
    if kept.len() != mandatory.len() || free.len() != signatures.len() {
        return Err(ProofError::DoesNotFit);
    }
    let kept: String = kept.into_iter().map(|(_, line)| line.as_str()).collect();
    let message = [options.as_slice(), &own_key, &sha256(&kept)].concat();
    let all =
        issuer.signed(&message, &base) && free.iter().zip(&signatures).all(|((_, line), signature)| own.signed(line.as_bytes(), signature));
    if all { Ok(()) } else { Err(ProofError::DoesNotFit) }
}

/// A statement with the names that the issuer gave to unnamed things. In literals `_:` is text.
fn renamed(line: &str, names: &BTreeMap<u32, Vec<u8>>) -> Option<String> {
    let mut text = String::with_capacity(line.len());
    let mut quoted = false;
    let mut rest = line;
    while let Some(next) = rest.chars().next() {
        if !quoted && let Some(after) = rest.strip_prefix("_:c14n") {
            let digits = after.find(|sign: char| !sign.is_ascii_digit()).unwrap_or(after.len());
            let name = names.get(&after[..digits].parse().ok()?)?;
            text.push_str("_:u");
            text.push_str(&BASE64_URL_SAFE_NO_PAD.encode(name));
            rest = &after[digits..];
            continue;
        }
        if quoted && next == '\\' {
            let pair: String = rest.chars().take(2).collect();
            text.push_str(&pair);
            rest = &rest[pair.len()..];
            continue;
        }
        quoted ^= next == '"';
        text.push(next);
        rest = &rest[next.len_utf8()..];
    }
    Some(text)
}

fn parts(bytes: &[u8]) -> Option<Parts> {
    let value: ciborium::Value = ciborium::de::from_reader_with_recursion_limit(bytes, 8).ok()?;
    let [base, key, signatures, names, mandatory] = <[ciborium::Value; 5]>::try_from(value.into_array().ok()?).ok()?;
    let number = |value: ciborium::Value| value.into_integer().ok();
    let signatures = signatures.into_array().ok()?.into_iter().map(|one| one.into_bytes().ok()).collect::<Option<_>>()?;
    let names = names
        .into_map()
        .ok()?
        .into_iter()
        .map(|(at, name)| Some((u32::try_from(number(at)?).ok()?, name.into_bytes().ok()?)))
        .collect::<Option<_>>()?;
    let mandatory: Vec<usize> =
        mandatory.into_array().ok()?.into_iter().map(|at| usize::try_from(number(at)?).ok()).collect::<Option<_>>()?;
    if mandatory.windows(2).any(|pair| pair[0] >= pair[1]) {
        return None;
    }
    Some((base.into_bytes().ok()?, key.into_bytes().ok()?, signatures, names, mandatory))
}
