//! Pathways in the making: findings, keys of both sides, versions that count from a day; the law
//! over the API, with versions that authorities enter.

use crate::on_both;
use crate::support::{Program, Service};
use passerelle_domain::access::Role;
use passerelle_store::query::EntityTrait;
use serde_json::{Value, json};

struct Ministries {
    origin: Program,
    destination: Program,
    officer: Program,
}

async fn ministries(service: &Service, origin: &str, destination: &str) -> Ministries {
    let (home, away) =
        (service.organisation("origin_authority", origin).await, service.organisation("destination_authority", destination).await);
    for kind in ["employer", "institute", "recognition_authority", "funder"] {
        service.organisation(kind, destination).await;
    }
    Ministries {
        origin: service.program(Role::OriginApprover, Some(home), &[origin], None).await,
        destination: service.program(Role::DestinationApprover, Some(away), &[destination], None).await,
        officer: service.program(Role::DestinationOfficer, Some(away), &[destination], None).await,
    }
}

async fn send(who: &Program, method: &str, path: &str, version: i64, body: Value) -> crate::support::Answer {
    who.send(method, path, &[("if-match", &format!("\"{version}\""))], Some(body.to_string())).await
}

on_both! {
    async fn a_pathway_needs_both_keys_and_counts_from_its_day(on) {
        let service = Service::start(on).await;
        service.corridors().await;
        let Ministries { origin, destination, officer } = ministries(&service, "PH", "DE").await;
        let stranger = ministries(&service, "NP", "GB").await;
        assert_eq!(stranger.officer.post("/api/v1/pathway-drafts", json!({ "pack": "DE-NURSE-TRIPLEWIN" })).await.status, 422);
        let id = officer.post("/api/v1/pathway-drafts", json!({ "pack": "DE-NURSE-TRIPLEWIN" })).await.created();
        assert_eq!(officer.post("/api/v1/pathway-drafts", json!({ "pack": "DE-NURSE-TRIPLEWIN" })).await.status, 409, "one draft at a time");
        let path = format!("/api/v1/pathway-drafts/{id}");
        assert_eq!(stranger.officer.get(&path).await.status, 404);
        let draft = officer.get(&path).await.json();
        assert_eq!(draft["findings"].as_array().unwrap().iter().filter(|f| f["severity"] == "error").count(), 0, "{}", draft["findings"]);
        // A new stage: a step that nobody has programmed.
        let mentoring = json!({
            "id": "mentoring", "name": { "en": "Mentoring before departure", "fr": "Parrainage avant le départ" }, "kind": "orientation", "actor": "worker_organisation",
            "after": ["visa"], "days": [5, 10, 20], "source": "ILL",
        });
        let changed = send(&officer, "PUT", &format!("{path}/steps/mentoring"), 1, mentoring).await;
        assert_eq!(changed.status, 200, "{}", changed.text);
        assert_eq!(send(&officer, "PUT", &format!("{path}/steps/mentoring"), 1, json!({})).await.status, 400);
        let draft = officer.get(&path).await.json();
        let codes: Vec<&str> = draft["findings"].as_array().unwrap().iter().map(|f| f["code"].as_str().unwrap()).collect();
        assert!(codes.contains(&"nobody-performs") && codes.contains(&"dead-end"), "no worker organisation takes part, and nothing follows: {codes:?}");
        assert_eq!(send(&officer, "POST", &format!("{path}/submission"), 2, json!({ "effective_from": "2999-01-01" })).await.status, 422);
        service.organisation("worker_organisation", "DE").await;
        let mut travel = draft["pack"]["steps"].as_array().unwrap().iter().find(|step| step["id"] == "travel").unwrap().clone();
        travel["after"] = json!(["mentoring"]);
        assert_eq!(send(&officer, "PUT", &format!("{path}/steps/travel"), 2, travel).await.status, 200);
        let draft = officer.get(&path).await.json();
        assert!(draft["changes"].as_array().unwrap().iter().any(|c| c["kind"] == "added" && c["step"] == "mentoring"), "{}", draft["changes"]);
        let today = passerelle::clock::Moment::now().date();
        let day = today + chrono::Days::new(30);
        assert_eq!(send(&officer, "POST", &format!("{path}/submission"), 3, json!({ "effective_from": "2020-01-01" })).await.refused(), ["effective_from:past"]);
        assert_eq!(send(&officer, "POST", &format!("{path}/submission"), 3, json!({ "effective_from": day })).await.status, 200);
        assert_eq!(send(&officer, "POST", &format!("{path}/approval"), 4, json!({})).await.status, 403, "officers hold no key");
        assert_eq!(send(&stranger.destination, "POST", &format!("{path}/approval"), 4, json!({})).await.status, 404);
        assert_eq!(send(&destination, "POST", &format!("{path}/approval"), 4, json!({})).await.json()["stage"], "awaiting_counterpart");
        assert_eq!(send(&destination, "POST", &format!("{path}/approval"), 5, json!({})).await.status, 409, "one side has one key");
        // A change of the wording takes the keys out.
        let mut again = officer.get(&path).await.json()["pack"]["steps"].as_array().unwrap().iter().find(|step| step["id"] == "mentoring").unwrap().clone();
        again["days"] = json!([5, 12, 20]);
        assert_eq!(send(&officer, "PUT", &format!("{path}/steps/mentoring"), 5, again).await.status, 200);
        assert_eq!(send(&origin, "POST", &format!("{path}/approval"), 6, json!({})).await.status, 409, "back to a draft");
        assert_eq!(send(&officer, "POST", &format!("{path}/submission"), 6, json!({ "effective_from": day })).await.status, 200);
        assert_eq!(send(&origin, "POST", &format!("{path}/refusal"), 7, json!({ "reason": "" })).await.status, 422);
        assert_eq!(send(&origin, "POST", &format!("{path}/approval"), 7, json!({})).await.json()["stage"], "awaiting_counterpart");
        assert_eq!(send(&destination, "POST", &format!("{path}/approval"), 8, json!({})).await.json()["stage"], "published");
        assert_eq!(send(&officer, "PUT", &format!("{path}/steps/mentoring"), 9, json!({ "id": "x", "kind": "exam", "days": [1, 1, 1], "source": "x" })).await.status, 409, "what is published stands");
        // Until its day the old version counts.
        assert_eq!(officer.get("/api/v1/corridors/DE-NURSE-TRIPLEWIN").await.json()["version"], 1);
        let conn = service.state.store.read();
        let on_day = passerelle::app::corridors::all_on(conn, day).await.unwrap();
        let pack = on_day.iter().find(|pack| pack.id.as_str() == "DE-NURSE-TRIPLEWIN").unwrap();
        assert!(pack.version == 2 && pack.steps.iter().any(|step| step.id == "mentoring"));
        let plan = passerelle::app::pathways::plan(pack, &passerelle::app::law::Law::read("").unwrap(), &passerelle::app::pathways::Ask::default(), today).unwrap();
        assert!(plan.routes[0].route.steps.contains(&"mentoring".to_owned()), "the new stage is on the way");
        assert!(passerelle_store::audit::verify(&service.state.store).await.unwrap().broken.is_none());
    }

    async fn one_person_turns_one_key(on) {
        let service = Service::start(on).await;
        service.corridors().await;
        let Ministries { officer, .. } = ministries(&service, "MA", "DE").await;
        let both = |role, organisation| crate::support::Given { role, organisation: Some(organisation), countries: if role == Role::OriginApprover { "MA".into() } else { "DE".into() }, subdivisions: String::new() };
        let (one, two) = (service.organisation("origin_authority", "MA").await, service.organisation("destination_authority", "DE").await);
        let (twice, _) = service.program_of(&[both(Role::OriginApprover, one), both(Role::DestinationApprover, two)], None).await;
        let id = officer.post("/api/v1/pathway-drafts", json!({ "pack": "DE-NAFR-THAMM" })).await.created();
        let path = format!("/api/v1/pathway-drafts/{id}");
        let today = passerelle::clock::Moment::now().date();
        let sent = send(&officer, "POST", &format!("{path}/submission"), 1, json!({ "effective_from": today })).await;
        assert_eq!(sent.status, 200, "{}", sent.text);
        assert_eq!(send(&twice, "POST", &format!("{path}/approval"), 2, json!({})).await.json()["stage"], "awaiting_counterpart");
        assert_eq!(send(&twice, "POST", &format!("{path}/approval"), 3, json!({})).await.status, 409, "two keys are two people");
    }

    async fn templates_and_files_begin_drafts_and_what_is_wrong_is_named(on) {
        let service = Service::start(on).await;
        let Ministries { officer, .. } = ministries(&service, "AL", "IT").await;
        let new = json!({ "template": "trained-abroad", "id": "IT-CARE-2027", "name": "Care workers", "destination": "IT", "origins": ["AL"] });
        let id = officer.post("/api/v1/pathway-drafts", new).await.created();
        let draft = officer.get(&format!("/api/v1/pathway-drafts/{id}")).await.json();
        assert_eq!((draft["base_version"].as_i64(), draft["pack"]["destination"].as_str()), (Some(0), Some("IT")));
        assert!(draft["pack"]["steps"].as_array().unwrap().len() > 8);
        for (body, field) in [
            (json!({ "template": "none", "id": "IT-X-1", "destination": "IT" }), "template:choice"),
            (json!({ "template": "seasonal", "id": "lower", "destination": "IT" }), "id:pack-id"),
            (json!({ "template": "seasonal", "id": "IT-SEASON" }), "destination:required"),
            (json!({}), "pack:one-beginning"),
            (json!({ "yaml": "format: 1\nid: [" }), "yaml:yaml"),
        ] {
            assert_eq!(officer.post("/api/v1/pathway-drafts", body).await.refused(), [field]);
        }
        // A circle, and a step after one that is not there.
        let path = format!("/api/v1/pathway-drafts/{id}/steps/course");
        let mut course = draft["pack"]["steps"].as_array().unwrap().iter().find(|step| step["id"] == "course").unwrap().clone();
        course["after"] = json!(["visa", "nowhere"]);
        assert_eq!(send(&officer, "PUT", &path, 1, course).await.status, 200);
        let draft = officer.get(&format!("/api/v1/pathway-drafts/{id}")).await.json();
        let codes: Vec<&str> = draft["findings"].as_array().unwrap().iter().map(|f| f["code"].as_str().unwrap()).collect();
        assert!(codes.contains(&"unbounded-loop") && codes.contains(&"unknown-step") && codes.contains(&"unreachable-step"), "{codes:?}");
    }

    async fn six_who_change_one_draft_at_once_change_it_once(on) {
        let service = std::sync::Arc::new(Service::start(on).await);
        service.corridors().await;
        let Ministries { officer, .. } = ministries(&service, "MA", "DE").await;
        let officer = std::sync::Arc::new(officer);
        let id = officer.post("/api/v1/pathway-drafts", json!({ "pack": "DE-NAFR-THAMM" })).await.created();
        let tries = (0..6).map(|n| {
            let officer = officer.clone();
            tokio::spawn(async move {
                let step = json!({ "id": format!("extra-{n}"), "kind": "document", "actor": "trainee", "after": ["start"], "days": [1, 1, 1], "source": "G" });
                send(&officer, "PUT", &format!("/api/v1/pathway-drafts/{id}/steps/extra-{n}"), 1, step).await.status
            })
        });
        let mut statuses = Vec::new();
        for one in tries.collect::<Vec<_>>() {
            statuses.push(one.await.unwrap());
        }
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 412, 412, 412, 412, 412]);
    }

    async fn what_rules_look_up_is_read_and_extended_on_a_page(on) {
        let service = Service::start(on).await;
        service.demo().await;
        let mut approver = service.person(Role::DestinationApprover).await;
        let page = approver.get("/ui/law-tables").await.text;
        assert!(page.contains("Nursing and Midwifery Council") && page.contains("C189"), "procedures and conventions are shown");
        let csrf = approver.csrf().await;
        let mut enter = async |kind: &str, document: &str| approver.post("/ui/law-tables", &[("csrf", &csrf), ("kind", kind), ("document", document)]).await;
        assert_eq!(enter("convention", "{country: KE, instrument: C189, standing: ratified, since: 2026-01-01, source: Register of ratifications}").await.status, 303);
        let refused = enter("convention", "{country: KE, instrument: C189, standing: perhaps, source: x}").await;
        assert!(refused.status == 422 && refused.text.contains("perhaps"), "what was typed is still there: {}", refused.status);
        assert_eq!(enter("procedure", "a: [").await.status, 422);
        let page = approver.get("/ui/law-tables").await.text;
        assert!(page.contains("Register of ratifications"));
        let mut officer = service.person(Role::DestinationOfficer).await;
        assert!(!officer.get("/ui/law-tables").await.text.contains("name=\"document\""), "officers read");
        let csrf = officer.csrf().await;
        assert_eq!(officer.post("/ui/law-tables", &[("csrf", &csrf), ("kind", "convention"), ("document", "{}")]).await.status, 403);
    }

    async fn the_law_judges_facts_and_takes_later_versions(on) {
        let service = Service::start(on).await;
        let Ministries { origin, officer, .. } = ministries(&service, "MA", "DE").await;
        let ask = async |body: Value| officer.post("/api/v1/rules/check", body).await.json();
        let nurse = |country: &str, agreement: bool| json!({ "rules": ["R11"], "facts": {
            "need": { "isco": "2221", "country": "GB" }, "person": { "residence": country, "training_country": country }, "dates": { "match": "2026-06-01" },
            "agreement": { "government": agreement, "labour_market_analysis": agreement, "support_to_origin": agreement, "extended_health_set": "block" },
        } });
        assert_eq!(ask(nurse("NP", true)).await["verdicts"][0]["verdict"], "pass");
        assert_eq!(ask(nurse("NG", false)).await["verdicts"][0]["verdict"], "block");
        assert_eq!(ask(nurse("KE", false)).await["verdicts"][0]["verdict"], "warn");
        let empty = ask(json!({ "facts": {} })).await;
        assert_eq!(empty["blocked"], true, "not knowing blocks");
        assert!(empty["missing"].as_array().unwrap().len() > 40 && empty["verdicts"].as_array().unwrap().len() == 32);
        let wage = json!({ "rules": ["R05"], "facts": {
            "wage": { "gross_year": "EUR 45934.19", "statutory_floor_year": null, "collective_floor_year": null, "pathway_floor_year": null },
            "need": { "country": "DE" }, "permit": { "type": "eu_blue_card", "shortage_occupation": true }, "dates": { "start": "2026-09-01" }, "person": { "birth_date": "1995-01-01" },
        } });
        assert_eq!(ask(wage).await["blocked"], true);
        assert_eq!(officer.post("/api/v1/deadlines", json!({ "anchor": "2025-10-31", "months": 4, "calendar": "DE", "roll": "next_business_day" })).await.json()["due"], "2026-03-02");
        assert_eq!(officer.post("/api/v1/deadlines", json!({ "anchor": "2025-10-31", "months": 4, "calendar": "XX" })).await.refused(), ["calendar:calendar"]);
        // A later version: eight weeks' notice of an age of twenty-one.
        let rules = officer.get("/api/v1/rules").await.json();
        let mut rule = rules["items"].as_array().unwrap().iter().find(|rule| rule["rule"] == "R10").unwrap().clone();
        rule["version"] = json!(2);
        rule["status"] = json!("announced");
        rule["holds"] = json!({ "all": [{ "equal": [{ "fact": "site.strike_or_lockout" }, false] }, { "at_least": [{ "fact": "site.days_since_dispute" }, 56] }] });
        assert_eq!(officer.post("/api/v1/law-entries", json!({ "kind": "rule", "document": rule })).await.status, 403, "approvers enter law");
        assert_eq!(origin.post("/api/v1/law-entries", json!({ "kind": "rule", "document": rule })).await.refused(), ["tests:rule-fault"], "its cases no longer hold");
        rule["tests"] = json!([
            { "name": "long ago", "expect": "pass", "facts": { "site.strike_or_lockout": false, "site.days_since_dispute": 90 } },
            { "name": "last week", "expect": "block", "facts": { "site.strike_or_lockout": false, "site.days_since_dispute": 7 } },
        ]);
        origin.post("/api/v1/law-entries", json!({ "kind": "rule", "document": rule })).await.created();
        let facts = json!({ "site.strike_or_lockout": false, "site.days_since_dispute": 7 });
        assert_eq!(ask(json!({ "rules": ["R10"], "facts": facts })).await["blocked"], false, "announced law blocks nobody");
        assert_eq!(ask(json!({ "rules": ["R10"], "facts": facts, "as_if_in_force": true })).await["blocked"], true);
        let mut adult = rules["items"].as_array().unwrap().iter().find(|rule| rule["rule"] == "R01").unwrap().clone();
        adult["version"] = json!(2);
        adult["status"] = json!("closed");
        assert_eq!(origin.post("/api/v1/law-entries", json!({ "kind": "rule", "document": adult })).await.refused(), ["status:rule-fault"], "this rule is never off");
    }
}

/// The pages do what the API does: begin from a template, mend a step, publish with two keys.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_editor_works_without_scripts() {
    let service = Service::start(crate::support::On::Sqlite).await;
    service.demo().await;
    let mut officer = service.person(Role::DestinationOfficer).await;
    let csrf = officer.csrf().await;
    let begun = officer.post("/ui/pathway-drafts", &[("csrf", &csrf), ("way", "pack"), ("pack", "DE-NAFR-THAMM")]).await;
    assert_eq!(begun.status, 303, "{}", begun.text);
    let drafts = passerelle_store::entity::pathway_draft::Entity::find().one(service.state.store.read()).await.unwrap().unwrap().id;
    let page = officer.get(&format!("/ui/pathway-drafts/{drafts}")).await;
    assert!(page.status == 200 && page.text.contains("<svg") && page.text.contains("german-b1"));
    let path = format!("/ui/pathway-drafts/{drafts}/steps/visa");
    assert!(officer.get(&path).await.text.contains("name=\"days_typical\""));
    let wrong = [
        ("csrf", csrf.as_str()),
        ("version", "1"),
        ("id", "visa"),
        ("kind", "visa"),
        ("days_min", "90"),
        ("days_typical", "70"),
        ("days_max", "120"),
        ("source", "ILL"),
        ("gives", "visa; three"),
        ("join", "all"),
    ];
    // Submitted, it stands in the queue of whoever holds a key.
    let day = passerelle::clock::Moment::now().date().to_string();
    let submit = [("csrf", csrf.as_str()), ("version", "1"), ("effective_from", day.as_str())];
    let sent = officer.post(&format!("/ui/pathway-drafts/{drafts}/submission"), &submit).await;
    assert_eq!(sent.status, 303, "{}", sent.text);
    for (role, waits) in [(Role::OriginApprover, true), (Role::DestinationApprover, true), (Role::OriginOfficer, false)] {
        assert_eq!(
            service.person(role).await.get("/ui").await.text.contains("href=\"/ui/pathway-drafts\" class=\"card-warn\""),
            waits,
            "{role}"
        );
    }
    let refused = officer.post(&path, &wrong).await;
    assert!(refused.status == 422 && refused.text.contains("visa; three"), "what was typed is kept");
}
