//! Style sheet and the one small script, from the binary.

use super::Answer;
use crate::error::AppError;
use actix_web::http::header;
use actix_web::{HttpResponse, web};

#[derive(rust_embed::RustEmbed)]
#[folder = "static"]
struct Files;

/// `GET /static/{file}`
pub async fn file(name: web::Path<String>) -> Answer {
    let found = Files::get(&name).ok_or(AppError::NotFound)?;
    let content_type = match name.rsplit('.').next() {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    };
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, content_type))
        .insert_header((header::CACHE_CONTROL, "public, max-age=3600"))
        .body(found.data.into_owned()))
}
