//! Certificates that institutes sign: issued many at once, checked by anybody, taken back, and never for a debt.

use crate::on_both;
use crate::support::{On, Program, Service};
use passerelle::app::privacy::sealed;
use passerelle_domain::access::Role;
use passerelle_store::entity::{certificate, cohort, credential, issuer_key, organisation, programme, trainee};
use passerelle_store::query::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect};
use serde_json::{Value, json};
use uuid::Uuid;

struct Institute {
    head: Program,
    clerk: Program,
    id: Uuid,
    programme: Uuid,
    people: Vec<Uuid>,
}

/// An institute of the demonstration without certificates, with its people.
async fn institute(service: &Service) -> Institute {
    service.demo().await;
    let conn = service.state.store.read();
    let taken: Vec<Uuid> =
        certificate::Entity::find().select_only().column(certificate::Column::ProgrammeId).into_tuple().all(conn).await.unwrap();
    let cohorts = cohort::Entity::find().filter(cohort::Column::ProgrammeId.is_not_in(taken)).all(conn).await.unwrap();
    for cohort in cohorts {
        let people = trainee::Entity::find()
            .select_only()
            .column(trainee::Column::Id)
            .filter(trainee::Column::CohortId.eq(cohort.id))
            .into_tuple::<Uuid>()
            .all(conn)
            .await
            .unwrap();
        if people.len() >= 3 {
            let id = cohort.institute_id;
            let head = service.program(Role::InstituteHead, Some(id), &[], None).await;
            let clerk = service.program(Role::InstituteClerk, Some(id), &[], None).await;
            return Institute { head, clerk, id, programme: cohort.programme_id, people };
        }
    }
    panic!("the demonstration has no such cohort");
}

fn asked(programme: Uuid, people: &[Uuid]) -> Value {
    json!({
        "programme_id": programme, "trainee_ids": people, "kind": "certificate", "awarded_on": "2026-06-30", "criteria": "All modules passed.",
    })
}

async fn revoke(who: &Program, id: &str, version: i64, reason: &str) -> crate::support::Answer {
    let version = format!("\"{version}\"");
    let headers = [("if-match", version.as_str()), ("content-type", "application/json")];
    who.send("POST", &format!("/api/v1/certificates/{id}/revocation"), &headers, Some(json!({ "reason": reason }).to_string())).await
}

async fn verdict(service: &Service, document: &str) -> Value {
    let headers = [("content-type", "application/json")];
    let answer = service.stranger().send("POST", "/api/v1/verification", &headers, Some(document.to_owned())).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()
}

on_both! {
    async fn a_cohort_is_certified_at_once_and_anybody_can_check(on) {
        let service = Service::start(on).await;
        let at = institute(&service).await;
        let issue = async |who: &Program, body: Value| who.post("/api/v1/certificates", body).await;
        assert_eq!(issue(&at.clerk, asked(at.programme, &at.people)).await.status, 403, "the head alone signs");
        // Somebody of another institute among them: nobody is certified.
        let conn = service.state.store.read();
        let other = trainee::Entity::find().filter(trainee::Column::InstituteId.ne(at.id)).one(conn).await.unwrap().unwrap();
        let mixed = [at.people[0], other.id];
        assert_eq!(issue(&at.head, asked(at.programme, &mixed)).await.refused(), ["trainee_ids:others"]);
        let mut later = asked(at.programme, &at.people);
        later["awarded_on"] = json!("2099-01-01");
        later["kind"] = json!("doctorate");
        assert_eq!(issue(&at.head, later).await.refused(), ["awarded_on:award-future", "kind:choice"]);
        assert_eq!(issue(&at.head, asked(Uuid::now_v7(), &at.people)).await.refused(), ["programme_id:reference"]);
        let found = async || certificate::Entity::find().filter(certificate::Column::InstituteId.eq(at.id)).filter(certificate::Column::ProgrammeId.eq(at.programme)).count(conn).await.unwrap();
        assert_eq!(found().await, 0);

        let issued = issue(&at.head, asked(at.programme, &at.people)).await;
        assert_eq!(issued.status, 201, "{}", issued.text);
        assert_eq!(found().await as usize, at.people.len());
        assert_eq!(issue(&at.head, asked(at.programme, &at.people[..1])).await.refused(), ["trainee_ids:certified"]);
        // The qualification stands in the record of each.
        let title = programme::Entity::find_by_id(at.programme).one(conn).await.unwrap().unwrap().awarded_qualification;
        for person in &at.people {
            let held = credential::Entity::find().filter(credential::Column::TraineeId.eq(*person)).filter(credential::Column::Title.eq(title.as_str()));
            assert!(held.all(conn).await.unwrap().iter().any(|row| row.status == "awarded"), "{person}");
        }
        // Anybody reads and checks it.
        let id = issued.json()["issued"][0]["id"].as_str().unwrap().to_owned();
        let document = service.stranger().get(&format!("/certificates/{id}/credential.json")).await;
        assert_eq!(document.status, 200);
        let report = verdict(&service, &document.text).await;
        assert_eq!(report["verdict"], "valid", "{report}");
        let forged = document.text.replace("All modules passed.", "All modules passed with honours.");
        assert_eq!(verdict(&service, &forged).await["verdict"], "invalid");
        let unlisted = document.text.replace("status-list.json", "no-list.json");
        assert_eq!(verdict(&service, &unlisted).await["verdict"], "invalid", "the list is signed with the rest");
        let page = service.stranger().get(&format!("/certificates/{id}")).await;
        assert!(page.status == 200 && page.text.contains("Valid") && page.text.contains(&title), "{}", page.text);
        // The paper has the document inside.
        let mut person = service.person(Role::InstituteHead).await;
        let own = certificate::Entity::find().all(conn).await.unwrap().into_iter().find(|row| row.programme_id != at.programme).unwrap();
        let paper = person.get(&format!("/ui/certificates/{}/paper.pdf", own.id)).await;
        assert!(paper.status == 200 && paper.text.starts_with("%PDF"), "{}", paper.status);
    }

    async fn taking_back_is_seen_by_whoever_checks_and_a_debt_is_no_reason(on) {
        let service = Service::start(on).await;
        let at = institute(&service).await;
        let issued = at.head.post("/api/v1/certificates", asked(at.programme, &at.people[..2])).await.json();
        let ids: Vec<String> = issued["issued"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect();
        let documents = [service.stranger().get(&format!("/certificates/{}/credential.json", ids[0])).await.text, service.stranger().get(&format!("/certificates/{}/credential.json", ids[1])).await.text];
        assert_eq!(revoke(&at.head, &ids[0], 1, "debt").await.refused(), ["reason:choice"]);
        assert_eq!(revoke(&at.clerk, &ids[0], 1, "mistake").await.status, 403);
        let elsewhere = organisation::Entity::find().filter(organisation::Column::Kind.eq("institute")).filter(organisation::Column::Id.ne(at.id));
        let elsewhere = elsewhere.one(service.state.store.read()).await.unwrap().unwrap();
        let stranger = service.program(Role::InstituteHead, Some(elsewhere.id), &[], None).await;
        assert_eq!(revoke(&stranger, &ids[0], 1, "mistake").await.status, 404);
        assert_eq!(revoke(&at.head, &ids[0], 7, "mistake").await.status, 412);
        assert_eq!(revoke(&at.head, &ids[0], 1, "mistake").await.json()["status"], "revoked");
        assert_eq!(revoke(&at.head, &ids[0], 2, "mistake").await.status, 409, "once");
        assert_eq!(verdict(&service, &documents[0]).await["verdict"], "invalid");
        assert_eq!(verdict(&service, &documents[1]).await["verdict"], "valid");
        // Her record says so too, and the other's does not.
        let conn = service.state.store.read();
        let title = programme::Entity::find_by_id(at.programme).one(conn).await.unwrap().unwrap().awarded_qualification;
        let first = issued["issued"][0]["trainee_id"].as_str().unwrap().parse::<Uuid>().unwrap();
        let second = issued["issued"][1]["trainee_id"].as_str().unwrap().parse::<Uuid>().unwrap();
        for (person, status) in [(first, "revoked"), (second, "awarded")] {
            let held = credential::Entity::find().filter(credential::Column::TraineeId.eq(person)).filter(credential::Column::Title.eq(title.as_str()));
            assert!(held.all(conn).await.unwrap().iter().all(|row| row.status == status), "{person} {status}");
        }
        // A new one can be signed now.
        assert_eq!(at.head.post("/api/v1/certificates", asked(at.programme, &[first])).await.status, 201);
    }

    async fn what_an_old_key_signed_still_holds(on) {
        let mut service = Service::start(on).await;
        let at = institute(&service).await;
        let issued = at.head.post("/api/v1/certificates", asked(at.programme, &at.people[..1])).await.json();
        let id = issued["issued"][0]["id"].as_str().unwrap().to_owned();
        let document = service.stranger().get(&format!("/certificates/{id}/credential.json")).await.text;
        // The keys of the vault change: the institute's key is sealed anew and signs on.
        let old = service.state.vault.current().to_owned();
        let kept = std::fs::read_to_string(service.state.config.storage.data_dir.join("sealing.keys")).unwrap();
        service.rekey(&format!("new:{},{}", "2".repeat(64), kept.trim()));
        assert!(sealed::rotate(&service.state, 1).await.unwrap() > 0);
        let rows = issuer_key::Entity::find().all(service.state.store.read()).await.unwrap();
        assert!(!rows.is_empty() && rows.iter().all(|row| row.sealed_with == "new" && row.sealed_with != old));
        let list = passerelle::app::certificates::status_list(&service.state, at.id, passerelle::clock::Moment::now()).await.unwrap();
        assert_eq!(list["type"][1], "BitstringStatusListCredential");
        // The running service holds the old keys of the vault; this one stands for it after its next start.
        let report = passerelle::app::certificates::judge(&service.state, document.into_bytes(), passerelle::clock::Moment::now()).await.unwrap();
        assert_eq!(report.verdict, passerelle_credentials::Verdict::Valid, "{report:?}");
    }

    async fn two_heads_at_once_certify_nobody_twice(on) {
        let service = Service::start(on).await;
        let at = institute(&service).await;
        let second = service.program(Role::InstituteHead, Some(at.id), &[], None).await;
        let body = asked(at.programme, &at.people);
        let answers = tokio::join!(
            at.head.post("/api/v1/certificates", body.clone()), second.post("/api/v1/certificates", body.clone()),
            at.head.post("/api/v1/certificates", body.clone()), second.post("/api/v1/certificates", body)
        );
        let all = [answers.0.status, answers.1.status, answers.2.status, answers.3.status];
        assert_eq!(all.iter().filter(|status| **status == 201).count(), 1, "{all:?}");
        let conn = service.state.store.read();
        let rows = certificate::Entity::find().filter(certificate::Column::ProgrammeId.eq(at.programme)).count(conn).await.unwrap();
        assert_eq!(rows as usize, at.people.len());
        assert_eq!(issuer_key::Entity::find().filter(issuer_key::Column::InstituteId.eq(at.id)).count(conn).await.unwrap(), 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn strangers_bring_anything_to_be_checked() {
    let service = Service::start(On::Sqlite).await;
    for (file, expected) in
        [("not json", "invalid"), ("[]", "invalid"), ("{\"a\":1}", "invalid"), ("eyJhbGciOiJub25lIn0.e30.", "unverifiable")]
    {
        assert_eq!(verdict(&service, file).await["verdict"], expected, "{file}");
    }
    for path in [
        "/certificates/0198b9d4-0000-7000-8000-000000000001",
        "/institutes/0198b9d4-0000-7000-8000-000000000001/did.json",
        "/institutes/x/status-list.json",
    ] {
        assert_eq!(service.stranger().get(path).await.status, 404, "{path}");
    }
    let page = service.stranger().get("/verify").await;
    assert!(page.status == 200 && page.text.contains("type=\"file\""));
}

/// What is signed here holds for somebody else's program, under both kinds of names: certificates and lists.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_independent_implementation_verifies_what_is_signed_here() {
    let Ok(verifier) = std::env::var("PASSERELLE_TEST_VERIFIER") else {
        assert!(std::env::var("CI").is_err(), "PASSERELLE_TEST_VERIFIER is not set: run scripts/test");
        return;
    };
    let contexts = concat!(env!("CARGO_MANIFEST_DIR"), "/crates/credentials/contexts");
    for address in ["http://127.0.0.1", "https://skills.example"] {
        let service = Service::start_with(On::Sqlite, |config| config.server.public_url = address.to_owned()).await;
        let at = institute(&service).await;
        let issued = at.head.post("/api/v1/certificates", asked(at.programme, &at.people)).await.json();
        let folder = tempfile::tempdir().unwrap();
        let keys = service.stranger().get(&format!("/institutes/{}/did.json", at.id)).await;
        std::fs::write(folder.path().join("did.json"), &keys.text).unwrap();
        let look = |name: &str, document: &str| {
            let file = folder.path().join(name);
            std::fs::write(&file, document).unwrap();
            let mut node = std::process::Command::new("node");
            node.arg(format!("{verifier}/verify.mjs")).arg(&file).arg(contexts).arg(folder.path().join("did.json"));
            let said = node.output().unwrap();
            (said.status.success(), String::from_utf8_lossy(&said.stderr).into_owned())
        };
        let list = service.stranger().get(&format!("/institutes/{}/status-list.json", at.id)).await.text;
        assert_eq!(look("list.json", &list), (true, String::new()));
        for row in issued["issued"].as_array().unwrap().iter().take(3) {
            let document = service.stranger().get(&format!("/certificates/{}/credential.json", row["id"].as_str().unwrap())).await.text;
            assert_eq!(look("credential.json", &document), (true, String::new()), "{document}");
            let forged = document.replace("All modules passed.", "Half of the modules passed.");
            assert!(!look("forged.json", &forged).0, "a forged one must not pass there either");
        }
    }
}
