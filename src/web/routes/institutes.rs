//! The daily work of institutes: selection, early warnings, papers, outcomes.

use super::{Access, Body, Entry};
use crate::web::{api, ui};
use actix_web::http::Method;
use actix_web::web;
use passerelle_domain::access::{Action, Subject};

pub(super) fn entries() -> Vec<Entry> {
    use Access::Needs;
    use Action::{Export, List, Read, Update};
    use Subject::{Programme, ProviderOutcome, Selection, TrainingRecord};
    let named = Body::Named;
    vec![
        Entry::new(Method::GET, "/api/v1/cohorts/{id}/selection", Needs(Read, Selection), || web::route().to(api::institutes::selection))
            .says("Who has applied for a cohort, in the order of selection, with what each still lacks", Body::None, named("Selection")),
        Entry::new(Method::POST, "/api/v1/cohorts/{id}/selection/marks", Needs(Update, Selection), || {
            web::route().to(api::institutes::marks)
        })
        .says(
            "Enter marks of applicants, all or none unless the good ones are asked for",
            named("SelectionMarks"),
            named("MarksEntered"),
        ),
        Entry::new(Method::POST, "/api/v1/cohorts/{id}/selection", Needs(Update, Selection), || web::route().to(api::institutes::decide))
            .says(
                "Admit, put on the waiting list and turn away by the order of selection; `dry_run` writes nothing",
                named("SelectionWish"),
                named("SelectionDone"),
            ),
        Entry::new(Method::GET, "/api/v1/programmes/{id}/coverage", Needs(Read, Programme), || web::route().to(api::institutes::coverage))
            .says(
                "Essential skills of the occupations of a programme, and how many of them it teaches",
                Body::None,
                named("ProgrammeCoverage"),
            ),
        Entry::new(Method::GET, "/api/v1/early-warnings", Needs(List, TrainingRecord), || web::route().to(api::institutes::warnings)).says(
            "People in training who may not reach the end of their course, and why: ?cohort=",
            Body::None,
            named("EarlyWarnings"),
        ),
        Entry::new(Method::GET, "/api/v1/cohorts/{id}/papers", Needs(Read, TrainingRecord), || web::route().to(api::institutes::papers))
            .says("Papers of a cohort, person by paper", Body::None, named("PaperMatrix")),
        Entry::new(Method::POST, "/api/v1/cohorts/{id}/papers", Needs(Update, TrainingRecord), || {
            web::route().to(api::institutes::enter_papers)
        })
        .says("Enter one paper of several people of a cohort", named("PaperEntry"), named("PapersEntered")),
        Entry::new(Method::GET, "/api/v1/provider-outcomes", Needs(List, ProviderOutcome), || web::route().to(api::institutes::outcomes))
            .says(
                "Completion, recognition, placement and retention by programme and year, with what institutes say to it: ?institute=",
                Body::None,
                named("ProviderOutcomes"),
            ),
        Entry::new(Method::GET, "/ui/cohorts/{id}/selection", Needs(Read, Selection), || web::route().to(ui::selection::show)),
        Entry::new(Method::GET, "/ui/cohorts/{id}/selection.csv", Needs(Export, Selection), || web::route().to(ui::selection::file)),
        Entry::new(Method::POST, "/ui/cohorts/{id}/selection", Needs(Update, Selection), || web::route().to(ui::selection::decide)),
        Entry::new(Method::POST, "/ui/cohorts/{id}/selection/marks", Needs(Update, Selection), || web::route().to(ui::selection::marks)),
        Entry::new(Method::GET, "/ui/early-warnings", Needs(List, TrainingRecord), || web::route().to(ui::training::warnings)),
        Entry::new(Method::GET, "/ui/early-warnings.csv", Needs(Export, TrainingRecord), || web::route().to(ui::training::warnings_file)),
        Entry::new(Method::GET, "/ui/cohorts/{id}/papers", Needs(Read, TrainingRecord), || web::route().to(ui::training::papers)),
        Entry::new(Method::GET, "/ui/cohorts/{id}/papers.csv", Needs(Export, TrainingRecord), || {
            web::route().to(ui::training::papers_file)
        }),
        Entry::new(Method::POST, "/ui/cohorts/{id}/papers", Needs(Update, TrainingRecord), || web::route().to(ui::training::enter_papers)),
        Entry::new(Method::GET, "/ui/provider-outcomes", Needs(List, ProviderOutcome), || web::route().to(ui::provider_outcomes::show)),
        Entry::new(Method::GET, "/ui/provider-outcomes.csv", Needs(Export, ProviderOutcome), || {
            web::route().to(ui::provider_outcomes::file)
        }),
    ]
}
