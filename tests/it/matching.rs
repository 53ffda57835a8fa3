//! Match runs as a service: asked for, carried out once, checked, replayed, decided on.

use crate::on_both;
use crate::support::Service;
use passerelle::app::match_runs;
use passerelle::clock::Moment;
use passerelle_domain::access::Role;
use passerelle_engine::matching::{Snapshot, plan};
use passerelle_store::entity::{job, match_artifact, match_run, outcome, proposal};
use passerelle_store::query::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;
use std::collections::BTreeSet;
use uuid::Uuid;

async fn match_all(service: &Service) -> Uuid {
    let officer = service.program(Role::OriginOfficer, None, &["MA"], None).await;
    let asked = officer.post("/api/v1/match-runs", json!({})).await;
    assert_eq!(asked.status, 202, "{}", asked.text);
    let path = asked.headers["location"].clone();
    assert_eq!(officer.get(&path).await.json()["status"], "queued");
    service.drain().await;
    let done = officer.get(&path).await.json();
    assert_eq!(done["status"], "finished", "{done}");
    Uuid::parse_str(done["id"].as_str().unwrap()).unwrap()
}

on_both! {
    async fn the_demonstration_world_is_matched_and_every_rule_blocks_somebody(on) {
        let service = Service::start(on).await;
        service.demo().await;
        let id = match_all(&service).await;
        let store = service.state.store.read();
        let row = match_run::Entity::find_by_id(id).one(store).await.unwrap().unwrap();
        let totals: passerelle_engine::matching::Totals = serde_json::from_str(row.summary.as_ref().unwrap()).unwrap();
        assert_eq!((totals.trainees, totals.needs), (678, 90));
        assert!(totals.proposed > 100 && totals.proposed_by_corridor.len() >= 10, "{totals:?}");
        let proposals = proposal::Entity::find().filter(proposal::Column::RunId.eq(id)).all(store).await.unwrap();
        let people: BTreeSet<Uuid> = proposals.iter().map(|row| row.trainee_id).collect();
        assert_eq!((proposals.len() as u64, people.len()), (totals.proposed, proposals.len()));
        let outcomes = outcome::Entity::find().filter(outcome::Column::RunId.eq(id)).all(store).await.unwrap();
        assert_eq!(outcomes.len(), 768, "one for each trainee and each need");
        assert!(outcomes.iter().all(|row| !row.reason_code.is_empty() && !row.country.is_empty()));
        let reasons: String = outcomes.iter().map(|row| row.reasons.as_str()).collect();
        for rule in ["r01-", "r05-", "r06-", "r11-", "r12-", "r14-", "r15-", "r28-", "r29-"] {
            assert!(reasons.contains(&format!("\"code\":\"{rule}")), "{rule} blocks nobody");
        }
    }

    async fn a_replay_gives_the_same_bytes_and_so_does_a_shuffled_snapshot(on) {
        let service = Service::start(on).await;
        service.demo().await;
        let id = match_all(&service).await;
        let replay = match_runs::replay(&service.state, id).await.unwrap();
        assert!(replay.same && replay.result_digest == replay.stored_digest);
        let stored = match_artifact::Entity::find_by_id(id).one(service.state.store.read()).await.unwrap().unwrap();
        let mut snapshot = Snapshot::from_json(&stored.snapshot).unwrap();
        snapshot.trainees.reverse();
        snapshot.needs.reverse();
        snapshot.quotas.reverse();
        snapshot.pathways.reverse();
        let result = plan(&snapshot, &service.state.policy, 2, &mut |_, _| {}).unwrap().result;
        assert_eq!(serde_json::to_string(&result).unwrap(), stored.result);
        // No name, no sex, no address is in what the engine reads.
        for word in ["female", "given_name", "family_name", "email", "Berrada"] {
            assert!(!stored.snapshot.contains(word), "the snapshot mentions {word}");
        }
        let offline = match_runs::plan_offline(&stored.snapshot, &service.state.policy).unwrap();
        assert_eq!(serde_json::to_string(&offline).unwrap(), stored.result);
        let old = stored.snapshot.replacen("passerelle-snapshot-1", "passerelle-snapshot-0", 1);
        let refused = match_runs::plan_offline(&old, &service.state.policy).unwrap_err().to_string();
        assert!(refused.contains("passerelle-snapshot-0") && refused.contains("passerelle-snapshot-1"), "{refused}");
    }

    async fn an_agreement_says_how_its_people_are_matched(on) {
        let service = Service::start(on).await;
        service.demo().await;
        let admin = service.operator().await;
        let list = admin.get("/api/v1/agreements?limit=100").await.json();
        let rows = list["items"].as_array().unwrap();
        let of = |pack: &str| rows.iter().filter(|row| row["pack"] == pack).collect::<Vec<_>>();
        let pack = rows.iter().map(|row| row["pack"].as_str().unwrap()).find(|pack| of(pack).len() > 1).unwrap();
        let of_pack = of(pack);
        let set = async |row: &serde_json::Value, mode: &str| {
            let path = format!("/api/v1/agreements/{}", row["id"].as_str().unwrap());
            let mut now = admin.get(&path).await.json();
            now["matching_mode"] = mode.into();
            admin.put(&path, now["version"].as_i64().unwrap(), now).await
        };
        for row in &of_pack {
            assert_eq!(set(row, "optimal").await.status, 200);
        }
        // Those that share seats are matched in one way, and nobody learns whose the other agreement is.
        let refused = set(of_pack[0], "stable").await;
        assert_eq!(refused.status, 422, "{}", refused.text);
        assert!(refused.text.contains("matching-mode-differs"), "{}", refused.text);
        assert!(!refused.text.contains(of_pack[1]["name"].as_str().unwrap()), "{}", refused.text);
        let officer = service.program(Role::OriginOfficer, None, &["MA"], None).await;
        let run = async |mode: serde_json::Value| {
            let asked = officer.post("/api/v1/match-runs", json!({ "mode": mode })).await;
            assert_eq!(asked.status, 202, "{}", asked.text);
            service.drain().await;
            let done = officer.get(&asked.headers["location"]).await.json();
            assert_eq!(done["status"], "finished", "{done}");
            let id = Uuid::parse_str(done["id"].as_str().unwrap()).unwrap();
            let found = proposal::Entity::find().filter(proposal::Column::RunId.eq(id)).all(service.state.store.read()).await.unwrap();
            let (own, others): (Vec<_>, Vec<_>) = found.into_iter().partition(|row| row.pathway.starts_with(pack));
            assert!(match_runs::replay(&service.state, id).await.unwrap().same);
            // What is matched in another way is not told that nothing serves it.
            let needs: BTreeSet<Uuid> = others.iter().chain(&own).map(|row| row.need_id).collect();
            let outcomes = outcome::Entity::find().filter(outcome::Column::RunId.eq(id)).filter(outcome::Column::Side.eq("need"));
            let told: BTreeSet<Uuid> =
                outcomes.all(service.state.store.read()).await.unwrap().into_iter().map(|row| row.subject_id).collect();
            assert!(needs.is_subset(&told) && told.len() < 90, "{} of {}", needs.len(), told.len());
            let elsewhere = done["totals"]["elsewhere"].as_array().unwrap();
            assert_eq!(elsewhere.iter().any(|left_out| left_out == pack), own.is_empty(), "{elsewhere:?}");
            (done["mode"].as_str().unwrap().to_owned(), own.len(), others.len())
        };
        let (mode, own, others) = run(serde_json::Value::Null).await;
        assert!((mode.as_str(), own) == ("stable", 0) && others > 0, "{mode} {own} {others}");
        let (mode, own, others) = run(json!("optimal")).await;
        assert!((mode.as_str(), others) == ("optimal", 0) && own > 0, "{mode} {own} {others}");
        assert_eq!(officer.post("/api/v1/match-runs", json!({ "mode": "fair" })).await.status, 400);
    }

    async fn both_sides_decide_and_a_match_leaves_the_market(on) {
        let service = Service::start(on).await;
        service.demo().await;
        let first = match_all(&service).await;
        let rows = proposal::Entity::find().filter(proposal::Column::RunId.eq(first)).all(service.state.store.read()).await.unwrap();
        let row = &rows[0];
        let employer = service.program(Role::EmployerApprover, Some(row.employer_id), &[], None).await;
        let person = service.program(Role::Trainee, None, &[], Some(row.trainee_id)).await;
        let stranger = service.program(Role::EmployerApprover, Some(service.organisation("employer", "DE").await), &[], None).await;
        let path = format!("/api/v1/proposals/{}/decision", row.id);
        let decide = async |who: &crate::support::Program, version: i64, body: serde_json::Value| {
            who.send("POST", &path, &[("if-match", &format!("\"{version}\""))], Some(body.to_string())).await
        };
        assert_eq!(decide(&stranger, 1, json!({ "decision": "accepted" })).await.status, 404);
        assert_eq!(decide(&person, 1, json!({ "decision": "declined" })).await.refused(), ["reason:required"]);
        assert_eq!(decide(&person, 1, json!({ "decision": "accepted" })).await.status, 200);
        assert_eq!(decide(&person, 2, json!({ "decision": "accepted" })).await.status, 409, "decided already");
        assert_eq!(decide(&employer, 1, json!({ "decision": "accepted" })).await.status, 412, "the version moved");
        let done = decide(&employer, 2, json!({ "decision": "accepted" })).await;
        assert_eq!((done.status, done.json()["employer_decision"].as_str().unwrap().to_owned()), (200, "accepted".into()));
        let pool = employer.get(&format!("/api/v1/seat-pools?need_id={}", row.need_id)).await.json();
        let mut taken = pool["items"].as_array().unwrap().iter().find(|item| item["pathway"] == row.pathway.as_str()).unwrap().clone();
        taken["seats"] = json!(0);
        let pool_path = format!("/api/v1/seat-pools/{}", taken["id"].as_str().unwrap());
        assert_eq!(employer.put(&pool_path, 1, taken.clone()).await.refused(), ["seats:seats-taken"]);
        assert_eq!(employer.delete(&pool_path, 1).await.status, 409);
        let second = match_all(&service).await;
        let again = proposal::Entity::find()
            .filter(proposal::Column::RunId.eq(second))
            .filter(proposal::Column::TraineeId.eq(row.trainee_id))
            .one(service.state.store.read())
            .await
            .unwrap();
        assert!(again.is_none(), "who is matched is not proposed again");
    }

    async fn an_acceptance_is_judged_on_the_facts_of_the_day(on) {
        let service = Service::start(on).await;
        service.demo().await;
        let id = match_all(&service).await;
        let rows = proposal::Entity::find().filter(proposal::Column::RunId.eq(id)).all(service.state.store.read()).await.unwrap();
        let row = rows.iter().find(|row| row.destination == "DE").unwrap();
        let authority = service.program(Role::DestinationApprover, None, &["DE"], None).await;
        let path = format!("/api/v1/organisations/{}", row.employer_id);
        let mut employer = authority.get(&path).await.json();
        employer["open_sanction"] = json!("yes");
        assert_eq!(authority.put(&path, employer["version"].as_i64().unwrap(), employer.clone()).await.status, 200);
        let person = service.program(Role::Trainee, None, &[], Some(row.trainee_id)).await;
        let decision = format!("/api/v1/proposals/{}/decision", row.id);
        let refused = person.send("POST", &decision, &[("if-match", "\"1\"")], Some(json!({ "decision": "accepted" }).to_string())).await;
        assert_eq!(refused.status, 409, "{}", refused.text);
    }

    async fn the_last_seat_goes_to_one(on) {
        let service = std::sync::Arc::new(Service::start(on).await);
        service.demo().await;
        let id = match_all(&service).await;
        let rows = proposal::Entity::find().filter(proposal::Column::RunId.eq(id)).all(service.state.store.read()).await.unwrap();
        let (need, pathway) = rows
            .iter()
            .find(|row| rows.iter().filter(|other| (other.need_id, &other.pathway) == (row.need_id, &row.pathway)).count() >= 2)
            .map(|row| (row.need_id, row.pathway.clone()))
            .unwrap();
        let two: Vec<_> = rows.into_iter().filter(|row| (row.need_id, &row.pathway) == (need, &pathway)).take(2).collect();
        let employer = service.program(Role::EmployerApprover, Some(two[0].employer_id), &[], None).await;
        let pools = employer.get(&format!("/api/v1/seat-pools?need_id={need}")).await.json();
        let mut pool = pools["items"].as_array().unwrap().iter().find(|item| item["pathway"] == pathway.as_str()).unwrap().clone();
        pool["seats"] = json!(1);
        let path = format!("/api/v1/seat-pools/{}", pool["id"].as_str().unwrap());
        assert_eq!(employer.put(&path, 1, pool).await.status, 200);
        for row in &two {
            let person = service.program(Role::Trainee, None, &[], Some(row.trainee_id)).await;
            let path = format!("/api/v1/proposals/{}/decision", row.id);
            person.send("POST", &path, &[("if-match", "\"1\"")], Some(json!({ "decision": "accepted" }).to_string())).await;
        }
        let accepts = two.clone().into_iter().map(|row| {
            let employer = employer.clone();
            tokio::spawn(async move {
                let path = format!("/api/v1/proposals/{}/decision", row.id);
                employer.send("POST", &path, &[("if-match", "\"2\"")], Some(json!({ "decision": "accepted" }).to_string())).await.status
            })
        });
        let mut statuses = Vec::new();
        for accept in accepts.collect::<Vec<_>>() {
            statuses.push(accept.await.unwrap());
        }
        statuses.sort();
        assert_eq!(statuses, [200, 409]);
    }

    async fn why_shows_each_side_its_own_facts_only(on) {
        let service = Service::start(on).await;
        service.demo().await;
        let id = match_all(&service).await;
        let rows = proposal::Entity::find().filter(proposal::Column::RunId.eq(id)).all(service.state.store.read()).await.unwrap();
        let row = &rows[0];
        let path = format!("/api/v1/match-runs/{id}/why?trainee={}&need={}", row.trainee_id, row.need_id);
        let facts = async |who: crate::support::Program, rule: &str| {
            let report = who.get(&path).await.json();
            let verdict = report["verdicts"].as_array().unwrap().iter().find(|verdict| verdict["rule"] == rule).unwrap().clone();
            verdict["facts_used"].as_array().unwrap().len()
        };
        let employer = service.program(Role::EmployerApprover, Some(row.employer_id), &[], None).await;
        let institute = service.program(Role::InstituteClerk, Some(row.institute_id), &[], None).await;
        assert_eq!((facts(employer.clone(), "R28").await, facts(employer, "R12").await > 0), (0, true));
        assert_eq!((facts(institute.clone(), "R28").await > 0, facts(institute, "R12").await), (true, 0));
        let nobody = service.program(Role::EmployerApprover, Some(service.organisation("employer", "DE").await), &[], None).await;
        assert_eq!(nobody.get(&path).await.status, 404);
    }

    async fn a_run_whose_worker_died_is_taken_up_again_and_ends_once(on) {
        let service = Service::start(on).await;
        service.demo().await;
        service.drain().await;
        let officer = service.program(Role::OriginOfficer, None, &["MA"], None).await;
        officer.post("/api/v1/match-runs", json!({})).await;
        let store = &service.state.store;
        // A worker takes the job and is never heard of again.
        let dead = passerelle_store::job::claim(store, "dead", Moment::now().ms(), -10).await.unwrap().unwrap();
        service.drain().await;
        let rows = job::Entity::find().filter(job::Column::Kind.eq("match_run")).all(store.read()).await.unwrap();
        assert_eq!(rows.iter().map(|row| (row.state.as_str(), row.attempts)).collect::<Vec<_>>(), [("done", 2)]);
        // It comes back: its lease is gone, so it can neither prolong nor finish.
        let now = Moment::now().ms();
        assert!(!passerelle_store::job::extend(store, dead.id, "dead", now, 60_000).await.unwrap());
        let tx = store.begin(None, now).await.unwrap();
        assert!(matches!(passerelle_store::job::finish(&tx, dead.id, "dead").await, Err(passerelle_store::StoreError::Stale)));
        drop(tx);
        assert_eq!(match_artifact::Entity::find().all(store.read()).await.unwrap().len(), 1);
    }
}
