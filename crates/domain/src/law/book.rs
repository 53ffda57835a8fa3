//! The rule book: which rules hold, in which version, since when, on whose word.

use crate::country::CountryCode;
use crate::fact::FactStatus;
use crate::words;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

words!(
    /// The rules of a lawful placement. The numbers are those of the project's rule catalogue in
    /// `docs/glossary.md`.
    RuleId {
        /// Age at departure.
        R01 = "R01",
        /// The employer pays.
        R02 = "R02",
        /// Written contract.
        R03 = "R03",
        /// No contract substitution.
        R04 = "R04",
        /// Wage floor.
        R05 = "R05",
        /// Pay comparable to local staff.
        R06 = "R06",
        /// Deductions from pay.
        R07 = "R07",
        /// Passport custody.
        R08 = "R08",
        /// Voice of the workers.
        R09 = "R09",
        /// No labour dispute at the site.
        R10 = "R10",
        /// WHO health workforce safeguards.
        R11 = "R11",
        /// Standing of the employer.
        R12 = "R12",
        /// Standing of the recruiter.
        R13 = "R13",
        /// Route to recognition in a regulated occupation.
        R14 = "R14",
        /// Language certificate.
        R15 = "R15",
        /// Non-discrimination of the ranking.
        R16 = "R16",
        /// Repayment clause.
        R17 = "R17",
        /// No retention of certificates.
        R18 = "R18",
        /// Consent.
        R19 = "R19",
        /// Complaint channel.
        R20 = "R20",
        /// Orientation before departure.
        R21 = "R21",
        /// Social security.
        R22 = "R22",
        /// Family.
        R23 = "R23",
        /// Equity between home and away track.
        R24 = "R24",
        /// Signs of trafficking.
        R25 = "R25",
        /// Freedom to leave.
        R26 = "R26",
        /// Contingency cover.
        R27 = "R27",
        /// Identity and passport.
        R28 = "R28",
        /// Quotas of both sides.
        R29 = "R29",
        /// Housing.
        R30 = "R30",
        /// Voluntary choice of track.
        R31 = "R31",
        /// Conventions of both sides.
        R32 = "R32",
    }
);

impl RuleId {
    /// Rules that the matching judges for each pair of trainee and need, before any ranking. Their
    /// facts are there at that moment; the others are judged at offer, filing, departure or start.
    pub const PAIR: [Self; 10] =
        [Self::R01, Self::R05, Self::R06, Self::R11, Self::R12, Self::R14, Self::R15, Self::R16, Self::R28, Self::R29];
}

words!(
    /// What a rule that is not met does.
    Severity { Block = "block", Warn = "warn" }
);

/// One version of a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleVersion {
    pub rule: RuleId,
    pub version: u32,
    pub severity: Severity,
    pub status: FactStatus,
    pub valid_from: NaiveDate,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<NaiveDate>,
    /// The event on whose date the rule is judged, such as `departure`.
    pub anchor: String,
    pub source: String,
}

/// An edition of the WHO health workforce support and safeguards list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SafeguardsList {
    pub edition: String,
    pub valid_from: NaiveDate,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<NaiveDate>,
    pub source: String,
    pub countries: BTreeSet<CountryCode>,
}

/// All rules and lists of an installation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleBook {
    pub version: u32,
    pub rules: Vec<RuleVersion>,
    pub safeguards_lists: Vec<SafeguardsList>,
    /// Country status on WHO's list also matters for the wider set of health and care
    /// occupations: `block` treats those like the core set, `warn` only flags them.
    pub extended_health_set: Severity,
}

/// Something wrong with a rule book.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BookFinding {
    pub key: String,
    pub problem: String,
}

impl RuleBook {
    /// The version of a rule that is in force on the day its anchor event happens.
    pub fn in_force(&self, rule: RuleId, day: NaiveDate) -> Option<&RuleVersion> {
        self.rules
            .iter()
            .filter(|version| version.rule == rule && version.status == FactStatus::InForce)
            .filter(|version| version.valid_from <= day && version.valid_to.is_none_or(|end| day <= end))
            .max_by_key(|version| version.version)
    }

    /// The edition of the safeguards list that counts on a day.
    pub fn safeguards_on(&self, day: NaiveDate) -> Option<&SafeguardsList> {
        self.safeguards_lists
            .iter()
            .filter(|list| list.valid_from <= day && list.valid_to.is_none_or(|end| day <= end))
            .max_by_key(|list| list.valid_from)
    }

    /// The rules that the project's code will not have switched off are missing or softened.
    pub fn check(&self) -> Vec<BookFinding> {
        let mut findings = Vec::new();
        for rule in &RuleId::PAIR {
            let versions: Vec<_> = self.rules.iter().filter(|version| version.rule == *rule).collect();
            if versions.is_empty() {
                findings.push(BookFinding { key: "rules".into(), problem: format!("{rule} has no version") });
            }
            for version in versions {
                let reversed = version.valid_to.is_some_and(|end| end < version.valid_from);
                if reversed {
                    findings
                        .push(BookFinding { key: format!("rules {rule} v{}", version.version), problem: "ends before it starts".into() });
                }
                if version.severity == Severity::Warn && matches!(rule, RuleId::R01 | RuleId::R16) {
                    findings.push(BookFinding {
                        key: format!("rules {rule} v{}", version.version),
                        problem: "this rule always blocks and cannot be set to warn".into(),
                    });
                }
            }
        }
        if self.safeguards_lists.is_empty() {
            findings.push(BookFinding { key: "safeguards_lists".into(), problem: "no edition of the safeguards list".into() });
        }
        findings
    }
}
