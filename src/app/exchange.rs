//! Candidates for and from partners, in the data schema that UNHCR, HIAS, Talent Beyond Boundaries and others agreed on for
//! skills-based complementary pathways, with what this service knows beyond it under `x_gsp`.
//!
//! Two profiles: `anonymous` shows nobody who is not one of several with the same members, in no order, under a number that
//! holds for one document; `full_with_consent` holds only people who agree to be shared with partners, asked at the moment of writing.
//! Answers on admissibility go out in neither. What comes in lands in the preview of an import; such answers are sealed
//! on arrival and reach no match.

mod read;
mod write;

pub use read::import;
pub use write::export;

use chrono::NaiveDate;
use passerelle_domain::words;
use serde::{Deserialize, Serialize};

/// The schema that documents name and are checked against; also served by the service.
pub const SCHEMA: &str = include_str!("../../docs/schemas/candidate-exchange-1.schema.json");
/// Its number: a change that older readers would not understand gets the next one.
pub const VERSION: &str = "1";
/// People in one document.
pub const MOST: u64 = 5_000;

words!(
    Profile { Anonymous = "anonymous", FullWithConsent = "full_with_consent" }
);

/// A document of candidates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exchange {
    pub schema_version: String,
    pub profile: Profile,
    pub made_at: String,
    /// People who stand so alone in what the profile shows that they are left out.
    #[serde(default)]
    pub withheld: usize,
    pub candidates: Vec<Candidate>,
}

/// A candidate, by the names of the shared schema. Members that a profile does not hold are left out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Candidate {
    pub id: String,
    pub meta_source: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub given_names: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub family_names: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gender: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date_of_birth: Option<NaiveDate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    pub country_of_origin: String,
    pub country_of_residence: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country_of_citizenship: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub additional_citizenships: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub passport_expiry: Option<NaiveDate>,
    pub main_occupation: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused_visa_to_any_country: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub had_military_service: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arrested_charged_criminal_offence: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detained_incarcerated_jailed: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub participated_armed_conflict: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub serious_health_condition: Option<String>,
    pub education: Vec<Education>,
    pub language: Vec<Language>,
    /// The shared schema asks for it; work before training is not kept here.
    pub work: Vec<serde_json::Value>,
    pub created_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub x_gsp: Option<Extension>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Education {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<NaiveDate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub institution: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub degree_or_program_name: Option<String>,
    pub level: String,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Language {
    pub language: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language_details: Option<String>,
}

/// What a Global Skills Partnership knows of somebody beyond the shared schema.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Extension {
    /// ISCO-08, four digits.
    pub occupation: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub track: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub stage: String,
    /// Day from which she can begin; its half-year alone in the anonymous profile.
    pub ready: String,
    /// Skills as addresses of ESCO.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub skills: Vec<String>,
    /// Age at last birthday in the bands of the indicators (18-24, 25-34, 35-44, 45+).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub age_band: Option<String>,
}

impl Candidate {
    /// Answers on admissibility, each with its name; nothing else of the document is sealed.
    pub fn admissibility(&self) -> Vec<(&'static str, &str)> {
        let answers = [
            ("refused_visa_to_any_country", &self.refused_visa_to_any_country),
            ("had_military_service", &self.had_military_service),
            ("arrested_charged_criminal_offence", &self.arrested_charged_criminal_offence),
            ("detained_incarcerated_jailed", &self.detained_incarcerated_jailed),
            ("participated_armed_conflict", &self.participated_armed_conflict),
            ("serious_health_condition", &self.serious_health_condition),
        ];
        answers
            .into_iter()
            .filter_map(|(name, answer)| Some((name, answer.as_deref()?.trim())))
            .filter(|(_, answer)| !answer.is_empty())
            .collect()
    }
}
