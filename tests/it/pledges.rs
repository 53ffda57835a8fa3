//! Seats that employers stand for: acknowledged, ended by a cause, and planned for.

use crate::on_both;
use crate::support::Service;
use passerelle_domain::access::Role;
use serde_json::{Value, json};
use uuid::Uuid;

fn pledge(employer: Uuid, seats: i64) -> Value {
    let from = passerelle::clock::Moment::now().date() + chrono::TimeDelta::days(500);
    json!({
        "employer_id": employer, "origin": "MA", "destination": "DE", "occupation": "2221", "seats": seats,
        "start_from": from, "start_to": from + chrono::TimeDelta::days(60), "cost_percent": 80, "notice_days": 600,
        "withdrawal_percent": 60,
    })
}

on_both! {
    async fn a_pledge_is_acknowledged_once_and_ended_by_a_cause(on) {
        let service = Service::start(on).await;
        let employer = service.organisation("employer", "DE").await;
        let firm = service.program(Role::EmployerApprover, Some(employer), &[], None).await;
        let clerk = service.program(Role::EmployerClerk, Some(employer), &[], None).await;
        let origin = service.program(Role::OriginApprover, None, &["MA"], None).await;
        let elsewhere = service.program(Role::OriginApprover, None, &["TN"], None).await;
        assert_eq!(clerk.post("/api/v1/pledges", pledge(employer, 10)).await.status, 403);
        let mut past = pledge(employer, 10);
        past["start_from"] = json!("2026-01-01");
        assert_eq!(firm.post("/api/v1/pledges", past).await.refused(), ["start_from:pledge-past"]);
        let mut ready = pledge(employer, 10);
        ready["status"] = json!("acknowledged");
        assert_eq!(firm.post("/api/v1/pledges", ready).await.refused(), ["status:unknown-field"]);
        let id = firm.post("/api/v1/pledges", pledge(employer, 10)).await.created();
        let path = format!("/api/v1/pledges/{id}");
        let act = async |who: &crate::support::Program, what: &str, version: i64, body: Value| {
            let version = format!("\"{version}\"");
            who.send("POST", &format!("{path}/{what}"), &[("if-match", &version), ("content-type", "application/json")], Some(body.to_string())).await
        };
        assert_eq!(act(&firm, "acknowledgement", 1, json!({})).await.status, 403, "nobody acknowledges her own");
        assert_eq!(act(&elsewhere, "acknowledgement", 1, json!({})).await.status, 404);
        assert_eq!(act(&origin, "acknowledgement", 9, json!({})).await.status, 412);
        assert_eq!(act(&origin, "acknowledgement", 1, json!({})).await.json()["status"], "acknowledged");
        assert_eq!(act(&origin, "acknowledgement", 2, json!({})).await.status, 409);
        // Its terms are fixed.
        assert_eq!(firm.put(&path, 2, pledge(employer, 1)).await.status, 409);
        assert_eq!(firm.delete(&path, 2).await.status, 409);
        assert_eq!(act(&firm, "cancellation", 2, json!({ "cause": "PER.PREG" })).await.refused(), ["cause:choice"]);
        let ended = act(&firm, "cancellation", 2, json!({ "cause": "EMP.WITHDRAW" })).await.json();
        assert_eq!((ended["status"].as_str(), ended["owed_percent"].as_i64()), (Some("cancelled"), Some(60)), "{ended}");
        // What no employer answers for costs none.
        let other = firm.post("/api/v1/pledges", pledge(employer, 5)).await.created();
        let other = format!("/api/v1/pledges/{other}");
        let version = [("if-match", "\"1\""), ("content-type", "application/json")];
        origin.send("POST", &format!("{other}/acknowledgement"), &version, None).await;
        let version = [("if-match", "\"2\""), ("content-type", "application/json")];
        let closed = firm.send("POST", &format!("{other}/cancellation"), &version, Some(json!({ "cause": "DST.BORDER" }).to_string())).await;
        assert_eq!(closed.json()["owed_percent"], 0, "{}", closed.text);
    }

    async fn only_acknowledged_pledges_open_seats(on) {
        let service = Service::start(on).await;
        service.corridors().await;
        let employer = service.organisation("employer", "DE").await;
        let firm = service.program(Role::EmployerApprover, Some(employer), &[], None).await;
        let origin = service.program(Role::OriginApprover, None, &["MA"], None).await;
        let lines = async || origin.get("/api/v1/seat-plan").await.json()["lines"].as_array().unwrap().clone();
        let id = firm.post("/api/v1/pledges", pledge(employer, 20)).await.created();
        assert_eq!(lines().await, Vec::<Value>::new(), "an offer alone opens nothing");
        let version = [("if-match", "\"1\"")];
        assert_eq!(origin.send("POST", &format!("/api/v1/pledges/{id}/acknowledgement"), &version, None).await.status, 200);
        let planned = lines().await;
        assert_eq!(planned.len(), 1, "{planned:?}");
        let line = &planned[0];
        let survival: f64 = ["completion", "recognition", "visa"].iter().map(|part| line["chances"][part].as_f64().unwrap()).product();
        let wanted = (20.0 / survival - 1e-9).ceil() as i64;
        assert_eq!((line["pledged"].as_i64(), line["seats"].as_i64(), line["balance"].as_i64()), (Some(20), Some(wanted), Some(-wanted)), "{line}");
        // What is wanted and not pledged counts as far as somebody says.
        let need = json!({
            "title": "Nurse", "employer_id": employer, "side": "destination", "country": "DE", "occupation": "2221", "positions": 50,
            "start_from": line_start(line), "start_to": line_start(line), "wage_per": "month", "hours_per_week": 38, "status": "forecast",
        });
        firm.post("/api/v1/needs", need).await.created();
        let at = async |share: u32| origin.get(&format!("/api/v1/seat-plan?unpledged_percent={share}")).await.json();
        let (none, half) = (at(0).await, at(50).await);
        assert_eq!((&none["lines"][0]["wanted"], &none["lines"][0]["seats"]), (&json!(30), &json!(wanted)), "the pledge covers its part of the need");
        assert_eq!(half["lines"][0]["counted"], 35.0, "{half}");
        assert_eq!(origin.get("/api/v1/seat-plan?unpledged_percent=101").await.refused(), ["unpledged_percent:share-range"]);
        assert_eq!(firm.get("/api/v1/seat-plan").await.status, 403, "demand of others is not an employer's to see");
    }
}

/// First day of the half-year of a line.
fn line_start(line: &Value) -> String {
    let window = line["window"].as_str().unwrap();
    let (year, half) = window.split_once("-H").unwrap();
    format!("{year}-{}", if half == "1" { "06-01" } else { "12-01" })
}

on_both! {
    async fn what_a_hire_is_worth_is_reckoned_for_whoever_asks(on) {
        let service = Service::start(on).await;
        let employer = service.organisation("employer", "DE").await;
        let firm = service.program(Role::EmployerClerk, Some(employer), &[], None).await;
        let asked = json!({
            "value": "EUR 3700", "wage": "EUR 3000", "attrition": 0.01, "discount": 0.004, "months": 48,
            "upfront": [{ "cost": "training", "amount": "EUR 19000" }],
        });
        let sheet = firm.post("/api/v1/roi/estimate", asked.clone()).await.json();
        assert_eq!((sheet["net_present_value"].as_str(), sheet["payback_month"].as_i64()), (Some("EUR 5272.38"), Some(35)), "{sheet}");
        let mut mixed = asked.clone();
        mixed["wage"] = json!("USD 3000");
        assert_eq!(firm.post("/api/v1/roi/estimate", mixed).await.refused(), ["wage:currency-mixed"]);
        let mut many = asked;
        many["alternatives"] = (0..11).map(|_| json!({ "otherwise": "agency", "value": "EUR 1", "wage": "EUR 1", "attrition": 0, "upfront": "EUR 0" })).collect();
        assert_eq!(firm.post("/api/v1/roi/estimate", many).await.refused(), ["alternatives:too-many"]);
    }
}
