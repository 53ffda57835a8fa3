//! What every request and job shares. Built once, before the server starts.

use crate::app::concepts::ConceptIndex;
use crate::app::law::Law;
use crate::app::privacy::retention::Schedule;
use crate::config::Config;
use crate::limits::Limits;
use crate::vault::{Vault, VaultError};
use passerelle_engine::matching::Policy;
use passerelle_store::Store;
use std::sync::Arc;
use thiserror::Error;

const POLICY: &str = include_str!("../config/matching-policy.toml");
const RETENTION: &str = include_str!("../config/retention.toml");

/// Shared by all threads; cheap to clone.
#[derive(Debug, Clone)]
pub struct AppState {
    pub store: Store,
    pub config: Arc<Config>,
    pub policy: Arc<Policy>,
    /// The law of the files; what authorities have entered stands in the database.
    pub law: Arc<Law>,
    pub concepts: Arc<ConceptIndex>,
    pub retention: Arc<Schedule>,
    pub vault: Arc<Vault>,
    pub limits: Arc<Limits>,
    /// Turns for questions that take all cores: one at a time.
    pub questions: Arc<tokio::sync::Semaphore>,
}

#[derive(Debug, Error)]
pub enum RulesError {
    #[error("{file}: {problem}")]
    File { file: String, problem: String },
    #[error("{0}")]
    Vault(#[from] VaultError),
}

impl AppState {
    /// # Errors
    /// When the policy or the law book cannot be used; the file and the key are named.
    pub fn new(store: Store, config: Config) -> Result<Self, RulesError> {
        let policy = load_policy(&config.matching.policy_file)?;
        let law = Law::read(&config.law.folder).map_err(|problem| RulesError::File { file: "law".into(), problem })?;
        let retention = load_retention(&config.storage.retention_file)?;
        let vault = Vault::open(&config)?;
        let limits = Limits::new(&config.limits);
        Ok(Self {
            store,
            config: Arc::new(config),
            policy: Arc::new(policy),
            law: Arc::new(law),
            concepts: Arc::new(ConceptIndex::default()),
            retention: Arc::new(retention),
            vault: Arc::new(vault),
            limits: Arc::new(limits),
            questions: Arc::new(tokio::sync::Semaphore::new(1)),
        })
    }
}

fn text_of(file: &str, built_in: &str, name: &str) -> Result<(String, String), RulesError> {
    if file.is_empty() {
        return Ok((name.to_owned(), built_in.to_owned()));
    }
    let text = std::fs::read_to_string(file);
    text.map(|text| (file.to_owned(), text)).map_err(|error| RulesError::File { file: file.into(), problem: error.to_string() })
}

/// # Errors
/// When the file cannot be read, a key is unknown, or the numbers do not make sense.
pub fn load_policy(file: &str) -> Result<Policy, RulesError> {
    let (file, text) = text_of(file, POLICY, "config/matching-policy.toml")?;
    let trouble = |problem: String| RulesError::File { file: file.clone(), problem };
    let source = config::File::from_str(&text, config::FileFormat::Toml);
    let raw = config::Config::builder().add_source(source).build().map_err(|error| trouble(error.to_string()))?;
    let policy: Policy = raw.try_deserialize().map_err(|error| trouble(error.to_string()))?;
    policy.check().map_err(|error| trouble(error.to_string()))?;
    Ok(policy)
}

/// # Errors
/// When the file cannot be read or a key is unknown.
pub fn load_retention(file: &str) -> Result<Schedule, RulesError> {
    let (file, text) = text_of(file, RETENTION, "config/retention.toml")?;
    let trouble = |problem: String| RulesError::File { file: file.clone(), problem };
    let source = config::File::from_str(&text, config::FileFormat::Toml);
    let raw = config::Config::builder().add_source(source).build().map_err(|error| trouble(error.to_string()))?;
    raw.try_deserialize().map_err(|error| trouble(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_policy_is_valid() {
        assert_eq!(load_policy("").unwrap().shortlist_max, 50);
    }

    #[test]
    fn a_policy_that_names_a_protected_attribute_is_refused() {
        let file = std::env::temp_dir().join(format!("passerelle-policy-{}.toml", uuid::Uuid::now_v7()));
        std::fs::write(&file, POLICY.replace("nice_skills = 10", "sex = 10")).unwrap();
        let error = load_policy(&file.display().to_string()).unwrap_err().to_string();
        std::fs::remove_file(&file).unwrap();
        assert!(error.contains("must_skills, nice_skills"), "{error}");
    }
}
