//! What institutes do: choosing among applicants, following a course, gathering papers, and answering for the outcome.

use crate::access::trainee;
use crate::on_both;
use crate::support::{Program, Service};
use crate::tracks::stands;
use passerelle::clock::Moment;
use passerelle_domain::access::Role;
use passerelle_domain::selection::WaitingEnd;
use passerelle_store::entity::{cohort as cohort_row, journey};
use passerelle_store::query::{ColumnTrait, EntityTrait, Expr, QueryFilter};
use serde_json::{Value, json};
use uuid::Uuid;

struct World {
    head: Program,
    institute: Uuid,
    programme: Uuid,
    cohort: Uuid,
}

async fn world(service: &Service, seats: [i64; 3], attempts: Option<i64>) -> World {
    service.corridors().await;
    let institute = service.organisation("institute", "MA").await;
    let head = service.program(Role::InstituteHead, Some(institute), &[], None).await;
    let programme = json!({
        "institute_id": institute, "name": "Electricians", "occupation": "7411", "eqf_basis": "none", "language": "fr", "hours": 1200,
        "awarded_qualification": "Technicien", "attempts_max": attempts,
    });
    let programme = head.post("/api/v1/programmes", programme).await.created();
    let today = Moment::now().date();
    let cohort = json!({
        "name": "Intake", "institute_id": institute, "programme_id": programme, "starts_on": today, "ends_on": today + chrono::Days::new(50),
        "seats_away": seats[0], "seats_home": seats[1], "seats_undecided": seats[2],
    });
    let cohort = head.post("/api/v1/cohorts", cohort).await.created();
    World { head, institute, programme, cohort }
}

impl World {
    async fn person(&self, given_name: &str, track: &str, journey: &str) -> Uuid {
        let mut person = trainee(self.institute, "MA");
        person["given_name"] = json!(given_name);
        person["cohort_id"] = json!(self.cohort);
        (person["track"], person["journey"]) = (json!(track), json!(journey));
        self.head.post("/api/v1/trainees", person).await.created()
    }

    async fn rule(&self, name: &str, weight: i64, least: Option<i64>) -> Uuid {
        let rule = json!({ "cohort_id": self.cohort, "name": name, "weight": weight, "least_points": least });
        self.head.post("/api/v1/selection-rules", rule).await.created()
    }

    async fn marks(&self, marks: Value, good_ones: bool) -> crate::support::Answer {
        self.head.post(&format!("/api/v1/cohorts/{}/selection/marks", self.cohort), json!({ "marks": marks, "good_ones": good_ones })).await
    }

    async fn decide(&self, mut wish: Value) -> Value {
        for name in ["eligible", "informed_consent", "contingency_plan", "early_sign_off"] {
            wish[name] = json!(true);
        }
        let answer = self.head.post(&format!("/api/v1/cohorts/{}/selection", self.cohort), wish).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()
    }

    async fn state(&self, person: Uuid) -> String {
        self.head.get(&format!("/api/v1/trainees/{person}")).await.json()["journey"].as_str().unwrap().to_owned()
    }
}

fn mark(person: Uuid, rule: Uuid, points: i64) -> Value {
    json!({ "trainee_id": person, "rule_id": rule, "points": points })
}

on_both! {
    async fn applicants_are_admitted_by_their_marks_wait_in_order_and_are_told_why_not(on) {
        let service = Service::start(on).await;
        let w = world(&service, [1, 1, 0], None).await;
        let (interview, test) = (w.rule("Interview", 60, Some(40)).await, w.rule("Test", 40, None).await);
        let best = w.person("Best", "away", "applied").await;
        let second = w.person("Second", "away", "applied").await;
        let short = w.person("Short", "away", "applied").await;
        let unscored = w.person("Unscored", "home", "applied").await;
        // All or none, unless the good ones are asked for.
        let wrong = json!([mark(best, interview, 90), mark(best, test, 101), mark(Uuid::now_v7(), test, 1)]);
        assert_eq!(w.marks(wrong.clone(), false).await.refused(), ["file:marks-points", "file:marks-unknown"]);
        let entered = w.marks(wrong, true).await.json();
        assert_eq!((&entered["added"], &entered["left_out"]), (&json!(1), &json!(2)), "{entered}");
        let marks = json!([
            mark(best, interview, 90), mark(best, test, 80), mark(second, interview, 60), mark(second, test, 60),
            mark(short, interview, 39), mark(short, test, 100), mark(unscored, test, 50),
        ]);
        let entered = w.marks(marks, false).await.json();
        assert_eq!((&entered["added"], &entered["unchanged"]), (&json!(6), &json!(1)), "{entered}");
        let funnel = w.head.get(&format!("/api/v1/cohorts/{}/selection", w.cohort)).await.json();
        let order: Vec<&str> = funnel["order"].as_array().unwrap().iter().map(|one| one["person"].as_str().unwrap()).collect();
        assert_eq!(order, [best, second, unscored, short].map(|id| id.to_string()), "{funnel}");
        // A dry run writes nothing.
        let would = w.decide(json!({ "dry_run": true, "reject": true })).await;
        assert_eq!([&would["admitted"], &would["waiting"], &would["rejected"]], [1, 1, 1], "{would}");
        assert_eq!(w.state(best).await, "applied");
        let done = w.decide(json!({ "reject": true })).await;
        assert_eq!([&done["admitted"], &done["waiting"], &done["rejected"]], [1, 1, 1], "{done}");
        assert_eq!([w.state(best).await, w.state(second).await, w.state(short).await, w.state(unscored).await], ["enrolled", "applied", "rejected", "applied"]);
        // She reads her place, her marks and by what she was judged.
        let herself = service.program(Role::Trainee, None, &[], Some(second)).await;
        let place = &herself.get("/api/v1/waiting-places").await.json()["items"][0];
        assert_eq!([&place["place"], &place["track"]], [&json!(1), &json!("away")], "{place}");
        assert_eq!(herself.get("/api/v1/selection-scores").await.json()["items"].as_array().unwrap().len(), 2);
        assert_eq!(herself.get("/api/v1/selection-rules").await.json()["items"].as_array().unwrap().len(), 2);
        assert_eq!(herself.get(&format!("/api/v1/cohorts/{}/selection", w.cohort)).await.status, 404);
        // Why she was turned away stands in her journey.
        let her_journey = journey::Entity::find().filter(journey::Column::TraineeId.eq(short)).one(service.state.store.read()).await.unwrap().unwrap();
        let course = w.head.get(&format!("/api/v1/journeys/{}/events", her_journey.id)).await;
        assert!(course.text.contains("Interview: 39 < 40"), "{}", course.text);
        // What was stated before is not changed after.
        let stricter = json!({ "cohort_id": w.cohort, "name": "Interview", "weight": 60, "least_points": 90 });
        assert_eq!(w.head.put(&format!("/api/v1/selection-rules/{interview}"), 1, stricter).await.refused(), ["weight:rule-used"]);
        let twin = json!({ "cohort_id": w.cohort, "name": "TEST", "weight": 1 });
        assert_eq!(w.head.post("/api/v1/selection-rules", twin).await.refused(), ["name:rule-name"]);
        // Marks of who was decided on stay as they were.
        assert_eq!(w.marks(json!([mark(short, interview, 80)]), false).await.refused(), ["file:marks-unknown"]);
        // A seat becomes free: the waiting list comes before better newcomers.
        let newcomer = w.person("Newcomer", "away", "applied").await;
        w.marks(json!([mark(newcomer, interview, 100), mark(newcomer, test, 100)]), false).await;
        let tx = service.state.store.begin(None, 0).await.unwrap();
        cohort_row::Entity::update_many()
            .col_expr(cohort_row::Column::SeatsAway, Expr::value(2))
            .filter(cohort_row::Column::Id.eq(w.cohort))
            .exec(tx.conn())
            .await
            .unwrap();
        tx.commit().await.unwrap();
        // Nobody is admitted past her by hand.
        let theirs = journey::Entity::find().filter(journey::Column::TraineeId.eq(newcomer)).one(service.state.store.read()).await.unwrap().unwrap();
        let admit = json!({ "event": "admit", "eligible": true, "informed_consent": true, "place_free": true, "contingency_plan": true,
            "early_sign_off": true });
        let jumped = w.head.event(&format!("/api/v1/journeys/{}/events", theirs.id), admit).await;
        assert_eq!(jumped.refused(), ["place_free:waiting-before"]);
        // Two marks for one rule: neither is taken.
        let twice = json!([mark(newcomer, test, 10), mark(newcomer, test, 20)]);
        assert_eq!(w.marks(twice, true).await.json()["left_out"], 2);
        let done = w.decide(json!({})).await;
        assert_eq!([&done["admitted"], &done["waiting"], &done["rejected"]], [1, 1, 0], "{done}");
        assert_eq!([w.state(second).await, w.state(newcomer).await], ["enrolled", "applied"]);
        let ended = &herself.get("/api/v1/waiting-places").await.json()["items"][0];
        assert_eq!(ended["ended_for"], WaitingEnd::Admitted.as_str(), "{ended}");
        // Others' institutes and employers see nothing of it.
        let elsewhere = service.organisation("institute", "MA").await;
        let stranger = service.program(Role::InstituteHead, Some(elsewhere), &[], None).await;
        assert_eq!(stranger.get(&format!("/api/v1/cohorts/{}/selection", w.cohort)).await.status, 404);
        let firm = service.organisation("employer", "DE").await;
        let firm = service.program(Role::EmployerApprover, Some(firm), &[], None).await;
        assert_eq!(firm.get("/api/v1/selection-scores").await.status, 403);
    }

    async fn two_who_decide_at_once_fill_each_seat_once(on) {
        let service = Service::start(on).await;
        let w = world(&service, [2, 0, 0], None).await;
        for name in ["A", "B", "C", "D", "E", "F"] {
            w.person(name, "away", "applied").await;
        }
        let path = format!("/api/v1/cohorts/{}/selection", w.cohort);
        let wish = json!({ "eligible": true, "informed_consent": true, "contingency_plan": true, "early_sign_off": true });
        let made = futures_util::future::join_all((0..4).map(|_| w.head.post(&path, wish.clone()))).await;
        assert!(made.iter().all(|answer| matches!(answer.status, 200 | 409 | 412)), "{:?}", made.iter().map(|answer| answer.status).collect::<Vec<_>>());
        let admitted: u64 = made.iter().filter(|answer| answer.status == 200).map(|answer| answer.json()["admitted"].as_u64().unwrap()).sum();
        assert_eq!(admitted, 2);
        let places = w.head.get("/api/v1/waiting-places").await.json();
        let mut places: Vec<i64> = places["items"].as_array().unwrap().iter().map(|one| one["place"].as_i64().unwrap()).collect();
        places.sort_unstable();
        assert_eq!(places, [1, 2, 3, 4], "everybody else waits, each in a place of her own");
    }

    async fn resits_are_counted_and_signs_of_trouble_come_early(on) {
        let service = Service::start(on).await;
        let w = world(&service, [2, 2, 0], Some(2)).await;
        let person = w.person("Salma", "home", "in_training").await;
        let today = Moment::now().date();
        let attempt = |number: i64, result: &str| {
            json!({ "trainee_id": person, "unit": "Circuits", "kind": "theory", "attempt": number, "held_on": today, "result": result })
        };
        assert_eq!(w.head.post("/api/v1/assessments", attempt(2, "failed")).await.refused(), ["attempt:attempt-order"]);
        let first = w.head.post("/api/v1/assessments", attempt(1, "failed")).await.created();
        w.head.post("/api/v1/assessments", attempt(2, "failed")).await.created();
        let mut spelt = attempt(1, "passed");
        spelt["unit"] = json!("CIRCUITS");
        assert_eq!(w.head.post("/api/v1/assessments", spelt).await.refused(), ["attempt:attempts-used"], "however it is written");
        assert_eq!(w.head.delete(&format!("/api/v1/assessments/{first}"), 1).await.status, 409, "the last one first");
        assert_eq!(w.head.post("/api/v1/assessments", attempt(3, "passed")).await.refused(), ["attempt:attempts-used"]);
        assert_eq!(w.head.put(&format!("/api/v1/assessments/{first}"), 1, attempt(1, "passed")).await.refused(), ["result:attempt-built-on"]);
        let hours = |planned: i64, attended: i64, excused: i64| {
            json!({ "trainee_id": person, "from_on": today - chrono::Days::new(7), "to_on": today, "hours_planned": planned,
                "hours_attended": attended, "hours_excused": excused })
        };
        assert_eq!(w.head.post("/api/v1/attendances", hours(40, 30, 11)).await.refused(), ["hours_attended:hours-beyond-plan"]);
        w.head.post("/api/v1/attendances", hours(40, 20, 0)).await.created();
        let mut again = hours(40, 40, 0);
        again["from_on"] = json!(today - chrono::Days::new(3));
        assert_eq!(w.head.post("/api/v1/attendances", again).await.refused(), ["from_on:attendance-overlaps"]);
        let list = w.head.get("/api/v1/early-warnings").await.json();
        let kinds: Vec<&str> = list["warned"][0]["warnings"].as_array().unwrap().iter().map(|one| one["warning"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["attendance_low", "no_attempt_left", "papers_missing"], "{list}");
        // It is for whoever can help, and for nobody else.
        let firm = service.organisation("employer", "DE").await;
        let firm = service.program(Role::EmployerApprover, Some(firm), &[], None).await;
        assert_eq!(firm.get("/api/v1/early-warnings").await.status, 403);
        let elsewhere = service.organisation("institute", "MA").await;
        let stranger = service.program(Role::InstituteHead, Some(elsewhere), &[], None).await;
        assert_eq!(stranger.get("/api/v1/early-warnings").await.json()["looked_at"], 0);
        let herself = service.program(Role::Trainee, None, &[], Some(person)).await;
        assert_eq!(herself.get("/api/v1/assessments").await.json()["items"].as_array().unwrap().len(), 2);
    }

    async fn what_is_passed_at_an_examination_becomes_a_certificate_once(on) {
        let service = Service::start(on).await;
        let w = world(&service, [5, 0, 0], None).await;
        let today = Moment::now().date();
        let session = |held: i64, seats: i64| {
            let held_on = if held < 0 { today - chrono::Days::new(held.unsigned_abs()) } else { today + chrono::Days::new(held.unsigned_abs()) };
            json!({ "institute_id": w.institute, "issuer": "Goethe-Institut", "language": "de", "scale": "CEFR", "level": "B1",
                "held_on": held_on, "register_by": held_on, "seats": seats })
        };
        let past = w.head.post("/api/v1/exam-sessions", session(-3, 10)).await.created();
        let coming = w.head.post("/api/v1/exam-sessions", session(30, 1)).await.created();
        let (salma, hind) = (w.person("Salma", "away", "in_training").await, w.person("Hind", "away", "in_training").await);
        let result = |person: Uuid, session: Uuid, attempt: i64, skills: [&str; 4]| {
            json!({ "trainee_id": person, "session_id": session, "attempt": attempt, "listening_result": skills[0], "reading_result": skills[1],
                "speaking_result": skills[2], "writing_result": skills[3], "expires_on": today + chrono::Days::new(700) })
        };
        let none = ["not_taken"; 4];
        let failed = result(salma, past, 1, ["passed", "passed", "failed", "passed"]);
        let first = w.head.post("/api/v1/exam-results", failed.clone()).await.created();
        assert_eq!(w.head.get("/api/v1/language-certificates").await.json()["items"], json!([]));
        assert_eq!(w.head.post("/api/v1/exam-results", result(salma, coming, 1, none)).await.refused(), ["attempt:attempt-order"]);
        w.head.post("/api/v1/exam-results", result(salma, coming, 2, none)).await.created();
        assert_eq!(w.head.post("/api/v1/exam-results", result(hind, coming, 1, none)).await.refused(), ["session_id:exam-full"]);
        let early = w.head.post("/api/v1/exam-results", result(hind, coming, 1, ["passed"; 4])).await;
        assert!(early.refused().contains(&"session_id:future".to_owned()), "{}", early.text);
        // The result was entered wrongly: corrected, it gives a certificate, which then is what is corrected.
        let passed = result(salma, past, 1, ["passed", "passed", "passed", "not_taken"]);
        assert_eq!(w.head.put(&format!("/api/v1/exam-results/{first}"), 1, passed.clone()).await.status, 200);
        let certificates = w.head.get("/api/v1/language-certificates").await.json();
        let certificate = &certificates["items"][0];
        assert_eq!([&certificate["level"], &certificate["speaking"], &certificate["writing"]], [&json!("B1"), &json!("B1"), &Value::Null]);
        assert_eq!(w.head.put(&format!("/api/v1/exam-results/{first}"), 2, failed).await.refused(), ["session_id:exam-certified"]);
        let seen = w.head.get(&format!("/api/v1/exam-results/{first}")).await.json();
        assert_eq!(w.head.delete(&format!("/api/v1/exam-results/{first}"), 2).await.status, 409, "a second certificate would follow");
        assert_eq!((&seen["overall"], &seen["certificate_id"]), (&json!("passed"), &certificate["id"]), "{seen}");
    }

    async fn papers_of_a_cohort_are_entered_at_once_and_lapse(on) {
        let service = Service::start(on).await;
        let w = world(&service, [5, 0, 0], None).await;
        let (salma, hind) = (w.person("Salma", "away", "in_training").await, w.person("Hind", "away", "in_training").await);
        let path = format!("/api/v1/cohorts/{}/papers", w.cohort);
        let today = Moment::now().date();
        let enter = |people: &[Uuid], standing: &str, valid: Option<chrono::NaiveDate>| {
            json!({ "people": people, "paper": "passport", "standing": standing, "valid_to": valid })
        };
        assert_eq!(w.head.post(&path, enter(&[salma, Uuid::now_v7()], "uploaded", None)).await.refused(), ["people:not-in-cohort"]);
        assert_eq!(w.head.post(&path, enter(&[], "uploaded", None)).await.refused(), ["people:required"]);
        assert_eq!(w.head.post(&path, enter(&[salma, hind, salma], "uploaded", None)).await.json()["entered"], 2);
        let mut lapsed = enter(&[salma], "translated", Some(today - chrono::Days::new(1)));
        assert_eq!(w.head.post(&path, lapsed.clone()).await.refused(), ["valid_to:window-reversed"]);
        lapsed["checked_on"] = json!(today - chrono::Days::new(9));
        assert_eq!(w.head.post(&path, lapsed).await.json()["entered"], 1);
        let matrix = w.head.get(&path).await.json();
        assert_eq!(matrix["papers"][hind.to_string()]["passport"]["standing"], "uploaded", "{matrix}");
        assert_eq!(matrix["papers"][salma.to_string()]["passport"]["lapsed"], true, "{matrix}");
        assert_eq!([&matrix["missing"]["passport"], &matrix["missing"]["diploma"]], [1, 2], "{matrix}");
    }

    async fn outcomes_are_counted_told_in_numbers_that_name_nobody_and_replied_to(on) {
        let service = Service::start(on).await;
        let w = world(&service, [40, 0, 0], None).await;
        let people: Vec<Uuid> = futures_util::future::join_all((0..22).map(|at| {
            let w = &w;
            async move { w.person(&format!("P{at}"), "away", "in_training").await }
        }))
        .await;
        for (at, person) in people.iter().enumerate() {
            stands(&service, *person, if at < 11 { "placed" } else { "dropped" }).await;
        }
        let past = Moment::now().date() - chrono::Days::new(30);
        let tx = service.state.store.begin(None, 0).await.unwrap();
        cohort_row::Entity::update_many()
            .col_expr(cohort_row::Column::EndsOn, Expr::value(past))
            .filter(cohort_row::Column::Id.eq(w.cohort))
            .exec(tx.conn())
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let firm = service.organisation("employer", "DE").await;
        let firm = service.program(Role::EmployerClerk, Some(firm), &[], None).await;
        let told = firm.get(&format!("/api/v1/provider-outcomes?institute={}", w.institute)).await.json();
        assert_eq!(told["outcomes"][0]["completion"], json!({ "of": 22, "reached": 11 }), "{told}");
        assert_eq!(told["outcomes"][0]["placement"], json!({ "of": 11, "reached": 11 }), "{told}");
        stands(&service, people[0], "dropped").await;
        stands(&service, people[1], "dropped").await;
        let told = firm.get("/api/v1/provider-outcomes").await.json();
        assert_eq!(told["outcomes"][0]["completion"], Value::Null, "nine who finished are as good as named: {told}");
        let own = w.head.get("/api/v1/provider-outcomes").await.json();
        assert_eq!(own["outcomes"][0]["completion"]["reached"], 9, "the institute sees them anyway: {own}");
        let reply = json!({ "institute_id": w.institute, "programme_id": w.programme, "year": 2026, "text_language": "fr", "statement": "Grève des transports." });
        assert_eq!(firm.post("/api/v1/provider-statements", reply.clone()).await.status, 403);
        w.head.post("/api/v1/provider-statements", reply).await.created();
        let told = firm.get("/api/v1/provider-outcomes").await.json();
        assert_eq!(told["statements"][0]["text"], "Grève des transports.");
    }
}
