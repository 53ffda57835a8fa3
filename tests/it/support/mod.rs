//! A service of its own for each test, and clients typed by what they are.

mod client;
pub mod driver;
mod provider;

pub use client::{Answer, Browser, Program};
pub use provider::{Claims, Provider};

use passerelle::clock::Moment;
use passerelle::config::Config;
use passerelle::startup::Application;
use passerelle::state::AppState;
use passerelle_domain::access::Role;
use passerelle_store::entity::{account, api_token, role_grant, trainee};
use passerelle_store::query::{ActiveModelTrait, ColumnTrait, EntityTrait, Expr, QueryFilter};
use passerelle_store::{Options, Store};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use uuid::Uuid;

/// Which database a test runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum On {
    Sqlite,
    Postgres,
}

/// Makes a test for each database of an async function that takes [`On`].
#[macro_export]
macro_rules! on_both {
    ($($(#[$meta:meta])* async fn $name:ident($on:ident) $body:block)+) => {$(
        mod $name {
            use super::*;

            async fn run($on: $crate::support::On) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            $(#[$meta])*
            async fn sqlite() {
                run($crate::support::On::Sqlite).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            $(#[$meta])*
            async fn postgres() {
                if $crate::support::postgres_url().is_some() {
                    run($crate::support::On::Postgres).await;
                }
            }
        }
    )+};
}

/// The server that tests make their databases on; `scripts/test` starts one and names it here.
pub fn postgres_url() -> Option<String> {
    match std::env::var("PASSERELLE_TEST_PG") {
        Ok(url) => Some(url),
        Err(_) if std::env::var("CI").is_ok() => panic!("PASSERELLE_TEST_PG is not set: run scripts/test"),
        Err(_) => {
            eprintln!("SKIPPED on PostgreSQL: PASSERELLE_TEST_PG is not set");
            None
        }
    }
}

/// A database of its own.
pub struct Database {
    pub options: Options,
    folder: PathBuf,
}

impl Database {
    pub async fn new(on: On) -> Self {
        let folder = std::env::temp_dir().join(format!("passerelle-it-{}", Uuid::now_v7()));
        std::fs::create_dir_all(&folder).unwrap();
        let url = match on {
            On::Sqlite => format!("sqlite://{}", folder.join("test.sqlite").display()),
            On::Postgres => {
                let admin = postgres_url().unwrap();
                let name = format!("t_{}", Uuid::now_v7().simple());
                let store = Store::open(&Options { url: admin.clone(), connections: 2 }).await.unwrap();
                use passerelle_store::query::ConnectionTrait;
                store.read().execute_unprepared(&format!("CREATE DATABASE {name}")).await.unwrap();
                let (head, tail) = admin.split_once("/postgres?").unwrap();
                format!("{head}/{name}?{tail}")
            }
        };
        Self { options: Options { url, connections: 6 }, folder }
    }

    pub async fn open(&self) -> Store {
        Store::open_and_migrate(&self.options).await.unwrap()
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// A role that a test gives somebody.
#[derive(Debug, Clone)]
pub struct Given {
    pub role: Role,
    pub organisation: Option<Uuid>,
    /// Codes joined by commas, as they are stored.
    pub countries: String,
    pub subdivisions: String,
}

/// A running service.
pub struct Service {
    pub state: AppState,
    pub address: String,
    pub statements: Arc<Mutex<Vec<String>>>,
    handle: actix_web::dev::ServerHandle,
    _database: Database,
}

impl Service {
    pub async fn start(on: On) -> Self {
        Self::start_with(on, |_| {}).await
    }

    /// The same with something configured.
    pub async fn start_with(on: On, configure: impl FnOnce(&mut Config)) -> Self {
        let database = Database::new(on).await;
        let mut config = Config::load(None).unwrap();
        config.database.url = database.options.url.clone();
        config.server.port = 0;
        config.server.workers = 1;
        config.storage.data_dir = database.folder.clone();
        // Tests drain the queue by hand: nothing happens behind their back.
        config.jobs.workers = 0;
        // One address plays every part here.
        config.limits.requests_per_actor_minute = 1_000_000;
        config.limits.requests_per_address_minute = 1_000_000;
        config.limits.door_per_address_minute = 1_000_000;
        configure(&mut config);
        let mut store = database.open().await;
        let statements: Arc<Mutex<Vec<String>>> = Arc::default();
        let log = statements.clone();
        store.count_statements(move |sql| log.lock().unwrap().push(sql.to_owned()));
        let state = AppState::new(store, config).unwrap();
        let application = Application::build(state.clone()).unwrap();
        let address = format!("http://127.0.0.1:{}", application.port);
        let handle = application.handle();
        tokio::spawn(application.run());
        Self { state, address, statements, handle, _database: database }
    }

    /// The state as if the service had been started anew with these sealing keys.
    pub fn rekey(&mut self, keys: &str) {
        let mut config = (*self.state.config).clone();
        config.security.sealing_keys = keys.into();
        self.state.vault = Arc::new(passerelle::vault::Vault::open(&config).unwrap());
    }

    /// Carries out every job that waits.
    pub async fn drain(&self) {
        while passerelle::jobs::work_once(&self.state, "test-worker").await.unwrap() {}
    }

    /// Loads the demonstration world.
    pub async fn demo(&self) {
        passerelle::app::demo::load(&self.state, Moment::now(), 1).await.unwrap();
    }

    /// A match run of everybody, carried out.
    pub async fn matched(&self) {
        let mut tx = self.state.store.begin(None, 1).await.unwrap();
        passerelle::app::match_runs::queue(&mut tx, None, Moment::now(), Default::default()).await.unwrap();
        tx.commit().await.unwrap();
        self.drain().await;
    }

    pub async fn corridors(&self) {
        let packs = passerelle::app::corridors::built_in().unwrap();
        passerelle::app::corridors::import(&self.state.store, None, Moment::now(), &packs).await.unwrap();
    }

    /// Somebody without an account.
    pub fn stranger(&self) -> Program {
        Program::new(&self.address, None)
    }

    /// A program with a role, for an organisation and countries.
    pub async fn program(&self, role: Role, organisation: Option<Uuid>, countries: &[&str], person: Option<Uuid>) -> Program {
        self.program_of(&[Given { role, organisation, countries: countries.join(","), subdivisions: String::new() }], person).await.0
    }

    /// A program with several roles, and its account.
    pub async fn program_of(&self, given: &[Given], person: Option<Uuid>) -> (Program, Uuid) {
        let now = Moment::now();
        let tx = self.state.store.begin(None, now.ms()).await.unwrap();
        let account_id = Uuid::now_v7();
        let row = account::Model {
            id: account_id,
            version: 1,
            created_at_ms: now.ms(),
            updated_at_ms: now.ms(),
            email: format!("{account_id}@test.example"),
            name: "somebody".into(),
            password_hash: None,
            status: "active".into(),
            locale: "en".into(),
            trainee_id: person,
            totp: None,
            totp_last_step: None,
            confirmed_at_ms: Some(now.ms()),
        };
        account::Entity::insert(account::ActiveModel::from(row).reset_all()).exec_without_returning(tx.conn()).await.unwrap();
        for Given { role, organisation, countries, subdivisions } in given {
            let grant = role_grant::Model {
                id: Uuid::now_v7(),
                account_id,
                role: role.to_string(),
                organisation_id: *organisation,
                countries: countries.clone(),
                subdivisions: subdivisions.clone(),
                valid_from: now.date(),
                valid_to: None,
                delegated_by: None,
                reason: None,
                revoked_at_ms: None,
                created_at_ms: now.ms(),
            };
            role_grant::Entity::insert(role_grant::ActiveModel::from(grant).reset_all()).exec_without_returning(tx.conn()).await.unwrap();
        }
        let token = format!("pas_{}", passerelle::auth::secret::random());
        let row = api_token::Model {
            id: Uuid::now_v7(),
            account_id,
            name: "test".into(),
            token_hash: passerelle::auth::secret::hash(&token),
            created_at_ms: now.ms(),
            expires_at_ms: now.ms() + 3_600_000,
            revoked_at_ms: None,
            scopes: "read,export,write,decide".into(),
        };
        api_token::Entity::insert(api_token::ActiveModel::from(row).reset_all()).exec_without_returning(tx.conn()).await.unwrap();
        tx.commit().await.unwrap();
        (Program::new(&self.address, Some(token)), account_id)
    }

    /// The program of the platform operator.
    pub async fn operator(&self) -> Program {
        self.program(Role::Operator, None, &[], None).await
    }

    /// Somebody at a browser who has signed in as a person of the demonstration world.
    pub async fn person(&self, role: Role) -> Browser {
        let mut browser = Browser::new(&self.address);
        let email = format!("{}@demo.example", role.as_str().replace('_', "-"));
        assert_eq!(browser.sign_in(&email, passerelle::app::demo::PASSWORD).await, 303, "{role} cannot sign in");
        browser
    }

    /// Somebody with a role at a browser, who has signed in.
    pub async fn browser(&self, role: Role, countries: &[&str], person: Option<Uuid>) -> Browser {
        let given = Given { role, organisation: None, countries: countries.join(","), subdivisions: String::new() };
        let (_, account_id) = self.program_of(&[given], person).await;
        let password = passerelle::app::demo::PASSWORD;
        let hash = passerelle::auth::password::hash(password.to_owned()).await.unwrap();
        let tx = self.state.store.begin(None, Moment::now().ms()).await.unwrap();
        let update = account::Entity::update_many()
            .col_expr(account::Column::PasswordHash, Expr::value(hash))
            .filter(account::Column::Id.eq(account_id));
        update.exec(tx.conn()).await.unwrap();
        tx.commit().await.unwrap();
        let mut browser = Browser::new(&self.address);
        assert_eq!(browser.sign_in(&format!("{account_id}@test.example"), password).await, 303, "{role} cannot sign in");
        browser
    }

    pub async fn organisation(&self, kind: &str, country: &str) -> Uuid {
        let operator = self.operator().await;
        let made = operator
            .post(
                "/api/v1/organisations",
                serde_json::json!({
                    "name": format!("{kind} of {country}"), "kind": kind, "country": country, "status": "active",
                    "insolvent": "no", "open_sanction": "no", "unpaid_wage_judgment": "no", "housing_approved": "unknown",
                }),
            )
            .await;
        made.created()
    }

    /// The destination validates a need, and its employer publishes it.
    pub async fn open(&self, employer: &Program, need: Uuid) {
        let country = employer.get(&format!("/api/v1/needs/{need}")).await.json()["country"].as_str().unwrap().to_owned();
        let officer = self.program(Role::DestinationOfficer, None, &[country.as_str()], None).await;
        let path = format!("/api/v1/needs/{need}/events");
        let validate = serde_json::json!({ "event": "validate", "evidence": true, "wage_checked": true, "employer_in_standing": true });
        assert_eq!(officer.event(&path, validate).await.status, 200);
        assert_eq!(employer.event(&path, serde_json::json!({ "event": "publish" })).await.status, 200);
    }

    pub async fn trainee_count(&self) -> usize {
        trainee::Entity::find().all(self.state.store.read()).await.unwrap().len()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let handle = self.handle.clone();
        tokio::spawn(async move { handle.stop(false).await });
    }
}
