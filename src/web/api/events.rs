//! Journeys, needs and agreements as they go.

use super::{Answer, typed};
use crate::app::case_events::Act;
use crate::app::{agreements, journeys, needs};
use crate::web::extract::{IfMatch, PathId, SignedIn};
use actix_web::http::header;
use actix_web::{HttpResponse, web};
use passerelle_domain::access::{Action, Subject, permit};
use serde_json::json;

/// `GET /api/v1/journeys/{id}/events`
pub async fn journey(who: SignedIn, PathId(id): PathId) -> Answer {
    let course = journeys::course(&who.ctx(), id).await?;
    Ok(HttpResponse::Ok().insert_header((header::ETAG, format!("\"{}\"", course.row.version))).json(course.view()))
}

/// `POST /api/v1/journeys/{id}/events`
pub async fn journey_act(who: SignedIn, PathId(id): PathId, IfMatch(version): IfMatch, body: web::Bytes) -> Answer {
    permit(&who.actor, Action::Read, Subject::Journey)?;
    journeys::act(&who.ctx(), id, version, &Act::read(&typed(&body)?)?).await?;
    let course = journeys::course(&who.ctx(), id).await?;
    Ok(HttpResponse::Ok().insert_header((header::ETAG, format!("\"{}\"", course.row.version))).json(course.view()))
}

/// `GET /api/v1/needs/{id}/events`
pub async fn need(who: SignedIn, PathId(id): PathId) -> Answer {
    let course = needs::course(&who.ctx(), id).await?;
    Ok(HttpResponse::Ok()
        .insert_header((header::ETAG, format!("\"{}\"", course.row.version)))
        .json(json!({ "state": course.state, "seats": course.seats, "items": course.events, "may": course.mine })))
}

/// `POST /api/v1/needs/{id}/events`
pub async fn need_act(who: SignedIn, PathId(id): PathId, IfMatch(version): IfMatch, body: web::Bytes) -> Answer {
    permit(&who.actor, Action::Update, Subject::Need)?;
    let need = needs::act(&who.ctx(), id, version, &Act::read(&typed(&body)?)?).await?;
    Ok(HttpResponse::Ok()
        .insert_header((header::ETAG, format!("\"{}\"", version + 1)))
        .json(json!({ "state": need.state, "seats": needs::Seats::of(&need), "version": version + 1 })))
}

/// `GET /api/v1/agreements/{id}/events`
pub async fn agreement(who: SignedIn, PathId(id): PathId) -> Answer {
    let course = agreements::course(&who.ctx(), id).await?;
    Ok(HttpResponse::Ok().insert_header((header::ETAG, format!("\"{}\"", course.row.version))).json(json!({
        "agreement": course.agreement, "open_journeys": course.open_journeys, "items": course.events, "may": course.mine,
    })))
}

/// `POST /api/v1/agreements/{id}/events`
pub async fn agreement_act(who: SignedIn, PathId(id): PathId, IfMatch(version): IfMatch, body: web::Bytes) -> Answer {
    permit(&who.actor, Action::Update, Subject::Agreement)?;
    let agreement = agreements::act(&who.ctx(), id, version, &Act::read(&typed(&body)?)?).await?;
    Ok(HttpResponse::Ok()
        .insert_header((header::ETAG, format!("\"{}\"", version + 1)))
        .json(json!({ "agreement": agreement, "version": version + 1 })))
}

/// `POST /api/v1/clocks`
pub async fn read_clocks(who: SignedIn) -> Answer {
    let job = journeys::request(&who.ctx()).await?;
    Ok(HttpResponse::Accepted().json(json!({ "job": job })))
}
