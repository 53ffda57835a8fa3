//! What employers do: being let in by an authority, and putting the candidates of a need in order.

use crate::on_both;
use crate::support::{Program, Service};
use passerelle_domain::access::Role;
use passerelle_domain::registration::ComplianceClause;
use passerelle_store::entity::{employer_registration, mail, one_time_link, organisation};
use passerelle_store::query::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};
use uuid::Uuid;

fn request(register_number: &str) -> Value {
    json!({
        "name": "Elektro Neuland GmbH", "country": "DE", "register_number": register_number, "city": "Kassel", "contact_name": "A. Beispiel",
        "contact_email": "neuland@example.org", "clauses": ComplianceClause::WORDS,
    })
}

async fn waiting(service: &Service) -> employer_registration::Model {
    let find = employer_registration::Entity::find().filter(employer_registration::Column::Status.eq("waiting"));
    find.one(service.state.store.read()).await.unwrap().unwrap()
}

async fn decide(who: &Program, id: Uuid, version: i64, say: Value) -> crate::support::Answer {
    let version = format!("\"{version}\"");
    let headers = [("if-match", version.as_str()), ("content-type", "application/json")];
    who.send("POST", &format!("/api/v1/employer-registrations/{id}/decision"), &headers, Some(say.to_string())).await
}

on_both! {
    async fn an_employer_asks_is_looked_at_and_let_in_or_told_why_not(on) {
        let service = Service::start(on).await;
        service.organisation("destination_authority", "DE").await;
        let officer = service.program(Role::DestinationApprover, None, &["DE"], None).await;
        let other = service.program(Role::DestinationApprover, None, &["BE"], None).await;
        let stranger = service.stranger();
        let mut open = request("HRB 1");
        open["clauses"] = json!(["employer_pays"]);
        assert_eq!(stranger.post("/api/v1/registrations", open).await.refused(), ["clauses:clauses-open"]);
        assert_eq!(stranger.post("/api/v1/registrations", json!({})).await.refused().len(), 7);
        assert_eq!(stranger.post("/api/v1/registrations", request("HRB 1")).await.status, 202);
        let row = waiting(&service).await;
        assert_eq!(other.get("/api/v1/employer-registrations").await.json()["items"], json!([]), "another country's queue");
        assert_eq!(decide(&other, row.id, 1, json!({ "decision": "verify" })).await.status, 404);
        let clerk = service.program(Role::DestinationOfficer, None, &["DE"], None).await;
        assert_eq!(decide(&clerk, row.id, 1, json!({ "decision": "verify" })).await.status, 403, "officers look, approvers decide");
        let sanctioned = json!({ "decision": "verify", "open_sanction": "yes" });
        assert_eq!(decide(&officer, row.id, 1, sanctioned).await.refused(), ["open_sanction:registration-against"]);
        let say = json!({ "decision": "verify", "licence_valid_to": "2030-12-31", "insolvent": "no", "open_sanction": "no", "unpaid_wage_judgment": "no" });
        let done = decide(&officer, row.id, 1, say.clone()).await;
        assert_eq!(done.json()["status"], "verified", "{}", done.text);
        assert_eq!(decide(&officer, row.id, 2, say.clone()).await.status, 409, "once");
        let conn = service.state.store.read();
        let employer = organisation::Entity::find_by_id(Uuid::try_parse(done.json()["organisation_id"].as_str().unwrap()).unwrap());
        let employer = employer.one(conn).await.unwrap().unwrap();
        assert_eq!((employer.kind.as_str(), employer.status.as_str(), employer.insolvent.as_str()), ("employer", "active", "no"));
        let invited = one_time_link::Entity::find().filter(one_time_link::Column::Purpose.eq("invite")).one(conn).await.unwrap().unwrap();
        assert!(invited.payload.contains("employer_approver") && invited.payload.contains("neuland@example.org"), "{}", invited.payload);
        // The same firm again is refused, and told why.
        assert_eq!(stranger.post("/api/v1/registrations", request("HRB 1")).await.status, 202);
        let again = waiting(&service).await;
        assert_eq!(decide(&officer, again.id, 1, say).await.status, 409);
        let refused = decide(&officer, again.id, 1, json!({ "decision": "refuse", "reason": "duplicate" })).await;
        assert_eq!(refused.json()["refused_for"], "duplicate", "{}", refused.text);
        let letter = mail::Entity::find().filter(mail::Column::Kind.eq("refused")).one(conn).await.unwrap().unwrap();
        assert!(letter.body.contains("already"), "{}", letter.body);
    }

    async fn two_who_let_the_same_firm_in_make_one_employer(on) {
        let service = Service::start(on).await;
        service.organisation("destination_authority", "DE").await;
        let officer = service.program(Role::DestinationApprover, None, &["DE"], None).await;
        service.stranger().post("/api/v1/registrations", request("HRB 2")).await;
        let row = waiting(&service).await;
        let made = futures_util::future::join_all((0..6).map(|_| decide(&officer, row.id, 1, json!({ "decision": "verify" })))).await;
        assert_eq!(made.iter().filter(|answer| answer.status == 200).count(), 1, "{:?}", made.iter().map(|answer| answer.status).collect::<Vec<_>>());
        let firms = organisation::Entity::find().filter(organisation::Column::RegisterNumber.eq("HRB 2")).all(service.state.store.read()).await.unwrap();
        assert_eq!(firms.len(), 1);
    }

    async fn a_queue_that_nobody_works_through_does_not_grow_for_ever(on) {
        let service = Service::start(on).await;
        service.organisation("destination_authority", "DE").await;
        let stranger = service.stranger();
        let mut elsewhere = request("HRB 0");
        elsewhere["country"] = json!("AQ");
        assert_eq!(stranger.post("/api/v1/registrations", elsewhere).await.refused(), ["country:registration-country"]);
        for at in 0..3 {
            assert_eq!(stranger.post("/api/v1/registrations", request(&format!("HRB {at}"))).await.status, 202);
        }
        assert_eq!(stranger.post("/api/v1/registrations", request("HRB 9")).await.refused(), ["contact_email:registrations-full"]);
    }

    async fn the_candidates_of_a_need_are_put_in_the_employers_own_order(on) {
        let service = Service::start(on).await;
        service.demo().await;
        service.matched().await;
        use passerelle_store::entity::proposal;
        let rows = proposal::Entity::find().all(service.state.store.read()).await.unwrap();
        let mut by_need: std::collections::BTreeMap<Uuid, Vec<&proposal::Model>> = Default::default();
        rows.iter().for_each(|row| by_need.entry(row.need_id).or_default().push(row));
        let (need, candidates) = by_need.into_iter().max_by_key(|(_, rows)| rows.len()).unwrap();
        assert!(candidates.len() >= 2);
        let firm = service.program(Role::EmployerApprover, Some(candidates[0].employer_id), &[], None).await;
        let path = format!("/api/v1/needs/{need}/shortlist");
        let list = firm.get(&path).await.json();
        let order: Vec<String> = list["candidates"].as_array().unwrap().iter().map(|one| one["proposal"].as_str().unwrap().to_owned()).collect();
        assert_eq!(order.len(), candidates.len());
        let scores: Vec<i64> = list["candidates"].as_array().unwrap().iter().map(|one| one["score"].as_i64().unwrap()).collect();
        assert!(scores.is_sorted_by(|a, b| a >= b), "before any order the best come first: {scores:?}");
        let last = order.last().unwrap().clone();
        let ordered = firm.post(&path, json!({ "order": [last, order[0]] })).await.json();
        assert_eq!([&ordered["candidates"][0]["proposal"], &ordered["candidates"][1]["proposal"]], [&json!(last), &json!(order[0])], "{ordered}");
        assert_eq!(firm.post(&path, json!({ "order": [last, last] })).await.refused(), ["order:shortlist-twice"]);
        assert_eq!(firm.post(&path, json!({ "order": [Uuid::now_v7()] })).await.refused(), ["order:shortlist-unknown"]);
        // Nobody's decision has become stale by it, and others give no order.
        assert_eq!(firm.get(&format!("/api/v1/proposals/{last}")).await.json()["version"], 1);
        let clerk = service.program(Role::EmployerClerk, Some(candidates[0].employer_id), &[], None).await;
        assert_eq!(clerk.post(&path, json!({ "order": [last] })).await.status, 403);
        assert_eq!(clerk.get(&path).await.json()["mine"], false);
        let elsewhere = service.organisation("employer", "DE").await;
        let rival = service.program(Role::EmployerApprover, Some(elsewhere), &[], None).await;
        assert_eq!(rival.get(&path).await.status, 404);
        assert_eq!(rival.post(&path, json!({ "order": [] })).await.status, 404);
    }
}
