//! Style sheet, fonts and the one small script, from the binary.

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
        Some("woff2") => "font/woff2",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    };
    // Fonts carry their version in their names, so that they may be kept for good.
    let kept = if content_type == "font/woff2" { "public, max-age=31536000, immutable" } else { "public, max-age=3600" };
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, content_type))
        .insert_header((header::CACHE_CONTROL, kept))
        .body(found.data.into_owned()))
}
