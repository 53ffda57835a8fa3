//! What employers do every day, over the API: being let in, and putting candidates in order.

use super::{Answer, typed};
use crate::app::{registrations, shortlist};
use crate::clock::Moment;
use crate::state::AppState;
use crate::web::api::view;
use crate::web::extract::{IfMatch, PathId, SignedIn};
use crate::web::ui::shell::locale_of;
use actix_web::{HttpRequest, HttpResponse, web};
use passerelle_domain::access::{Action, Subject, permit};
use serde_json::{Map, Value, json};

/// `POST /api/v1/registrations`: for anybody; what is answered tells nothing of who is known.
pub async fn register(request: HttpRequest, state: web::Data<AppState>, body: web::Bytes) -> Answer {
    let sent: Map<String, Value> = typed(&body)?;
    registrations::ask(&state, Moment::now(), &sent, locale_of(&request).code()).await?;
    Ok(HttpResponse::Accepted().json(json!({ "status": "waiting" })))
}

/// `POST /api/v1/employer-registrations/{id}/decision`
pub async fn decide(who: SignedIn, PathId(id): PathId, IfMatch(version): IfMatch, body: web::Bytes) -> Answer {
    permit(&who.actor, Action::Decide, Subject::Registration)?;
    registrations::decide(&who.ctx(), id, version, &typed(&body)?).await?;
    Ok(HttpResponse::Ok().json(view(&registrations::view(&who.ctx(), id).await?)))
}

/// `GET /api/v1/needs/{id}/shortlist`
pub async fn candidates(who: SignedIn, PathId(id): PathId) -> Answer {
    Ok(HttpResponse::Ok().json(shortlist::of(&who.ctx(), id).await?))
}

/// `POST /api/v1/needs/{id}/shortlist`
pub async fn order(who: SignedIn, PathId(id): PathId, body: web::Bytes) -> Answer {
    permit(&who.actor, Action::Decide, Subject::Proposal)?;
    Ok(HttpResponse::Ok().json(shortlist::order(&who.ctx(), id, &typed(&body)?).await?))
}
