//! Responses that need somebody else's word, and what follows for others.

use super::*;
use crate::contracts::{enter, terms};
use crate::journeys::{Pair, pair};

/// The words of the open choices of a case.
async fn ways(who: &Program, path: &str) -> Vec<String> {
    let seen = who.get(path).await.json();
    let choices = seen["options"]["decision"]["choices"].as_array().unwrap_or_else(|| panic!("{seen}"));
    choices.iter().map(|one| one["response"].as_str().unwrap().to_owned()).collect()
}

async fn bar_of(who: &Program, path: &str, response: &str) -> Value {
    let seen = who.get(path).await.json();
    let barred = seen["options"]["decision"]["barred"].as_array().unwrap();
    barred.iter().find(|one| one["response"] == response).map_or(Value::Null, |one| one["bar"].clone())
}

/// An electrician like the first, who seeks a post.
pub(super) async fn another(p: &Pair, waiting_since: &str) -> Uuid {
    let first = p.head.get(&format!("/api/v1/trainees/{}", p.person)).await.json();
    let institute: Uuid = first["institute_id"].as_str().unwrap().parse().unwrap();
    let mut one = trainee(institute, "MA");
    one["waiting_since"] = json!(waiting_since);
    one["given_name"] = json!(waiting_since);
    let person = p.head.post("/api/v1/trainees", one).await.created();
    for purpose in ["matching", "employer_disclosure", "partner_sharing"] {
        p.head.post("/api/v1/consents", json!({ "trainee": person, "purpose": purpose, "language": "fr" })).await.created();
    }
    let certificate =
        json!({ "trainee_id": person, "language": "de", "scale": "CEFR", "level": "B1", "issuer": "Centre", "issued_on": "2026-10-20" });
    p.head.post("/api/v1/language-certificates", certificate).await.created();
    person
}

/// The agreement that a pair is matched under.
pub(super) async fn partnership(ministry: &Program) -> Uuid {
    ministry.get("/api/v1/agreements").await.json()["items"][0]["id"].as_str().unwrap().parse().unwrap()
}

/// A cohort of electricians under an agreement, at the institute of a pair.
pub(super) async fn electricians(p: &Pair, agreement: Uuid) -> Uuid {
    let first = p.head.get(&format!("/api/v1/trainees/{}", p.person)).await.json();
    let programme = json!({
        "institute_id": first["institute_id"], "name": "Electricians", "occupation": "7411", "eqf_basis": "none", "language": "fr", "hours": 900,
        "awarded_qualification": "Technicien",
    });
    let programme = p.head.post("/api/v1/programmes", programme).await.created();
    let cohort = json!({
        "name": "Electricians", "institute_id": first["institute_id"], "programme_id": programme, "agreement_id": agreement,
        "starts_on": "2025-09-01", "ends_on": "2026-08-31", "seats_away": 5, "seats_home": 0, "seats_undecided": 0,
    });
    p.head.post("/api/v1/cohorts", cohort).await.created()
}

on_both! {
    /// She cares for her mother and gives up her post: it is proposed to whoever has waited longest, and to nobody else.
    async fn a_post_that_is_given_up_goes_to_the_next(on) {
        let service = Service::start(on).await;
        let p = pair(&service).await;
        let journey = events_of(&p.head, p.person).await;
        ok(&p.head.event(&journey, json!({ "event": "certify", "exam_passed": true, "attendance_percent": 92, "language_reached": true })).await);
        another(&p, "2026-06-01").await;
        let next = another(&p, "2025-06-01").await;
        ok(&p.herself.event(&journey, json!({ "event": "emergency", "cause": "PER.CARE" })).await);
        let path = case_of(&p.herself, p.person).await;
        worked_out(&p.origin, &path, "PER.CARE").await;
        assert!(ways(&p.herself, &path).await.contains(&"transfer_place".to_owned()));
        ok(&p.herself.event(&path, json!({ "event": "consent", "response": "transfer_place" })).await);
        assert_eq!(p.employer.get("/api/v1/proposals").await.json()["items"].as_array().unwrap().len(), 1, "her word alone moves nothing");
        ok(&p.origin.event(&path, json!({ "event": "done" })).await);
        assert_eq!(p.herself.get(&journey).await.json()["journey"]["state"], "transferred");
        let proposals = p.employer.get("/api/v1/proposals").await.json();
        let open: Vec<&Value> = proposals["items"].as_array().unwrap().iter().filter(|one| one["trainee_decision"] == "pending").collect();
        assert_eq!(open.len(), 1, "{proposals}");
        assert_eq!((open[0]["trainee_id"].as_str(), open[0]["need_id"].as_str()), (Some(next.to_string().as_str()), Some(p.need.to_string().as_str())));
        // Both sides say yes as after any match, and the post is taken.
        let herself = service.program(Role::Trainee, None, &[], Some(next)).await;
        let decision = format!("/api/v1/proposals/{}/decision", open[0]["id"].as_str().unwrap());
        for (who, version) in [(&herself, 1), (&p.employer, 2)] {
            let yes = Some(json!({ "decision": "accepted" }).to_string());
            ok(&who.send("POST", &decision, &[("if-match", &format!("\"{version}\""))], yes).await);
        }
        assert_eq!(p.employer.get(&format!("/api/v1/needs/{}", p.need)).await.json()["status"], "reserved");
    }

    /// The wage floor rises: her way is open again when her employer has raised her wage in a contract that is worse in nothing.
    async fn a_wage_that_is_raised_opens_the_way(on) {
        let service = Service::start(on).await;
        let p = pair(&service).await;
        let today = Moment::now().date();
        let entered = enter(&p.employer, &p.proposal, "offer", terms("EUR 2900"), today).await;
        ok(&entered);
        let journey = events_of(&p.head, p.person).await;
        ok(&p.origin.event(&journey, json!({ "event": "emergency", "cause": "DST.RULE" })).await);
        let path = case_of(&p.origin, p.person).await;
        worked_out(&p.origin, &path, "DST.RULE").await;
        assert_eq!(bar_of(&p.herself, &path, "top_up_wage").await, "no_top_up");
        ok(&enter(&p.employer, &p.proposal, "final", terms("EUR 3100"), today).await);
        // Whatever is asked anew is worked out from what is known by then.
        ok(&p.herself.event(&path, json!({ "event": "wish", "first": "top_up_wage", "second": "defer" })).await);
        assert_eq!(ways(&p.herself, &path).await[0], "top_up_wage");
        ok(&p.herself.event(&path, json!({ "event": "consent", "response": "top_up_wage" })).await);
        ok(&p.origin.event(&path, json!({ "event": "done" })).await);
        assert_ne!(p.herself.get(&journey).await.json()["journey"]["state"], "on_hold");
    }

    /// She asks before she chooses, and is answered by somebody who is on her side; it moves nothing.
    async fn she_asks_for_advice(on) {
        let service = Service::start(on).await;
        let hotel = hotel(&service, 1).await;
        let person = hotel.people[0];
        let (herself, path) = reports(&service, person, "FAM.ILL").await;
        let ask = json!({ "event": "ask_advice", "reason": "Do I lose my place?" });
        ok(&herself.event(&path, ask.clone()).await);
        assert_eq!(hotel.officer.event(&path, ask).await.status, 403, "the question is hers");
        assert_eq!(herself.event(&path, json!({ "event": "ask_advice", "reason": " " })).await.refused(), ["reason:guard"]);
        let answer = json!({ "event": "advise", "reason": "No, it is held for you." });
        assert_eq!(hotel.head.event(&path, answer.clone()).await.status, 403);
        assert_eq!(hotel.border.get(&path).await.status, 404);
        ok(&hotel.officer.event(&path, answer).await);
        let seen = herself.get(&path).await.json();
        assert_eq!(seen["case"]["state"], "reported", "{seen}");
        let said: Vec<&str> = seen["items"].as_array().unwrap().iter().filter_map(|one| one["event"]["reason"].as_str()).collect();
        assert_eq!(said, ["Do I lose my place?", "No, it is held for you."]);
        // The workers' organisation to which she was referred, and no other, answers her as well.
        let union = service.organisation("worker_organisation", "MA").await;
        let speaks = service.program(Role::WorkerRepresentative, Some(union), &["MA"], None).await;
        assert_eq!(speaks.get(&path).await.status, 404);
        let refer = json!({ "trainee": person, "kind": "referral", "to": union, "reason": "She asked for advice" });
        let referral = hotel.head.post("/api/v1/case-transfers", refer).await.created();
        let yes = Some(json!({ "status": "accepted", "note": "Gladly" }).to_string());
        assert_eq!(speaks.send("POST", &format!("/api/v1/case-transfers/{referral}/decision"), &[("if-match", "\"1\"")], yes).await.status, 204);
        assert_eq!(speaks.get(&path).await.json()["may"], json!(["advise"]));
        ok(&speaks.event(&path, json!({ "event": "advise", "reason": "Ask for it in writing." })).await);
        let verdict = json!({ "event": "triage", "cause": "FAM.ILL", "safety_risk": false });
        assert_eq!(speaks.event(&path, verdict).await.status, 403);
    }

    /// Nothing ends for fraud before she was heard.
    async fn nobody_is_sent_away_unheard(on) {
        let service = Service::start(on).await;
        let hotel = hotel(&service, 1).await;
        let person = hotel.people[0];
        ok(&hotel.officer.event(&events_of(&hotel.officer, person).await, json!({ "event": "emergency", "cause": "PER.FRAUD" })).await);
        let path = case_of(&hotel.officer, person).await;
        worked_out(&hotel.officer, &path, "PER.FRAUD").await;
        assert_eq!(bar_of(&hotel.officer, &path, "terminate").await, "not_proven");
        ok(&hotel.officer.event(&path, json!({ "event": "worsen", "cause": "PER.FRAUD", "reason": "Heard on the forged licence" })).await);
        ok(&hotel.officer.event(&path, json!({ "event": "verify", "proof": "hearing" })).await);
        ok(&hotel.officer.event(&path, json!({ "event": "propose" })).await);
        assert!(ways(&hotel.officer, &path).await.contains(&"terminate".to_owned()));
    }

    /// Recognition is refused: she goes over to the other occupation that both states have written into the plan.
    async fn another_occupation_stands_in_the_plan(on) {
        let service = Service::start(on).await;
        let p = pair(&service).await;
        let (other, need) = post_in_germany(&service, "7412").await;
        let ministry = service.program(Role::OriginApprover, None, &["MA"], None).await;
        let border = service.program(Role::DestinationApprover, None, &["DE"], None).await;
        let agreement = partnership(&ministry).await;
        let cohort = electricians(&p, agreement).await;
        ready(&service, cohort).await;
        let journey = events_of(&p.head, p.person).await;
        ok(&p.origin.event(&journey, json!({ "event": "emergency", "cause": "REC.REFUSE" })).await);
        let path = case_of(&p.origin, p.person).await;
        worked_out(&p.origin, &path, "REC.REFUSE").await;
        assert_eq!(bar_of(&p.herself, &path, "switch_occupation").await, "no_opening", "no plan allows it");
        crate::contingency::put_in_force(agreement, [&ministry, &border], |plan| {
            plan["switches"] = json!([{ "from": "7411", "to": "7412" }]);
            for answer in plan["answers"].as_array_mut().unwrap() {
                answer["responses"] = json!(["switch_occupation", "defer"]);
            }
        }).await;
        ok(&p.herself.event(&path, json!({ "event": "wish", "first": "switch_occupation", "second": "defer" })).await);
        assert_eq!(ways(&p.herself, &path).await[0], "switch_occupation", "{}", p.herself.get(&path).await.text);
        ok(&p.herself.event(&path, json!({ "event": "consent", "response": "switch_occupation", "need": need })).await);
        ok(&p.origin.event(&path, json!({ "event": "done" })).await);
        assert_eq!(p.head.get(&format!("/api/v1/trainees/{}", p.person)).await.json()["occupation"], "7412");
        let waiting = other.get("/api/v1/proposals").await.json();
        let decision = format!("/api/v1/proposals/{}/decision", waiting["items"][0]["id"].as_str().unwrap_or_else(|| panic!("{waiting}")));
        ok(&other.send("POST", &decision, &[("if-match", "\"1\"")], Some(json!({ "decision": "accepted" }).to_string())).await);
        assert!(!p.herself.get(&journey).await.json()["journey"]["matched_on"].is_null());
    }
}
