//! What a place is worth and who pays for it.

use super::{Access, Body, Entry};
use crate::web::{api, ui};
use actix_web::http::Method;
use actix_web::web;

pub(super) fn entries() -> Vec<Entry> {
    use Access::SignedIn;
    vec![
        Entry::new(Method::POST, "/api/v1/roi/estimate", SignedIn, || web::route().to(api::finance::roi)).says(
            "What a hire through a partnership is worth to the employer who pays for the training",
            Body::Named("RoiEstimate"),
            Body::Named("RoiSheet"),
        ),
        Entry::new(Method::GET, "/ui/roi", SignedIn, || web::route().to(ui::finance::roi)),
    ]
}
