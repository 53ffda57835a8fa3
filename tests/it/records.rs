//! Wrong input gets an answer that names the field and the rule; right input comes back as sent.

use crate::access::trainee;
use crate::on_both;
use crate::support::Service;
use passerelle_domain::access::Role;
use serde_json::json;
use std::sync::Arc;

fn need(employer: uuid::Uuid) -> serde_json::Value {
    json!({
        "title": "Building electrician", "employer_id": employer, "side": "destination", "country": "DE", "occupation": "7411", "positions": 4,
        "start_from": "2027-09-01", "start_to": "2027-12-31", "wage": "EUR 34800.00", "comparable_wage": "EUR 34800.00", "wage_per": "year",
        "hours_per_week": "38.50", "language": "de", "language_level": "CEFR B1", "status": "forecast",
    })
}

fn quota() -> serde_json::Value {
    json!({
        "name": "Places", "side": "destination", "country": "DE", "scope": "pathway", "subject": "DE-NAFR-THAMM/MA", "counts": "places",
        "cap": 10, "used": 3, "period_from": "2026-01-01", "period_to": "2027-12-31",
    })
}

fn with(mut value: serde_json::Value, field: &str, new: serde_json::Value) -> serde_json::Value {
    value[field] = new;
    value
}

on_both! {
    async fn each_wrong_value_is_refused_by_field_and_rule(on) {
        let service = Service::start(on).await;
        service.corridors().await;
        let operator = service.operator().await;
        let employer = service.organisation("employer", "DE").await;
        let clerk = service.program(Role::EmployerApprover, Some(employer), &[], None).await;
        let cases = [
            ("country", json!("UK"), "country:country"),
            ("positions", json!(-3), "positions:range"),
            ("positions", json!("many"), "positions:number"),
            ("start_to", json!("2027-08-31"), "start_to:window-reversed"),
            ("start_to", json!("31.12.2027"), "start_to:date"),
            ("wage", json!("XAU 3"), "wage:currency-exponent"),
            ("wage", json!("EUR 3.123"), "wage:money-decimals"),
            ("wage", json!("EUR -1"), "wage:negative"),
            ("comparable_wage", json!("USD 30000"), "comparable_wage:currency-mixed"),
            ("occupation", json!("7499"), "occupation:isco"),
            ("language_level", json!("CEFR B7"), "language_level:language-level"),
            ("hours_per_week", json!(0), "hours_per_week:range"),
            ("title", json!(""), "title:required"),
            ("title", json!(["a", "b"]), "title:type"),
            ("title", json!("a\u{202e}b"), "title:control-characters"),
            ("title", json!("x".repeat(201)), "title:too-long"),
            ("status", json!("opened"), "status:choice"),
            ("status", json!("open"), "status:begins-as-forecast"),
            ("employer_id", json!("00000000-0000-0000-0000-000000000000"), "employer_id:reference"),
            ("colour", json!("red"), "colour:unknown-field"),
        ];
        for (field, value, expected) in cases {
            let refused = clerk.post("/api/v1/needs", with(need(employer), field, value)).await.refused();
            assert!(refused.contains(&expected.to_owned()), "{expected} not in {refused:?}");
        }
        assert_eq!(operator.post("/api/v1/quotas", with(quota(), "cap", json!(2))).await.refused(), ["cap:cap-below-used"]);
        assert_eq!(operator.post("/api/v1/quotas", with(quota(), "subject", json!("JP-SSW/PH"))).await.refused(), ["subject:quota-elsewhere"]);
        let agreement = json!({ "name": "X", "pack": "ZZ-NOPE", "origin": "MA", "destination": "DE", "status": "active", "cost_mode": "strict" });
        assert_eq!(operator.post("/api/v1/agreements", agreement).await.refused(), ["pack:pathway-unknown"]);
        // Nothing of all that was kept.
        assert_eq!(clerk.get("/api/v1/needs").await.json()["items"].as_array().unwrap().len(), 0);
    }

    async fn what_is_read_can_be_sent_back_unchanged(on) {
        let service = Service::start(on).await;
        service.demo().await;
        for (role, names) in [
            (Role::InstituteHead, vec!["programmes", "cohorts", "trainees", "credentials", "language-certificates", "skill-claims"]),
            (Role::EmployerApprover, vec!["sites", "needs", "need-skills", "seat-pools"]),
            (Role::Operator, vec!["organisations", "agreements", "quotas"]),
        ] {
            let mut browser = service.person(role).await;
            let csrf = browser.csrf().await;
            let page = browser.post("/ui/account/tokens", &[("csrf", &csrf), ("name", "t"), ("days", "1"), ("scopes", "read"), ("scopes", "write")]).await.text;
            let start = page.find("pas_").unwrap();
            let program = crate::support::Program::new(&service.address, Some(page[start..start + 68].to_owned()));
            for name in names {
                let list = program.get(&format!("/api/v1/{name}?limit=3")).await.json();
                let items = list["items"].as_array().unwrap();
                assert!(!items.is_empty(), "{role} sees no {name}");
                for item in items {
                    let path = format!("/api/v1/{name}/{}", item["id"].as_str().unwrap());
                    let version = item["version"].as_i64().unwrap();
                    let saved = program.put(&path, version, item.clone()).await;
                    assert_eq!(saved.status, 200, "{path}: {}", saved.text);
                    let mut expected = item.clone();
                    expected["version"] = json!(version + 1);
                    assert_eq!(saved.json(), expected, "{path}");
                }
            }
        }
    }

    async fn of_two_officers_who_save_at_once_one_is_told(on) {
        let service = Arc::new(Service::start(on).await);
        let operator = service.operator().await;
        let id = service.organisation("employer", "DE").await;
        let path = format!("/api/v1/organisations/{id}");
        let current = operator.get(&path).await;
        assert_eq!(current.headers["etag"], "\"1\"");
        let changes = (0..6).map(|number| {
            let (operator, path, body) = (operator.clone(), path.clone(), with(current.json(), "name", json!(format!("Name {number}"))));
            tokio::spawn(async move { operator.put(&path, 1, body).await.status })
        });
        let mut statuses = Vec::new();
        for change in changes.collect::<Vec<_>>() {
            statuses.push(change.await.unwrap());
        }
        statuses.sort();
        assert_eq!(statuses, [200, 412, 412, 412, 412, 412]);
        assert_eq!(operator.send("PUT", &path, &[], Some(current.text)).await.status, 400, "If-Match is needed");
    }

    async fn a_repeated_request_creates_once(on) {
        let service = Arc::new(Service::start(on).await);
        let employer = service.organisation("employer", "DE").await;
        let clerk = service.program(Role::EmployerApprover, Some(employer), &[], None).await;
        let sends = (0..8).map(|_| {
            let (clerk, body) = (clerk.clone(), need(employer).to_string());
            tokio::spawn(async move { clerk.send("POST", "/api/v1/needs", &[("idempotency-key", "k-1")], Some(body)).await })
        });
        let mut ids = Vec::new();
        for send in sends.collect::<Vec<_>>() {
            ids.push(send.await.unwrap().created());
        }
        ids.dedup();
        assert_eq!(ids.len(), 1);
        let other = with(need(employer), "positions", json!(9)).to_string();
        assert_eq!(clerk.send("POST", "/api/v1/needs", &[("idempotency-key", "k-1")], Some(other)).await.status, 409);
    }

    async fn two_pools_added_at_once_never_exceed_the_positions(on) {
        let service = Arc::new(Service::start(on).await);
        service.corridors().await;
        let employer = service.organisation("employer", "DE").await;
        let clerk = service.program(Role::EmployerApprover, Some(employer), &[], None).await;
        let id = clerk.post("/api/v1/needs", need(employer)).await.created();
        let adds = ["MA", "TN", "EG"].map(|origin| {
            let clerk = clerk.clone();
            let body = json!({ "need_id": id, "pathway": format!("DE-NAFR-THAMM/{origin}"), "seats": 3 });
            tokio::spawn(async move { clerk.post("/api/v1/seat-pools", body).await.status })
        });
        let mut statuses = Vec::new();
        for add in adds {
            statuses.push(add.await.unwrap());
        }
        statuses.sort();
        assert_eq!(statuses, [201, 422, 422]);
        let wrong = json!({ "need_id": id, "pathway": "JP-SSW/PH", "seats": 1 });
        assert_eq!(clerk.post("/api/v1/seat-pools", wrong).await.refused(), ["pathway:pathway-elsewhere"]);
    }

    async fn a_record_that_others_name_does_not_go(on) {
        let service = Service::start(on).await;
        let institute = service.organisation("institute", "MA").await;
        let head = service.program(Role::InstituteHead, Some(institute), &[], None).await;
        let id = head.post("/api/v1/trainees", trainee(institute, "MA")).await.created();
        let paper = json!({ "trainee_id": id, "title": "D", "awarding_body": "X", "occupation": "7411", "eqf_basis": "none", "status": "expected" });
        let paper = head.post("/api/v1/credentials", paper).await.created();
        assert_eq!(head.delete(&format!("/api/v1/trainees/{id}"), 1).await.status, 409);
        assert_eq!(head.delete(&format!("/api/v1/credentials/{paper}"), 1).await.status, 204);
        assert_eq!(head.delete(&format!("/api/v1/trainees/{id}"), 1).await.status, 204);
        assert_eq!(service.trainee_count().await, 0);
    }

    async fn nobody_changes_fields_that_are_another_roles(on) {
        let service = Service::start(on).await;
        let institute = service.organisation("institute", "MA").await;
        let head = service.program(Role::InstituteHead, Some(institute), &[], None).await;
        let officer = service.program(Role::OriginOfficer, None, &["MA"], None).await;
        let own = format!("/api/v1/organisations/{institute}");
        let body = head.get(&own).await.json();
        assert_eq!(head.put(&own, 1, with(body.clone(), "accreditation", json!("gold"))).await.refused(), ["accreditation:not-yours"]);
        assert_eq!(head.put(&own, 1, with(body, "name", json!("Renamed"))).await.status, 200);
        let id = head.post("/api/v1/trainees", trainee(institute, "MA")).await.created();
        let path = format!("/api/v1/trainees/{id}");
        let person = officer.get(&path).await.json();
        assert_eq!(officer.put(&path, 1, with(person.clone(), "merit", json!(99))).await.refused(), ["merit:not-yours"]);
        assert_eq!(officer.put(&path, 1, with(person, "identity_confirmed", json!("no"))).await.status, 200);
    }
}
