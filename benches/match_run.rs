//! A match run at size: `cargo bench --bench match_run`.
//!
//! PASSERELLE_BENCH_PEOPLE and PASSERELLE_BENCH_NEEDS say how many (100000 and 10000 unless told);
//! PASSERELLE_BENCH_PG names a PostgreSQL server (`scripts/pg start FOLDER`) to do the same there. People and
//! needs are copies of the demonstration's, with their skills, papers and consents. What is measured is a run as
//! the service does it: the facts read, everybody judged and matched, the result written. Then a question of the
//! kind "what if" about it, and a look at how groups fared.

use passerelle::app::match_runs::{self, fairness, what_if};
use passerelle::app::{Ctx, actors};
use passerelle::clock::Moment;
use passerelle::config::Config;
use passerelle::instances::peak_rss_bytes;
use passerelle::state::AppState;
use passerelle_store::entity::*;
use passerelle_store::query::{ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter};
use passerelle_store::{Options, Store, record};
use std::collections::BTreeMap;
use std::time::Instant;
use uuid::Uuid;

/// As the service itself.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn wanted(name: &str, otherwise: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let folder = std::env::temp_dir().join(format!("passerelle-match-run-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        let mut urls = vec![("SQLite", format!("sqlite://{}", folder.join("bench.sqlite").display()))];
        if let Ok(admin) = std::env::var("PASSERELLE_BENCH_PG") {
            let name = format!("b_{}", Uuid::now_v7().simple());
            let store = Store::open(&Options { url: admin.clone(), connections: 1 }).await.expect("the server");
            store.read().execute_unprepared(&format!("CREATE DATABASE {name}")).await.expect("a database");
            let (head, tail) = admin.split_once("/postgres?").expect("an address as scripts/pg prints it");
            urls.push(("PostgreSQL", format!("{head}/{name}?{tail}")));
        }
        if let Ok(only) = std::env::var("PASSERELLE_BENCH_ONLY") {
            urls.retain(|(name, _)| *name == only);
        }
        for (name, url) in urls {
            measure(name, &url, &folder).await;
        }
        let _ = std::fs::remove_dir_all(&folder);
    });
}

async fn measure(name: &str, url: &str, folder: &std::path::Path) {
    let mut config = Config::load(None).expect("the defaults");
    config.database.url = url.into();
    config.storage.data_dir = folder.into();
    let store = Store::open_and_migrate(&Options { url: url.into(), connections: 4 }).await.expect("a database");
    let state = AppState::new(store, config).expect("a state");
    passerelle::app::demo::load(&state, Moment::now(), 1).await.expect("the demonstration");
    let (people, needs) = (wanted("PASSERELLE_BENCH_PEOPLE", 100_000), wanted("PASSERELLE_BENCH_NEEDS", 10_000));
    fill_people(&state, people).await;
    fill_needs(&state, needs).await;
    let before = peak_rss_bytes().unwrap_or(0);
    let now = Moment::now();
    let mut tx = state.store.begin(None, now.ms()).await.expect("a transaction");
    let run =
        match_runs::queue(&mut tx, None, now, match_runs::Asked { seed: Some(1), mode: Some(state.policy.mode) }).await.expect("a run");
    tx.commit().await.expect("a commit");
    let begun = Instant::now();
    let snapshot = match_runs::gather(&state, run.as_of, 1, state.policy.mode).await.expect("facts");
    let read = begun.elapsed();
    drop(snapshot);
    let begun = Instant::now();
    while passerelle::jobs::work_once(&state, "bench").await.expect("a job") {}
    let all = begun.elapsed();
    let done = match_run::Entity::find_by_id(run.id).one(state.store.read()).await.expect("the run").expect("the run");
    let proposals = proposal::Entity::find().filter(proposal::Column::RunId.eq(run.id)).count(state.store.read()).await.expect("proposals");
    println!(
        "{name}: {people} people, {needs} needs: {} in {:.1} s (facts read again: {:.1} s), {proposals} proposals; {}; most memory {} MiB before, {} MiB after",
        done.status,
        all.as_secs_f64(),
        read.as_secs_f64(),
        done.summary.as_deref().unwrap_or_default().chars().take(160).collect::<String>(),
        before >> 20,
        peak_rss_bytes().unwrap_or(0) >> 20,
    );
    let officer = account::Entity::find().filter(account::Column::Email.eq("origin-officer@demo.example")).one(state.store.read()).await;
    let officer = officer.expect("accounts").expect("an officer");
    let actor = actors::resolve(state.store.read(), &officer, now).await.expect("an actor");
    let ctx = Ctx::new(&state, &actor, now);
    let begun = Instant::now();
    let question = what_if::WhatIf { closed: vec!["DE-NAFR-THAMM/MA".into()], ..what_if::WhatIf::default() };
    let answer = what_if::ask(&ctx, run.id, &question).await.expect("an answer");
    println!("{name}: what if a pathway closed: {:.2} s, {:?}", begun.elapsed().as_secs_f64(), answer.all);
    let begun = Instant::now();
    let report = fairness::report(&ctx, run.id).await.expect("a report");
    println!("{name}: how groups fared: {:.2} s, {} considered", begun.elapsed().as_secs_f64(), report.considered);
}

fn grouped<R>(rows: Vec<R>, key: impl Fn(&R) -> Uuid) -> BTreeMap<Uuid, Vec<R>> {
    let mut groups: BTreeMap<Uuid, Vec<R>> = BTreeMap::new();
    for row in rows {
        groups.entry(key(&row)).or_default().push(row);
    }
    groups
}

/// Copies of the demonstration's people with what belongs to them.
async fn fill_people(state: &AppState, people: usize) {
    let conn = state.store.read();
    let models = trainee::Entity::find().all(conn).await.expect("trainees");
    let skills = grouped(skill_claim::Entity::find().all(conn).await.expect("skills"), |row| row.trainee_id);
    let languages = grouped(language_certificate::Entity::find().all(conn).await.expect("certificates"), |row| row.trainee_id);
    let cases = grouped(recognition_case::Entity::find().all(conn).await.expect("cases"), |row| row.trainee_id);
    let consents = grouped(consent::Entity::find().all(conn).await.expect("consents"), |row| row.trainee_id);
    let mut made = models.len();
    while made < people {
        let mut tx = state.store.begin(None, Moment::now().ms()).await.expect("a transaction");
        let (mut persons, mut of_skills, mut of_languages, mut of_cases, mut of_consents) = (vec![], vec![], vec![], vec![], vec![]);
        for model in models.iter().take(people - made) {
            let id = Uuid::now_v7();
            let days = i64::try_from(made % 400).expect("days");
            let ready_on = model.ready_on + chrono::TimeDelta::days(days % 60);
            persons.push(trainee::Model { id, ready_on, merit: (model.merit + days) % 101, ..model.clone() });
            let mine = |rows: Option<&Vec<skill_claim::Model>>| rows.cloned().unwrap_or_default();
            of_skills.extend(mine(skills.get(&model.id)).into_iter().map(|row| skill_claim::Model {
                id: Uuid::now_v7(),
                trainee_id: id,
                ..row
            }));
            let papers = languages.get(&model.id).cloned().unwrap_or_default();
            of_languages.extend(papers.into_iter().map(|row| language_certificate::Model { id: Uuid::now_v7(), trainee_id: id, ..row }));
            let filed = cases.get(&model.id).cloned().unwrap_or_default();
            of_cases.extend(filed.into_iter().map(|row| recognition_case::Model { id: Uuid::now_v7(), trainee_id: id, ..row }));
            let given = consents.get(&model.id).cloned().unwrap_or_default();
            of_consents.extend(given.into_iter().map(|row| consent::Model { id: Uuid::now_v7(), trainee_id: id, ..row }));
        }
        made += persons.len();
        record::insert_many::<trainee::Entity>(&mut tx, persons).await.expect("people");
        record::insert_many::<skill_claim::Entity>(&mut tx, of_skills).await.expect("skills");
        record::insert_many::<language_certificate::Entity>(&mut tx, of_languages).await.expect("certificates");
        record::insert_many::<recognition_case::Entity>(&mut tx, of_cases).await.expect("cases");
        record::insert_many::<consent::Entity>(&mut tx, of_consents).await.expect("consents");
        tx.commit().await.expect("a commit");
    }
}

/// Copies of the demonstration's needs with what they ask for and their seats.
async fn fill_needs(state: &AppState, needs: usize) {
    let conn = state.store.read();
    let models = need::Entity::find().all(conn).await.expect("needs");
    let skills = grouped(need_skill::Entity::find().all(conn).await.expect("skills"), |row| row.need_id);
    let pools = grouped(seat_pool::Entity::find().all(conn).await.expect("seats"), |row| row.need_id);
    let mut made = models.len();
    while made < needs {
        let mut tx = state.store.begin(None, Moment::now().ms()).await.expect("a transaction");
        let (mut posts, mut of_skills, mut of_pools) = (vec![], vec![], vec![]);
        for model in models.iter().take(needs - made) {
            let id = Uuid::now_v7();
            posts.push(need::Model { id, ..model.clone() });
            let asked = skills.get(&model.id).cloned().unwrap_or_default();
            of_skills.extend(asked.into_iter().map(|row| need_skill::Model { id: Uuid::now_v7(), need_id: id, ..row }));
            let seats = pools.get(&model.id).cloned().unwrap_or_default();
            of_pools.extend(seats.into_iter().map(|row| seat_pool::Model { id: Uuid::now_v7(), need_id: id, ..row }));
        }
        made += posts.len();
        record::insert_many::<need::Entity>(&mut tx, posts).await.expect("needs");
        record::insert_many::<need_skill::Entity>(&mut tx, of_skills).await.expect("skills");
        record::insert_many::<seat_pool::Entity>(&mut tx, of_pools).await.expect("seats");
        tx.commit().await.expect("a commit");
    }
}
