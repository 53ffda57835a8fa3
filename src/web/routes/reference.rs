//! Concepts and published pathways.

use super::{Access, Body, Entry};
use crate::web::{api, ui};
use actix_web::http::Method;
use actix_web::web;
use passerelle_domain::access::{Action, Subject};

pub(super) fn entries() -> Vec<Entry> {
    use Access::Needs;
    vec![
        Entry::new(Method::GET, "/api/v1/concepts", Needs(Action::List, Subject::Concept), || web::route().to(api::reference::concepts))
            .says("Search occupations and skills: ?q=&language=&kind=", Body::None, Body::Named("ConceptPage")),
        Entry::new(Method::GET, "/api/v1/concepts/suggestions", Needs(Action::List, Subject::Concept), || {
            web::route().to(api::reference::suggestions)
        })
        .says(
            "Occupations or skills that a text in somebody's own words may mean, for a person to confirm: ?text=&language=&kind=",
            Body::None,
            Body::Named("ConceptSuggestions"),
        ),
        Entry::new(Method::GET, "/ui/trainees/{id}/suggestions", Needs(Action::Create, Subject::SkillClaim), || {
            web::route().to(ui::suggestions::form)
        }),
        Entry::new(Method::POST, "/ui/trainees/{id}/suggestions", Needs(Action::Create, Subject::SkillClaim), || {
            web::route().to(ui::suggestions::look)
        }),
        Entry::new(Method::POST, "/ui/trainees/{id}/suggestions/confirmed", Needs(Action::Create, Subject::SkillClaim), || {
            web::route().to(ui::suggestions::confirm)
        }),
        Entry::new(Method::GET, "/api/v1/corridors", Needs(Action::List, Subject::Corridor), || web::route().to(api::reference::corridors))
            .says("List the newest version of every corridor pack", Body::None, Body::Named("CorridorPage")),
        Entry::new(Method::GET, "/api/v1/corridors/{pack}", Needs(Action::Read, Subject::Corridor), || {
            web::route().to(api::reference::corridor)
        })
        .says("Read one corridor pack", Body::None, Body::Named("CorridorPack")),
        Entry::new(Method::GET, "/ui/concepts", Needs(Action::List, Subject::Concept), || web::route().to(ui::reference::concepts)),
        Entry::new(Method::GET, "/ui/corridors", Needs(Action::List, Subject::Corridor), || web::route().to(ui::reference::corridors)),
        Entry::new(Method::GET, "/ui/corridors.csv", Needs(Action::List, Subject::Corridor), || {
            web::route().to(ui::reference::corridors_csv)
        }),
        Entry::new(Method::GET, "/ui/corridors/{pack}", Needs(Action::Read, Subject::Corridor), || {
            web::route().to(ui::reference::corridor)
        }),
    ]
}
