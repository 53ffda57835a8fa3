//! Reckoning over the API: JSON in, JSON out.

use super::{Answer, typed};
use crate::app::finance;
use crate::error::AppError;
use crate::web::extract::SignedIn;
use actix_web::{HttpResponse, web};
use serde::Serialize;
use serde::de::DeserializeOwned;

fn answer<A: DeserializeOwned, B: Serialize>(body: &web::Bytes, by: impl Fn(&A) -> Result<B, AppError>) -> Answer {
    Ok(HttpResponse::Ok().json(by(&typed(body)?)?))
}

/// `POST /api/v1/roi/estimate`
pub async fn roi(_who: SignedIn, body: web::Bytes) -> Answer {
    answer(&body, finance::roi)
}

/// `POST /api/v1/settlement/estimate`
pub async fn settlement(_who: SignedIn, body: web::Bytes) -> Answer {
    answer(&body, finance::settlement)
}

/// `POST /api/v1/reserve/estimate`
pub async fn reserve(_who: SignedIn, body: web::Bytes) -> Answer {
    answer(&body, finance::reserve)
}

/// `POST /api/v1/recruitment-cost/estimate`
pub async fn recruitment_cost(_who: SignedIn, body: web::Bytes) -> Answer {
    answer(&body, finance::recruitment_cost)
}

/// `POST /api/v1/remittance/estimate`
pub async fn remittance(_who: SignedIn, body: web::Bytes) -> Answer {
    answer(&body, finance::remittance)
}

/// `POST /api/v1/contingency-options/estimate`
pub async fn options(_who: SignedIn, body: web::Bytes) -> Answer {
    answer(&body, crate::app::contingency::estimate)
}

/// `POST /api/v1/totalisation/estimate`
pub async fn totalisation(_who: SignedIn, body: web::Bytes) -> Answer {
    answer(&body, finance::totalisation)
}

/// `POST /api/v1/equity/estimate`
pub async fn equity(_who: SignedIn, body: web::Bytes) -> Answer {
    answer(&body, finance::equity)
}
