//! The API under `/api/v1`. Handlers take, call and answer; nothing else.

pub mod bulk;
pub mod certificates;
pub mod contingency;
pub mod contracts;
pub mod employers;
pub mod events;
pub mod exchange;
pub mod finance;
pub mod imports;
pub mod institutes;
pub mod legality;
pub mod match_runs;
pub mod money;
pub mod pathways;
pub mod platform;
pub mod pledges;
pub mod privacy;
pub mod reference;
pub mod tracks;

use super::csv_export;
use super::extract::{IfMatch, Params, PathId, SignedIn, idempotency};
use super::ui::shell::locale_of;
use crate::app::resource::{Document, Kind, ListRequest, Resource};
use crate::error::AppError;
use crate::i18n::{Locale, plain};
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use passerelle_domain::matching::Reason;
use serde_json::{Map, Value, json};

type Answer = Result<HttpResponse, AppError>;

/// `GET /api/v1/<records>`
pub async fn list(resource: &'static dyn Resource, who: SignedIn, Params(params): Params, request: HttpRequest) -> Answer {
    let page = resource.list(&who.ctx(), &ListRequest::new(params)).await?;
    let locale = locale_of(&request);
    let items: Vec<Value> = page.documents.iter().map(|document| in_words(resource, view(document), locale)).collect();
    Ok(HttpResponse::Ok().json(json!({ "items": items, "next": page.next })))
}

/// `GET /api/v1/<records>.csv`
pub async fn export(resource: &'static dyn Resource, who: SignedIn, Params(params): Params, request: HttpRequest) -> Answer {
    csv_export::file(&who.ctx(), resource, ListRequest::new(params), locale_of(&request)).await
}

/// `GET /api/v1/<records>/{id}`
pub async fn get(resource: &'static dyn Resource, who: SignedIn, PathId(id): PathId, request: HttpRequest) -> Answer {
    let document = resource.get(&who.ctx(), id).await?;
    let body = in_words(resource, view(&document), locale_of(&request));
    Ok(HttpResponse::Ok().insert_header(etag(&document)).json(body))
}

/// `POST /api/v1/<records>`
pub async fn create(resource: &'static dyn Resource, who: SignedIn, request: HttpRequest, body: web::Bytes) -> Answer {
    let data = object(&body)?;
    let key = idempotency(&request, &who.actor, &body)?;
    let ctx = crate::app::Ctx { idempotency: key.as_ref(), ..who.ctx() };
    if !resource.may(&ctx, passerelle_domain::access::Action::Create) {
        return Err(AppError::Forbidden);
    }
    let document = match ctx.kept_answer().await? {
        Some(kept) => kept,
        None => match resource.create(&ctx, &data).await {
            Ok(made) => made,
            // Two equal requests at once: the other one has just been carried out.
            Err(refused) => ctx.kept_answer().await?.ok_or(refused)?,
        },
    };
    let location = format!("/api/v1/{}/{}", resource.name(), document.id);
    Ok(HttpResponse::Created().insert_header((header::LOCATION, location)).insert_header(etag(&document)).json(view(&document)))
}

/// `PUT /api/v1/<records>/{id}`
pub async fn update(
    resource: &'static dyn Resource,
    who: SignedIn,
    PathId(id): PathId,
    IfMatch(version): IfMatch,
    body: web::Bytes,
) -> Answer {
    let document = resource.update(&who.ctx(), id, version, &object(&body)?).await?;
    Ok(HttpResponse::Ok().insert_header(etag(&document)).json(view(&document)))
}

/// `DELETE /api/v1/<records>/{id}`
pub async fn delete(resource: &'static dyn Resource, who: SignedIn, PathId(id): PathId, IfMatch(version): IfMatch) -> Answer {
    resource.delete(&who.ctx(), id, version).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// The record with its identifier and version beside its fields.
pub fn view(document: &Document) -> Value {
    let mut map = Map::new();
    map.insert("id".into(), json!(document.id));
    map.insert("version".into(), json!(document.version));
    map.extend(document.data.clone());
    Value::Object(map)
}

/// Reasons with the same words that pages and CSV files show, in the reader's language.
fn in_words(resource: &dyn Resource, mut view: Value, locale: Locale) -> Value {
    for field in resource.fields().iter().filter(|field| field.kind == Kind::Reasons) {
        for reason in view.get_mut(field.name).and_then(Value::as_array_mut).into_iter().flatten() {
            if let Ok(said) = serde_json::from_value::<Reason>(reason.clone()) {
                reason["why"] = json!(plain(&locale.why(&said)));
                reason["fix"] = json!(plain(&locale.fix(&said)));
            }
        }
    }
    view
}

fn etag(document: &Document) -> (header::HeaderName, String) {
    (header::ETAG, format!("\"{}\"", document.version))
}

/// A JSON object; `id` and `version` of an earlier answer may come along and say nothing new.
fn object(body: &[u8]) -> Result<Map<String, Value>, AppError> {
    let parsed: Result<Map<String, Value>, _> = serde_json::from_slice(body);
    let mut data = parsed.map_err(|error| {
        AppError::Malformed(format!("the body is not a JSON object (line {}, column {})", error.line(), error.column()))
    })?;
    data.remove("id");
    data.remove("version");
    Ok(data)
}

/// Reads a small typed body.
pub(super) fn typed<T: serde::de::DeserializeOwned>(body: &[u8]) -> Result<T, AppError> {
    let body = if body.is_empty() { b"{}" } else { body };
    serde_json::from_slice(body).map_err(|error| AppError::Malformed(format!("the body cannot be read: {error}")))
}
