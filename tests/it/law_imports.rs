//! A file of law: its preview writes nothing, it is entered whole or not at all, and it can be withdrawn.

use crate::on_both;
use crate::support::Service;
use passerelle_domain::access::Role;
use serde_json::{Value, json};

/// Terms of the journey for Belgium that ask for so much attendance.
fn terms(law: &passerelle::app::law::Law, percent: u32) -> Value {
    let known = law.reference.journey_terms(None, "2026-11-24".parse().unwrap()).unwrap();
    let mut terms = serde_json::to_value(known).unwrap();
    terms["attendance_min_percent"] = json!(percent);
    json!({ "kind": "journey_terms", "document": { "destination": "BE", "terms": terms, "valid_from": "2026-01-01", "source": "Illustrative" } })
}

on_both! {
    async fn a_file_of_law_is_previewed_entered_and_withdrawn(on) {
        let service = Service::start(on).await;
        let ministry = service.program(Role::DestinationApprover, None, &["BE"], None).await;
        let officer = service.program(Role::DestinationOfficer, None, &["BE"], None).await;
        let law = passerelle::app::law::Law::read("").unwrap();
        let convention = |standing: &str| json!({ "kind": "convention", "document": { "country": "BE", "instrument": "C190", "standing": standing, "since": "2024-06-10", "source": "NORMLEX" } });
        let file = json!({ "entries": [terms(&law, 70), terms(&law, 77), convention("ratified")] });
        assert_eq!(officer.post("/api/v1/law-imports", file.clone()).await.status, 403);
        let dry = ministry.post("/api/v1/law-imports?dry_run=true", file.clone()).await.json();
        let items = dry["items"].as_array().unwrap();
        let versions: Vec<i64> = items.iter().map(|item| item["version"].as_i64().unwrap()).collect();
        assert_eq!((versions, dry["id"].is_null()), (vec![1, 2, 1], true), "{dry}");
        assert_eq!(items[1]["before"]["terms"]["attendance_min_percent"], 70, "a line sees those before it");
        let in_force = async || {
            let conn = service.state.store.read();
            let law = passerelle::app::law::current(&service.state, conn).await.unwrap();
            law.reference.journey_terms(Some("BE"), "2026-11-24".parse().unwrap()).unwrap().attendance_min_percent
        };
        let before = in_force().await;
        assert!(before != 77);
        assert_eq!(ministry.get("/api/v1/law-imports").await.json()["items"], json!([]));
        // One wrong line: nothing is entered, and the line is named.
        let wrong = json!({ "entries": [terms(&law, 70), terms(&law, 101), { "kind": "calendar", "document": { "id": "X" } }] });
        let said = ministry.post("/api/v1/law-imports?dry_run=true", wrong.clone()).await.json();
        let refused: Vec<usize> = said["items"].as_array().unwrap().iter().map(|item| item["refused"].as_array().unwrap().len()).collect();
        assert_eq!(refused, [0, 1, 1], "{said}");
        assert_eq!(ministry.post("/api/v1/law-imports", wrong).await.refused(), ["entries[1].terms.attendance_min_percent:document", "entries[2].document:document"]);
        assert_eq!(in_force().await, before);
        assert_eq!(ministry.post("/api/v1/law-imports", json!({ "entries": [] })).await.refused(), ["entries:rows"]);
        // Periods that nobody lives to see, and the law of others.
        let mut endless = terms(&law, 80);
        endless["document"]["terms"]["offer_working_days"] = json!(u32::MAX);
        assert_eq!(ministry.post("/api/v1/law-entries", endless).await.refused(), ["terms.offer_working_days:document"]);
        let mut backwards = terms(&law, 80);
        backwards["document"]["valid_to"] = json!("2025-01-01");
        assert_eq!(ministry.post("/api/v1/law-entries", backwards).await.refused(), ["valid_to:ends-before-start"]);
        let mut other = terms(&law, 80);
        other["document"]["destination"] = json!("DE");
        assert_eq!(ministry.post("/api/v1/law-entries", other).await.refused(), ["document:other-country"]);
        // Entered, and withdrawn: later versions first.
        let first = ministry.post("/api/v1/law-imports", file).await.json();
        assert_eq!(in_force().await, 77);
        let second = ministry.post("/api/v1/law-entries", terms(&law, 90)).await.created();
        assert_eq!(in_force().await, 90);
        let withdrawal = |id: &str| format!("/api/v1/law-imports/{id}/withdrawal");
        let path = withdrawal(first["id"].as_str().unwrap());
        assert_eq!(ministry.post(&path, json!({})).await.status, 409, "a later version stands on it");
        assert_eq!(officer.post(&path, json!({})).await.status, 403);
        assert_eq!(ministry.post(&withdrawal(&second.to_string()), json!({})).await.json()["withdrawn"], 1);
        assert_eq!(in_force().await, 77);
        assert_eq!(ministry.post(&path, json!({})).await.json()["withdrawn"], 3);
        assert_eq!(in_force().await, before);
        assert_eq!(ministry.post(&path, json!({})).await.status, 409, "withdrawn already");
        // A number is never given twice.
        let again = ministry.post("/api/v1/law-imports", json!({ "entries": [terms(&law, 80)] })).await.json();
        assert_eq!((again["items"][0]["version"].as_i64(), in_force().await), (Some(4), 80), "{again}");
        assert_eq!(ministry.get("/api/v1/law-imports").await.json()["items"].as_array().unwrap().len(), 3);
    }

    async fn the_page_shows_what_a_file_would_change(on) {
        let service = Service::start(on).await;
        service.demo().await;
        let mut page = service.person(Role::OriginApprover).await;
        let csrf = page.csrf().await;
        let entries = "- kind: convention\n  document: {country: MA, instrument: C190, standing: ratified, since: 2024-06-10, source: NORMLEX}\n";
        let seen = page.post("/ui/law-imports", &[("csrf", &csrf), ("entries", entries)]).await;
        assert!(seen.status == 200 && seen.text.contains("value=\"apply\"") && seen.text.contains("MA C190"), "{}", seen.text);
        let wrong = page.post("/ui/law-imports", &[("csrf", &csrf), ("entries", "- kind: nonsense")]).await;
        assert!(wrong.status == 422 && wrong.text.contains("- kind: nonsense"), "what was typed stays: {}", wrong.text);
        let done = page.post("/ui/law-imports", &[("csrf", &csrf), ("entries", entries), ("form_stage", "apply")]).await;
        assert_eq!(done.status, 303, "{}", done.text);
        let tables = page.get("/ui/law-tables").await;
        let button = tables.text.split("/ui/law-imports/").find(|rest| rest.get(36..48) == Some("/withdrawal\"")).expect("a button to withdraw");
        let gone = page.post(&format!("/ui/law-imports/{}/withdrawal", &button[..36]), &[("csrf", &csrf)]).await;
        assert_eq!(gone.status, 303, "{}", gone.text);
    }
}
