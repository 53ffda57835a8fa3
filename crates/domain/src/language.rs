//! Languages (BCP 47 tags with an ISO 639 language) and levels on their native scales.

use crate::parse::{ParseError, text_value};
use crate::words;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A language tag such as `de`, `pt-BR` or `zgh`: ISO 639-1 where it exists, else ISO 639-3.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct LanguageTag(String);

impl LanguageTag {
    /// # Errors
    /// When the primary subtag is no ISO 639 code, a shorter code exists, or a later subtag is
    /// not made of 2 to 8 letters or digits.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        let wrong = |detail: String| Err(ParseError::new("language", detail));
        let mut parts = text.split('-');
        let primary = parts.next().unwrap_or_default();
        let known = match primary.len() {
            _ if primary.bytes().any(|byte| !byte.is_ascii_lowercase()) => None,
            2 => isolang::Language::from_639_1(primary),
            3 => isolang::Language::from_639_3(primary),
            _ => None,
        };
        let Some(language) = known else {
            return wrong("is not a language code of ISO 639, such as de, ar or zgh".into());
        };
        if let (3, Some(short)) = (primary.len(), language.to_639_1()) {
            return wrong(format!("has a shorter code; write {short}"));
        }
        if parts.any(|part| !(2..=8).contains(&part.len()) || part.bytes().any(|byte| !byte.is_ascii_alphanumeric())) {
            return wrong("has a part that is not 2 to 8 letters or digits".into());
        }
        Ok(Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The ISO 639 part, without region or script.
    pub fn primary(&self) -> &str {
        self.0.split('-').next().unwrap_or(&self.0)
    }
}

impl fmt::Display for LanguageTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

text_value!(LanguageTag);

words!(
    /// A scale on which a language is measured. Levels compare inside one scale only.
    LanguageScale {
        /// Common European Framework of Reference, A1 to C2.
        Cefr = "CEFR",
        /// Japanese-Language Proficiency Test, N5 (lowest) to N1.
        Jlpt = "JLPT",
        /// 0 to 9 in half steps.
        Ielts = "IELTS",
        /// Occupational English Test, E to A with C+.
        Oet = "OET",
        /// Canadian Language Benchmarks, 1 to 12.
        Clb = "CLB",
    }
);

/// A level on its own scale, such as `CEFR B1` or `JLPT N4`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct LanguageLevel {
    pub scale: LanguageScale,
    /// Place on the scale, 1 being the lowest; IELTS counts half steps from 0.
    rank: u8,
}

impl LanguageLevel {
    /// Reads the scale and the level, `CEFR B2`.
    ///
    /// # Errors
    /// When the scale is unknown or the level is not on it.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        let (scale, level) =
            text.split_once(' ').ok_or_else(|| ParseError::new("language-level", "needs scale and level, such as CEFR B1"))?;
        Self::on(LanguageScale::parse(scale)?, level)
    }

    /// Reads a level of a known scale.
    ///
    /// # Errors
    /// When the level is not on the scale.
    pub fn on(scale: LanguageScale, level: &str) -> Result<Self, ParseError> {
        steps(scale)
            .iter()
            .position(|step| *step == level)
            .and_then(|at| u8::try_from(at).ok())
            .map(|rank| Self { scale, rank })
            .ok_or_else(|| ParseError::new("language-level", format!("is not on the {scale} scale: {}", steps(scale).join(" "))))
    }

    /// The level without its scale: `B1`, `N4`, `6.5`.
    pub fn level(&self) -> &'static str {
        steps(self.scale)[usize::from(self.rank)]
    }

    /// Steps above (positive) or below (negative) `other`; `None` across scales, which only an
    /// official, dated equivalence may bridge.
    pub fn steps_above(&self, other: &Self) -> Option<i32> {
        (self.scale == other.scale).then(|| i32::from(self.rank) - i32::from(other.rank))
    }
}

fn steps(scale: LanguageScale) -> &'static [&'static str] {
    match scale {
        LanguageScale::Cefr => &["A1", "A2", "B1", "B2", "C1", "C2"],
        LanguageScale::Jlpt => &["N5", "N4", "N3", "N2", "N1"],
        LanguageScale::Ielts => {
            &["0", "0.5", "1", "1.5", "2", "2.5", "3", "3.5", "4", "4.5", "5", "5.5", "6", "6.5", "7", "7.5", "8", "8.5", "9"]
        }
        LanguageScale::Oet => &["E", "D", "C", "C+", "B", "A"],
        LanguageScale::Clb => &["1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12"],
    }
}

impl fmt::Display for LanguageLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.scale, self.level())
    }
}

text_value!(LanguageLevel);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contract_languages_of_the_corridors_are_known() {
        for tag in "ar fr tl fil id vi ml te ta hi sq sr sw ne si zgh bis sm to pt-BR".split(' ') {
            if ["bis"].contains(&tag) {
                assert!(LanguageTag::parse(tag).unwrap_err().detail.contains("bi"), "{tag}");
            } else {
                assert!(LanguageTag::parse(tag).is_ok(), "{tag}");
            }
        }
        for wrong in ["", "xx", "DE", "deu", "d", "de-"] {
            assert!(LanguageTag::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn levels_compare_inside_one_scale_only() {
        let level = |text: &str| LanguageLevel::parse(text).unwrap();
        assert_eq!(level("CEFR B2").steps_above(&level("CEFR A2")), Some(2));
        assert_eq!(level("JLPT N3").steps_above(&level("JLPT N4")), Some(1));
        assert_eq!(level("IELTS 6.5").steps_above(&level("IELTS 7")), Some(-1));
        assert_eq!(level("OET C+").steps_above(&level("OET B")), Some(-1));
        assert_eq!(level("CEFR B2").steps_above(&level("CLB 7")), None);
        assert!(LanguageLevel::parse("CEFR D1").is_err());
        assert!(LanguageLevel::parse("B1").is_err());
    }
}
