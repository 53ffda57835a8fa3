//! The door, the account, health and the audit.

use super::{Access, Body, Entry};
use crate::web::{api, ui};
use actix_web::http::Method;
use actix_web::web;
use passerelle_domain::access::{Action, Subject};

pub(super) fn entries() -> Vec<Entry> {
    use Access::{Needs, Public, SignedIn};
    vec![
        Entry::new(Method::GET, "/", Public, || web::route().to(ui::start)),
        Entry::new(Method::GET, "/ui/", Public, || web::route().to(ui::start)),
        Entry::new(Method::GET, "/health/live", Public, || web::route().to(api::platform::live)),
        Entry::new(Method::GET, "/health/ready", Public, || web::route().to(api::platform::ready)),
        Entry::new(Method::GET, "/metrics", Public, || web::route().to(api::platform::metrics)),
        Entry::new(Method::GET, "/api/v1/openapi.json", Public, || web::route().to(api::platform::openapi)),
        Entry::new(Method::GET, "/problems/{slug}", Public, || web::route().to(ui::problem)),
        Entry::new(Method::GET, "/static/{file}", Public, || web::route().to(ui::statics::file)),
        Entry::new(Method::GET, "/ui/sign-in", Public, || web::route().to(ui::door::sign_in_form)),
        Entry::new(Method::POST, "/ui/sign-in", Public, || web::route().to(ui::door::sign_in)),
        Entry::new(Method::POST, "/ui/sign-out", Public, || web::route().to(ui::door::sign_out)),
        Entry::new(Method::POST, "/ui/language", Public, || web::route().to(ui::door::language)),
        Entry::new(Method::GET, "/ui", SignedIn, || web::route().to(ui::home)),
        Entry::new(Method::GET, "/ui/sign-up", Public, || web::route().to(ui::gate::sign_up_form)),
        Entry::new(Method::POST, "/ui/sign-up", Public, || web::route().to(ui::gate::sign_up)),
        Entry::new(Method::GET, "/ui/reset", Public, || web::route().to(ui::gate::ask_reset_form)),
        Entry::new(Method::POST, "/ui/reset", Public, || web::route().to(ui::gate::ask_reset)),
        Entry::new(Method::GET, "/ui/reset/{token}", Public, || web::route().to(ui::gate::reset_form)),
        Entry::new(Method::POST, "/ui/reset/{token}", Public, || web::route().to(ui::gate::reset)),
        Entry::new(Method::GET, "/ui/confirm/{token}", Public, || web::route().to(ui::gate::confirm_form)),
        Entry::new(Method::POST, "/ui/confirm/{token}", Public, || web::route().to(ui::gate::confirm)),
        Entry::new(Method::GET, "/ui/invite/{token}", Public, || web::route().to(ui::gate::invitation_form)),
        Entry::new(Method::POST, "/ui/invite/{token}", Public, || web::route().to(ui::gate::accept_invitation)),
        Entry::new(Method::GET, "/ui/components", SignedIn, || web::route().to(ui::components::components)),
        Entry::new(Method::GET, "/ui/account", SignedIn, || web::route().to(ui::account::account)),
        Entry::new(Method::POST, "/ui/account/tokens", SignedIn, || web::route().to(ui::account::create_token)),
        Entry::new(Method::POST, "/ui/account/tokens/{id}/revoke", SignedIn, || web::route().to(ui::account::revoke_token)),
        Entry::new(Method::POST, "/ui/account/sessions/{id}/end", SignedIn, || web::route().to(ui::account::end_session)),
        Entry::new(Method::POST, "/ui/account/second-factor", SignedIn, || web::route().to(ui::account::begin_factor)),
        Entry::new(Method::POST, "/ui/account/second-factor/on", SignedIn, || web::route().to(ui::account::enable_factor)),
        Entry::new(Method::POST, "/ui/account/second-factor/off", SignedIn, || web::route().to(ui::account::disable_factor)),
        Entry::new(Method::POST, "/ui/account/passkeys/options", SignedIn, || web::route().to(ui::keys::add_options)),
        Entry::new(Method::POST, "/ui/account/passkeys", SignedIn, || web::route().to(ui::keys::add)),
        Entry::new(Method::POST, "/ui/account/passkeys/{id}/remove", SignedIn, || web::route().to(ui::keys::remove)),
        Entry::new(Method::POST, "/ui/account/provider", SignedIn, || web::route().to(ui::keys::tie)),
        Entry::new(Method::POST, "/ui/account/provider/untie", SignedIn, || web::route().to(ui::keys::untie)),
        Entry::new(Method::POST, "/ui/sign-in/passkey/options", Public, || web::route().to(ui::keys::enter_options)),
        Entry::new(Method::POST, "/ui/sign-in/passkey", Public, || web::route().to(ui::keys::enter)),
        Entry::new(Method::GET, "/ui/sign-in/provider", Public, || web::route().to(ui::keys::leave)),
        Entry::new(Method::GET, "/ui/sign-in/provider/back", Public, || web::route().to(ui::keys::come_back)),
        Entry::new(Method::GET, "/ui/notifications", SignedIn, || web::route().to(ui::account::notification_list)),
        Entry::new(Method::POST, "/ui/notifications/read", SignedIn, || web::route().to(ui::account::read_notifications)),
        Entry::new(Method::POST, "/ui/notifications/choices", SignedIn, || web::route().to(ui::account::choose_notifications)),
        Entry::new(Method::GET, "/api/v1/me", SignedIn, || web::route().to(api::platform::me)).says(
            "Who you are and what you may do",
            Body::None,
            Body::Named("Me"),
        ),
        Entry::new(Method::GET, "/api/v1/audit/verification", Needs(Action::Read, Subject::Audit), || {
            web::route().to(api::platform::audit)
        })
        .says("Walk the audit chains and name the first broken link", Body::None, Body::Named("AuditVerification")),
    ]
}
