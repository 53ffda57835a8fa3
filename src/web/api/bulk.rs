//! One change, or one event, for many records.

use super::{Answer, typed};
use crate::app::case_events::Act;
use crate::app::journeys::many;
use crate::app::records;
use crate::app::work::bulk;
use crate::error::{AppError, FieldError};
use crate::web::extract::{Params, PathId, SignedIn};
use actix_web::{HttpResponse, web};
use passerelle_domain::access::{Action, Subject, permit};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Whether a request only asks what it would do.
pub(super) fn only_asks(params: &BTreeMap<String, String>) -> Result<bool, AppError> {
    match params.get("dry_run").map(String::as_str) {
        None | Some("false" | "0") => Ok(false),
        Some("true" | "1" | "") => Ok(true),
        // Whoever asks in other words must not be taken for somebody who does not ask.
        Some(_) => Err(AppError::invalid("dry_run", "choice", "is not one of: true, false")),
    }
}

fn touched(rows: &[bulk::Touched]) -> Vec<Value> {
    let refused = |error: &FieldError| json!({ "field": error.field, "code": error.code, "detail": error.detail });
    let row = |row: &bulk::Touched| {
        json!({
            "id": row.id, "title": row.title, "owner": row.owner, "before": row.before, "after": row.after,
            "refused": row.refused.as_ref().map(refused),
        })
    };
    rows.iter().map(row).collect()
}

/// `POST /api/v1/<records>/bulk?dry_run=true`
pub async fn change(kind: &'static str, who: SignedIn, params: Params, body: web::Bytes) -> Answer {
    let resource = records::find(kind).ok_or(AppError::NotFound)?;
    if !resource.may(&who.ctx(), Action::Update) {
        return Err(AppError::Forbidden);
    }
    let change: bulk::Change = typed(&body)?;
    if only_asks(&params.0)? {
        return Ok(HttpResponse::Ok().json(json!({ "items": touched(&bulk::preview(&who.ctx(), resource, &change).await?) })));
    }
    let (id, rows) = bulk::apply(&who.ctx(), resource, &change).await?;
    Ok(HttpResponse::Ok().json(json!({ "id": id, "items": touched(&rows) })))
}

/// `POST /api/v1/journeys/events?dry_run=true`
pub async fn journey_events(who: SignedIn, params: Params, body: web::Bytes) -> Answer {
    permit(&who.actor, Action::Read, Subject::Journey)?;
    let mut sent: Value = typed(&body)?;
    let ids = sent.as_object_mut().and_then(|sent| sent.remove("ids")).unwrap_or_default();
    let ids = serde_json::from_value(ids).map_err(|_| AppError::invalid("ids", "type", "is not a list of identifiers"))?;
    let many = many::Many { ids, act: Act::read(&sent)? };
    let dry = only_asks(&params.0)?;
    Ok(HttpResponse::Ok().json(json!({ "items": touched(&many::bring(&who.ctx(), &many, dry).await?) })))
}

/// `POST /api/v1/bulk-changes/{id}/undo`
pub async fn undo(who: SignedIn, PathId(id): PathId) -> Answer {
    bulk::undo(&who.ctx(), id).await?;
    Ok(HttpResponse::NoContent().finish())
}
