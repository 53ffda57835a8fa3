//! Rights of people over their data, and of others over people.

use super::{Access, Body, Entry};
use crate::web::{api, ui};
use actix_web::http::Method;
use actix_web::{Route, web};
use passerelle_domain::access::{Action, Subject};

pub(super) fn entries() -> Vec<Entry> {
    use Access::{Needs, SignedIn};
    use Action::{Create, Decide, Delete, List, Read, Update};
    use Subject::{CaseTransfer, Consent, Duplicate, ExceptionalAccess, PersonRequest, Proposal, SealedRecord, Team, Trainee};
    let page = |method: Method, path: &str, access: Access, mount: fn() -> Route| Entry::new(method, path, access, mount);
    vec![
        page(Method::GET, "/ui/my/consents", Needs(Decide, Consent), || web::route().to(ui::privacy::consent_list)),
        page(Method::POST, "/ui/my/consents", Needs(Decide, Consent), || web::route().to(ui::privacy::give_consent)),
        page(Method::GET, "/ui/my/consents/{id}/withdraw", Needs(Decide, Consent), || web::route().to(ui::privacy::ask_withdrawal)),
        page(Method::POST, "/ui/my/consents/{id}/withdraw", Needs(Decide, Consent), || web::route().to(ui::privacy::withdraw_consent)),
        page(Method::GET, "/ui/my/access", Needs(Create, PersonRequest), || web::route().to(ui::privacy::my_access)),
        page(Method::GET, "/ui/my/requests", Needs(Create, PersonRequest), || web::route().to(ui::privacy::requests)),
        page(Method::POST, "/ui/my/requests", Needs(Create, PersonRequest), || web::route().to(ui::privacy::ask)),
        page(Method::POST, "/ui/my/requests/{id}/withdraw", Needs(Create, PersonRequest), || {
            web::route().to(ui::privacy::withdraw_request)
        }),
        page(Method::GET, "/ui/my/sealed", Needs(Create, SealedRecord), || web::route().to(ui::privacy::sealed_list)),
        page(Method::POST, "/ui/my/sealed", Needs(Create, SealedRecord), || web::route().to(ui::privacy::seal)),
        page(Method::POST, "/ui/my/sealed/{id}/remove", Needs(Delete, SealedRecord), || web::route().to(ui::privacy::unseal)),
        page(Method::GET, "/ui/my/data", SignedIn, || web::route().to(ui::privacy::data)),
        page(Method::GET, "/ui/my/data.json", SignedIn, || web::route().to(ui::privacy::data_file)),
        page(Method::GET, "/ui/trainees/{id}/access", Needs(Read, Trainee), || web::route().to(ui::privacy::trainee_access)),
        page(Method::GET, "/ui/trainees/{id}/sealed", Needs(Read, SealedRecord), || web::route().to(ui::privacy::sealed_of)),
        page(Method::GET, "/ui/trainees/{id}/pass-on", Needs(Create, CaseTransfer), || web::route().to(ui::cases::pass_on_form)),
        page(Method::POST, "/ui/trainees/{id}/pass-on", Needs(Create, CaseTransfer), || web::route().to(ui::cases::pass_on)),
        page(Method::POST, "/ui/case-transfers/{id}/decision", Needs(Decide, CaseTransfer), || web::route().to(ui::cases::decide_transfer)),
        page(Method::POST, "/ui/person-requests/{id}/decision", Needs(Decide, PersonRequest), || {
            web::route().to(ui::cases::decide_request)
        }),
        page(Method::POST, "/ui/duplicates/{id}/decision", Needs(Decide, Duplicate), || web::route().to(ui::cases::decide_duplicate)),
        page(Method::GET, "/ui/exceptional-accesses/new", Needs(Create, ExceptionalAccess), || {
            web::route().to(ui::cases::exceptional_form)
        }),
        page(Method::POST, "/ui/exceptional-accesses", Needs(Create, ExceptionalAccess), || web::route().to(ui::cases::open_exceptional)),
        page(Method::POST, "/ui/exceptional-accesses/{id}/review", Needs(Decide, ExceptionalAccess), || web::route().to(ui::cases::review)),
        page(Method::GET, "/ui/proposals/{id}/contract", Needs(Read, Proposal), || web::route().to(ui::contracts::show)),
        page(Method::POST, "/ui/proposals/{id}/contract", Needs(Read, Proposal), || web::route().to(ui::contracts::enter)),
        page(Method::POST, "/ui/proposals/{id}/contract/consent", Needs(Read, Proposal), || web::route().to(ui::contracts::agree)),
        page(Method::POST, "/ui/proposals/{id}/offer", Needs(Decide, Proposal), || web::route().to(ui::match_runs::offer)),
        page(Method::GET, "/ui/team", Needs(List, Team), || web::route().to(ui::team::list)),
        page(Method::POST, "/ui/team/invite", Needs(Create, Team), || web::route().to(ui::team::invite)),
        page(Method::POST, "/ui/team/cover", Needs(List, Team), || web::route().to(ui::team::cover)),
        page(Method::POST, "/ui/team/{id}/end", Needs(List, Team), || web::route().to(ui::team::end)),
        page(Method::GET, "/ui/retention", Needs(List, Subject::Audit), || web::route().to(ui::team::retention_reports)),
        page(Method::POST, "/api/v1/consents", Needs(Create, Consent), || web::route().to(api::privacy::give_consent)).says(
            "Give consent, or enter consent given on paper",
            Body::Named("GiveConsent"),
            Body::Named("Made"),
        ),
        page(Method::POST, "/api/v1/consents/{id}/withdrawal", Needs(Decide, Consent), || web::route().to(api::privacy::withdraw_consent))
            .says("Withdraw consent; it counts at once", Body::None, Body::None),
        page(Method::POST, "/api/v1/person-requests", Needs(Create, PersonRequest), || web::route().to(api::privacy::ask)).says(
            "Ask for a correction, an objection, a restriction or an erasure",
            Body::Named("PersonRequestAsk"),
            Body::Named("Made"),
        ),
        page(Method::POST, "/api/v1/person-requests/{id}/decision", Needs(Decide, PersonRequest), || {
            web::route().to(api::privacy::decide_request)
        })
        .says("Answer a person's request", Body::Named("PersonRequestDecision"), Body::None),
        page(Method::POST, "/api/v1/case-transfers", Needs(Create, CaseTransfer), || web::route().to(api::privacy::transfer)).says(
            "Offer a case, or a referral, to another organisation",
            Body::Named("TransferOpen"),
            Body::Named("Made"),
        ),
        page(Method::POST, "/api/v1/case-transfers/{id}/decision", Needs(Decide, CaseTransfer), || {
            web::route().to(api::privacy::decide_transfer)
        })
        .says("Accept, decline, withdraw or end", Body::Named("TransferDecision"), Body::None),
        page(Method::POST, "/api/v1/duplicates/{id}/decision", Needs(Decide, Duplicate), || {
            web::route().to(api::privacy::decide_duplicate)
        })
        .says("Merge, keep apart, or take a merge apart", Body::Named("DuplicateDecision"), Body::None),
        page(Method::POST, "/api/v1/exceptional-accesses", Needs(Create, ExceptionalAccess), || {
            web::route().to(api::privacy::open_exceptional)
        })
        .says("Open a record for a short while, for a stated reason", Body::Named("ExceptionalOpen"), Body::Named("Made")),
        page(Method::POST, "/api/v1/exceptional-accesses/{id}/decision", Needs(Decide, ExceptionalAccess), || {
            web::route().to(api::privacy::review)
        })
        .says("Review an access", Body::Named("ExceptionalReview"), Body::None),
        page(Method::GET, "/api/v1/trainees/{id}/sealed-records", Needs(Read, SealedRecord), || web::route().to(api::privacy::sealed_of))
            .says("Open sealed facts: one's own, or by exception", Body::None, Body::Named("SealedPage")),
        page(Method::POST, "/ui/trainees/{id}/documents", Needs(Update, Trainee), || web::route().to(ui::cases::add_document)),
        page(Method::POST, "/api/v1/trainees/{id}/identity-documents", Needs(Update, Trainee), || {
            web::route().to(api::privacy::identity_document)
        })
        .says(
            "Enter an identity document; only a keyed hash of its number is kept",
            Body::Named("IdentityDocumentAdd"),
            Body::None,
        ),
        page(Method::POST, "/api/v1/sealed-records", Needs(Create, SealedRecord), || web::route().to(api::privacy::seal)).says(
            "Seal a fact about yourself",
            Body::Named("SealedAdd"),
            Body::Named("Made"),
        ),
        page(Method::DELETE, "/api/v1/sealed-records/{id}", Needs(Delete, SealedRecord), || web::route().to(api::privacy::unseal)).says(
            "Remove a sealed fact of your own",
            Body::None,
            Body::None,
        ),
        page(Method::GET, "/api/v1/trainees/{id}/onlookers", Needs(Read, Trainee), || web::route().to(api::privacy::onlookers)).says(
            "Who can see what of this person, and why",
            Body::None,
            Body::Named("OnlookerPage"),
        ),
        page(Method::GET, "/api/v1/me/data", SignedIn, || web::route().to(api::privacy::my_data)).says(
            "Everything about you",
            Body::None,
            Body::Named("MyData"),
        ),
        page(Method::POST, "/api/v1/team/invitations", Needs(Create, Team), || web::route().to(api::privacy::invite)).says(
            "Invite somebody to a role",
            Body::Named("Invitation"),
            Body::None,
        ),
        page(Method::POST, "/api/v1/team/covers", Needs(List, Team), || web::route().to(api::privacy::cover)).says(
            "Lend your role to a colleague for an absence",
            Body::Named("Cover"),
            Body::None,
        ),
        page(Method::DELETE, "/api/v1/team/grants/{id}", Needs(List, Team), || web::route().to(api::privacy::end_grant)).says(
            "End a role at once",
            Body::None,
            Body::None,
        ),
        page(Method::GET, "/api/v1/proposals/{id}/contract", Needs(Read, Proposal), || web::route().to(api::contracts::show)).says(
            "A contract in its versions, with what became better and worse between them",
            Body::None,
            Body::Named("Contract"),
        ),
        page(Method::POST, "/api/v1/proposals/{id}/contract", Needs(Read, Proposal), || web::route().to(api::contracts::enter)).says(
            "Enter a version of a contract: offer, attested, or final",
            Body::Named("ContractVersion"),
            Body::Named("Contract"),
        ),
        page(Method::POST, "/api/v1/proposals/{id}/contract/consent", Needs(Read, Proposal), || web::route().to(api::contracts::agree))
            .says(
                "Her word that she agrees to what changed in the newest version",
                Body::Named("ContractConsent"),
                Body::Named("Contract"),
            ),
        page(Method::POST, "/api/v1/proposals/{id}/offer", Needs(Decide, Proposal), || web::route().to(api::privacy::offer)).says(
            "Make the offer that both sides have agreed on",
            Body::None,
            Body::Named("Decision"),
        ),
    ]
}
