//! Concepts and corridors over the API.

use super::Answer;
use crate::app::concepts::suggest;
use crate::app::{concepts, corridors};
use crate::error::AppError;
use crate::web::extract::{Params, SignedIn};
use actix_web::{HttpResponse, web};
use serde_json::json;

const KINDS: [&str; 4] = ["occupation", "skill", "isco_group", "skill_group"];

/// `GET /api/v1/concepts?q=&language=&kind=`
pub async fn concepts(who: SignedIn, Params(params): Params) -> Answer {
    let text = params.get("q").map(String::as_str).unwrap_or_default();
    let language = params.get("language").map_or("en", String::as_str);
    let kind = params.get("kind").map(String::as_str).filter(|kind| !kind.is_empty());
    if kind.is_some_and(|kind| !KINDS.contains(&kind)) {
        return Err(AppError::invalid("kind", "choice", format!("is not one of: {}", KINDS.join(", "))));
    }
    if text.chars().count() > 200 {
        return Err(AppError::invalid("q", "too-long", "is longer than 200 characters"));
    }
    let hits = concepts::search(&who.ctx(), text, language, kind).await?;
    Ok(HttpResponse::Ok().json(json!({ "items": hits })))
}

/// `GET /api/v1/concepts/suggestions?text=&language=&kind=`
pub async fn suggestions(who: SignedIn, Params(params): Params) -> Answer {
    let text = params.get("text").map(String::as_str).unwrap_or_default();
    let language = params.get("language").map_or("en", String::as_str);
    let kind = match params.get("kind").map_or("occupation", String::as_str) {
        "occupation" => "occupation",
        "skill" => "skill",
        _ => return Err(AppError::invalid("kind", "choice", "is neither occupation nor skill")),
    };
    if text.chars().count() > suggest::TEXT_LONGEST {
        let error = format!("is longer than {} characters", suggest::TEXT_LONGEST);
        return Err(AppError::invalid("text", "too-long", error));
    }
    let found = suggest::suggest(&who.ctx(), text, language, kind, suggest::MOST).await?;
    Ok(HttpResponse::Ok().json(json!({ "items": found })))
}

/// `GET /api/v1/corridors`
pub async fn corridors(who: SignedIn) -> Answer {
    let packs = corridors::list(&who.ctx()).await?;
    let items: Vec<_> = packs
        .iter()
        .map(|pack| {
            json!({
                "id": pack.id, "version": pack.version, "name": pack.name, "status": pack.status,
                "origins": pack.origins, "destination": pack.destination, "valid_from": pack.valid_from, "valid_to": pack.valid_to,
            })
        })
        .collect();
    Ok(HttpResponse::Ok().json(json!({ "items": items })))
}

/// `GET /api/v1/corridors/{pack}`
pub async fn corridor(who: SignedIn, pack: web::Path<String>) -> Answer {
    Ok(HttpResponse::Ok().json(corridors::get(&who.ctx(), &pack).await?))
}
