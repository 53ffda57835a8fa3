//! One person and her case: not believed, heard, taken on by somebody else, and left behind by no night.

use super::*;

/// What a panel says, with who speaks for the workers on it.
pub(super) fn heard(ruling: &str) -> Value {
    json!({ "event": "decide", "ruling": ruling, "independent_panel": true, "representative": "Workers' union", "reason": "The paper is genuine" })
}

on_both! {
    /// A person reports by herself, is not believed, appeals, and is heard.
    async fn who_is_not_believed_appeals(on) {
        let service = Service::start(on).await;
        let hotel = hotel(&service, 1).await;
        let person = hotel.people[0];
        let (herself, path) = reports(&service, person, "FAM.ILL").await;
        assert_eq!(herself.get(&path).await.json()["case"]["state"], "reported");
        let resolve = hotel.officer.event(&events_of(&hotel.officer, person).await, json!({ "event": "resolve", "outcome": "unplaced" })).await;
        assert_eq!(resolve.status, 403, "a journey is not resolved past the case");
        assert_eq!(herself.event(&path, json!({ "event": "triage", "cause": "FAM.ILL", "safety_risk": false })).await.status, 403);
        ok(&hotel.officer.event(&path, json!({ "event": "triage", "cause": "FAM.ILL", "safety_risk": false })).await);
        assert_eq!(hotel.officer.event(&path, json!({ "event": "verify", "proof": "silence" })).await.refused(), ["proof:guard"]);
        ok(&hotel.officer.event(&path, json!({ "event": "reject", "reason": "No paper was shown" })).await);
        ok(&herself.event(&path, json!({ "event": "appeal", "reason": "The hospital is closed" })).await);
        assert_eq!(hotel.officer.event(&path, heard("upheld")).await.refused(), ["independent_panel:panel-not-independent"], "not by whoever rejected it");
        for (lacking, word) in [("independent_panel", json!(false)), ("representative", json!("")), ("reason", json!(" "))] {
            let mut incomplete = heard("upheld");
            incomplete[lacking] = word;
            assert_eq!(hotel.ministry.event(&path, incomplete).await.refused(), [format!("{lacking}:guard")]);
        }
        let mut turned = heard("upheld");
        turned["control"] = json!("within");
        assert_eq!(hotel.ministry.event(&path, turned).await.refused(), ["control:guard"], "what lies outside her hands is not open to decision");
        ok(&hotel.ministry.event(&path, heard("upheld")).await);
        assert_eq!(herself.get(&path).await.json()["case"]["state"], "verified");
        let held = journey::Entity::find().filter(journey::Column::TraineeId.eq(person)).one(service.state.store.read()).await.unwrap().unwrap();
        assert_eq!(held.state, "on_hold", "no time ran against her meanwhile");
        // She withdraws: that is free, and her case ends with her journey.
        ok(&herself.event(&events_of(&herself, person).await, json!({ "event": "withdraw" })).await);
        assert_eq!(herself.get(&path).await.json()["case"]["state"], "closed");
    }

    /// A report of which nothing comes leaves nobody standing still.
    async fn whoever_is_not_believed_goes_on_where_she_was(on) {
        let service = Service::start(on).await;
        let hotel = hotel(&service, 1).await;
        let person = hotel.people[0];
        let (herself, path) = reports(&service, person, "FAM.ILL").await;
        ok(&hotel.officer.event(&path, json!({ "event": "triage", "cause": "FAM.ILL", "safety_risk": false })).await);
        ok(&hotel.officer.event(&path, json!({ "event": "reject", "reason": "No paper was shown" })).await);
        assert_eq!(states(&service).await, BTreeMap::from([("on_hold".to_owned(), 1)]), "she may still appeal");
        ok(&hotel.officer.event(&path, json!({ "event": "close" })).await);
        assert_eq!(states(&service).await, BTreeMap::from([("pre_departure".to_owned(), 1)]));
        // Who closes a case takes nobody's appeal away; what is decided again stands still again.
        ok(&herself.event(&path, json!({ "event": "appeal", "reason": "Here is the paper" })).await);
        ok(&hotel.ministry.event(&path, heard("upheld")).await);
        assert_eq!(states(&service).await, BTreeMap::from([("on_hold".to_owned(), 1)]));
        ok(&hotel.officer.event(&path, json!({ "event": "propose" })).await);
        ok(&herself.event(&path, json!({ "event": "consent", "response": "defer" })).await);
        ok(&hotel.officer.event(&path, json!({ "event": "done" })).await);
        assert_eq!(states(&service).await, BTreeMap::from([("pre_departure".to_owned(), 1)]));
    }

    /// An appeal against an outcome that ended a journey takes the journey up again, and its books as well.
    async fn an_appeal_takes_up_what_had_ended(on) {
        let service = Service::start(on).await;
        let hotel = hotel(&service, 1).await;
        let home = post_at_home(&service, 1).await;
        let person = hotel.people[0];
        let (herself, path) = reports(&service, person, "EMP.WITHDRAW").await;
        worked_out(&hotel.officer, &path, "EMP.WITHDRAW").await;
        // Her wish comes before what would be lost.
        let first = |seen: &Value| seen["options"]["decision"]["choices"][0]["response"].clone();
        let wish = |first: &str| json!({ "event": "wish", "first": first, "second": "defer" });
        assert_eq!(hotel.officer.event(&path, wish("home_track")).await.status, 403, "a wish is hers");
        ok(&herself.event(&path, wish("home_track")).await);
        assert_eq!(first(&herself.get(&path).await.json()), "home_track");
        ok(&herself.event(&path, wish("further_training")).await);
        assert_eq!(first(&herself.get(&path).await.json()), "further_training");
        ok(&herself.event(&path, json!({ "event": "consent", "response": "home_track", "need": home })).await);
        let foreign = json!({ "event": "done", "insurance": "MAD 100" });
        assert_eq!(hotel.officer.event(&path, foreign).await.refused(), ["insurance:currency-foreign"]);
        ok(&hotel.officer.event(&path, json!({ "event": "done" })).await);
        assert_eq!(borne(&service).await["employer"], 253_500);
        ok(&herself.event(&path, json!({ "event": "appeal", "reason": "The post does not exist" })).await);
        ok(&hotel.ministry.event(&path, heard("upheld")).await);
        assert_eq!(states(&service).await, BTreeMap::from([("on_hold".to_owned(), 1)]));
        assert_eq!(borne(&service).await["lost"], 253_500, "what was booked is taken back");
        ok(&hotel.officer.event(&path, json!({ "event": "propose" })).await);
        ok(&herself.event(&path, json!({ "event": "consent", "response": "defer" })).await);
        ok(&hotel.officer.event(&path, json!({ "event": "done" })).await);
        ok(&hotel.officer.event(&path, json!({ "event": "close" })).await);
        assert_eq!(states(&service).await, BTreeMap::from([("pre_departure".to_owned(), 1)]));
    }

    /// Another employer, chosen in a case, says yes as after any match.
    async fn another_employer_takes_her_on(on) {
        let service = Service::start(on).await;
        let p = crate::journeys::pair(&service).await;
        let journey = events_of(&p.head, p.person).await;
        ok(&p.head.event(&journey, json!({ "event": "certify", "exam_passed": true, "attendance_percent": 92, "language_reached": true })).await);
        let (other, need) = post_in_germany(&service, "7411").await;
        ok(&p.herself.event(&journey, json!({ "event": "emergency", "cause": "EMP.INSOLV" })).await);
        let path = case_of(&p.herself, p.person).await;
        worked_out(&p.origin, &path, "EMP.INSOLV").await;
        let seen = p.herself.get(&path).await.json();
        let choices = seen["options"]["decision"]["choices"].as_array().unwrap();
        let substitute = choices.iter().find(|one| one["response"] == "sub_employer").unwrap_or_else(|| panic!("{seen}"));
        assert_eq!(substitute["opening"]["need"], json!(need), "not the post of the employer who failed");
        ok(&p.herself.event(&path, json!({ "event": "consent", "response": "sub_employer", "need": need })).await);
        ok(&p.origin.event(&path, json!({ "event": "done" })).await);
        assert_eq!(p.herself.get(&journey).await.json()["journey"]["state"], "matched");
        let waiting = other.get("/api/v1/proposals").await.json();
        let proposal = waiting["items"][0]["id"].as_str().unwrap_or_else(|| panic!("{waiting}")).to_owned();
        let decision = format!("/api/v1/proposals/{proposal}/decision");
        ok(&other.send("POST", &decision, &[("if-match", "\"1\"")], Some(json!({ "decision": "accepted" }).to_string())).await);
        let seen = p.herself.get(&journey).await.json();
        assert!(!seen["journey"]["matched_on"].is_null(), "{seen}");
        assert_eq!(other.get(&format!("/api/v1/needs/{need}")).await.json()["status"], "reserved");
    }

    /// Time passes: silence counts for her, and what has ended is closed; nobody waits for a button.
    async fn the_night_leaves_no_case_behind(on) {
        let service = Service::start(on).await;
        let hotel = hotel(&service, 2).await;
        for person in &hotel.people {
            ok(&hotel.officer.event(&events_of(&hotel.officer, *person).await, json!({ "event": "emergency", "cause": "FAM.ILL" })).await);
            let path = case_of(&hotel.officer, *person).await;
            ok(&hotel.officer.event(&path, json!({ "event": "triage", "cause": "FAM.ILL", "safety_risk": false })).await);
        }
        let rejected = case_of(&hotel.officer, hotel.people[0]).await;
        ok(&hotel.officer.event(&rejected, json!({ "event": "reject", "reason": "No paper" })).await);
        let later = |days: i64| Moment::from_ms(Moment::now().ms() + days * 86_400_000);
        let night = passerelle::app::contingency::act::night(&service.state, later(1)).await.unwrap();
        assert!(night.moved.is_empty(), "nothing is due yet");
        let night = passerelle::app::contingency::act::night(&service.state, later(40)).await.unwrap();
        assert_eq!(night.moved, BTreeMap::from([("close", 1), ("verify", 1)]));
        let found: Vec<String> = contingency_case::Entity::find().all(service.state.store.read()).await.unwrap().into_iter().map(|case| case.state).collect();
        assert!(found.contains(&"verified".into()) && found.contains(&"closed".into()), "{found:?}");
        assert_eq!(states(&service).await, BTreeMap::from([("on_hold".to_owned(), 1), ("pre_departure".to_owned(), 1)]));
    }

    /// Nobody at an office does anything: whoever may be in danger is looked at within a day, everybody is taken at her word
    /// and shown what is open to her, and what nobody has shown is held against nobody.
    async fn no_report_is_forgotten(on) {
        let service = Service::start(on).await;
        let hotel = hotel(&service, 3).await;
        let causes = ["PER.VICTIM", "FAM.ILL", "PER.FRAUD"];
        let mut cases = Vec::new();
        for (person, cause) in hotel.people.iter().zip(causes) {
            let brings = if cause == "PER.FRAUD" { &hotel.head } else { &hotel.officer };
            ok(&brings.event(&events_of(brings, *person).await, json!({ "event": "emergency", "cause": cause })).await);
            cases.push(case_of(&hotel.officer, *person).await);
        }
        let seen = hotel.officer.get(&cases[0]).await.json();
        assert_eq!((&seen["case"]["safety_risk"], &seen["case"]["due_on"]), (&json!(true), &json!(Moment::now().date() + chrono::Days::new(1))));
        let mut moved = Vec::new();
        for days in [2, 7, 30, 60, 90, 120] {
            let later = Moment::from_ms(Moment::now().ms() + days * 86_400_000);
            moved.push(passerelle::app::contingency::act::night(&service.state, later).await.unwrap().moved);
        }
        assert_eq!(moved[0], BTreeMap::from([("triage", 1)]), "help first: {moved:?}");
        let states: Vec<Value> = {
            let mut states = Vec::new();
            for case in &cases {
                states.push(hotel.officer.get(case).await.json()["case"]["state"].clone());
            }
            states
        };
        assert_eq!(states, ["proposed", "proposed", "closed"], "{moved:?}");
        let accused = hotel.officer.get(&cases[2]).await.json();
        let said = accused["items"].as_array().unwrap().iter().find(|event| event["event"]["event"] == "reject").unwrap().clone();
        assert_eq!((&said["event"]["reason"], &said["party"]), (&json!("unshown"), &json!("system")));
        let page = service.browser(Role::OriginOfficer, &["MA"], None).await.get(&format!("/ui{}?lang=en", cases[2].trim_start_matches("/api/v1").trim_end_matches("/events"))).await.text;
        assert!(page.contains("Nobody has shown it in time"), "{page}");
    }

    /// What was opened by exception is there to be read: nobody acts on it.
    async fn an_exception_moves_no_case(on) {
        let service = Service::start(on).await;
        let hotel = hotel(&service, 1).await;
        let person = hotel.people[0];
        let (_, path) = reports(&service, person, "FAM.ILL").await;
        let authority = service.organisation("destination_authority", "DE").await;
        let abroad = service.program(Role::DestinationOfficer, Some(authority), &["DE"], None).await;
        let triage = json!({ "event": "triage", "cause": "PER.CHANGE", "safety_risk": false });
        assert_eq!(abroad.get(&path).await.status, 404);
        let open = json!({ "trainee": person, "reason": "She fainted at our border, her family must be called", "minutes": 30 });
        abroad.post("/api/v1/exceptional-accesses", open).await.created();
        let seen = abroad.get(&path).await;
        assert_eq!((seen.status, &seen.json()["may"]), (200, &json!([])), "{}", seen.text);
        assert_eq!(abroad.event(&path, triage).await.status, 404);
        let journey = events_of(&abroad, person).await;
        assert_eq!(abroad.get(&journey).await.json()["may"], json!([]));
        assert_eq!(abroad.event(&journey, json!({ "event": "add_paper", "paper": "visa", "valid_to": null, "renewable": true })).await.status, 404);
    }

    /// What an officer wrote down on her word is told to her, and she takes it back where it was not hers; her own word stands.
    async fn a_word_that_was_not_hers_is_taken_back(on) {
        let service = Service::start(on).await;
        let hotel = hotel(&service, 1).await;
        let person = hotel.people[0];
        let (herself, path) = reports(&service, person, "FAM.ILL").await;
        worked_out(&hotel.officer, &path, "FAM.ILL").await;
        ok(&hotel.officer.event(&path, json!({ "event": "consent", "response": "further_training", "her_word": true })).await);
        let told = notification::Entity::find().filter(notification::Column::Kind.eq("contingency_her_word"));
        assert_eq!(told.all(service.state.store.read()).await.unwrap().len(), 1);
        let back = json!({ "event": "retract", "reason": "I was never asked" });
        assert_eq!(hotel.officer.event(&path, back.clone()).await.status, 403);
        ok(&herself.event(&path, back.clone()).await);
        assert_eq!(herself.get(&path).await.json()["case"]["state"], "proposed");
        ok(&herself.event(&path, json!({ "event": "consent", "response": "defer" })).await);
        assert_eq!(herself.event(&path, back).await.status, 409);
        // What an office leaves undone is called to its mind, week by week.
        let night = async |days: i64| {
            let later = Moment::from_ms(Moment::now().ms() + days * 86_400_000);
            passerelle::app::contingency::act::night(&service.state, later).await.unwrap().reminded
        };
        let due: chrono::NaiveDate = herself.get(&path).await.json()["case"]["due_on"].as_str().unwrap().parse().unwrap();
        let days = (due - Moment::now().date()).num_days();
        assert_eq!((night(days).await, night(days + 1).await, night(days + 2).await, night(days + 8).await), (0, 1, 0, 1));
        let late = notification::Entity::find().filter(notification::Column::Kind.eq("contingency_late"));
        assert_eq!(late.all(service.state.store.read()).await.unwrap().len(), 2, "the officer who acted in it");
    }

    /// Trained and paid, and back in a course while she waits: nobody disappears from the list by that.
    async fn who_learns_while_she_waits_stays_on_the_list(on) {
        let service = Service::start(on).await;
        let hotel = hotel(&service, 1).await;
        let person = hotel.people[0];
        let herself = service.program(Role::Trainee, None, &[], Some(person)).await;
        ok(&herself.event(&events_of(&herself, person).await, json!({ "event": "emergency", "cause": "DST.BORDER" })).await);
        through_case(&hotel.officer, &herself, person, "further_training").await;
        assert_eq!(states(&service).await, BTreeMap::from([("in_training".to_owned(), 1)]));
        let register = hotel.officer.get("/api/v1/ready-register").await.json();
        assert_eq!(register["people"].as_array().unwrap().len(), 1, "{register}");
    }

    /// A post at home that was taken stays taken when its case is closed.
    async fn a_place_that_was_given_is_not_given_again(on) {
        let service = Service::start(on).await;
        let hotel = hotel(&service, 2).await;
        let home = post_at_home(&service, 1).await;
        let report = json!({ "event": "emergency", "cause": "EMP.INSOLV" });
        let mut cases = Vec::new();
        for person in &hotel.people {
            ok(&hotel.officer.event(&events_of(&hotel.officer, *person).await, report.clone()).await);
            let path = case_of(&hotel.officer, *person).await;
            worked_out(&hotel.officer, &path, "EMP.INSOLV").await;
            cases.push(path);
        }
        // Each was offered it on her own; the first word counts.
        let take = json!({ "event": "consent", "response": "home_track", "need": home, "her_word": true });
        let (one, other) = tokio::join!(hotel.officer.event(&cases[0], take.clone()), hotel.officer.event(&cases[1], take.clone()));
        let mut said = [one.status, other.status];
        said.sort_unstable();
        // The second was worked out when the post was kept for the first, or both at once and one word came first.
        assert!(said[0] == 200 && matches!(said[1], 409 | 422), "{} {}", one.text, other.text);
        let (first, second) = if one.status == 200 { (&cases[0], &cases[1]) } else { (&cases[1], &cases[0]) };
        ok(&hotel.officer.event(first, json!({ "event": "done" })).await);
        ok(&hotel.officer.event(first, json!({ "event": "close" })).await);
        ok(&hotel.officer.event(second, json!({ "event": "propose" })).await);
        let seen = hotel.officer.get(second).await.json();
        assert!(!seen["options"]["decision"]["choices"].to_string().contains(&home.to_string()), "{seen}");
    }

    /// A post that was kept for her is hers until she has chosen, whatever is worked out again meanwhile.
    async fn what_is_kept_for_somebody_is_not_offered_to_others(on) {
        let service = Service::start(on).await;
        let hotel = hotel(&service, 2).await;
        let home = post_at_home(&service, 1).await;
        let disruption = hotel.border.post("/api/v1/disruptions", closed_border()).await.created();
        declare(&service, &hotel.border, disruption).await;
        let paths = [case_of(&hotel.officer, hotel.people[0]).await, case_of(&hotel.officer, hotel.people[1]).await];
        let mut offered = Vec::new();
        for path in &paths {
            offered.push(hotel.officer.get(path).await.json()["options"]["allotted"] == json!(home));
        }
        assert_eq!(offered.iter().filter(|offered| **offered).count(), 1, "one post, and one to whom it is kept");
        let (hers, theirs) = if offered[0] { (0, 1) } else { (1, 0) };
        let herself = service.program(Role::Trainee, None, &[], Some(hotel.people[hers])).await;
        ok(&herself.event(&paths[hers], json!({ "event": "wish", "first": "home_track", "second": "defer" })).await);
        assert_eq!(hotel.officer.get(&paths[hers]).await.json()["options"]["allotted"], json!(home));
        ok(&hotel.officer.event(&paths[theirs], json!({ "event": "propose" })).await);
        let seen = hotel.officer.get(&paths[theirs]).await.json();
        assert!(!seen["options"]["decision"]["choices"].to_string().contains(&home.to_string()), "{seen}");
        ok(&herself.event(&paths[hers], json!({ "event": "consent", "response": "home_track", "need": home })).await);
    }
}
