//! Server time of pages with many people in the database: `cargo bench --bench pages`.
//!
//! PASSERELLE_BENCH_PEOPLE says how many (100000 unless told); PASSERELLE_BENCH_PG names a PostgreSQL
//! server (`scripts/pg start FOLDER`) to do the same there. Both databases are measured in one run,
//! page by page, over loopback; prints median and 95th percentile and the five heaviest pages.

use passerelle::clock::Moment;
use passerelle::config::Config;
use passerelle::startup::Application;
use passerelle::state::AppState;
use passerelle_store::entity::{credential, language_certificate, outcome, proposal, trainee};
use passerelle_store::query::{ActiveModelTrait, ConnectionTrait, EntityTrait, IntoActiveModel};
use passerelle_store::{Options, Store};
use std::collections::BTreeMap;
use std::time::Instant;
use uuid::Uuid;

const ROUNDS: usize = 60;

/// Pages by role; `{trainee}` stands for somebody whom the role sees.
const PAGES: [(&str, &str); 21] = [
    ("origin-officer", "/ui"),
    ("origin-officer", "/ui/trainees"),
    ("origin-officer", "/ui/trainees?q=berrada"),
    ("origin-officer", "/ui/trainees?q=zzzz"),
    ("origin-officer", "/ui/trainees?sort=family_name"),
    ("origin-officer", "/ui/trainees?sort=-merit&track=away"),
    ("origin-officer", "/ui/trainees?case=unassigned"),
    ("origin-officer", "/ui/trainees?occupation=7411&journey=in_training"),
    ("origin-officer", "/ui/trainees/{trainee}"),
    ("origin-officer", "/ui/trainees/{trainee}/access"),
    ("origin-officer", "/ui/outcomes"),
    ("origin-officer", "/ui/proposals"),
    ("institute-head", "/ui"),
    ("institute-head", "/ui/trainees"),
    ("institute-head", "/ui/trainees?sort=-waiting_since"),
    ("institute-head", "/ui/trainees/{trainee}"),
    ("employer-approver", "/ui"),
    ("employer-approver", "/ui/trainees"),
    ("employer-approver", "/ui/proposals"),
    ("destination-officer", "/ui/trainees"),
    ("recognition-officer", "/ui/trainees"),
];

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let people = std::env::var("PASSERELLE_BENCH_PEOPLE").ok().and_then(|text| text.parse().ok()).unwrap_or(100_000);
        let folder = std::env::temp_dir().join(format!("passerelle-pages-{}", std::process::id()));
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
    config.server.port = 0;
    config.server.workers = 1;
    config.storage.data_dir = folder.into();
    config.jobs.workers = 0;
    config.limits.requests_per_actor_minute = 1_000_000;
    config.limits.requests_per_address_minute = 1_000_000;
    let store = Store::open_and_migrate(&Options { url: url.into(), connections: 4 }).await.expect("a database");
    let state = AppState::new(store, config).expect("a state");
    let begun = Instant::now();
    passerelle::app::demo::load(&state, Moment::now(), 1).await.expect("the demonstration");
    let mut tx = state.store.begin(None, 1).await.expect("a transaction");
    passerelle::app::match_runs::queue(&mut tx, None, Moment::now(), passerelle::app::match_runs::Asked::default()).await.expect("a run");
    tx.commit().await.expect("a commit");
    while passerelle::jobs::work_once(&state, "bench").await.expect("a job") {}
    multiply(&state, people).await;
    passerelle::app::journeys::recompute(&state, Moment::now()).await.expect("a night");
    let tx = state.store.begin(None, 1).await.expect("a transaction");
    tx.conn().execute_unprepared("ANALYZE").await.expect("statistics");
    tx.commit().await.expect("a commit");
    println!("{name}: {people} people in {:.0} s", begun.elapsed().as_secs_f64());
    let application = Application::build(state).expect("a service");
    let address = format!("http://127.0.0.1:{}", application.port);
    let handle = application.handle();
    let served = tokio::spawn(application.run());
    let mut visitors = BTreeMap::new();
    let mut figures = Vec::new();
    for (role, page) in PAGES {
        if !visitors.contains_key(role) {
            visitors.insert(role, Visitor::sign_in(&address, role).await);
        }
        let visitor = &visitors[role];
        let page = page.replace("{trainee}", &visitor.somebody);
        let mut times = Vec::new();
        for round in 0..ROUNDS + 5 {
            let begun = Instant::now();
            let text = visitor.get(&page).await;
            assert!(text.contains("</html>"), "{role} {page}");
            // The first few warm what any running service has warm.
            if round >= 5 {
                times.push(begun.elapsed().as_secs_f64() * 1e3);
            }
        }
        times.sort_by(f64::total_cmp);
        figures.push((times[times.len() * 95 / 100], times[times.len() / 2], role, page));
    }
    figures.sort_by(|a, b| b.0.total_cmp(&a.0));
    for (number, (p95, median, role, page)) in figures.iter().enumerate() {
        let mark = if number < 5 { "*" } else { " " };
        println!(
            "{mark} p95 {p95:7.1} ms  median {median:7.1} ms  {role} {}",
            page.split('/').take(3).collect::<Vec<_>>().join("/") + &rest(page)
        );
    }
    handle.stop(false).await;
    served.await.expect("the service ends").expect("without a failure");
}

/// What follows the kind of record in an address, without identifiers.
fn rest(page: &str) -> String {
    page.split('/').skip(3).map(|part| if Uuid::try_parse(part).is_ok() { "/{id}".to_owned() } else { format!("/{part}") }).collect()
}

/// The people of the demonstration over and over, with papers and outcomes of their own.
async fn multiply(state: &AppState, people: usize) {
    let read = state.store.read();
    let trainees = trainee::Entity::find().all(read).await.expect("trainees");
    let credentials = credential::Entity::find().all(read).await.expect("credentials");
    let certificates = language_certificate::Entity::find().all(read).await.expect("certificates");
    let outcomes = outcome::Entity::find().all(read).await.expect("outcomes");
    let proposals = proposal::Entity::find().all(read).await.expect("proposals");
    let mut made = trainees.len();
    let mut copy = 0;
    while made < people {
        copy += 1;
        let fresh: BTreeMap<Uuid, Uuid> = trainees.iter().map(|row| (row.id, Uuid::now_v7())).collect();
        add::<trainee::Entity, _>(
            state,
            trainees.iter().map(|row| {
                let name = format!("{} {copy}", row.family_name);
                trainee::Model {
                    id: fresh[&row.id],
                    search: format!("{} {copy}", row.search),
                    family_name: name,
                    email: None,
                    ..row.clone()
                }
            }),
        )
        .await;
        let whose = |id: &Uuid| fresh.get(id).copied();
        add::<credential::Entity, _>(
            state,
            credentials
                .iter()
                .filter_map(|row| Some(credential::Model { id: Uuid::now_v7(), trainee_id: whose(&row.trainee_id)?, ..row.clone() })),
        )
        .await;
        add::<language_certificate::Entity, _>(
            state,
            certificates.iter().filter_map(|row| {
                Some(language_certificate::Model { id: Uuid::now_v7(), trainee_id: whose(&row.trainee_id)?, ..row.clone() })
            }),
        )
        .await;
        add::<outcome::Entity, _>(
            state,
            outcomes
                .iter()
                .filter_map(|row| Some(outcome::Model { id: Uuid::now_v7(), subject_id: whose(&row.subject_id)?, ..row.clone() })),
        )
        .await;
        add::<proposal::Entity, _>(
            state,
            proposals
                .iter()
                .filter_map(|row| Some(proposal::Model { id: Uuid::now_v7(), trainee_id: whose(&row.trainee_id)?, ..row.clone() })),
        )
        .await;
        made += trainees.len();
    }
}

async fn add<E, M>(state: &AppState, rows: impl Iterator<Item = M>)
where
    E: EntityTrait,
    M: IntoActiveModel<E::ActiveModel>,
    E::ActiveModel: ActiveModelTrait<Entity = E>,
{
    let rows: Vec<E::ActiveModel> = rows.map(|row| row.into_active_model().reset_all()).collect();
    let tx = state.store.begin(None, 1).await.expect("a transaction");
    for chunk in rows.chunks(200) {
        E::insert_many(chunk.to_vec()).exec_without_returning(tx.conn()).await.expect("rows");
    }
    tx.commit().await.expect("a commit");
}

/// Somebody signed in.
struct Visitor {
    client: reqwest::Client,
    base: String,
    cookie: String,
    somebody: String,
}

impl Visitor {
    async fn sign_in(base: &str, role: &str) -> Self {
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().expect("a client");
        let cookie = |response: &reqwest::Response| {
            let set = response.headers().get_all("set-cookie").iter().filter_map(|value| value.to_str().ok());
            set.filter(|text| text.starts_with("passerelle="))
                .filter_map(|text| text.split(';').next().map(str::to_owned))
                .next_back()
                .unwrap_or_default()
        };
        let door = client.get(format!("{base}/ui/sign-in")).send().await.expect("the door");
        let planted = cookie(&door);
        let page = door.text().await.expect("a page");
        let csrf = page.split("name=\"csrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a token").to_owned();
        let body = format!("csrf={csrf}&email={role}%40demo.example&password={}", passerelle::app::demo::PASSWORD);
        let answer = client
            .post(format!("{base}/ui/sign-in"))
            .header("cookie", planted)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body)
            .send()
            .await;
        let cookie = cookie(&answer.expect("an answer"));
        let mut visitor = Self { client, base: base.into(), cookie, somebody: String::new() };
        let list = visitor.get("/ui/trainees").await;
        visitor.somebody = list
            .split("href=\"/ui/trainees/")
            .filter_map(|rest| rest.split('"').next())
            .find(|id| Uuid::try_parse(id).is_ok())
            .unwrap_or("00000000-0000-0000-0000-000000000000")
            .to_owned();
        visitor
    }

    async fn get(&self, path: &str) -> String {
        let answer = self.client.get(format!("{}{path}", self.base)).header("cookie", &self.cookie).send().await.expect("an answer");
        answer.text().await.expect("a page")
    }
}
