//! Pathways in the making, ways through a pathway, and the law.

use super::{Access, Body, Entry};
use crate::web::{api, ui};
use actix_web::http::Method;
use actix_web::{Route, web};
use passerelle_domain::access::{Action, Subject};

pub(super) fn entries() -> Vec<Entry> {
    use Access::{Needs, SignedIn};
    use Action::{Create, Decide, List, Read, Update};
    use Subject::{Corridor, Journey, Law, PathwayDraft};
    let api = |method: Method, path: &str, access: Access, mount: fn() -> Route| Entry::new(method, path, access, mount);
    let named = Body::Named;
    vec![
        api(Method::GET, "/api/v1/pathway-drafts", Needs(List, PathwayDraft), || web::route().to(api::pathways::list)).says(
            "Pathways in the making",
            Body::None,
            named("PathwayDrafts"),
        ),
        api(Method::POST, "/api/v1/pathway-drafts", Needs(Create, PathwayDraft), || web::route().to(api::pathways::begin)).says(
            "Begin a draft from a published pathway, a template or a file",
            named("BeginPathway"),
            named("Made"),
        ),
        api(Method::GET, "/api/v1/pathway-drafts/{id}", Needs(Read, PathwayDraft), || web::route().to(api::pathways::get)).says(
            "A draft with its findings, differences and keys",
            Body::None,
            named("PathwayDraft"),
        ),
        api(Method::PUT, "/api/v1/pathway-drafts/{id}", Needs(Update, PathwayDraft), || web::route().to(api::pathways::replace)).says(
            "Put another wording in place of a draft's; both keys come out",
            named("CorridorPack"),
            named("Changed"),
        ),
        api(Method::DELETE, "/api/v1/pathway-drafts/{id}", Needs(Update, PathwayDraft), || web::route().to(api::pathways::discard)).says(
            "Give a draft up; it stays to be read",
            Body::None,
            Body::None,
        ),
        api(Method::PUT, "/api/v1/pathway-drafts/{id}/steps/{step}", Needs(Update, PathwayDraft), || {
            web::route().to(api::pathways::put_step)
        })
        .says("Change a step, or add it", named("Step"), named("Changed")),
        api(Method::DELETE, "/api/v1/pathway-drafts/{id}/steps/{step}", Needs(Update, PathwayDraft), || {
            web::route().to(api::pathways::remove_step)
        })
        .says("Take a step out; what waited for it waits for what it waited for", Body::None, named("Changed")),
        api(Method::POST, "/api/v1/pathway-drafts/{id}/submission", Needs(Update, PathwayDraft), || web::route().to(api::pathways::submit))
            .says("Ask both sides for their keys; refused while there are errors", named("SubmitPathway"), named("Changed")),
        api(Method::POST, "/api/v1/pathway-drafts/{id}/approval", Needs(Decide, PathwayDraft), || web::route().to(api::pathways::approve))
            .says("Turn the key of your side; the second key publishes", Body::None, named("PathwayStage")),
        api(Method::POST, "/api/v1/pathway-drafts/{id}/refusal", Needs(Decide, PathwayDraft), || web::route().to(api::pathways::refuse))
            .says("Send a submitted draft back, with the reason", named("Refusal"), named("Changed")),
        api(Method::POST, "/api/v1/corridors/{pack}/plan", Needs(Read, Corridor), || web::route().to(api::pathways::plan)).says(
            "Every way that no other beats on days, cost and chance, with dates and a forecast",
            named("PlanQuestion"),
            named("Plan"),
        ),
        api(Method::GET, "/api/v1/rules", Needs(List, Law), || web::route().to(api::pathways::rules)).says(
            "The rules, in every version",
            Body::None,
            named("Rules"),
        ),
        api(Method::POST, "/api/v1/rules/check", Needs(Read, Law), || web::route().to(api::pathways::check)).says(
            "Judge facts by the rules",
            named("RulesQuestion"),
            named("Verdicts"),
        ),
        api(Method::POST, "/api/v1/law-entries", Needs(Create, Law), || web::route().to(api::pathways::enter)).says(
            "Enter a version of a rule, an index, a list, a table row, a convention, a link or a calendar",
            named("LawEntry"),
            named("Made"),
        ),
        api(Method::POST, "/api/v1/law-imports", Needs(Create, Law), || web::route().to(api::pathways::import)).says(
            "Enter a file of versions, all or none; ?dry_run=true says of every line what it would do",
            named("LawImport"),
            named("LawImported"),
        ),
        api(Method::GET, "/api/v1/law-imports", Needs(Create, Law), || web::route().to(api::pathways::imports)).says(
            "What has been entered together, the newest first",
            Body::None,
            named("LawImports"),
        ),
        api(Method::POST, "/api/v1/law-imports/{id}/withdrawal", Needs(Create, Law), || web::route().to(api::pathways::withdraw)).says(
            "Withdraw what was entered together; it stays to be read and counts no longer",
            Body::None,
            named("LawWithdrawn"),
        ),
        api(Method::POST, "/api/v1/deadlines", SignedIn, || web::route().to(api::pathways::deadline)).says(
            "The end of a legal period",
            named("Period"),
            named("PeriodEnd"),
        ),
        api(Method::GET, "/ui/pathway-drafts", Needs(List, PathwayDraft), || web::route().to(ui::pathways::list)),
        api(Method::POST, "/ui/pathway-drafts", Needs(Create, PathwayDraft), || web::route().to(ui::pathways::begin)),
        api(Method::GET, "/ui/pathway-drafts/{id}", Needs(Read, PathwayDraft), || web::route().to(ui::pathways::show)),
        api(Method::GET, "/ui/pathway-drafts/{id}/pack.yaml", Needs(Read, PathwayDraft), || web::route().to(ui::pathways::file)),
        api(Method::POST, "/ui/pathway-drafts/{id}/file", Needs(Update, PathwayDraft), || web::route().to(ui::pathways::take_file)),
        api(Method::GET, "/ui/pathway-drafts/{id}/steps/{step}", Needs(Read, PathwayDraft), || web::route().to(ui::pathway_step::show)),
        api(Method::POST, "/ui/pathway-drafts/{id}/steps/{step}", Needs(Update, PathwayDraft), || web::route().to(ui::pathway_step::save)),
        api(Method::POST, "/ui/pathway-drafts/{id}/steps/{step}/remove", Needs(Update, PathwayDraft), || {
            web::route().to(ui::pathways::remove_step)
        }),
        api(Method::POST, "/ui/pathway-drafts/{id}/submission", Needs(Update, PathwayDraft), || web::route().to(ui::pathways::submit)),
        api(Method::POST, "/ui/pathway-drafts/{id}/approval", Needs(Decide, PathwayDraft), || web::route().to(ui::pathways::approve)),
        api(Method::POST, "/ui/pathway-drafts/{id}/refusal", Needs(Decide, PathwayDraft), || web::route().to(ui::pathways::refuse)),
        api(Method::POST, "/ui/pathway-drafts/{id}/discard", Needs(Update, PathwayDraft), || web::route().to(ui::pathways::discard)),
        api(Method::GET, "/ui/corridors/{pack}/plan", Needs(Read, Corridor), || web::route().to(ui::plan::show)),
        api(Method::GET, "/api/v1/rules-outlook", Needs(List, Journey), || web::route().to(api::pathways::rules_outlook)).says(
            "What announced rules would do to the people who are on the way; nothing is written",
            Body::None,
            named("RulesOutlook"),
        ),
        api(Method::GET, "/ui/rules-outlook", Needs(List, Journey), || web::route().to(ui::law::outlook)),
        api(Method::GET, "/ui/law-tables", Needs(List, Law), || web::route().to(ui::law_tables::show)),
        api(Method::POST, "/ui/law-tables", Needs(Create, Law), || web::route().to(ui::law_tables::enter)),
        api(Method::POST, "/ui/law-imports", Needs(Create, Law), || web::route().to(ui::law_tables::import)),
        api(Method::POST, "/ui/law-imports/{id}/withdrawal", Needs(Create, Law), || web::route().to(ui::law_tables::withdraw)),
        api(Method::GET, "/ui/rules", Needs(List, Law), || web::route().to(ui::law::list)),
        api(Method::POST, "/ui/rules", Needs(Create, Law), || web::route().to(ui::law::enter)),
        api(Method::GET, "/ui/rules/{rule}", Needs(Read, Law), || web::route().to(ui::law::show)),
    ]
}
