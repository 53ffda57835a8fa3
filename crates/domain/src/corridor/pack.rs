//! The parts of a corridor pack, in the order in which the YAML file carries them.

use super::step::Step;
use crate::country::{CountryCode, SubdivisionCode};
use crate::fact::{Fact, FactStatus};
use crate::language::{LanguageLevel, LanguageTag};
use crate::money::Money;
use crate::occupation::IscoCode;
use crate::parse::{ParseError, text_value};
use crate::people::RecognitionState;
use crate::words;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// One version of a pack. See the module's documentation for its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CorridorPack {
    /// Version of this file format; 1.
    pub format: u32,
    pub id: PackId,
    /// Counts up with every published change of the same pack.
    pub version: u32,
    pub name: LocalText,
    pub status: FactStatus,
    pub valid_from: NaiveDate,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<NaiveDate>,
    /// Every source that a fact of the pack names.
    pub sources: BTreeMap<String, Source>,
    /// Countries of departure; empty means every country.
    pub origins: Vec<CountryCode>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub origin_subdivisions: Vec<SubdivisionCode>,
    pub destination: CountryCode,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub destination_subdivisions: Vec<SubdivisionCode>,
    pub instruments: Vec<Fact<String>>,
    pub occupations: Fact<OccupationScope>,
    pub qualification: Vec<Fact<QualificationRule>>,
    pub language: Vec<Fact<LanguageRule>>,
    pub recognition: Vec<Fact<RecognitionRule>>,
    pub permit: Fact<PermitRule>,
    pub fees: Vec<Fact<Fee>>,
    pub quotas: Vec<Fact<QuotaRule>>,
    pub wage_floors: Vec<Fact<WageFloor>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub labour_market_test: Option<Fact<String>>,
    pub age: Fact<AgeRule>,
    pub family: Vec<Fact<String>>,
    pub social_security: Vec<Fact<SocialSecurityLink>>,
    pub pays: Vec<Fact<PayerRule>>,
    pub safeguards_list: Fact<SafeguardsNote>,
    #[serde(rename = "return")]
    pub return_rule: Fact<String>,
    pub protection: Vec<Fact<String>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Fact<String>>,
    /// From enrolment to start of work: shortest, typical, longest.
    pub days_total: Fact<DayRange>,
    pub steps: Vec<Step>,
}

/// Upper-case words joined by hyphens, starting with the destination's code.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PackId(String);

impl PackId {
    /// # Errors
    /// When the text is not 4 to 40 upper-case letters, digits and hyphens.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        let fine = (4..=40).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'-')
            && !text.starts_with('-');
        if fine {
            Ok(Self(text.to_owned()))
        } else {
            Err(ParseError::new("pack-id", "is not 4 to 40 upper-case letters, digits and hyphens, such as DE-NURSE-TRIPLEWIN"))
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PackId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

text_value!(PackId);

/// One origin of one pack: `DE-NAFR-THAMM/MA`, or `CA-AIP/ANY` where every origin may use it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PathwayId {
    pub pack: PackId,
    /// `None` stands for every country of departure.
    pub origin: Option<CountryCode>,
}

impl PathwayId {
    /// # Errors
    /// When the text is not a pack, a slash and a country code or `ANY`.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        let (pack, origin) =
            text.split_once('/').ok_or_else(|| ParseError::new("pathway-id", "is not a pathway such as DE-NAFR-THAMM/MA"))?;
        let origin = if origin == "ANY" { None } else { Some(CountryCode::parse(origin)?) };
        Ok(Self { pack: PackId::parse(pack)?, origin })
    }
}

impl fmt::Display for PathwayId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.origin {
            Some(origin) => write!(f, "{}/{origin}", self.pack),
            None => write!(f, "{}/ANY", self.pack),
        }
    }
}

text_value!(PathwayId);

/// A text in the languages of the pages; English is the fallback and always there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LocalText {
    pub en: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fr: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub de: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ar: Option<String>,
}

impl LocalText {
    pub fn in_language(&self, language: &str) -> &str {
        let found = match language {
            "fr" => self.fr.as_deref(),
            "de" => self.de.as_deref(),
            "ar" => self.ar.as_deref(),
            _ => None,
        };
        found.unwrap_or(&self.en)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    pub title: String,
    pub kind: SourceKind,
}

words!(
    /// How far a source can be trusted.
    SourceKind {
        /// A public page or text that states the fact.
        Published = "published",
        /// Known to practitioners; verify before use.
        GeneralKnowledge = "general_knowledge",
        /// Computed from other facts of the pack.
        Computed = "computed",
        /// A default chosen for demonstration.
        Illustrative = "illustrative",
    }
);

/// The occupations that a pathway is open to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OccupationScope {
    /// Empty means every occupation.
    pub isco: Vec<IscoCode>,
}

impl OccupationScope {
    pub fn includes(&self, isco: IscoCode) -> bool {
        self.isco.is_empty() || self.isco.contains(&isco)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QualificationRule {
    pub requirement: String,
    /// Empty means all origins of the pack.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub origins: Vec<CountryCode>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub occupations: Vec<IscoCode>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub practice_months_min: Option<u32>,
}

words!(
    /// When a language level is asked for.
    LanguageStage {
        Entry = "entry",
        Visa = "visa",
        Licence = "licence",
        /// Wanted at work, asked by no law.
        Practical = "practical",
    }
);

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LanguageRule {
    pub language: LanguageTag,
    pub stage: LanguageStage,
    /// Any one of these is enough: each stands on its own scale.
    pub any_of: Vec<LanguageLevel>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub origins: Vec<CountryCode>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub occupations: Vec<IscoCode>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecognitionRule {
    pub regulated: Regulated,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub occupations: Vec<IscoCode>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authority: Option<String>,
    /// Months from the complete file to the decision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit_months: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fast_limit_months: Option<u32>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub measures: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub procedure: Vec<String>,
    /// States of the case in which a person may enter and work; empty means `licensed` only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub entry_states: Vec<RecognitionState>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub work_before_licence: Option<String>,
}

words!(
    /// Whether the law restricts the occupation to holders of given qualifications.
    Regulated {
        Yes = "yes",
        No = "no",
        /// Each subdivision of the destination decides; nothing may be assumed.
        BySubdivision = "by_subdivision",
    }
);

/// Shortest, typical and longest number of days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "[u32; 3]", into = "[u32; 3]")]
pub struct DayRange {
    pub min: u32,
    pub typical: u32,
    pub max: u32,
}

impl TryFrom<[u32; 3]> for DayRange {
    type Error = ParseError;
    fn try_from([min, typical, max]: [u32; 3]) -> Result<Self, ParseError> {
        if min <= typical && typical <= max && max <= 36_500 {
            Ok(Self { min, typical, max })
        } else {
            Err(ParseError::new("day-range", "must be shortest, typical and longest days, each at least the one before"))
        }
    }
}

impl From<DayRange> for [u32; 3] {
    fn from(range: DayRange) -> Self {
        [range.min, range.typical, range.max]
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PermitRule {
    pub permit: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stages: Vec<PermitStage>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stay: Option<String>,
    /// The employer needs a state permission (sponsor licence, designation, approval).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub employer_licence: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PermitStage {
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<DayRange>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fee {
    pub item: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
    /// Upper end, where the fee is a range.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount_max: Option<Money>,
    pub class: CostClass,
    /// Who pays, or who advances what is shared. A draft may leave it open; a published pathway may not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payer: Option<Party>,
    /// How several parties share it; whole percent that add up to 100. Empty means that the payer pays all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shares: Vec<CostShare>,
}

/// One party's part of a cost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CostShare {
    pub payer: Party,
    pub percent: u8,
}

impl Fee {
    /// Percent that a party pays.
    pub fn percent_of(&self, party: Party) -> u8 {
        if self.shares.is_empty() {
            return if self.payer == Some(party) { 100 } else { 0 };
        }
        self.shares.iter().filter(|share| share.payer == party).fold(0, |sum, share| sum.saturating_add(share.percent))
    }

    /// The upper end of what a party pays, in minor units; rounded up, so that nobody is promised too little.
    pub fn at_most(&self, party: Party) -> Option<Money> {
        let whole = self.amount_max.or(self.amount)?;
        let part = (whole.minor * i64::from(self.percent_of(party)) + 99).div_euclid(100);
        Some(Money { minor: part, ..whole })
    }
}

words!(
    /// Classes of cost after the ILO definition of recruitment fees and related costs (2019).
    CostClass {
        RecruitmentFee = "recruitment_fee",
        RelatedCost = "related_cost",
        Illegitimate = "illegitimate",
        EducationInvestment = "education_investment",
        LivingCost = "living_cost",
        FamilyCost = "family_cost",
    }
);

words!(
    /// Who does or pays something.
    Party {
        Trainee = "trainee",
        Employer = "employer",
        Institute = "institute",
        OriginAuthority = "origin_authority",
        DestinationAuthority = "destination_authority",
        RecognitionAuthority = "recognition_authority",
        WorkerOrganisation = "worker_organisation",
        Funder = "funder",
        Consulate = "consulate",
        Examiner = "examiner",
    }
);

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuotaRule {
    pub side: QuotaSide,
    /// What one unit is: an approval, a visa, a place, a departure.
    pub counts: String,
    /// `None` where the law sets no number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cap: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period: Option<String>,
    /// Placements between governments do not count.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub exempts_government_placement: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub origins: Vec<CountryCode>,
}

words!(
    /// Which end of the corridor a quota belongs to.
    QuotaSide { Origin = "origin", Destination = "destination" }
);

words!(
    /// The time that a wage is paid for.
    WagePeriod { Hour = "hour", Week = "week", Month = "month", Year = "year" }
);

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WageFloor {
    pub rule: String,
    /// `None` where the floor follows a collective agreement or local pay that the need states.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per: Option<WagePeriod>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub occupations: Vec<IscoCode>,
    /// Applies from this age, in completed years.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub age_from: Option<i32>,
    /// Applies below this age.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub age_under: Option<i32>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgeRule {
    pub min: i32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<i32>,
    /// From this age on a higher wage or proof of a pension is asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proof_from: Option<i32>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SocialSecurityLink {
    /// Empty means all origins of the pack.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub origins: Vec<CountryCode>,
    pub agreement: AgreementLink,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<NaiveDate>,
}

words!(
    /// Whether two states link their social security.
    AgreementLink { Yes = "yes", No = "no", Partial = "partial", Unknown = "unknown" }
);

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PayerRule {
    pub payer: Party,
    pub items: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SafeguardsNote {
    /// Origins of the pack that stand on the WHO safeguards list; the list itself is law data.
    pub listed: Vec<CountryCode>,
}

impl CorridorPack {
    /// The pathways of the pack: one for each origin, or one for every origin.
    pub fn pathways(&self) -> Vec<PathwayId> {
        if self.origins.is_empty() {
            return vec![PathwayId { pack: self.id.clone(), origin: None }];
        }
        self.origins.iter().map(|origin| PathwayId { pack: self.id.clone(), origin: Some(*origin) }).collect()
    }

    /// Whether new files are taken on that day.
    pub fn is_open_on(&self, day: NaiveDate) -> bool {
        self.status == FactStatus::InForce && self.valid_from <= day && self.valid_to.is_none_or(|end| day <= end)
    }
}
