//! What rules look up: index series by year, dated lists of countries, dated tables by country and
//! occupation, ratified conventions and social-security links. Effective-dated, each with its source.

use super::value::Value;
use crate::corridor::AgreementLink;
use crate::country::CountryCode;
use crate::finance::exchange::{Conversion, ExchangeRate};
use crate::machine::journey::Terms;
use crate::machine::recognition::Procedure;
use crate::money::{Currency, Money};
use crate::words;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// An index that law refers to, such as the ceiling of a pension insurance, by calendar year.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Series {
    pub id: String,
    pub name: String,
    pub source: String,
    pub values: BTreeMap<i32, Value>,
}

/// One edition of a list of countries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CountryList {
    pub id: String,
    pub edition: String,
    pub valid_from: NaiveDate,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<NaiveDate>,
    pub source: String,
    pub countries: BTreeSet<CountryCode>,
}

/// One row of a table by country and occupation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableRow {
    pub table: String,
    /// `None` stands for every country.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<CountryCode>,
    /// Leading digits of ISCO-08 codes; empty stands for every occupation.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub isco: String,
    pub value: Value,
    pub valid_from: NaiveDate,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<NaiveDate>,
    pub source: String,
}

words!(
    /// What a state has done with a convention.
    ConventionStanding { Ratified = "ratified", Signed = "signed", NotRatified = "none", NotMember = "not_member" }
);

/// Standing of a country on an international convention.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Convention {
    pub country: CountryCode,
    /// `C97`, `ICRMW`.
    pub instrument: String,
    pub standing: ConventionStanding,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<NaiveDate>,
    pub source: String,
}

/// A social-security agreement between two countries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SocialSecurityAgreement {
    pub between: [CountryCode; 2],
    pub agreement: AgreementLink,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<NaiveDate>,
    pub source: String,
}

/// Who recognises an occupation in a country or a part of it, and how.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProcedureEntry {
    pub country: CountryCode,
    /// `None` stands for the whole country.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subdivision: Option<String>,
    /// Leading digits of ISCO-08 codes; empty stands for every occupation.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub isco: String,
    pub authority: String,
    /// Papers that a complete file has.
    pub papers: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fee: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fee_max: Option<Value>,
    pub procedure: Procedure,
    pub valid_from: NaiveDate,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<NaiveDate>,
    pub source: String,
}

/// Periods and thresholds of the trainee's journey towards a destination.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JourneyTerms {
    /// `None` stands for every destination.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub destination: Option<CountryCode>,
    pub terms: Terms,
    pub valid_from: NaiveDate,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<NaiveDate>,
    pub source: String,
}

/// Everything that rules look up.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reference {
    #[serde(default)]
    pub series: Vec<Series>,
    #[serde(default)]
    pub lists: Vec<CountryList>,
    #[serde(default)]
    pub tables: Vec<TableRow>,
    #[serde(default)]
    pub conventions: Vec<Convention>,
    #[serde(default)]
    pub social_security: Vec<SocialSecurityAgreement>,
    #[serde(default)]
    pub procedures: Vec<ProcedureEntry>,
    #[serde(default)]
    pub journey_terms: Vec<JourneyTerms>,
    #[serde(default)]
    pub exchange_rates: Vec<ExchangeRate>,
}

fn holds(from: NaiveDate, to: Option<NaiveDate>, day: NaiveDate) -> bool {
    from <= day && to.is_none_or(|end| day <= end)
}

impl Reference {
    /// Value of a series in a year. Years that are not published yet are not guessed.
    pub fn index(&self, series: &str, year: i32) -> Option<Value> {
        self.series.iter().find(|known| known.id == series)?.values.get(&year).cloned()
    }

    /// Whether the edition that counts on a day names a country. `None` without such an edition.
    pub fn listed(&self, list: &str, country: &str, day: NaiveDate) -> Option<bool> {
        let editions = self.lists.iter().filter(|known| known.id == list && holds(known.valid_from, known.valid_to, day));
        editions.max_by_key(|known| known.valid_from).map(|known| known.countries.iter().any(|code| code.as_str() == country))
    }

    /// The row that fits best: a named country before every country, longer ISCO prefixes before shorter.
    pub fn lookup(&self, table: &str, country: &str, isco: &str, day: NaiveDate) -> Option<Value> {
        let rows = self.tables.iter().filter(|row| {
            row.table == table
                && row.country.as_ref().is_none_or(|code| code.as_str() == country)
                && isco.starts_with(row.isco.as_str())
                && holds(row.valid_from, row.valid_to, day)
        });
        rows.max_by_key(|row| (row.country.is_some(), row.isco.len(), row.valid_from)).map(|row| row.value.clone())
    }

    /// The procedure that fits best: a part of the country before the whole, longer ISCO prefixes first.
    pub fn procedure(&self, country: &str, subdivision: Option<&str>, isco: &str, day: NaiveDate) -> Option<&ProcedureEntry> {
        let fits = |entry: &&ProcedureEntry| {
            entry.country.as_str() == country
                && entry.subdivision.as_deref().is_none_or(|part| Some(part) == subdivision)
                && isco.starts_with(entry.isco.as_str())
                && holds(entry.valid_from, entry.valid_to, day)
        };
        self.procedures.iter().filter(fits).max_by_key(|entry| (entry.subdivision.is_some(), entry.isco.len(), entry.valid_from))
    }

    /// Terms of the journey: a named destination before every destination, newer before older.
    pub fn journey_terms(&self, destination: Option<&str>, day: NaiveDate) -> Option<&Terms> {
        let fits = |entry: &&JourneyTerms| {
            entry.destination.as_ref().is_none_or(|code| Some(code.as_str()) == destination) && holds(entry.valid_from, entry.valid_to, day)
        };
        let best = self.journey_terms.iter().filter(fits).max_by_key(|entry| (entry.destination.is_some(), entry.valid_from));
        best.map(|entry| &entry.terms)
    }

    /// An amount in another currency at the rate that is in force on a day, the newest one before older ones. `None`
    /// where nobody has published one.
    pub fn exchange(&self, amount: Money, to: Currency, day: NaiveDate) -> Option<Conversion> {
        let pair = |known: &&ExchangeRate| {
            let sides = [known.from, known.to];
            known.from != known.to && sides.contains(&amount.currency) && sides.contains(&to) && amount.currency != to
        };
        let rates = self.exchange_rates.iter().filter(pair).filter(|known| holds(known.valid_from, known.valid_to, day));
        rates.max_by_key(|known| known.valid_from)?.convert(amount)
    }

    /// Standing of a country on a convention, or `None` where nobody has written it down.
    pub fn convention(&self, country: &str, instrument: &str) -> Option<ConventionStanding> {
        self.conventions
            .iter()
            .find(|known| known.country.as_str() == country && known.instrument == instrument)
            .map(|known| known.standing)
    }
}
