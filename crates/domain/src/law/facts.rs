//! The facts that rules read. They are also the parts of a matching snapshot: what the law sees
//! and what the ranking sees is the same record, and neither has a name, a sex or a faith in it.

use crate::corridor::{AgeRule, OccupationScope, PathwayId, QuotaSide, Regulated, WagePeriod};
use crate::country::{CountryCode, SubdivisionCode};
use crate::fact::FactStatus;
use crate::ids::{NeedId, OrganisationId, TraineeId};
use crate::language::{LanguageLevel, LanguageTag};
use crate::money::Money;
use crate::occupation::{ConceptUri, IscoCode};
use crate::people::{Answer, JourneyState, QuotaScope, RecognitionState, SkillImportance, SkillProvenance, Track};
use crate::period::DateWindow;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// A trainee as law and ranking see her.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TraineeFacts {
    pub id: TraineeId,
    pub birth_date: Option<NaiveDate>,
    pub nationalities: Vec<CountryCode>,
    pub habitual_residence: CountryCode,
    pub training_country: CountryCode,
    pub institute: OrganisationId,
    /// The occupation that the training leads to.
    pub occupation: IscoCode,
    pub track: Track,
    pub journey: JourneyState,
    /// Day on which the qualification is expected or was awarded.
    pub ready_on: NaiveDate,
    pub passport_valid_to: Option<NaiveDate>,
    pub identity_confirmed: Answer,
    pub possible_duplicate: bool,
    pub languages: Vec<LanguageFact>,
    pub skills: Vec<SkillFact>,
    pub recognitions: Vec<RecognitionFact>,
    /// Countries in the order of her wish; empty means no preference.
    pub preferred_destinations: Vec<CountryCode>,
    pub waiting_since: NaiveDate,
    /// Result of the training so far, 0 to 100.
    pub merit: i32,
    /// She gave up a place, or stayed without one, and goes before others for a time.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub first_turn: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LanguageFact {
    pub language: LanguageTag,
    /// The lowest of the skills that the certificate shows.
    pub level: LanguageLevel,
    pub expires_on: Option<NaiveDate>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SkillFact {
    pub skill: ConceptUri,
    pub provenance: SkillProvenance,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecognitionFact {
    pub destination: CountryCode,
    pub occupation: IscoCode,
    pub state: RecognitionState,
}

/// A need as law and ranking see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NeedFacts {
    pub id: NeedId,
    pub employer: EmployerFacts,
    pub country: CountryCode,
    pub occupation: IscoCode,
    pub skills: Vec<NeedSkill>,
    pub start: DateWindow,
    pub wage: Option<Money>,
    pub wage_per: WagePeriod,
    /// Normal hours of a week, in hundredths.
    pub hours_per_week_centi: i64,
    /// What local staff in the same work earn, for the same period.
    pub comparable_wage: Option<Money>,
    pub language: Option<(LanguageTag, LanguageLevel)>,
    pub open: bool,
    pub subdivision: Option<SubdivisionCode>,
    /// Seats by pathway. A seat belongs to one pathway, which keeps the families of caps laminar.
    pub pools: Vec<SeatPool>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NeedSkill {
    pub skill: ConceptUri,
    pub importance: SkillImportance,
    /// 1 to 5.
    pub weight: i32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeatPool {
    pub pathway: PathwayId,
    pub seats: u32,
}

/// Standing of an employer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EmployerFacts {
    pub id: OrganisationId,
    pub suspended: bool,
    pub licence_valid_to: Option<NaiveDate>,
    pub insolvent: Answer,
    pub open_sanction: Answer,
    pub unpaid_wage_judgment: Answer,
    pub provides_housing: bool,
    pub housing_approved: Answer,
}

/// A pathway as law sees it: the facts of its pack that are in force on the day of the run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PathwayFacts {
    pub id: PathwayId,
    pub pack_version: u32,
    pub destination: CountryCode,
    pub status: FactStatus,
    pub open: bool,
    pub occupations: OccupationScope,
    pub age: AgeRule,
    pub languages: Vec<LanguageGate>,
    pub recognition: Vec<RecognitionGate>,
    pub wage_floors: Vec<WageFloorFact>,
    pub employer_licence: bool,
    /// Typical days from filing the visa to departure.
    pub permit_days: u32,
    /// Conditions of the agreement that covers the pathway, if one does.
    pub agreement: Option<AgreementFacts>,
    /// Days from being ready to work, where the pathway's steps say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lead: Option<LeadTime>,
    /// Chance of being at work within the start window that the agreement asks for, in percent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_time_min_percent: Option<u8>,
}

/// How long people take from being ready to work: of a hundred, the days of each who arrives, the
/// quickest first. Whoever never arrives is not in the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LeadTime(pub Vec<u32>);

impl LeadTime {
    /// Of a hundred, how many are at work within so many days.
    pub fn percent_within(&self, days: i64) -> u8 {
        let arrived = self.0.partition_point(|taken| i64::from(*taken) <= days);
        u8::try_from(arrived.min(100)).unwrap_or(100)
    }
}

impl PathwayFacts {
    /// Whether somebody trained in `country` may use it.
    pub fn serves(&self, country: CountryCode) -> bool {
        self.id.origin.is_none_or(|origin| origin == country)
    }
}

/// A language level that the law asks for before the visa.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LanguageGate {
    pub language: LanguageTag,
    pub any_of: Vec<LanguageLevel>,
    pub occupations: Vec<IscoCode>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecognitionGate {
    pub regulated: Regulated,
    pub occupations: Vec<IscoCode>,
    /// States in which a person may enter; empty means any living case is a route.
    pub entry_states: Vec<RecognitionState>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WageFloorFact {
    pub amount: Money,
    pub per: WagePeriod,
    pub occupations: Vec<IscoCode>,
    pub age_from: Option<i32>,
    pub age_under: Option<i32>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgreementFacts {
    /// Made by the governments, and in force for open cases.
    pub between_governments: bool,
    pub labour_market_analysis: bool,
    pub support_to_origin: bool,
}

/// A quota of either side with what is left of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuotaFacts {
    pub name: String,
    pub side: QuotaSide,
    pub scope: QuotaScope,
    /// The country whose quota it is.
    pub country: CountryCode,
    /// Country, `MA-DE`, pathway or organisation, by scope.
    pub subject: String,
    pub cap: u32,
    pub used: u32,
    pub exempts_government_placement: bool,
}

impl QuotaFacts {
    pub fn left(&self) -> u32 {
        self.cap.saturating_sub(self.used)
    }

    /// Whether the quota lies on its own country's side of the corridor: nobody caps another country.
    pub fn is_its_own(&self, origin: Option<CountryCode>, destination: CountryCode) -> bool {
        match self.side {
            QuotaSide::Origin => origin == Some(self.country),
            QuotaSide::Destination => destination == self.country,
        }
    }

    /// Whether the quota counts a placement of this trainee by this pathway.
    pub fn counts(&self, trainee: &TraineeFacts, pathway: &PathwayFacts) -> bool {
        if !self.is_its_own(Some(trainee.training_country), pathway.destination) {
            return false;
        }
        match self.scope {
            QuotaScope::Origin => self.subject == trainee.training_country.as_str(),
            QuotaScope::Provider => self.subject == trainee.institute.to_string(),
            QuotaScope::Destination => self.subject == pathway.destination.as_str(),
            QuotaScope::Corridor => pathway.id.origin.is_some_and(|origin| self.subject == format!("{origin}-{}", pathway.destination)),
            QuotaScope::Pathway => self.subject == pathway.id.to_string(),
        }
    }

    /// Whether a placement by this pathway is exempt.
    pub fn exempts(&self, pathway: &PathwayFacts) -> bool {
        self.exempts_government_placement && pathway.agreement.as_ref().is_some_and(|agreement| agreement.between_governments)
    }
}

/// Everything that the rules read about one possible match.
#[derive(Debug, Clone, Copy)]
pub struct MatchFacts<'a> {
    pub trainee: &'a TraineeFacts,
    pub need: &'a NeedFacts,
    pub pathway: &'a PathwayFacts,
    pub quotas: &'a [QuotaFacts],
    /// Names of the features that the ranking reads.
    pub ranking_features: &'a [&'a str],
    /// Day of the run.
    pub match_date: NaiveDate,
    /// Whether verdicts name the facts that they used; many pairs are judged for their outcome alone.
    pub explain: bool,
}

impl MatchFacts<'_> {
    /// Day of departure: the first day of the start window on which the trainee is ready.
    pub fn departure(&self) -> NaiveDate {
        self.need.start.from.max(self.trainee.ready_on)
    }

    /// Day on which the visa is filed, so that the permit's typical days end at departure; never
    /// before the run.
    pub fn visa_filing(&self) -> NaiveDate {
        let filing = self.departure() - chrono::Days::new(u64::from(self.pathway.permit_days));
        filing.max(self.match_date)
    }
}
