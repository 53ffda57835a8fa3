//! One event for many journeys, and lists by a range of dates.

use crate::access::trainee;
use crate::on_both;
use crate::recognition::complete;
use crate::support::Service;
use passerelle_domain::access::Role;
use passerelle_store::entity::case_event;
use passerelle_store::query::{EntityTrait, PaginatorTrait};
use serde_json::{Value, json};
use uuid::Uuid;

on_both! {
    /// A class that finishes: the dry run names whose records it touches and writes nothing; then each
    /// journey moves, or stays and says why, and nothing of a refused one is left behind.
    async fn a_class_is_certified_at_once(on) {
        let service = Service::start(on).await;
        let institute = service.organisation("institute", "MA").await;
        let head = service.program(Role::InstituteHead, Some(institute), &[], None).await;
        let other_institute = service.organisation("institute", "TN").await;
        let other = service.program(Role::InstituteHead, Some(other_institute), &[], None).await;
        for _ in 0..3 {
            head.post("/api/v1/trainees", trainee(institute, "MA")).await.created();
        }
        let done_already = head.post("/api/v1/trainees", json!({ "journey": "certified", "given_name": "Hind", "family_name": "Alaoui",
            "institute_id": institute, "birth_date": "2003-04-06", "sex": "female", "nationalities": ["MA"], "habitual_residence": "MA",
            "training_country": "MA", "occupation": "7411", "track": "away", "ready_on": "2026-07-01", "identity_confirmed": "yes",
            "waiting_since": "2026-01-01", "merit": 80 })).await;
        done_already.created();
        other.post("/api/v1/trainees", trainee(other_institute, "TN")).await.created();
        let mine = |list: Value| -> Vec<String> {
            list["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
        };
        let own = mine(head.get("/api/v1/journeys").await.json());
        let foreign = mine(other.get("/api/v1/journeys").await.json());
        assert_eq!((own.len(), foreign.len()), (4, 1));
        let ids: Vec<&String> = own.iter().chain(&foreign).chain(&own[..1]).collect();
        let event = json!({ "ids": ids, "event": "certify", "exam_passed": true, "attendance_percent": 92, "language_reached": true });
        let dry = head.post("/api/v1/journeys/events?dry_run=true", event.clone()).await.json();
        let items = dry["items"].as_array().unwrap();
        assert_eq!(items.len(), 5, "named twice is touched once: {dry}");
        let moved = items.iter().filter(|item| item["refused"].is_null() && item["after"] == "certified" && item["owner"] == institute.to_string());
        assert_eq!(moved.count(), 3, "{dry}");
        let refused: Vec<&str> = items.iter().filter_map(|item| item["refused"]["code"].as_str()).collect();
        assert!(refused.len() == 2 && refused.contains(&"no-such-record") && refused.contains(&"not-now"), "{dry}");
        let kept = || async { case_event::Entity::find().count(service.state.store.read()).await.unwrap() };
        assert_eq!(kept().await, 0, "a dry run writes nothing");
        assert_eq!(head.get("/api/v1/journeys?state=certified").await.json()["items"].as_array().unwrap().len(), 1);
        head.post("/api/v1/journeys/events", event.clone()).await.json();
        assert_eq!(kept().await, 3, "what was refused leaves nothing behind");
        assert_eq!(head.get("/api/v1/journeys?state=certified").await.json()["items"].as_array().unwrap().len(), 4);
        let again = head.post("/api/v1/journeys/events", event).await.json();
        assert!(again["items"].as_array().unwrap().iter().all(|item| !item["refused"].is_null()), "{again}");
        assert_eq!(kept().await, 3);
        let none = head.post("/api/v1/journeys/events", json!({ "ids": [], "event": "emergency", "cause": "FAM.ILL" })).await;
        assert_eq!(none.status, 422, "{}", none.text);
        let many: Vec<Uuid> = (0..201).map(|_| Uuid::now_v7()).collect();
        let lacking = json!({ "ids": many, "event": "emergency", "cause": "FAM.ILL" });
        assert_eq!(head.post("/api/v1/journeys/events", lacking).await.refused(), ["ids:rows"]);
        let wrong = json!({ "ids": own, "event": "certify", "exam_passed": true, "attendance_percent": 92, "language_reached": true });
        assert_eq!(head.post("/api/v1/journeys/events?dry_run=perhaps", wrong).await.refused(), ["dry_run:choice"]);
    }

    /// The same over the pages, without scripts: event, facts, dry run, event.
    async fn the_pages_bring_one_event_to_many(on) {
        let service = Service::start(on).await;
        service.demo().await;
        let events = || async { case_event::Entity::find().count(service.state.store.read()).await.unwrap() };
        let before = events().await;
        let mut page = service.person(Role::OriginOfficer).await;
        let list = page.get("/ui/journeys?state=in_training").await;
        assert!(list.text.contains("action=\"/ui/journeys/bulk\""), "{}", list.text);
        let ids: Vec<&str> = list.text.split("name=\"ids\" value=\"").skip(1).take(2).map(|rest| &rest[..36]).collect();
        assert_eq!(ids.len(), 2);
        let csrf = page.csrf().await;
        let post = |more: &[(&'static str, &'static str)]| {
            let mut fields: Vec<(&str, &str)> = vec![("csrf", &csrf), ("ids", ids[0]), ("ids", ids[1])];
            fields.extend(more);
            fields.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect::<Vec<_>>()
        };
        async fn send(page: &mut crate::support::Browser, fields: Vec<(String, String)>) -> crate::support::Answer {
            let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            page.post("/ui/journeys/bulk", &fields).await
        }
        let first = send(&mut page, post(&[])).await;
        assert!(first.status == 200 && first.text.contains("value=\"emergency\""), "{}", first.text);
        assert!(!first.text.contains("value=\"certify\""), "an authority certifies nobody");
        let facts = send(&mut page, post(&[("event", "emergency")])).await;
        assert!(facts.text.contains("name=\"cause\"") && facts.text.contains("name=\"on\""), "{}", facts.text);
        let told = [("event", "emergency"), ("form_stage", "preview"), ("cause", "ORI.DISASTER"), ("reason", "Flood"), ("on", "2026-11-24")];
        let wrong = send(&mut page, post(&[("event", "emergency"), ("form_stage", "preview"), ("on", "someday")])).await;
        assert!(wrong.status == 422 && wrong.text.contains("name=\"ids\""), "what was chosen stays: {}", wrong.text);
        let dry = send(&mut page, post(&told)).await;
        assert!(dry.status == 200 && dry.text.contains("value=\"apply\""), "{}", dry.text);
        assert_eq!(events().await, before, "a dry run writes nothing");
        let apply: Vec<(&str, &str)> = told.iter().map(|(name, value)| (*name, if *name == "form_stage" { "apply" } else { *value })).collect();
        let done = send(&mut page, post(&apply)).await;
        assert_eq!(done.status, 200, "{}", done.text);
        assert_eq!(events().await, before + 2);
    }

    async fn dates_are_filtered_by_a_range(on) {
        let service = Service::start(on).await;
        let institute = service.organisation("institute", "MA").await;
        let head = service.program(Role::InstituteHead, Some(institute), &[], None).await;
        let person = head.post("/api/v1/trainees", trainee(institute, "MA")).await.created();
        let officer = service.program(Role::RecognitionOfficer, None, &["DE"], None).await;
        let diploma = json!({ "trainee_id": person, "title": "Diploma", "awarding_body": "Institut", "occupation": "2221", "status": "awarded", "eqf_basis": "none", "awarded_on": "2025-06-30" });
        head.post("/api/v1/credentials", diploma).await.created();
        for decided in ["2026-03-01", "2026-06-30", "2026-07-01"] {
            let case = json!({ "trainee_id": person, "destination": "DE", "occupation": "2221", "authority": "Chamber", "state": "draft" });
            let case = head.post("/api/v1/recognition-cases", case).await.created();
            let path = format!("/api/v1/recognition-cases/{case}/events");
            assert_eq!(head.event(&path, json!({ "event": "file", "consent": true, "on": "2026-01-05" })).await.status, 200);
            let mut seen = complete(&officer, case).await;
            seen["on"] = json!("2026-01-06");
            assert_eq!(officer.event(&path, seen).await.status, 200);
            assert_eq!(officer.event(&path, json!({ "event": "decide_full", "on": decided })).await.status, 200);
        }
        let count = async |query: &str| officer.get(&format!("/api/v1/recognition-cases?{query}")).await.json()["items"].as_array().map(Vec::len);
        assert_eq!(count("decided_on_from=2026-03-01&decided_on_until=2026-06-30").await, Some(2), "both days are included");
        assert_eq!(count("decided_on_from=2026-07-01").await, Some(1));
        assert_eq!(count("decided_on=2026-06-30").await, Some(1));
        assert_eq!(officer.get("/api/v1/recognition-cases?decided_on_from=soon").await.refused(), ["decided_on_from:type"]);
        assert_eq!(officer.get("/api/v1/recognition-cases?decided_on_until=%2B12026-01-01").await.refused(), ["decided_on_until:type"], "years beyond four digits sort by chance");
        assert_eq!(officer.get("/api/v1/recognition-cases?state_from=filed").await.refused(), ["state_from:unknown-filter"]);
    }
}
