//! What the law says of needs, over the API.

use super::Answer;
use crate::app::legality;
use crate::web::extract::{PathId, SignedIn};
use actix_web::HttpResponse;
use passerelle_domain::access::{Action, Subject, permit};
use serde_json::json;

/// `GET /api/v1/needs/{id}/legality`
pub async fn need(who: SignedIn, PathId(id): PathId) -> Answer {
    permit(&who.actor, Action::Read, Subject::Need)?;
    Ok(HttpResponse::Ok().json(json!({ "pathways": legality::of_need(&who.ctx(), id).await? })))
}

/// `GET /api/v1/unmet-demand`
pub async fn unmet(who: SignedIn) -> Answer {
    Ok(HttpResponse::Ok().json(legality::unmet(&who.ctx()).await?))
}
