//! A certificate as an Open Badge 3.0 (1EdTech Open Badges Specification 3.0, June 2024), before it is signed.

use crate::contexts::{OPEN_BADGES, V2};
use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};

/// What a certificate says. Addresses are absolute.
#[derive(Debug, Clone)]
pub struct Badge<'a> {
    /// Where anybody can look at it.
    pub id: &'a str,
    pub issuer: &'a str,
    pub issuer_name: &'a str,
    pub issuer_url: Option<&'a str>,
    pub holder_name: &'a str,
    /// A code of the holder at her institute, which is not personal by itself.
    pub holder_code: &'a str,
    pub achievement: &'a str,
    /// The kind of achievement in the words of the specification.
    pub kind: Kind,
    pub name: &'a str,
    pub description: &'a str,
    /// What had to be done for it.
    pub criteria: &'a str,
    /// Skills and occupations that it stands for: name and address in ESCO.
    pub alignments: &'a [(String, String)],
    pub from: DateTime<Utc>,
    pub until: Option<DateTime<Utc>>,
    /// The list in which its revocation would stand, and the place in it.
    pub list: &'a str,
    pub at: usize,
}

/// Of the kinds of achievement that the specification lists, those that an institute gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Certificate,
    Diploma,
    Course,
    MicroCredential,
}

impl Kind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Certificate => "Certificate",
            Self::Diploma => "Diploma",
            Self::Course => "Course",
            Self::MicroCredential => "MicroCredential",
        }
    }
}

fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

impl Badge<'_> {
    pub fn document(&self) -> Value {
        let alignments: Vec<Value> = self
            .alignments
            .iter()
            .map(|(name, url)| json!({ "type": ["Alignment"], "targetName": name, "targetUrl": url, "targetFramework": "ESCO" }))
            .collect();
        let mut issuer = json!({ "id": self.issuer, "type": ["Profile"], "name": self.issuer_name });
        if let Some(url) = self.issuer_url {
            issuer["url"] = url.into();
        }
        let mut achievement = json!({
            "id": self.achievement,
            "type": ["Achievement"],
            "achievementType": self.kind.as_str(),
            "name": self.name,
            "description": self.description,
            "criteria": { "narrative": self.criteria },
        });
        if !alignments.is_empty() {
            achievement["alignment"] = alignments.into();
        }
        let mut document = json!({
            "@context": [V2, OPEN_BADGES],
            "id": self.id,
            "type": ["VerifiableCredential", "OpenBadgeCredential"],
            "name": self.name,
            "issuer": issuer,
            "validFrom": time(self.from),
            "credentialSubject": {
                "type": ["AchievementSubject"],
                "identifier": [
                    identity(self.holder_name, "name"),
                    identity(self.holder_code, "identifier"),
                ],
                "achievement": achievement,
            },
            "credentialStatus": {
                "id": format!("{}#{}", self.list, self.at),
                "type": "BitstringStatusListEntry",
                "statusPurpose": "revocation",
                "statusListIndex": self.at.to_string(),
                "statusListCredential": self.list,
            },
        });
        if let Some(until) = self.until {
            document["validUntil"] = time(until).into();
        }
        document
    }
}

fn identity(text: &str, kind: &str) -> Value {
    json!({ "type": "IdentityObject", "hashed": false, "identityHash": text, "identityType": kind })
}

/// A list of what an issuer revoked, before it is signed.
pub fn status_list(list: &str, issuer: &str, from: DateTime<Utc>, until: DateTime<Utc>, bits: &crate::status::Bits) -> Value {
    json!({
        "@context": [V2],
        "id": list,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": issuer,
        "validFrom": time(from),
        "validUntil": time(until),
        "credentialSubject": {
            "id": format!("{list}#list"),
            "type": "BitstringStatusList",
            "statusPurpose": "revocation",
            "encodedList": bits.encode(),
        },
    })
}
