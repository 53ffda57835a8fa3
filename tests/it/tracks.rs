//! Tracks: chosen freely, moved with all that hangs on them, and kept in balance with those who stay.

use crate::access::trainee;
use crate::on_both;
use crate::support::{Answer, Program, Service};
use passerelle::clock::Moment;
use passerelle_domain::access::Role;
use passerelle_store::entity::{journey, trainee as person_row};
use passerelle_store::query::{ColumnTrait, EntityTrait, Expr, QueryFilter};
use serde_json::{Value, json};
use uuid::Uuid;

/// An institute of Morocco with a cohort under an agreement.
struct World {
    head: Program,
    ministry: Program,
    institute: Uuid,
    agreement: Uuid,
    cohort: Uuid,
    programme: Uuid,
}

async fn world(service: &Service, seats: [i64; 3]) -> World {
    service.corridors().await;
    let institute = service.organisation("institute", "MA").await;
    let head = service.program(Role::InstituteHead, Some(institute), &[], None).await;
    let ministry = service.program(Role::OriginApprover, None, &["MA"], None).await;
    let agreement = json!({
        "name": "Partnership", "pack": "DE-NAFR-THAMM", "origin": "MA", "destination": "DE", "status": "active", "cost_mode": "strict",
        "equity_percent": 50, "track_choice_days": 30,
    });
    let agreement = ministry.post("/api/v1/agreements", agreement).await.created();
    let programme = json!({
        "institute_id": institute, "name": "Electricians", "occupation": "7411", "eqf_basis": "none", "language": "fr", "hours": 1200,
        "awarded_qualification": "Technicien",
    });
    let programme = head.post("/api/v1/programmes", programme).await.created();
    let today = Moment::now().date();
    let cohort = json!({
        "name": "Intake", "institute_id": institute, "programme_id": programme, "agreement_id": agreement,
        "starts_on": today, "ends_on": today + chrono::Days::new(300),
        "seats_away": seats[0], "seats_home": seats[1], "seats_undecided": seats[2],
    });
    let cohort = head.post("/api/v1/cohorts", cohort).await.created();
    for (track, class, payer, amount) in [
        ("away", "related_cost", "employer", "EUR 2700"),
        ("away", "education_investment", "employer", "EUR 6000"),
        ("home", "education_investment", "funder", "EUR 6000"),
    ] {
        let line = json!({ "cohort_id": cohort, "track": track, "item": class, "cost_class": class, "payer": payer, "amount": amount });
        head.post("/api/v1/budget-lines", line).await.created();
    }
    World { head, ministry, institute, agreement, cohort, programme }
}

impl World {
    fn applicant(&self, given_name: &str, track: &str) -> Value {
        let mut person = trainee(self.institute, "MA");
        person["given_name"] = json!(given_name);
        person["cohort_id"] = json!(self.cohort);
        (person["track"], person["journey"]) = (json!(track), json!("applied"));
        person
    }

    /// Somebody at a stage, as if her events had brought her there.
    async fn person(&self, service: &Service, given_name: &str, track: &str, stage: &str) -> Uuid {
        let person = self.head.post("/api/v1/trainees", self.applicant(given_name, track)).await.created();
        if stage != "applied" {
            stands(service, person, stage).await;
        }
        person
    }
}

async fn choose(who: &Program, person: Uuid, version: i64, body: Value) -> Answer {
    let version = format!("\"{version}\"");
    let headers = [("if-match", version.as_str()), ("content-type", "application/json")];
    who.send("POST", &format!("/api/v1/trainees/{person}/track"), &headers, Some(body.to_string())).await
}

pub(crate) async fn stands(service: &Service, person: Uuid, stage: &str) {
    let tx = service.state.store.begin(None, 0).await.unwrap();
    let conn = tx.conn();
    let rows = person_row::Entity::update_many().col_expr(person_row::Column::Journey, Expr::value(stage));
    rows.filter(person_row::Column::Id.eq(person)).exec(conn).await.unwrap();
    let row = journey::Entity::find().filter(journey::Column::TraineeId.eq(person)).one(conn).await.unwrap().unwrap();
    let mut facts: Value = serde_json::from_str(&row.facts).unwrap();
    facts["state"] = json!(stage);
    journey::Entity::update_many()
        .col_expr(journey::Column::State, Expr::value(stage))
        .col_expr(journey::Column::Facts, Expr::value(facts.to_string()))
        .filter(journey::Column::TraineeId.eq(person))
        .exec(conn)
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

on_both! {
    async fn a_track_is_her_own_to_choose_and_moves_seat_and_money(on) {
        let service = Service::start(on).await;
        let w = world(&service, [1, 1, 1]).await;
        let person = w.person(&service, "Salma", "undecided", "in_training").await;
        let herself = service.program(Role::Trainee, None, &[], Some(person)).await;
        let path = format!("/api/v1/trainees/{person}");
        // Not by editing the record.
        let mut changed = trainee(w.institute, "MA");
        (changed["track"], changed["cohort_id"]) = (json!("away"), json!(w.cohort));
        assert_eq!(w.head.put(&path, 1, changed).await.refused(), ["track:fixed"]);
        // Not by the institute without her word, and not by those who do not know her.
        let away = json!({ "track": "away", "reason": "work_abroad" });
        assert_eq!(choose(&w.head, person, 1, away.clone()).await.refused(), ["her_word:her-word"]);
        let elsewhere = service.organisation("institute", "MA").await;
        let stranger = service.program(Role::InstituteHead, Some(elsewhere), &[], None).await;
        assert_eq!(choose(&stranger, person, 1, away.clone()).await.status, 404);
        let employer = service.organisation("employer", "DE").await;
        let firm = service.program(Role::EmployerApprover, Some(employer), &[], None).await;
        assert!(matches!(choose(&firm, person, 1, away.clone()).await.status, 403 | 404));
        assert_eq!(firm.get("/api/v1/track-changes").await.status, 403, "why she chose is no employer's business");
        let seen = herself.get(&format!("{path}/track")).await.json();
        assert_eq!(seen["prospects"].as_array().unwrap().len(), 3, "{seen}");
        assert_eq!(choose(&herself, person, 9, away.clone()).await.status, 412);
        let moved = choose(&herself, person, 1, away.clone()).await;
        assert_eq!(moved.status, 200, "{}", moved.text);
        assert_eq!(moved.json()["moved"]["costs"]["EUR"], json!({ "from_minor": 0, "to_minor": 870_000 }));
        assert_eq!(choose(&herself, person, 2, away).await.refused(), ["track:track-same"]);
        assert_eq!(choose(&herself, person, 2, json!({ "track": "away", "reason": "confirmed" })).await.status, 200);
        // Another one finds the seat taken, and takes one that was kept for the undecided.
        let second = w.person(&service, "Amina", "undecided", "in_training").await;
        let moved = choose(&w.head, second, 1, json!({ "track": "away", "reason": "wish", "her_word": true })).await.json();
        assert_eq!(moved["moved"]["undecided_seat"], true, "{moved}");
        let cohort = w.head.get(&format!("/api/v1/cohorts/{}", w.cohort)).await.json();
        assert_eq!([&cohort["seats_away"], &cohort["seats_undecided"]], [2, 0], "{cohort}");
        // Nobody else fits: the home track takes her, and its cost with it.
        let third = w.person(&service, "Hind", "home", "in_training").await;
        let full = choose(&w.head, third, 1, json!({ "track": "away", "reason": "wish", "her_word": true })).await;
        assert_eq!(full.refused(), ["track:track-full"]);
        let back = choose(&herself, person, 2, json!({ "track": "home", "reason": "family" })).await;
        assert_eq!(back.refused(), ["track:track-full"], "one home seat, and Hind has it");
        let changes = herself.get("/api/v1/track-changes").await.json();
        assert_eq!(changes["items"].as_array().unwrap().len(), 2, "{changes}");
        // What money moved with is not deleted with the record.
        assert_eq!(w.head.delete(&path, 2).await.status, 409);
        // Seats that are taken are not planned away.
        let mut fewer = cohort.clone();
        for name in ["id", "version", "title", "withheld"] {
            fewer.as_object_mut().unwrap().remove(name);
        }
        fewer["seats_away"] = json!(1);
        let version = cohort["version"].as_i64().unwrap();
        assert_eq!(w.head.put(&format!("/api/v1/cohorts/{}", w.cohort), version, fewer).await.refused(), ["seats_away:seats-held"]);
    }

    async fn the_last_seat_is_given_once(on) {
        let service = Service::start(on).await;
        let w = world(&service, [1, 9, 0]).await;
        let (one, other) = (w.person(&service, "Salma", "home", "in_training").await, w.person(&service, "Amina", "home", "in_training").await);
        let away = json!({ "track": "away", "reason": "wish", "her_word": true });
        let (a, b) = tokio::join!(choose(&w.head, one, 1, away.clone()), choose(&w.head, other, 1, away.clone()));
        let mut both = [a.status, b.status];
        both.sort_unstable();
        assert_eq!(both, [200, 422], "{} {}", a.text, b.text);
    }

    async fn new_away_places_wait_for_places_at_home(on) {
        let service = Service::start(on).await;
        let w = world(&service, [20, 20, 5]).await;
        for number in 0..7 {
            w.person(&service, &format!("Gone {number}"), "away", "departed").await;
        }
        for number in 0..3 {
            w.person(&service, &format!("Home {number}"), "home", "in_training").await;
        }
        let equity = async || w.ministry.get(&format!("/api/v1/agreements/{}/equity", w.agreement)).await.json()["equity"].clone();
        let behind = equity().await;
        assert_eq!([&behind["overall"]["home_needed"], &behind["overall"]["home_funded"], &behind["overall"]["short"]], [4, 3, 1], "{behind}");
        assert_eq!(behind["breach"], true);
        assert_eq!(behind["money"]["EUR"]["away_minor"], 7 * 870_000);
        let person = w.person(&service, "Salma", "undecided", "in_training").await;
        let away = json!({ "track": "away", "reason": "wish", "her_word": true });
        assert_eq!(choose(&w.head, person, 1, away.clone()).await.refused(), ["track:track-equity"]);
        w.person(&service, "Home 4", "home", "in_training").await;
        assert_eq!(equity().await["breach"], false);
        assert_eq!(choose(&w.head, person, 1, away).await.status, 200);
        // Staying is open whatever the balance.
        let home = json!({ "track": "home", "reason": "family", "her_word": true });
        assert_eq!(choose(&w.head, person, 2, home).await.status, 200);
    }

    async fn nobody_is_enrolled_before_the_gates_are_open(on) {
        let service = Service::start(on).await;
        let w = world(&service, [1, 1, 0]).await;
        // Not round the gates: neither created inside, nor moved in, nor bound afterwards.
        let mut inside = w.applicant("Inside", "away");
        inside["journey"] = json!("in_training");
        assert_eq!(w.head.post("/api/v1/trainees", inside.clone()).await.refused(), ["cohort_id:cohort-gate"]);
        inside.as_object_mut().unwrap().remove("cohort_id");
        let outside = w.head.post("/api/v1/trainees", inside.clone()).await.created();
        inside["cohort_id"] = json!(w.cohort);
        assert_eq!(w.head.put(&format!("/api/v1/trainees/{outside}"), 1, inside).await.refused(), ["cohort_id:cohort-gate"]);
        let person = w.person(&service, "Salma", "away", "applied").await;
        let found = w.head.get(&format!("/api/v1/journeys?trainee_id={person}")).await.json();
        let path = format!("/api/v1/journeys/{}/events", found["items"][0]["id"].as_str().unwrap());
        let admit = json!({ "event": "admit", "eligible": true, "informed_consent": true, "place_free": true, "contingency_plan": true, "early_sign_off": true });
        let refused = w.head.event(&path, admit.clone()).await.refused();
        assert_eq!(refused, ["R19:gate", "R27:gate", "R31:gate"]);
        let gates = w.head.get(&format!("/api/v1/trainees/{person}/enrolment")).await.json();
        assert_eq!(gates["gates"]["open"], false, "{gates}");
        w.head.post("/api/v1/consents", json!({ "trainee": person, "purpose": "matching", "language": "ar" })).await.created();
        let stays = json!({ "track": "away", "reason": "confirmed", "her_word": true });
        assert_eq!(choose(&w.head, person, 1, stays).await.status, 200);
        assert_eq!(w.head.event(&path, admit.clone()).await.refused(), ["R27:gate"]);
        // The plan is the ministry's to attach; premium and insurance are the cohort's.
        let terms = json!({
            "name": "Partnership", "pack": "DE-NAFR-THAMM", "origin": "MA", "destination": "DE", "status": "active", "cost_mode": "strict",
            "equity_percent": 50, "contingency_plan": "Annex C",
        });
        assert_eq!(w.ministry.put(&format!("/api/v1/agreements/{}", w.agreement), 1, terms).await.status, 200);
        let today = Moment::now().date();
        let covered = |insured_from: chrono::NaiveDate| json!({
            "name": "Intake", "institute_id": w.institute, "programme_id": w.programme, "agreement_id": w.agreement,
            "starts_on": today, "ends_on": today + chrono::Days::new(300), "seats_away": 1, "seats_home": 1, "seats_undecided": 0,
            "premium_paid_on": today, "insured_from": insured_from,
        });
        let cohort = format!("/api/v1/cohorts/{}", w.cohort);
        let mut unbound = covered(today);
        unbound.as_object_mut().unwrap().remove("agreement_id");
        assert_eq!(w.head.put(&cohort, 1, unbound).await.refused(), ["agreement_id:cohort-bound"]);
        assert_eq!(w.head.put(&cohort, 1, covered(today + chrono::Days::new(1))).await.status, 200);
        assert_eq!(w.head.event(&path, admit.clone()).await.refused(), ["R27:gate"], "insured too late");
        assert_eq!(w.head.put(&cohort, 2, covered(today)).await.status, 200);
        // A plan that says what the reserve holds keeps everybody out until it does.
        let border = service.program(Role::DestinationApprover, None, &["DE"], None).await;
        let cover = |plan: &mut serde_json::Value| plan["cover"] = json!({ "per_mille": 80, "mean_loss": "EUR 6000" });
        crate::contingency::put_in_force(w.agreement, [&w.ministry, &border], cover).await;
        assert_eq!(w.head.event(&path, admit.clone()).await.refused(), ["R27:gate"], "the reserve is empty");
        let book = json!({ "from": "funder", "to": "reserve", "group": "training", "amount": "EUR 20000", "memo": "Premiums" });
        assert_eq!(w.ministry.post(&format!("/api/v1/agreements/{}/ledger", w.agreement), book).await.status, 201);
        // A suspended agreement takes nobody new.
        let suspend = json!({ "event": "suspend", "reason": "Floods." });
        let events = format!("/api/v1/agreements/{}/events", w.agreement);
        assert_eq!(w.ministry.event(&events, suspend).await.status, 200);
        assert_eq!(w.head.event(&path, admit.clone()).await.refused(), ["agreement:agreement-shut"]);
        assert_eq!(w.ministry.event(&events, json!({ "event": "resume" })).await.status, 200);
        assert_eq!(w.head.event(&path, admit.clone()).await.status, 200);
        // The only seat is hers now.
        let second = w.person(&service, "Amina", "away", "applied").await;
        w.head.post("/api/v1/consents", json!({ "trainee": second, "purpose": "matching", "language": "fr" })).await.created();
        assert_eq!(choose(&w.head, second, 1, json!({ "track": "away", "reason": "confirmed", "her_word": true })).await.status, 200);
        let found = w.head.get(&format!("/api/v1/journeys?trainee_id={second}")).await.json();
        let path = format!("/api/v1/journeys/{}/events", found["items"][0]["id"].as_str().unwrap());
        assert_eq!(w.head.event(&path, admit).await.refused(), ["place_free:no-seat"]);
    }

    async fn nobody_books_a_cost_on_a_trainee(on) {
        let service = Service::start(on).await;
        let w = world(&service, [1, 1, 0]).await;
        let line = |class: &str, payer: &str, amount: &str| json!({ "cohort_id": w.cohort, "track": "away", "item": "x", "cost_class": class, "payer": payer, "amount": amount });
        let refused = async |class: &str, payer: &str, amount: &str| w.head.post("/api/v1/budget-lines", line(class, payer, amount)).await.refused();
        assert_eq!(refused("illegitimate", "employer", "EUR 1").await, ["cost_class:cost-illegitimate"]);
        assert_eq!(refused("related_cost", "trainee", "EUR 1").await, ["payer:cost-not-hers"]);
        assert_eq!(refused("education_investment", "trainee", "EUR 1").await, ["payer:cost-strict"]);
        assert_eq!(refused("related_cost", "employer", "EUR -1").await, ["amount:negative"]);
    }

    async fn a_match_is_given_back_by_whoever_stays_and_by_nobody_else(on) {
        let service = Service::start(on).await;
        let p = crate::journeys::pair(&service).await;
        let path = format!("/api/v1/trainees/{}/track", p.person);
        let version = async || p.herself.get(&path).await.json()["version"].as_i64().unwrap();
        let seat = async || p.employer.get(&format!("/api/v1/needs/{}", p.need)).await.json()["status"].clone();
        assert_eq!(seat().await, "reserved");
        for (track, reason, kept) in
            [("away", "confirmed", true), ("undecided", "family", true), ("undecided", "confirmed", true), ("home", "work_at_home", false)]
        {
            let moved = choose(&p.herself, p.person, version().await, json!({ "track": track, "reason": reason })).await;
            assert_eq!(moved.status, 200, "{track}: {}", moved.text);
            assert_eq!(moved.json()["moved"]["match_given_back"], !kept, "{track} {reason}");
            assert_eq!(seat().await, if kept { "reserved" } else { "open" }, "{track} {reason}");
        }
        let proposal = p.employer.get(&format!("/api/v1/proposals/{}", p.proposal)).await.json();
        assert_eq!(proposal["trainee_decision"], "declined", "{proposal}");
    }
}
