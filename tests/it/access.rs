//! The refusal matrix: every route of the table × every role → the status that the pure access
//! rule gives. A new route is in the table or does not exist, so it is in the matrix too.

use crate::on_both;
use crate::support::{Browser, Program, Service};
use passerelle::web::routes::{Access, Body, Entry, table};
use passerelle_domain::access::{Role, allowed};
use serde_json::json;
use uuid::Uuid;

/// An identifier that names nothing: whoever may act gets "not found", whoever may not "forbidden".
const NOTHING: &str = "01a207cc-533b-77dc-84ac-4825c9f07e77";

fn address(entry: &Entry) -> String {
    let path = entry.path.replace("{id}", NOTHING).replace("{pack}", "DE-NOWHERE").replace("{slug}", "stale").replace("{file}", "mark.svg");
    let path = path.replace("{token}", NOTHING);
    if path.ends_with("/why") { format!("{path}?trainee={NOTHING}&need={NOTHING}") } else { path }
}

fn body(entry: &Entry) -> Option<String> {
    match entry.request {
        Body::Named("Decide") => Some(json!({ "decision": "accepted" }).to_string()),
        Body::Named(name) => Some(sample(name).to_string()),
        _ => (entry.method != "GET" && entry.method != "DELETE").then(|| "{}".to_owned()),
    }
}

/// A body that is understood, so that the answer is about rights and not about the body.
fn sample(name: &str) -> serde_json::Value {
    match name {
        "GiveConsent" => json!({ "trainee": NOTHING, "purpose": "research", "language": "en" }),
        "PersonRequestAsk" => json!({ "kind": "objection", "reason": "A person should look at it." }),
        "PersonRequestDecision" => json!({ "accept": false, "answer": "No." }),
        "TransferOpen" => json!({ "trainee": NOTHING, "kind": "referral", "to": NOTHING, "reason": "Counsel" }),
        "TransferDecision" => json!({ "status": "accepted" }),
        "DuplicateDecision" => json!({ "status": "different" }),
        "ExceptionalOpen" => json!({ "trainee": NOTHING, "reason": "The consulate asks about a lost passport.", "minutes": 30 }),
        "ExceptionalReview" => json!({ "review": "In order." }),
        "SealedAdd" => json!({ "kind": "health", "class": "no_effect", "text": "A broken wrist." }),
        "Invitation" => json!({ "email": "new@example.org", "role": "institute_clerk" }),
        "Cover" => json!({ "grant": NOTHING, "account": NOTHING, "from": "2027-01-01", "to": "2027-01-10", "reason": "Leave" }),
        "Comment" => json!({ "text": "Seen.", "audience": "team" }),
        "BulkChange" => json!({ "field": "x", "value": "y", "ids": [NOTHING] }),
        "IdentityDocumentAdd" => json!({ "kind": "passport", "country": "MA", "number": "AB123456" }),
        _ => json!({}),
    }
}

async fn call(program: &Program, entry: &Entry) -> u16 {
    program.send(entry.method.as_str(), &address(entry), &[("if-match", "\"1\"")], body(entry)).await.status
}

async fn visit(browser: &mut Browser, csrf: &str, entry: &Entry) -> u16 {
    if entry.method == "GET" {
        browser.get(&address(entry)).await.status
    } else {
        browser
            .post(
                &address(entry),
                &[("csrf", csrf), ("version", "1"), ("decision", "accepted"), ("status", "accepted"), ("kind", "referral")],
            )
            .await
            .status
    }
}

on_both! {
    async fn every_route_answers_every_role_as_the_access_rule_says(on) {
        let service = Service::start(on).await;
        service.demo().await;
        let entries = table();
        assert!(entries.len() > 120, "the table has {} routes", entries.len());
        let stranger = service.stranger();
        for entry in &entries {
            let status = call(&stranger, entry).await;
            match entry.access {
                Access::Public => assert!(![401, 403].contains(&status) || entry.method != "GET", "{entry:?} refuses a stranger: {status}"),
                Access::SignedIn | Access::Needs(..) => {
                    let sent_away = if entry.is_api() || entry.method != "GET" { 401 } else { 303 };
                    assert_eq!(status, sent_away, "{entry:?} to a stranger");
                }
            }
        }
        let mut wrong: Vec<String> = Vec::new();
        for role in Role::ALL {
            let mut browser = service.person(*role).await;
            let csrf = browser.csrf().await;
            let program = token_of(&mut browser, &csrf, &service).await;
            for entry in &entries {
                let Access::Needs(action, subject) = entry.access else { continue };
                let status = if entry.is_api() { call(&program, entry).await } else { visit(&mut browser, &csrf, entry).await };
                // Attachments come as another kind of form, which this test does not speak.
                let other_form = entry.path.ends_with("/attachments");
                let fine = match allowed(*role, action, subject) {
                    None => status == 403,
                    Some(_) if other_form => status < 500,
                    Some(_) => ![401, 403, 500, 503].contains(&status),
                };
                if !fine {
                    wrong.push(format!("{role} at {entry:?}: {status}"));
                }
            }
        }
        assert_eq!(wrong, Vec::<String>::new());
    }

    async fn one_institute_never_sees_or_touches_another_ones_people(on) {
        let service = Service::start(on).await;
        let (here, there) = (service.organisation("institute", "MA").await, service.organisation("institute", "TN").await);
        let clerk_here = service.program(Role::InstituteHead, Some(here), &[], None).await;
        let clerk_there = service.program(Role::InstituteHead, Some(there), &[], None).await;
        let person = trainee(here, "MA");
        let id = clerk_here.post("/api/v1/trainees", person.clone()).await.created();
        let path = format!("/api/v1/trainees/{id}");
        assert_eq!(clerk_here.get(&path).await.status, 200);
        assert_eq!(clerk_there.get(&path).await.status, 404);
        assert_eq!(clerk_there.put(&path, 1, person.clone()).await.status, 404);
        assert_eq!(clerk_there.delete(&path, 1).await.status, 404);
        assert_eq!(clerk_there.get("/api/v1/trainees").await.json()["items"].as_array().unwrap().len(), 0);
        assert!(!clerk_there.get("/api/v1/trainees.csv").await.text.contains("Berrada"));
        // Nor can somebody be entered into another institute's books, or moved there.
        assert_eq!(clerk_there.post("/api/v1/trainees", person.clone()).await.refused(), ["institute_id:reference"]);
        let mut moved = person;
        moved["institute_id"] = json!(there);
        assert_eq!(clerk_here.put(&path, 1, moved).await.refused(), ["institute_id:fixed", "institute_id:reference"]);
        let paper = json!({ "trainee_id": id, "title": "Diploma", "awarding_body": "X", "occupation": "7411", "eqf_basis": "none", "status": "expected" });
        assert_eq!(clerk_there.post("/api/v1/credentials", paper).await.refused(), ["trainee_id:reference"]);
    }

    async fn a_trainee_sees_herself_and_speaks_for_herself_only(on) {
        let service = Service::start(on).await;
        let institute = service.organisation("institute", "MA").await;
        let head = service.program(Role::InstituteHead, Some(institute), &[], None).await;
        let me = head.post("/api/v1/trainees", trainee(institute, "MA")).await.created();
        let other = head.post("/api/v1/trainees", trainee(institute, "MA")).await.created();
        let phone = service.program(Role::Trainee, None, &[], Some(me)).await;
        assert_eq!(phone.get("/api/v1/trainees").await.json()["items"].as_array().unwrap().len(), 1);
        assert_eq!(phone.get(&format!("/api/v1/trainees/{me}")).await.status, 200);
        assert_eq!(phone.get(&format!("/api/v1/trainees/{other}")).await.status, 404);
        let claim = |who: Uuid, provenance: &str| json!({
            "trainee_id": who, "skill": "urn:passerelle:concept:argan-press", "provenance": provenance, "stated_on": "2026-11-01",
        });
        phone.post("/api/v1/skill-claims", claim(me, "self")).await.created();
        assert_eq!(phone.post("/api/v1/skill-claims", claim(me, "test")).await.refused(), ["provenance:not-your-word"]);
        assert_eq!(phone.post("/api/v1/skill-claims", claim(other, "self")).await.refused(), ["trainee_id:reference"]);
    }
}

pub fn trainee(institute: Uuid, country: &str) -> serde_json::Value {
    json!({
        "given_name": "Salma", "family_name": "Berrada", "institute_id": institute, "birth_date": "2003-04-05", "sex": "female",
        "nationalities": [country], "habitual_residence": country, "training_country": country, "occupation": "7411", "track": "away",
        "journey": "in_training", "ready_on": "2027-07-01", "passport_valid_to": "2032-01-01", "identity_confirmed": "yes",
        "waiting_since": "2026-01-01", "merit": 80,
    })
}

async fn token_of(browser: &mut Browser, csrf: &str, service: &Service) -> Program {
    let page = browser
        .post(
            "/ui/account/tokens",
            &[
                ("csrf", csrf),
                ("name", "matrix"),
                ("days", "1"),
                ("scopes", "read"),
                ("scopes", "write"),
                ("scopes", "export"),
                ("scopes", "decide"),
            ],
        )
        .await;
    let start = page.text.find("pas_").unwrap_or_else(|| panic!("no token on the page: {}", page.status));
    Program::new(&service.address, Some(page.text[start..start + 68].to_owned()))
}
