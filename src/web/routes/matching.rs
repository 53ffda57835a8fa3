//! Match runs, why and why not, proposals.

use super::{Access, Body, Entry};
use crate::web::{api, ui};
use actix_web::http::Method;
use actix_web::web;
use passerelle_domain::access::{Action, Subject};

pub(super) fn entries() -> Vec<Entry> {
    use Access::Needs;
    vec![
        Entry::new(Method::POST, "/api/v1/match-runs", Needs(Action::Create, Subject::MatchRun), || {
            web::route().to(api::match_runs::create)
        })
        .says("Ask for a match run; answers 202 and a Location to watch", Body::Named("MatchRunRequest"), Body::Named("MatchRun")),
        Entry::new(Method::GET, "/api/v1/match-runs", Needs(Action::List, Subject::MatchRun), || web::route().to(api::match_runs::list))
            .says("List match runs, the newest first", Body::None, Body::Named("MatchRunPage")),
        Entry::new(Method::GET, "/api/v1/match-runs/{id}", Needs(Action::Read, Subject::MatchRun), || {
            web::route().to(api::match_runs::get)
        })
        .says("Read one match run: progress, totals, digests", Body::None, Body::Named("MatchRun")),
        Entry::new(Method::GET, "/api/v1/match-runs/{id}/why", Needs(Action::Read, Subject::Outcome), || {
            web::route().to(api::match_runs::why)
        })
        .says(
            "Why a trainee and a need were, or were not, proposed to each other: ?trainee=&need=",
            Body::None,
            Body::Named("PairReport"),
        ),
        Entry::new(Method::POST, "/api/v1/match-runs/{id}/what-if", Needs(Action::Create, Subject::MatchRun), || {
            web::route().to(api::match_runs::what_if)
        })
        .says(
            "What other quotas, levels, weights or closed pathways would have made of a run; writes nothing",
            Body::Named("WhatIf"),
            Body::Named("WhatIfAnswer"),
        ),
        Entry::new(Method::GET, "/api/v1/match-runs/{id}/fairness", Needs(Action::Create, Subject::MatchRun), || {
            web::route().to(api::match_runs::fair)
        })
        .says(
            "Shares of groups that a run proposed, with intervals; groups of fewer than ten are left out",
            Body::None,
            Body::Named("Fairness"),
        ),
        Entry::new(Method::POST, "/api/v1/proposals/{id}/decision", Needs(Action::Decide, Subject::Proposal), || {
            web::route().to(api::match_runs::decide)
        })
        .says("Accept or decline a proposal for your side", Body::Named("Decide"), Body::Named("Decision")),
        Entry::new(Method::GET, "/ui/match-runs", Needs(Action::List, Subject::MatchRun), || web::route().to(ui::match_runs::list)),
        Entry::new(Method::GET, "/ui/match-runs.csv", Needs(Action::List, Subject::MatchRun), || web::route().to(ui::match_runs::list_csv)),
        Entry::new(Method::POST, "/ui/match-runs", Needs(Action::Create, Subject::MatchRun), || web::route().to(ui::match_runs::create)),
        Entry::new(Method::GET, "/ui/match-runs/{id}", Needs(Action::Read, Subject::MatchRun), || web::route().to(ui::match_runs::show)),
        Entry::new(Method::GET, "/ui/match-runs/{id}/why", Needs(Action::Read, Subject::Outcome), || web::route().to(ui::match_runs::why)),
        Entry::new(Method::GET, "/ui/match-runs/{id}/what-if", Needs(Action::Create, Subject::MatchRun), || {
            web::route().to(ui::match_questions::what_if)
        }),
        Entry::new(Method::GET, "/ui/match-runs/{id}/fairness", Needs(Action::Create, Subject::MatchRun), || {
            web::route().to(ui::match_questions::fair)
        }),
        Entry::new(Method::GET, "/ui/match-runs/{id}/fairness.csv", Needs(Action::Create, Subject::MatchRun), || {
            web::route().to(ui::match_questions::fair_csv)
        }),
        Entry::new(Method::GET, "/ui/proposals/{id}", Needs(Action::Read, Subject::Proposal), || web::route().to(ui::match_runs::proposal)),
        Entry::new(Method::POST, "/ui/proposals/{id}/decision", Needs(Action::Decide, Subject::Proposal), || {
            web::route().to(ui::match_runs::decide)
        }),
    ]
}
