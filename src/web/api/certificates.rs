//! Certificates over the API, and the documents that anybody may read.

use super::{Answer, typed};
use crate::app::certificates::{self, Issue, Revoke};
use crate::clock::Moment;
use crate::error::AppError;
use crate::state::AppState;
use crate::web::extract::{IfMatch, PathId, SignedIn};
use actix_web::http::header;
use actix_web::{HttpResponse, web};
use passerelle_domain::access::{Action, FieldGroup, Subject, permit, permit_group};
use passerelle_store::entity::certificate;
use serde_json::{Value, json};
use uuid::Uuid;

/// How long others may keep a list or a document of keys, in seconds.
const KEPT: &str = "public, max-age=300";

fn standing(row: &certificate::Model) -> Value {
    json!({
        "id": row.id, "version": row.version, "trainee_id": row.trainee_id, "status": row.status, "revoked_on": row.revoked_on,
        "revoked_for": row.revoked_for,
    })
}

/// `POST /api/v1/certificates`
pub async fn issue(who: SignedIn, body: web::Bytes) -> Answer {
    permit(&who.actor, Action::Create, Subject::Certificate)?;
    let asked: Issue = typed(&body)?;
    let rows = certificates::issue(&who.ctx(), &asked).await?;
    Ok(HttpResponse::Created().json(json!({ "issued": rows.iter().map(standing).collect::<Vec<_>>() })))
}

/// `POST /api/v1/certificates/{id}/revocation`
pub async fn revoke(who: SignedIn, PathId(id): PathId, IfMatch(version): IfMatch, body: web::Bytes) -> Answer {
    permit(&who.actor, Action::Decide, Subject::Certificate)?;
    let asked: Revoke = typed(&body)?;
    let row = certificates::revoke(&who.ctx(), id, version, &asked).await?;
    Ok(HttpResponse::Ok().insert_header((header::ETAG, format!("\"{}\"", row.version))).json(standing(&row)))
}

/// `GET /api/v1/certificates/{id}/document`
pub async fn document(who: SignedIn, PathId(id): PathId) -> Answer {
    permit_group(&who.actor, Action::Read, Subject::Certificate, FieldGroup::Name)?;
    let (row, _) = certificates::readable(&who.ctx(), id).await?;
    signed(row)
}

fn signed(row: certificate::Model) -> Answer {
    if row.document.is_empty() {
        return Err(AppError::NotFound);
    }
    Ok(HttpResponse::Ok().content_type("application/vc+ld+json").body(row.document))
}

/// `GET /certificates/{id}/credential.json`
pub async fn public(state: web::Data<AppState>, PathId(id): PathId) -> Answer {
    signed(certificates::signed(&state, id).await?)
}

/// `GET /institutes/{id}/did.json`
pub async fn keys(state: web::Data<AppState>, PathId(institute): PathId) -> Answer {
    served("application/did+json", certificates::did_document(&state, institute).await?)
}

/// `GET /institutes/{id}/status-list.json`
pub async fn status_list(state: web::Data<AppState>, PathId(institute): PathId) -> Answer {
    served("application/vc+ld+json", list(&state, institute).await?)
}

async fn list(state: &AppState, institute: Uuid) -> Result<Value, AppError> {
    certificates::status_list(state, institute, Moment::now()).await
}

fn served(kind: &str, document: Value) -> Answer {
    Ok(HttpResponse::Ok().content_type(kind).insert_header((header::CACHE_CONTROL, KEPT)).body(document.to_string()))
}

/// `POST /api/v1/verification`
pub async fn verify(state: web::Data<AppState>, body: web::Bytes) -> Answer {
    Ok(HttpResponse::Ok().json(certificates::judge(&state, body.to_vec(), Moment::now()).await?))
}
