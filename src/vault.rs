//! Sealing: what must not be readable in the database is encrypted with a key that is not in it.
//!
//! XChaCha20-Poly1305 with a random nonce; the place of a text (its row and kind) is bound to it as
//! associated data, so that a sealed text cannot be moved to another person's row. Keys come from
//! the configuration, or are made once and kept in the data folder; the first seals, all open.

use crate::auth::secret;
use crate::config::Config;
use crate::error::AppError;
use crate::text::{hex, unhex};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hmac::{Hmac, KeyInit as _, Mac};
use sha2::Sha256;
use std::path::Path;
use thiserror::Error;

/// A sealed text as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    pub key_id: String,
    pub nonce: String,
    pub text: String,
}

#[derive(Debug, Error)]
pub enum VaultError {
    #[error("security.sealing_keys: {0}; write them as name:64 hexadecimal digits, joined by commas, the current one first")]
    Key(&'static str),
    #[error("cannot read or make {file}: {source}")]
    Io { file: String, source: std::io::Error },
}

struct Key {
    id: String,
    bytes: [u8; 32],
}

/// The keys of this installation. Never printed.
pub struct Vault {
    keys: Vec<Key>,
    index: [u8; 32],
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Vault").field("keys", &self.keys.len()).finish_non_exhaustive()
    }
}

impl Vault {
    /// Reads the keys, making them where there are none yet.
    ///
    /// # Errors
    /// When a key is malformed or a file cannot be read or made.
    pub fn open(config: &Config) -> Result<Self, VaultError> {
        let folder = &config.storage.data_dir;
        let listed = if config.security.sealing_keys.is_empty() {
            kept(&folder.join("sealing.keys"), || format!("k1:{}", secret::random()))?
        } else {
            config.security.sealing_keys.clone()
        };
        let index = if config.security.index_key.is_empty() {
            kept(&folder.join("index.key"), secret::random)?
        } else {
            config.security.index_key.clone()
        };
        let keys = listed.split([',', '\n']).map(str::trim).filter(|entry| !entry.is_empty()).map(key).collect::<Result<Vec<_>, _>>()?;
        if keys.is_empty() {
            return Err(VaultError::Key("there is none"));
        }
        Ok(Self { keys, index: bytes_of(index.trim())? })
    }

    /// The name of the key that seals now.
    pub fn current(&self) -> &str {
        &self.keys[0].id
    }

    /// Seals a text for a place.
    ///
    /// # Errors
    /// When the cipher refuses, which it does for texts beyond any size that is let in.
    pub fn seal(&self, place: &str, text: &str) -> Result<Sealed, AppError> {
        let key = &self.keys[0];
        let nonce = secret::random();
        let nonce = &nonce[..48];
        let sealed = cipher(key)
            .encrypt(&nonce_of(nonce)?, Payload { msg: text.as_bytes(), aad: place.as_bytes() })
            .map_err(|_| AppError::internal("a text could not be sealed"))?;
        Ok(Sealed { key_id: key.id.clone(), nonce: nonce.to_owned(), text: hex(&sealed) })
    }

    /// Opens what was sealed for that place.
    ///
    /// # Errors
    /// When the key is not at hand, or the text was changed or moved.
    pub fn unseal(&self, place: &str, sealed: &Sealed) -> Result<String, AppError> {
        let key = self.keys.iter().find(|key| key.id == sealed.key_id);
        let key = key.ok_or_else(|| AppError::internal(format!("the sealing key {} is not among the configured ones", sealed.key_id)))?;
        let bytes = unhex(&sealed.text).ok_or_else(|| AppError::internal("a sealed text is damaged"))?;
        let opened = cipher(key).decrypt(&nonce_of(&sealed.nonce)?, Payload { msg: &bytes, aad: place.as_bytes() });
        let opened = opened.map_err(|_| AppError::internal("a sealed text was changed, or moved to another place"))?;
        String::from_utf8(opened).map_err(AppError::internal)
    }

    /// A keyed hash under which equal texts can be found and not guessed: for document numbers.
    pub fn index(&self, text: &str) -> String {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.index) else { return String::new() };
        mac.update(text.as_bytes());
        hex(&mac.finalize().into_bytes())
    }
}

fn cipher(key: &Key) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(&key.bytes.into())
}

fn nonce_of(hex: &str) -> Result<XNonce, AppError> {
    let bytes: Option<[u8; 24]> = unhex(hex).and_then(|bytes| bytes.try_into().ok());
    Ok(bytes.ok_or_else(|| AppError::internal("a sealed text has a damaged nonce"))?.into())
}

fn key(entry: &str) -> Result<Key, VaultError> {
    let (id, hex) = entry.split_once(':').ok_or(VaultError::Key("a key has no name"))?;
    if id.is_empty() || id.len() > 20 || !id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
        return Err(VaultError::Key("a name is not of letters, digits and hyphens"));
    }
    Ok(Key { id: id.into(), bytes: bytes_of(hex)? })
}

fn bytes_of(hex: &str) -> Result<[u8; 32], VaultError> {
    unhex(hex).and_then(|bytes| bytes.try_into().ok()).ok_or(VaultError::Key("a key is not of 64 hexadecimal digits"))
}

/// The content of a file of secrets; made, for its owner alone, when it is not there.
pub fn kept(file: &Path, make: impl FnOnce() -> String) -> Result<String, VaultError> {
    use std::io::Write;
    let io = |source| VaultError::Io { file: file.display().to_string(), source };
    match std::fs::read_to_string(file) {
        Ok(text) => return Ok(text),
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(io(error)),
        Err(_) => {}
    }
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder).map_err(io)?;
    }
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    match options.open(file) {
        Ok(mut made) => {
            let text = make();
            made.write_all(text.as_bytes()).map_err(io)?;
            Ok(text)
        }
        // Another process was faster: its secret counts.
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => std::fs::read_to_string(file).map_err(io),
        Err(error) => Err(io(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vault(keys: &str) -> Vault {
        Vault { keys: keys.split(',').map(|entry| key(entry).unwrap()).collect(), index: [7; 32] }
    }

    #[test]
    fn a_text_opens_in_its_place_with_its_key_and_nowhere_else() {
        let (old, new) = ("a".repeat(64), "b".repeat(64));
        let first = vault(&format!("k1:{old}"));
        let sealed = first.seal("row-1/health", "a broken wrist").unwrap();
        assert!(!sealed.text.contains("wrist"));
        assert_eq!(first.unseal("row-1/health", &sealed).unwrap(), "a broken wrist");
        assert!(first.unseal("row-2/health", &sealed).is_err(), "moved to another row");
        let changed = Sealed { text: sealed.text.replacen(|c: char| c != '0', "0", 1), ..sealed.clone() };
        assert!(first.unseal("row-1/health", &changed).is_err(), "changed");
        let rotated = vault(&format!("k2:{new},k1:{old}"));
        assert_eq!(rotated.unseal("row-1/health", &sealed).unwrap(), "a broken wrist");
        assert_eq!(rotated.seal("x", "y").unwrap().key_id, "k2");
        assert!(vault(&format!("k2:{new}")).unseal("row-1/health", &sealed).is_err(), "without the key");
    }

    #[test]
    fn an_index_is_stable_and_keyed() {
        let (one, other) = (vault(&format!("k1:{}", "a".repeat(64))), Vault { index: [8; 32], ..vault(&format!("k1:{}", "a".repeat(64))) });
        assert_eq!(one.index("MA AB123456"), one.index("MA AB123456"));
        assert_ne!(one.index("MA AB123456"), other.index("MA AB123456"));
    }
}
