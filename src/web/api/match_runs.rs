//! Match runs and decisions over the API.

use super::{Answer, typed};
use crate::app::match_runs::Asked;
use crate::app::match_runs::what_if::WhatIf;
use crate::app::{match_runs, proposals};
use crate::error::AppError;
use crate::i18n::{Locale, plain};
use crate::web::extract::{IfMatch, Params, PathId, SignedIn};
use actix_web::http::header;
use actix_web::{HttpResponse, web};
use passerelle_domain::matching::Reason;
use passerelle_engine::matching::policy::Mode;
use passerelle_store::entity::match_run;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Request {
    #[serde(default)]
    seed: Option<u32>,
    #[serde(default)]
    mode: Option<Mode>,
}

/// `POST /api/v1/match-runs`
pub async fn create(who: SignedIn, body: web::Bytes) -> Answer {
    let request: Request = typed(&body)?;
    let run = match_runs::request(&who.ctx(), Asked { seed: request.seed.map(i64::from), mode: request.mode }).await?;
    let location = format!("/api/v1/match-runs/{}", run.id);
    Ok(HttpResponse::Accepted().insert_header((header::LOCATION, location)).json(view(&run)?))
}

/// `GET /api/v1/match-runs`
pub async fn list(who: SignedIn) -> Answer {
    let page = match_runs::list(&who.ctx()).await?;
    let items: Result<Vec<Value>, AppError> = page.rows.iter().map(view).collect();
    Ok(HttpResponse::Ok().json(json!({ "items": items? })))
}

/// `GET /api/v1/match-runs/{id}`
pub async fn get(who: SignedIn, PathId(id): PathId) -> Answer {
    let run = match_runs::get(&who.ctx(), id).await?;
    Ok(HttpResponse::Ok().insert_header((header::ETAG, format!("\"{}\"", run.version))).json(view(&run)?))
}

/// `GET /api/v1/match-runs/{id}/why?trainee=&need=`
pub async fn why(who: SignedIn, PathId(id): PathId, Params(params): Params) -> Answer {
    let named = |name: &str| {
        let given = params.get(name).and_then(|id| Uuid::try_parse(id).ok());
        given.ok_or_else(|| AppError::invalid(name, "reference", "must name a record"))
    };
    let why = match_runs::why(&who.ctx(), id, named("trainee")?, named("need")?).await?;
    let locale = params.get("language").and_then(|code| Locale::parse(code)).unwrap_or_default();
    let said = |reason: &Reason| json!({ "code": reason.code, "why": plain(&locale.why(reason)), "fix": plain(&locale.fix(reason)) });
    let mut body = serde_json::to_value(&why.report)?;
    body["reasons"] = why.report.reasons.iter().map(said).collect();
    body["assignment"] = why.assignment.as_ref().map_or(Value::Null, said);
    Ok(HttpResponse::Ok().json(body))
}

/// `POST /api/v1/match-runs/{id}/what-if`
pub async fn what_if(who: SignedIn, PathId(id): PathId, body: web::Bytes) -> Answer {
    let question: WhatIf = typed(&body)?;
    Ok(HttpResponse::Ok().json(match_runs::what_if::ask(&who.ctx(), id, &question).await?))
}

/// `GET /api/v1/match-runs/{id}/fairness`
pub async fn fair(who: SignedIn, PathId(id): PathId) -> Answer {
    Ok(HttpResponse::Ok().json(match_runs::fairness::report(&who.ctx(), id).await?))
}

/// `POST /api/v1/proposals/{id}/decision`
pub async fn decide(who: SignedIn, PathId(id): PathId, IfMatch(version): IfMatch, body: web::Bytes) -> Answer {
    let decide: proposals::Decide = typed(&body)?;
    let row = proposals::decide(&who.ctx(), id, version, &decide).await?;
    Ok(HttpResponse::Ok().insert_header((header::ETAG, format!("\"{}\"", row.version))).json(json!({
        "id": row.id,
        "version": row.version,
        "trainee_decision": row.trainee_decision,
        "employer_decision": row.employer_decision,
    })))
}

fn view(run: &match_run::Model) -> Result<Value, AppError> {
    let totals: Option<Value> = run.summary.as_deref().map(serde_json::from_str).transpose()?;
    Ok(json!({
        "id": run.id,
        "version": run.version,
        "status": run.status,
        "as_of": run.as_of,
        "seed": run.seed,
        "mode": run.mode,
        "stage": run.stage,
        "progress_percent": run.progress_percent,
        "engine_version": run.engine_version,
        "policy_version": run.policy_version,
        "snapshot_digest": run.snapshot_digest,
        "result_digest": run.result_digest,
        "totals": totals,
        "failure": run.failure,
    }))
}
