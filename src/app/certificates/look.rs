//! What anybody may read without signing in: a certificate, the keys of its institute, the list of what was
//! revoked; and the judgement over any credential that somebody brings.

use super::keys;
use super::{issuer_name, list_address};
use crate::clock::Moment;
use crate::error::AppError;
use crate::state::AppState;
use passerelle_credentials::badge;
use passerelle_credentials::{Documents, Policy, Report, proof, status, verify, verify_bytes, web_address};
use passerelle_domain::certificate::CertificateStatus;
use passerelle_store::StoreError;
use passerelle_store::entity::certificate;
use passerelle_store::query::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use serde_json::{Value, json};
use std::collections::HashMap;
use uuid::Uuid;

/// How long a list may be kept by whoever has fetched it, in hours.
const LIST_HOURS: i64 = 24;

/// A signed certificate, as it was signed.
///
/// # Errors
/// When there is none, or its holder was erased.
pub async fn signed(state: &AppState, id: Uuid) -> Result<certificate::Model, AppError> {
    let row = certificate::Entity::find_by_id(id).one(state.store.read()).await.map_err(StoreError::from)?;
    row.filter(|row| !row.document.is_empty()).ok_or(AppError::NotFound)
}

/// The keys of an institute as a DID document; retired ones too, for what they signed.
///
/// # Errors
/// When it has never signed anything.
pub async fn did_document(state: &AppState, institute: Uuid) -> Result<Value, AppError> {
    let keys = keys::all(state.store.read(), institute).await?;
    let Some(first) = keys.first() else { return Err(AppError::NotFound) };
    let name = issuer_name(&state.config, institute, &first.public);
    let methods: Vec<Value> = keys
        .iter()
        .map(|key| {
            json!({ "id": format!("{name}#{}", key.public), "type": "Multikey", "controller": name, "publicKeyMultibase": key.public })
        })
        .collect();
    let ids: Vec<&Value> = methods.iter().map(|method| &method["id"]).collect();
    Ok(json!({
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"],
        "id": name,
        "assertionMethod": ids,
        "verificationMethod": methods,
    }))
}

/// The list of what an institute has revoked, signed for today.
///
/// # Errors
/// When it has never signed anything.
pub async fn status_list(state: &AppState, institute: Uuid, now: Moment) -> Result<Value, AppError> {
    let conn = state.store.read();
    let key = keys::current(conn, institute).await?.ok_or(AppError::NotFound)?;
    let revoked: Vec<i64> = certificate::Entity::find()
        .select_only()
        .column(certificate::Column::Place)
        .filter(certificate::Column::InstituteId.eq(institute))
        .filter(certificate::Column::Status.eq(CertificateStatus::Revoked.as_str()))
        .into_tuple()
        .all(conn)
        .await
        .map_err(StoreError::from)?;
    let mut bits = status::Bits::default();
    revoked.into_iter().filter_map(|place| usize::try_from(place).ok()).for_each(|place| bits.set(place, true));
    let signer = keys::signer(state, &key)?;
    let list = list_address(&state.config, institute);
    let document = badge::status_list(&list, &signer.issuer, now.0, now.0 + chrono::TimeDelta::hours(LIST_HOURS), &bits);
    proof::sign(document, &signer.key, &signer.method, now.0).map_err(AppError::internal)
}

/// Documents of institutes of this installation, by address.
#[derive(Debug, Default)]
struct Known(HashMap<String, Value>);

impl Documents for Known {
    fn get(&self, url: &str) -> Option<Value> {
        self.0.get(url).cloned()
    }
}

/// Judges a credential: one of ours with our keys and lists, one of others with what it carries. Nothing is fetched.
///
/// # Errors
/// When the database refuses.
pub async fn judge(state: &AppState, bytes: Vec<u8>, now: Moment) -> Result<Report, AppError> {
    let parsed: Option<Value> = serde_json::from_slice(&bytes).ok();
    let known = match &parsed {
        Some(document) => known(state, document, now).await?,
        None => Known::default(),
    };
    let policy = Policy { at: now.0, any_key: false };
    let work = move || match parsed {
        Some(document) if bytes.len() <= passerelle_credentials::LARGEST => verify(&document, &known, policy),
        _ => verify_bytes(&bytes, &known, policy),
    };
    tokio::task::spawn_blocking(work).await.map_err(AppError::internal)
}

async fn known(state: &AppState, document: &Value, now: Moment) -> Result<Known, AppError> {
    let mut known = Known::default();
    // The institute is named by the list that the credential points to: only its own documents are looked up.
    let lists = document.get("credentialStatus").map(|status| match status {
        Value::Array(all) => all.iter().take(8).collect(),
        one => vec![one],
    });
    for entry in lists.unwrap_or_default() {
        let Some(list) = entry.get("statusListCredential").and_then(Value::as_str) else { continue };
        let institute = list.trim_end_matches("/status-list.json").rsplit('/').next().and_then(|id| Uuid::try_parse(id).ok());
        let Some(institute) = institute.filter(|institute| list_address(&state.config, *institute) == list) else { continue };
        if let Some(found) = found(status_list(state, institute, now).await)? {
            known.0.insert(list.to_owned(), found);
        }
        if let Some(found) = found(did_document(state, institute).await)?
            && let Some(place) = found["id"].as_str().and_then(web_address)
        {
            known.0.insert(place, found);
        }
    }
    Ok(known)
}

fn found(answer: Result<Value, AppError>) -> Result<Option<Value>, AppError> {
    match answer {
        Ok(value) => Ok(Some(value)),
        Err(AppError::NotFound) => Ok(None),
        Err(other) => Err(other),
    }
}
