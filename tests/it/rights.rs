//! Rights: staged disclosure and consent, annexes, access rules, referrals, access by exception,
//! sealed facts, a person's own rights, duplicates, the team.

use crate::access::trainee;
use crate::on_both;
use crate::support::{Browser, Program, Service};
use passerelle_domain::access::Role;
use passerelle_store::entity::{mail, proposal, sealed_record};
use passerelle_store::query::{EntityTrait, QueryOrder};
use serde_json::{Value, json};
use uuid::Uuid;

/// A service whose demonstration world has been matched, and its first proposal.
async fn matched(on: crate::support::On) -> (Service, proposal::Model) {
    let service = Service::start(on).await;
    service.demo().await;
    service.matched().await;
    let rows = proposal::Entity::find().order_by_asc(proposal::Column::TraineeId).all(service.state.store.read()).await.unwrap();
    // One whose person agrees to both kinds of sharing.
    for row in rows {
        let consents = passerelle_store::entity::consent::Entity::find().all(service.state.store.read()).await.unwrap();
        let given = |purpose: &str| consents.iter().any(|consent| consent.trainee_id == row.trainee_id && consent.purpose == purpose);
        if given("employer_disclosure") && given("partner_sharing") {
            return (service, row);
        }
    }
    panic!("nobody agrees to both");
}

async fn decide(who: &Program, id: Uuid, version: i64, what: &str) -> i64 {
    let path = format!("/api/v1/proposals/{id}/{}", if what == "offer" { "offer" } else { "decision" });
    let body = if what == "offer" { json!({ "contract_complete": true, "works_council": true }) } else { json!({ "decision": what }) };
    let answer = who.send("POST", &path, &[("if-match", &format!("\"{version}\""))], Some(body.to_string())).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()["version"].as_i64().unwrap()
}

fn names(record: &Value) -> Vec<&str> {
    ["family_name", "birth_date", "email", "sex", "journey"].into_iter().filter(|name| record.get(*name).is_some()).collect()
}

on_both! {
    async fn an_employer_sees_profile_then_name_then_papers_and_nothing_after_withdrawal(on) {
        let (service, row) = matched(on).await;
        let employer = service.program(Role::EmployerApprover, Some(row.employer_id), &[], None).await;
        let person = service.program(Role::Trainee, None, &[], Some(row.trainee_id)).await;
        let path = format!("/api/v1/trainees/{}", row.trainee_id);
        assert_eq!(names(&employer.get(&path).await.json()), Vec::<&str>::new());
        // Nor does a filter, an order or a word tell what is not shown.
        for looks in ["sort=family_name", "q=a", "journey=in_training", "sort=-waiting_since"] {
            let listed = employer.get(&format!("/api/v1/trainees?{looks}")).await;
            assert!(listed.status == 403 || listed.json()["items"].as_array().unwrap().is_empty(), "{looks}: {}", listed.text);
        }
        let papers = format!("/api/v1/credentials?trainee_id={}", row.trainee_id);
        assert_eq!(employer.get(&papers).await.json()["items"].as_array().unwrap().len(), 0);
        let version = decide(&person, row.id, 1, "accepted").await;
        assert_eq!(names(&employer.get(&path).await.json()), Vec::<&str>::new(), "one yes opens nothing");
        let version = decide(&employer, row.id, version, "accepted").await;
        assert_eq!(names(&employer.get(&path).await.json()), ["family_name"]);
        decide(&employer, row.id, version, "offer").await;
        let seen = employer.get(&path).await.json();
        assert!(names(&seen).contains(&"birth_date") && !names(&seen).contains(&"sex") && !names(&seen).contains(&"journey"), "{seen}");
        assert!(!employer.get(&papers).await.json()["items"].as_array().unwrap().is_empty());
        let stages = person.get("/api/v1/disclosures").await.json();
        let stages: Vec<&str> = stages["items"].as_array().unwrap().iter().map(|item| item["stage"].as_str().unwrap()).collect();
        assert_eq!(stages, ["profile", "name", "papers"]);
        let consents = person.get("/api/v1/consents").await.json();
        let disclosure = consents["items"].as_array().unwrap().iter().find(|item| item["purpose"] == "employer_disclosure").unwrap();
        let withdrawal = format!("/api/v1/consents/{}/withdrawal", disclosure["id"].as_str().unwrap());
        assert_eq!(person.post(&withdrawal, json!({})).await.status, 204);
        assert_eq!(names(&employer.get(&path).await.json()), Vec::<&str>::new(), "withdrawal counts at once");
        assert_eq!(employer.get(&papers).await.json()["items"].as_array().unwrap().len(), 0);
        assert!(!employer.get("/api/v1/trainees.csv").await.text.contains("2003-"), "nor does the file tell");
    }

    async fn the_annex_says_which_fields_the_other_side_has_at_all(on) {
        let (service, row) = matched(on).await;
        let (employer, person) = (
            service.program(Role::EmployerApprover, Some(row.employer_id), &[], None).await,
            service.program(Role::Trainee, None, &[], Some(row.trainee_id)).await,
        );
        let authority = service.organisation("destination_authority", &row.destination).await;
        let officer = service.program(Role::DestinationOfficer, Some(authority), &[&row.destination], None).await;
        let version = decide(&person, row.id, 1, "accepted").await;
        decide(&employer, row.id, version, "accepted").await;
        let path = format!("/api/v1/trainees/{}", row.trainee_id);
        assert_eq!(officer.get(&path).await.status, 404, "without an annex there is nobody");
        let agreements = officer.get("/api/v1/agreements?limit=200").await.json();
        let pack = row.pathway.split('/').next().unwrap();
        let agreement = agreements["items"].as_array().unwrap().iter().find(|item| item["pack"] == pack && item["origin"] == row.origin.as_str());
        let agreement = agreement.expect("an agreement covers the pathway");
        let ministry = service.organisation("origin_authority", &row.origin).await;
        let approver = service.program(Role::OriginApprover, Some(ministry), &[&row.origin], None).await;
        let share = |group: &str| json!({ "agreement_id": agreement["id"], "field_group": group, "origin": row.origin, "destination": row.destination, "since": "2026-11-01" });
        assert_eq!(officer.post("/api/v1/shared-groups", share("name")).await.status, 403, "the origin says what it gives");
        approver.post("/api/v1/shared-groups", share("name")).await.created();
        assert_eq!(names(&officer.get(&path).await.json()), ["family_name"]);
        approver.post("/api/v1/shared-groups", share("identity")).await.created();
        assert_eq!(names(&officer.get(&path).await.json()), ["family_name", "birth_date"]);
    }

    async fn an_access_rule_hides_and_locks_at_its_stages_only(on) {
        let service = Service::start(on).await;
        let institute = service.organisation("institute", "MA").await;
        let clerk = service.program(Role::InstituteHead, Some(institute), &[], None).await;
        let person = clerk.post("/api/v1/trainees", trainee(institute, "MA")).await.created();
        let ministry = service.organisation("origin_authority", "MA").await;
        let approver = service.program(Role::OriginApprover, Some(ministry), &["MA"], None).await;
        let rule = |effect: &str, group: &str, stage: &str| json!({
            "name": "r", "organisation_id": ministry, "role": "institute_head", "subject": "trainee", "field_group": group, "stages": [stage],
            "effect": effect, "countries": ["MA"], "reason": "test", "valid_from": "2026-01-01",
        });
        let mut abroad = rule("hide", "identity", "visa");
        abroad["countries"] = json!(["TN"]);
        assert_eq!(approver.post("/api/v1/access-rules", abroad).await.refused(), ["countries:not-your-country"]);
        assert_eq!(approver.post("/api/v1/access-rules", rule("hide", "identity", "open")).await.refused(), ["stages:stage-elsewhere"]);
        approver.post("/api/v1/access-rules", rule("hide", "identity", "in_training")).await.created();
        approver.post("/api/v1/access-rules", rule("lock", "training", "in_training")).await.created();
        let path = format!("/api/v1/trainees/{person}");
        let seen = clerk.get(&path).await.json();
        assert!(seen.get("birth_date").is_none() && seen["family_name"] == "Berrada", "{seen}");
        let mut change = seen.clone();
        change["merit"] = json!(81);
        assert_eq!(clerk.put(&path, 1, change).await.refused(), ["merit:locked"]);
        // A guess at a hidden field is refused whether it is right or wrong.
        for guess in ["2003-04-05", "2003-04-06"] {
            let mut guessed = seen.clone();
            guessed["birth_date"] = json!(guess);
            assert_eq!(clerk.put(&path, 1, guessed).await.refused(), ["birth_date:withheld"]);
        }
        let journeys = clerk.get(&format!("/api/v1/journeys?trainee_id={person}")).await.json();
        let events = format!("/api/v1/journeys/{}/events", journeys["items"][0]["id"].as_str().unwrap());
        let certify = json!({ "event": "certify", "exam_passed": true, "attendance_percent": 92, "language_reached": true });
        assert_eq!(clerk.event(&events, certify).await.status, 200);
        assert_eq!(clerk.get(&path).await.json()["birth_date"], "2003-04-05", "at another stage the rule does not bind");
    }

    async fn a_referral_lets_look_and_a_transfer_hands_over(on) {
        let service = Service::start(on).await;
        let (here, there) = (service.organisation("institute", "MA").await, service.organisation("institute", "MA").await);
        let (giver, taker) = (
            service.program(Role::InstituteHead, Some(here), &[], None).await,
            service.program(Role::InstituteHead, Some(there), &[], None).await,
        );
        let person = giver.post("/api/v1/trainees", trainee(here, "MA")).await.created();
        let path = format!("/api/v1/trainees/{person}");
        let offer = |kind: &str| json!({ "trainee": person, "kind": kind, "to": there, "reason": "Language course" });
        assert_eq!(taker.post("/api/v1/case-transfers", offer("transfer")).await.refused(), ["trainee:reference"]);
        let referral = giver.post("/api/v1/case-transfers", offer("referral")).await.created();
        assert_eq!(taker.get(&path).await.status, 404, "nothing moves before it is accepted");
        let say = async |who: &Program, id: Uuid, version: i64, status: &str| {
            let path = format!("/api/v1/case-transfers/{id}/decision");
            let body = json!({ "status": status, "note": "as agreed" }).to_string();
            who.send("POST", &path, &[("if-match", &format!("\"{version}\""))], Some(body)).await.status
        };
        assert_eq!(say(&giver, referral, 1, "accepted").await, 403, "one does not accept one's own offer");
        assert_eq!(say(&taker, referral, 1, "accepted").await, 204);
        let seen = taker.get(&path).await;
        assert_eq!(seen.status, 200);
        assert_eq!(taker.put(&path, 1, seen.json()).await.status, 404, "a referral lets look and not write");
        assert_eq!(say(&giver, referral, 2, "ended").await, 204);
        assert_eq!(taker.get(&path).await.status, 404);
        let transfer = giver.post("/api/v1/case-transfers", offer("transfer")).await.created();
        assert_eq!(say(&taker, transfer, 1, "accepted").await, 204);
        assert_eq!((giver.get(&path).await.status, taker.get(&path).await.status), (404, 200));
    }

    async fn access_by_exception_is_short_and_seen_by_the_person_and_the_auditor(on) {
        let service = Service::start(on).await;
        let institute = service.organisation("institute", "MA").await;
        let head = service.program(Role::InstituteHead, Some(institute), &[], None).await;
        let person = head.post("/api/v1/trainees", trainee(institute, "MA")).await.created();
        let phone = service.program(Role::Trainee, None, &[], Some(person)).await;
        phone.post("/api/v1/sealed-records", json!({ "kind": "health", "class": "delay", "text": "A broken wrist until May." })).await.created();
        let stored = sealed_record::Entity::find().all(service.state.store.read()).await.unwrap();
        assert!(stored.len() == 1 && !stored[0].sealed.contains("wrist"));
        let authority = service.organisation("destination_authority", "DE").await;
        let officer = service.program(Role::DestinationOfficer, Some(authority), &["DE"], None).await;
        let (path, sealed) = (format!("/api/v1/trainees/{person}"), format!("/api/v1/trainees/{person}/sealed-records"));
        assert_eq!((officer.get(&path).await.status, officer.get(&sealed).await.status, head.get(&sealed).await.status), (404, 403, 403));
        let open = |reason: &str, name: &str| json!({ "name": name, "birth_date": "2003-04-05", "reason": reason, "minutes": 30 });
        assert_eq!(officer.post("/api/v1/exceptional-accesses", open("urgent", "Salma Berrada")).await.refused(), ["reason:reason-length"]);
        assert_eq!(officer.post("/api/v1/exceptional-accesses", open("Passport lost at the border, police asks", "Salma Berrado")).await.status, 404);
        let opened = officer.post("/api/v1/exceptional-accesses", open("Passport lost at the border, police asks", "Salma Berrada")).await.created();
        assert_eq!(officer.get(&path).await.json()["family_name"], "Berrada");
        assert_eq!(officer.get(&sealed).await.json()["items"][0]["text"], "A broken wrist until May.");
        let told = phone.get("/api/v1/exceptional-accesses").await.json();
        assert_eq!(told["items"][0]["reason"], "Passport lost at the border, police asks");
        let auditor = service.program(Role::OriginAuditor, Some(institute), &["MA"], None).await;
        let review = format!("/api/v1/exceptional-accesses/{opened}/decision");
        let body = Some(json!({ "review": "The police confirmed." }).to_string());
        assert_eq!(auditor.send("POST", &review, &[("if-match", "\"1\"")], body).await.status, 204);
        let everything = phone.get("/api/v1/me/data").await.json();
        assert_eq!(everything["sealed_records"][0]["text"], "A broken wrist until May.");
        assert!(everything["who_acted_on_my_record"].as_array().unwrap().iter().any(|event| event["action"] == "unsealed"));
    }

    async fn requests_are_granted_in_one_step_and_erasure_keeps_the_chain(on) {
        let service = Service::start(on).await;
        let institute = service.organisation("institute", "MA").await;
        let head = service.program(Role::InstituteHead, Some(institute), &[], None).await;
        let person = head.post("/api/v1/trainees", trainee(institute, "MA")).await.created();
        let phone = service.program(Role::Trainee, None, &[], Some(person)).await;
        let ministry = service.organisation("origin_authority", "MA").await;
        let officer = service.program(Role::OriginOfficer, Some(ministry), &["MA"], None).await;
        let ask = |kind: &str, field: Option<&str>, value: Option<&str>| json!({ "kind": kind, "field": field, "value": value, "reason": "It is wrong." });
        assert_eq!(phone.post("/api/v1/person-requests", ask("correction", Some("merit"), Some("100"))).await.refused(), ["field:choice"]);
        let correction = phone.post("/api/v1/person-requests", ask("correction", Some("birth_date"), Some("2003-05-04"))).await.created();
        let erasure = phone.post("/api/v1/person-requests", ask("erasure", None, None)).await.created();
        let answer = async |who: &Program, id: Uuid| {
            let path = format!("/api/v1/person-requests/{id}/decision");
            let body = json!({ "accept": true, "answer": "Done." }).to_string();
            who.send("POST", &path, &[("if-match", "\"1\"")], Some(body)).await.status
        };
        assert_eq!(answer(&head, correction).await, 204);
        let path = format!("/api/v1/trainees/{person}");
        assert_eq!(head.get(&path).await.json()["birth_date"], "2003-05-04");
        assert_eq!(answer(&head, erasure).await, 403, "erasure is the authority's to grant");
        assert_eq!(answer(&officer, erasure).await, 204);
        let left = head.get(&path).await.json();
        assert!(left.get("birth_date").is_none() && left["given_name"] == "—" && left.get("email").is_none(), "{left}");
        assert_eq!(phone.get(&path).await.status, 401, "her account is closed");
        assert!(passerelle_store::audit::verify(&service.state.store).await.unwrap().broken.is_none());
    }

    async fn one_person_at_two_institutes_is_found_merged_and_taken_apart_again(on) {
        let service = Service::start(on).await;
        let (here, there) = (service.organisation("institute", "MA").await, service.organisation("institute", "MA").await);
        let (one, two) = (
            service.program(Role::InstituteHead, Some(here), &[], None).await,
            service.program(Role::InstituteHead, Some(there), &[], None).await,
        );
        let first = one.post("/api/v1/trainees", trainee(here, "MA")).await.created();
        let mut arabic = trainee(there, "MA");
        arabic["given_name"] = json!("سلمى");
        arabic["family_name"] = json!("برادة");
        let second = two.post("/api/v1/trainees", arabic).await.created();
        let claim = json!({ "trainee_id": second, "skill": "urn:passerelle:concept:argan-press", "provenance": "institute", "stated_on": "2026-11-01" });
        let claim = two.post("/api/v1/skill-claims", claim).await.created();
        service.drain().await;
        let ministry = service.organisation("origin_authority", "MA").await;
        let officer = service.program(Role::OriginOfficer, Some(ministry), &["MA"], None).await;
        let pairs = officer.get("/api/v1/duplicates").await.json();
        let pair = &pairs["items"][0];
        assert_eq!(pair["grounds"], json!(["name", "birth_date"]), "{pairs}");
        // An institute learns that there is a pair, and nothing of the other's record.
        assert_eq!(one.get("/api/v1/duplicates").await.json()["items"].as_array().unwrap().len(), 1);
        assert_eq!(one.get(&format!("/api/v1/trainees/{second}")).await.status, 404);
        let path = format!("/api/v1/duplicates/{}/decision", pair["id"].as_str().unwrap());
        let say = async |who: &Program, version: i64, body: Value| who.send("POST", &path, &[("if-match", &format!("\"{version}\""))], Some(body.to_string())).await.status;
        assert_eq!(say(&one, 1, json!({ "status": "different" })).await, 403);
        let abroad = service.program(Role::OriginOfficer, Some(ministry), &["TN"], None).await;
        assert_eq!(say(&abroad, 1, json!({ "status": "different" })).await, 404);
        assert_eq!(say(&officer, 1, json!({ "status": "same", "keep": first })).await, 204);
        assert_eq!(two.get(&format!("/api/v1/trainees/{second}")).await.status, 404, "the merged record is the other one now");
        assert_eq!(one.get(&format!("/api/v1/skill-claims/{claim}")).await.json()["trainee_id"], json!(first));
        assert_eq!(say(&officer, 2, json!({ "status": "open" })).await, 204);
        assert_eq!(two.get(&format!("/api/v1/trainees/{second}")).await.status, 200);
        assert_eq!(two.get(&format!("/api/v1/skill-claims/{claim}")).await.json()["trainee_id"], json!(second));
    }

    async fn suspension_counts_at_once_and_a_head_reaches_below(on) {
        let service = Service::start(on).await;
        let operator = service.operator().await;
        let (school, campus) = (service.organisation("institute", "MA").await, service.organisation("institute", "MA").await);
        let path = format!("/api/v1/organisations/{campus}");
        let mut record = operator.get(&path).await.json();
        record["parent_id"] = json!(school);
        assert_eq!(operator.put(&path, 1, record.clone()).await.status, 200);
        let mut circle = operator.get(&format!("/api/v1/organisations/{school}")).await.json();
        circle["parent_id"] = json!(campus);
        assert_eq!(operator.put(&format!("/api/v1/organisations/{school}"), 1, circle).await.refused(), ["parent_id:circle"]);
        let (head, clerk) = (
            service.program(Role::InstituteHead, Some(school), &[], None).await,
            service.program(Role::InstituteHead, Some(campus), &[], None).await,
        );
        let person = clerk.post("/api/v1/trainees", trainee(campus, "MA")).await.created();
        assert_eq!(head.get(&format!("/api/v1/trainees/{person}")).await.status, 200);
        record["status"] = json!("suspended");
        assert_eq!(operator.put(&path, 2, record).await.status, 200);
        assert_eq!(clerk.get("/api/v1/trainees").await.status, 403, "whoever works for a suspended organisation works for nobody");
        assert_eq!(head.get(&format!("/api/v1/trainees/{person}")).await.status, 200);
    }

    async fn people_are_invited_sign_up_and_set_passwords_by_letters(on) {
        let service = Service::start(on).await;
        service.demo().await;
        let mut head = service.person(Role::InstituteHead).await;
        let csrf = head.csrf().await;
        let grants = service.program(Role::Operator, None, &[], None).await.get("/api/v1/organisations?kind=institute&limit=200").await.json();
        let other = grants["items"].as_array().unwrap().iter().find(|item| item["country"] == "TN").unwrap()["id"].as_str().unwrap().to_owned();
        let own = head.get("/api/v1/me").await.json()["grants"][0]["organisation"].as_str().unwrap().to_owned();
        let invite = |organisation: &str, role: &str| vec![("csrf".to_owned(), csrf.clone()), ("email".into(), "new@example.org".into()), ("role".into(), role.into()), ("organisation".into(), organisation.into())];
        for (organisation, role) in [(&other, "institute_clerk"), (&own, "origin_officer"), (&own, "operator")] {
            let sent = invite(organisation, role);
            let pairs: Vec<(&str, &str)> = sent.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            assert!([403, 422].contains(&head.post("/ui/team/invite", &pairs).await.status), "{role} at {organisation}");
        }
        let sent = invite(&own, "institute_clerk");
        let pairs: Vec<(&str, &str)> = sent.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(head.post("/ui/team/invite", &pairs).await.status, 303);
        let link = letter(&service, "new@example.org").await;
        let mut guest = Browser::new(&service.address);
        let token = guest.csrf().await;
        let accept = [("csrf", token.as_str()), ("name", "Nora Idrissi"), ("password", "four oranges in Rabat")];
        assert_eq!(guest.post(&link, &accept).await.status, 303);
        assert_eq!(guest.post(&link, &accept).await.status, 404, "a link works once");
        assert_eq!(guest.sign_in("new@example.org", "four oranges in Rabat").await, 303);
        assert_eq!(guest.get("/api/v1/trainees").await.status, 200);
        // Signing up tells nobody who has an account.
        let mut stranger = Browser::new(&service.address);
        let token = stranger.csrf().await;
        let mut pages = Vec::new();
        for email in ["new@example.org", "nobody-yet@example.org"] {
            let form = [("csrf", token.as_str()), ("name", "X Y"), ("email", email), ("password", "seven lemons in Fes")];
            let answer = stranger.post("/ui/sign-up", &form).await;
            pages.push((answer.status, answer.text.split("<main").nth(1).unwrap().to_owned()));
        }
        assert_eq!(pages[0], pages[1]);
        assert_eq!(stranger.sign_in("nobody-yet@example.org", "seven lemons in Fes").await, 401, "not before the address is confirmed");
        let confirm = letter(&service, "nobody-yet@example.org").await;
        let token = stranger.csrf().await;
        assert_eq!(stranger.post(&confirm, &[("csrf", &token)]).await.status, 303);
        assert_eq!(stranger.sign_in("nobody-yet@example.org", "seven lemons in Fes").await, 303);
        assert_eq!(stranger.get("/api/v1/trainees").await.status, 403, "an account without a role may nothing");
        // A new password ends what was open.
        let mut door = Browser::new(&service.address);
        let token = door.csrf().await;
        assert_eq!(door.post("/ui/reset", &[("csrf", &token), ("email", "new@example.org")]).await.status, 200);
        let reset = letter(&service, "new@example.org").await;
        assert_eq!(door.post(&reset, &[("csrf", &token), ("password", "short")]).await.status, 422);
        assert_eq!(door.post(&reset, &[("csrf", &token), ("password", "nine figs in Marrakesh")]).await.status, 303);
        assert_eq!(guest.get("/ui").await.status, 303, "the old session is over");
    }

    async fn a_change_to_many_is_previewed_made_and_undone(on) {
        let service = Service::start(on).await;
        let institute = service.organisation("institute", "MA").await;
        let head = service.program(Role::InstituteHead, Some(institute), &[], None).await;
        let other = service.program(Role::InstituteHead, Some(service.organisation("institute", "TN").await), &[], None).await;
        let mut ids = Vec::new();
        for _ in 0..3 {
            ids.push(head.post("/api/v1/trainees", trainee(institute, "MA")).await.created());
        }
        let change = json!({ "field": "identity_confirmed", "value": "no", "ids": ids });
        let dry = head.post("/api/v1/trainees/bulk?dry_run=true", change.clone()).await.json();
        assert_eq!(dry["items"].as_array().unwrap().iter().filter(|item| item["before"] == "yes" && item["refused"].is_null()).count(), 3, "{dry}");
        assert_eq!(head.get(&format!("/api/v1/trainees/{}", ids[0])).await.json()["identity_confirmed"], "yes", "a dry run writes nothing");
        assert_eq!(other.post("/api/v1/trainees/bulk", change.clone()).await.status, 409, "others' records are not touched");
        let done = head.post("/api/v1/trainees/bulk", change).await.json();
        assert_eq!(head.get(&format!("/api/v1/trainees/{}", ids[2])).await.json()["identity_confirmed"], "no");
        let undo = format!("/api/v1/bulk-changes/{}/undo", done["id"].as_str().unwrap());
        assert_eq!(other.post(&undo, json!({})).await.status, 404);
        assert_eq!(head.post(&undo, json!({})).await.status, 204);
        assert_eq!(head.get(&format!("/api/v1/trainees/{}", ids[2])).await.json()["identity_confirmed"], "yes");
        assert_eq!(head.post(&undo, json!({})).await.status, 409);
    }
}

/// The path of the link in the newest letter to an address.
pub async fn letter(service: &Service, to: &str) -> String {
    let rows = mail::Entity::find().order_by_desc(mail::Column::Id).all(service.state.store.read()).await.unwrap();
    let body = rows.into_iter().find(|row| row.recipient == to).unwrap().body;
    let start = body.find("/ui/").unwrap();
    body[start..].split_whitespace().next().unwrap().to_owned()
}
