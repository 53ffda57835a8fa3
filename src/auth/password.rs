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

/// Fewest characters of a password.
pub const LENGTH_MIN: usize = 12;

/// Passwords that are tried first by whoever guesses.
const TRIED_FIRST: [&str; 8] = ["password", "passwort", "motdepasse", "123456", "qwerty", "azerty", "passerelle", "letmein"];

/// Refuses what is too short, too long, guessed first, or the address again. No rule about kinds of
/// characters: length is what counts (NIST SP 800-63B, 3.1.1.2).
///
/// # Errors
/// With what to mend.
pub fn ensure_strong(password: &str, email: &str) -> Result<(), AppError> {
    if !(LENGTH_MIN..=200).contains(&password.chars().count()) {
        return Err(AppError::invalid("password", "password-length", "must have 12 to 200 characters"));
    }
    let lower = password.to_lowercase();
    let bare: String = lower.chars().filter(|c| c.is_alphabetic()).collect();
    let user = email.split('@').next().unwrap_or_default();
    let varied = lower.chars().collect::<std::collections::BTreeSet<_>>().len() >= 5;
    if !varied || TRIED_FIRST.contains(&bare.as_str()) || TRIED_FIRST.iter().any(|word| lower.starts_with(word) && bare.len() <= word.len())
    {
        return Err(AppError::invalid("password", "password-common", "is one of those that are tried first"));
    }
    if user.len() >= 4 && lower.replace(user, "").chars().count() < 8 {
        return Err(AppError::invalid("password", "password-common", "is little more than the address"));
    }
    Ok(())
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
    fn short_common_and_repeated_passwords_are_refused() {
        for weak in ["short", "password1234", "aaaaaaaaaaaa", "salma.berrada1", "Passerelle2026!"] {
            assert!(ensure_strong(weak, "salma.berrada@example.org").is_err(), "{weak}");
        }
        assert!(ensure_strong("four oranges in Rabat", "salma.berrada@example.org").is_ok());
    }

    #[test]
    fn the_hash_of_nobody_is_well_formed() {
        assert!(argon2::PasswordHash::new(NOBODY).is_ok());
    }
}
