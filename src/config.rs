//! Configuration: defaults in the binary, then a file, then the environment. A key or value that
//! is wrong is refused by name.

use serde::Deserialize;
use std::path::{Path, PathBuf};
use thiserror::Error;

const DEFAULTS: &str = include_str!("../config/default.toml");

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    pub server: Server,
    pub database: Database,
    pub security: Security,
    pub storage: Storage,
    pub jobs: Jobs,
    pub matching: Matching,
    pub law: LawFiles,
    pub mail: Mail,
    pub oidc: Oidc,
    pub limits: Limits,
    pub log: Log,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    pub host: String,
    pub port: u16,
    pub public_url: String,
    pub workers: usize,
    pub body_bytes_max: usize,
    pub request_seconds: u64,
    pub behind_proxy: bool,
    pub shutdown_seconds: u64,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Database {
    pub url: String,
    pub connections: u32,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Security {
    pub secret_key: String,
    pub session_hours: i64,
    pub sign_in_failures_per_account: i32,
    pub sign_in_failures_per_address: i32,
    pub token_days_max: i64,
    pub sealing_keys: String,
    pub index_key: String,
    pub sign_up: bool,
}

/// Never prints the secret.
impl std::fmt::Debug for Security {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Security").field("session_hours", &self.session_hours).finish_non_exhaustive()
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Storage {
    pub data_dir: PathBuf,
    pub retention_file: String,
}

/// How letters leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MailBy {
    /// Into the folder `mail` of the data folder: for tests and first steps.
    File,
    Smtp,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mail {
    pub by: MailBy,
    pub from: String,
    pub smtp_url: String,
}

/// The address of the server may carry a password: never printed.
impl std::fmt::Debug for Mail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mail").field("by", &self.by).field("from", &self.from).finish_non_exhaustive()
    }
}

/// An outside provider of identity.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Oidc {
    pub issuer: String,
    pub client_id: String,
    pub client_secret: String,
    pub name: String,
}

/// Never prints the secret.
impl std::fmt::Debug for Oidc {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Oidc").field("issuer", &self.issuer).finish_non_exhaustive()
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    pub requests_per_actor_minute: u32,
    pub requests_per_address_minute: u32,
    pub door_per_address_minute: u32,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Jobs {
    pub workers: usize,
    pub poll_ms: u64,
    pub lease_seconds: i64,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Matching {
    pub policy_file: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LawFiles {
    /// Folder with `catalogue.yaml`, `reference.yaml` and `calendars.yaml`; empty takes those in the binary.
    pub folder: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    pub filter: String,
    pub format: String,
}

#[derive(Debug, Error)]
pub enum ConfigError {
    #[error("{0}")]
    Read(#[from] config::ConfigError),
    #[error("{key}: {problem}; fix: {fix}")]
    Value { key: &'static str, problem: String, fix: &'static str },
}

impl Config {
    /// # Errors
    /// When a file cannot be read, a key is unknown, or a value is of the wrong kind or range.
    pub fn load(file: Option<&Path>) -> Result<Self, ConfigError> {
        let mut builder = config::Config::builder().add_source(config::File::from_str(DEFAULTS, config::FileFormat::Toml));
        if let Some(file) = file {
            builder = builder.add_source(config::File::from(file).format(config::FileFormat::Toml));
        }
        let environment = config::Environment::with_prefix("PASSERELLE").prefix_separator("__").separator("__").try_parsing(true);
        let loaded: Self = builder.add_source(environment).build()?.try_deserialize()?;
        loaded.check()?;
        Ok(loaded)
    }

    fn check(&self) -> Result<(), ConfigError> {
        let wrong = |key, problem: &str, fix| Err(ConfigError::Value { key, problem: problem.into(), fix });
        if !(self.database.url.starts_with("sqlite:")
            || self.database.url.starts_with("postgres:")
            || self.database.url.starts_with("postgresql:"))
        {
            return wrong("database.url", "is neither SQLite nor PostgreSQL", "write sqlite://FILE or postgres://USER@HOST/NAME");
        }
        if self.database.connections == 0 || self.database.connections > 200 {
            return wrong("database.connections", "is out of range", "write 1 to 200");
        }
        if !self.security.secret_key.is_empty() && self.security.secret_key.len() < 64 {
            return wrong("security.secret_key", "is too short", "write at least 64 random characters, or leave it empty");
        }
        if !(1..=24 * 30).contains(&self.security.session_hours) {
            return wrong("security.session_hours", "is out of range", "write 1 to 720");
        }
        if !(1..=100).contains(&self.security.sign_in_failures_per_account) || self.security.sign_in_failures_per_address < 1 {
            return wrong("security.sign_in_failures_per_account", "is out of range", "write 1 to 100");
        }
        if !(self.server.public_url.starts_with("http://") || self.server.public_url.starts_with("https://")) {
            return wrong("server.public_url", "is no web address", "start it with https:// or http://");
        }
        if self.public_host().is_empty() {
            return wrong("server.public_url", "names no host", "write it as https://HOST");
        }
        if self.server.body_bytes_max < 1024 {
            return wrong("server.body_bytes_max", "leaves no room for a request", "write 1024 or more");
        }
        if !(1..=3_600).contains(&self.server.request_seconds) {
            return wrong("server.request_seconds", "is out of range", "write 1 to 3600");
        }
        if !(5..=86_400).contains(&self.jobs.lease_seconds) || !(10..=60_000).contains(&self.jobs.poll_ms) {
            return wrong("jobs.lease_seconds", "is out of range", "write 5 to 86400 seconds, and 10 to 60000 for jobs.poll_ms");
        }
        if !(1..=3_650).contains(&self.security.token_days_max) {
            return wrong("security.token_days_max", "is out of range", "write 1 to 3650");
        }
        if self.mail.by == MailBy::Smtp && !(self.mail.smtp_url.starts_with("smtp://") || self.mail.smtp_url.starts_with("smtps://")) {
            return wrong("mail.smtp_url", "is no address of a mail server", "write smtps://USER:PASSWORD@HOST or smtp://HOST:PORT");
        }
        if !self.oidc.issuer.is_empty() {
            let local = ["http://127.0.0.1", "http://localhost"].iter().any(|start| self.oidc.issuer.starts_with(start));
            if !(self.oidc.issuer.starts_with("https://") || local) {
                return wrong("oidc.issuer", "is not reached over TLS", "write https://HOST, as the provider names itself");
            }
            if self.oidc.client_id.is_empty() || self.oidc.name.is_empty() {
                return wrong("oidc.client_id", "is missing", "write the identifier that the provider gave, and a name for the button");
            }
        }
        if self.limits.requests_per_actor_minute == 0
            || self.limits.requests_per_address_minute == 0
            || self.limits.door_per_address_minute == 0
        {
            return wrong("limits", "lets nobody in", "write 1 or more");
        }
        if self.log.filter.parse::<tracing_subscriber::filter::EnvFilter>().is_err() {
            return wrong("log.filter", "cannot be read", "write levels such as info or info,passerelle=debug");
        }
        if !["text", "json"].contains(&self.log.format.as_str()) {
            return wrong("log.format", "is unknown", "write text or json");
        }
        Ok(())
    }

    /// The host of the public address, without port.
    pub fn public_host(&self) -> String {
        let uri = self.server.public_url.parse::<actix_web::http::Uri>().ok();
        uri.and_then(|uri| uri.host().map(str::to_owned)).unwrap_or_default()
    }

    /// Scheme, host and port of the public address, as browsers name an origin.
    pub fn public_origin(&self) -> String {
        let end = self.server.public_url.match_indices('/').nth(2).map_or(self.server.public_url.len(), |(at, _)| at);
        self.server.public_url[..end].to_lowercase()
    }

    /// Whether people reach the service over TLS, so that cookies may be marked Secure.
    pub fn is_secure(&self) -> bool {
        self.server.public_url.starts_with("https://")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(text: &str) -> Result<Config, String> {
        let file = std::env::temp_dir().join(format!("passerelle-config-{}.toml", uuid::Uuid::now_v7()));
        std::fs::write(&file, text).unwrap();
        let loaded = Config::load(Some(&file)).map_err(|error| error.to_string());
        std::fs::remove_file(&file).unwrap();
        loaded
    }

    #[test]
    fn the_defaults_are_valid_and_wrong_keys_and_values_are_named() {
        assert_eq!(with("").unwrap().server.port, 8080);
        assert_eq!(with("[server]\nport = 9000").unwrap().server.port, 9000);
        assert!(with("[server]\nprot = 9000").unwrap_err().contains("prot"));
        assert!(with("[server]\nport = \"x\"").unwrap_err().contains("port"));
        assert!(with("[database]\nurl = \"mysql://x\"").unwrap_err().contains("database.url"));
        assert!(with("[security]\nsecret_key = \"short\"").unwrap_err().contains("security.secret_key"));
    }
}
