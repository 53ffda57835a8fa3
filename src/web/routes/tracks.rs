//! The two tracks of a partnership: choice, enrolment, equity.

use super::{Access, Body, Entry};
use crate::web::{api, ui};
use actix_web::http::Method;
use actix_web::web;
use passerelle_domain::access::{Action, Subject};

pub(super) fn entries() -> Vec<Entry> {
    use Access::Needs;
    use Action::Read;
    use Subject::{Agreement, Trainee};
    let named = Body::Named;
    vec![
        Entry::new(Method::GET, "/api/v1/trainees/{id}/track", Needs(Read, Trainee), || web::route().to(api::tracks::prospects)).says(
            "What each track would mean for a person, what stands before it, and what she chose before",
            Body::None,
            named("TrackProspects"),
        ),
        Entry::new(Method::POST, "/api/v1/trainees/{id}/track", Needs(Read, Trainee), || web::route().to(api::tracks::choose)).says(
            "Write down a person's choice of track; seat, match, money and equity move with it",
            named("TrackChoice"),
            named("TrackChange"),
        ),
        Entry::new(Method::GET, "/api/v1/trainees/{id}/enrolment", Needs(Read, Trainee), || web::route().to(api::tracks::enrolment)).says(
            "What has to hold before an applicant is enrolled, and what would open it",
            Body::None,
            named("EnrolmentGates"),
        ),
        Entry::new(Method::GET, "/api/v1/agreements/{id}/equity", Needs(Read, Agreement), || web::route().to(api::tracks::equity)).says(
            "How the two tracks of an agreement stand to each other",
            Body::None,
            named("Equity"),
        ),
        Entry::new(Method::GET, "/ui/trainees/{id}/track", Needs(Read, Trainee), || web::route().to(ui::tracks::form)),
        Entry::new(Method::POST, "/ui/trainees/{id}/track", Needs(Read, Trainee), || web::route().to(ui::tracks::choose)),
    ]
}
