//! Files of people over the API.

use super::{Answer, typed};
use crate::app::imports::{self, Change, Looked, sheet};
use crate::error::AppError;
use crate::web::extract::{IfMatch, Params, PathId, SignedIn};
use actix_web::http::header;
use actix_web::{HttpResponse, web};
use futures_util::StreamExt;
use passerelle_domain::access::{Action, Subject, permit};
use passerelle_domain::people::RowVerdict;
use passerelle_store::entity::import_batch;
use serde::Deserialize;
use serde_json::{Value, json};

/// Rows of one answer.
const ROWS: u64 = 200;

fn view(batch: &import_batch::Model) -> Result<Value, AppError> {
    Ok(json!({
        "id": batch.id, "version": batch.version, "cohort_id": batch.cohort_id, "institute_id": batch.institute_id,
        "file_name": batch.file_name, "file_format": batch.file_format, "status": batch.status,
        "columns": serde_json::from_str::<Value>(&batch.header)?, "mapping": serde_json::from_str::<Value>(&batch.mapping)?,
        "date_order": batch.date_order, "begins_as": batch.begins_as, "takes_doubtful": batch.takes_doubtful,
        "good": batch.good, "doubtful": batch.doubtful, "bad": batch.bad, "done": batch.done, "kept": batch.kept,
        "failure": batch.failure,
    }))
}

fn answer(batch: &import_batch::Model) -> Answer {
    Ok(HttpResponse::Ok().insert_header((header::ETAG, format!("\"{}\"", batch.version))).json(view(batch)?))
}

/// `POST /api/v1/cohorts/{id}/imports?name=&encoding=`: the bytes of the file are the body.
pub async fn upload(who: SignedIn, PathId(cohort): PathId, Params(params): Params, mut body: web::Payload) -> Answer {
    permit(&who.actor, Action::Create, Subject::Import)?;
    let mut bytes = Vec::new();
    while let Some(chunk) = body.next().await {
        let chunk = chunk.map_err(|_| AppError::Malformed("the file cannot be read".into()))?;
        if bytes.len() + chunk.len() > sheet::BYTES_MAX {
            return Err(AppError::TooLarge { limit: sheet::BYTES_MAX });
        }
        bytes.extend_from_slice(&chunk);
    }
    let name = params.get("name").map(String::as_str).unwrap_or_default();
    let encoding = params.get("encoding").filter(|name| !name.is_empty()).cloned();
    let batch = imports::upload(&who.ctx(), cohort, imports::Sent { name, bytes, encoding }).await?;
    Ok(HttpResponse::Created()
        .insert_header((header::LOCATION, format!("/api/v1/imports/{}", batch.id)))
        .insert_header((header::ETAG, format!("\"{}\"", batch.version)))
        .json(view(&batch)?))
}

/// `GET /api/v1/imports`
pub async fn list(who: SignedIn) -> Answer {
    let files = imports::list(&who.ctx()).await?;
    let items = files.rows.iter().map(view).collect::<Result<Vec<_>, _>>()?;
    Ok(HttpResponse::Ok().json(json!({ "items": items })))
}

/// `GET /api/v1/imports/{id}`
pub async fn get(who: SignedIn, PathId(id): PathId) -> Answer {
    answer(&imports::get(&who.ctx(), id).await?)
}

/// `GET /api/v1/imports/{id}/rows?verdict=&after=`
pub async fn rows(who: SignedIn, PathId(id): PathId, Params(params): Params) -> Answer {
    let verdict = params.get("verdict").filter(|word| !word.is_empty()).map(|word| RowVerdict::parse(word)).transpose();
    let verdict = verdict.map_err(|error| AppError::Invalid(vec![crate::error::FieldError::of("verdict", &error)]))?;
    let after =
        params.get("after").map_or(Ok(0), |line| line.parse()).map_err(|_| AppError::invalid("after", "number", "is not a line"))?;
    let rows = imports::rows(&who.ctx(), id, verdict, after, ROWS).await?;
    let next = rows.last().filter(|_| rows.len() as u64 == ROWS).map(|row| row.line);
    let item = |row: &Looked| json!({ "line": row.line, "cells": row.cells, "verdict": row.verdict, "findings": row.findings, "trainee_id": row.trainee_id });
    Ok(HttpResponse::Ok().json(json!({ "items": rows.iter().map(item).collect::<Vec<_>>(), "next": next })))
}

/// `PUT /api/v1/imports/{id}/mapping`
pub async fn change(who: SignedIn, PathId(id): PathId, IfMatch(version): IfMatch, body: web::Bytes) -> Answer {
    permit(&who.actor, Action::Update, Subject::Import)?;
    let change: Change = typed(&body)?;
    answer(&imports::change(&who.ctx(), id, version, &change).await?)
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Accept {
    #[serde(default)]
    doubtful: bool,
}

/// `POST /api/v1/imports/{id}/acceptance`
pub async fn accept(who: SignedIn, PathId(id): PathId, IfMatch(version): IfMatch, body: web::Bytes) -> Answer {
    permit(&who.actor, Action::Update, Subject::Import)?;
    let asked: Accept = if body.is_empty() { Accept::default() } else { typed(&body)? };
    let batch = imports::accept(&who.ctx(), id, version, asked.doubtful).await?;
    Ok(HttpResponse::Accepted().insert_header((header::ETAG, format!("\"{}\"", batch.version))).json(view(&batch)?))
}

/// `POST /api/v1/imports/{id}/undo`
pub async fn undo(who: SignedIn, PathId(id): PathId, IfMatch(version): IfMatch) -> Answer {
    permit(&who.actor, Action::Delete, Subject::Import)?;
    let done = imports::undo(&who.ctx(), id, version).await?;
    Ok(HttpResponse::Ok().json(json!({ "removed": done.removed, "kept": done.kept })))
}

/// `DELETE /api/v1/imports/{id}`
pub async fn discard(who: SignedIn, PathId(id): PathId, IfMatch(version): IfMatch) -> Answer {
    permit(&who.actor, Action::Update, Subject::Import)?;
    imports::discard(&who.ctx(), id, version).await?;
    Ok(HttpResponse::NoContent().finish())
}
