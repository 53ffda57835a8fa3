//! Recognition cases, journeys, needs and agreements as they go.

use super::{Access, Body, Entry};
use crate::web::{api, ui};
use actix_web::http::Method;
use actix_web::{Route, web};
use passerelle_domain::access::{Action, Subject};

pub(super) fn entries() -> Vec<Entry> {
    use Access::Needs;
    use Action::{Create, List, Read, Update};
    use Subject::{Agreement, Journey, MatchRun, Need, Programme, RecognitionCase};
    let api = |method: Method, path: &str, access: Access, mount: fn() -> Route| Entry::new(method, path, access, mount);
    let named = Body::Named;
    vec![
        api(Method::GET, "/api/v1/recognition-cases/{id}/events", Needs(Read, RecognitionCase), || {
            web::route().to(api::pathways::recognition_events)
        })
        .says(
            "A recognition case with its procedure, its history and what the actor may bring",
            Body::None,
            named("RecognitionCourse"),
        ),
        api(Method::POST, "/api/v1/recognition-cases/{id}/events", Needs(Read, RecognitionCase), || {
            web::route().to(api::pathways::recognition_act)
        })
        .says("Bring an event; it is judged by the state machine and kept", named("RecognitionEvent"), named("RecognitionCourse")),
        api(Method::GET, "/api/v1/recognition-outcomes", Needs(List, RecognitionCase), || {
            web::route().to(api::pathways::recognition_outcomes)
        })
        .says("How decisions came out, and in how many days", Body::None, named("RecognitionOutcomes")),
        api(Method::GET, "/api/v1/programmes/{id}/expectation", Needs(Read, Programme), || web::route().to(api::pathways::expectation))
            .says("What recognition notices have said of a programme, and what to expect of the next", Body::None, named("Expectations")),
        api(Method::GET, "/ui/recognition", Needs(List, RecognitionCase), || web::route().to(ui::recognition::board)),
        api(Method::GET, "/api/v1/recognition-board", Needs(List, RecognitionCase), || web::route().to(api::pathways::recognition_board))
            .says("Recognition cases by state, with what is due and overdue", Body::None, named("RecognitionBoard")),
        api(Method::POST, "/ui/recognition-cases/{id}/events", Needs(Read, RecognitionCase), || web::route().to(ui::recognition::act)),
        api(Method::GET, "/api/v1/journeys/{id}/events", Needs(Read, Journey), || web::route().to(api::events::journey)).says(
            "A journey with its history, its clocks, the way ahead and what the actor may bring",
            Body::None,
            named("JourneyCourse"),
        ),
        api(Method::POST, "/api/v1/journeys/{id}/events", Needs(Read, Journey), || web::route().to(api::events::journey_act)).says(
            "Bring an event; it is judged by the state machine and the pathway, and kept",
            named("JourneyEvent"),
            named("JourneyCourse"),
        ),
        api(Method::POST, "/api/v1/journeys/events", Needs(Read, Journey), || web::route().to(api::bulk::journey_events)).says(
            "Bring one event to many journeys; ?dry_run=true names whom it would touch",
            named("JourneyEvents"),
            named("BulkResult"),
        ),
        api(Method::POST, "/ui/journeys/bulk", Needs(Read, Journey), || web::route().to(ui::events::many::bring)),
        api(Method::GET, "/api/v1/needs/{id}/events", Needs(Read, Need), || web::route().to(api::events::need)).says(
            "A need with its seats, its history and what the actor may bring",
            Body::None,
            named("NeedCourse"),
        ),
        api(Method::POST, "/api/v1/needs/{id}/events", Needs(Update, Need), || web::route().to(api::events::need_act)).says(
            "Validate, publish, suspend, resume or cancel a need",
            named("NeedEvent"),
            named("NeedCourse"),
        ),
        api(Method::GET, "/api/v1/agreements/{id}/events", Needs(Read, Agreement), || web::route().to(api::events::agreement)).says(
            "An agreement with its history, who is on the way under it, and what the actor may bring",
            Body::None,
            named("AgreementCourse"),
        ),
        api(Method::POST, "/api/v1/agreements/{id}/events", Needs(Update, Agreement), || web::route().to(api::events::agreement_act)).says(
            "Move an agreement from the idea to teach-out",
            named("AgreementEvent"),
            named("AgreementCourse"),
        ),
        api(Method::POST, "/api/v1/clocks", Needs(Create, MatchRun), || web::route().to(api::events::read_clocks)).says(
            "Read the clocks of every open journey now instead of in the night",
            Body::None,
            named("Job"),
        ),
        api(Method::POST, "/ui/journeys/{id}/events", Needs(Read, Journey), || web::route().to(ui::events::journey_act)),
        api(Method::POST, "/ui/needs/{id}/events", Needs(Update, Need), || web::route().to(ui::events::need_act)),
        api(Method::POST, "/ui/agreements/{id}/events", Needs(Update, Agreement), || web::route().to(ui::events::agreement_act)),
        api(Method::POST, "/ui/clocks", Needs(Create, MatchRun), || web::route().to(ui::events::read_clocks)),
    ]
}
