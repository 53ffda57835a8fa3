//! Countries and their subdivisions (ISO 3166-1 alpha-2, ISO 3166-2).

use crate::parse::{ParseError, text_value};
use serde::{Deserialize, Serialize};
use std::fmt;

/// An ISO 3166-1 alpha-2 code, or the user-assigned `XK`.
///
/// Kosovo has no code in the standard. `XK` is used as the European Union uses it, without
/// prejudice to positions on status; [`CountryCode::is_user_assigned`] lets a reader say so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CountryCode([u8; 2]);

impl CountryCode {
    pub const KOSOVO: Self = Self(*b"XK");

    /// # Errors
    /// When the text is not an officially assigned upper-case code; `UK` and `EL` are pointed to
    /// the codes of the standard.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        let hint = match text {
            "UK" => " (the United Kingdom is GB)",
            "EL" => " (Greece is GR)",
            _ => "",
        };
        let known = text == "XK" || (text.len() == 2 && rust_iso3166::from_alpha2(text).is_some());
        match <[u8; 2]>::try_from(text.as_bytes()) {
            Ok(code) if known => Ok(Self(code)),
            _ => Err(ParseError::new("country", format!("is not a country code of ISO 3166-1, such as MA or DE{hint}"))),
        }
    }

    pub fn as_str(&self) -> &str {
        // Only ASCII letters ever get past `parse`.
        std::str::from_utf8(&self.0).unwrap_or("??")
    }

    /// True for a code that the standard leaves to its users.
    pub fn is_user_assigned(&self) -> bool {
        *self == Self::KOSOVO
    }

    /// Every assigned code and `XK`, sorted.
    pub fn all() -> Vec<Self> {
        let mut codes: Vec<Self> = rust_iso3166::ALL.iter().filter_map(|country| Self::parse(country.alpha2).ok()).collect();
        codes.push(Self::KOSOVO);
        codes.sort();
        codes
    }
}

impl fmt::Display for CountryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

text_value!(CountryCode);

/// A subdivision such as `DE-BY` or `CA-NS`. Needed because recognition is decided per Land in
/// Germany, permits per region in Belgium, and endorsement per province in Canada.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SubdivisionCode(String);

impl SubdivisionCode {
    /// # Errors
    /// When the text is not a subdivision of ISO 3166-2. Telangana's two spellings, `IN-TG` and
    /// `IN-TS`, are both taken, since partners use both.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        let known = matches!(text, "IN-TG" | "IN-TS") || rust_iso3166::iso3166_2::from_code(text).is_some();
        if known {
            Ok(Self(text.to_owned()))
        } else {
            Err(ParseError::new("subdivision", "is not a subdivision code of ISO 3166-2, such as DE-BY or CA-NS"))
        }
    }

    pub fn country(&self) -> CountryCode {
        let bytes = self.0.as_bytes();
        CountryCode([bytes[0], bytes[1]])
    }
}

impl fmt::Display for SubdivisionCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

text_value!(SubdivisionCode);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_standard_and_kosovo_are_taken_and_nothing_else() {
        assert!(CountryCode::parse("MA").is_ok());
        assert!(CountryCode::parse("NO").is_ok());
        assert!(CountryCode::parse("XK").unwrap().is_user_assigned());
        for wrong in ["", "ma", "MAR", "ZZ", "QX", "Ä"] {
            assert!(CountryCode::parse(wrong).is_err(), "{wrong}");
        }
        assert!(CountryCode::parse("UK").unwrap_err().detail.contains("GB"));
        assert_eq!(CountryCode::all().len(), 250);
    }

    #[test]
    fn a_subdivision_knows_its_country() {
        assert_eq!(SubdivisionCode::parse("DE-BY").unwrap().country().as_str(), "DE");
        for accepted in ["BE-VLG", "CA-NS", "IN-KL", "IN-TG", "IN-TS"] {
            assert!(SubdivisionCode::parse(accepted).is_ok(), "{accepted}");
        }
        assert!(SubdivisionCode::parse("DE-XX").is_err());
    }
}
