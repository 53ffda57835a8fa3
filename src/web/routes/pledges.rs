//! Demand beyond its records: pledges, the seats planned from them, and what no pathway serves.

use super::{Access, Body, Entry};
use crate::web::{api, ui};
use actix_web::http::Method;
use actix_web::web;
use passerelle_domain::access::{Action, Subject};

pub(super) fn entries() -> Vec<Entry> {
    use Access::Needs;
    use Action::{Decide, List, Read, Update};
    use Subject::{Need, PathwayDraft, Pledge, Programme};
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
        Entry::new(Method::GET, "/api/v1/pipeline", Needs(List, Need), || web::route().to(api::pledges::pipeline)).says(
            "Who could be at work at a destination now and within 6, 12 and 24 months, by occupation: ?destination=",
            Body::None,
            named("Pipeline"),
        ),
        Entry::new(Method::GET, "/ui/pipeline", Needs(List, Need), || web::route().to(ui::pipeline::show)),
        Entry::new(Method::GET, "/ui/pipeline.csv", Needs(List, Need), || web::route().to(ui::pipeline::file)),
        Entry::new(Method::GET, "/api/v1/needs/{id}/legality", Needs(Read, Need), || web::route().to(api::legality::need)).says(
            "Which pathways a need can be filled through, and what stands in the way of the others",
            Body::None,
            named("NeedLegality"),
        ),
        Entry::new(Method::GET, "/api/v1/unmet-demand", Needs(List, PathwayDraft), || web::route().to(api::legality::unmet)).says(
            "Demand that no pathway can serve, by country and occupation, with what stands in the way most often",
            Body::None,
            named("UnmetDemand"),
        ),
        Entry::new(Method::GET, "/ui/unmet-demand", Needs(List, PathwayDraft), || web::route().to(ui::legality::unmet)),
        Entry::new(Method::GET, "/ui/unmet-demand.csv", Needs(List, PathwayDraft), || web::route().to(ui::legality::file)),
        Entry::new(Method::GET, "/ui/seat-plan", Needs(List, Programme), || web::route().to(ui::seats::show)),
        Entry::new(Method::GET, "/ui/seat-plan.csv", Needs(List, Programme), || web::route().to(ui::seats::file)),
    ]
}
