//! Passwords are hashed with argon2id at the library's defaults (19 MiB, two passes).

use crate::error::AppError;
use argon2::{Argon2, PasswordHasher, PasswordVerifier};

/// Hash of no password: verifying against it costs what a real one costs.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$c29tZS1zYWx0LWhlcmU$Pzk0Y2lCzq8Wm6gqT2VYr3wLZ6mQJX5oJ3x1Jm6o2dE";

/// Hashes off the request's thread: a hash takes some fifty milliseconds of a processor.
///
/// # Errors
/// When hashing fails.
pub async fn hash(password: String) -> Result<String, AppError> {
    let hashed = tokio::task::spawn_blocking(move || Argon2::default().hash_password(password.as_bytes()).map(|hash| hash.to_string()));
    hashed.await.map_err(AppError::internal)?.map_err(|error| AppError::internal(error.to_string()))
}

/// Whether the password fits. Without a hash it costs the same and never fits.
///
/// # Errors
/// When the thread that hashes cannot be had.
pub async fn verify(password: String, hash: Option<String>) -> Result<bool, AppError> {
    tokio::task::spawn_blocking(move || {
        let known = hash.is_some();
        let fits = Argon2::default().verify_password(password.as_bytes(), hash.as_deref().unwrap_or(NOBODY)).is_ok();
        known && fits
    })
    .await
    .map_err(AppError::internal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_fits_its_own_hash_only() {
        let hashed = hash("correct horse battery".into()).await.unwrap();
        assert!(hashed.starts_with("$argon2id$"));
        assert!(verify("correct horse battery".into(), Some(hashed.clone())).await.unwrap());
        assert!(!verify("wrong horse battery".into(), Some(hashed)).await.unwrap());
        assert!(!verify("anything".into(), None).await.unwrap());
    }

    #[test]
    fn the_hash_of_nobody_is_well_formed() {
        assert!(argon2::PasswordHash::new(NOBODY).is_ok());
    }
}
