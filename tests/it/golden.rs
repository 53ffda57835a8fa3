//! Sums that can be checked by hand, through the API: equity, reserve, settlement, what the worker pays.

use crate::on_both;
use crate::support::Service;
use passerelle_domain::access::Role;
use serde_json::{Value, json};

on_both! {
    async fn sums_come_out_as_they_do_by_hand(on) {
        let service = Service::start(on).await;
        let employer = service.organisation("employer", "DE").await;
        let who = service.program(Role::EmployerClerk, Some(employer), &[], None).await;
        let reckon = async |what: &str, asked: Value| {
            let answer = who.post(&format!("/api/v1/{what}/estimate"), asked).await;
            assert_eq!(answer.status, 200, "{what}: {}", answer.text);
            answer.json()
        };
        let equity = reckon("equity", json!({ "ratio_percent": 50, "away_departed": 7, "home_funded": 3 })).await;
        assert_eq!((&equity["home_needed"], &equity["breach"]), (&json!(4), &json!(true)));
        assert_eq!(reckon("equity", json!({ "ratio_percent": 300, "away_departed": 30 })).await["home_needed"], 90);
        let reserve = reckon("reserve", json!({
            "groups": [{ "causes": "all", "places": 100, "probability": 0.08, "mean_loss": "EUR 6000" }],
            "z": 1.645, "catastrophe": 0.05, "exposure": "EUR 600000",
        })).await;
        let told = ["expected", "deviation", "margin", "catastrophe", "target", "premium_per_place"].map(|name| reserve[name].as_str().unwrap().to_owned());
        assert_eq!(told, ["EUR 48000.00", "EUR 16277.59", "EUR 26776.64", "EUR 30000.00", "EUR 104776.64", "EUR 1047.77"]);
        let terms = json!({ "lawful": true, "cap": "EUR 3000", "months": 24, "months_served": 8 });
        let education = json!([{ "item": "training", "class": "education_investment", "paid": "EUR 6000" }]);
        let leaves = |cause: &str| json!({ "cause": cause, "items": education, "repayment": terms });
        assert_eq!(reckon("settlement", leaves("PER.CHANGE")).await["trainee"], "EUR 2000.00");
        assert_eq!(reckon("settlement", leaves("DST.BORDER")).await["trainee"], "EUR 0.00");
        let item = |item: &str, class: &str, paid: &str, percent: u8| json!({ "item": item, "class": class, "paid": paid, "transferable_percent": percent });
        let mut ticket = item("ticket", "related_cost", "EUR 600", 0);
        ticket["refunded"] = json!("EUR 450");
        let home = reckon("settlement", json!({
            "cause": "HLT.INADM", "insurance": "EUR 1000", "reserve": "EUR 100000",
            "items": [
                item("vocational", "education_investment", "EUR 6000", 90), item("language", "related_cost", "EUR 2700", 70),
                item("exam", "related_cost", "EUR 400", 0), item("recognition", "related_cost", "EUR 500", 0),
                item("visa", "related_cost", "EUR 75", 0), ticket,
            ],
        })).await;
        assert_eq!([&home["sunk"], &home["residual"], &home["loss"], &home["trainee"]], ["EUR 9825.00", "EUR 7290.00", "EUR 2535.00", "EUR 0.00"]);
        assert_eq!(home["waterfall"], json!([{ "bearer": "insurance", "amount": "EUR 1000.00" }, { "bearer": "reserve", "amount": "EUR 1535.00" }]));
        let fee = json!([{ "class": "recruitment_fee", "paid": "EUR 900", "refunded": "EUR 300" }]);
        let cost = reckon("recruitment-cost", json!({ "items": fee, "first_month": "EUR 2400" })).await;
        assert_eq!((&cost["months"], &cost["strict_blocks"]), (&json!(0.25), &json!(true)));
        let sent = reckon("remittance", json!({ "amount": "USD 200", "fee": "USD 5", "mid_rate": 10, "applied_rate": 9.8 })).await;
        assert_eq!([&sent["percent"], &sent["alert"], &sent["target_met"]], [&json!(4.5), &json!(false), &json!(false)]);
        let periods = json!([{ "country": "DE", "months": 48 }, { "country": "MA", "months": 30 }]);
        let pension = reckon("totalisation", json!({ "qualifying_months": 60, "periods": periods })).await;
        assert_eq!([&pension["eligible"], &pension["shares"][0]["months"], &pension["shares"][0]["of_months"]], [&json!(true), &json!(48), &json!(78)]);
        // Vector 12: a cap is passed by whoever is exempt from it, and by nobody else.
        let situation = |more: Value| {
            let mut asked = json!({
                "reported_on": "2026-03-02", "lasts": { "typical": 30, "p90": 60 }, "gate": "pre_departure", "deferral_max_days": 365, "lead_days": 45,
            });
            asked.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            asked
        };
        let options = async |cause: &str, more: Value| reckon("contingency-options", json!({ "cause": cause, "situation": situation(more) })).await;
        let open = |told: &Value, response: &str| told["choices"].as_array().unwrap().iter().find(|one| one["response"] == response).cloned();
        let bar = |told: &Value, response: &str| {
            told["barred"].as_array().unwrap().iter().find(|one| one["response"] == response).map(|one| one["bar"].clone())
        };
        assert!(open(&options("ORI.CAP", json!({ "exempt": true })).await, "exemption").is_some());
        assert_eq!(bar(&options("ORI.CAP", json!({})).await, "exemption"), Some(json!("not_exempt")));
        // Vector 13: ninety days of papers are not enough for sixty and forty-five, unless they can be had again.
        let papers = |renewable: bool| json!({ "horizon": "2026-05-31", "renewable": renewable });
        assert_eq!(bar(&options("HLT.ACUTE", papers(false)).await, "defer"), Some(json!("horizon_short")));
        assert_eq!(open(&options("HLT.ACUTE", papers(true)).await, "defer").unwrap()["with"], json!(["extend_papers"]));
        // Vector 14: filed before the pathway closes, or not at all.
        let closes = |day: &str| json!({ "lasts": null, "cutoff_on": day });
        assert!(open(&options("DST.CLOSED", closes("2026-03-02")).await, "file_before_cutoff").is_some());
        assert_eq!(bar(&options("DST.CLOSED", closes("2026-03-01")).await, "file_before_cutoff"), Some(json!("no_cutoff")));
        let endless = json!({ "cause": "HLT.ACUTE", "situation": situation(json!({ "lead_days": 4_000_000_000_u32 })) });
        assert_eq!(who.post("/api/v1/contingency-options/estimate", endless).await.refused(), ["situation.lead_days:range"]);
        // Nobody books a cost on her that is not hers, and what is wrong is named.
        let hers = json!({ "cause": "PER.CHANGE", "items": [{ "item": "visa", "class": "related_cost", "paid": "EUR 75", "payers": { "trainee": 100 } }] });
        assert_eq!(who.post("/api/v1/settlement/estimate", hers).await.refused(), ["items.0.payers:cost-not-hers"]);
        assert_eq!(service.stranger().post("/api/v1/settlement/estimate", leaves("DST.BORDER")).await.status, 401);
    }
}
