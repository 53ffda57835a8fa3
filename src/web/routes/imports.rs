//! People from a spreadsheet.

use super::{Access, Body, Entry};
use crate::web::{api, ui};
use actix_web::http::Method;
use actix_web::web;
use passerelle_domain::access::{Action, Subject};

pub(super) fn entries() -> Vec<Entry> {
    use Access::Needs;
    use Action::{Create, Delete, List, Read, Update};
    use Subject::Import;
    let named = Body::Named;
    vec![
        Entry::new(Method::GET, "/api/v1/exchange", Needs(Action::Export, Subject::Exchange), || web::route().to(api::exchange::export))
            .says(
                "Candidates for partners in the shared schema: ?profile=anonymous or full_with_consent, ?cohort=",
                Body::None,
                Body::Named("CandidateExchange"),
            ),
        Entry::new(Method::GET, "/ui/exchange", Needs(Action::Export, Subject::Exchange), || web::route().to(ui::exchange::show)),
        Entry::new(Method::GET, "/ui/exchange.json", Needs(Action::Export, Subject::Exchange), || web::route().to(ui::exchange::file)),
        Entry::new(Method::GET, "/schemas/candidate-exchange-1.schema.json", Access::Public, || web::route().to(ui::exchange::schema)),
        Entry::new(Method::POST, "/api/v1/cohorts/{id}/imports", Needs(Create, Import), || web::route().to(api::imports::upload)).says(
            "Read a file of people (CSV or XLSX, the body) for a cohort and judge every row; nobody is enrolled yet: ?name=&encoding=",
            named("File"),
            named("Import"),
        ),
        Entry::new(Method::GET, "/api/v1/imports", Needs(List, Import), || web::route().to(api::imports::list)).says(
            "Files of people, the newest first",
            Body::None,
            named("Imports"),
        ),
        Entry::new(Method::GET, "/api/v1/imports/{id}", Needs(Read, Import), || web::route().to(api::imports::get)).says(
            "One file of people",
            Body::None,
            named("Import"),
        ),
        Entry::new(Method::GET, "/api/v1/imports/{id}/rows", Needs(Read, Import), || web::route().to(api::imports::rows)).says(
            "Its rows, with what was found in which cell: ?verdict=&after=",
            Body::None,
            named("ImportRows"),
        ),
        Entry::new(Method::PUT, "/api/v1/imports/{id}/mapping", Needs(Update, Import), || web::route().to(api::imports::change)).says(
            "Say what its columns mean, how its days are written and where its people begin; every row is judged again",
            named("ImportChange"),
            named("Import"),
        ),
        Entry::new(Method::POST, "/api/v1/imports/{id}/acceptance", Needs(Update, Import), || web::route().to(api::imports::accept)).says(
            "Take the good rows, and the doubtful ones if asked; a job makes records of them",
            named("ImportAccept"),
            named("Import"),
        ),
        Entry::new(Method::POST, "/api/v1/imports/{id}/undo", Needs(Delete, Import), || web::route().to(api::imports::undo)).says(
            "Take it back: its people go, but for those who have been worked on since",
            Body::None,
            named("ImportUndone"),
        ),
        Entry::new(Method::DELETE, "/api/v1/imports/{id}", Needs(Update, Import), || web::route().to(api::imports::discard)).says(
            "Throw away a file that has not been taken",
            Body::None,
            Body::None,
        ),
        Entry::new(Method::GET, "/ui/imports", Needs(List, Import), || web::route().to(ui::imports::list)),
        Entry::new(Method::GET, "/ui/imports/template.xlsx", Needs(Create, Import), || web::route().to(ui::imports::template_xlsx)),
        Entry::new(Method::GET, "/ui/imports/template.csv", Needs(Create, Import), || web::route().to(ui::imports::template_csv)),
        Entry::new(Method::GET, "/ui/cohorts/{id}/import", Needs(Create, Import), || web::route().to(ui::imports::begin)),
        Entry::new(Method::POST, "/ui/cohorts/{id}/import", Needs(Create, Import), || web::route().to(ui::imports::upload)),
        Entry::new(Method::GET, "/ui/imports/{id}", Needs(Read, Import), || web::route().to(ui::imports::show)),
        Entry::new(Method::GET, "/ui/imports/{id}/refused.csv", Needs(Read, Import), || web::route().to(ui::imports::refused)),
        Entry::new(Method::POST, "/ui/imports/{id}/mapping", Needs(Update, Import), || web::route().to(ui::imports::remap)),
        Entry::new(Method::POST, "/ui/imports/{id}/acceptance", Needs(Update, Import), || web::route().to(ui::imports::accept)),
        Entry::new(Method::POST, "/ui/imports/{id}/undo", Needs(Delete, Import), || web::route().to(ui::imports::undo)),
        Entry::new(Method::POST, "/ui/imports/{id}/discard", Needs(Update, Import), || web::route().to(ui::imports::discard)),
    ]
}
