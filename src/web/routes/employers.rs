//! The daily work of employers: being let in, and putting candidates in order.

use super::{Access, Body, Entry};
use crate::web::{api, ui};
use actix_web::http::Method;
use actix_web::web;
use passerelle_domain::access::{Action, Subject};

pub(super) fn entries() -> Vec<Entry> {
    use Access::{Needs, Public};
    use Action::{Decide, Read};
    use Subject::{Proposal, Registration};
    let named = Body::Named;
    vec![
        Entry::new(Method::POST, "/api/v1/registrations", Public, || web::route().to(api::employers::register)).says(
            "Ask to be let in as an employer; an authority of the country decides",
            named("RegistrationRequest"),
            named("RegistrationStanding"),
        ),
        Entry::new(Method::POST, "/api/v1/employer-registrations/{id}/decision", Needs(Decide, Registration), || {
            web::route().to(api::employers::decide)
        })
        .says(
            "Verify or refuse an employer that asked to be let in",
            named("RegistrationDecision"),
            named("EmployerRegistration"),
        ),
        Entry::new(Method::GET, "/api/v1/needs/{id}/shortlist", Needs(Read, Proposal), || web::route().to(api::employers::candidates))
            .says(
                "Candidates of a need in the employer's order, with their scores and the day from which each can begin",
                Body::None,
                named("Shortlist"),
            ),
        Entry::new(Method::POST, "/api/v1/needs/{id}/shortlist", Needs(Decide, Proposal), || web::route().to(api::employers::order)).says(
            "Put the candidates of a need in order, the first one first",
            named("ShortlistOrder"),
            named("Shortlist"),
        ),
        Entry::new(Method::GET, "/ui/register", Public, || web::route().to(ui::registrations::form)),
        Entry::new(Method::POST, "/ui/register", Public, || web::route().to(ui::registrations::ask)),
        Entry::new(Method::POST, "/ui/employer-registrations/{id}/decision", Needs(Decide, Registration), || {
            web::route().to(ui::registrations::decide)
        }),
        Entry::new(Method::GET, "/ui/needs/{id}/shortlist", Needs(Read, Proposal), || web::route().to(ui::shortlist::show)),
        Entry::new(Method::POST, "/ui/needs/{id}/shortlist", Needs(Decide, Proposal), || web::route().to(ui::shortlist::order)),
    ]
}
