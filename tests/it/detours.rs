//! Ways around the rights, each of which was open once: tokens that only look, remarks that tell a
//! name, sign-ups for somebody else's address, circles of merged records, hand-overs that leave
//! things behind, a second factor replaced without its code.

use crate::access::trainee;
use crate::on_both;
use crate::rights::letter;
use crate::support::{Browser, Program, Service};
use passerelle::app::demo::PASSWORD;
use passerelle_domain::access::Role;
use passerelle_store::entity::{api_token, trainee as trainee_table};
use passerelle_store::query::{ActiveModelTrait, EntityTrait};
use serde_json::{Value, json};
use uuid::Uuid;

async fn say(who: &Program, path: &str, version: i64, body: Value) -> u16 {
    who.send("POST", path, &[("if-match", &format!("\"{version}\""))], Some(body.to_string())).await.status
}

/// Three records of one person, and the pairs that were found: by their members.
async fn thrice(service: &Service) -> (Program, Program, [Uuid; 3], Vec<Value>) {
    let institute = service.organisation("institute", "MA").await;
    let head = service.program(Role::InstituteHead, Some(institute), &[], None).await;
    let mut people = [Uuid::nil(); 3];
    for person in &mut people {
        *person = head.post("/api/v1/trainees", trainee(institute, "MA")).await.created();
    }
    service.drain().await;
    let ministry = service.organisation("origin_authority", "MA").await;
    let officer = service.program(Role::OriginOfficer, Some(ministry), &["MA"], None).await;
    let pairs = officer.get("/api/v1/duplicates?limit=50").await.json()["items"].as_array().unwrap().clone();
    assert_eq!(pairs.len(), 3);
    (head, officer, people, pairs)
}

fn pair_of(pairs: &[Value], a: Uuid, b: Uuid) -> String {
    let both = [json!(a), json!(b)];
    let found = pairs.iter().find(|pair| both.contains(&pair["first_id"]) && both.contains(&pair["second_id"])).unwrap();
    format!("/api/v1/duplicates/{}/decision", found["id"].as_str().unwrap())
}

on_both! {
    async fn a_token_that_only_looks_changes_nothing(on) {
        let service = Service::start(on).await;
        let institute = service.organisation("institute", "MA").await;
        let (head, account) = service.program_of(&[crate::support::Given { role: Role::InstituteHead, organisation: Some(institute), countries: String::new(), subdivisions: String::new() }], None).await;
        let person = head.post("/api/v1/trainees", trainee(institute, "MA")).await.created();
        let token = "pas_0123456789012345678901234567890123456789012345678901234567890123";
        let now = passerelle::clock::Moment::now().ms();
        let row = api_token::Model {
            id: Uuid::now_v7(), account_id: account, name: "looks".into(), token_hash: passerelle::auth::secret::hash(token), created_at_ms: now,
            expires_at_ms: now + 3_600_000, revoked_at_ms: None, scopes: "read".into(),
        };
        let tx = service.state.store.begin(None, now).await.unwrap();
        api_token::Entity::insert(api_token::ActiveModel::from(row).reset_all()).exec_without_returning(tx.conn()).await.unwrap();
        tx.commit().await.unwrap();
        let reader = Program::new(&service.address, Some(token.into()));
        assert_eq!(reader.get(&format!("/api/v1/trainees/{person}")).await.status, 200);
        for (path, body) in [
            (format!("/api/v1/trainees/{person}/comments"), json!({ "text": "x", "audience": "team" })),
            ("/api/v1/team/covers".into(), json!({ "grant": Uuid::now_v7(), "account": Uuid::now_v7(), "from": "2026-12-01", "to": "2026-12-02", "reason": "x" })),
            ("/api/v1/case-transfers".into(), json!({})),
        ] {
            assert_eq!(reader.post(&path, body).await.status, 403, "{path}");
        }
    }

    async fn a_remark_tells_no_name_before_its_time(on) {
        let service = Service::start(on).await;
        service.demo().await;
        service.matched().await;
        let row = passerelle_store::entity::proposal::Entity::find().one(service.state.store.read()).await.unwrap().unwrap();
        let person = service.program(Role::Trainee, None, &[], Some(row.trainee_id)).await;
        let path = format!("/api/v1/proposals/{}/comments", row.id);
        person.post(&path, json!({ "text": "May I start in June?", "audience": "everybody" })).await.created();
        let employer = service.program(Role::EmployerApprover, Some(row.employer_id), &[], None).await;
        let seen = employer.get(&path).await.json();
        assert_eq!(seen["items"][0]["text"], "May I start in June?");
        assert_eq!(seen["items"][0]["by"], Value::Null, "the name waits for mutual interest");
        assert_eq!(person.get(&path).await.json()["items"][0]["by"], "somebody");
    }

    async fn an_address_opens_with_the_password_of_its_own_link(on) {
        let service = Service::start(on).await;
        let mut thief = Browser::new(&service.address);
        let csrf = thief.csrf().await;
        let sign_up = |csrf: String, password: &'static str| [("csrf", csrf), ("name", "N".into()), ("email", "hers@example.org".into()), ("password", password.into())];
        let send = async |browser: &mut Browser, form: [(&str, String); 4]| {
            let pairs: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
            browser.post("/ui/sign-up", &pairs).await.status
        };
        assert_eq!(send(&mut thief, sign_up(csrf.clone(), "stolen plums in Oran")).await, 200);
        let stale = letter(&service, "hers@example.org").await;
        let mut owner = Browser::new(&service.address);
        let token = owner.csrf().await;
        assert_eq!(send(&mut owner, sign_up(token.clone(), "honest figs in Tunis")).await, 200);
        let link = letter(&service, "hers@example.org").await;
        assert_eq!(owner.post(&stale, &[("csrf", &token)]).await.status, 404, "only the newest letter opens");
        assert_eq!(owner.post(&link, &[("csrf", &token)]).await.status, 303);
        assert_eq!(thief.sign_in("hers@example.org", "stolen plums in Oran").await, 401);
        assert_eq!(owner.sign_in("hers@example.org", "honest figs in Tunis").await, 303);
    }

    async fn what_was_opened_by_exception_closes_with_the_role_and_nobody_reviews_herself(on) {
        let service = Service::start(on).await;
        service.demo().await;
        let mut head = service.person(Role::InstituteHead).await;
        let school = head.get("/api/v1/me").await.json()["grants"][0]["organisation"].as_str().unwrap().to_owned();
        let head = service.program(Role::InstituteHead, Some(school.parse().unwrap()), &[], None).await;
        let others = trainee_table::Entity::find().all(service.state.store.read()).await.unwrap();
        let other = others.iter().find(|row| row.training_country == "TN").unwrap().id;
        let open = json!({ "trainee": other, "reason": "She fainted in our hall, her family must be called", "minutes": 30 });
        head.post("/api/v1/exceptional-accesses", open).await.created();
        assert_eq!(head.get(&format!("/api/v1/trainees/{other}")).await.status, 200);
        let operator = service.operator().await;
        let path = format!("/api/v1/organisations/{school}");
        let answer = operator.get(&path).await;
        let (version, mut record) = (answer.json()["version"].as_i64().unwrap(), answer.json());
        record["status"] = json!("suspended");
        assert_eq!(operator.put(&path, version, record).await.status, 200);
        assert_ne!(head.get(&format!("/api/v1/trainees/{other}")).await.status, 200);
        // Misses count: thirty guesses are not answered.
        let ministry = service.organisation("origin_authority", "TN").await;
        let given = |role| crate::support::Given { role, organisation: Some(ministry), countries: "TN".into(), subdivisions: String::new() };
        let (both, _) = service.program_of(&[given(Role::OriginOfficer), given(Role::OriginAuditor)], None).await;
        let open = |id: Uuid| json!({ "trainee": id, "reason": "She fainted in our hall, her family must be called", "minutes": 30 });
        let mine = both.post("/api/v1/exceptional-accesses", open(other)).await.created();
        assert_eq!(say(&both, &format!("/api/v1/exceptional-accesses/{mine}/decision"), 1, json!({ "review": "all fine" })).await, 409);
        let mut guesses = Vec::new();
        for _ in 0..11 {
            guesses.push(both.post("/api/v1/exceptional-accesses", open(Uuid::now_v7())).await.status);
        }
        assert!(guesses.contains(&404) && guesses.last() == Some(&429), "{guesses:?}");
    }

    async fn merged_records_form_no_circle_and_no_chain(on) {
        let service = Service::start(on).await;
        let (head, officer, [a, b, c], pairs) = thrice(&service).await;
        let (ab, bc, ac) = (pair_of(&pairs, a, b), pair_of(&pairs, b, c), pair_of(&pairs, a, c));
        assert_eq!(say(&officer, &ab, 1, json!({ "status": "same", "keep": b })).await, 204);
        assert_eq!(say(&officer, &bc, 1, json!({ "status": "same", "keep": c })).await, 409, "no chain");
        assert_eq!(say(&officer, &ac, 1, json!({ "status": "same", "keep": a })).await, 409, "no circle");
        assert_eq!(say(&officer, &bc, 1, json!({ "status": "same", "keep": b })).await, 204);
        let there = async |id: Uuid| head.get(&format!("/api/v1/trainees/{id}")).await.status;
        assert_eq!([there(a).await, there(b).await, there(c).await], [404, 200, 404]);
        // In any order.
        assert_eq!(say(&officer, &ab, 2, json!({ "status": "open" })).await, 204);
        assert_eq!(say(&officer, &bc, 2, json!({ "status": "open" })).await, 204);
        assert_eq!([there(a).await, there(b).await, there(c).await], [200, 200, 200]);
    }

    async fn an_erased_person_does_not_come_back_by_a_merge(on) {
        let service = Service::start(on).await;
        let (head, officer, [a, b, c], pairs) = thrice(&service).await;
        assert_eq!(say(&officer, &pair_of(&pairs, a, b), 1, json!({ "status": "same", "keep": b })).await, 204);
        let person = service.program(Role::Trainee, None, &[], Some(b)).await;
        let asked = person.post("/api/v1/person-requests", json!({ "kind": "erasure", "reason": "I have left." })).await.created();
        let remark = format!("/api/v1/person-requests/{asked}/comments");
        person.post(&remark, json!({ "text": "Call +212 600 000 000", "audience": "everybody" })).await.created();
        assert_eq!(say(&officer, &format!("/api/v1/person-requests/{asked}/decision"), 1, json!({ "accept": true, "answer": "Done." })).await, 204);
        let rows = trainee_table::Entity::find().all(service.state.store.read()).await.unwrap();
        let of = |id: Uuid| rows.iter().find(|row| row.id == id).unwrap();
        assert!(of(a).erased_at_ms.is_some() && of(a).birth_date.is_none(), "the merged record was hers too");
        assert_eq!(officer.get(&remark).await.json()["items"].as_array().map(Vec::len), Some(0), "what she wrote is gone with her");
        assert_eq!(say(&officer, &pair_of(&pairs, a, b), 2, json!({ "status": "open" })).await, 409);
        assert_eq!(say(&officer, &pair_of(&pairs, b, c), 1, json!({ "status": "open" })).await, 204);
        assert_eq!(say(&officer, &pair_of(&pairs, b, c), 2, json!({ "status": "same", "keep": b })).await, 409, "nobody is merged into nobody");
        assert_eq!(head.get(&format!("/api/v1/trainees/{c}")).await.status, 200);
    }

    async fn a_no_to_a_purpose_is_a_no_to_every_twin_and_no_paper_overrules_it(on) {
        let service = Service::start(on).await;
        let institute = service.organisation("institute", "MA").await;
        let employer = service.organisation("employer", "DE").await;
        let head = service.program(Role::InstituteHead, Some(institute), &[], None).await;
        let person = head.post("/api/v1/trainees", trainee(institute, "MA")).await.created();
        let herself = service.program(Role::Trainee, None, &[], Some(person)).await;
        let general = herself.post("/api/v1/consents", json!({ "purpose": "employer_disclosure", "language": "fr" })).await.created();
        herself.post("/api/v1/consents", json!({ "purpose": "employer_disclosure", "recipient": employer, "language": "fr" })).await.created();
        let nobody = json!({ "purpose": "employer_disclosure", "recipient": Uuid::now_v7(), "language": "fr" });
        assert_eq!(herself.post("/api/v1/consents", nobody).await.refused(), ["recipient:reference"]);
        let other = json!({ "purpose": "research", "trainee": Uuid::now_v7(), "language": "fr" });
        assert_eq!(herself.post("/api/v1/consents", other).await.refused(), ["trainee:reference"]);
        assert_eq!(herself.post(&format!("/api/v1/consents/{general}/withdrawal"), json!({})).await.status, 204);
        let all = herself.get("/api/v1/consents").await.json();
        assert!(all["items"].as_array().unwrap().iter().all(|item| item.get("withdrawn_at").is_some()), "{all}");
        let paper = json!({ "trainee": person, "purpose": "employer_disclosure", "language": "fr" });
        assert_eq!(head.post("/api/v1/consents", paper).await.status, 409);
        herself.post("/api/v1/consents", json!({ "purpose": "employer_disclosure", "language": "fr" })).await.created();
    }

    async fn what_hangs_on_a_case_goes_over_with_it(on) {
        let service = Service::start(on).await;
        let (old, new) = (service.organisation("institute", "MA").await, service.organisation("institute", "MA").await);
        let union = service.organisation("worker_organisation", "DE").await;
        let giver = service.program(Role::InstituteHead, Some(old), &[], None).await;
        let taker = service.program(Role::InstituteHead, Some(new), &[], None).await;
        let counsel = service.program(Role::WorkerRepresentative, Some(union), &["DE"], None).await;
        let person = giver.post("/api/v1/trainees", trainee(old, "MA")).await.created();
        let herself = service.program(Role::Trainee, None, &[], Some(person)).await;
        herself.post("/api/v1/consents", json!({ "purpose": "matching", "language": "ar" })).await.created();
        let asked = herself.post("/api/v1/person-requests", json!({ "kind": "correction", "field": "family_name", "value": "Alaoui", "reason": "marriage" })).await.created();
        let never = json!({ "kind": "correction", "field": "birth_date", "value": "99.99.9999", "reason": "typing" });
        assert_eq!(herself.post("/api/v1/person-requests", never).await.refused(), ["value:date"]);
        let refer = json!({ "trainee": person, "kind": "referral", "to": union, "reason": "contract" });
        let referral = giver.post("/api/v1/case-transfers", refer.clone()).await.created();
        let decision = |id: Uuid| format!("/api/v1/case-transfers/{id}/decision");
        assert_eq!(say(&counsel, &decision(referral), 1, json!({ "status": "accepted" })).await, 204);
        assert_eq!(giver.post("/api/v1/case-transfers", refer).await.status, 409, "one referral at a time");
        let over = giver.post("/api/v1/case-transfers", json!({ "trainee": person, "kind": "transfer", "to": new, "reason": "she moves" })).await.created();
        assert_eq!(say(&taker, &decision(over), 1, json!({ "status": "accepted" })).await, 204);
        let answer = format!("/api/v1/person-requests/{asked}/decision");
        assert_eq!(say(&giver, &answer, 1, json!({ "accept": true, "answer": "x" })).await, 404, "no longer the giver's");
        assert_eq!(say(&taker, &answer, 2, json!({ "accept": true, "answer": "done" })).await, 204);
        let count = async |who: &Program| who.get("/api/v1/consents").await.json()["items"].as_array().unwrap().len();
        assert_eq!((count(&giver).await, count(&taker).await), (0, 1));
        assert_eq!(say(&taker, &decision(referral), 3, json!({ "status": "ended" })).await, 204);
        assert_ne!(counsel.get(&format!("/api/v1/trainees/{person}")).await.status, 200);
    }

    async fn a_second_factor_is_neither_replaced_nor_guessed(on) {
        let service = Service::start(on).await;
        service.demo().await;
        let mut browser = service.person(Role::Funder).await;
        let csrf = browser.csrf().await;
        let (secret, _) = crate::keys::second_factor(&mut browser).await;
        let code = crate::keys::code_now(&secret, 1);
        let again = browser.post("/ui/account/second-factor/on", &[("csrf", &csrf), ("secret", &secret), ("code", &code)]).await;
        assert_eq!(again.status, 422, "not while one is on");
        let mut statuses = Vec::new();
        for _ in 0..7 {
            statuses.push(browser.post("/ui/account/second-factor/off", &[("csrf", &csrf), ("code", "000000")]).await.status);
        }
        assert!(statuses.contains(&429), "{statuses:?}");
        assert_eq!(Browser::new(&service.address).sign_in("operator@demo.example", PASSWORD).await, 303);
    }

    async fn one_person_has_one_account(on) {
        let service = Service::start(on).await;
        service.demo().await;
        let mut head = service.person(Role::InstituteHead).await;
        let school: Uuid = head.get("/api/v1/me").await.json()["grants"][0]["organisation"].as_str().unwrap().parse().unwrap();
        let program = service.program(Role::InstituteHead, Some(school), &[], None).await;
        let person = program.post("/api/v1/trainees", trainee(school, "MA")).await.created();
        for email in ["first@example.org", "second@example.org"] {
            let sent = program.post("/api/v1/team/invitations", json!({ "email": email, "role": "trainee", "trainee": person })).await;
            assert_eq!(sent.status, 202, "{}", sent.text);
        }
        let mut guest = Browser::new(&service.address);
        let csrf = guest.csrf().await;
        let accept = [("csrf", csrf.as_str()), ("name", "Salma"), ("password", "four oranges in Rabat")];
        assert_eq!(guest.post(&letter(&service, "first@example.org").await, &accept).await.status, 303);
        assert_ne!(guest.post(&letter(&service, "second@example.org").await, &accept).await.status, 303);
    }

    async fn a_lent_role_makes_and_ends_no_roles(on) {
        let service = Service::start(on).await;
        let institute = service.organisation("institute", "MA").await;
        let given = |role| crate::support::Given { role, organisation: Some(institute), countries: String::new(), subdivisions: String::new() };
        let (head, _) = service.program_of(&[given(Role::InstituteHead)], None).await;
        let (clerk, clerk_id) = service.program_of(&[given(Role::InstituteClerk)], None).await;
        let grants = passerelle_store::entity::role_grant::Entity::find().all(service.state.store.read()).await.unwrap();
        let of_head = grants.iter().find(|row| row.role == "institute_head").unwrap().id;
        let today = passerelle::clock::Moment::now().date();
        let cover = json!({ "grant": of_head, "account": clerk_id, "from": today, "to": today + chrono::Days::new(5), "reason": "holiday" });
        assert_eq!(head.post("/api/v1/team/covers", cover.clone()).await.status, 204);
        assert_eq!(head.post("/api/v1/team/covers", cover).await.status, 409, "one cover for one absence");
        let invite = json!({ "email": "friend@example.org", "role": "institute_head", "organisation": institute });
        assert_eq!(clerk.post("/api/v1/team/invitations", invite.clone()).await.status, 403);
        assert_ne!(clerk.delete(&format!("/api/v1/team/grants/{of_head}"), 1).await.status, 204, "nor does she depose her lender");
        assert_eq!(head.get("/api/v1/trainees").await.status, 200);
        // An invitation falls with the right of whoever gave it; a lender takes her role back.
        assert_eq!(head.post("/api/v1/team/invitations", invite).await.status, 202);
        let lent = passerelle_store::entity::role_grant::Entity::find().all(service.state.store.read()).await.unwrap();
        let lent = lent.iter().find(|row| row.delegated_by.is_some()).unwrap().id;
        assert_eq!(head.delete(&format!("/api/v1/team/grants/{lent}"), 1).await.status, 204);
        assert_eq!(service.operator().await.delete(&format!("/api/v1/team/grants/{of_head}"), 1).await.status, 204);
        let mut guest = Browser::new(&service.address);
        let csrf = guest.csrf().await;
        let accept = [("csrf", csrf.as_str()), ("name", "Friend"), ("password", "four oranges in Rabat")];
        assert_eq!(guest.post(&letter(&service, "friend@example.org").await, &accept).await.status, 404);
    }

    async fn a_merge_keeps_the_last_word_and_the_sealed_facts(on) {
        let service = Service::start(on).await;
        let (head, officer, [a, b, _], pairs) = thrice(&service).await;
        let herself = service.program(Role::Trainee, None, &[], Some(a)).await;
        let yes = async |purpose: &str| herself.post("/api/v1/consents", json!({ "purpose": purpose, "language": "fr" })).await.created();
        let no = async |id: Uuid| assert_eq!(herself.post(&format!("/api/v1/consents/{id}/withdrawal"), json!({})).await.status, 204);
        head.post("/api/v1/consents", json!({ "trainee": b, "purpose": "matching", "language": "fr" })).await.created();
        no(yes("matching").await).await;
        no(yes("research").await).await;
        yes("research").await;
        herself.post("/api/v1/sealed-records", json!({ "kind": "health", "class": "medical", "text": "asthma" })).await;
        let before = herself.get(&format!("/api/v1/trainees/{a}/sealed-records")).await.json()["items"].as_array().unwrap().len();
        let path = pair_of(&pairs, a, b);
        assert_eq!(say(&officer, &path, 1, json!({ "status": "same", "keep": b })).await, 204);
        let holding = async || {
            let all = herself.get("/api/v1/consents?limit=100").await.json();
            let mut found: Vec<String> = all["items"].as_array().unwrap().iter().filter(|item| item.get("withdrawn_at").is_none())
                .map(|item| item["purpose"].as_str().unwrap().to_owned()).collect();
            found.sort();
            found
        };
        assert_eq!(holding().await, ["research"], "an older yes on paper does not undo her no");
        let sealed = herself.get(&format!("/api/v1/trainees/{b}/sealed-records")).await.json();
        assert_eq!(sealed["items"].as_array().unwrap().len(), before, "{sealed}");
        yes("alumni_contact").await;
        assert_eq!(say(&officer, &path, 2, json!({ "status": "open" })).await, 204);
        assert_eq!(holding().await, ["alumni_contact", "research"], "what she said meanwhile goes back with her");
        assert_eq!(herself.get(&format!("/api/v1/trainees/{a}/sealed-records")).await.json()["items"].as_array().unwrap().len(), before);
    }

    async fn flags_and_dry_runs_take_their_own_words_only(on) {
        let service = Service::start(on).await;
        let employer = service.organisation("employer", "DE").await;
        let operator = service.operator().await;
        let change = |value: &str| json!({ "field": "provides_housing", "value": value, "ids": [employer] });
        assert_eq!(operator.post("/api/v1/organisations/bulk", change("banana")).await.status, 422);
        assert_eq!(operator.post("/api/v1/organisations/bulk?dry_run=maybe", change("true")).await.status, 422);
        assert_eq!(operator.post("/api/v1/organisations/bulk?dry_run=1", change("true")).await.status, 200);
        assert_ne!(operator.get(&format!("/api/v1/organisations/{employer}")).await.json()["provides_housing"], json!(true), "a dry run writes nothing");
    }
}
