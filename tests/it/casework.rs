//! The day's work around cases: who has them, remarks, notifications, saved views, drafts, cover for
//! an absence, what tokens may do, and what is kept how long.

use crate::attacks::token;
use crate::on_both;
use crate::support::{Browser, Program, Service};
use passerelle::app::demo::PASSWORD;
use passerelle::app::privacy::{retention, sealed};
use passerelle::clock::Moment;
use passerelle_domain::access::Role;
use passerelle_store::entity::{assignment, draft, mail, notification, sealed_record, trainee};
use passerelle_store::query::{ColumnTrait, EntityTrait, Expr, QueryFilter};
use uuid::Uuid;

async fn demo(on: crate::support::On) -> Service {
    let service = Service::start(on).await;
    service.demo().await;
    service
}

async fn first_trainee(browser: &mut Browser) -> Uuid {
    let list = browser.get("/api/v1/trainees?limit=1").await.json();
    Uuid::parse_str(list["items"][0]["id"].as_str().unwrap()).unwrap()
}

/// The value of the option with that label.
fn option<'a>(page: &'a str, name: &str, label: &str) -> &'a str {
    let select = page.split(&format!("<select id=\"f-{name}\"")).nth(1).unwrap().split("</select>").next().unwrap();
    let at = select.find(label).unwrap_or_else(|| panic!("no {label} in {select}"));
    let start = select[..at].rfind("value=\"").unwrap() + 7;
    select[start..].split('"').next().unwrap()
}

on_both! {
    async fn each_organisation_shares_out_its_own_work(on) {
        let service = demo(on).await;
        let mut head = service.person(Role::InstituteHead).await;
        let mut officer = service.person(Role::OriginOfficer).await;
        let person = first_trainee(&mut head).await;
        let page = head.get(&format!("/ui/trainees/{person}")).await.text;
        let colleague = option(&page, "account", "Youssef Alaoui").to_owned();
        let (csrf, csrf_there) = (head.csrf().await, officer.csrf().await);
        let path = format!("/ui/trainees/{person}/assignment");
        let sent = [("csrf", csrf.as_str()), ("account", &colleague), ("due_on", "2020-01-31"), ("waiting_for", "employer"), ("blocked_by", "papers")];
        assert_eq!(head.post(&path, &sent).await.status, 303);
        assert_eq!(officer.post(&path, &[("csrf", &csrf_there), ("account", ""), ("due_on", "2030-01-31")]).await.status, 303);
        let rows = assignment::Entity::find().all(service.state.store.read()).await.unwrap();
        assert_eq!(rows.len(), 2, "one for each organisation");
        let listed = async |who: &mut Browser, case: &str| who.get(&format!("/api/v1/trainees?case={case}")).await.json()["items"].as_array().unwrap().len();
        let mut clerk = service.person(Role::InstituteClerk).await;
        for (case, number) in [("mine", 1), ("team", 1), ("overdue", 1), ("blocked", 1), ("waiting", 1), ("due", 0)] {
            assert_eq!(listed(&mut clerk, case).await, number, "{case}");
        }
        assert_eq!(listed(&mut head, "mine").await, 0);
        for (case, number) in [("team", 1), ("overdue", 0), ("blocked", 0)] {
            assert_eq!(listed(&mut officer, case).await, number, "{case} of the authority");
        }
        let home = clerk.get("/ui").await.text;
        assert!(home.contains("/ui/trainees?case=overdue") || home.contains("/ui/trainees?case&#61;overdue"), "the first page says what is late");
        let told = notification::Entity::find().filter(notification::Column::Kind.eq("case_assigned")).all(service.state.store.read()).await.unwrap();
        assert_eq!(told.len(), 1);
        // Nobody is given a case who does not work here.
        let refused = head.post(&path, &[("csrf", &csrf), ("account", &Uuid::now_v7().to_string())]).await;
        assert_eq!(refused.status, 422);
        let mut person = service.person(Role::Trainee).await;
        let csrf = person.csrf().await;
        assert!([403, 404].contains(&person.post(&path, &[("csrf", &csrf)]).await.status));
    }

    async fn people_are_told_as_they_have_chosen(on) {
        let service = demo(on).await;
        let mut head = service.person(Role::InstituteHead).await;
        let mut clerk = service.person(Role::InstituteClerk).await;
        let person = first_trainee(&mut head).await;
        let page = head.get(&format!("/ui/trainees/{person}")).await.text;
        let colleague = option(&page, "account", "Youssef Alaoui").to_owned();
        let (csrf, own) = (head.csrf().await, clerk.csrf().await);
        let remark = |text: &'static str| [("csrf", csrf.clone()), ("text", text.to_owned()), ("audience", "team".to_owned())];
        head.post(&format!("/ui/trainees/{person}/assignment"), &[("csrf", &csrf), ("account", &colleague)]).await;
        let unread = async |who: &mut Browser| who.get("/ui/notifications").await.text.matches("tag-warn").count();
        let letters = async || mail::Entity::find().filter(mail::Column::Kind.eq("notification")).all(service.state.store.read()).await.unwrap().len();
        assert_eq!((unread(&mut clerk).await, letters().await), (1, 1));
        // No letters about remarks from now on.
        assert_eq!(clerk.post("/ui/notifications/choices", &[("csrf", &own), ("comment", "in_app"), ("case_assigned", "by_mail")]).await.status, 303);
        let sent = remark("please call");
        let pairs: Vec<(&str, &str)> = sent.iter().map(|(name, value)| (*name, value.as_str())).collect();
        assert_eq!(head.post(&format!("/ui/trainees/{person}/comments"), &pairs).await.status, 303);
        assert_eq!((unread(&mut clerk).await, letters().await), (2, 1));
        clerk.post("/ui/notifications/read", &[("csrf", &own)]).await;
        assert_eq!(unread(&mut clerk).await, 0);
        assert!(clerk.get(&format!("/ui/trainees/{person}")).await.text.contains("please call"));
        let mut officer = service.person(Role::OriginOfficer).await;
        assert!(!officer.get(&format!("/ui/trainees/{person}")).await.text.contains("please call"), "a remark for the team stays with it");
    }

    async fn views_and_drafts_are_kept_for_their_owner(on) {
        let service = demo(on).await;
        let (mut head, mut clerk) = (service.person(Role::InstituteHead).await, service.person(Role::InstituteClerk).await);
        let csrf = head.csrf().await;
        let save = [("csrf", csrf.as_str()), ("view_name", "Ready soon"), ("journey", "in_training"), ("sort", "ready_on"), ("cols", "family_name,ready_on")];
        assert_eq!(head.post("/ui/trainees/views", &save).await.status, 303);
        let page = head.get("/ui/trainees").await.text;
        assert!(page.contains("Ready soon") && page.contains("journey=in_training"), "the view leads to its filters");
        assert!(!clerk.get("/ui/trainees").await.text.contains("Ready soon"));
        assert_eq!(head.post("/ui/trainees/views", &[("csrf", &csrf), ("view_name", "bad"), ("nonsense", "x")]).await.status, 422);
        let draft = [("csrf", csrf.as_str()), ("draft", "1"), ("given_name", "Half"), ("family_name", "Written"), ("sex", "")];
        assert_eq!(head.post("/ui/trainees", &draft).await.status, 303);
        assert!(head.get("/ui/trainees/new").await.text.contains("value=\"Written\""));
        assert!(!clerk.get("/ui/trainees/new").await.text.contains("value=\"Written\""), "nobody else's");
        assert_eq!(head.post("/ui/trainees/drafts", &[("csrf", &csrf), ("family_name", "Rewritten")]).await.status, 204, "scripts keep it as one types");
        assert!(head.get("/ui/trainees/new").await.text.contains("value=\"Rewritten\""));
        assert_eq!(draft::Entity::find().all(service.state.store.read()).await.unwrap().len(), 1);
    }

    async fn a_role_is_lent_for_an_absence_and_no_further(on) {
        let service = demo(on).await;
        let mut head = service.person(Role::InstituteHead).await;
        let page = head.get("/ui/team").await.text;
        let (grant, colleague) = (first_option(&page, "grant"), option(&page, "account", "Youssef Alaoui").to_owned());
        let csrf = head.csrf().await;
        let lend = |from: &'static str, to: &'static str| [("csrf", csrf.clone()), ("grant", grant.clone()), ("account", colleague.clone()), ("from", from.to_owned()), ("to", to.to_owned()), ("reason", "leave".to_owned())];
        for (from, to) in [("2026-11-10", "2026-11-01"), ("2020-01-01", "2020-01-05"), ("2026-11-01", "2036-01-01")] {
            let sent = lend(from, to);
            let pairs: Vec<(&str, &str)> = sent.iter().map(|(name, value)| (*name, value.as_str())).collect();
            assert_eq!(head.post("/ui/team/cover", &pairs).await.status, 422, "{from} {to}");
        }
        let mut clerk = service.person(Role::InstituteClerk).await;
        let own = clerk.csrf().await;
        let invite = [("csrf", own.as_str()), ("email", "x@example.org"), ("role", "institute_clerk")];
        assert_eq!(clerk.post("/ui/team/invite", &invite).await.status, 403, "a clerk invites nobody");
        assert_eq!(clerk.get("/ui/exceptional-accesses/new").await.status, 403);
        let today = Moment::now().date();
        let until = (today + chrono::Days::new(7)).to_string();
        let (from, to) = (today.to_string(), until);
        let sent = [("csrf", csrf.as_str()), ("grant", grant.as_str()), ("account", colleague.as_str()), ("from", from.as_str()), ("to", to.as_str()), ("reason", "leave")];
        assert_eq!(head.post("/ui/team/cover", &sent).await.status, 303);
        assert_eq!(clerk.get("/ui/exceptional-accesses/new").await.status, 200, "now she stands in");
        assert_eq!(clerk.post("/ui/team/invite", &invite).await.status, 403, "and makes no roles: they would outlive the loan");
        // What is lent is not lent on.
        let page = clerk.get("/ui/team").await.text;
        let offered = page.split("<select id=\"f-grant\"").nth(1).unwrap().split("</select>").next().unwrap();
        assert_eq!(offered.matches("<option").count(), 2, "an empty one and her own role: {offered}");
    }

    async fn a_token_does_what_its_scopes_say(on) {
        let service = demo(on).await;
        let mut head = service.person(Role::InstituteHead).await;
        let csrf = head.csrf().await;
        let person = first_trainee(&mut head).await;
        let path = format!("/api/v1/trainees/{person}");
        for (scope, statuses) in [("read", [200, 403, 403]), ("export", [403, 200, 403]), ("write", [200, 403, 200])] {
            let program = Program::new(&service.address, Some(token(&mut head, &csrf, &[scope]).await));
            let record = head.get(&path).await.json();
            let version = record["version"].as_i64().unwrap();
            let found = [program.get(&path).await.status, program.get("/api/v1/trainees.csv").await.status, program.put(&path, version, record).await.status];
            assert_eq!(found, statuses, "{scope}");
        }
    }

    async fn what_is_kept_long_enough_goes_and_a_report_says_so(on) {
        let service = demo(on).await;
        let mut head = service.person(Role::InstituteHead).await;
        let person = first_trainee(&mut head).await;
        let tx = service.state.store.begin(None, 1).await.unwrap();
        trainee::Entity::update_many().col_expr(trainee::Column::Journey, Expr::value("dropped")).col_expr(trainee::Column::UpdatedAtMs, Expr::value(1_i64))
            .filter(trainee::Column::Id.eq(person)).exec(tx.conn()).await.unwrap();
        tx.commit().await.unwrap();
        let before = head.get(&format!("/api/v1/trainees/{person}")).await.json();
        let rows = |lines: &[retention::Line]| lines.iter().find(|line| line.what == retention::What::Applicants).unwrap().rows;
        assert_eq!(rows(&retention::run(&service.state, Moment::now(), true).await.unwrap()), 1);
        assert_eq!(head.get(&format!("/api/v1/trainees/{person}")).await.json(), before, "looking changes nothing");
        assert_eq!(rows(&retention::run(&service.state, Moment::now(), false).await.unwrap()), 1);
        let after = head.get(&format!("/api/v1/trainees/{person}")).await.json();
        assert_ne!(after["family_name"], before["family_name"]);
        assert_eq!(rows(&retention::run(&service.state, Moment::now(), false).await.unwrap()), 0, "once is enough");
        let mut auditor = service.person(Role::OriginAuditor).await;
        assert_eq!(auditor.get("/ui/retention").await.status, 200);
        let verified = service.operator().await.get("/api/v1/audit/verification").await;
        assert!(verified.json()["broken"].is_null() && verified.json()["events"].as_i64() > Some(0), "{}", verified.text);
    }

    async fn sealed_facts_are_sealed_anew_with_a_new_key(on) {
        let old = format!("old:{}", "1".repeat(64));
        let mut service = Service::start_with(on, |config| config.security.sealing_keys = old.clone()).await;
        service.demo().await;
        let mut person = service.person(Role::Trainee).await;
        let csrf = person.csrf().await;
        let sent = [("csrf", csrf.as_str()), ("kind", "health"), ("class", "delay"), ("text", "a heart condition")];
        let answer = person.post("/ui/my/sealed", &sent).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        let kept = async |service: &Service| sealed_record::Entity::find().all(service.state.store.read()).await.unwrap().remove(0);
        let row = kept(&service).await;
        assert!(row.key_id == "old" && !row.sealed.contains("heart"));
        service.rekey(&format!("new:{},{old}", "2".repeat(64)));
        assert_eq!(sealed::rotate(&service.state, 1).await.unwrap(), 2, "her fact, and the key that her institute signs with");
        assert_eq!(kept(&service).await.key_id, "new");
        assert_eq!(sealed::rotate(&service.state, 1).await.unwrap(), 0);
        service.rekey(&format!("new:{}", "2".repeat(64)));
        let opened = service.state.vault.unseal(&format!("sealed_record:{}", row.id), &passerelle::vault::Sealed { key_id: "old".into(), nonce: row.nonce.clone(), text: row.sealed.clone() });
        assert!(opened.is_err(), "the old key is gone");
        let mut again = Browser::new(&service.address);
        assert_eq!(again.sign_in("trainee@demo.example", PASSWORD).await, 303);
    }
}

fn first_option(page: &str, name: &str) -> String {
    let select = page.split(&format!("<select id=\"f-{name}\"")).nth(1).unwrap().split("</select>").next().unwrap();
    select.split("value=\"").map(|rest| rest.split('"').next().unwrap()).find(|value| Uuid::try_parse(value).is_ok()).unwrap().to_owned()
}
