//! The door: sessions, tokens, forms and headers.

use crate::on_both;
use crate::support::{Browser, Program, Service};
use passerelle_domain::access::Role;

on_both! {
    async fn wrong_passwords_lock_the_account_for_a_while(on) {
        let service = Service::start(on).await;
        service.demo().await;
        let mut browser = Browser::new(&service.address);
        let mut statuses = Vec::new();
        for _ in 0..6 {
            statuses.push(browser.sign_in("funder@demo.example", "not the password").await);
        }
        assert_eq!(statuses, [401, 401, 401, 401, 401, 429]);
        assert_eq!(browser.sign_in("funder@demo.example", passerelle::app::demo::PASSWORD).await, 429, "even the right one must wait");
        assert_eq!(browser.sign_in("operator@demo.example", passerelle::app::demo::PASSWORD).await, 303, "others are not locked");
    }

    async fn a_new_session_begins_at_sign_in_and_ends_at_sign_out(on) {
        let service = Service::start(on).await;
        service.demo().await;
        let mut browser = Browser::new(&service.address);
        browser.csrf().await;
        let before = browser.cookie("passerelle").unwrap().clone();
        assert_eq!(browser.sign_in("operator@demo.example", passerelle::app::demo::PASSWORD).await, 303);
        let after = browser.cookie("passerelle").unwrap().clone();
        assert_ne!(before, after, "the session key must change");
        let mut planted = Browser::new(&service.address);
        planted.set_cookie("passerelle", &before);
        assert_eq!(planted.get("/ui").await.status, 303);
        let csrf = browser.csrf().await;
        assert_eq!(browser.post("/ui/sign-out", &[("csrf", &csrf)]).await.status, 303);
        let mut stolen = Browser::new(&service.address);
        stolen.set_cookie("passerelle", &after);
        assert_eq!(stolen.get("/ui").await.status, 303, "the session is gone on the server too");
    }

    async fn forms_without_the_sessions_token_are_refused(on) {
        let service = Service::start(on).await;
        service.demo().await;
        let mut officer = service.person(Role::OriginOfficer).await;
        assert_eq!(officer.post("/ui/match-runs", &[]).await.status, 403);
        assert_eq!(officer.post("/ui/match-runs", &[("csrf", "wrong")]).await.status, 403);
        let csrf = officer.csrf().await;
        assert_eq!(officer.post("/ui/match-runs", &[("csrf", &csrf)]).await.status, 303);
        // The API takes a session for reading only, unless the token comes as a header.
        assert_eq!(officer.get("/api/v1/match-runs").await.status, 200);
        assert_eq!(officer.post("/api/v1/match-runs", &[]).await.status, 403);
    }

    async fn a_token_ends_when_it_is_revoked_and_makes_no_others(on) {
        let service = Service::start(on).await;
        service.demo().await;
        let mut browser = service.person(Role::Operator).await;
        let csrf = browser.csrf().await;
        let page = browser.post("/ui/account/tokens", &[("csrf", &csrf), ("name", "sync"), ("days", "7"), ("scopes", "read"), ("scopes", "write")]).await.text;
        let start = page.find("pas_").unwrap();
        let token = page[start..start + 68].to_owned();
        assert!(!browser.get("/ui/account").await.text.contains(&token), "shown once");
        let program = Program::new(&service.address, Some(token));
        assert_eq!(program.get("/api/v1/me").await.status, 200);
        assert_eq!(program.get("/ui/account").await.status, 303, "pages are for sessions");
        let page = browser.get("/ui/account").await.text;
        let start = page.find("/ui/account/tokens/").unwrap();
        let revoke = page[start..].split('"').next().unwrap().to_owned();
        assert_eq!(browser.post(&revoke, &[("csrf", &csrf)]).await.status, 303);
        assert_eq!(program.get("/api/v1/me").await.status, 401);
    }

    async fn every_answer_carries_the_security_headers(on) {
        let service = Service::start(on).await;
        let stranger = service.stranger();
        for path in ["/ui/sign-in", "/api/v1/me", "/nowhere", "/problems/stale"] {
            let headers = stranger.get(path).await.headers;
            assert!(headers["content-security-policy"].contains("frame-ancestors 'none'"), "{path}");
            assert!(!headers["content-security-policy"].contains("unsafe"), "{path}");
            assert_eq!(headers["x-content-type-options"], "nosniff");
            assert!(headers.contains_key("x-request-id"));
        }
    }

    async fn what_people_type_is_shown_as_text(on) {
        let service = Service::start(on).await;
        service.demo().await;
        let mut operator = service.person(Role::Operator).await;
        let csrf = operator.csrf().await;
        let fields = [
            ("csrf", csrf.as_str()), ("name", "<script>alert(1)</script>"), ("kind", "employer"), ("country", "DE"), ("status", "active"),
            ("insolvent", "no"), ("open_sanction", "no"), ("unpaid_wage_judgment", "no"), ("housing_approved", "unknown"),
        ];
        let made = operator.post("/ui/organisations", &fields).await;
        assert_eq!(made.status, 303, "{}", made.text);
        let location = made.headers["location"].clone();
        assert!(!operator.get(&location).await.text.contains("<script>alert"));
        assert!(!operator.get("/ui/organisations?q=script").await.text.contains("<script>alert"));
        let fields = [("csrf", csrf.as_str()), ("name", "=1+1"), ("kind", "employer"), ("country", "XX")];
        let again = operator.post("/ui/organisations", &fields).await;
        assert_eq!(again.status, 422);
        assert!(again.text.contains("value=\"=1+1\"") && again.text.contains("href=\"#f-country\""), "input is kept and errors are linked");
    }
}
