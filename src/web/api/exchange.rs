//! Candidates for partners, over the API. What partners send comes in as an import.

use super::Answer;
use crate::app::exchange;
use crate::web::extract::{Params, SignedIn};
use crate::web::ui::exchange::asked;
use actix_web::HttpResponse;
use passerelle_domain::access::{Action, Subject, permit};

/// `GET /api/v1/exchange`
pub async fn export(who: SignedIn, Params(params): Params) -> Answer {
    permit(&who.actor, Action::Export, Subject::Exchange)?;
    let (profile, cohort) = asked(&params)?;
    Ok(HttpResponse::Ok().json(exchange::export(&who.ctx(), profile, cohort).await?))
}
