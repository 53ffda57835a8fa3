//! First turns: who gave up a place goes before others for a time, and may come back.

use super::responses::{another, electricians, partnership};
use super::*;
use crate::journeys::{Pair, pair};
use passerelle_store::entity::proposal;

/// Certifies the person of a pair and has her give up the post that was agreed with her; nobody else seeks one.
async fn gives_up(p: &Pair, person: Uuid, herself: &Program) -> String {
    let journey = events_of(&p.head, person).await;
    ok(&herself.event(&journey, json!({ "event": "emergency", "cause": "PER.CARE" })).await);
    let path = case_of(herself, person).await;
    worked_out(&p.origin, &path, "PER.CARE").await;
    ok(&herself.event(&path, json!({ "event": "consent", "response": "transfer_place" })).await);
    ok(&p.origin.event(&path, json!({ "event": "done" })).await);
    journey
}

async fn certified(p: &Pair, person: Uuid) {
    let event = json!({ "event": "certify", "exam_passed": true, "attendance_percent": 92, "language_reached": true });
    ok(&p.head.event(&events_of(&p.head, person).await, event).await);
}

/// Who was asked about a post after it was given up, the last one last.
async fn asked(service: &Service) -> Vec<Uuid> {
    use passerelle_store::query::QueryOrder;
    let find = proposal::Entity::find().filter(proposal::Column::TraineeDecision.eq("pending")).order_by_asc(proposal::Column::CreatedAtMs);
    find.all(service.state.store.read()).await.unwrap().into_iter().map(|row| row.trainee_id).collect()
}

/// Moves the end of the turn of a person to a day, as if time had passed.
async fn turn_ends(service: &Service, person: Uuid, day: chrono::NaiveDate) {
    let tx = service.state.store.begin(None, Moment::now().ms()).await.unwrap();
    let update = contingency_case::Entity::update_many()
        .col_expr(contingency_case::Column::TurnUntil, Expr::value(Some(day)))
        .filter(contingency_case::Column::TraineeId.eq(person));
    update.exec(tx.conn()).await.unwrap();
    tx.commit().await.unwrap();
}

on_both! {
    /// She gave up her post, comes back, and is asked before somebody who has waited longer.
    async fn whoever_gave_up_a_place_goes_first(on) {
        let service = Service::start(on).await;
        let p = pair(&service).await;
        certified(&p, p.person).await;
        let holder = another(&p, "2024-01-01").await;
        let journey = gives_up(&p, p.person, &p.herself).await;
        assert_eq!(asked(&service).await, [holder]);
        let seen = p.herself.get(&journey).await.json();
        assert!(seen["may"].as_array().unwrap().contains(&json!("reenter")), "{seen}");
        assert_eq!(p.head.event(&journey, json!({ "event": "reenter", "accepted_freely": true })).await.status, 403);
        let unwilling = p.herself.event(&journey, json!({ "event": "reenter", "accepted_freely": false })).await;
        assert_eq!(unwilling.refused(), ["accepted_freely:guard"]);
        let bent = json!({ "event": "reenter", "accepted_freely": true, "in_time": true, "gate": "visa" });
        turn_ends(&service, p.person, Moment::now().date() - chrono::Days::new(1)).await;
        assert_eq!(p.herself.event(&journey, bent.clone()).await.refused(), ["in_time:guard"], "what the service knows is not taken from her");
        let mut dated = bent.clone();
        dated["on"] = json!(Moment::now().date() - chrono::Days::new(1));
        assert_eq!(p.herself.event(&journey, dated).await.status, 422, "nor is a day that is over");
        turn_ends(&service, p.person, Moment::now().date()).await;
        ok(&p.herself.event(&journey, bent).await);
        assert_eq!(p.herself.get(&journey).await.json()["journey"]["state"], "certified");
        // The other one takes the post, and gives it up in turn.
        let second = service.program(Role::Trainee, None, &[], Some(holder)).await;
        let found = p.employer.get("/api/v1/proposals").await.json();
        let open = found["items"].as_array().unwrap().iter().find(|one| one["trainee_decision"] == "pending").unwrap().clone();
        for (who, version) in [(&second, 1), (&p.employer, 2)] {
            let yes = Some(json!({ "decision": "accepted" }).to_string());
            let path = format!("/api/v1/proposals/{}/decision", open["id"].as_str().unwrap());
            ok(&who.send("POST", &path, &[("if-match", &format!("\"{version}\""))], yes).await);
        }
        certified(&p, holder).await;
        another(&p, "2023-01-01").await;
        gives_up(&p, holder, &second).await;
        assert_eq!(asked(&service).await, [p.person], "before somebody who has waited for years");
    }

    /// Whoever has a first turn and has not come back hears that there is a place; after the time is over nobody tells her.
    async fn who_has_a_turn_hears_of_a_place(on) {
        let service = Service::start(on).await;
        let p = pair(&service).await;
        certified(&p, p.person).await;
        gives_up(&p, p.person, &p.herself).await;
        let plan = p.herself.get(&format!("/api/v1/contingency-cases?trainee_id={}", p.person)).await.json();
        let until = Moment::now().date().checked_add_months(chrono::Months::new(12)).unwrap();
        assert_eq!(plan["items"][0]["turn_until"], json!(until), "{plan}");
        let snapshot = passerelle::app::match_runs::gather_people(service.state.store.read(), &service.state, Moment::now().date(), &[p.person]).await.unwrap();
        assert!(snapshot.trainees.iter().all(|one| one.first_turn), "the matching knows of it");
        let after = passerelle::app::match_runs::gather_people(service.state.store.read(), &service.state, until + chrono::Days::new(1), &[p.person]).await.unwrap();
        assert!(after.trainees.iter().all(|one| !one.first_turn), "as long as it lasts");
    }

    /// An agreement wants half of its places for women: a woman is asked before a man who has waited longer.
    async fn a_share_that_is_short_goes_before_the_line(on) {
        let service = Service::start(on).await;
        let p = pair(&service).await;
        certified(&p, p.person).await;
        let ministry = service.program(Role::OriginApprover, None, &["MA"], None).await;
        let border = service.program(Role::DestinationApprover, None, &["DE"], None).await;
        let agreement = partnership(&ministry).await;
        bind(&service, &p, agreement).await;
        put_in_force(agreement, [&ministry, &border], |plan| {
            for answer in plan["answers"].as_array_mut().unwrap() {
                answer["responses"] = json!(["defer", "transfer_place"]);
            }
            plan["waiting_list"]["shares"] = json!([{ "of": { "sex": "female" }, "percent": 50 }]);
        }).await;
        let man = another(&p, "2024-01-01").await;
        let path = format!("/api/v1/trainees/{man}");
        let mut record = p.head.get(&path).await.json();
        record["sex"] = json!("male");
        ok(&p.head.put(&path, record["version"].as_i64().unwrap(), record).await);
        let woman = another(&p, "2026-01-01").await;
        let path = format!("/api/v1/trainees/{woman}");
        let mut record = p.head.get(&path).await.json();
        record["sex"] = json!("female");
        ok(&p.head.put(&path, record["version"].as_i64().unwrap(), record).await);
        gives_up(&p, p.person, &p.herself).await;
        assert_eq!(asked(&service).await, [woman]);
    }

    /// A record with a case that is not over is not merged away; what is over moves with her.
    async fn cases_follow_a_merge(on) {
        let service = Service::start(on).await;
        let hotel = hotel(&service, 1).await;
        let person = hotel.people[0];
        let herself = service.program(Role::Trainee, None, &[], Some(person)).await;
        ok(&herself.event(&events_of(&herself, person).await, json!({ "event": "emergency", "cause": "FAM.ILL" })).await);
        let institute: Uuid = hotel.head.get(&format!("/api/v1/trainees/{person}")).await.json()["institute_id"].as_str().unwrap().parse().unwrap();
        let mut twin = trainee(institute, "MA");
        twin["given_name"] = json!("Number 0");
        let kept = hotel.head.post("/api/v1/trainees", twin).await.created();
        service.drain().await;
        let pair = hotel.officer.get("/api/v1/duplicates").await.json()["items"][0].clone();
        let path = format!("/api/v1/duplicates/{}/decision", pair["id"].as_str().unwrap());
        let say = async |version: i64, body: Value| {
            hotel.officer.send("POST", &path, &[("if-match", &format!("\"{version}\""))], Some(body.to_string())).await.status
        };
        assert_eq!(say(1, json!({ "status": "same", "keep": kept })).await, 409, "her case moves the journey of this record");
        through_case(&hotel.officer, &herself, person, "defer").await;
        assert_eq!(say(1, json!({ "status": "same", "keep": kept })).await, 204);
        let rows = contingency_case::Entity::find().all(service.state.store.read()).await.unwrap();
        let own = journey::Entity::find().filter(journey::Column::TraineeId.eq(kept)).one(service.state.store.read()).await.unwrap().unwrap();
        assert_eq!((rows[0].trainee_id, rows[0].journey_id), (kept, own.id));
        assert!(!hotel.officer.get(&format!("/api/v1/case-letters?trainee_id={kept}")).await.json()["items"].as_array().unwrap().is_empty());
        // An appeal is open when the merge is to be taken apart: it is decided first, and its letters go back with her.
        let case = case_of(&hotel.officer, kept).await;
        ok(&herself.event(&case, json!({ "event": "appeal", "reason": "I was not asked" })).await);
        assert_eq!(say(2, json!({ "status": "open" })).await, 409);
        ok(&hotel.ministry.event(&case, super::cases::heard("dismissed")).await);
        assert_eq!(say(2, json!({ "status": "open" })).await, 204);
        let left = hotel.officer.get(&format!("/api/v1/case-letters?trainee_id={kept}")).await.json();
        assert_eq!(left["items"], json!([]), "{left}");
        let rows = contingency_case::Entity::find().all(service.state.store.read()).await.unwrap();
        assert_eq!(rows[0].trainee_id, person, "and goes back with her");
    }
}

/// Puts the person of a pair into a cohort under the agreement.
async fn bind(service: &Service, p: &Pair, agreement: Uuid) {
    let cohort = electricians(p, agreement).await;
    let tx = service.state.store.begin(None, Moment::now().ms()).await.unwrap();
    let update = person_row::Entity::update_many()
        .col_expr(person_row::Column::CohortId, Expr::value(Some(cohort)))
        .filter(person_row::Column::Id.eq(p.person));
    update.exec(tx.conn()).await.unwrap();
    tx.commit().await.unwrap();
}
