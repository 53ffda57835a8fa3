//! What a form sent: names and values, some of them several times.

use super::shell::Page;
use crate::error::AppError;
use crate::formats;
use actix_multipart::Multipart;
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use chrono::NaiveDate;
use futures_util::StreamExt;
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use uuid::Uuid;

#[derive(Debug, Clone, Default)]
pub struct Sent(pub Vec<(String, String)>);

impl FromRequest for Sent {
    type Error = AppError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, AppError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let limit = super::super::extract::state_of(request).map(|state| state.config.server.body_bytes_max).unwrap_or_default();
        let form = web::Form::<Vec<(String, String)>>::from_request(request, payload);
        Box::pin(async move {
            form.await.map(|form| Self(form.into_inner())).map_err(|error| match error.as_response_error().status_code().as_u16() {
                413 => AppError::TooLarge { limit },
                _ => AppError::Malformed("the form cannot be read".into()),
            })
        })
    }
}

/// What a form with a file sent.
#[derive(Debug, Default)]
pub struct Upload {
    /// Name of the file as the browser gave it.
    pub name: String,
    pub bytes: Vec<u8>,
    pub fields: Sent,
}

impl Upload {
    /// Reads such a form: the file is its part `file`. What is too long is given up at once; a file of hundreds of
    /// megabytes is not read to its end.
    ///
    /// # Errors
    /// When it cannot be read, has too many parts, or is too large.
    pub async fn read(mut parts: Multipart, bytes_max: usize) -> Result<Self, AppError> {
        const PARTS_MAX: usize = 10;
        const FIELD_MAX: usize = 20_000;
        let unreadable = |_| AppError::Malformed("the file cannot be read".into());
        let (mut upload, mut count) = (Self::default(), 0);
        while let Some(part) = parts.next().await {
            count += 1;
            if count > PARTS_MAX {
                return Err(AppError::Malformed("the form has too many parts".into()));
            }
            let mut part = part.map_err(unreadable)?;
            let field = part.name().unwrap_or_default().to_owned();
            let limit = if field == "file" { bytes_max } else { FIELD_MAX };
            if field == "file" {
                upload.name = part.content_disposition().and_then(|sent| sent.get_filename()).unwrap_or_default().to_owned();
            }
            let mut content = Vec::new();
            while let Some(chunk) = part.next().await {
                let chunk = chunk.map_err(unreadable)?;
                if content.len() + chunk.len() > limit {
                    return Err(AppError::TooLarge { limit });
                }
                content.extend_from_slice(&chunk);
            }
            if field == "file" {
                upload.bytes = content;
            } else {
                upload.fields.0.push((field, String::from_utf8_lossy(&content).into_owned()));
            }
        }
        Ok(upload)
    }
}

impl Sent {
    /// The value, trimmed; empty when there is none.
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value.trim()).unwrap_or_default()
    }

    /// The value as it was typed: a password's spaces are its own.
    pub fn raw(&self, name: &str) -> &str {
        self.0.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value.as_str()).unwrap_or_default()
    }

    pub fn some(&self, name: &str) -> Option<String> {
        Some(self.get(name).to_owned()).filter(|value| !value.is_empty())
    }

    pub fn all(&self, name: &str) -> Vec<&str> {
        self.0.iter().filter(|(key, value)| key == name && !value.trim().is_empty()).map(|(_, value)| value.trim()).collect()
    }

    pub fn id(&self, name: &str) -> Option<Uuid> {
        Uuid::try_parse(self.get(name)).ok()
    }

    pub fn ids(&self, name: &str) -> Vec<Uuid> {
        self.all(name).into_iter().filter_map(|id| Uuid::try_parse(id).ok()).collect()
    }

    pub fn number(&self, name: &str) -> Option<i64> {
        formats::latin_digits(self.get(name)).parse().ok()
    }

    /// A day as people write it.
    pub fn date(&self, name: &str) -> Option<NaiveDate> {
        formats::read_date(self.get(name)).parse().ok()
    }

    pub fn version(&self) -> Result<i64, AppError> {
        self.number("version").ok_or_else(|| AppError::Malformed("the form lacks the version that it is based on".into()))
    }

    /// Every name once, several values joined by commas: for forms of records.
    pub fn joined(&self) -> BTreeMap<String, String> {
        let mut joined: BTreeMap<String, String> = BTreeMap::new();
        for (name, value) in &self.0 {
            let entry = joined.entry(name.clone()).or_default();
            if !entry.is_empty() && !value.is_empty() {
                entry.push(',');
            }
            entry.push_str(value);
        }
        joined
    }

    /// Refuses a form without the token of the session.
    ///
    /// # Errors
    /// [`AppError::Forbidden`].
    pub fn guard(&self, page: &Page) -> Result<(), AppError> {
        page.guard_token(self.raw("csrf"))
    }
}
