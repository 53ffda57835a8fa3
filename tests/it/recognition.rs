//! Recognition cases over the API: every event is judged, kept, and moves the record.

use crate::access::trainee;
use crate::on_both;
use crate::support::{Program, Service};
use passerelle_domain::access::Role;
use passerelle_domain::machine::recognition::Case;
use passerelle_store::entity::{case_event, recognition_case};
use passerelle_store::query::{EntityTrait, QueryOrder};
use serde_json::{Value, json};
use uuid::Uuid;

async fn bring(who: &Program, case: Uuid, version: i64, event: Value) -> crate::support::Answer {
    who.send(
        "POST",
        &format!("/api/v1/recognition-cases/{case}/events"),
        &[("if-match", &format!("\"{version}\""))],
        Some(event.to_string()),
    )
    .await
}

on_both! {
    async fn a_case_goes_from_filing_to_licence_by_events(on) {
        let service = Service::start(on).await;
        let institute = service.organisation("institute", "MA").await;
        let authority = service.organisation("recognition_authority", "DE").await;
        let head = service.program(Role::InstituteHead, Some(institute), &[], None).await;
        let officer = service.program(Role::RecognitionOfficer, Some(authority), &["DE"], None).await;
        let person = head.post("/api/v1/trainees", trainee(institute, "MA")).await.created();
        let herself = service.program(Role::Trainee, None, &[], Some(person)).await;
        let new = json!({ "trainee_id": person, "destination": "DE", "occupation": "2221", "authority": "Nursing authority of Bavaria", "state": "draft" });
        let case = head.post("/api/v1/recognition-cases", new).await.created();
        // The state moves by events only, for the authority too.
        let record = officer.get(&format!("/api/v1/recognition-cases/{case}")).await;
        if record.status == 200 {
            let mut changed = record.json();
            changed["state"] = json!("licensed");
            assert_ne!(officer.put(&format!("/api/v1/recognition-cases/{case}"), 1, changed).await.status, 200);
        }
        let refused = bring(&head, case, 1, json!({ "event": "file", "consent": true })).await;
        assert_eq!(refused.refused(), ["credential:guard"], "a qualification has to be there: {}", refused.text);
        let diploma = json!({ "trainee_id": person, "title": "Diploma: Nursing", "awarding_body": "Institut", "occupation": "2221", "status": "awarded", "eqf_basis": "none", "awarded_on": "2025-06-30" });
        let made = head.post("/api/v1/credentials", diploma).await;
        assert_eq!(made.status, 201, "{}", made.text);
        assert_eq!(bring(&head, case, 1, json!({ "event": "supply", "papers": ["curriculum"] })).await.status, 409, "not in this state");
        let filed = bring(&head, case, 1, json!({ "event": "file", "consent": true, "on": "2025-10-01" })).await;
        assert_eq!(filed.status, 200, "{}", filed.text);
        assert_eq!(bring(&head, case, 2, json!({ "event": "acknowledge_complete" })).await.status, 403, "that is the authority's");
        assert_eq!(bring(&officer, case, 2, json!({ "event": "request_documents", "missing": ["curriculum"], "on": "2025-10-10" })).await.status, 200);
        assert_eq!(bring(&officer, case, 2, json!({ "event": "lapse" })).await.status, 412, "somebody was faster");
        assert_eq!(bring(&head, case, 3, json!({ "event": "supply", "papers": ["curriculum"], "on": "2025-09-01" })).await.refused(), ["on:before-last-event"]);
        let supplied = bring(&head, case, 3, json!({ "event": "supply", "papers": ["curriculum"], "on": "2025-10-31" })).await.json();
        assert_eq!((supplied["case"]["state"].as_str(), supplied["case"]["due_on"].as_str()), (Some("clock_running"), Some("2026-03-02")));
        let partial = json!({ "event": "decide_partial", "deficits": [{ "subject": "Geriatric care", "hours": 120 }], "measures": ["knowledge_test"], "on": "2026-02-20" });
        assert_eq!(bring(&officer, case, 4, partial).await.status, 200);
        let choose = |payer: &str| json!({ "event": "choose_measure", "measure": "knowledge_test", "place_reserved": true, "payer": payer, "on": "2026-03-01" });
        assert_eq!(bring(&officer, case, 5, choose("employer")).await.status, 403, "her choice alone");
        assert_eq!(bring(&herself, case, 5, choose("trainee")).await.refused(), ["payer:guard"], "she never pays");
        assert_eq!(bring(&herself, case, 5, choose("employer")).await.status, 200);
        assert_eq!(bring(&officer, case, 6, json!({ "event": "pass", "on": "2999-01-01" })).await.refused(), ["on:future"]);
        assert_eq!(bring(&officer, case, 6, json!({ "event": "pass", "on": "2026-06-01" })).await.status, 200);
        let license = json!({ "event": "license", "language": true, "health": true, "good_character": true, "on": "2026-06-10" });
        assert_eq!(bring(&officer, case, 7, license).await.status, 200);
        let course = herself.get(&format!("/api/v1/recognition-cases/{case}/events")).await.json();
        let states: Vec<&str> = course["items"].as_array().unwrap().iter().map(|item| item["to"].as_str().unwrap()).collect();
        assert_eq!(states, ["filed", "docs_pending", "clock_running", "decided_partial", "cm_running", "cm_passed", "licensed"]);
        assert_eq!(course["may"], json!([]));
        let stranger = service.program(Role::InstituteHead, Some(service.organisation("institute", "TN").await), &[], None).await;
        assert_eq!(stranger.get(&format!("/api/v1/recognition-cases/{case}/events")).await.status, 404);
        // The case is its events: played again they give what is stored.
        let conn = service.state.store.read();
        let events = case_event::Entity::find().order_by_asc(case_event::Column::Seq).all(conn).await.unwrap();
        let law = passerelle::app::law::Law::read("").unwrap();
        let procedure = &law.reference.procedure("DE", None, "2221", "2026-01-01".parse().unwrap()).unwrap().procedure;
        let mut again = Case::new(true);
        for row in &events {
            let party = passerelle_domain::corridor::Party::parse(&row.party).unwrap();
            again = again.apply(&serde_json::from_str(&row.event).unwrap(), party, row.on_date, procedure, &law.calendars["DE"]).unwrap();
            assert_eq!(serde_json::to_value(&again).unwrap(), serde_json::from_str::<Value>(&row.after).unwrap());
        }
        let row = recognition_case::Entity::find_by_id(case).one(conn).await.unwrap().unwrap();
        assert_eq!(row.state, again.state.as_str());
        let outcomes = officer.get("/api/v1/recognition-outcomes").await.json();
        assert_eq!((outcomes["items"][0]["partial"].as_i64(), outcomes["items"][0]["median_days"].as_i64()), (Some(1), Some(112)), "{outcomes}");
    }
}
