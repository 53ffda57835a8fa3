//! Certificates that institutes sign: Open Badges 3.0 that anybody can check, with paper to hang on a wall.

mod issue;
mod keys;
mod look;
mod paper;

pub use issue::{Candidate, Issue, Revoke, candidates, issue, programme_of, revoke};
pub use keys::{own_keys, renew, reseal};
pub use look::{LARGEST, did_document, judge, readable, signed, status_list};
pub use paper::{Words, paper};

use crate::config::Config;
use uuid::Uuid;

/// The name under which an institute signs.
///
/// Behind `https` it is a `did:web`: the document that lists its keys lies beside the certificates, and a key can be
/// replaced. Elsewhere, on a machine for trying things out, the key itself is the name.
pub fn issuer_name(config: &Config, institute: Uuid, public: &str) -> String {
    match secure_host(config) {
        Some(host) => format!("did:web:{}:institutes:{institute}", host.trim_end_matches('/').replace(':', "%3A").replace('/', ":")),
        None => format!("did:key:{public}"),
    }
}

fn secure_host(config: &Config) -> Option<&str> {
    config.server.public_url.strip_prefix("https://")
}

/// Whether an institute can have another key and still be the same: not where the key is its name.
pub fn keys_change(config: &Config) -> bool {
    secure_host(config).is_some()
}

/// Where the list of what an institute has revoked is read.
pub fn list_address(config: &Config, institute: Uuid) -> String {
    format!("{}/institutes/{institute}/status-list.json", config.server.public_url.trim_end_matches('/'))
}

/// Where anybody can look at a certificate.
pub fn address(config: &Config, certificate: Uuid) -> String {
    format!("{}/certificates/{certificate}", config.server.public_url.trim_end_matches('/'))
}
