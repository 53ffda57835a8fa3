//! Money as it really moves: workers' payments, claims at milestones, what an agreement has cost.

use super::{Access, Body, Entry};
use crate::web::{api, ui};
use actix_web::http::Method;
use actix_web::{Route, web};
use passerelle_domain::access::{Action, Subject};

pub(super) fn entries() -> Vec<Entry> {
    use Access::Needs;
    use Action::{Create, Decide, Export, List, Read};
    use Subject::{Agreement, LedgerEntry, Need, Tranche, WorkerPayment};
    let named = Body::Named;
    let route = |method: Method, path: &str, access: Access, mount: fn() -> Route| Entry::new(method, path, access, mount);
    vec![
        route(Method::GET, "/api/v1/recruitment-costs", Needs(List, WorkerPayment), || web::route().to(api::money::recruitment_costs))
            .says(
                "What workers paid for the job, what is owed to them (rule R02), and SDG indicator 10.7.1 by corridor",
                Body::None,
                named("RecruitmentCosts"),
            ),
        route(Method::GET, "/api/v1/cohorts/{id}/tranches", Needs(List, Tranche), || web::route().to(api::money::tranches)).says(
            "What payers owe for a cohort by milestone, and what is claimed, approved and paid of it",
            Body::None,
            named("Tranches"),
        ),
        route(Method::POST, "/api/v1/cohorts/{id}/tranches", Needs(Create, Tranche), || web::route().to(api::money::claim)).says(
            "Claim a milestone for everybody who has reached it and is not claimed for",
            named("TrancheClaim"),
            named("TranchesClaimed"),
        ),
        route(Method::POST, "/api/v1/cohorts/{id}/tranches/decision", Needs(Decide, Tranche), || web::route().to(api::money::decide)).says(
            "Approve or refuse the open claims of a milestone",
            named("TrancheDecision"),
            named("TranchesDecided"),
        ),
        route(Method::POST, "/api/v1/cohorts/{id}/tranches/payment", Needs(Create, LedgerEntry), || web::route().to(api::money::pay)).says(
            "Pay the approved claims of a milestone: a line of the ledger for each payer, by another hand than approved them",
            named("TranchePayment"),
            named("TranchesPaid"),
        ),
        route(Method::POST, "/api/v1/recovery-claims/{id}/outcome", Needs(Create, LedgerEntry), || {
            web::route().to(api::money::claim_outcome)
        })
        .says(
            "Note that a claim was paid, or refused: then the reserve bears it, and the funder beyond",
            named("ClaimOutcome"),
            named("ClaimDecided"),
        ),
        route(Method::POST, "/ui/recovery-claims/{id}/outcome", Needs(Create, LedgerEntry), || {
            web::route().to(ui::money::recovery::decide)
        }),
        route(Method::GET, "/api/v1/agreements/{id}/costs", Needs(Read, Agreement), || web::route().to(api::money::costs)).says(
            "Budget against actual by payer, and cost per outcome",
            Body::None,
            named("AgreementCosts"),
        ),
        route(Method::GET, "/api/v1/agreements/{id}/reserve", Needs(Read, LedgerEntry), || web::route().to(api::money::reserve)).says(
            "What the reserve has to hold for the places that run, its floor, and what is called for",
            Body::None,
            named("ReserveStanding"),
        ),
        route(Method::POST, "/api/v1/roi/realised", Needs(Create, Need), || web::route().to(api::money::realised)).says(
            "What the hires of the actor's firm have brought so far, against what it has paid for them",
            named("RealisedFigures"),
            named("RealisedReturn"),
        ),
        route(Method::GET, "/ui/recruitment-costs", Needs(List, WorkerPayment), || web::route().to(ui::money::employer_pays::show)),
        route(Method::GET, "/ui/recruitment-costs.csv", Needs(Export, WorkerPayment), || web::route().to(ui::money::employer_pays::file)),
        route(Method::GET, "/ui/cohorts/{id}/tranches", Needs(List, Tranche), || web::route().to(ui::money::tranches::show)),
        route(Method::POST, "/ui/cohorts/{id}/tranches", Needs(Create, Tranche), || web::route().to(ui::money::tranches::claim)),
        route(Method::POST, "/ui/cohorts/{id}/tranches/decision", Needs(Decide, Tranche), || web::route().to(ui::money::tranches::decide)),
        route(Method::POST, "/ui/cohorts/{id}/tranches/payment", Needs(Create, LedgerEntry), || web::route().to(ui::money::tranches::pay)),
        route(Method::GET, "/ui/agreements/{id}/costs", Needs(Read, Agreement), || web::route().to(ui::money::outcome_costs::show)),
        route(Method::GET, "/ui/agreements/{id}/costs.csv", Needs(Read, Agreement), || web::route().to(ui::money::outcome_costs::file)),
        route(Method::GET, "/ui/roi/realised", Needs(Create, Need), || web::route().to(ui::finance::realised)),
    ]
}
