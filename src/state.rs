//! What every request and job shares. Built once, before the server starts.

use crate::app::concepts::ConceptIndex;
use crate::app::privacy::retention::Schedule;
use crate::config::Config;
use crate::limits::Limits;
use crate::vault::{Vault, VaultError};
use passerelle_domain::law::RuleBook;
use passerelle_engine::matching::Policy;
use passerelle_store::Store;
use std::sync::Arc;
use thiserror::Error;

const POLICY: &str = include_str!("../config/matching-policy.toml");
const RETENTION: &str = include_str!("../config/retention.toml");
const RULES: &str = include_str!("../config/law/rules.yaml");

/// Shared by all threads; cheap to clone.
#[derive(Debug, Clone)]
pub struct AppState {
    pub store: Store,
    pub config: Arc<Config>,
    pub policy: Arc<Policy>,
    pub rules: Arc<RuleBook>,
    pub concepts: Arc<ConceptIndex>,
    pub retention: Arc<Schedule>,
    pub vault: Arc<Vault>,
    pub limits: Arc<Limits>,
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
        let rules = load_rules(&config.matching.rules_file)?;
        let retention = load_retention(&config.storage.retention_file)?;
        let vault = Vault::open(&config)?;
        let limits = Limits::new(&config.limits);
        Ok(Self {
            store,
            config: Arc::new(config),
            policy: Arc::new(policy),
            rules: Arc::new(rules),
            concepts: Arc::new(ConceptIndex::default()),
            retention: Arc::new(retention),
            vault: Arc::new(vault),
            limits: Arc::new(limits),
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
/// When the file cannot be read, a key is unknown, or a rule that always holds is softened.
pub fn load_rules(file: &str) -> Result<RuleBook, RulesError> {
    let (file, text) = text_of(file, RULES, "config/law/rules.yaml")?;
    let trouble = |problem: String| RulesError::File { file: file.clone(), problem };
    let book: RuleBook = serde_saphyr::from_str(&text).map_err(|error| trouble(error.without_snippet().to_string()))?;
    match book.check().first() {
        None => Ok(book),
        Some(finding) => Err(trouble(format!("{}: {}", finding.key, finding.problem))),
    }
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
    fn the_built_in_policy_and_law_book_are_valid() {
        assert_eq!(load_policy("").unwrap().shortlist_max, 50);
        let book = load_rules("").unwrap();
        assert_eq!(book.safeguards_lists[0].countries.len(), 55);
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
