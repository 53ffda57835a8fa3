//! Contracts in their versions: what became worse is told with both values, and nobody leaves on it.

use crate::journeys::{events_of, pair};
use crate::on_both;
use crate::support::{Program, Service};
use crate::tracks::stands;
use passerelle::clock::Moment;
use passerelle_domain::access::Role;
use passerelle_store::entity::notification;
use passerelle_store::query::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};

pub(crate) fn terms(gross: &str) -> Value {
    json!({
        "occupation": "7411", "site": "Lindau", "duties": "Wiring", "gross": gross, "per": "month", "hours_per_week": 39,
        "overtime_percent": 125, "leave_days": 28, "deductions_percent": 0, "insured": true, "notice_days": 28, "return_travel_paid": true,
        "complaint_body": "Works council", "languages": "de, fr",
    })
}

pub(crate) async fn enter(
    who: &Program,
    proposal: &str,
    stage: &str,
    mut terms: Value,
    delivered_on: chrono::NaiveDate,
) -> crate::support::Answer {
    (terms["stage"], terms["delivered_on"]) = (json!(stage), json!(delivered_on));
    who.post(&format!("/api/v1/proposals/{proposal}/contract"), terms).await
}

on_both! {
    async fn nobody_leaves_on_a_contract_that_became_worse(on) {
        let service = Service::start(on).await;
        let p = pair(&service).await;
        let path = format!("/api/v1/proposals/{}/contract", p.proposal);
        let today = Moment::now().date();
        let before = |days: u64| today - chrono::Days::new(days);
        // The offer is the employer's, the attestation an authority's; order and gaps are told.
        assert_eq!(enter(&p.employer, &p.proposal, "final", terms("EUR 3000"), before(30)).await.refused(), ["stage:contract-order"]);
        assert_eq!(enter(&p.employer, &p.proposal, "attested", terms("EUR 3000"), before(30)).await.status, 403);
        assert_eq!(enter(&p.herself, &p.proposal, "offer", terms("EUR 3000"), before(30)).await.status, 403);
        let mut open = terms("EUR 0");
        (open["complaint_body"], open["languages"], open["leave_days"]) = (json!(" "), json!("de, Klingonisch!"), json!(400));
        let told = enter(&p.employer, &p.proposal, "offer", open, before(30)).await.refused();
        assert_eq!(told, ["complaint_body:required", "languages:language", "leave_days:range"]);
        assert_eq!(enter(&p.employer, &p.proposal, "offer", terms("EUR 0"), before(30)).await.refused(), ["gross:contract-gap"]);
        let other = service.organisation("employer", "DE").await;
        let other = service.program(Role::EmployerApprover, Some(other), &[], None).await;
        assert_eq!(enter(&other, &p.proposal, "offer", terms("EUR 3000"), before(30)).await.status, 404);
        assert_eq!(enter(&p.employer, &p.proposal, "offer", terms("EUR 3000"), before(30)).await.status, 200);
        let attested = enter(&p.origin, &p.proposal, "attested", terms("EUR 3000"), before(20)).await;
        assert_eq!(attested.json()["substituted"], Value::Null, "{}", attested.text);
        assert_eq!(enter(&p.employer, &p.proposal, "offer", terms("EUR 3000"), before(19)).await.refused(), ["stage:contract-order"]);
        let worse = enter(&p.employer, &p.proposal, "final", terms("EUR 2800"), before(2)).await.json();
        assert_eq!(worse["substituted"], "worse", "{worse}");
        let change = &worse["versions"][2]["changes"][0];
        assert_eq!([&change["field"], &change["effect"]], ["gross", "worse"], "{change}");
        assert_eq!([&change["before"], &change["after"]], ["EUR 3000.00 / month", "EUR 2800.00 / month"]);
        let told = notification::Entity::find().filter(notification::Column::Kind.eq("contract_worse"));
        assert_eq!(told.all(service.state.store.read()).await.unwrap().len(), 1, "she is told at once");
        // Her word does not make it right.
        let agree = async |seq: i64| p.herself.post(&format!("{path}/consent"), json!({ "seq": seq })).await.status;
        assert_eq!(agree(2).await, 412, "that was not the newest");
        assert_eq!(agree(3).await, 200);
        let events = events_of(&p.head, p.person).await;
        stands(&service, p.person, "pre_departure").await;
        let clear = json!({
            "event": "clear", "orientation": true, "same_contract": true, "ticket_not_paid_by_trainee": true, "passport_in_own_hands": true,
            "insured": true, "exit_clearance": true,
        });
        assert_eq!(p.origin.event(&events, clear.clone()).await.refused(), ["same_contract:contract-worse"]);
        // Better than promised, and not without her consent.
        assert_eq!(enter(&p.employer, &p.proposal, "final", terms("EUR 3100"), before(1)).await.json()["substituted"], "not_agreed");
        assert_eq!(p.origin.event(&events, clear.clone()).await.refused(), ["same_contract:contract-not-agreed"]);
        assert_eq!(p.employer.post(&format!("{path}/consent"), json!({ "seq": 4 })).await.status, 403);
        assert_eq!(agree(4).await, 200);
        let left = p.origin.event(&events, clear.clone()).await;
        assert!(left.status == 200 || !left.text.contains("contract"), "{}", left.text);
        assert_eq!(p.origin.get(&path).await.json()["substituted"], Value::Null);
    }

    async fn a_text_that_came_too_late_is_no_offer(on) {
        let service = Service::start(on).await;
        let p = pair(&service).await;
        let today = Moment::now().date();
        let events = events_of(&p.head, p.person).await;
        assert_eq!(enter(&p.employer, &p.proposal, "offer", terms("EUR 3000"), today).await.status, 200);
        stands(&service, p.person, "pre_departure").await;
        let clear = json!({
            "event": "clear", "orientation": true, "same_contract": true, "ticket_not_paid_by_trainee": true, "passport_in_own_hands": true,
            "insured": true, "exit_clearance": true,
        });
        assert_eq!(p.origin.event(&events, clear).await.refused(), ["same_contract:contract-late"]);
    }
}
