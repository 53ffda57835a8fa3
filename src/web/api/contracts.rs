//! Contracts in their versions, over the API.

use super::{Answer, typed};
use crate::app::contracts;
use crate::web::extract::{PathId, SignedIn};
use actix_web::{HttpResponse, web};
use passerelle_domain::access::{Action, Subject, permit};
use serde::Deserialize;

/// `GET /api/v1/proposals/{id}/contract`
pub async fn show(who: SignedIn, PathId(id): PathId) -> Answer {
    permit(&who.actor, Action::Read, Subject::Proposal)?;
    Ok(HttpResponse::Ok().json(contracts::of(&who.ctx(), id).await?))
}

/// `POST /api/v1/proposals/{id}/contract`
pub async fn enter(who: SignedIn, PathId(id): PathId, body: web::Bytes) -> Answer {
    permit(&who.actor, Action::Read, Subject::Proposal)?;
    let sent: serde_json::Map<String, serde_json::Value> = typed(&body)?;
    contracts::enter(&who.ctx(), id, &contracts::Enter::read(&sent)?).await?;
    Ok(HttpResponse::Ok().json(contracts::of(&who.ctx(), id).await?))
}

/// The version that she has read.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Agree {
    seq: i64,
}

/// `POST /api/v1/proposals/{id}/contract/consent`
pub async fn agree(who: SignedIn, PathId(id): PathId, body: web::Bytes) -> Answer {
    permit(&who.actor, Action::Read, Subject::Proposal)?;
    let Agree { seq } = typed(&body)?;
    contracts::agree(&who.ctx(), id, seq).await?;
    Ok(HttpResponse::Ok().json(contracts::of(&who.ctx(), id).await?))
}
