//! One border closes for many: `cargo bench --bench disruption`.
//!
//! PASSERELLE_BENCH_PEOPLE says how many journeys there are (100000 unless told), of which half lead to the country whose
//! border closes. Measured is the whole drill: affected set, what is open to each by papers, matching and law, the
//! allotment of posts, and the totals; nothing is written about anybody. Peak memory is that of the whole process.

use passerelle::app::contingency::disruptions;
use passerelle::app::{Ctx, actors, demo};
use passerelle::clock::Moment;
use passerelle::config::Config;
use passerelle::state::AppState;
use passerelle_store::entity::{account, disruption};
use passerelle_store::query::{ColumnTrait, EntityTrait, QueryFilter};
use passerelle_store::{Options, Store, record};
use std::time::Instant;
use uuid::Uuid;

mod support;

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let people = std::env::var("PASSERELLE_BENCH_PEOPLE").ok().and_then(|text| text.parse().ok()).unwrap_or(100_000);
        let folder = std::env::temp_dir().join(format!("passerelle-disruption-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        let mut config = Config::load(None).expect("the defaults");
        let url = format!("sqlite://{}", folder.join("bench.sqlite").display());
        config.database.url.clone_from(&url);
        config.storage.data_dir.clone_from(&folder);
        let store = Store::open_and_migrate(&Options { url, connections: 4 }).await.expect("a database");
        let state = AppState::new(store, config).expect("a state");
        let now = Moment::now();
        demo::load(&state, now, 1).await.expect("the demonstration");
        support::fill(&state, people).await;
        println!("{people} journeys; peak before: {} MB", peak_mb());
        let id = border(&state, now).await;
        let approver = account::Entity::find().filter(account::Column::Email.eq("destination-approver@demo.example"));
        let approver = approver.one(state.store.read()).await.expect("accounts").expect("an approver");
        let actor = actors::resolve(state.store.read(), &approver, now).await.expect("an actor");
        for round in 1..=3 {
            let begun = Instant::now();
            let drill = disruptions::drill(&Ctx::new(&state, &actor, now), id).await.expect("a drill");
            println!(
                "round {round}: {:.2} s, {} struck, {} without anything open, peak {} MB",
                begun.elapsed().as_secs_f64(),
                drill.affected,
                drill.unplaced,
                peak_mb()
            );
        }
        let _ = std::fs::remove_dir_all(&folder);
    });
}

async fn border(state: &AppState, now: Moment) -> Uuid {
    let mut tx = state.store.begin(None, now.ms()).await.expect("a transaction");
    let id = Uuid::now_v7();
    let row = disruption::Model {
        id,
        version: 1,
        created_at_ms: now.ms(),
        updated_at_ms: now.ms(),
        name: "Border closed".into(),
        cause: "DST.BORDER".into(),
        country: "DE".into(),
        origin: None,
        destination: Some("DE".into()),
        subdivision: None,
        occupation_prefix: None,
        pathway: None,
        begins_on: now.date(),
        typical_days: Some(90),
        p90_days: Some(540),
        safety_risk: false,
        evidence: None,
        seed: 1,
        status: "draft".into(),
        declared_on: None,
        ended_on: None,
        drill: None,
        drilled_on: None,
        organisation_id: None,
    };
    record::insert::<disruption::Entity>(&mut tx, row).await.expect("a disruption");
    tx.commit().await.expect("a commit");
    id
}

/// Most memory that the process has held, in megabytes.
fn peak_mb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").trim().parse::<u64>().ok()).unwrap_or(0) / 1_024
}
