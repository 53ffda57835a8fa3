//! What a finished run answers: why a pair was not proposed, what if, and how groups fared.

use crate::on_both;
use crate::support::{Program, Service};
use passerelle::app::match_runs;
use passerelle::clock::Moment;
use passerelle_domain::access::Role;
use passerelle_engine::matching::{Certificate, Mode, plan};
use passerelle_store::entity::{match_artifact, match_run, outcome, proposal};
use passerelle_store::query::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use uuid::Uuid;

async fn matched(service: &Service) -> (Uuid, Program) {
    service.demo().await;
    let officer = service.program(Role::OriginOfficer, None, &["MA", "TN", "PH"], None).await;
    let asked = officer.post("/api/v1/match-runs", json!({})).await;
    service.drain().await;
    (Uuid::parse_str(asked.json()["id"].as_str().unwrap()).unwrap(), officer)
}

on_both! {
    async fn of_a_lawful_pair_the_certificate_says_who_stands_before(on) {
        let service = Service::start(on).await;
        let (run, _) = matched(&service).await;
        let store = service.state.store.read();
        let kept = match_artifact::Entity::find_by_id(run).one(store).await.unwrap().unwrap();
        let certificate: Certificate = serde_json::from_str(kept.certificate.as_deref().unwrap()).unwrap();
        assert!(certificate.bars.iter().any(|bar| bar.score.is_some()) && certificate.mode == Mode::Stable);
        let placed = proposal::Entity::find().filter(proposal::Column::RunId.eq(run)).all(store).await.unwrap();
        let outcomes = outcome::Entity::find().filter(outcome::Column::RunId.eq(run)).all(store).await.unwrap();
        let waiting = outcomes.iter().find(|row| row.reason_code == "need-full").expect("somebody whom a full need turned away");
        let mut codes = BTreeSet::new();
        // Whoever got nothing asks about every need that somebody of her institute was proposed for.
        let institute = service.program(Role::InstituteClerk, Some(waiting.organisation_id), &[], None).await;
        let mut asked: Vec<(Uuid, Uuid)> = placed.iter().filter(|row| row.institute_id == waiting.organisation_id).map(|row| (waiting.subject_id, row.need_id)).collect();
        asked.extend(placed.iter().filter(|row| row.institute_id == waiting.organisation_id).map(|row| (row.trainee_id, row.need_id)));
        for (trainee, need) in asked {
            let answer = institute.get(&format!("/api/v1/match-runs/{run}/why?trainee={trainee}&need={need}")).await.json();
            if let Some(code) = answer["assignment"]["code"].as_str() {
                codes.insert(code.to_owned());
                assert!(!answer["assignment"]["why"].as_str().unwrap().contains("why-"), "{answer}");
            }
        }
        assert!(codes.contains("proposed") && codes.contains("pair-seats-taken"), "{codes:?}");
        // An employer does not hear what else somebody was offered.
        let other = placed.iter().find(|row| row.employer_id != placed[0].employer_id && row.pathway == placed[0].pathway);
        if let Some(other) = other {
            let employer = service.program(Role::EmployerApprover, Some(placed[0].employer_id), &[], None).await;
            let answer = employer.get(&format!("/api/v1/match-runs/{run}/why?trainee={}&need={}", other.trainee_id, placed[0].need_id)).await.json();
            let code = answer["assignment"]["code"].as_str().unwrap_or("other-side");
            assert!(["other-side", "pair-seats-taken", "pair-quota-taken", "beyond-shortlist"].contains(&code), "{answer}");
        }
    }

    async fn what_if_answers_and_writes_nothing(on) {
        let service = Service::start(on).await;
        let (run, officer) = matched(&service).await;
        let store = service.state.store.read();
        let path = format!("/api/v1/match-runs/{run}/what-if");
        let same = officer.post(&path, json!({})).await.json();
        assert_eq!((&same["all"]["moved"], &same["all"]["gained"], &same["all"]["lost"]), (&json!(0), &json!(0), &json!(0)));
        let rows = async || (
            proposal::Entity::find().count(store).await.unwrap(),
            match_run::Entity::find().count(store).await.unwrap(),
        );
        let before = rows().await;
        let placed = proposal::Entity::find().filter(proposal::Column::RunId.eq(run)).all(store).await.unwrap();
        let pathway = placed[0].pathway.clone();
        let by_it = placed.iter().filter(|row| row.pathway == pathway).count() as u64;
        let closed = officer.post(&path, json!({ "closed": [pathway] })).await.json();
        let lost = closed["all"]["lost"].as_u64().unwrap() + closed["all"]["moved"].as_u64().unwrap();
        assert!(lost >= by_it && closed["all"]["matched_after"].as_u64().unwrap() < closed["all"]["matched_before"].as_u64().unwrap(), "{closed}");
        let optimal = officer.post(&path, json!({ "mode": "optimal" })).await.json();
        assert!(optimal["all"]["matched_after"].as_u64().unwrap() > 50, "{optimal}");
        assert_eq!(rows().await, before);
        // Groups that are too small are not shown, in no answer.
        for answer in [&closed, &optimal] {
            for by in ["by_sex", "by_origin", "by_institute"] {
                let shown = answer[by].as_object().unwrap().values().filter_map(|effect| effect["people"].as_u64());
                assert!(shown.into_iter().all(|people| people >= 10), "{answer}");
            }
        }
        for (body, wrong) in [
            (json!({ "closed": ["XX-NOWHERE/MA"] }), "closed:reference"),
            (json!({ "quotas": [{ "name": "nothing", "subject": "MA", "cap": 1 }] }), "quotas:reference"),
            (json!({ "need_weights": { "must_skills": 40 } }), "need_weights:weights-sum"),
            (json!({ "languages": [{ "pathway": pathway, "language": "de", "level": "B7" }] }), "languages:language-level"),
        ] {
            assert_eq!(officer.post(&path, body.clone()).await.refused(), [wrong], "{body}");
        }
        // Whoever may not start a run may not try one out either.
        let employer = service.program(Role::EmployerApprover, Some(placed[0].employer_id), &[], None).await;
        assert_eq!(employer.post(&path, json!({})).await.status, 403);
    }

    async fn shares_of_groups_are_compared_without_naming_few(on) {
        let service = Service::start(on).await;
        let (run, officer) = matched(&service).await;
        let report = officer.get(&format!("/api/v1/match-runs/{run}/fairness")).await.json();
        let considered = report["considered"].as_u64().unwrap();
        assert!(considered > 100 && considered < 600, "home track and whoever does not seek are left out: {considered}");
        let by: Vec<&Value> = report["compared"].as_array().unwrap().iter().collect();
        assert_eq!(by.iter().map(|one| one["by"].as_str().unwrap()).collect::<Vec<_>>(), ["sex", "age", "region", "institute"]);
        for compared in by {
            let groups = compared["groups"].as_array().unwrap();
            let sum: u64 = groups.iter().map(|share| share["considered"].as_u64().unwrap()).sum();
            assert_eq!(sum + compared["hidden"].as_u64().unwrap(), considered, "{compared}");
            for share in groups {
                assert!(share["considered"].as_u64().unwrap() >= 10);
                let number = |name: &str| share[name].as_f64().unwrap();
                assert!(number("low") <= number("percent") && number("percent") <= number("high"), "{share}");
                assert_eq!(share["warns"], json!(number("ratio") < 80.0));
            }
        }
        let somebody = proposal::Entity::find().one(service.state.store.read()).await.unwrap().unwrap().trainee_id;
        let trainee = service.program(Role::Trainee, None, &[], Some(somebody)).await;
        assert_eq!(trainee.get(&format!("/api/v1/match-runs/{run}/fairness")).await.status, 403);
    }

    async fn seats_are_held_back_by_the_prices_of_the_runs_before(on) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("policy.toml");
        let policy = include_str!("../../config/matching-policy.toml");
        std::fs::write(&file, policy.replace("mode = \"stable\"\n", "mode = \"optimal\"\nhold_back_percent = 100\n")).unwrap();
        let service = Service::start_with(on, |config| config.matching.policy_file = file.display().to_string()).await;
        service.demo().await;
        let today = Moment::now().date();
        let first = match_runs::gather(&service.state, today, 1, service.state.policy.mode).await.unwrap();
        assert!(first.seat_worth.is_empty(), "nothing is known before the first run");
        let officer = service.program(Role::OriginOfficer, None, &["MA"], None).await;
        officer.post("/api/v1/match-runs", json!({})).await;
        service.drain().await;
        let second = match_runs::gather(&service.state, today, 1, service.state.policy.mode).await.unwrap();
        assert!(second.seat_worth.values().any(|worth| *worth > 0), "{:?}", second.seat_worth);
        let held = plan(&second, &service.state.policy, 2, &mut |_, _| {}).unwrap().result;
        let free = plan(&first, &service.state.policy, 2, &mut |_, _| {}).unwrap().result;
        assert!(held.totals.held_back > 0 && held.totals.proposed <= free.totals.proposed);
    }
}
