//! Pledges beyond their records, and the seats planned from them.

use super::{Access, Body, Entry};
use crate::web::{api, ui};
use actix_web::http::Method;
use actix_web::web;
use passerelle_domain::access::{Action, Subject};

pub(super) fn entries() -> Vec<Entry> {
    use Access::Needs;
    use Action::{Decide, List, Update};
    use Subject::{Pledge, Programme};
    let named = Body::Named;
    vec![
        Entry::new(Method::POST, "/api/v1/pledges/{id}/acknowledgement", Needs(Decide, Pledge), || {
            web::route().to(api::pledges::acknowledge)
        })
        .says("The origin takes note of a pledge; its terms are fixed from then on", Body::None, named("PledgeStanding")),
        Entry::new(Method::POST, "/api/v1/pledges/{id}/cancellation", Needs(Update, Pledge), || web::route().to(api::pledges::cancel))
            .says("End a pledge with its cause; what is owed follows from its terms", named("PledgeCancel"), named("PledgeStanding")),
        Entry::new(Method::GET, "/api/v1/seat-plan", Needs(List, Programme), || web::route().to(api::pledges::plan)).says(
            "How many places to open, by occupation, destination and half-year: ?unpledged_percent=",
            Body::None,
            named("SeatPlan"),
        ),
        Entry::new(Method::POST, "/ui/pledges/{id}/acknowledgement", Needs(Decide, Pledge), || web::route().to(ui::pledges::acknowledge)),
        Entry::new(Method::POST, "/ui/pledges/{id}/cancellation", Needs(Update, Pledge), || web::route().to(ui::pledges::cancel)),
        Entry::new(Method::GET, "/ui/seat-plan", Needs(List, Programme), || web::route().to(ui::seats::show)),
        Entry::new(Method::GET, "/ui/seat-plan.csv", Needs(List, Programme), || web::route().to(ui::seats::file)),
    ]
}
