//! The facts of one run: everything the engine reads, in one document.
//!
//! A snapshot holds no names, no sex, no contact: identifiers, codes, dates and numbers. It is
//! stored with the run, so that the run can be replayed byte for byte.

use chrono::NaiveDate;
use passerelle_domain::corridor::PathwayId;
use passerelle_domain::ids::{NeedId, TraineeId};
use passerelle_domain::law::{NeedFacts, PathwayFacts, QuotaFacts, RuleBook, TraineeFacts};
use passerelle_domain::occupation::ConceptUri;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use thiserror::Error;

/// Version of the snapshot document. A file of another version is refused, not guessed at.
pub const SNAPSHOT_FORMAT: &str = "passerelle-snapshot-1";

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Snapshot {
    pub format: String,
    /// Day of the run; rules anchored at the match are judged on it.
    pub as_of: NaiveDate,
    /// Decides ties that merit and waiting time leave open.
    pub seed: u64,
    pub book: RuleBook,
    pub pathways: Vec<PathwayFacts>,
    pub trainees: Vec<TraineeFacts>,
    pub needs: Vec<NeedFacts>,
    pub quotas: Vec<QuotaFacts>,
    /// Broader concepts of the skills that occur: two skills with a common one are siblings.
    pub broader: BTreeMap<ConceptUri, Vec<ConceptUri>>,
    /// What one seat more of a pathway would have been worth in earlier runs, in points of weight; only where
    /// the policy holds seats back.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub seat_worth: BTreeMap<PathwayId, u32>,
    /// Packs that take no part, because their agreements are matched in another way.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub elsewhere: BTreeSet<String>,
}

#[derive(Debug, Error)]
pub enum SnapshotError {
    #[error("this is a snapshot of format {found}, and this engine reads {SNAPSHOT_FORMAT}; use the engine version that wrote it")]
    OtherFormat { found: String },
    #[error("the snapshot cannot be read: {0}")]
    Malformed(#[from] serde_json::Error),
    #[error("{what} {id} stands twice in the snapshot")]
    Twice { what: &'static str, id: String },
}

impl Snapshot {
    /// Reads a snapshot and brings its lists into their canonical order.
    ///
    /// # Errors
    /// When the text is no snapshot, or one of another format.
    pub fn from_json(text: &str) -> Result<Self, SnapshotError> {
        #[derive(Deserialize)]
        struct Format {
            format: String,
        }
        let Format { format } = serde_json::from_str(text)?;
        if format != SNAPSHOT_FORMAT {
            return Err(SnapshotError::OtherFormat { found: format });
        }
        let mut snapshot: Self = serde_json::from_str(text)?;
        snapshot.canonical()?;
        Ok(snapshot)
    }

    /// Sorts every list by identifier, so that equal facts give equal bytes.
    ///
    /// # Errors
    /// When an identifier stands twice.
    pub fn canonical(&mut self) -> Result<(), SnapshotError> {
        self.pathways.sort_by(|a, b| a.id.cmp(&b.id));
        self.trainees.sort_by_key(|trainee| trainee.id);
        self.needs.sort_by_key(|need| need.id);
        self.quotas.sort_by(|a, b| (&a.name, &a.subject, a.scope).cmp(&(&b.name, &b.subject, b.scope)));
        for trainee in &mut self.trainees {
            trainee.skills.sort_by(|a, b| (&a.skill, a.provenance).cmp(&(&b.skill, b.provenance)));
        }
        for need in &mut self.needs {
            need.skills.sort_by(|a, b| a.skill.cmp(&b.skill));
            need.pools.sort_by(|a, b| a.pathway.cmp(&b.pathway));
        }
        twice("trainee", self.trainees.iter().map(|trainee| trainee.id))?;
        twice("need", self.needs.iter().map(|need| need.id))?;
        twice("pathway", self.pathways.iter().map(|pathway| pathway.id.clone()))
    }

    /// The document as stored.
    ///
    /// # Errors
    /// Never for a snapshot of this crate's types; the signature is serde's.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self)
    }

    pub fn pathway(&self, id: &PathwayId) -> Option<&PathwayFacts> {
        self.pathways.binary_search_by(|pathway| pathway.id.cmp(id)).ok().map(|at| &self.pathways[at])
    }

    pub fn trainee(&self, id: TraineeId) -> Option<&TraineeFacts> {
        self.trainees.binary_search_by_key(&id, |trainee| trainee.id).ok().map(|at| &self.trainees[at])
    }

    pub fn need(&self, id: NeedId) -> Option<&NeedFacts> {
        self.needs.binary_search_by_key(&id, |need| need.id).ok().map(|at| &self.needs[at])
    }
}

fn twice<T: PartialEq + ToString>(what: &'static str, sorted: impl Iterator<Item = T>) -> Result<(), SnapshotError> {
    let mut before: Option<T> = None;
    for id in sorted {
        if before.as_ref() == Some(&id) {
            return Err(SnapshotError::Twice { what, id: id.to_string() });
        }
        before = Some(id);
    }
    Ok(())
}

/// SHA-256 of a text, in hexadecimal.
pub fn digest(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}
