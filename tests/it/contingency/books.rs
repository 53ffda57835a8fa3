//! The books of an agreement, and what the database itself refuses.

use super::*;
use passerelle_store::query::ActiveModelTrait;

on_both! {
    /// What the database itself does not let anybody do.
    async fn the_books_cannot_be_bent(on) {
        let service = Service::start(on).await;
        let hotel = hotel(&service, 1).await;
        let path = format!("/api/v1/agreements/{}/ledger", hotel.agreement);
        let line = |from: &str, to: &str, amount: &str| json!({ "from": from, "to": to, "group": "training", "amount": amount, "memo": "m" });
        assert_eq!(hotel.officer.post(&path, line("funder", "reserve", "EUR 1")).await.status, 403, "an approver books");
        assert_eq!(hotel.border.post(&path, line("funder", "reserve", "EUR 1")).await.status, 403);
        let ministry = &hotel.ministry;
        assert_eq!(ministry.post(&path, line("trainee", "reserve", "EUR 1")).await.refused(), ["from:cost-not-hers"]);
        assert_eq!(ministry.post(&path, line("funder", "funder", "EUR 1")).await.refused(), ["to:same-account"]);
        assert_eq!(ministry.post(&path, line("funder", "reserve", "EUR -1")).await.refused(), ["amount:money-positive"]);
        assert_eq!(ministry.post(&path, line("reserve", "employer", "EUR 1")).await.refused(), ["amount:reserve-short"]);
        let made = ministry.post(&path, line("funder", "reserve", "EUR 100")).await.created();
        assert_eq!(ministry.post(&path, line("reserve", "employer", "MAD 1")).await.refused(), ["amount:reserve-short"], "of another currency there is nothing");
        ok(&ministry.post(&path, line("reserve", "employer", "EUR 40")).await);
        let back = format!("/api/v1/ledger-entries/{made}/reversal");
        assert_eq!(ministry.post(&back, json!({ "reason": "wrong" })).await.refused(), ["amount:reserve-short"], "it has been spent");
        for wrong in ["UPDATE ledger_entry SET amount_minor = 1", "DELETE FROM ledger_entry"] {
            assert!(!takes(&service, wrong).await, "{wrong}");
        }
        let row = ledger_entry::Entity::find().one(service.state.store.read()).await.unwrap().unwrap();
        for (from, to, control, amount) in [("trainee", "lost", "outside", 1), ("reserve", "lost", "outside", 1_000_000), ("funder", "lost", "outside", 0), ("lost", "lost", "outside", 1)] {
            let row = ledger_entry::Model {
                id: Uuid::now_v7(), from_account: from.into(), to_account: to.into(), control: control.into(), amount_minor: amount, reverses_id: None, ..row.clone()
            };
            let tx = service.state.store.begin(None, Moment::now().ms()).await.unwrap();
            let wrong = ledger_entry::Entity::insert(ledger_entry::ActiveModel::from(row).reset_all());
            assert!(wrong.exec_without_returning(tx.conn()).await.is_err(), "{from} {to} {control} {amount}");
        }
    }
}
