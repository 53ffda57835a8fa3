//! Occupations (ISCO-08), fields of education (ISCED-F 2013) and ESCO concepts.

use crate::code_lists::{ISCED_DETAILED_FIELDS, ISCO_UNIT_GROUPS};
use crate::parse::{ParseError, text_value};
use serde::{Deserialize, Serialize};
use std::fmt;
use uuid::Uuid;

/// An ISCO-08 unit group. Text, since armed forces start with 0; parents are its prefixes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct IscoCode([u8; 4]);

impl IscoCode {
    /// # Errors
    /// When the text is none of the 436 unit groups.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        let known = ISCO_UNIT_GROUPS.binary_search(&text).is_ok();
        match <[u8; 4]>::try_from(text.as_bytes()) {
            Ok(code) if known => Ok(Self(code)),
            _ => Err(ParseError::new("isco", "is not a unit group of ISCO-08: four digits, such as 2221 for nursing professionals")),
        }
    }

    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("????")
    }

    /// Digits that two codes share from the left: 4 same unit group, 3 same minor group, 2 same
    /// sub-major group, 1 same major group.
    pub fn shared_digits(&self, other: &Self) -> usize {
        self.0.iter().zip(other.0).take_while(|(mine, theirs)| **mine == *theirs).count()
    }

    /// Skill level of ISCO-08: 1 to 4. Managers count as 4, hospitality and retail managers as 3.
    pub fn skill_level(&self) -> u8 {
        match (self.0[0], self.0[1]) {
            (b'1', b'4') | (b'3', _) => 3,
            (b'1' | b'2', _) => 4,
            (b'9', _) => 1,
            (b'0', b'1') => 4,
            (b'0', b'3') => 1,
            _ => 2,
        }
    }
}

impl fmt::Display for IscoCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

text_value!(IscoCode);

/// A detailed field of ISCED-F 2013, four digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct IscedField(String);

impl IscedField {
    /// # Errors
    /// When the text is no detailed field.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        if ISCED_DETAILED_FIELDS.binary_search(&text).is_ok() {
            Ok(Self(text.to_owned()))
        } else {
            Err(ParseError::new("isced-f", "is not a detailed field of ISCED-F 2013: four digits, such as 0913"))
        }
    }
}

impl fmt::Display for IscedField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

text_value!(IscedField);

const ESCO_BASE: &str = "http://data.europa.eu/esco/";
/// Base of concepts that a partnership adds to its own copy of the classification.
const LOCAL_BASE: &str = "urn:passerelle:concept:";

/// The URI of an ESCO occupation, skill or group, or of a local extension concept.
///
/// ESCO's URIs are `http`, not `https`; the address with `https` is pointed to the right form.
/// Skill groups and ISCO groups have no UUID and are accepted as they are published.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ConceptUri(String);

impl ConceptUri {
    /// # Errors
    /// When the text is neither an ESCO URI nor `urn:passerelle:concept:` with a name.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        if let Some(name) = text.strip_prefix(LOCAL_BASE) {
            let fine = !name.is_empty() && name.len() <= 80 && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
            return if fine {
                Ok(Self(text.to_owned()))
            } else {
                Err(ParseError::new("concept-uri", "a local concept is named by up to 80 letters, digits and hyphens"))
            };
        }
        let wrong = |hint: &str| {
            ParseError::new("concept-uri", format!("is not an ESCO address such as {ESCO_BASE}skill/… with a lower-case UUID{hint}"))
        };
        let rest = text.strip_prefix(ESCO_BASE).ok_or_else(|| {
            wrong(if text.starts_with("https://data.europa.eu/esco/") { "; ESCO's addresses start with http, not https" } else { "" })
        })?;
        let (kind, id) = rest.split_once('/').ok_or_else(|| wrong(""))?;
        let plain =
            |id: &str| !id.is_empty() && id.len() <= 80 && id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'));
        let fine = match kind {
            "occupation" => is_lower_uuid(id),
            "skill" => is_lower_uuid(id) || plain(id),
            "isco" => id.len() <= 5 && id.starts_with('C') && id[1..].bytes().all(|b| b.is_ascii_digit()),
            "isced-f" | "concept-scheme" | "member-concepts" => plain(id),
            _ => false,
        };
        if fine { Ok(Self(text.to_owned())) } else { Err(wrong("")) }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn is_local(&self) -> bool {
        self.0.starts_with(LOCAL_BASE)
    }
}

fn is_lower_uuid(text: &str) -> bool {
    text.len() == 36 && text.bytes().all(|b| !b.is_ascii_uppercase()) && Uuid::try_parse(text).is_ok()
}

impl fmt::Display for ConceptUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

text_value!(ConceptUri);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn isco_codes_are_members_of_the_list() {
        for code in ["2221", "0110", "7411", "9313", "5322"] {
            assert!(IscoCode::parse(code).is_ok(), "{code}");
        }
        for wrong in ["221", "2229", "22211", "abcd", ""] {
            assert!(IscoCode::parse(wrong).is_err(), "{wrong}");
        }
        let isco = |code: &str| IscoCode::parse(code).unwrap();
        assert_eq!(isco("2221").shared_digits(&isco("2222")), 3);
        assert_eq!(isco("7411").shared_digits(&isco("7412")), 3);
        assert_eq!(isco("7411").shared_digits(&isco("2221")), 0);
        assert_eq!([isco("1411"), isco("1111"), isco("3221"), isco("9313"), isco("7411")].map(|c| c.skill_level()), [3, 4, 3, 1, 2]);
        assert!(IscedField::parse("0913").is_ok() && IscedField::parse("913").is_err());
    }

    #[test]
    fn esco_addresses_are_told_from_lookalikes() {
        let skill = "http://data.europa.eu/esco/skill/335228d2-297d-4e0e-a6ee-bc6a8dc110d9";
        assert!(ConceptUri::parse(skill).is_ok());
        assert!(ConceptUri::parse("http://data.europa.eu/esco/isco/C2221").is_ok());
        assert!(ConceptUri::parse("http://data.europa.eu/esco/skill/S1.2.3").is_ok());
        assert!(ConceptUri::parse("urn:passerelle:concept:argan-press").unwrap().is_local());
        assert!(ConceptUri::parse(&skill.replace("http:", "https:")).unwrap_err().detail.contains("not https"));
        assert!(ConceptUri::parse(&skill.to_uppercase()).is_err());
        assert!(ConceptUri::parse("http://data.europa.eu/esco/occupation/C2221").is_err());
        assert!(ConceptUri::parse("urn:passerelle:concept:").is_err());
    }
}
