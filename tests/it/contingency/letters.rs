//! Letters in cases and that they were received, and places that keep what somebody has learnt fresh.

use super::*;
use passerelle_store::entity::case_letter;

/// The letters that somebody may list, the oldest first, by kind.
async fn letters(who: &Program, query: &str) -> Vec<Value> {
    let found = who.get(&format!("/api/v1/case-letters?sort=sent_on&{query}")).await.json();
    found["items"].as_array().unwrap_or_else(|| panic!("{found}")).clone()
}

async fn receipt(who: &Program, letter: &Value, body: Value) -> Answer {
    let path = format!("/api/v1/case-letters/{}/receipt", letter["id"].as_str().unwrap());
    who.send("POST", &path, &[("if-match", &format!("\"{}\"", letter["version"]))], Some(body.to_string())).await
}

fn of_kind<'a>(letters: &'a [Value], kind: &str) -> &'a Value {
    letters.iter().find(|one| one["kind"] == kind).unwrap_or_else(|| panic!("{kind} in {letters:?}"))
}

on_both! {
    /// She is told in letters what happens in her case, and says that she has read them; for whoever has no phone somebody
    /// else says so. A confirmation is not taken back, and nobody confirms for her in the application.
    async fn what_is_told_in_a_case_is_kept_and_confirmed(on) {
        let service = Service::start(on).await;
        let hotel = hotel(&service, 2).await;
        let person = hotel.people[0];
        let herself = service.program(Role::Trainee, None, &[], Some(person)).await;
        let other = service.program(Role::Trainee, None, &[], Some(hotel.people[1])).await;
        put_in_force(hotel.agreement, [&hotel.ministry, &hotel.border], |plan| {
            let answers = plan["answers"].as_array_mut().unwrap();
            let ill = answers.iter_mut().find(|one| one["cause"] == "FAM.ILL").unwrap();
            ill["support"] = json!(["counselling", "interpreter"]);
            ill["responses"] = json!(["defer", "transfer_place"]);
        }).await;
        ok(&herself.event(&events_of(&herself, person).await, json!({ "event": "emergency", "cause": "FAM.ILL" })).await);
        let said = async |letter: &Value| herself.get(&format!("/api/v1/case-letters/{}/text", letter["id"].as_str().unwrap())).await.json()["said"].clone();
        let first = letters(&herself, "").await;
        let opened = of_kind(&first, "opened");
        assert_eq!(said(opened).await["support"], json!(["counselling", "interpreter"]));
        assert_eq!(letters(&other, "").await.len(), 0, "another's letters are nobody's");
        assert_eq!(receipt(&hotel.head, opened, json!({ "how": "app" })).await.refused(), ["how:receipt-not-yours"]);
        assert_eq!(receipt(&herself, opened, json!({ "how": "paper" })).await.refused(), ["how:receipt-not-yours"]);
        assert_eq!(receipt(&herself, opened, json!({ "how": "superseded" })).await.refused(), ["how:receipt-not-yours"]);
        let tomorrow = Moment::now().date() + chrono::Days::new(1);
        assert_eq!(receipt(&hotel.head, opened, json!({ "how": "paper", "on": tomorrow })).await.refused(), ["on:receipt-day"]);
        assert_eq!(receipt(&other, opened, json!({ "how": "app" })).await.status, 404);
        assert_eq!(receipt(&herself, opened, json!({ "how": "app" })).await.status, 204);
        assert_eq!(receipt(&herself, opened, json!({ "how": "app" })).await.status, 412, "somebody read an older version");
        let again = letters(&herself, "received_how=app").await;
        assert_eq!(again.len(), 1);
        assert_eq!(receipt(&herself, &again[0], json!({ "how": "app" })).await.status, 409);
        let case = case_of(&hotel.officer, person).await;
        worked_out(&hotel.officer, &case, "FAM.ILL").await;
        let all = letters(&herself, "").await;
        let choices = said(of_kind(&all, "options")).await["choices"].clone();
        assert!(choices.as_array().unwrap().iter().any(|one| one["response"] == "transfer_place"), "{choices}");
        ok(&hotel.officer.event(&case, json!({ "event": "propose" })).await);
        let twice = letters(&hotel.officer, "kind=options").await;
        let states: Vec<&str> = twice.iter().filter_map(|one| one["received_how"].as_str()).collect();
        assert!(states.contains(&"superseded") && states.contains(&"not_yet"), "what is worked out anew follows what was said before: {twice:?}");
        let open = twice.iter().find(|one| one["received_how"] == "not_yet").unwrap();
        assert_eq!(receipt(&hotel.head, open, json!({ "how": "spoken" })).await.status, 204);
        ok(&herself.event(&case, json!({ "event": "consent", "response": "transfer_place" })).await);
        ok(&hotel.officer.event(&case, json!({ "event": "done" })).await);
        let all = letters(&herself, "").await;
        let resolved = said(of_kind(&all, "resolved")).await;
        let until = Moment::now().date().checked_add_months(chrono::Months::new(12)).unwrap();
        assert_eq!((&resolved["outcome"], &resolved["turn_until"]), (&json!("transfer_place"), &json!(until)), "{resolved}");
        assert_eq!(resolved["settlements"][0]["trainee"], "EUR 0.00", "{resolved}");
        assert_eq!(letters(&hotel.officer, "received_how=not_yet").await.len(), 1);
        // On paper, in her language, with everything that is told and nothing beside.
        let mut page = service.browser(Role::Trainee, &[], Some(person)).await;
        let options = of_kind(&all, "options")["id"].as_str().unwrap();
        let paper = page.get(&format!("/ui/case-letters/{options}/paper?lang=ar")).await;
        assert!(paper.text.contains("dir=\"rtl\"") && paper.text.contains("لا يُختار شيء"), "{}", paper.text);
        assert!(!paper.text.contains("<nav class=\"side\""), "nothing but the letter");
    }

    /// What is told to everybody whom a disruption strikes reaches those without a phone on paper, and what was not
    /// confirmed yet is printed at once.
    async fn what_is_left_to_be_handed_over_is_printed(on) {
        let service = Service::start(on).await;
        let hotel = hotel(&service, 3).await;
        let disruption = hotel.border.post("/api/v1/disruptions", closed_border()).await.created();
        declare(&service, &hotel.border, disruption).await;
        let told = hotel.officer.post(&format!("/api/v1/disruptions/{disruption}/messages"), json!({ "text": "Buses on Friday" })).await.json();
        assert_eq!(told, json!({ "sent": 0, "read": 0, "letters": 3 }), "nobody has an account, and everybody is written to");
        let standing = hotel.border.get(&format!("/api/v1/disruptions/{disruption}/drill")).await.json();
        assert_eq!(standing["cases"]["letters"], 0, "who has not left yet is not named to the other side without an annex");
        assert_eq!(letters(&hotel.officer, &format!("disruption_id={disruption}&received_how=not_yet")).await.len(), 6, "options and message");
        let mut page = service.browser(Role::OriginOfficer, &["MA"], None).await;
        let mut print = async || page.get(&format!("/ui/disruptions/{disruption}/letters?lang=en")).await.text;
        let before = print().await;
        assert_eq!((before.matches("<article").count(), before.matches("Buses on Friday").count()), (6, 3));
        for letter in letters(&hotel.officer, "kind=message").await {
            assert_eq!(receipt(&hotel.officer, &letter, json!({ "how": "paper" })).await.status, 204);
        }
        assert_eq!(print().await.matches("<article").count(), 3);
        // Who is struck by another state's declaration reads it and tells; it is not theirs to end, or to drill.
        let path = format!("/api/v1/disruptions/{disruption}");
        let seen = hotel.ministry.get(&path).await;
        assert_eq!(seen.json()["status"], "declared");
        let end = hotel.ministry.send("POST", &format!("{path}/end"), &[("if-match", &seen.headers["etag"])], None).await;
        assert_eq!((end.status, hotel.ministry.post(&format!("{path}/drill"), json!({})).await.status), (403, 403));
        assert_eq!(hotel.ministry.get(&format!("{path}/drill")).await.json()["drill"], Value::Null);
        let draft = hotel.border.post("/api/v1/disruptions", closed_border()).await.created();
        assert_eq!(hotel.ministry.get(&format!("/api/v1/disruptions/{draft}")).await.status, 404, "what is only drilled is nobody else's");
        let strange = service.program(Role::InstituteHead, Some(service.organisation("institute", "MA").await), &[], None).await;
        assert_eq!(letters(&strange, "").await.len(), 0);
    }

    /// What letters say goes with whoever is erased, and her turn with it.
    async fn letters_go_with_the_erased(on) {
        let service = Service::start(on).await;
        let hotel = hotel(&service, 1).await;
        let person = hotel.people[0];
        let herself = service.program(Role::Trainee, None, &[], Some(person)).await;
        ok(&herself.event(&events_of(&herself, person).await, json!({ "event": "emergency", "cause": "PER.CARE" })).await);
        through_case(&hotel.officer, &herself, person, "transfer_place").await;
        let mut tx = service.state.store.begin(None, Moment::now().ms()).await.unwrap();
        passerelle::app::privacy::erasure::anonymise(&service.state, &mut tx, person).await.unwrap();
        tx.commit().await.unwrap();
        let rows = case_letter::Entity::find().all(service.state.store.read()).await.unwrap();
        assert!(rows.is_empty(), "{rows:?}");
        // Nor does she come back, by anybody's hand.
        let journey = events_of(&hotel.officer, person).await;
        let back = hotel.officer.event(&journey, json!({ "event": "reenter", "accepted_freely": true })).await;
        assert_eq!(back.refused(), ["in_time:guard"]);
    }

    /// What the other side may follow by the annex is her way, not her name; and what was done to her is on no paper.
    async fn a_letter_names_her_to_nobody_who_may_not_know(on) {
        let service = Service::start(on).await;
        let p = crate::journeys::pair(&service).await;
        ok(&p.herself.event(&events_of(&p.herself, p.person).await, json!({ "event": "emergency", "cause": "HLT.MENTAL" })).await);
        let letter = letters(&p.herself, "").await[0].clone();
        let id = letter["id"].as_str().unwrap();
        let paper = |mut page: crate::support::Browser| async move { page.get(&format!("/ui/case-letters/{id}/paper?lang=en")).await };
        let own = paper(service.browser(Role::OriginOfficer, &["MA"], None).await).await.text;
        assert!(own.contains("Berrada") && !own.to_lowercase().contains("mental"), "{own}");
        let abroad = paper(service.browser(Role::DestinationOfficer, &["DE"], None).await).await;
        assert!(abroad.status == 404 || !abroad.text.contains("Berrada"), "{}", abroad.text);
        let hers = p.herself.get("/api/v1/me/data").await.json();
        let says = hers["what_letters_say"].as_array().unwrap().iter().find(|one| one["letter_id"] == id).unwrap();
        assert_eq!(says["cause"], "HLT.MENTAL", "her own document holds what she was told");
    }

    /// Fraud that was shown gives no turn, and nobody is told that it costs nothing where something is asked back.
    async fn whose_cause_it_is_reads_what_it_costs(on) {
        let service = Service::start(on).await;
        let hotel = hotel(&service, 1).await;
        let person = hotel.people[0];
        let herself = service.program(Role::Trainee, None, &[], Some(person)).await;
        put_in_force(hotel.agreement, [&hotel.ministry, &hotel.border], |plan| {
            plan["repayment"] = json!({ "cap": "EUR 250", "months": 24 });
            for answer in plan["answers"].as_array_mut().unwrap() {
                answer["responses"] = json!(["transfer_place", "defer"]);
            }
        }).await;
        ok(&herself.event(&events_of(&herself, person).await, json!({ "event": "emergency", "cause": "PER.CHANGE" })).await);
        let case = case_of(&hotel.officer, person).await;
        worked_out(&hotel.officer, &case, "PER.CHANGE").await;
        let options = of_kind(&letters(&herself, "").await, "options")["id"].as_str().unwrap().to_owned();
        let mut page = service.browser(Role::OriginOfficer, &["MA"], None).await;
        let paper = page.get(&format!("/ui/case-letters/{options}/paper?lang=en")).await.text;
        assert!(paper.contains("250.00") && !paper.contains("<td dir=\"auto\">nothing</td>"), "{paper}");
        ok(&herself.event(&case, json!({ "event": "consent", "response": "transfer_place" })).await);
        ok(&hotel.officer.event(&case, json!({ "event": "done" })).await);
        let resolved = herself.get(&case).await.json();
        assert_eq!(resolved["turn_until"], Value::Null, "{resolved}");
        let back = herself.event(&events_of(&herself, person).await, json!({ "event": "reenter", "accepted_freely": true })).await;
        assert_eq!(back.refused(), ["in_time:guard"]);
    }

    /// Whoever is trained and waits sits in on a course of her field, as far as it has places; the register says so.
    async fn what_she_has_learnt_stays_fresh(on) {
        let service = Service::start(on).await;
        let hotel = hotel(&service, 3).await;
        let cohort = hotel.head.get("/api/v1/cohorts").await.json()["items"][0].clone();
        let path = format!("/api/v1/cohorts/{}", cohort["id"].as_str().unwrap());
        let mut open = cohort.clone();
        (open["refresher_places"], open["ends_on"]) = (json!(1), json!("2027-12-31"));
        ok(&hotel.head.put(&path, cohort["version"].as_i64().unwrap(), open.clone()).await);
        let register = async || hotel.officer.get("/api/v1/ready-register").await.json()["people"].as_array().unwrap().clone();
        assert!(register().await.iter().all(|one| one["refresher_places"] == 1 && one["refreshes"] == false));
        let place = |person: &Uuid| json!({ "trainee_id": person, "cohort_id": cohort["id"], "from_on": Moment::now().date() });
        let first = hotel.head.post("/api/v1/refresher-places", place(&hotel.people[0])).await.created();
        assert_eq!(hotel.head.post("/api/v1/refresher-places", place(&hotel.people[1])).await.refused(), ["cohort_id:refresher-full"]);
        let seen = register().await;
        let mine = seen.iter().find(|one| one["trainee"] == json!(hotel.people[0])).unwrap();
        assert_eq!((&mine["refreshes"], &mine["refresher_places"]), (&json!(true), &json!(0)), "{seen:?}");
        (open["refresher_places"], open["version"]) = (json!(0), Value::Null);
        assert_eq!(hotel.head.put(&path, 2, open.clone()).await.refused(), ["refresher_places:seats-held"]);
        open["refresher_places"] = json!(2);
        ok(&hotel.head.put(&path, 2, open).await);
        assert_eq!(hotel.head.post("/api/v1/refresher-places", place(&hotel.people[0])).await.refused(), ["trainee_id:refresher-twice"]);
        let mut late = place(&hotel.people[1]);
        late["from_on"] = json!("2030-01-01");
        assert_eq!(hotel.head.post("/api/v1/refresher-places", late).await.refused(), ["from_on:refresher-outside"]);
        // What has ended takes no place.
        let path = format!("/api/v1/refresher-places/{first}");
        let mut ended = hotel.head.get(&path).await.json();
        ended["ended_on"] = json!(Moment::now().date());
        ok(&hotel.head.put(&path, 1, ended).await);
        for person in &hotel.people[1..] {
            hotel.head.post("/api/v1/refresher-places", place(person)).await.created();
        }
        assert_eq!(hotel.border.get(&path).await.status, 403, "the other side knows nothing of it");
    }
}
