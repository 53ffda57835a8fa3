//! What institutes do every day, over the API: selection, early warnings, papers, outcomes.

use super::{Answer, typed};
use crate::app::selection::{self, Mark};
use crate::app::{early_warnings, paper_matrix, provider_outcomes, taught};
use crate::web::extract::{Params, PathId, SignedIn, id_in};
use actix_web::{HttpResponse, web};
use passerelle_domain::access::{Action, Subject, permit};
use serde::Deserialize;
use serde_json::json;

/// `GET /api/v1/cohorts/{id}/selection`
pub async fn selection(who: SignedIn, PathId(id): PathId) -> Answer {
    let funnel = selection::funnel(&who.ctx(), id).await?;
    Ok(HttpResponse::Ok().json(json!({
        "cohort": id, "rules": funnel.rules, "counts": funnel.counts, "free": funnel.free, "seed": funnel.seed.to_string(), "order": funnel.order,
    })))
}

/// Marks as a program sends them.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Marks {
    marks: Vec<Mark>,
    /// Take the marks that are right and leave the others out.
    #[serde(default)]
    good_ones: bool,
}

/// `POST /api/v1/cohorts/{id}/selection/marks`
pub async fn marks(who: SignedIn, PathId(id): PathId, body: web::Bytes) -> Answer {
    permit(&who.actor, Action::Update, Subject::Selection)?;
    let sent: Marks = typed(&body)?;
    Ok(HttpResponse::Ok().json(selection::enter(&who.ctx(), id, &sent.marks, vec![], sent.good_ones).await?))
}

/// `POST /api/v1/cohorts/{id}/selection`
pub async fn decide(who: SignedIn, PathId(id): PathId, body: web::Bytes) -> Answer {
    permit(&who.actor, Action::Update, Subject::Selection)?;
    Ok(HttpResponse::Ok().json(selection::decide(&who.ctx(), id, typed(&body)?).await?))
}

/// `GET /api/v1/early-warnings`
pub async fn warnings(who: SignedIn, Params(params): Params) -> Answer {
    Ok(HttpResponse::Ok().json(early_warnings::list(&who.ctx(), id_in(&params, "cohort")?).await?))
}

/// `GET /api/v1/cohorts/{id}/papers`
pub async fn papers(who: SignedIn, PathId(id): PathId) -> Answer {
    Ok(HttpResponse::Ok().json(paper_matrix::of(&who.ctx(), id).await?))
}

/// `POST /api/v1/cohorts/{id}/papers`
pub async fn enter_papers(who: SignedIn, PathId(id): PathId, body: web::Bytes) -> Answer {
    permit(&who.actor, Action::Update, Subject::TrainingRecord)?;
    let entered = paper_matrix::enter(&who.ctx(), id, &typed(&body)?).await?;
    Ok(HttpResponse::Ok().json(json!({ "entered": entered })))
}

/// `GET /api/v1/programmes/{id}/coverage`
pub async fn coverage(who: SignedIn, PathId(id): PathId) -> Answer {
    Ok(HttpResponse::Ok().json(json!({ "occupations": taught::of_programme(&who.ctx(), id).await? })))
}

/// `GET /api/v1/provider-outcomes`
pub async fn outcomes(who: SignedIn, Params(params): Params) -> Answer {
    Ok(HttpResponse::Ok().json(provider_outcomes::of(&who.ctx(), id_in(&params, "institute")?).await?))
}
