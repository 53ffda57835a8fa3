//! What a place is worth, who pays for it, and who bears what is lost.

use super::{Access, Body, Entry};
use crate::web::{api, ui};
use actix_web::http::Method;
use actix_web::{Route, web};

pub(super) fn entries() -> Vec<Entry> {
    use Access::SignedIn;
    let reckons = |path: &str, summary: &str, question: &'static str, answer: &'static str, mount: fn() -> Route| {
        Entry::new(Method::POST, path, SignedIn, mount).says(summary, Body::Named(question), Body::Named(answer))
    };
    vec![
        reckons(
            "/api/v1/roi/estimate",
            "What a hire through a partnership is worth to the employer who pays for the training",
            "RoiEstimate",
            "RoiSheet",
            || web::route().to(api::finance::roi),
        ),
        reckons(
            "/api/v1/settlement/estimate",
            "Who bears what is lost when somebody who was trained cannot leave",
            "SettlementQuestion",
            "Settlement",
            || web::route().to(api::finance::settlement),
        ),
        reckons("/api/v1/reserve/estimate", "What a partnership has to put aside", "ReserveQuestion", "Reserve", || {
            web::route().to(api::finance::reserve)
        }),
        reckons(
            "/api/v1/recruitment-cost/estimate",
            "What a worker paid for the job, in months of her first pay (SDG 10.7.1)",
            "RecruitmentCostQuestion",
            "RecruitmentCost",
            || web::route().to(api::finance::recruitment_cost),
        ),
        reckons("/api/v1/remittance/estimate", "What sending money home costs (SDG 10.c)", "RemittanceQuestion", "Remittance", || {
            web::route().to(api::finance::remittance)
        }),
        reckons(
            "/api/v1/totalisation/estimate",
            "Whether months of insurance in several countries add up to a pension",
            "TotalisationQuestion",
            "Totalisation",
            || web::route().to(api::finance::totalisation),
        ),
        reckons(
            "/api/v1/contingency-options/estimate",
            "What is open to somebody who cannot go on, why the rest is not, and what would change it",
            "OptionsQuestion",
            "ContingencyDecision",
            || web::route().to(api::finance::options),
        ),
        reckons("/api/v1/equity/estimate", "How many home places are owed for those who left", "EquityQuestion", "EquityBalance", || {
            web::route().to(api::finance::equity)
        }),
        Entry::new(Method::GET, "/ui/roi", SignedIn, || web::route().to(ui::finance::roi)),
        Entry::new(Method::GET, "/ui/settlement", SignedIn, || web::route().to(ui::reckoning::settlement)),
        Entry::new(Method::GET, "/ui/reserve", SignedIn, || web::route().to(ui::reckoning::reserve)),
        Entry::new(Method::GET, "/ui/worker-costs", SignedIn, || web::route().to(ui::reckoning::worker)),
    ]
}
