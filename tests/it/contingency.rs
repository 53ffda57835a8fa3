//! What happens when somebody who was trained cannot leave: people who are ready, and the story of a closed border. Single
//! cases, disruptions with their plans, and the books have files of their own.

mod books;
mod cases;
mod disruptions;
mod letters;
mod money;
mod responses;
mod turns;

use crate::access::trainee;
use crate::journeys::events_of;
use crate::on_both;
use crate::support::{Answer, Program, Service};
use passerelle::clock::Moment;
use passerelle_domain::access::Role;
use passerelle_domain::machine::journey::Journey;
use passerelle_domain::people::JourneyState;
use passerelle_store::entity::{contingency_case, journey, ledger_entry, notification, trainee as person_row};
use passerelle_store::query::{ColumnTrait, ConnectionTrait, EntityTrait, Expr, QueryFilter};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use uuid::Uuid;

/// People trained for hotels in Germany, ready to leave, and those who answer for them.
struct Hotel {
    head: Program,
    officer: Program,
    ministry: Program,
    /// Who declares in Germany.
    border: Program,
    agreement: Uuid,
    people: Vec<Uuid>,
}

async fn hotel(service: &Service, count: usize) -> Hotel {
    service.corridors().await;
    let today = Moment::now().date();
    let institute = service.organisation("institute", "MA").await;
    let head = service.program(Role::InstituteHead, Some(institute), &[], None).await;
    let officer = service.program(Role::OriginOfficer, None, &["MA"], None).await;
    let ministry = service.program(Role::OriginApprover, None, &["MA"], None).await;
    let border = service.program(Role::DestinationApprover, None, &["DE"], None).await;
    let agreement = json!({
        "name": "Hotels", "pack": "DE-NAFR-THAMM", "origin": "MA", "destination": "DE", "status": "active", "cost_mode": "strict",
    });
    let agreement = ministry.post("/api/v1/agreements", agreement).await.created();
    let programme = json!({
        "institute_id": institute, "name": "Waiters", "occupation": "5131", "eqf_basis": "none", "language": "fr", "hours": 900,
        "awarded_qualification": "Technicien",
    });
    let programme = head.post("/api/v1/programmes", programme).await.created();
    let cohort = json!({
        "name": "Hotels 2020", "institute_id": institute, "programme_id": programme, "agreement_id": agreement,
        "starts_on": "2025-09-01", "ends_on": "2026-08-31", "seats_away": count, "seats_home": 0, "seats_undecided": 0,
    });
    let cohort = head.post("/api/v1/cohorts", cohort).await.created();
    // Golden vector 8, but for the refund of the ticket: who paid what for one place.
    for (item, class, kind, amount) in [
        ("Vocational training", "education_investment", "training", "EUR 6000"),
        ("Language", "related_cost", "language", "EUR 2700"),
        ("Exam", "related_cost", "exam", "EUR 400"),
        ("Recognition", "related_cost", "recognition", "EUR 500"),
        ("Visa", "related_cost", "visa", "EUR 75"),
        ("Ticket, less what came back", "related_cost", "travel", "EUR 150"),
    ] {
        let line = json!({
            "cohort_id": cohort, "track": "away", "item": item, "cost_class": class, "cost_kind": kind, "payer": "employer", "amount": amount,
        });
        head.post("/api/v1/budget-lines", line).await.created();
    }
    let mut people = Vec::new();
    for number in 0..count {
        let mut one = trainee(institute, "MA");
        one["given_name"] = json!(format!("Number {number}"));
        one["occupation"] = json!("5131");
        one["journey"] = json!("certified");
        one["ready_on"] = json!(today);
        let person = head.post("/api/v1/trainees", one).await.created();
        let path = events_of(&officer, person).await;
        let take = json!({ "event": "take_pathway", "pack": "DE-NAFR-THAMM", "pack_version": 1, "reason": "" });
        ok(&officer.event(&path, take).await);
        let paper = json!({ "event": "add_paper", "paper": "police record", "valid_to": today + chrono::Days::new(60), "renewable": true });
        ok(&officer.event(&path, paper).await);
        people.push(person);
    }
    ready(service, cohort).await;
    Hotel { head, officer, ministry, border, agreement, people }
}

/// Everybody is in the cohort and one step before departure: the gates on the way there are tested elsewhere.
async fn ready(service: &Service, cohort: Uuid) {
    let tx = service.state.store.begin(None, Moment::now().ms()).await.unwrap();
    for row in journey::Entity::find().all(tx.conn()).await.unwrap() {
        let mut facts: Journey = serde_json::from_str(&row.facts).unwrap();
        facts.state = JourneyState::PreDeparture;
        facts.due_on = None;
        let update = journey::Entity::update_many()
            .col_expr(journey::Column::State, Expr::value("pre_departure"))
            .col_expr(journey::Column::Facts, Expr::value(serde_json::to_string(&facts).unwrap()))
            .filter(journey::Column::Id.eq(row.id));
        update.exec(tx.conn()).await.unwrap();
    }
    let update = person_row::Entity::update_many()
        .col_expr(person_row::Column::Journey, Expr::value("pre_departure"))
        .col_expr(person_row::Column::CohortId, Expr::value(Some(cohort)));
    update.exec(tx.conn()).await.unwrap();
    tx.commit().await.unwrap();
}

/// Whether the database takes a statement.
async fn takes(service: &Service, statement: &str) -> bool {
    let tx = service.state.store.begin(None, Moment::now().ms()).await.unwrap();
    tx.conn().execute_unprepared(statement).await.is_ok()
}

#[track_caller]
fn ok(answer: &Answer) {
    assert!((200..300).contains(&answer.status), "{}: {}", answer.status, answer.text);
}

/// Path of the events of the case of a person that is open.
async fn case_of(who: &Program, person: Uuid) -> String {
    let found = who.get(&format!("/api/v1/contingency-cases?trainee_id={person}")).await.json();
    let items = found["items"].as_array().unwrap();
    let open = items.iter().find(|item| item["state"] != "closed").or(items.first()).unwrap_or_else(|| panic!("{found}"));
    format!("/api/v1/contingency-cases/{}/events", open["id"].as_str().unwrap())
}

/// Puts a plan in force: one without promises that nothing stands behind, changed as the test wants it.
pub(crate) async fn put_in_force(agreement: Uuid, keys: [&Program; 2], change: impl FnOnce(&mut Value)) {
    use passerelle_domain::contingency::plan::Plan;
    let [ministry, border] = keys;
    let path = format!("/api/v1/agreements/{agreement}/contingency-plan");
    let mut plan = serde_json::to_value(Plan::standard()).unwrap();
    for answer in plan["answers"].as_array_mut().unwrap() {
        answer["responses"] = json!(["defer"]);
    }
    change(&mut plan);
    // Nobody waits for an end that never comes.
    for answer in plan["answers"].as_array_mut().unwrap() {
        let code = answer["cause"].as_str().unwrap().to_owned();
        if passerelle_domain::contingency::cause(&code)
            .is_some_and(|cause| cause.lasting == passerelle_domain::contingency::Lasting::ForGood)
        {
            let ways: Vec<Value> = answer["responses"].as_array().unwrap().iter().filter(|way| **way != "defer").cloned().collect();
            answer["responses"] = if ways.is_empty() { json!(["further_training"]) } else { json!(ways) };
        }
    }
    let seen = ministry.put(&path, 1, plan).await.json();
    assert_eq!(seen["draft"]["findings"], json!([]), "{seen}");
    let key = json!({ "digest": seen["draft"]["digest"] });
    ok(&ministry.post(&format!("{path}/key"), key.clone()).await);
    let done = border.post(&format!("{path}/key"), key).await;
    assert_eq!(done.json()["published"], true, "{}", done.text);
}

/// Somebody reports by herself that she cannot go on: she, and her case.
async fn reports(service: &Service, person: Uuid, cause: &str) -> (Program, String) {
    let herself = service.program(Role::Trainee, None, &[], Some(person)).await;
    ok(&herself.event(&events_of(&herself, person).await, json!({ "event": "emergency", "cause": cause })).await);
    let path = case_of(&herself, person).await;
    (herself, path)
}

/// An officer looks at a report, confirms it, and has the options worked out.
async fn worked_out(officer: &Program, path: &str, cause: &str) {
    for event in [
        json!({ "event": "triage", "cause": cause, "safety_risk": false }),
        json!({ "event": "verify", "proof": "evidence" }),
        json!({ "event": "propose" }),
    ] {
        ok(&officer.event(path, event).await);
    }
}

/// Takes a reported case to its end by her choice of a response without a post.
pub(crate) async fn through_case(officer: &Program, herself: &Program, person: Uuid, response: &str) {
    let path = case_of(officer, person).await;
    let cause = officer.get(&path).await.json()["case"]["cause"].as_str().unwrap().to_owned();
    worked_out(officer, &path, &cause).await;
    ok(&herself.event(&path, json!({ "event": "consent", "response": response })).await);
    ok(&officer.event(&path, json!({ "event": "done" })).await);
    ok(&officer.event(&path, json!({ "event": "close" })).await);
}

async fn post_at_home(service: &Service, positions: i64) -> Uuid {
    let employer_id = service.organisation("employer", "MA").await;
    let employer = service.program(Role::EmployerApprover, Some(employer_id), &[], None).await;
    let need = json!({
        "title": "Waiter", "employer_id": employer_id, "side": "origin", "country": "MA", "occupation": "5131", "positions": positions,
        "start_from": "2027-01-01", "start_to": "2027-12-31", "wage": "MAD 60000", "wage_per": "year", "hours_per_week": 40, "status": "forecast",
    });
    let need = employer.post("/api/v1/needs", need).await.created();
    service.open(&employer, need).await;
    need
}

/// Another employer in Germany with one open post, and who answers for it.
async fn post_in_germany(service: &Service, occupation: &str) -> (Program, Uuid) {
    let employer_id = service.organisation("employer", "DE").await;
    let employer = service.program(Role::EmployerApprover, Some(employer_id), &[], None).await;
    let need = json!({
        "title": "Electrician", "employer_id": employer_id, "side": "destination", "country": "DE", "occupation": occupation, "positions": 1,
        "start_from": "2027-09-01", "start_to": "2027-12-31", "wage": "EUR 34800", "comparable_wage": "EUR 34800", "wage_per": "year",
        "hours_per_week": 39, "status": "forecast",
    });
    let need = employer.post("/api/v1/needs", need).await.created();
    service.open(&employer, need).await;
    employer.post("/api/v1/seat-pools", json!({ "need_id": need, "pathway": "DE-NAFR-THAMM/MA", "seats": 1 })).await.created();
    (employer, need)
}

fn closed_border() -> Value {
    json!({
        "name": "Border of Germany closed", "cause": "DST.BORDER", "country": "DE", "origin": "MA", "destination": "DE",
        "begins_on": Moment::now().date(), "typical_days": 90, "p90_days": 540, "safety_risk": false, "evidence": "Official Journal 2020/12",
    })
}

async fn declare(service: &Service, who: &Program, disruption: Uuid) {
    let seen = who.get(&format!("/api/v1/disruptions/{disruption}")).await;
    let path = format!("/api/v1/disruptions/{disruption}/declaration");
    ok(&who.send("POST", &path, &[("if-match", &seen.headers["etag"])], None).await);
    service.drain().await;
}

async fn states(service: &Service) -> BTreeMap<String, usize> {
    let mut states = BTreeMap::new();
    for row in journey::Entity::find().all(service.state.store.read()).await.unwrap() {
        *states.entry(row.state).or_insert(0) += 1;
    }
    states
}

/// Amounts by the account that they came from, in euro cents.
async fn borne(service: &Service) -> BTreeMap<String, i64> {
    let mut sums = BTreeMap::new();
    for row in ledger_entry::Entity::find().all(service.state.store.read()).await.unwrap() {
        assert_eq!(row.currency, "EUR");
        *sums.entry(row.from_account).or_insert(0) += row.amount_minor;
    }
    sums
}

on_both! {
    /// Forty people bound for hotels; a border closes for ninety days, or for eighteen months. Each is shown what is open
    /// to her in the moment in which it is declared, chooses, and owes nothing; nobody is lost.
    async fn the_story_of_2020(on) {
        let service = Service::start(on).await;
        let hotel = hotel(&service, 40).await;
        let home = post_at_home(&service, 5).await;
        let disruption = hotel.border.post("/api/v1/disruptions", closed_border()).await.created();
        // Drilled first: nothing is written about anybody, and everybody is counted.
        assert_eq!(hotel.border.post(&format!("/api/v1/disruptions/{disruption}/drill"), json!({})).await.status, 200);
        let elsewhere = service.program(Role::DestinationApprover, None, &["GB"], None).await;
        assert_eq!(elsewhere.post(&format!("/api/v1/disruptions/{disruption}/drill"), json!({})).await.status, 404);
        let theirs = json!({ "name": "Exit ban", "cause": "ORI.EXITBAN", "country": "DE", "origin": "MA", "destination": "DE", "begins_on": Moment::now().date(), "safety_risk": false });
        assert_eq!(hotel.border.post("/api/v1/disruptions", theirs).await.refused(), ["country:disruption-not-yours"]);
        let own = json!({ "name": "Exit ban", "cause": "ORI.EXITBAN", "country": "MA", "origin": "MA", "begins_on": Moment::now().date(), "safety_risk": false, "evidence": "Decree" });
        let own = hotel.ministry.post("/api/v1/disruptions", own).await.created();
        let drill = hotel.ministry.post(&format!("/api/v1/disruptions/{own}/drill"), json!({})).await.json();
        assert_eq!(drill["affected"], 40, "{drill}");
        let first: i64 = drill["by_response"].as_object().unwrap().values().map(|count| count.as_i64().unwrap()).sum();
        assert_eq!(first + drill["unplaced"].as_i64().unwrap(), 40);
        assert_eq!(contingency_case::Entity::find().all(service.state.store.read()).await.unwrap().len(), 0);
        assert_eq!(states(&service).await, BTreeMap::from([("pre_departure".to_owned(), 40)]));

        declare(&service, &hotel.border, disruption).await;
        let cases = contingency_case::Entity::find().all(service.state.store.read()).await.unwrap();
        assert_eq!(cases.len(), 40);
        assert!(cases.iter().all(|case| case.state == "proposed" && case.control == "outside"));
        assert_eq!(states(&service).await, BTreeMap::from([("on_hold".to_owned(), 40)]));
        let again = hotel.border.get(&format!("/api/v1/disruptions/{disruption}")).await;
        let path = format!("/api/v1/disruptions/{disruption}/declaration");
        assert_eq!(hotel.border.send("POST", &path, &[("if-match", &again.headers["etag"])], None).await.status, 409);
        let changed = hotel.border.put(&format!("/api/v1/disruptions/{disruption}"), 3, closed_border()).await;
        assert_eq!(changed.status, 409, "what people act on is not rewritten: {}", changed.text);

        // Five posts at home for forty: five are offered one, the others are told whose turn it is.
        let mut with_post = Vec::new();
        for person in &hotel.people {
            let seen = hotel.officer.get(&case_of(&hotel.officer, *person).await).await.json();
            let options = &seen["options"]["decision"];
            let ways: Vec<&str> = options["shown"].as_array().unwrap().iter()
                .map(|at| options["choices"][at.as_u64().unwrap() as usize]["response"].as_str().unwrap()).collect();
            assert!(ways.contains(&"defer") && ways.contains(&"further_training"), "{ways:?}");
            let defer = options["choices"].as_array().unwrap().iter().find(|one| one["response"] == "defer").unwrap();
            assert_eq!(defer["with"], json!(["extend_papers"]), "the record of sixty days does not outlast the border");
            assert!(options["measures"].as_array().unwrap().contains(&json!("stipend")));
            if ways.contains(&"home_track") {
                with_post.push(*person);
            } else {
                let barred = options["barred"].as_array().unwrap().iter().find(|one| one["response"] == "home_track").unwrap();
                assert_eq!(barred["bar"], "other_turn");
            }
        }
        assert_eq!(with_post.len(), 5);

        // She sees her own case and nobody else's, and chooses what she was offered, and nothing else.
        let (stays, waits) = (with_post[0], *hotel.people.iter().find(|person| !with_post.contains(person)).unwrap());
        let herself = service.program(Role::Trainee, None, &[], Some(stays)).await;
        let hers = case_of(&herself, stays).await;
        assert_eq!(herself.get(&case_of(&hotel.officer, waits).await).await.status, 404);
        let consent = |response: &str, need: Option<Uuid>| json!({ "event": "consent", "response": response, "need": need });
        assert_eq!(hotel.head.event(&hers, consent("defer", None)).await.status, 403, "nobody chooses for her");
        assert_eq!(hotel.officer.event(&hers, consent("defer", None)).await.refused(), ["her_word:guard"]);
        assert_eq!(herself.event(&hers, consent("sub_dest", None)).await.refused(), ["response:not-offered"]);
        assert_eq!(herself.event(&hers, consent("home_track", Some(Uuid::nil()))).await.refused(), ["response:not-offered"]);
        let other = service.program(Role::Trainee, None, &[], Some(waits)).await;
        let others = case_of(&other, waits).await;
        assert_eq!(other.event(&others, consent("home_track", Some(home))).await.refused(), ["response:not-offered"]);
        assert_eq!(hotel.officer.event(&hers, json!({ "event": "done" })).await.status, 409, "nothing is done before she has said yes");
        ok(&herself.event(&hers, consent("home_track", Some(home))).await);
        assert_eq!(states(&service).await["on_hold"], 40, "her word alone moves nothing");

        // Everybody who is struck is told, as far as she who writes may see them; whoever reads it counts.
        let messages = format!("/api/v1/disruptions/{disruption}/messages");
        assert_eq!(hotel.border.post(&messages, json!({ "text": " " })).await.refused(), ["text:message-text"]);
        assert_eq!(hotel.border.post(&messages, json!({ "text": "Wait for us" })).await.json()["sent"], 0, "not without an annex");
        assert_eq!(elsewhere.post(&messages, json!({ "text": "Wait for us" })).await.status, 404);

        // Done: her journey ends at work at home; golden vector 8 is booked: 7 290.00 stay of use, 2 535.00 are lost.
        ok(&hotel.officer.event(&hers, json!({ "event": "done", "insurance": "EUR 1000" })).await);
        let seen = herself.get(&hers).await.json();
        let settlement = &seen["settlements"][0];
        assert_eq!((&settlement["sunk"], &settlement["residual"], &settlement["loss"]), (&json!("EUR 9825.00"), &json!("EUR 7290.00"), &json!("EUR 2535.00")));
        assert_eq!(settlement["trainee"], "EUR 0.00");
        assert_eq!(states(&service).await["home_placed"], 1);
        assert_eq!(borne(&service).await, BTreeMap::from([("insurance".into(), 100_000), ("employer".into(), 153_500), ("away_places".into(), 729_000)]));
        ok(&hotel.officer.event(&hers, json!({ "event": "close" })).await);
        assert_eq!(hotel.officer.event(&hers, json!({ "event": "close" })).await.status, 409);

        // What was booked for a person is not the other side's to read, and says nothing of why.
        let lines = hotel.border.get("/api/v1/ledger-entries").await.json();
        assert_eq!(lines["items"], json!([]));
        let lines = hotel.ministry.get("/api/v1/ledger-entries").await;
        assert!(lines.text.contains("home_track") && !lines.text.contains("BORDER"), "{}", lines.text);
        // The same failure under another cause is borne by another side: the reserve is filled, a partner owes by contract.
        let book = json!({ "from": "funder", "to": "reserve", "group": "training", "amount": "EUR 2000", "memo": "Premium" });
        ok(&hotel.ministry.post(&format!("/api/v1/agreements/{}/ledger", hotel.agreement), book).await);
        let second = with_post[1];
        let path = case_of(&hotel.officer, second).await;
        let bad = hotel.officer.event(&path, json!({ "event": "worsen", "cause": "EMP.INSOLV", "reason": "The hotel is bankrupt" })).await;
        ok(&bad);
        ok(&hotel.officer.event(&path, json!({ "event": "verify", "proof": "evidence" })).await);
        ok(&hotel.officer.event(&path, json!({ "event": "propose" })).await);
        let written = json!({ "event": "consent", "response": "home_track", "need": home, "her_word": true });
        ok(&hotel.officer.event(&path, written).await);
        ok(&hotel.officer.event(&path, json!({ "event": "done", "fault_cap": "EUR 500" })).await);
        let seen = hotel.officer.get(&path).await.json();
        let bearers: Vec<(&str, &str)> = seen["settlements"][0]["waterfall"].as_array().unwrap().iter()
            .map(|one| (one["bearer"].as_str().unwrap(), one["amount"].as_str().unwrap())).collect();
        assert_eq!(bearers, [("at_fault", "EUR 500.00"), ("reserve", "EUR 2000.00"), ("payer", "EUR 35.00")]);

        // Another hotel goes bankrupt: the reserve is empty by now, and what its contract does not bear its payer does.
        let third = with_post[2];
        let of_third = case_of(&hotel.officer, third).await;
        let bad = json!({ "event": "worsen", "cause": "EMP.INSOLV", "reason": "The second hotel is bankrupt" });
        ok(&hotel.officer.event(&of_third, bad).await);
        ok(&hotel.officer.event(&of_third, json!({ "event": "verify", "proof": "evidence" })).await);
        ok(&hotel.officer.event(&of_third, json!({ "event": "propose" })).await);
        let at_home = json!({ "event": "consent", "response": "home_track", "need": home, "her_word": true });
        ok(&hotel.officer.event(&of_third, at_home).await);
        ok(&hotel.officer.event(&of_third, json!({ "event": "done", "fault_cap": "EUR 300" })).await);
        let seen = hotel.officer.get(&of_third).await.json();
        let bearers: Vec<(&str, &str)> = seen["settlements"][0]["waterfall"].as_array().unwrap().iter()
            .map(|one| (one["bearer"].as_str().unwrap(), one["amount"].as_str().unwrap())).collect();
        assert_eq!(bearers, [("at_fault", "EUR 300.00"), ("payer", "EUR 2235.00")]);
        ok(&hotel.officer.event(&of_third, json!({ "event": "close" })).await);

        // A certificate lapses while she waits: it is sat again at nobody's cost but the partnership's, and she goes on.
        let fourth = with_post[3];
        let of_fourth = case_of(&hotel.officer, fourth).await;
        let lapsed = json!({ "event": "worsen", "cause": "REC.EXPIRE", "reason": "Her certificate ran out in the wait" });
        ok(&hotel.officer.event(&of_fourth, lapsed).await);
        ok(&hotel.officer.event(&of_fourth, json!({ "event": "verify", "proof": "evidence" })).await);
        ok(&hotel.officer.event(&of_fourth, json!({ "event": "propose" })).await);
        ok(&hotel.officer.event(&of_fourth, json!({ "event": "consent", "response": "extend_papers", "her_word": true })).await);
        ok(&hotel.officer.event(&of_fourth, json!({ "event": "done" })).await);
        let seen = hotel.officer.get(&of_fourth).await.json();
        assert!(seen["settlements"].as_array().unwrap().iter().all(|one| one["trainee"] == "EUR 0.00"), "{seen}");
        ok(&hotel.officer.event(&of_fourth, json!({ "event": "close" })).await);

        // Everybody else but one waits on new papers.
        let waiting: Vec<Uuid> = hotel.people.iter().copied().filter(|person| ![stays, second, third, fourth].contains(person)).collect();
        for person in waiting.iter().filter(|person| **person != waits) {
            let path = case_of(&hotel.officer, *person).await;
            ok(&hotel.officer.event(&path, json!({ "event": "consent", "response": "defer", "her_word": true })).await);
        }
        ok(&hotel.officer.event(&path, json!({ "event": "close" })).await);
        let (undecided, hers) = (other, others);
        let on_her_way = async || {
            let seen = undecided.get(&hers).await.json();
            let choices = seen["options"]["decision"]["choices"].as_array().unwrap().clone();
            let defer = choices.iter().find(|one| one["response"] == "defer").unwrap_or_else(|| panic!("{seen}")).clone();
            defer["from"].as_str().unwrap().parse::<chrono::NaiveDate>().unwrap()
        };
        let closed = on_her_way().await;
        let carry = format!("/api/v1/disruptions/{disruption}/carried-out");
        assert_eq!(hotel.officer.post(&carry, json!({})).await.json(), json!({ "done": 0, "refused": [], "left": 0 }), "nobody goes on while it is closed");
        // The border reopens: everybody is told once, and whoever has not chosen is shown what is open to her now.
        let again = hotel.border.get(&format!("/api/v1/disruptions/{disruption}")).await;
        ok(&hotel.border.send("POST", &format!("/api/v1/disruptions/{disruption}/end"), &[("if-match", &again.headers["etag"])], None).await);
        service.drain().await;
        assert_eq!((closed - on_her_way().await).num_days(), 90, "she need not wait for what is over");
        let told = notification::Entity::find().filter(notification::Column::Kind.eq("disruption_ended"));
        assert_eq!(told.all(service.state.store.read()).await.unwrap().len(), 1, "who has an account, and waits");
        ok(&undecided.event(&hers, json!({ "event": "consent", "response": "defer" })).await);
        // What was chosen is carried out for all of them at once, by whoever may act for them.
        assert_eq!(undecided.post(&carry, json!({})).await.status, 403);
        assert_eq!(elsewhere.post(&carry, json!({})).await.status, 404);
        let carried = hotel.officer.post(&carry, json!({})).await.json();
        assert_eq!(carried, json!({ "done": 36, "refused": [], "left": 0 }));
        for person in &waiting {
            ok(&hotel.officer.event(&case_of(&hotel.officer, *person).await, json!({ "event": "close" })).await);
        }
        let left = contingency_case::Entity::find().filter(contingency_case::Column::State.ne("closed")).all(service.state.store.read()).await.unwrap();
        assert_eq!(left.len(), 0, "every case came to its end");
        assert_eq!(states(&service).await, BTreeMap::from([("home_placed".to_owned(), 3), ("pre_departure".to_owned(), 37)]));
        // Whoever is ready and has not left is on the list, and nobody else.
        let register = hotel.officer.get("/api/v1/ready-register").await.json();
        assert_eq!(register["people"].as_array().unwrap().len(), 37);
        // The record holds sixty of a hundred and eighty days, the passport for long: 33 and 100.
        assert!(register["people"].as_array().unwrap().iter().all(|one| one["readiness"] == 66 && one["alert"] == true), "{}", register["people"][0]);
        // The books add up, and nothing stands on a trainee's account.
        let books = hotel.ministry.get(&format!("/api/v1/agreements/{}/ledger", hotel.agreement)).await.json();
        assert!(books["items"].as_array().unwrap().iter().all(|one| one["account"] != "trainee"));
        assert!(!borne(&service).await.contains_key("trainee"));
    }
}
