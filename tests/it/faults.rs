//! What happens when things go wrong underneath.

use crate::on_both;
use crate::support::{Database, Service};
use passerelle::app::match_runs;
use passerelle::clock::Moment;
use passerelle_domain::access::Role;
use passerelle_store::entity::{job, match_run};
use passerelle_store::query::{ConnectionTrait, EntityTrait};
use passerelle_store::{Options, Store};
use serde_json::json;

on_both! {
    async fn a_service_whose_tables_are_gone_says_so_and_stays_up(on) {
        let service = Service::start(on).await;
        let stranger = service.stranger();
        assert_eq!(stranger.get("/health/ready").await.status, 200);
        service.state.store.migrate_down().await.unwrap();
        assert!([500, 503].contains(&stranger.get("/health/ready").await.status));
        assert_eq!(stranger.get("/health/live").await.status, 200);
        let answer = stranger.send("GET", "/api/v1/me", &[("authorization", "Bearer pas_x")], None).await;
        assert_eq!(answer.status, 500);
        assert!(!answer.text.contains("api_token"), "the database's words stay in the log: {}", answer.text);
    }

    async fn a_job_that_keeps_failing_is_given_up_and_its_run_says_so(on) {
        let service = Service::start(on).await;
        let officer = service.program(Role::OriginOfficer, None, &["MA"], None).await;
        officer.post("/api/v1/match-runs", json!({})).await;
        let store = &service.state.store;
        let start = Moment::now().ms();
        for round in 0..6 {
            // Each worker dies without a word; the next one comes after the lease.
            assert!(passerelle_store::job::claim(store, &format!("w{round}"), start + round, -10).await.unwrap().is_some());
        }
        service.drain().await;
        let run = match_run::Entity::find().one(store.read()).await.unwrap().unwrap();
        assert_eq!(run.status, "failed");
        assert!(run.failure.unwrap().contains("given up"));
        assert_eq!(job::Entity::find().one(store.read()).await.unwrap().unwrap().state, "failed");
    }

    async fn an_aborted_transaction_leaves_nothing_not_even_an_event(on) {
        let database = Database::new(on).await;
        let store = database.open().await;
        let before = passerelle_store::audit::verify(&store).await.unwrap().events;
        let mut tx = store.begin(None, 1).await.unwrap();
        match_runs::queue(&mut tx, None, Moment::now(), match_runs::Asked::default()).await.unwrap();
        drop(tx);
        assert_eq!(match_run::Entity::find().all(store.read()).await.unwrap().len(), 0);
        assert_eq!(passerelle_store::audit::verify(&store).await.unwrap().events, before);
    }
}

#[tokio::test]
async fn a_missing_folder_and_a_reader_that_writes_are_refused() {
    let options = Options { url: "sqlite:///nowhere/at/all.sqlite".into(), connections: 2 };
    assert!(Store::open(&options).await.is_err());
    let database = Database::new(crate::support::On::Sqlite).await;
    let store = database.open().await;
    assert!(store.read().execute_unprepared("CREATE TABLE x (y TEXT)").await.is_err(), "the reading connections cannot write");
}
