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

/// The authority has every paper of the checklist before it.
pub async fn complete(officer: &Program, case: Uuid) -> Value {
    let course = officer.get(&format!("/api/v1/recognition-cases/{case}/events")).await.json();
    json!({ "event": "acknowledge_complete", "seen": course["procedure"]["papers"] })
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
        assert_eq!(bring(&head, case, 3, json!({ "event": "supply", "papers": ["curriculum"], "on": "2025-10-31" })).await.refused(), ["papers:not-in-file"], "nobody completes a file by saying so");
        let curriculum = json!({ "recognition_case_id": case, "paper": "Curriculum", "form": "original", "received_on": "2025-10-31" });
        head.post("/api/v1/case-documents", curriculum).await.created();
        let supplied = bring(&head, case, 3, json!({ "event": "supply", "papers": ["curriculum"], "on": "2025-10-31" })).await.json();
        assert_eq!((supplied["case"]["state"].as_str(), supplied["case"]["due_on"].as_str()), (Some("clock_running"), Some("2026-03-02")));
        let partial = json!({ "event": "decide_partial", "deficits": [{ "subject": "Geriatric care", "hours": 120 }], "measures": ["knowledge_test"], "on": "2026-02-20" });
        assert_eq!(bring(&officer, case, 4, partial).await.status, 200);
        let choose = |payer: &str| json!({ "event": "choose_measure", "measure": "knowledge_test", "place_reserved": true, "payer": payer, "on": "2026-03-01" });
        assert_eq!(bring(&officer, case, 5, choose("employer")).await.status, 403, "her choice alone");
        assert_eq!(bring(&herself, case, 5, choose("trainee")).await.refused(), ["payer:guard"], "she never pays");
        assert_eq!(bring(&herself, case, 5, choose("employer")).await.status, 200);
        assert_eq!(bring(&officer, case, 6, json!({ "event": "pass", "on": "2199-01-01" })).await.refused(), ["on:future"]);
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

    /// The checklist holds the file back, a notice writes the plan, and what the plan has closed opens a
    /// new application.
    async fn papers_plan_and_a_new_application(on) {
        let service = Service::start(on).await;
        let institute = service.organisation("institute", "MA").await;
        let authority = service.organisation("recognition_authority", "DE").await;
        let head = service.program(Role::InstituteHead, Some(institute), &[], None).await;
        let officer = service.program(Role::RecognitionOfficer, Some(authority), &["DE"], None).await;
        let elsewhere = service.program(Role::RecognitionOfficer, None, &["BE"], None).await;
        let person = head.post("/api/v1/trainees", trainee(institute, "MA")).await.created();
        let herself = service.program(Role::Trainee, None, &[], Some(person)).await;
        let diploma = json!({ "trainee_id": person, "title": "Diploma", "awarding_body": "Institut", "occupation": "2221", "status": "awarded", "eqf_basis": "none", "awarded_on": "2025-06-30" });
        head.post("/api/v1/credentials", diploma).await.created();
        let new = json!({ "trainee_id": person, "destination": "DE", "occupation": "2221", "authority": "Nursing authority", "state": "draft" });
        let mut filed = new.clone();
        filed["state"] = json!("filed");
        assert_eq!(head.post("/api/v1/recognition-cases", filed).await.refused(), ["state:begins-as-draft"], "filing asks for consent");
        let case = head.post("/api/v1/recognition-cases", new).await.created();
        assert_eq!(officer.get(&format!("/api/v1/recognition-cases/{case}")).await.status, 404, "a draft is hers and her institute's");
        assert_eq!(bring(&head, case, 1, json!({ "event": "file", "consent": true, "on": "2026-01-05" })).await.status, 200);
        let course = async |who: &Program| who.get(&format!("/api/v1/recognition-cases/{case}/events")).await.json();
        let papers: Vec<String> = serde_json::from_value(course(&officer).await["procedure"]["papers"].clone()).unwrap();
        assert!(papers.len() > 1, "{papers:?}");
        let paper = |name: &str, form: &str, more: Value| {
            let mut body = json!({ "recognition_case_id": case, "paper": name, "form": form, "received_on": "2026-01-10" });
            body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            body
        };
        let documents = "/api/v1/case-documents";
        assert_eq!(head.post(documents, paper(&papers[0], "translation", json!({}))).await.refused(), ["language:required"]);
        assert_eq!(head.post(documents, paper(&papers[0], "original", json!({ "received_on": "2199-01-01" }))).await.refused(), ["received_on:future"]);
        assert_eq!(head.post(documents, paper(&papers[0], "original", json!({ "issued_on": "2026-02-01" }))).await.refused(), ["received_on:received-before-issued"]);
        assert_eq!(elsewhere.post(documents, paper(&papers[0], "original", json!({}))).await.refused(), ["recognition_case_id:reference"], "no case of hers");
        assert_eq!(herself.post(documents, paper(&papers[0], "original", json!({}))).await.status, 403);
        // One has lapsed, the others are there: the file is not complete.
        head.post(documents, paper(&papers[0], "certified_copy", json!({ "valid_to": "2026-01-15" }))).await.created();
        for name in &papers[1..] {
            officer.post(documents, paper(&name.to_uppercase(), "original", json!({}))).await.created();
        }
        assert_eq!(herself.get(documents).await.json()["items"].as_array().unwrap().len(), papers.len());
        assert_eq!(elsewhere.get(documents).await.json()["items"], json!([]));
        let standing = |seen: &Value| seen["papers"][0]["standing"].as_str().unwrap().to_owned();
        assert_eq!(standing(&course(&officer).await), "lapsed");
        let lacking = bring(&officer, case, 2, json!({ "event": "acknowledge_complete", "lacking": [] })).await;
        assert_eq!(lacking.refused(), ["seen:checklist"], "what the caller says of the lacking does not count");
        assert!(lacking.text.contains(&papers[0]), "{}", lacking.text);
        head.post(documents, paper(&papers[0], "translation", json!({ "language": "de", "valid_to": "2099-01-01" }))).await.created();
        assert_eq!(standing(&course(&officer).await), "held");
        assert_eq!(bring(&officer, case, 2, json!({ "event": "acknowledge_complete", "on": "2026-01-20" })).await.status, 200);
        // What was filed stays what it was.
        let nurse = |occupation: &str| json!({ "trainee_id": person, "destination": "DE", "occupation": occupation, "authority": "Nursing authority", "state": "clock_running", "filed_on": "2026-01-05" });
        assert_eq!(head.put(&format!("/api/v1/recognition-cases/{case}"), 3, nurse("7411")).await.refused(), ["occupation:fixed-once-filed"]);
        let rows = head.get(documents).await.json();
        let first = rows["items"][0]["id"].as_str().unwrap().to_owned();
        assert_eq!(head.put(&format!("{documents}/{first}"), 1, paper(&papers[0], "original", json!({}))).await.refused(), ["paper:handed-in"]);
        assert_eq!(head.delete(&format!("{documents}/{first}"), 1).await.status, 409, "nothing that was handed in is taken out");
        // The notice writes the plan.
        let partial = json!({ "event": "decide_partial", "deficits": [{ "subject": "Geriatric care", "hours": 120 }, { "subject": "Law of nursing" }], "measures": ["knowledge_test"], "on": "2026-02-01" });
        assert_eq!(bring(&officer, case, 3, partial).await.status, 200);
        assert_eq!(head.post(documents, paper("Letter", "original", json!({}))).await.refused(), ["recognition_case_id:case-closed"]);
        let plan = herself.get(&format!("/api/v1/adaptation-steps?recognition_case_id={case}&sort=subject")).await.json();
        let steps = plan["items"].as_array().unwrap();
        assert_eq!((steps.len(), steps[0]["subject"].as_str(), steps[0]["hours"].as_i64()), (2, Some("Geriatric care"), Some(120)), "{plan}");
        assert_eq!(bring(&head, case, 4, json!({ "event": "reapply", "covered": ["Geriatric care"] })).await.refused(), ["plan:guard"], "nothing is done yet");
        let step = |more: Value| {
            let mut body = json!({ "recognition_case_id": case, "subject": "Geriatric care", "hours": 120, "measure": "adaptation_period" });
            body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            body
        };
        let path = format!("/api/v1/adaptation-steps/{}", steps[0]["id"].as_str().unwrap());
        assert_eq!(head.put(&path, 1, step(json!({ "payer": "trainee" }))).await.refused(), ["payer:payer-trainee"]);
        assert_eq!(head.put(&path, 1, step(json!({ "done_on": "2026-05-01" }))).await.refused(), ["payer:required"]);
                let before = step(json!({ "payer": "employer", "done_on": "2026-01-31" }));
        assert_eq!(head.put(&path, 1, before).await.status, 200);
        assert_eq!(bring(&herself, case, 4, json!({ "event": "reapply" })).await.refused(), ["plan:guard"], "what was done before the notice, the notice knew");
        let done = step(json!({ "payer": "employer", "provider": "Clinic", "starts_on": "2026-03-01", "done_on": "2026-05-01" }));
        assert_eq!(head.put(&path, 2, done).await.status, 200);
        assert_eq!(bring(&officer, case, 4, json!({ "event": "reapply" })).await.status, 403, "hers to ask");
        let again = bring(&herself, case, 4, json!({ "event": "reapply" })).await;
        assert_eq!(again.status, 200, "{}", again.text);
        let now = course(&herself).await;
        assert_eq!((now["case"]["state"].as_str(), now["case"]["decided_on"].is_null()), (Some("filed"), true));
        assert_eq!(now["case"]["deficits"], json!([{ "subject": "Law of nursing", "hours": null }]), "what is open stays known");
        let outcomes = officer.get("/api/v1/recognition-outcomes").await.json();
        assert_eq!(outcomes["items"][0]["partial"], 1, "what was noticed first stays noticed: {outcomes}");
        assert_eq!(bring(&officer, case, 5, json!({ "event": "acknowledge_complete" })).await.status, 200);
        assert_eq!(bring(&officer, case, 6, json!({ "event": "decide_full" })).await.status, 200);
    }

    async fn five_notices_with_the_same_deficit_ask_for_a_module(on) {
        let service = Service::start(on).await;
        let institute = service.organisation("institute", "MA").await;
        let authority = service.organisation("recognition_authority", "DE").await;
        let head = service.program(Role::InstituteHead, Some(institute), &[], None).await;
        let officer = service.program(Role::RecognitionOfficer, Some(authority), &["DE"], None).await;
        let programme = json!({ "name": "Nursing", "institute_id": institute, "occupation": "2221", "eqf_basis": "none", "language": "fr", "hours": 4600, "awarded_qualification": "State nurse" });
        let programme = head.post("/api/v1/programmes", programme).await.created();
        // The matrix says itself where something is amiss.
        let row = |coverage: &str, taught: i64, outcome: Option<&str>| json!({ "programme_id": programme, "destination": "DE", "occupation": "2221", "requirement": "Geriatric care", "hours_asked": 120, "hours_taught": taught, "coverage": coverage, "learning_outcome": outcome, "measure": "knowledge_test" });
        assert_eq!(head.post("/api/v1/equivalences", row("covered", 40, Some("Care of the elderly"))).await.refused(), ["coverage:coverage-hours"]);
        assert_eq!(head.post("/api/v1/equivalences", row("missing", 40, Some("Care of the elderly"))).await.refused(), ["coverage:coverage-taught"]);
        assert_eq!(head.post("/api/v1/equivalences", row("partly", 40, None)).await.refused(), ["learning_outcome:required"]);
        head.post("/api/v1/equivalences", row("partly", 40, Some("Care of the elderly"))).await.created();
        let cohort = json!({ "name": "2025", "institute_id": institute, "programme_id": programme, "starts_on": "2024-09-01", "ends_on": "2026-07-31", "seats_away": 20, "seats_home": 10, "seats_undecided": 0 });
        let cohort = head.post("/api/v1/cohorts", cohort).await.created();
        let expectation = format!("/api/v1/programmes/{programme}/expectation");
        for number in 1..=5 {
            let mut new = trainee(institute, "MA");
            new["cohort_id"] = json!(cohort);
            new["occupation"] = json!("2221");
            new["given_name"] = json!(format!("Nurse{number}"));
            new["birth_date"] = json!(format!("2001-0{number}-01"));
            let person = head.post("/api/v1/trainees", new).await.created();
            let diploma = json!({ "trainee_id": person, "title": "Diploma", "awarding_body": "Institut", "occupation": "2221", "status": "awarded", "eqf_basis": "none", "awarded_on": "2025-06-30" });
            head.post("/api/v1/credentials", diploma).await.created();
            let new = json!({ "trainee_id": person, "destination": "DE", "occupation": "2221", "authority": "Nursing authority", "state": "draft" });
            let case = head.post("/api/v1/recognition-cases", new).await.created();
            assert_eq!(bring(&head, case, 1, json!({ "event": "file", "consent": true })).await.status, 200);
            assert_eq!(bring(&officer, case, 2, complete(&officer, case).await).await.status, 200);
            let partial = json!({ "event": "decide_partial", "deficits": [{ "subject": if number % 2 == 0 { "Geriatric care" } else { "geriatric  Care" }, "hours": 120 }], "measures": ["knowledge_test"] });
            assert_eq!(bring(&officer, case, 3, partial).await.status, 200);
            let seen = head.get(&expectation).await.json();
            assert_eq!((seen["items"][0]["notices"].as_i64(), seen["items"][0]["deficits"][0]["module"].as_bool()), (Some(number), Some(number == 5)), "{seen}");
        }
        let board = officer.get("/api/v1/recognition-board").await.json();
        assert_eq!((board["items"][0]["state"].as_str(), board["items"][0]["cases"].as_i64()), (Some("decided_partial"), Some(5)), "{board}");
        let stranger = service.program(Role::InstituteHead, Some(service.organisation("institute", "TN").await), &[], None).await;
        assert_eq!(stranger.get(&expectation).await.status, 404);
        let funder = service.program(Role::Funder, Some(service.organisation("funder", "DE").await), &[], None).await;
        assert_eq!(funder.get(&expectation).await.json()["items"], json!([]), "nothing is learnt from cases that one may not read");
    }
}
