//! Secrets that we hand out: made from the system's randomness, kept only as hashes.

use passerelle_engine::matching::snapshot::digest;
use rand::TryRngCore;
use rand::rngs::OsRng;
use subtle::ConstantTimeEq;

/// 256 random bits in hexadecimal.
///
/// # Panics
/// When the operating system has no randomness to give: nothing secret could be made then.
pub fn random() -> String {
    let mut bytes = [0_u8; 32];
    OsRng.try_fill_bytes(&mut bytes).expect("the operating system gives random bytes");
    crate::text::hex(&bytes)
}

/// What is stored of a secret. The secret has 256 random bits, so a plain hash is enough.
pub fn hash(secret: &str) -> String {
    digest(secret)
}

/// Compares without telling by time how much agrees.
pub fn same(a: &str, b: &str) -> bool {
    a.as_bytes().ct_eq(b.as_bytes()).into()
}
