//! Concept search at the size that is loaded: `cargo bench --bench concepts`.
//!
//! Without PASSERELLE_BENCH_DB the demonstration part of ESCO is used; with it, the database that
//! it names (import the whole of ESCO there first). Prints median and 95th percentile of single
//! searches over beginnings, whole words and typing errors.

use passerelle::app::concepts::ConceptIndex;
use passerelle_store::{Options, Store};
use std::time::Instant;

const QUESTIONS: [&str; 12] = [
    "nur",
    "nurse",
    "building electrician",
    "elektr",
    "softwre developer",
    "weld",
    "manage teams",
    "food saftey",
    "carpentr",
    "a",
    "use tools",
    "infirmier",
];

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let url = std::env::var("PASSERELLE_BENCH_DB").unwrap_or_else(|_| {
            let folder = std::env::temp_dir().join(format!("passerelle-bench-{}", std::process::id()));
            std::fs::create_dir_all(&folder).expect("a folder");
            format!("sqlite://{}", folder.join("bench.sqlite").display())
        });
        let store = Store::open_and_migrate(&Options { url, connections: 2 }).await.expect("a database");
        let index = ConceptIndex::default();
        let begun = Instant::now();
        let built = index.ready(&store).await.expect("an index");
        println!("index built in {:.0} ms", begun.elapsed().as_secs_f64() * 1e3);
        let mut times = Vec::new();
        for _ in 0..200 {
            for question in QUESTIONS {
                let begun = Instant::now();
                let hits = built.search(question, "en", None, 20);
                times.push(begun.elapsed().as_secs_f64() * 1e3);
                assert!(hits.len() <= 20);
            }
        }
        times.sort_by(f64::total_cmp);
        let at = |share: usize| times[times.len() * share / 100];
        println!("{} searches: median {:.2} ms, p95 {:.2} ms, p99 {:.2} ms", times.len(), at(50), at(95), at(99));
    });
}
