//! Reckoning over the API: JSON in, JSON out.

use super::{Answer, typed};
use crate::app::finance;
use crate::web::extract::SignedIn;
use actix_web::{HttpResponse, web};

/// `POST /api/v1/roi/estimate`
pub async fn roi(_who: SignedIn, body: web::Bytes) -> Answer {
    Ok(HttpResponse::Ok().json(finance::roi(&typed(&body)?)?))
}
