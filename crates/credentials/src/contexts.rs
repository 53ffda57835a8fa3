//! The JSON-LD contexts that are known here, word for word as their authors publish them.
//!
//! A context gives words their meaning, so a signature over meaning is only as good as the context: none is ever
//! fetched, and a credential with another one is unverifiable.

/// The data model's own contexts, one of which stands first in every credential.
pub const V1: &str = "https://www.w3.org/2018/credentials/v1";
pub const V2: &str = "https://www.w3.org/ns/credentials/v2";
/// Open Badges 3.0, as certificates are issued with here.
pub const OPEN_BADGES: &str = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json";

/// The text of a context.
pub fn text(url: &str) -> Option<&'static str> {
    Some(match url {
        V1 => include_str!("../contexts/credentials-v1.jsonld"),
        V2 => include_str!("../contexts/credentials-v2.jsonld"),
        "https://www.w3.org/ns/credentials/status/v1" => include_str!("../contexts/credentials-status-v1.jsonld"),
        "https://w3id.org/security/data-integrity/v1" => include_str!("../contexts/data-integrity-v1.jsonld"),
        "https://w3id.org/security/data-integrity/v2" => include_str!("../contexts/data-integrity-v2.jsonld"),
        "https://w3id.org/security/suites/ed25519-2020/v1" => include_str!("../contexts/ed25519-2020-v1.json"),
        "https://w3id.org/security/multikey/v1" => include_str!("../contexts/multikey-v1.jsonld"),
        "https://purl.imsglobal.org/spec/ob/v3p0/context.json" => include_str!("../contexts/ob-v3p0-context.json"),
        "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.1.json" => include_str!("../contexts/ob-v3p0-context-3.0.1.json"),
        "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.2.json" => include_str!("../contexts/ob-v3p0-context-3.0.2.json"),
        OPEN_BADGES => include_str!("../contexts/ob-v3p0-context-3.0.3.json"),
        "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json" => include_str!("../contexts/ob-v3p0-extensions.json"),
        // The W3C's context for examples: every word means itself.
        "https://www.w3.org/ns/credentials/examples/v2" => r#"{"@context":{"@vocab":"https://www.w3.org/ns/credentials/examples#"}}"#,
        _ => return None,
    })
}
