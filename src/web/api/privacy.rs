//! Consent, requests, sealed facts, transfers, duplicates, access by exception, the team, and who
//! sees what, over the API.

use super::{Answer, typed};
use crate::app::privacy::{consents, exceptional, my_data, person_requests, sealed};
use crate::app::work::{assignments, comments};
use crate::app::{case_transfers, duplicates, identity_documents, proposals, team, who_sees};
use crate::web::extract::{IfMatch, PathId, SignedIn};
use actix_web::{HttpResponse, web};
use passerelle_domain::access::{Action, Subject, permit};
use serde::Deserialize;
use serde_json::json;

fn made(id: uuid::Uuid) -> Answer {
    Ok(HttpResponse::Created().json(json!({ "id": id })))
}

fn done() -> Answer {
    Ok(HttpResponse::NoContent().finish())
}

/// `POST /api/v1/consents`
pub async fn give_consent(who: SignedIn, body: web::Bytes) -> Answer {
    made(consents::give(&who.ctx(), &typed(&body)?).await?.id)
}

/// `POST /api/v1/consents/{id}/withdrawal`
pub async fn withdraw_consent(who: SignedIn, PathId(id): PathId) -> Answer {
    consents::withdraw(&who.ctx(), id).await?;
    done()
}

/// `POST /api/v1/person-requests`
pub async fn ask(who: SignedIn, body: web::Bytes) -> Answer {
    made(person_requests::ask(&who.ctx(), &typed(&body)?).await?.id)
}

/// `POST /api/v1/person-requests/{id}/decision`
pub async fn decide_request(who: SignedIn, PathId(id): PathId, IfMatch(version): IfMatch, body: web::Bytes) -> Answer {
    person_requests::decide(&who.ctx(), id, version, &typed(&body)?).await?;
    done()
}

/// `POST /api/v1/case-transfers`
pub async fn transfer(who: SignedIn, body: web::Bytes) -> Answer {
    made(case_transfers::open(&who.ctx(), &typed(&body)?).await?.id)
}

/// `POST /api/v1/case-transfers/{id}/decision`
pub async fn decide_transfer(who: SignedIn, PathId(id): PathId, IfMatch(version): IfMatch, body: web::Bytes) -> Answer {
    case_transfers::decide(&who.ctx(), id, version, &typed(&body)?).await?;
    done()
}

/// `POST /api/v1/duplicates/{id}/decision`
pub async fn decide_duplicate(who: SignedIn, PathId(id): PathId, IfMatch(version): IfMatch, body: web::Bytes) -> Answer {
    duplicates::decide(&who.ctx(), id, version, &typed(&body)?).await?;
    done()
}

/// `POST /api/v1/exceptional-accesses`
pub async fn open_exceptional(who: SignedIn, body: web::Bytes) -> Answer {
    let row = exceptional::open(&who.ctx(), &typed(&body)?).await?;
    Ok(HttpResponse::Created().json(json!({ "id": row.id, "trainee": row.trainee_id })))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Review {
    review: String,
}

/// `POST /api/v1/exceptional-accesses/{id}/decision`
pub async fn review(who: SignedIn, PathId(id): PathId, IfMatch(version): IfMatch, body: web::Bytes) -> Answer {
    let Review { review } = typed(&body)?;
    exceptional::review(&who.ctx(), id, version, &review).await?;
    done()
}

/// `GET /api/v1/trainees/{id}/sealed-records`
pub async fn sealed_of(who: SignedIn, PathId(id): PathId) -> Answer {
    Ok(HttpResponse::Ok().json(json!({ "items": sealed::open(&who.ctx(), id).await? })))
}

/// `POST /api/v1/trainees/{id}/identity-documents`
pub async fn identity_document(who: SignedIn, PathId(id): PathId, body: web::Bytes) -> Answer {
    identity_documents::add(&who.ctx(), id, &typed(&body)?).await?;
    done()
}

/// `POST /api/v1/sealed-records`
pub async fn seal(who: SignedIn, body: web::Bytes) -> Answer {
    made(sealed::add(&who.ctx(), &typed(&body)?).await?)
}

/// `DELETE /api/v1/sealed-records/{id}`
pub async fn unseal(who: SignedIn, PathId(id): PathId) -> Answer {
    sealed::remove(&who.ctx(), id).await?;
    done()
}

/// `GET /api/v1/trainees/{id}/onlookers`
pub async fn onlookers(who: SignedIn, PathId(id): PathId) -> Answer {
    let found = who_sees::of_trainee(&who.ctx(), id).await?;
    let items = found.iter().map(|one| {
        json!({ "role": one.role, "organisation": one.organisation, "organisation_name": one.organisation_name, "people": one.people, "groups": one.groups })
    });
    Ok(HttpResponse::Ok().json(json!({ "items": items.collect::<Vec<_>>() })))
}

/// `GET /api/v1/me/data`
pub async fn my_data(who: SignedIn) -> Answer {
    Ok(HttpResponse::Ok().json(my_data::document(&who.ctx(), &who.account).await?))
}

/// `POST /api/v1/team/invitations`
pub async fn invite(who: SignedIn, body: web::Bytes) -> Answer {
    team::invite(&who.ctx(), &typed(&body)?).await?;
    Ok(HttpResponse::Accepted().finish())
}

/// `POST /api/v1/team/covers`
pub async fn cover(who: SignedIn, body: web::Bytes) -> Answer {
    team::cover(&who.ctx(), &typed(&body)?).await?;
    done()
}

/// `DELETE /api/v1/team/grants/{id}`
pub async fn end_grant(who: SignedIn, PathId(id): PathId) -> Answer {
    team::end(&who.ctx(), id).await?;
    done()
}

/// `POST /api/v1/proposals/{id}/offer`
pub async fn offer(who: SignedIn, PathId(id): PathId, IfMatch(version): IfMatch, body: web::Bytes) -> Answer {
    permit(&who.actor, Action::Decide, Subject::Proposal)?;
    let row = proposals::offer(&who.ctx(), id, version, typed(&body)?).await?;
    Ok(HttpResponse::Ok().json(json!({ "id": row.id, "version": row.version })))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Remark {
    text: String,
    audience: comments::Audience,
}

/// `POST /api/v1/<cases>/{id}/comments`
pub async fn comment(kind: &'static str, who: SignedIn, PathId(id): PathId, body: web::Bytes) -> Answer {
    let remark: Remark = typed(&body)?;
    made(comments::add(&who.ctx(), kind, id, &remark.text, remark.audience).await?)
}

/// `GET /api/v1/<cases>/{id}/comments`
pub async fn comment_list(kind: &'static str, who: SignedIn, PathId(id): PathId) -> Answer {
    let remarks = comments::list(&who.ctx(), kind, id).await?;
    let items = remarks.iter().map(|remark| {
        json!({ "id": remark.row.id, "by": remark.author, "text": remark.row.body, "audience": remark.row.audience, "at_ms": remark.row.created_at_ms })
    });
    Ok(HttpResponse::Ok().json(json!({ "items": items.collect::<Vec<_>>() })))
}

/// `PUT /api/v1/<cases>/{id}/assignment`
pub async fn assign(kind: &'static str, who: SignedIn, PathId(id): PathId, body: web::Bytes) -> Answer {
    assignments::assign(&who.ctx(), kind, id, &typed(&body)?).await?;
    done()
}
