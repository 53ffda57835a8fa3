//! Lists of what was revoked or suspended (W3C Bitstring Status List 1.0, 15 May 2025).
//!
//! One bit stands for one credential, and the list has at least 131,072 of them, so that asking for it tells
//! nobody which credential is meant.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use flate2::Compression;
use serde_json::Value;
use std::io::{Read, Write};

/// Bits of a list: the least that the standard allows.
pub const LENGTH: usize = 131_072;
/// Bytes beyond which a list is not unpacked.
const LARGEST: u64 = 4 * 1024 * 1024;

/// A list, unpacked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bits(Vec<u8>);

impl Default for Bits {
    fn default() -> Self {
        Self(vec![0; LENGTH / 8])
    }
}

impl Bits {
    /// The list behind `encodedList`.
    pub fn decode(text: &str) -> Option<Self> {
        // Lists of before the standard came without the mark of their alphabet.
        let text = text.strip_prefix('u').filter(|rest| rest.starts_with("H4s")).unwrap_or(text);
        let packed = BASE64_URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok()?;
        let mut bytes = Vec::new();
        flate2::read::GzDecoder::new(packed.as_slice()).take(LARGEST + 1).read_to_end(&mut bytes).ok()?;
        (bytes.len() as u64 <= LARGEST).then_some(Self(bytes))
    }

    /// As it stands in a credential.
    pub fn encode(&self) -> String {
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), Compression::best());
        // Writing to memory does not fail.
        let packed = packer.write_all(&self.0).and_then(|()| packer.finish()).unwrap_or_default();
        format!("u{}", BASE64_URL_SAFE_NO_PAD.encode(packed))
    }

    /// The bit at a place; nothing behind the end. The first is the highest of the first byte.
    pub fn get(&self, at: usize) -> Option<bool> {
        self.0.get(at / 8).map(|byte| byte & (0x80 >> (at % 8)) != 0)
    }

    pub fn set(&mut self, at: usize, on: bool) {
        if let Some(byte) = self.0.get_mut(at / 8) {
            let bit = 0x80 >> (at % 8);
            *byte = if on { *byte | bit } else { *byte & !bit };
        }
    }
}

/// What a credential says about where its status stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub list: String,
    pub at: usize,
    pub purpose: String,
}

impl Entry {
    /// Nothing when it is no entry of a list that is known here.
    pub fn of(status: &Value) -> Option<Self> {
        let word = |name: &str| status.get(name).and_then(Value::as_str);
        if !crate::many(status.get("type"))
            .iter()
            .any(|kind| matches!(kind.as_str(), Some("BitstringStatusListEntry" | "StatusList2021Entry")))
        {
            return None;
        }
        let size = status.get("statusSize").map_or(Some(1), Value::as_u64);
        let at = match status.get("statusListIndex")? {
            Value::String(text) => text.parse().ok()?,
            other => usize::try_from(other.as_u64()?).ok()?,
        };
        (size == Some(1))
            .then(|| Some(Self { list: word("statusListCredential")?.to_owned(), at, purpose: word("statusPurpose")?.to_owned() }))?
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_come_back_and_the_first_is_the_highest() {
        let mut bits = Bits::default();
        bits.set(0, true);
        bits.set(131_071, true);
        assert_eq!((bits.0[0], bits.0[16_383]), (0x80, 1));
        let back = Bits::decode(&bits.encode()).unwrap();
        assert_eq!(back, bits);
        assert_eq!((back.get(0), back.get(1), back.get(131_071), back.get(131_072)), (Some(true), Some(false), Some(true), None));
        bits.set(0, false);
        assert_eq!(bits.get(0), Some(false));
        assert_eq!(Bits::decode("not a list"), None);
    }

    #[test]
    fn a_list_that_unpacks_to_much_more_is_not_taken() {
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), Compression::best());
        packer.write_all(&vec![0; 8 * 1024 * 1024]).unwrap();
        let bomb = format!("u{}", BASE64_URL_SAFE_NO_PAD.encode(packer.finish().unwrap()));
        assert!(bomb.len() < 20_000);
        assert_eq!(Bits::decode(&bomb), None);
    }
}
