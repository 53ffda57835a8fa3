//! Certificates: signed, taken back, printed, and looked at by anybody.

use super::{Access, Body, Entry};
use crate::web::{api, ui};
use actix_web::http::Method;
use actix_web::web;
use passerelle_domain::access::{Action, Subject};

pub(super) fn entries() -> Vec<Entry> {
    use Access::{Needs, Public};
    use Action::{Create, Decide, Read};
    use Subject::Certificate;
    let named = Body::Named;
    vec![
        Entry::new(Method::POST, "/api/v1/certificates", Needs(Create, Certificate), || web::route().to(api::certificates::issue)).says(
            "Sign certificates of one programme for up to 500 people: all of them, or none",
            named("CertificateIssue"),
            named("CertificatesIssued"),
        ),
        Entry::new(Method::POST, "/api/v1/certificates/{id}/revocation", Needs(Decide, Certificate), || {
            web::route().to(api::certificates::revoke)
        })
        .says("Take a certificate back; a debt is no reason", named("CertificateRevoke"), named("CertificateStanding")),
        Entry::new(Method::GET, "/api/v1/certificates/{id}/document", Needs(Read, Certificate), || {
            web::route().to(api::certificates::document)
        })
        .says("The signed document (Open Badges 3.0)", Body::None, named("SignedDocument")),
        Entry::new(Method::POST, "/api/v1/verification", Public, || web::route().to(api::certificates::verify)).says(
            "Judge a signed credential of anybody: valid, invalid or unverifiable, with each check",
            named("SignedDocument"),
            named("CredentialReport"),
        ),
        Entry::new(Method::GET, "/certificates/{id}", Public, || web::route().to(ui::certificates::public)),
        Entry::new(Method::GET, "/certificates/{id}/credential.json", Public, || web::route().to(api::certificates::public)),
        Entry::new(Method::GET, "/institutes/{id}/did.json", Public, || web::route().to(api::certificates::keys)),
        Entry::new(Method::GET, "/institutes/{id}/status-list.json", Public, || web::route().to(api::certificates::status_list)),
        Entry::new(Method::GET, "/verify", Public, || web::route().to(ui::certificates::verify_form)),
        Entry::new(Method::POST, "/verify", Public, || web::route().to(ui::certificates::verify)),
        Entry::new(Method::GET, "/ui/cohorts/{id}/certificates", Needs(Create, Certificate), || {
            web::route().to(ui::certificates::issue_form)
        }),
        Entry::new(Method::POST, "/ui/cohorts/{id}/certificates", Needs(Create, Certificate), || web::route().to(ui::certificates::issue)),
        Entry::new(Method::POST, "/ui/certificates/renew-key", Needs(Decide, Certificate), || web::route().to(ui::certificates::renew_key)),
        Entry::new(Method::POST, "/ui/certificates/{id}/revocation", Needs(Decide, Certificate), || {
            web::route().to(ui::certificates::revoke)
        }),
        Entry::new(Method::GET, "/ui/certificates/{id}/paper.pdf", Needs(Read, Certificate), || web::route().to(ui::certificates::paper)),
    ]
}
