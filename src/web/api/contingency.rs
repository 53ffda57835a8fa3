//! Contingency over the API: cases, disruptions and their drills, the register, the books.

use super::{Answer, typed};
use crate::app::case_events::Act;
use crate::app::contingency::{self, act, disruptions, letters, plans, register};
use crate::app::money::ledger;
use crate::web::extract::{IfMatch, PathId, SignedIn};
use actix_web::http::header;
use actix_web::{HttpResponse, web};
use passerelle_domain::access::{Action, Subject, permit};
use serde::Deserialize;
use serde_json::json;

/// `GET /api/v1/contingency-cases/{id}/events`
pub async fn course(who: SignedIn, PathId(id): PathId) -> Answer {
    let course = contingency::course(&who.ctx(), id).await?;
    Ok(HttpResponse::Ok().insert_header((header::ETAG, format!("\"{}\"", course.row.version))).json(course.view()))
}

/// `POST /api/v1/contingency-cases/{id}/events`
pub async fn bring(who: SignedIn, PathId(id): PathId, IfMatch(version): IfMatch, body: web::Bytes) -> Answer {
    permit(&who.actor, Action::Read, Subject::ContingencyCase)?;
    act::act(&who.ctx(), id, version, &Act::read(&typed(&body)?)?).await?;
    course(who, PathId(id)).await
}

/// `POST /api/v1/disruptions/{id}/drill`
pub async fn drill(who: SignedIn, PathId(id): PathId) -> Answer {
    Ok(HttpResponse::Ok().json(disruptions::drill(&who.ctx(), id).await?))
}

/// `GET /api/v1/disruptions/{id}/drill`
pub async fn last_drill(who: SignedIn, PathId(id): PathId) -> Answer {
    let (row, drill) = disruptions::last_drill(&who.ctx(), id).await?;
    let standing = disruptions::standing(&who.ctx(), id).await?;
    Ok(HttpResponse::Ok().json(json!({ "drilled_on": row.drilled_on, "drill": drill, "cases": standing })))
}

/// `POST /api/v1/disruptions/{id}/declaration`
pub async fn declare(who: SignedIn, PathId(id): PathId, IfMatch(version): IfMatch) -> Answer {
    permit(&who.actor, Action::Decide, Subject::Disruption)?;
    let row = disruptions::declare(&who.ctx(), id, version).await?;
    Ok(HttpResponse::Accepted().json(json!({ "status": row.status, "version": row.version })))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Message {
    text: String,
}

/// `POST /api/v1/disruptions/{id}/messages`
pub async fn tell_all(who: SignedIn, PathId(id): PathId, body: web::Bytes) -> Answer {
    permit(&who.actor, Action::Update, Subject::Disruption)?;
    let Message { text } = typed(&body)?;
    Ok(HttpResponse::Ok().json(disruptions::tell_all(&who.ctx(), id, &text).await?))
}

/// `GET /api/v1/case-letters/{id}/text`
pub async fn letter(who: SignedIn, PathId(id): PathId) -> Answer {
    let letter = letters::one(&who.ctx(), id).await?;
    Ok(HttpResponse::Ok().json(json!({ "id": letter.row.id, "kind": letter.kind, "sent_on": letter.row.sent_on, "said": letter.said })))
}

/// `POST /api/v1/case-letters/{id}/receipt`
pub async fn receive(who: SignedIn, PathId(id): PathId, IfMatch(version): IfMatch, body: web::Bytes) -> Answer {
    permit(&who.actor, Action::Read, Subject::ContingencyCase)?;
    letters::receive(&who.ctx(), id, version, &typed(&body)?).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// `POST /api/v1/disruptions/{id}/end`
pub async fn end(who: SignedIn, PathId(id): PathId, IfMatch(version): IfMatch) -> Answer {
    permit(&who.actor, Action::Decide, Subject::Disruption)?;
    let row = disruptions::end(&who.ctx(), id, version).await?;
    Ok(HttpResponse::Ok().json(json!({ "status": row.status, "version": row.version })))
}

/// `POST /api/v1/disruptions/{id}/carried-out`
pub async fn carry_out_chosen(who: SignedIn, PathId(id): PathId) -> Answer {
    permit(&who.actor, Action::Read, Subject::Disruption)?;
    Ok(HttpResponse::Ok().json(disruptions::carry_out_chosen(&who.ctx(), id).await?))
}

/// `GET /api/v1/ready-register`
pub async fn ready(who: SignedIn) -> Answer {
    permit(&who.actor, Action::List, Subject::ContingencyCase)?;
    Ok(HttpResponse::Ok().json(register::of(&who.ctx()).await?))
}

/// `GET /api/v1/agreements/{id}/ledger`
pub async fn balances(who: SignedIn, PathId(id): PathId) -> Answer {
    let (items, groups) = (ledger::balances(&who.ctx(), id).await?, ledger::by_group(&who.ctx(), id).await?);
    Ok(HttpResponse::Ok().json(json!({ "items": items, "groups": groups })))
}

/// `POST /api/v1/agreements/{id}/ledger`
pub async fn book(who: SignedIn, PathId(id): PathId, body: web::Bytes) -> Answer {
    permit(&who.actor, Action::Create, Subject::LedgerEntry)?;
    let row = ledger::book(&who.ctx(), id, &typed(&body)?).await?;
    Ok(HttpResponse::Created().json(json!({ "id": row.id })))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Reason {
    reason: String,
}

/// `POST /api/v1/ledger-entries/{id}/reversal`
pub async fn reverse(who: SignedIn, PathId(id): PathId, body: web::Bytes) -> Answer {
    permit(&who.actor, Action::Create, Subject::LedgerEntry)?;
    let Reason { reason } = typed(&body)?;
    let row = ledger::reverse(&who.ctx(), id, &reason).await?;
    Ok(HttpResponse::Created().json(json!({ "id": row.id })))
}

/// `GET /api/v1/agreements/{id}/contingency-plan`
pub async fn plan(who: SignedIn, PathId(id): PathId) -> Answer {
    Ok(HttpResponse::Ok().json(plans::of(&who.ctx(), id).await?))
}

/// `PUT /api/v1/agreements/{id}/contingency-plan`
pub async fn save_plan(who: SignedIn, PathId(id): PathId, body: web::Bytes) -> Answer {
    permit(&who.actor, Action::Update, Subject::Agreement)?;
    plans::save(&who.ctx(), id, &typed(&body)?, None).await?;
    plan(who, PathId(id)).await
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Key {
    digest: String,
}

/// `POST /api/v1/agreements/{id}/contingency-plan/key`
pub async fn turn_key(who: SignedIn, PathId(id): PathId, body: web::Bytes) -> Answer {
    permit(&who.actor, Action::Update, Subject::Agreement)?;
    let Key { digest } = typed(&body)?;
    let published = plans::turn_key(&who.ctx(), id, &digest).await?;
    Ok(HttpResponse::Ok().json(json!({ "published": published })))
}
