//! Tracks, enrolment and equity over the API.

use super::{Answer, typed};
use crate::app::tracks::{self, enrolment, equity};
use crate::web::extract::{IfMatch, PathId, SignedIn};
use actix_web::{HttpResponse, web};
use passerelle_domain::access::{Action, Subject, permit};
use serde_json::{Value, json};

/// `GET /api/v1/trainees/{id}/track`
pub async fn prospects(who: SignedIn, PathId(id): PathId) -> Answer {
    permit(&who.actor, Action::Read, Subject::Trainee)?;
    let (standing, prospects, history) = tracks::prospects(&who.ctx(), id).await?;
    let history: Vec<Value> = history
        .iter()
        .map(|row| {
            let moved: Value = serde_json::from_str(&row.moved).unwrap_or_default();
            json!({
                "from": row.from_track, "to": row.to_track, "reason": row.reason, "party": row.party, "on": row.on_date, "moved": moved,
            })
        })
        .collect();
    Ok(HttpResponse::Ok().json(json!({
        "track": standing.track, "version": standing.person.version, "prospects": prospects, "history": history,
    })))
}

/// `POST /api/v1/trainees/{id}/track`
pub async fn choose(who: SignedIn, PathId(id): PathId, IfMatch(version): IfMatch, body: web::Bytes) -> Answer {
    permit(&who.actor, Action::Read, Subject::Trainee)?;
    let row = tracks::choose(&who.ctx(), id, version, &typed(&body)?).await?;
    let moved: Value = serde_json::from_str(&row.moved)?;
    Ok(HttpResponse::Ok().json(json!({ "from": row.from_track, "to": row.to_track, "reason": row.reason, "moved": moved })))
}

/// `GET /api/v1/trainees/{id}/enrolment`
pub async fn enrolment(who: SignedIn, PathId(id): PathId) -> Answer {
    permit(&who.actor, Action::Read, Subject::Trainee)?;
    Ok(HttpResponse::Ok().json(json!({ "gates": enrolment::gates(&who.ctx(), id).await? })))
}

/// `GET /api/v1/agreements/{id}/equity`
pub async fn equity(who: SignedIn, PathId(id): PathId) -> Answer {
    permit(&who.actor, Action::Read, Subject::Agreement)?;
    Ok(HttpResponse::Ok().json(json!({ "equity": equity::of(&who.ctx(), id).await? })))
}
