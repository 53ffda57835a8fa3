//! What is done with a pledge, over the API; and the seats that follow from all of them.

use super::{Answer, typed};
use crate::app::{pipeline, pledges, seats};
use crate::error::AppError;
use crate::web::extract::{IfMatch, Params, PathId, SignedIn};
use actix_web::http::header;
use actix_web::{HttpResponse, web};
use passerelle_domain::access::{Action, Subject, permit};
use passerelle_store::entity::pledge;
use serde_json::json;

fn answer(row: &pledge::Model) -> Answer {
    Ok(HttpResponse::Ok().insert_header((header::ETAG, format!("\"{}\"", row.version))).json(json!({
        "id": row.id, "version": row.version, "status": row.status, "cause": row.cause, "owed_percent": row.owed_percent,
    })))
}

/// `POST /api/v1/pledges/{id}/acknowledgement`
pub async fn acknowledge(who: SignedIn, PathId(id): PathId, IfMatch(version): IfMatch) -> Answer {
    permit(&who.actor, Action::Decide, Subject::Pledge)?;
    answer(&pledges::acknowledge(&who.ctx(), id, version).await?)
}

/// `POST /api/v1/pledges/{id}/cancellation`
pub async fn cancel(who: SignedIn, PathId(id): PathId, IfMatch(version): IfMatch, body: web::Bytes) -> Answer {
    permit(&who.actor, Action::Update, Subject::Pledge)?;
    answer(&pledges::cancel(&who.ctx(), id, version, &typed(&body)?).await?)
}

/// `GET /api/v1/seat-plan?unpledged_percent=`
pub async fn plan(who: SignedIn, Params(params): Params) -> Answer {
    let share = params.get("unpledged_percent").filter(|text| !text.is_empty()).map_or(Ok(0), |text| text.parse());
    let share = share.map_err(|_| AppError::invalid("unpledged_percent", "number", "is not a whole number"))?;
    Ok(HttpResponse::Ok().json(seats::planned(&who.ctx(), share).await?))
}

/// `GET /api/v1/pipeline?destination=`
pub async fn pipeline(who: SignedIn, Params(params): Params) -> Answer {
    permit(&who.actor, Action::List, Subject::Need)?;
    let destination = pipeline::destination(params.get("destination"))?;
    Ok(HttpResponse::Ok().json(pipeline::of(&who.ctx(), destination).await?))
}
