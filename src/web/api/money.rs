//! Money as it really moves, over the API: what workers paid, claims at milestones, what an agreement has cost.

use super::{Answer, typed};
use crate::app::contingency::cover;
use crate::app::money::{employer_pays, outcome_costs, realised, recovery, tranches};
use crate::web::extract::{IfMatch, PathId, SignedIn};
use actix_web::{HttpResponse, web};
use passerelle_domain::access::{Action, Subject, permit};
use serde_json::json;

/// `GET /api/v1/recruitment-costs`
pub async fn recruitment_costs(who: SignedIn) -> Answer {
    Ok(HttpResponse::Ok().json(employer_pays::monitor(&who.ctx()).await?))
}

/// `GET /api/v1/cohorts/{id}/tranches`
pub async fn tranches(who: SignedIn, PathId(id): PathId) -> Answer {
    Ok(HttpResponse::Ok().json(json!({ "items": tranches::standing(&who.ctx(), id).await? })))
}

/// `POST /api/v1/cohorts/{id}/tranches`
pub async fn claim(who: SignedIn, PathId(id): PathId, body: web::Bytes) -> Answer {
    permit(&who.actor, Action::Create, Subject::Tranche)?;
    let count = tranches::claim(&who.ctx(), id, &typed(&body)?).await?;
    Ok(HttpResponse::Created().json(json!({ "claimed": count })))
}

/// `POST /api/v1/cohorts/{id}/tranches/decision`
pub async fn decide(who: SignedIn, PathId(id): PathId, body: web::Bytes) -> Answer {
    permit(&who.actor, Action::Decide, Subject::Tranche)?;
    let count = tranches::decide(&who.ctx(), id, &typed(&body)?).await?;
    Ok(HttpResponse::Ok().json(json!({ "decided": count })))
}

/// `POST /api/v1/cohorts/{id}/tranches/payment`
pub async fn pay(who: SignedIn, PathId(id): PathId, body: web::Bytes) -> Answer {
    permit(&who.actor, Action::Create, Subject::LedgerEntry)?;
    let count = tranches::pay(&who.ctx(), id, &typed(&body)?).await?;
    Ok(HttpResponse::Ok().json(json!({ "paid": count })))
}

/// `POST /api/v1/recovery-claims/{id}/outcome`
pub async fn claim_outcome(who: SignedIn, PathId(id): PathId, IfMatch(version): IfMatch, body: web::Bytes) -> Answer {
    permit(&who.actor, Action::Create, Subject::LedgerEntry)?;
    let status = recovery::decide(&who.ctx(), id, version, &typed(&body)?).await?;
    Ok(HttpResponse::Ok().json(json!({ "status": status })))
}

/// `GET /api/v1/agreements/{id}/costs`
pub async fn costs(who: SignedIn, PathId(id): PathId) -> Answer {
    Ok(HttpResponse::Ok().json(outcome_costs::of(&who.ctx(), id).await?))
}

/// `GET /api/v1/agreements/{id}/reserve`
pub async fn reserve(who: SignedIn, PathId(id): PathId) -> Answer {
    Ok(HttpResponse::Ok().json(json!({ "standing": cover::of(&who.ctx(), id).await? })))
}

/// `POST /api/v1/roi/realised`
pub async fn realised(who: SignedIn, body: web::Bytes) -> Answer {
    permit(&who.actor, Action::Create, Subject::Need)?;
    Ok(HttpResponse::Ok().json(realised::of(&who.ctx(), &typed(&body)?).await?))
}
