//! What anybody may read without signing in: a certificate, the keys of its institute, the list of what was
//! revoked; and the judgement over any credential that somebody brings.

use super::keys;
use super::{issuer_name, list_address};
use crate::app::Ctx;
use crate::clock::Moment;
use crate::error::AppError;
use crate::state::AppState;
use passerelle_credentials::badge;
use passerelle_credentials::{Check, Documents, Policy, Report, What, proof, status, verify, verify_bytes, web_address};
use passerelle_domain::access::{Action, FieldGroup, Subject, permit_group};
use passerelle_domain::certificate::CertificateStatus;
use passerelle_store::entity::{certificate, organisation};
use passerelle_store::query::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use passerelle_store::{StoreError, record};
use serde_json::{Value, json};
use std::collections::HashMap;
use tokio::sync::Semaphore;
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

/// A certificate that the actor may read with its holder's name, and the name of its institute.
///
/// # Errors
/// When it is not hers to read, or its holder was erased.
pub async fn readable(ctx: &Ctx<'_>, id: Uuid) -> Result<(certificate::Model, String), AppError> {
    let scope = permit_group(ctx.actor, Action::Read, Subject::Certificate, FieldGroup::Name)?;
    let conn = ctx.state.store.read();
    let row = record::find::<certificate::Entity>(conn, &scope, id).await?;
    let row = row.filter(|row| !row.document.is_empty()).ok_or(AppError::NotFound)?;
    let institute = organisation::Entity::find_by_id(row.institute_id).one(conn).await.map_err(StoreError::from)?;
    Ok((row, institute.map(|found| found.name).unwrap_or_default()))
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
    let sign = move || proof::sign(document, &signer.key, &signer.method, now.0).map_err(AppError::internal);
    tokio::task::spawn_blocking(sign).await.map_err(AppError::internal)?
}

/// Documents of institutes of this installation, by address.
#[derive(Debug, Default)]
struct Known(HashMap<String, Value>);

impl Documents for Known {
    fn get(&self, url: &str) -> Option<Value> {
        self.0.get(url).cloned()
    }
}

/// How many credentials are judged at once: it is work, and anybody may ask for it.
static TURNS: Semaphore = Semaphore::const_new(2);

/// Largest credential that is judged for anybody, in bytes.
pub const LARGEST: usize = 256 * 1024;

/// Judges a credential: one of ours with our keys, lists and register, one of others with what it carries. Nothing is
/// fetched.
///
/// # Errors
/// When too many are judged at once, it is too large, or the database refuses.
pub async fn judge(state: &AppState, bytes: Vec<u8>, now: Moment) -> Result<Report, AppError> {
    if bytes.len() > LARGEST {
        return Err(AppError::TooLarge { limit: LARGEST });
    }
    let wait = std::time::Duration::from_secs(5);
    let turn = tokio::time::timeout(wait, TURNS.acquire()).await;
    let _turn = turn.map_err(|_| AppError::RateLimited { wait_seconds: 5 })?.map_err(AppError::internal)?;
    let parsed: Option<Value> = serde_json::from_slice(&bytes).ok();
    let own = match &parsed {
        Some(document) => own(state, document, now).await?,
        None => None,
    };
    let (known, registered) = own.unwrap_or_default();
    let policy = Policy { at: now.0, any_key: false };
    let is_known = !known.0.is_empty();
    let work = move || match parsed {
        Some(document) => verify(&document, &known, policy),
        None => verify_bytes(&bytes, &known, policy),
    };
    let mut report = tokio::task::spawn_blocking(work).await.map_err(AppError::internal)?;
    report.issuer_known = is_known;
    // A key that was stolen signs what the institute never issued.
    if is_known && !registered {
        report = report.with(Check::failed(What::Status, "unregistered", "the institute has issued no such certificate"));
    }
    Ok(report)
}

/// What is known of a credential that says it is of one of our institutes, and whether it stands in the register.
async fn own(state: &AppState, document: &Value, now: Moment) -> Result<Option<(Known, bool)>, AppError> {
    let issuer = document.get("issuer").map(|issuer| issuer.get("id").unwrap_or(issuer)).and_then(Value::as_str).unwrap_or_default();
    let Some(status) = document.get("credentialStatus").filter(|status| status.is_object()) else { return Ok(None) };
    let list = status.get("statusListCredential").and_then(Value::as_str).unwrap_or_default();
    let institute = list.trim_end_matches("/status-list.json").rsplit('/').next().and_then(|id| Uuid::try_parse(id).ok());
    let Some(institute) = institute.filter(|institute| list_address(&state.config, *institute) == list) else { return Ok(None) };
    let Some(keys) = found(did_document(state, institute).await)? else { return Ok(None) };
    if keys["id"].as_str() != Some(issuer) {
        return Ok(None);
    }
    let mut known = Known::default();
    if let Some(found) = found(status_list(state, institute, now).await)? {
        known.0.insert(list.to_owned(), found);
    }
    if let Some(place) = web_address(issuer) {
        known.0.insert(place, keys);
    }
    let place = status.get("statusListIndex").and_then(Value::as_str).and_then(|place| place.parse::<i64>().ok());
    let id = document.get("id").and_then(Value::as_str).and_then(|id| id.rsplit('/').next()).and_then(|id| Uuid::try_parse(id).ok());
    let row = match id {
        Some(id) => certificate::Entity::find_by_id(id).one(state.store.read()).await.map_err(StoreError::from)?,
        None => None,
    };
    let registered = row.is_some_and(|row| row.institute_id == institute && Some(row.place) == place);
    Ok(Some((known, registered)))
}

fn found(answer: Result<Value, AppError>) -> Result<Option<Value>, AppError> {
    match answer {
        Ok(value) => Ok(Some(value)),
        Err(AppError::NotFound) => Ok(None),
        Err(other) => Err(other),
    }
}
