//! A night over many open journeys: `cargo bench --bench nightly`.
//!
//! PASSERELLE_BENCH_PEOPLE says how many (100000 unless told); PASSERELLE_BENCH_PG names a PostgreSQL
//! server (`scripts/pg start FOLDER`) to do the same there. Every journey is on a real pathway, at
//! every stage from training to departure. Three nights: the first writes all, the second is the day
//! after (every expected day of work moves), the third the same day again (nothing changes).

use passerelle::app::{corridors, journeys};
use passerelle::clock::Moment;
use passerelle::config::Config;
use passerelle::state::AppState;
use passerelle_domain::corridor::Actual;
use passerelle_domain::machine::journey::{Held, Journey, RecognitionRegion};
use passerelle_domain::people::JourneyState;
use passerelle_store::entity::{journey, task, trainee};
use passerelle_store::query::{ConnectionTrait, EntityTrait, PaginatorTrait};
use passerelle_store::{Options, Store, record};
use std::time::Instant;
use uuid::Uuid;

const PACKS: [&str; 4] = ["DE-NURSE-TRIPLEWIN", "DE-NAFR-THAMM", "IT-ART23", "JP-SSW"];
const STAGES: [JourneyState; 6] = [
    JourneyState::InTraining,
    JourneyState::Certified,
    JourneyState::Offered,
    JourneyState::Recognition,
    JourneyState::Visa,
    JourneyState::PreDeparture,
];

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
    fill(&state, people).await;
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

/// Copies of the demonstration's people, each on the way.
async fn fill(state: &AppState, people: usize) {
    let models = trainee::Entity::find().all(state.store.read()).await.expect("trainees");
    let packs = corridors::latest_all(state.store.read()).await.expect("packs");
    let packs: Vec<_> = PACKS.iter().filter_map(|id| packs.iter().find(|pack| pack.id.as_str() == *id)).collect();
    let today = Moment::now().date();
    let mut made = models.len();
    while made < people {
        let mut tx = state.store.begin(None, Moment::now().ms()).await.expect("a transaction");
        let copies: Vec<trainee::Model> =
            models.iter().take(people - made).map(|model| trainee::Model { id: Uuid::now_v7(), ..model.clone() }).collect();
        let rows = copies.iter().enumerate().map(|(at, person)| {
            let (pack, stage) = (packs[(made + at) % packs.len()], STAGES[(made + at) % STAGES.len()]);
            let person = std::slice::from_ref(person);
            let mut row = journeys::beginnings(&state.law, person, today, 1).expect("a journey").remove(0);
            let mut journey: Journey = serde_json::from_str(&row.facts).expect("facts");
            let ago = i64::try_from((made + at) % 60).expect("days");
            let day = today - chrono::TimeDelta::days(ago);
            (journey.state, journey.since) = (stage, day);
            journey.pathway = Some((pack.id.to_string(), pack.version));
            journey.recognition = RecognitionRegion::Ready;
            for step in pack.steps.iter().take(STAGES.iter().position(|known| *known == stage).unwrap_or(0)) {
                journey.actuals.insert(step.id.clone(), Actual { finished_on: Some(day), ..Actual::default() });
            }
            let held = Held { since: day, valid_to: day.checked_add_days(chrono::Days::new(180)), renewable: true };
            journey.papers.insert("language_certificate".into(), held);
            row.facts = serde_json::to_string(&journey).expect("facts");
            row.state = stage.to_string();
            (row.pathway, row.pathway_version) = (Some(pack.id.to_string()), Some(1));
            row
        });
        let rows: Vec<journey::Model> = rows.collect();
        made += copies.len();
        record::insert_many::<trainee::Entity>(&mut tx, copies).await.expect("people");
        record::insert_many::<journey::Entity>(&mut tx, rows).await.expect("journeys");
        tx.commit().await.expect("a commit");
    }
}
