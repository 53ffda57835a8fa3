//! What strikes many: drilled, planned for, declared, carried out by a job that may break off.

use super::*;
use passerelle::app::contingency::disruptions as app;
use passerelle::app::match_runs::job_lease::Lease;
use passerelle_domain::corridor::Party;
use passerelle_store::entity::{case_event, case_letter};

on_both! {
    async fn whoever_is_struck_is_written_to(on) {
        let service = Service::start(on).await;
        let hotel = hotel(&service, 2).await;
        let herself = service.program(Role::Trainee, None, &[], Some(hotel.people[0])).await;
        let flights = json!({
            "name": "No flights", "cause": "ORI.AIRSPACE", "country": "MA", "origin": "MA", "begins_on": Moment::now().date(),
            "safety_risk": false, "evidence": "Notice to airmen",
        });
        let disruption = hotel.ministry.post("/api/v1/disruptions", flights).await.created();
        declare(&service, &hotel.ministry, disruption).await;
        let messages = format!("/api/v1/disruptions/{disruption}/messages");
        assert_eq!(hotel.officer.post(&messages, json!({ "text": "We write again on Monday" })).await.json()["sent"], 1, "one of two has an account");
        assert_eq!(herself.post(&messages, json!({ "text": "x" })).await.status, 403);
        let standing = hotel.ministry.get(&format!("/api/v1/disruptions/{disruption}/drill")).await.json();
        assert_eq!(standing["cases"]["messages"], json!({ "sent": 1, "read": 0, "letters": 2 }));
    }

    async fn a_drill_asks_as_often_for_many_as_for_one(on) {
        let service = Service::start(on).await;
        let hotel = hotel(&service, 12).await;
        let tx = service.state.store.begin(None, Moment::now().ms()).await.unwrap();
        let one = person_row::Entity::update_many()
            .col_expr(person_row::Column::Occupation, Expr::value("5120"))
            .filter(person_row::Column::Id.eq(hotel.people[0]));
        one.exec(tx.conn()).await.unwrap();
        tx.commit().await.unwrap();
        let mut counts = Vec::new();
        for (prefix, affected) in [("5120", 1), ("51", 12)] {
            let mut struck = closed_border();
            struck["occupation_prefix"] = json!(prefix);
            let disruption = hotel.border.post("/api/v1/disruptions", struck).await.created();
            let path = format!("/api/v1/disruptions/{disruption}/drill");
            hotel.border.post(&path, json!({})).await;
            service.statements.lock().unwrap().clear();
            let drill = hotel.border.post(&path, json!({})).await.json();
            counts.push(service.statements.lock().unwrap().len());
            assert_eq!(drill["affected"], affected, "everybody is counted, whoever may be named: {drill}");
            assert_eq!(drill["people"], json!([]), "and who has not left yet is not named to the other side without an annex");
        }
        assert_eq!(counts[0], counts[1], "{counts:?}");
    }

    /// The job of a declaration breaks off: whoever takes it up again goes on, and nobody has two cases.
    async fn an_activation_that_breaks_off_is_finished_once(on) {
        let service = Service::start(on).await;
        let hotel = hotel(&service, 60).await;
        let disruption = hotel.border.post("/api/v1/disruptions", closed_border()).await.created();
        let seen = hotel.border.get(&format!("/api/v1/disruptions/{disruption}")).await;
        ok(&hotel.border.send("POST", &format!("/api/v1/disruptions/{disruption}/declaration"), &[("if-match", &seen.headers["etag"])], None).await);
        // A worker that dies after its first transaction.
        let state = service.state.clone();
        let dying = tokio::spawn(async move {
            let held = Lease { job_id: Uuid::nil(), worker: "nobody" };
            let by = app::Declarer { party: Party::DestinationAuthority, account: None };
            app::carry_out(&state, &held, disruption, by, Moment::now()).await
        });
        for _ in 0..1_500 {
            let begun = contingency_case::Entity::find().all(service.state.store.read()).await.unwrap().len();
            if begun > 0 {
                dying.abort();
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(2)).await;
        }
        assert!(dying.await.is_err_and(|error| error.is_cancelled()), "it broke off before its end");
        let begun = contingency_case::Entity::find().all(service.state.store.read()).await.unwrap().len();
        assert!([50, 60].contains(&begun), "what whole transactions wrote, and nothing by halves: {begun}");
        service.drain().await;
        let cases = contingency_case::Entity::find().all(service.state.store.read()).await.unwrap();
        assert_eq!(cases.len(), 60);
        assert!(cases.iter().all(|case| case.state == "proposed"));
        let struck = case_event::Entity::find().filter(case_event::Column::ToState.eq("on_hold")).all(service.state.store.read()).await.unwrap();
        assert_eq!(struck.len(), 60, "each was stopped once");
        let people = person_row::Entity::find().all(service.state.store.read()).await.unwrap();
        assert!(people.iter().all(|person| person.journey == "on_hold"));
        let letters = case_letter::Entity::find().all(service.state.store.read()).await.unwrap();
        assert_eq!(letters.len(), 60, "each was written to once");
    }

    /// Only what strikes many is declared for many; whoever stands still for another cause learns of it in her own case.
    async fn a_declaration_reaches_whoever_stands_still_already(on) {
        let service = Service::start(on).await;
        let hotel = hotel(&service, 2).await;
        let accused = json!({ "name": "All cheated", "cause": "PER.FRAUD", "country": "MA", "origin": "MA", "begins_on": Moment::now().date(), "safety_risk": false, "evidence": "Rumour" });
        assert_eq!(hotel.ministry.post("/api/v1/disruptions", accused).await.refused(), ["cause:cause-not-declared"]);
        let person = hotel.people[0];
        ok(&hotel.officer.event(&events_of(&hotel.officer, person).await, json!({ "event": "emergency", "cause": "FAM.ILL" })).await);
        let path = case_of(&hotel.officer, person).await;
        worked_out(&hotel.officer, &path, "FAM.ILL").await;
        let today = Moment::now().date();
        let ban = json!({
            "name": "Exit ban", "cause": "ORI.EXITBAN", "country": "MA", "origin": "MA", "begins_on": today - chrono::Days::new(20), "safety_risk": false,
            "evidence": "Decree",
        });
        let disruption = hotel.ministry.post("/api/v1/disruptions", ban).await.created();
        declare(&service, &hotel.ministry, disruption).await;
        let cases = contingency_case::Entity::find().all(service.state.store.read()).await.unwrap();
        assert_eq!(cases.len(), 2, "she has one case");
        assert!(cases.iter().all(|case| case.disruption_id == Some(disruption) && case.state == "proposed"));
        assert_eq!(cases.iter().filter(|case| case.reported_on == today - chrono::Days::new(20)).count(), 1, "from the day on which it began");
        let proposed = case_event::Entity::find().filter(case_event::Column::ToState.eq("proposed")).all(service.state.store.read()).await.unwrap();
        assert_eq!(proposed.len(), 3, "hers was worked out again");
        // A border closes as well: when the ban is lifted, nobody is told that she may go.
        let border = hotel.border.post("/api/v1/disruptions", closed_border()).await.created();
        declare(&service, &hotel.border, border).await;
        let proposed = case_event::Entity::find().filter(case_event::Column::ToState.eq("proposed")).all(service.state.store.read()).await.unwrap();
        assert_eq!(proposed.len(), 5, "what was offered under the ban is worked out again with the border in view");
        let seen = hotel.ministry.get(&format!("/api/v1/disruptions/{disruption}")).await;
        ok(&hotel.ministry.send("POST", &format!("/api/v1/disruptions/{disruption}/end"), &[("if-match", &seen.headers["etag"])], None).await);
        service.drain().await;
        let cases = contingency_case::Entity::find().all(service.state.store.read()).await.unwrap();
        assert!(cases.iter().all(|case| case.disruption_id == Some(disruption) && case.state == "proposed"), "{cases:?}");
        let ends = async || {
            let events = case_event::Entity::find().filter(case_event::Column::Event.contains("reopened"));
            events.all(service.state.store.read()).await.unwrap().len()
        };
        assert_eq!(ends().await, 2, "each hears of it once");
        let mut waits = Vec::new();
        for case in &cases {
            let seen = hotel.officer.get(&format!("/api/v1/contingency-cases/{}/events", case.id)).await.json();
            let defer = seen["options"]["decision"]["choices"].as_array().unwrap().iter().find(|one| one["response"] == "defer").unwrap().clone();
            let from: chrono::NaiveDate = defer["from"].as_str().unwrap().parse().unwrap();
            assert!((from - today).num_days() >= 90, "not before the border opens: {defer}");
            waits.push((case.id, from));
        }
        // The border opens as well: they hear of that too, though their cases are those of the ban, and wait for neither.
        let seen = hotel.border.get(&format!("/api/v1/disruptions/{border}")).await;
        ok(&hotel.border.send("POST", &format!("/api/v1/disruptions/{border}/end"), &[("if-match", &seen.headers["etag"])], None).await);
        service.drain().await;
        assert_eq!(ends().await, 4);
        let banned = cases.iter().find(|case| case.cause == "ORI.EXITBAN").unwrap();
        let seen = hotel.officer.get(&format!("/api/v1/contingency-cases/{}/events", banned.id)).await.json();
        let defer = seen["options"]["decision"]["choices"].as_array().unwrap().iter().find(|one| one["response"] == "defer").unwrap().clone();
        let from: chrono::NaiveDate = defer["from"].as_str().unwrap().parse().unwrap();
        let before = waits.iter().find(|(id, _)| *id == banned.id).unwrap().1;
        assert_eq!((before - from).num_days(), 90, "neither the ban nor the border is waited for: {defer}");
    }

    /// A plan is checked, needs two keys for one wording, and then says in which order ways are looked at.
    async fn a_plan_is_in_force_with_two_keys(on) {
        let service = Service::start(on).await;
        let hotel = hotel(&service, 1).await;
        let path = format!("/api/v1/agreements/{}/contingency-plan", hotel.agreement);
        assert!(hotel.ministry.get(&path).await.json()["published"].is_null());
        let standard = serde_json::to_value(passerelle_domain::contingency::plan::Plan::standard()).unwrap();
        let elsewhere = service.program(Role::DestinationApprover, None, &["GB"], None).await;
        assert_eq!(elsewhere.put(&path, 1, standard.clone()).await.status, 404);
        assert_eq!(hotel.officer.put(&path, 1, standard.clone()).await.status, 403);
        let seen = hotel.ministry.put(&path, 1, standard.clone()).await.json();
        let found: Vec<&str> = seen["draft"]["findings"].as_array().unwrap().iter().map(|one| one["finding"].as_str().unwrap()).collect();
        assert!(found.contains(&"stipend_open") && found.contains(&"no_home_places"), "{found:?}");
        let digest = |seen: &Value| json!({ "digest": seen["draft"]["digest"] });
        let refused = hotel.ministry.post(&format!("{path}/key"), digest(&seen)).await;
        assert_eq!(refused.status, 422, "what cannot be kept is not promised: {}", refused.text);
        // Promises that can be kept: no posts at home where none are planned, no other institute, and nobody is deferred.
        let mut plan = standard;
        plan["answers"].as_array_mut().unwrap().iter_mut().for_each(|answer| {
            let kept = ["sub_employer", "further_training", "unplaced"];
            answer["responses"] = json!(kept);
        });
        plan["deferral_days"] = json!(10);
        let seen = hotel.ministry.put(&path, 1, plan.clone()).await.json();
        assert_eq!(seen["draft"]["findings"], json!([]));
        let before = digest(&seen);
        assert_eq!(hotel.ministry.post(&format!("{path}/key"), before.clone()).await.json()["published"], false);
        // Another wording lets the key fall.
        plan["deferral_days"] = json!(20);
        let seen = hotel.border.put(&path, 1, plan).await.json();
        assert!(seen["draft"]["origin_key_on"].is_null());
        assert_eq!(hotel.border.post(&format!("{path}/key"), before).await.status, 412);
        assert_eq!(hotel.border.post(&format!("{path}/key"), digest(&seen)).await.json()["published"], false);
        assert_eq!(hotel.ministry.post(&format!("{path}/key"), digest(&seen)).await.json()["published"], true);
        assert_eq!(hotel.ministry.get(&path).await.json()["published"]["number"], 1);
        // What is laid down counts: a relative is ill for ninety days, and twenty is the longest deferral.
        let person = hotel.people[0];
        let (herself, case) = reports(&service, person, "FAM.ILL").await;
        ok(&hotel.officer.event(&case, json!({ "event": "triage", "cause": "FAM.ILL", "safety_risk": false })).await);
        ok(&hotel.officer.event(&case, json!({ "event": "verify", "proof": "self_declared" })).await);
        ok(&hotel.officer.event(&case, json!({ "event": "propose" })).await);
        let seen = herself.get(&case).await.json();
        let barred = seen["options"]["decision"]["barred"].as_array().unwrap();
        assert!(barred.iter().any(|one| one["response"] == "defer" && one["bar"] == "deferral_spent"), "{seen}");
    }

    /// A plan is written part by part on pages; whoever read another draft than the one that there is now is told so.
    async fn a_plan_is_written_by_forms(on) {
        let service = Service::start(on).await;
        let hotel = hotel(&service, 1).await;
        let plan = format!("/ui/agreements/{}/contingency-plan", hotel.agreement);
        let mut page = service.browser(Role::OriginApprover, &["MA"], None).await;
        let csrf = page.csrf().await;
        let shown = page.get(&format!("{plan}?lang=en")).await.text;
        assert!(shown.contains(&format!("{plan}/answers/DST.BORDER")) && shown.contains(&format!("{plan}/terms")), "{shown}");
        let border = format!("{plan}/answers/DST.BORDER?lang=en");
        let form = page.get(&border).await;
        assert!(form.text.contains("name=\"way7\"") && form.text.contains("refresher lessons"), "{}", form.text);
        assert_eq!(page.get(&format!("{plan}/answers/NO.SUCH")).await.status, 404);
        let twice = [("csrf", csrf.as_str()), ("digest", ""), ("way0", "defer"), ("way1", "defer"), ("owed", "EUR x")];
        let refused = page.post(&border, &twice).await;
        assert!(refused.text.contains("Is named twice") && refused.text.contains("EUR x"), "nothing that was typed is lost: {}", refused.text);
        let sound =
            [("csrf", csrf.as_str()), ("digest", ""), ("way0", "defer"), ("way1", ""), ("way2", "home_track"), ("support", "lodging"), ("support", "adviser"), ("owed", "")];
        assert_eq!(page.post(&border, &sound).await.status, 303);
        assert_eq!(page.post(&border, &sound).await.status, 422, "a draft is being written by now: she is told, and may save her part on top of it");
        let draft = async || hotel.ministry.get(&format!("/api/v1/agreements/{}/contingency-plan", hotel.agreement)).await.json()["draft"].clone();
        let seen = draft().await;
        let answer = seen["plan"]["answers"].as_array().unwrap().iter().find(|one| one["cause"] == "DST.BORDER").unwrap().clone();
        assert_eq!((&answer["responses"], &answer["support"]), (&json!(["defer", "home_track"]), &json!(["lodging", "adviser"])));
        let digest = seen["digest"].as_str().unwrap().to_owned();
        let terms = format!("{plan}/terms?lang=en");
        assert!(page.get(&terms).await.text.contains("Longest deferral in days"));
        let mut sent: Vec<(&str, &str)> = vec![("csrf", &csrf), ("digest", &digest), ("stipend", "EUR 300"), ("mean_loss", "EUR 6000"), ("repayment_cap", "")];
        for name in ["triage_working_days", "verify_working_days", "propose_working_days", "consent_working_days", "close_days", "appeal_days", "decide_working_days", "execute_working_days"] {
            sent.push((name, "9"));
        }
        sent.extend([("deferral_days", "200"), ("cohort_deferral_days", "400")]);
        sent.extend([("stipend_places", "3"), ("per_mille", "80"), ("repayment_months", "0")]);
        let mut beyond = sent.clone();
        beyond.push(("per_mille", "1001"));
        beyond.retain(|(name, value)| *name != "per_mille" || *value != "80");
        assert!(page.post(&terms, &beyond).await.text.contains("1000"), "the field says how much there may be");
        assert_eq!(page.post(&terms, &sent).await.status, 303);
        let seen = draft().await["plan"].clone();
        assert_eq!((&seen["terms"]["appeal_days"], &seen["deferral_days"], &seen["stipend"]), (&json!(9), &json!(200), &json!("EUR 300.00")));
        assert_eq!(seen["cover"], json!({ "per_mille": 80, "mean_loss": "EUR 6000.00" }));
        let mut head = service.browser(Role::OriginAuditor, &["MA"], None).await;
        assert_eq!(head.get(&terms).await.status, 403);
    }

    /// Who pays which part, who is asked next, and what may be taken up instead: forms too, each refused with the field that
    /// is wrong, and with nothing lost.
    async fn shares_turns_and_switches_are_written_by_forms(on) {
        let service = Service::start(on).await;
        let hotel = hotel(&service, 1).await;
        let plan = format!("/ui/agreements/{}/contingency-plan", hotel.agreement);
        let mut page = service.browser(Role::OriginApprover, &["MA"], None).await;
        let csrf = page.csrf().await;
        let shown = page.get(&format!("{plan}?lang=en")).await.text;
        for part in ["shares/recruitment_fee", "waiting-list", "switches"] {
            assert!(shown.contains(&format!("{plan}/{part}")), "{part}: {shown}");
        }
        assert_eq!(page.get(&format!("{plan}/shares/illegitimate")).await.status, 404, "nobody may ask for it");
        let draft = async || hotel.ministry.get(&format!("/api/v1/agreements/{}/contingency-plan", hotel.agreement)).await.json()["draft"].clone();
        let digest = async || draft().await["digest"].as_str().unwrap_or_default().to_owned();

        let fee = format!("{plan}/shares/recruitment_fee?lang=en");
        let form = page.get(&fee).await.text;
        assert!(form.contains("value=\"employer\"") && !form.contains("value=\"trainee\""), "she is not named where she never pays: {form}");
        let row = |n: &'static str, payer, percent, cap, due| -> Vec<(String, &str)> {
            [("payer", payer), ("percent", percent), ("cap", cap), ("due", due)].map(|(name, value)| (format!("{name}{n}"), value)).into()
        };
        let send = async |page: &mut crate::support::Browser, path: &str, rows: Vec<(String, &str)>| {
            let digest = digest().await;
            let mut sent = vec![("csrf", csrf.as_str()), ("digest", digest.as_str())];
            sent.extend(rows.iter().map(|(name, value)| (name.as_str(), *value)));
            page.post(path, &sent).await
        };
        let both = |first, second| [row("0", "employer", first, "EUR 500", "enrolment"), row("2", "funder", second, "", "visa")].concat();
        let ninety = send(&mut page, &fee, both("60", "30")).await;
        assert!(ninety.text.contains("do not add up to 100") && ninety.text.contains("EUR 500"), "{}", ninety.text);
        let hers = send(&mut page, &fee, row("0", "trainee", "100", "", "enrolment")).await;
        assert!(hers.text.contains("never pays this class"), "{}", hers.text);
        let half = send(&mut page, &fee, row("1", "", "100", "", "enrolment")).await;
        assert!(half.text.contains("id=\"e-payer1\""), "the field that is missing is named: {}", half.text);
        assert_eq!(send(&mut page, &fee, both("60", "40")).await.status, 303);
        let written = draft().await["plan"]["shares"].clone();
        assert_eq!(
            written,
            json!([
                { "class": "recruitment_fee", "payer": "employer", "percent": 60, "cap": "EUR 500.00", "due": "enrolment" },
                { "class": "recruitment_fee", "payer": "funder", "percent": 40, "due": "visa" },
            ])
        );

        let list = format!("{plan}/waiting-list?lang=en");
        let turns = |female: &'static str, region: &'static str, percent: &'static str| -> Vec<(String, &str)> {
            [("first_refusal_months", "18"), ("re_entry_months", "30"), ("female", female), ("male", "60"), ("region0", region), ("percent0", percent)]
                .map(|(name, value)| (name.to_owned(), value))
                .into()
        };
        let beyond = send(&mut page, &list, turns("50", "", "")).await;
        assert!(beyond.text.contains("add up to 100 % at most"), "{}", beyond.text);
        let nowhere = send(&mut page, &list, turns("40", "MA-ZZ", "10")).await;
        assert!(nowhere.text.contains("id=\"e-region0\"") && nowhere.text.contains("MA-ZZ"), "{}", nowhere.text);
        assert!(send(&mut page, &list, turns("40", "MA-06", "")).await.text.contains("id=\"e-percent0\""));
        assert_eq!(send(&mut page, &list, turns("40", "MA-06", "25")).await.status, 303);
        let written = draft().await["plan"]["waiting_list"].clone();
        assert_eq!(written["re_entry_months"], 30);
        assert_eq!(
            written["shares"],
            json!([
                { "of": { "sex": "female" }, "percent": 40 },
                { "of": { "sex": "male" }, "percent": 60 },
                { "of": { "region": "MA-06" }, "percent": 25 },
            ])
        );

        let other = format!("{plan}/switches?lang=en");
        let pair = |from: &'static str, to: &'static str| vec![("from0".to_owned(), from), ("to0".to_owned(), to)];
        assert!(send(&mut page, &other, pair("2221", "2221")).await.text.contains("Is the same occupation"));
        assert!(send(&mut page, &other, pair("2221", "")).await.text.contains("id=\"e-to0\""));
        assert_eq!(send(&mut page, &other, pair("2221", "5321")).await.status, 303);
        let seen = draft().await["plan"].clone();
        assert_eq!(seen["switches"], json!([{ "from": "2221", "to": "5321" }]));
        assert_eq!(seen["shares"].as_array().unwrap().len(), 2, "one form leaves what another one wrote");
        let mut auditor = service.browser(Role::OriginAuditor, &["MA"], None).await;
        for path in [&fee, &list, &other] {
            assert_eq!(auditor.get(path).await.status, 403);
        }
    }

    /// Before two authorities turn their keys they see what the wording would have done.
    async fn plans_stand_side_by_side(on) {
        let service = Service::start(on).await;
        let hotel = hotel(&service, 3).await;
        put_in_force(hotel.agreement, [&hotel.ministry, &hotel.border], |_| {}).await;
        let path = format!("/api/v1/agreements/{}/contingency-plan", hotel.agreement);
        let mut draft = hotel.ministry.get(&path).await.json()["published"]["plan"].clone();
        draft["deferral_days"] = json!(10);
        draft["cohort_deferral_days"] = json!(10);
        assert_eq!(hotel.ministry.put(&path, 1, draft).await.status, 200);
        let ban = json!({ "name": "Exit ban", "cause": "ORI.EXITBAN", "country": "MA", "origin": "MA", "begins_on": Moment::now().date(), "safety_risk": false });
        let ban = hotel.ministry.post("/api/v1/disruptions", ban).await.created();
        let drill = hotel.ministry.post(&format!("/api/v1/disruptions/{ban}/drill"), json!({})).await.json();
        let told: Vec<(&str, Value)> = drill["plans"].as_array().unwrap().iter()
            .map(|one| (one["plan"].as_str().unwrap(), one["by_response"].clone())).collect();
        let waits = json!({ "defer": 3 });
        assert_eq!(told[0], ("in_force", waits.clone()), "{drill}");
        assert_eq!(told[1].0, "drafts");
        assert_ne!(told[1].1, waits, "ten days are not enough");
        assert_eq!((told[2].0, told.len()), ("taxonomy", 3));
        assert_eq!(drill["plans"][0]["loss"], drill["loss"]);
    }
}
