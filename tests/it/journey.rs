//! One story through the API, as a newcomer would read it: from an empty service to a match.

use crate::access::trainee;
use crate::on_both;
use crate::support::Service;
use passerelle_domain::access::Role;
use serde_json::json;

on_both! {
    async fn from_an_empty_service_to_a_match_that_both_sides_accept(on) {
        let service = Service::start(on).await;
        service.corridors().await;

        // An institute in Morocco trains an electrician who will be ready next summer.
        let institute = service.organisation("institute", "MA").await;
        let clerk = service.program(Role::InstituteHead, Some(institute), &[], None).await;
        let person = clerk.post("/api/v1/trainees", trainee(institute, "MA")).await.created();
        let agreed = json!({ "trainee": person, "purpose": "matching", "language": "fr" });
        clerk.post("/api/v1/consents", agreed).await.created();
        let skill = "http://data.europa.eu/esco/skill/335228d2-297d-4e0e-a6ee-bc6a8dc110d9";
        clerk
            .post("/api/v1/skill-claims", json!({ "trainee_id": person, "skill": skill, "provenance": "institute", "stated_on": "2026-10-01" }))
            .await
            .created();

        // An employer in Germany needs one and opens a seat for the pathway.
        let employer = service.organisation("employer", "DE").await;
        let approver = service.program(Role::EmployerApprover, Some(employer), &[], None).await;
        let need = approver
            .post(
                "/api/v1/needs",
                json!({
                    "title": "Electrician", "employer_id": employer, "side": "destination", "country": "DE", "occupation": "7411", "positions": 1,
                    "start_from": "2027-09-01", "start_to": "2027-12-31", "wage": "EUR 34800", "comparable_wage": "EUR 34800", "wage_per": "year",
                    "hours_per_week": 39, "status": "forecast",
                }),
            )
            .await
            .created();
        service.open(&approver, need).await;
        approver.post("/api/v1/need-skills", json!({ "need_id": need, "skill": skill, "importance": "must", "weight": 3 })).await.created();
        approver.post("/api/v1/seat-pools", json!({ "need_id": need, "pathway": "DE-NAFR-THAMM/MA", "seats": 1 })).await.created();

        // The law comes first: without a certificate there is no proposal, and the reason says what would change it.
        let officer = service.program(Role::OriginOfficer, None, &["MA"], None).await;
        officer.post("/api/v1/match-runs", json!({})).await;
        service.drain().await;
        let outcome = clerk.get("/api/v1/outcomes?side=trainee").await.json();
        assert_eq!(outcome["items"][0]["reason_code"], "r15-no-certificate", "{outcome}");
        assert_eq!(outcome["items"][0]["reasons"][0]["fix"], "Pass an exam at the level CEFR B1.", "the words of the pages");

        // She passes the exam; the next run proposes her.
        clerk
            .post(
                "/api/v1/language-certificates",
                json!({
                    "trainee_id": person, "language": "de", "scale": "CEFR", "level": "B1", "issuer": "Examination centre", "issued_on": "2026-11-20",
                }),
            )
            .await
            .created();
        officer.post("/api/v1/match-runs", json!({})).await;
        service.drain().await;
        let proposals = approver.get("/api/v1/proposals").await.json();
        let proposal = &proposals["items"][0];
        assert_eq!(proposal["trainee_id"], json!(person), "{proposals}");
        let candidate = approver.get(&format!("/api/v1/trainees/{person}")).await.json();
        assert_eq!((&candidate["occupation"], candidate.get("family_name"), candidate.get("birth_date")), (&json!("7411"), None, None));

        // Two people decide; only then is it a match.
        let phone = service.program(Role::Trainee, None, &[], Some(person)).await;
        let path = format!("/api/v1/proposals/{}/decision", proposal["id"].as_str().unwrap());
        for (who, version) in [(&phone, 1), (&approver, 2)] {
            let said = who.send("POST", &path, &[("if-match", &format!("\"{version}\""))], Some(json!({ "decision": "accepted" }).to_string())).await;
            assert_eq!(said.status, 200, "{}", said.text);
        }
        // She is still in training: the match counts from the certificate on.
        let journeys = clerk.get(&format!("/api/v1/journeys?trainee_id={person}")).await.json();
        let path = format!("/api/v1/journeys/{}/events", journeys["items"][0]["id"].as_str().unwrap());
        assert!(clerk.get(&path).await.json()["journey"]["matched_on"].is_string());
        assert_eq!(clerk.get(&format!("/api/v1/trainees/{person}")).await.json()["journey"], "in_training");
        let certify = json!({ "event": "certify", "exam_passed": true, "attendance_percent": 92, "language_reached": true });
        assert_eq!(clerk.event(&path, certify).await.status, 200);
        assert_eq!(clerk.get(&format!("/api/v1/trainees/{person}")).await.json()["journey"], "matched");
        assert!(passerelle_store::audit::verify(&service.state.store).await.unwrap().broken.is_none());
    }
}
