//! The audit chains: every write leaves an event, and tampering shows at the first broken link.

use crate::on_both;
use crate::support::Service;
use passerelle_store::audit::{self, BrokenLink};
use passerelle_store::entity::{audit_chain, audit_event};
use passerelle_store::query::{ColumnTrait, EntityTrait, Expr, QueryFilter, QueryOrder};

on_both! {
    async fn every_write_and_every_reading_of_a_person_leaves_an_event(on) {
        let service = Service::start(on).await;
        service.demo().await;
        let mut clerk = service.person(passerelle_domain::access::Role::InstituteHead).await;
        let page = clerk.get("/ui/trainees").await.text;
        let start = page.find("/ui/trainees/0").unwrap();
        let path = page[start..].split('"').next().unwrap().to_owned();
        let id = uuid::Uuid::parse_str(path.rsplit('/').next().unwrap()).unwrap();
        assert_eq!(clerk.get(&path).await.status, 200);
        let events = audit_event::Entity::find().filter(audit_event::Column::SubjectId.eq(id)).all(service.state.store.read()).await.unwrap();
        assert_eq!(events.iter().map(|event| event.action.as_str()).collect::<Vec<_>>(), ["read"]);
        assert!(events[0].actor_id.is_some());
        let verified = audit::verify(&service.state.store).await.unwrap();
        assert!(verified.broken.is_none() && verified.events > 15, "{verified:?}");
    }

    async fn a_change_a_gap_and_a_cut_tail_are_each_found(on) {
        let service = Service::start(on).await;
        for _ in 0..40 {
            service.organisation("employer", "DE").await;
        }
        let store = &service.state.store;
        let chain = audit_chain::Entity::find().order_by_desc(audit_chain::Column::Seq).one(store.read()).await.unwrap().unwrap();
        assert!(chain.seq >= 3);
        let broken = async || audit::verify(store).await.unwrap().broken;
        assert_eq!(broken().await, None);

        let tamper = async |seq: i64, detail: &str| {
            let tx = store.begin(None, 0).await.unwrap();
            audit_event::Entity::update_many()
                .col_expr(audit_event::Column::Detail, Expr::value(detail))
                .filter(audit_event::Column::Chain.eq(chain.chain))
                .filter(audit_event::Column::Seq.eq(seq))
                .exec(tx.conn())
                .await
                .unwrap();
            tx.commit().await.unwrap();
        };
        tamper(2, "{\"forged\":true}").await;
        assert_eq!(broken().await, Some(BrokenLink { chain: chain.chain, seq: 2, problem: "its content was changed" }));
        tamper(2, "{}").await;
        assert_eq!(broken().await, None, "the original content heals the chain");

        let remove = async |seq: i64| {
            let tx = store.begin(None, 0).await.unwrap();
            audit_event::Entity::delete_many()
                .filter(audit_event::Column::Chain.eq(chain.chain))
                .filter(audit_event::Column::Seq.eq(seq))
                .exec(tx.conn())
                .await
                .unwrap();
            tx.commit().await.unwrap();
        };
        remove(chain.seq).await;
        assert_eq!(broken().await.unwrap().problem, "events at the end are missing");
        remove(2).await;
        assert_eq!(broken().await, Some(BrokenLink { chain: chain.chain, seq: 2, problem: "an event is missing" }));
    }
}
