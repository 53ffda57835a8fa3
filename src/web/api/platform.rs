//! Health, metrics, the API description, and who you are.

use super::Answer;
use crate::app::accounts;
use crate::error::AppError;
use crate::state::AppState;
use crate::web::extract::SignedIn;
use crate::web::openapi;
use actix_web::{HttpResponse, web};
use serde_json::json;

/// `GET /health/live`: the process runs.
pub async fn live() -> HttpResponse {
    HttpResponse::Ok().json(json!({ "status": "live" }))
}

/// `GET /health/ready`: the database answers and has this version's schema.
pub async fn ready(state: web::Data<AppState>) -> Answer {
    state.store.ping().await?;
    state.store.check_schema().await?;
    Ok(HttpResponse::Ok().json(json!({ "status": "ready" })))
}

/// `GET /metrics` in Prometheus text.
pub async fn metrics() -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain; version=0.0.4").body(crate::metrics::render())
}

/// `GET /api/v1/openapi.json`
pub async fn openapi() -> HttpResponse {
    HttpResponse::Ok().json(openapi::document())
}

/// `GET /api/v1/me`
pub async fn me(who: SignedIn) -> HttpResponse {
    let grants: Vec<_> = who
        .actor
        .grants
        .iter()
        .map(|grant| json!({ "role": grant.role, "organisation": grant.organisation, "countries": grant.territory.countries, "subdivisions": grant.territory.subdivisions, "organisations": grant.organisations() }))
        .collect();
    HttpResponse::Ok().json(json!({ "id": who.account.id, "name": who.account.name, "grants": grants }))
}

/// `GET /api/v1/audit/verification`
pub async fn audit(who: SignedIn) -> Result<HttpResponse, AppError> {
    let verified = accounts::verify_audit(&who.ctx()).await?;
    let broken = verified.broken.as_ref().map(|link| json!({ "chain": link.chain, "seq": link.seq, "problem": link.problem }));
    Ok(HttpResponse::Ok().json(json!({ "events": verified.events, "broken": broken })))
}
