//! A night over many open journeys: `cargo bench --bench nightly`.
//!
//! PASSERELLE_BENCH_PEOPLE says how many (100000 unless told); PASSERELLE_BENCH_PG names a PostgreSQL
//! server (`scripts/pg start FOLDER`) to do the same there. Every journey is on a real pathway, at
//! every stage from training to departure. Three nights: the first writes all, the second is the day
//! after (every expected day of work moves), the third the same day again (nothing changes).

use passerelle::app::journeys;
use passerelle::clock::Moment;
use passerelle::config::Config;
use passerelle::state::AppState;
use passerelle_store::entity::task;
use passerelle_store::query::{ConnectionTrait, EntityTrait, PaginatorTrait};
use passerelle_store::{Options, Store};
use std::time::Instant;
use uuid::Uuid;

mod support;

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let people = std::env::var("PASSERELLE_BENCH_PEOPLE").ok().and_then(|text| text.parse().ok()).unwrap_or(100_000);
        let folder = std::env::temp_dir().join(format!("passerelle-nightly-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        let mut urls = vec![("SQLite", format!("sqlite://{}", folder.join("bench.sqlite").display()))];
        if let Ok(admin) = std::env::var("PASSERELLE_BENCH_PG") {
            let name = format!("b_{}", Uuid::now_v7().simple());
            let store = Store::open(&Options { url: admin.clone(), connections: 1 }).await.expect("the server");
            store.read().execute_unprepared(&format!("CREATE DATABASE {name}")).await.expect("a database");
            let (head, tail) = admin.split_once("/postgres?").expect("an address as scripts/pg prints it");
            urls.push(("PostgreSQL", format!("{head}/{name}?{tail}")));
        }
        for (name, url) in urls {
            measure(name, &url, people, &folder).await;
        }
        let _ = std::fs::remove_dir_all(&folder);
    });
}

async fn measure(name: &str, url: &str, people: usize, folder: &std::path::Path) {
    let mut config = Config::load(None).expect("the defaults");
    config.database.url = url.into();
    config.storage.data_dir = folder.into();
    let store = Store::open_and_migrate(&Options { url: url.into(), connections: 4 }).await.expect("a database");
    let state = AppState::new(store, config).expect("a state");
    passerelle::app::demo::load(&state, Moment::now(), 1).await.expect("the demonstration");
    support::fill(&state, people).await;
    let now = Moment::now();
    let tomorrow = Moment::from_ms(now.ms() + 86_400_000);
    for (what, day) in [("first", now), ("day after", tomorrow), ("same day", tomorrow)] {
        let begun = Instant::now();
        let night = journeys::recompute(&state, day).await.expect("a night");
        let tasks = task::Entity::find().count(state.store.read()).await.expect("tasks");
        println!(
            "{name} {what}: {:.1} s, {} read, {} changed, {} held, {tasks} tasks",
            begun.elapsed().as_secs_f64(),
            night.read,
            night.changed,
            night.held
        );
    }
}
