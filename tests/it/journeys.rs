//! Journeys over the API and in the night: gates, steps of the pathway, new stages on a running
//! server, clocks, tasks, and journeys rebuilt from their events.

use crate::access::trainee;
use crate::on_both;
use crate::recognition::complete;
use crate::support::{Program, Service};
use passerelle::app::journeys;
use passerelle::clock::Moment;
use passerelle_domain::access::Role;
use passerelle_domain::machine::journey::Journey;
use passerelle_domain::people::TaskKind;
use passerelle_store::entity::{journey, mail, notification, task};
use passerelle_store::query::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};
use uuid::Uuid;

/// A moment at noon of a day.
fn noon(day: &str) -> Moment {
    let day: chrono::NaiveDate = day.parse().unwrap();
    Moment(day.and_hms_opt(12, 0, 0).unwrap().and_utc())
}

/// Path of the events of a person's journey.
pub(crate) async fn events_of(who: &Program, person: Uuid) -> String {
    let found = who.get(&format!("/api/v1/journeys?trainee_id={person}")).await.json();
    format!("/api/v1/journeys/{}/events", found["items"][0]["id"].as_str().unwrap_or_else(|| panic!("{found}")))
}

/// Brings events and expects each to be taken.
async fn all(who: &Program, path: &str, events: &[Value]) {
    for event in events {
        let answer = who.event(path, event.clone()).await;
        assert_eq!(answer.status, 200, "{event}: {}", answer.text);
    }
}

async fn rebuilt_equal_stored(service: &Service) -> usize {
    let conn = service.state.store.read();
    let rows = journey::Entity::find().all(conn).await.unwrap();
    for row in &rows {
        let stored: Journey = serde_json::from_str(&row.facts).unwrap();
        assert_eq!(journeys::rebuilt(&service.state, conn, row).await.unwrap(), stored, "{}", row.state);
    }
    rows.len()
}

async fn open_tasks(service: &Service) -> Vec<(String, String)> {
    let rows = task::Entity::find().filter(task::Column::Status.eq("open")).all(service.state.store.read()).await.unwrap();
    rows.into_iter().map(|row| (row.kind, row.due_on.to_string())).collect()
}

fn certify() -> Value {
    json!({ "event": "certify", "exam_passed": true, "attendance_percent": 92, "language_reached": true })
}

/// An electrician of Morocco and an employer in Germany who have both said yes.
pub(crate) struct Pair {
    pub(crate) head: Program,
    pub(crate) herself: Program,
    pub(crate) employer: Program,
    pub(crate) origin: Program,
    pub(crate) destination: Program,
    pub(crate) person: Uuid,
    pub(crate) need: Uuid,
    pub(crate) proposal: String,
}

pub(crate) async fn pair(service: &Service) -> Pair {
    service.corridors().await;
    let institute = service.organisation("institute", "MA").await;
    let head = service.program(Role::InstituteHead, Some(institute), &[], None).await;
    let person = head.post("/api/v1/trainees", trainee(institute, "MA")).await.created();
    for purpose in ["matching", "employer_disclosure", "partner_sharing"] {
        head.post("/api/v1/consents", json!({ "trainee": person, "purpose": purpose, "language": "fr" })).await.created();
    }
    let certificate = json!({ "trainee_id": person, "language": "de", "scale": "CEFR", "level": "B1", "issuer": "Examination centre", "issued_on": "2026-10-20" });
    head.post("/api/v1/language-certificates", certificate).await.created();
    let employer_id = service.organisation("employer", "DE").await;
    let employer = service.program(Role::EmployerApprover, Some(employer_id), &[], None).await;
    let need = employer
        .post(
            "/api/v1/needs",
            json!({
                "title": "Electrician", "employer_id": employer_id, "side": "destination", "country": "DE", "occupation": "7411", "positions": 1,
                "start_from": "2027-09-01", "start_to": "2027-12-31", "wage": "EUR 34800", "comparable_wage": "EUR 34800", "wage_per": "year",
                "hours_per_week": 39, "status": "forecast",
            }),
        )
        .await
        .created();
    service.open(&employer, need).await;
    employer.post("/api/v1/seat-pools", json!({ "need_id": need, "pathway": "DE-NAFR-THAMM/MA", "seats": 1 })).await.created();
    let origin = service.program(Role::OriginOfficer, None, &["MA"], None).await;
    let destination = service.program(Role::DestinationOfficer, None, &["DE"], None).await;
    // The annex lets the destination follow journeys.
    let ministry = service.program(Role::OriginApprover, None, &["MA"], None).await;
    let agreement = json!({ "name": "Partnership", "pack": "DE-NAFR-THAMM", "origin": "MA", "destination": "DE", "status": "active", "cost_mode": "strict" });
    let agreement = ministry.post("/api/v1/agreements", agreement).await.created();
    for group in ["journey", "training"] {
        let shared = ministry
            .post(
                "/api/v1/shared-groups",
                json!({ "agreement_id": agreement, "field_group": group, "origin": "MA", "destination": "DE", "since": "2026-01-01" }),
            )
            .await;
        assert_eq!(shared.status, 201, "{}", shared.text);
    }
    origin.post("/api/v1/match-runs", json!({})).await;
    service.drain().await;
    let proposals = employer.get("/api/v1/proposals").await.json();
    let proposal = proposals["items"][0]["id"].as_str().unwrap_or_else(|| panic!("{proposals}")).to_owned();
    let herself = service.program(Role::Trainee, None, &[], Some(person)).await;
    for (who, version) in [(&herself, 1), (&employer, 2)] {
        let path = format!("/api/v1/proposals/{proposal}/decision");
        let said =
            who.send("POST", &path, &[("if-match", &format!("\"{version}\""))], Some(json!({ "decision": "accepted" }).to_string())).await;
        assert_eq!(said.status, 200, "{}", said.text);
    }
    Pair { head, herself, employer, origin, destination, person, need, proposal }
}

async fn offer(pair: &Pair, version: i64, facts: Value) -> crate::support::Answer {
    let path = format!("/api/v1/proposals/{}/offer", pair.proposal);
    pair.employer.send("POST", &path, &[("if-match", &format!("\"{version}\""))], Some(facts.to_string())).await
}

/// Terms for Germany that let her accept at once: data that an authority enters.
async fn without_cooling_off(service: &Service) {
    let ministry = service.program(Role::DestinationApprover, None, &["DE"], None).await;
    let terms = json!({
        "admit_days": 30, "certify_days": 30, "match_days": 90, "offer_working_days": 15, "cooling_off_working_days": 0, "accept_working_days": 10,
        "arrive_days": 7, "start_work_days": 14, "reintegrate_months": 12, "attendance_min_percent": 75, "reintegration_min_percent": 66,
    });
    let entry = json!({ "kind": "journey_terms", "document": { "destination": "DE", "terms": terms, "valid_from": "2020-01-01", "source": "Test" } });
    let made = ministry.post("/api/v1/law-entries", entry).await;
    assert_eq!(made.status, 201, "{}", made.text);
}

on_both! {
    async fn from_a_match_in_training_to_work_and_back(on) {
        let service = Service::start(on).await;
        let p = pair(&service).await;
        let path = events_of(&p.head, p.person).await;
        let seen = p.head.get(&path).await.json();
        assert_eq!((&seen["journey"]["state"], &seen["journey"]["pathway"][0]), (&json!("in_training"), &json!("DE-NAFR-THAMM")));
        assert_eq!(p.employer.get(&format!("/api/v1/needs/{}", p.need)).await.json()["status"], "reserved", "the seat is held");
        assert_eq!(p.head.event(&path, json!({ "event": "certify", "exam_passed": true, "attendance_percent": 60, "language_reached": true })).await.refused(), ["attendance_percent:guard"]);
        assert_eq!(p.employer.get(&path).await.status, 404, "an employer follows her from the offer on");
        assert_eq!(p.herself.event(&path, certify()).await.status, 403);
        let steps: Vec<Value> = p.origin.get("/api/v1/corridors/DE-NAFR-THAMM").await.json()["steps"].as_array().unwrap().clone();
        all(&p.head, &path, &[certify()]).await;
        assert_eq!(p.head.get(&path).await.json()["journey"]["state"], "matched");
        assert_eq!(offer(&p, 3, json!({ "contract_complete": true })).await.refused(), ["works_council:guard"]);
        finish_before(&p.origin, &path, &steps, "offer").await;
        let offered = offer(&p, 3, json!({ "contract_complete": true, "works_council": true })).await;
        assert_eq!(offered.status, 200, "{}", offered.text);
        assert_eq!(p.employer.get(&path).await.status, 200);
        assert_eq!(p.herself.event(&path, json!({ "event": "accept" })).await.refused(), ["cooling_off:guard"], "five working days to think");
        without_cooling_off(&service).await;
        assert_eq!(p.employer.event(&path, json!({ "event": "accept" })).await.status, 403, "nobody says yes for her");
        all(&p.herself, &path, &[json!({ "event": "accept" })]).await;
        assert_eq!(p.employer.get(&format!("/api/v1/needs/{}", p.need)).await.json()["status"], "filled");
        // Held by an emergency: no time runs, and the employer learns that, not why.
        all(&p.herself, &path, &[json!({ "event": "emergency", "cause": "FAM.ILL" })]).await;
        let (hers, theirs) = (p.herself.get(&path).await.json(), p.employer.get(&path).await.json());
        assert_eq!(hers["events"].as_array().unwrap().last().unwrap()["event"]["cause"], "FAM.ILL");
        assert!(!theirs.to_string().contains("FAM."), "not in the events, not in the journey, not in its clocks: {theirs}");
        let seats = p.destination.get(&format!("/api/v1/needs/{}/events", p.need)).await;
        assert!(!seats.text.contains(&p.person.to_string()), "who holds a seat is not the need's to tell: {}", seats.text);
        assert_eq!((&hers["standing"], hers["due_on"].is_null()), (&json!("on_hold"), true));
        assert!(open_tasks(&service).await.iter().any(|(kind, _)| kind == TaskKind::OnHold.as_str()));
        crate::contingency::through_case(&p.origin, &p.herself, p.person, "defer").await;
        assert!(open_tasks(&service).await.is_empty(), "what was asked is done");
        // That she complains of him is not the employer's to know, now or later.
        all(&p.herself, &path, &[json!({ "event": "emergency", "cause": "EMP.ABUSE" })]).await;
        let theirs = p.employer.get(&path).await;
        assert!(theirs.status == 200 && !theirs.text.contains("ABUSE"), "{}", theirs.text);
        crate::contingency::through_case(&p.origin, &p.herself, p.person, "defer").await;
        assert!(!p.employer.get(&path).await.text.contains("ABUSE"));
        // What an event does not know is refused, and so is what nobody writes.
        let strange = p.herself.event(&path, json!({ "event": "emergency", "cause": "FAM.ILL", "dry_run": true })).await;
        assert_eq!(strange.status, 400, "{}", strange.text);
        let needs = format!("/api/v1/needs/{}/events", p.need);
        let strange = p.employer.event(&needs, json!({ "event": "publish", "dry_run": true })).await;
        assert_eq!(strange.refused(), ["dry_run:unknown-field"], "an event without facts takes none");
        let paper = |name: &str, until: &str| json!({ "event": "add_paper", "paper": name, "valid_to": until, "renewable": true });
        assert_eq!(p.head.event(&path, paper(&"x".repeat(201), "2027-01-01")).await.refused(), ["paper:too-long"]);
        assert_eq!(p.head.event(&path, paper("a\u{202e}b", "2027-01-01")).await.refused(), ["paper:control-characters"]);
        assert_eq!(p.head.event(&path, paper("passport", "+262142-12-31")).await.refused(), ["valid_to:date"]);
        // Recognition, where the pathway asks for it, runs beside the visa.
        let state = p.herself.get(&path).await.json()["journey"]["state"].as_str().unwrap().to_owned();
        if state == "recognition" {
            let case = json!({ "trainee_id": p.person, "destination": "DE", "occupation": "7411", "authority": "IHK FOSA", "state": "draft" });
            let case = p.head.post("/api/v1/recognition-cases", case).await.created();
            let diploma = json!({ "trainee_id": p.person, "title": "Electrician", "awarding_body": "Institut", "occupation": "7411", "status": "awarded", "eqf_basis": "none", "awarded_on": "2026-06-30" });
            p.head.post("/api/v1/credentials", diploma).await.created();
            let authority = service.program(Role::RecognitionOfficer, None, &["DE"], None).await;
            let course = format!("/api/v1/recognition-cases/{case}/events");
            all(&p.head, &course, &[json!({ "event": "file", "consent": true })]).await;
            all(&authority, &course, &[complete(&authority, case).await, json!({ "event": "decide_full" })]).await;
            assert_eq!(p.herself.get(&path).await.json()["journey"]["state"], "visa", "the journey learns of the decision");
        }
        finish_before(&p.origin, &path, &steps, "visa").await;
        all(&p.herself, &path, &[json!({ "event": "file_visa" })]).await;
        all(&p.destination, &path, &[json!({ "event": "grant_visa" })]).await;
        finish_before(&p.origin, &path, &steps, "travel").await;
        let clear = json!({ "event": "clear", "orientation": true, "same_contract": true, "ticket_not_paid_by_trainee": true, "passport_in_own_hands": true, "insured": true, "exit_clearance": true });
        let mut paid = clear.clone();
        paid["ticket_not_paid_by_trainee"] = json!(false);
        assert_eq!(p.origin.event(&path, paid).await.refused(), ["ticket_not_paid_by_trainee:guard"], "she never pays for the way");
        all(&p.origin, &path, &[clear]).await;
        all(&p.destination, &path, &[json!({ "event": "arrive" })]).await;
        finish_before(&p.origin, &path, &steps, "start_of_work").await;
        all(&p.employer, &path, &[json!({ "event": "start_work", "contract_unchanged": true, "social_insurance": true, "housing_seen": true })]).await;
        assert_eq!(p.employer.get(&format!("/api/v1/needs/{}", p.need)).await.json()["status"], "closed");
        assert_eq!(p.head.get(&format!("/api/v1/trainees/{}", p.person)).await.json()["journey"], "placed");
        assert_eq!(p.herself.event(&path, json!({ "event": "withdraw" })).await.status, 409, "she is at work");
        all(&p.destination, &path, &[json!({ "event": "settle", "permanent_status": true })]).await;
        assert_eq!(rebuilt_equal_stored(&service).await, 1);
        assert!(passerelle_store::audit::verify(&service.state.store).await.unwrap().broken.is_none());
    }

    async fn a_seat_is_given_back_and_a_cancelled_post_holds_whoever_had_it(on) {
        let service = Service::start(on).await;
        let p = pair(&service).await;
        let (path, need) = (events_of(&p.head, p.person).await, format!("/api/v1/needs/{}", p.need));
        let changed = p.employer.get(&need).await;
        let mut reopened = changed.json();
        reopened["status"] = json!("open");
        let version = changed.headers["etag"].trim_matches('"').parse().unwrap();
        assert_ne!(p.employer.put(&need, version, reopened).await.status, 200, "states move by events only");
        all(&p.herself, &path, &[json!({ "event": "release", "reason": "another plan" })]).await;
        assert_eq!(p.employer.get(&need).await.json()["status"], "open");
        let proposal = p.herself.get(&format!("/api/v1/proposals/{}", p.proposal)).await.json();
        assert_eq!(proposal["trainee_decision"], "declined");
        let employer = p.employer.event(&format!("{need}/events"), json!({ "event": "suspend", "reason": "strike" })).await;
        assert_eq!(employer.status, 403, "suspension is the state's");
        assert_eq!(p.employer.event(&format!("{need}/events"), json!({ "event": "cancel", "reason": " " })).await.refused(), ["reason:guard"]);
        let service = Service::start(on).await;
        let p = pair(&service).await;
        let (path, need) = (events_of(&p.head, p.person).await, format!("/api/v1/needs/{}", p.need));
        all(&p.employer, &format!("{need}/events"), &[json!({ "event": "cancel", "reason": "no budget" })]).await;
        let held = p.herself.get(&path).await.json();
        assert_eq!((&held["journey"]["state"], &held["journey"]["cause"]), (&json!("on_hold"), &json!("EMP.WITHDRAW")));
        // A reservation falls when its time is over.
        let service = Service::start(on).await;
        let p = pair(&service).await;
        let night = journeys::recompute(&service.state, noon("2027-07-31")).await.unwrap();
        assert_eq!(night.reservations_fallen, 0, "thirty days from the day she is ready");
        let night = journeys::recompute(&service.state, noon("2027-08-01")).await.unwrap();
        assert_eq!(night.reservations_fallen, 1);
        assert_eq!(p.employer.get(&format!("/api/v1/needs/{}", p.need)).await.json()["status"], "open");
    }

    async fn whoever_was_unfiled_when_a_pathway_closed_is_held_and_whoever_filed_goes_on(on) {
        let service = Service::start(on).await;
        service.corridors().await;
        let institute = service.organisation("institute", "JO").await;
        let head = service.program(Role::InstituteHead, Some(institute), &[], None).await;
        let officer = service.program(Role::OriginOfficer, None, &["JO"], None).await;
        let mut paths = Vec::new();
        for name in ["Filed", "Unfiled"] {
            let mut new = trainee(institute, "JO");
            new["given_name"] = json!(name);
            new["family_name"] = json!(format!("{name}son"));
            new["birth_date"] = json!(if name == "Filed" { "2001-02-03" } else { "2002-03-04" });
            let person = head.post("/api/v1/trainees", new).await.created();
            let path = events_of(&head, person).await;
            let finish = |step: &str, day: &str| json!({ "event": "finish_step", "step": step, "on": day });
            let skip = |step: &str, day: &str| json!({ "event": "skip_step", "step": step, "reason": "held", "on": day });
            all(&officer, &path, &[
                json!({ "event": "take_pathway", "pack": "CA-EMPP", "pack_version": 1, "on": "2025-12-01" }),
                finish("referral", "2025-12-02"), finish("displacement-proof", "2025-12-03"), skip("credential-assessment", "2025-12-04"),
                finish("language-clb7", "2025-12-05"), finish("stream", "2025-12-06"),
            ]).await;
            paths.push(path);
        }
        all(&officer, &paths[0], &[json!({ "event": "finish_step", "step": "application", "on": "2025-12-31" })]).await;
        let late = officer.event(&paths[1], json!({ "event": "finish_step", "step": "application", "on": "2026-01-01" })).await;
        assert_eq!(late.refused(), ["closed:guard"]);
        let before = journeys::recompute(&service.state, noon("2025-12-31")).await.unwrap();
        assert_eq!((before.read, before.held), (2, 0));
        let after = journeys::recompute(&service.state, Moment::now()).await.unwrap();
        assert_eq!(after.held, 1);
        let (filed, unfiled) = (officer.get(&paths[0]).await.json(), officer.get(&paths[1]).await.json());
        assert_eq!(filed["journey"]["state"], "in_training", "a complete file continues");
        assert_eq!((&unfiled["journey"]["state"], &unfiled["journey"]["cause"]), (&json!("on_hold"), &json!("DST.CLOSED")));
        assert_eq!(journeys::recompute(&service.state, Moment::now()).await.unwrap().held, 0, "once");
        assert_eq!(rebuilt_equal_stored(&service).await, 2);
    }

    async fn a_case_moves_through_a_stage_that_was_added_while_the_service_ran(on) {
        let service = Service::start(on).await;
        service.corridors().await;
        for (kind, country) in [("institute", "TN"), ("employer", "IT"), ("funder", "IT"), ("institute", "IT")] {
            service.organisation(kind, country).await;
        }
        let (home, away) = (service.organisation("origin_authority", "TN").await, service.organisation("destination_authority", "IT").await);
        let origin = service.program(Role::OriginApprover, Some(home), &["TN"], None).await;
        let destination = service.program(Role::DestinationApprover, Some(away), &["IT"], None).await;
        let drafter = service.program(Role::DestinationOfficer, Some(away), &["IT"], None).await;
        let begin = json!({ "template": "trained-abroad", "id": "IT-TN-WELDERS", "name": "Welders of Tunisia", "destination": "IT", "origins": ["TN"] });
        let draft = drafter.post("/api/v1/pathway-drafts", begin).await.created();
        let path = format!("/api/v1/pathway-drafts/{draft}");
        let publish = async |from: i64| {
            let send = async |who: &Program, what: &str, version: i64, body: Value| {
                let done = who.send("POST", &format!("{path}/{what}"), &[("if-match", &format!("\"{version}\""))], Some(body.to_string())).await;
                assert_eq!(done.status, 200, "{what}: {}", done.text);
            };
            send(&drafter, "submission", from, json!({ "effective_from": Moment::now().date() })).await;
            send(&destination, "approval", from + 1, json!({})).await;
            send(&origin, "approval", from + 2, json!({})).await;
        };
        publish(1).await;
        let institute = service.organisation("institute", "TN").await;
        let head = service.program(Role::InstituteHead, Some(institute), &[], None).await;
        let officer = service.program(Role::OriginOfficer, Some(home), &["TN"], None).await;
        let person = head.post("/api/v1/trainees", trainee(institute, "TN")).await.created();
        let journey = events_of(&head, person).await;
        let finish = |step: &str| json!({ "event": "finish_step", "step": step });
        all(&officer, &journey, &[json!({ "event": "take_pathway", "pack": "IT-TN-WELDERS", "pack_version": 1 }), finish("project-approval")]).await;
        assert_eq!(head.get(&journey).await.json()["may_move"], json!(["course", "italian-a1"]), "whoever performs a step moves it");
        // The ministry adds a stage: a safety briefing between the course and the exam.
        let draft = drafter.post("/api/v1/pathway-drafts", json!({ "pack": "IT-TN-WELDERS" })).await.created();
        let path = format!("/api/v1/pathway-drafts/{draft}");
        let put = async |step: Value, version: i64| {
            let id = step["id"].as_str().unwrap().to_owned();
            let done = drafter.send("PUT", &format!("{path}/steps/{id}"), &[("if-match", &format!("\"{version}\""))], Some(step.to_string())).await;
            assert_eq!(done.status, 200, "{}", done.text);
        };
        let pack = drafter.get(&path).await.json();
        let mut exam = pack["pack"]["steps"].as_array().unwrap().iter().find(|step| step["id"] == "final-exam").unwrap().clone();
        put(json!({ "id": "safety-briefing", "name": { "en": "Safety briefing" }, "kind": "orientation", "actor": "institute", "after": ["course"], "days": [1, 2, 5], "source": exam["source"] }), 1).await;
        exam["after"] = json!(["safety-briefing", "italian-a1"]);
        put(exam, 2).await;
        let publish = async |from: i64| {
            for (who, what, version, body) in [(&drafter, "submission", from, json!({ "effective_from": Moment::now().date() })), (&destination, "approval", from + 1, json!({})), (&origin, "approval", from + 2, json!({}))] {
                let done = who.send("POST", &format!("{path}/{what}"), &[("if-match", &format!("\"{version}\""))], Some(body.to_string())).await;
                assert_eq!(done.status, 200, "{what}: {}", done.text);
            }
        };
        publish(3).await;
        all(&head, &journey, &[finish("course"), finish("italian-a1")]).await;
        assert_eq!(head.get(&journey).await.json()["may_move"], json!(["final-exam"]), "an open case keeps the version it has");
        let moved = json!({ "event": "take_pathway", "pack": "IT-TN-WELDERS", "pack_version": 2 });
        assert_eq!(officer.event(&journey, moved.clone()).await.refused(), ["reason:guard"]);
        let mut with_reason = moved;
        with_reason["reason"] = json!("the briefing was agreed on");
        all(&officer, &journey, &[with_reason]).await;
        assert_eq!(head.event(&journey, finish("final-exam")).await.refused(), ["steps_before:guard"]);
        assert_eq!(head.get(&journey).await.json()["next"], "safety-briefing");
        all(&head, &journey, &[finish("safety-briefing"), finish("final-exam")]).await;
        let seen = head.get(&journey).await.json();
        assert_eq!(seen["horizon_paper"], "training_entitlement", "the right to enter lapses after six months");
        assert_eq!(rebuilt_equal_stored(&service).await, 1);
    }

    async fn clocks_open_tasks_tell_once_and_close_again(on) {
        let service = Service::start(on).await;
        let institute = service.organisation("institute", "MA").await;
        let authority = service.organisation("recognition_authority", "DE").await;
        let head = service.program(Role::InstituteHead, Some(institute), &[], None).await;
        let officer = service.program(Role::RecognitionOfficer, Some(authority), &["DE"], None).await;
        let mut new = trainee(institute, "MA");
        new["journey"] = json!("applied");
        let person = head.post("/api/v1/trainees", new).await.created();
        service.program(Role::Trainee, None, &[], Some(person)).await;
        let path = events_of(&head, person).await;
        let begun = Moment::now().date();
        let day = |days: u64| noon(&(begun + chrono::Days::new(days)).to_string());
        journeys::recompute(&service.state, day(15)).await.unwrap();
        assert!(open_tasks(&service).await.is_empty());
        journeys::recompute(&service.state, day(16)).await.unwrap();
        let due = (begun + chrono::Days::new(30)).to_string();
        assert_eq!(open_tasks(&service).await, [("deadline_near".to_owned(), due.clone())]);
        let told = async |kind: &str| {
            let rows = notification::Entity::find().filter(notification::Column::Kind.eq(kind)).all(service.state.store.read()).await.unwrap();
            rows.len()
        };
        assert_eq!(told("task_deadline_near").await, 2, "she and the head of her institute");
        journeys::recompute(&service.state, day(17)).await.unwrap();
        assert_eq!(told("task_deadline_near").await, 2, "once");
        journeys::recompute(&service.state, day(31)).await.unwrap();
        assert_eq!(open_tasks(&service).await, [("overdue".to_owned(), due)]);
        assert!(!mail::Entity::find().all(service.state.store.read()).await.unwrap().is_empty(), "and by e-mail");
        let seen = head.get("/api/v1/tasks?status=open&owner=institute").await.json();
        assert_eq!(seen["items"].as_array().unwrap().len(), 1, "{seen}");
        all(&head, &path, &[json!({ "event": "admit", "eligible": true, "informed_consent": true, "place_free": true, "contingency_plan": true, "early_sign_off": true })]).await;
        assert!(open_tasks(&service).await.is_empty());
        // A recognition case: warned of a fortnight before, overdue after.
        let diploma = json!({ "trainee_id": person, "title": "Diploma", "awarding_body": "Institut", "occupation": "2221", "status": "awarded", "eqf_basis": "none", "awarded_on": "2025-06-30" });
        head.post("/api/v1/credentials", diploma).await.created();
        let case = json!({ "trainee_id": person, "destination": "DE", "occupation": "2221", "authority": "Nursing authority", "state": "draft" });
        let case = head.post("/api/v1/recognition-cases", case).await.created();
        let course = format!("/api/v1/recognition-cases/{case}/events");
        all(&head, &course, &[json!({ "event": "file", "consent": true })]).await;
        all(&officer, &course, &[complete(&officer, case).await]).await;
        let due: chrono::NaiveDate = officer.get(&course).await.json()["case"]["due_on"].as_str().unwrap().parse().unwrap();
        assert_eq!(officer.get(&format!("/api/v1/recognition-cases/{case}")).await.json()["due_on"], json!(due));
        let recognition = async || open_tasks(&service).await.into_iter().filter(|(kind, _)| kind.starts_with("recognition")).map(|(kind, _)| kind).collect::<Vec<_>>();
        journeys::recompute(&service.state, noon(&(due - chrono::Days::new(15)).to_string())).await.unwrap();
        assert!(recognition().await.is_empty());
        journeys::recompute(&service.state, noon(&(due - chrono::Days::new(14)).to_string())).await.unwrap();
        assert_eq!(recognition().await, ["recognition_near"]);
        journeys::recompute(&service.state, noon(&(due + chrono::Days::new(1)).to_string())).await.unwrap();
        assert_eq!(recognition().await, ["recognition_overdue"]);
        all(&officer, &course, &[json!({ "event": "decide_full" })]).await;
        journeys::recompute(&service.state, noon(&(due + chrono::Days::new(2)).to_string())).await.unwrap();
        assert!(recognition().await.is_empty());
    }

    async fn an_announced_rule_says_whom_it_would_block_delay_and_free(on) {
        let service = Service::start(on).await;
        service.corridors().await;
        let institute = service.organisation("institute", "MA").await;
        let head = service.program(Role::InstituteHead, Some(institute), &[], None).await;
        let officer = service.program(Role::OriginOfficer, None, &["MA"], None).await;
        let mut birth = Some("1975-01-01".to_owned());
        for name in ["Old", "Young", "Unknown"] {
            let mut new = trainee(institute, "MA");
            new["given_name"] = json!(name);
            match &birth {
                Some(day) => new["birth_date"] = json!(day),
                None => drop(new.as_object_mut().unwrap().remove("birth_date")),
            }
            let person = head.post("/api/v1/trainees", new).await.created();
            let path = events_of(&head, person).await;
            all(&officer, &path, &[json!({ "event": "take_pathway", "pack": "DE-NAFR-THAMM", "pack_version": 1 })]).await;
            // The next one will be twenty and a half when she can leave, the last has no birth date.
            let departure: chrono::NaiveDate = officer.get(&path).await.json()["ready_on"].as_str().unwrap().parse().unwrap();
            birth = (name == "Old").then(|| (departure - chrono::Months::new(20 * 12 + 6)).to_string());
        }
        assert_eq!(officer.get("/api/v1/rules-outlook").await.json()["changes"], json!([]));
        // From twenty-one, and to fifty at the most: announced, not in force.
        let ministry = service.program(Role::DestinationApprover, None, &["DE"], None).await;
        let rules = ministry.get("/api/v1/rules").await.json();
        let current = rules["items"].as_array().unwrap().iter().find(|rule| rule["rule"] == "R01").unwrap().clone();
        let mut announced = current.clone();
        announced["version"] = json!(2);
        announced["status"] = json!("announced");
        announced["valid_from"] = json!("2030-01-01");
        let age = json!({ "years_between": [{ "fact": "person.birth_date" }, { "fact": "dates.departure" }] });
        announced["holds"] = json!({ "all": [{ "at_least": [age, 21] }, { "at_most": [age, 50] }] });
        announced["tests"] = json!([
            { "name": "thirty", "expect": "pass", "facts": { "person.birth_date": "1997-05-01", "dates.departure": "2027-09-01" } },
            { "name": "nineteen", "expect": "block", "facts": { "person.birth_date": "2008-05-01", "dates.departure": "2027-09-01" } },
        ]);
        let made = ministry.post("/api/v1/law-entries", json!({ "kind": "rule", "document": announced })).await;
        assert_eq!(made.status, 201, "{}", made.text);
        let before = rebuilt_equal_stored(&service).await;
        let seen = officer.get("/api/v1/rules-outlook").await.json();
        let change = &seen["changes"][0];
        assert_eq!((&change["rule"], &change["counts"]), (&json!("R01"), &json!({ "blocked": 1, "delayed": 1 })), "{seen}");
        assert_eq!(change["touched"][1]["months"], 6, "{seen}");
        assert_eq!(rebuilt_equal_stored(&service).await, before, "nothing is written");
        let elsewhere = service.program(Role::OriginOfficer, None, &["TN"], None).await;
        assert_eq!(elsewhere.get("/api/v1/rules-outlook").await.json()["journeys"], 0, "each sees her own");
    }

    async fn six_who_bring_one_event_at_once_bring_it_once(on) {
        let service = Service::start(on).await;
        let institute = service.organisation("institute", "MA").await;
        let head = service.program(Role::InstituteHead, Some(institute), &[], None).await;
        let person = head.post("/api/v1/trainees", trainee(institute, "MA")).await.created();
        let path = events_of(&head, person).await;
        let tasks: Vec<_> = (0..6).map(|_| {
            let (head, path) = (head.clone(), path.clone());
            tokio::spawn(async move { head.send("POST", &path, &[("if-match", "\"1\"")], Some(certify().to_string())).await.status })
        }).collect();
        let mut answers = Vec::new();
        for task in tasks {
            answers.push(task.await.unwrap());
        }
        answers.sort_unstable();
        assert_eq!(answers, [200, 412, 412, 412, 412, 412]);
        assert_eq!(rebuilt_equal_stored(&service).await, 1);
    }

    async fn an_agreement_ends_when_the_last_person_has_arrived(on) {
        let service = Service::start(on).await;
        let p = pair(&service).await;
        let ministry = service.program(Role::OriginApprover, None, &["MA"], None).await;
        let agreements = ministry.get("/api/v1/agreements").await.json();
        let id = agreements["items"][0]["id"].as_str().unwrap().to_owned();
        let path = format!("/api/v1/agreements/{id}/events");
        assert_eq!(p.origin.event(&path, json!({ "event": "notice", "months": 6 })).await.status, 403, "officers do not end agreements");
        all(&ministry, &path, &[json!({ "event": "review", "outcome": "continue" }), json!({ "event": "notice", "months": 1, "on": Moment::now().date() })]).await;
        let seen = ministry.get(&path).await.json();
        assert_eq!((&seen["agreement"]["state"], &seen["open_journeys"]), (&json!("teach_out"), &json!(1)));
        assert_eq!(ministry.event(&path, json!({ "event": "last_cohort_resolved" })).await.refused(), ["open_journeys:guard"]);
        all(&p.herself, &events_of(&p.head, p.person).await, &[json!({ "event": "withdraw" })]).await;
        assert_eq!(ministry.event(&path, json!({ "event": "last_cohort_resolved" })).await.refused(), ["notice_period:guard"]);
    }
}

/// Finishes whatever the pathway puts in front of the step of a kind.
async fn finish_before(who: &Program, path: &str, steps: &[Value], kind: &str) {
    let goal = steps.iter().find(|step| step["kind"] == kind).unwrap();
    let mut wanted: Vec<String> = vec![];
    let mut pending: Vec<String> = ids(&goal["after"]);
    while let Some(id) = pending.pop() {
        let step = steps.iter().find(|step| step["id"] == json!(id)).unwrap();
        if !wanted.contains(&id) {
            pending.extend(ids(&step["after"]));
            wanted.push(id);
        }
    }
    for _ in 0..wanted.len() {
        let seen = who.get(path).await.json();
        for id in seen["may_move"].as_array().unwrap().iter().map(|id| id.as_str().unwrap().to_owned()) {
            let step = steps.iter().find(|step| step["id"] == json!(id)).unwrap();
            let gate =
                ["offer", "visa", "travel", "start_of_work"].iter().any(|gate| step["kind"] == *gate) || step.get("reaches").is_some();
            if wanted.contains(&id) && !gate {
                let done = who.event(path, json!({ "event": "finish_step", "step": id })).await;
                assert_eq!(done.status, 200, "{id}: {}", done.text);
            }
        }
    }
}

fn ids(list: &Value) -> Vec<String> {
    list.as_array().map(|list| list.iter().map(|id| id.as_str().unwrap().to_owned()).collect()).unwrap_or_default()
}
