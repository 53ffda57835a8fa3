//! Builds the service from its configuration, and runs it until it is asked to stop.

use crate::auth::session::DatabaseSessions;
use crate::config::Config;
use crate::jobs;
use crate::state::{AppState, RulesError};
use crate::web::{routes, security};
use actix_session::SessionMiddleware;
use actix_session::config::PersistentSession;
use actix_web::cookie::{Key, SameSite, time::Duration as CookieDuration};
use actix_web::dev::Server;
use actix_web::middleware::{Compress, from_fn};
use actix_web::{App, HttpServer, web};
use passerelle_store::{Options, Store, StoreError};
use std::net::TcpListener;
use std::path::Path;
use thiserror::Error;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tracing_actix_web::TracingLogger;

#[derive(Debug, Error)]
pub enum StartError {
    #[error("{0}")]
    Store(#[from] StoreError),
    #[error("{0}")]
    Rules(#[from] RulesError),
    #[error("{what}: {source}")]
    Io { what: String, source: std::io::Error },
}

fn io(what: impl Into<String>) -> impl FnOnce(std::io::Error) -> StartError {
    let what = what.into();
    move |source| StartError::Io { what, source }
}

/// A service that listens but does not yet answer.
#[derive(Debug)]
pub struct Application {
    pub state: AppState,
    pub port: u16,
    server: ServerHandle,
    workers: Vec<JoinHandle<()>>,
    stop: watch::Sender<bool>,
}

struct ServerHandle(Server);

impl std::fmt::Debug for ServerHandle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Server")
    }
}

/// Opens the database, creating folder and file of SQLite if need be.
///
/// # Errors
/// When it cannot be reached, with what was tried.
pub async fn open_store(config: &Config, migrate: bool) -> Result<Store, StartError> {
    if let Some(path) = config.database.url.strip_prefix("sqlite://")
        && let Some(folder) = Path::new(path.split('?').next().unwrap_or(path)).parent()
        && !folder.as_os_str().is_empty()
    {
        std::fs::create_dir_all(folder).map_err(io(format!("cannot make the folder {}", folder.display())))?;
    }
    let options = Options { url: config.database.url.clone(), connections: config.database.connections };
    Ok(if migrate { Store::open_and_migrate(&options).await? } else { Store::open(&options).await? })
}

impl Application {
    /// Binds the address; port 0 takes a free one.
    ///
    /// # Errors
    /// When the address is taken, or the secret cannot be read or kept.
    pub fn build(state: AppState) -> Result<Self, StartError> {
        crate::metrics::install();
        let server = &state.config.server;
        let address = format!("{}:{}", server.host, server.port);
        let listener = TcpListener::bind(&address).map_err(io(format!("cannot listen on {address}")))?;
        let port = listener.local_addr().map_err(io("cannot read the address"))?.port();
        let key = cookie_key(&state.config)?;
        let (stop, stopped) = watch::channel(false);
        let workers = (0..state.config.jobs.workers).map(|_| tokio::spawn(jobs::work(state.clone(), stopped.clone()))).collect();
        let running = serve(listener, state.clone(), key)?;
        Ok(Self { state, port, server: ServerHandle(running), workers, stop })
    }

    /// Answers until a signal comes; then ends open requests and the jobs at hand.
    ///
    /// # Errors
    /// When the server fails.
    pub async fn run(self) -> Result<(), StartError> {
        let outcome = self.server.0.await.map_err(io("the server failed"));
        // A closed channel means that there are no workers to tell.
        let _ = self.stop.send(true);
        for worker in self.workers {
            if let Err(error) = worker.await {
                tracing::error!(error = %error, "a worker did not end well");
            }
        }
        outcome
    }

    /// A handle that stops the server from outside.
    pub fn handle(&self) -> actix_web::dev::ServerHandle {
        self.server.0.handle()
    }
}

fn serve(listener: TcpListener, state: AppState, key: Key) -> Result<Server, StartError> {
    let config = state.config.clone();
    let shared = web::Data::new(state);
    let limit = config.server.body_bytes_max;
    let make = move || {
        let session = SessionMiddleware::builder(DatabaseSessions::new(shared.store.clone()), key.clone())
            .cookie_name("passerelle".into())
            .cookie_secure(shared.config.is_secure())
            .cookie_same_site(SameSite::Lax)
            .cookie_http_only(true)
            .session_lifecycle(PersistentSession::default().session_ttl(CookieDuration::hours(shared.config.security.session_hours)))
            .build();
        App::new()
            .app_data(shared.clone())
            .app_data(web::PayloadConfig::new(limit))
            .app_data(web::FormConfig::default().limit(limit))
            .wrap(session)
            .wrap(from_fn(security::limit))
            .wrap(from_fn(security::finish))
            .wrap(from_fn(measure))
            .wrap(TracingLogger::default())
            .wrap(Compress::default())
            .configure(mount)
    };
    let mut server =
        HttpServer::new(make).shutdown_timeout(config.server.shutdown_seconds).client_request_timeout(std::time::Duration::from_secs(10));
    if config.server.workers > 0 {
        server = server.workers(config.server.workers);
    }
    Ok(server.listen(listener).map_err(io("cannot listen"))?.run())
}

/// Registers every route of the table, and nothing else.
fn mount(config: &mut web::ServiceConfig) {
    for entry in routes::table() {
        config.route(&entry.path, entry.route());
    }
    #[cfg(feature = "docs-ui")]
    {
        use utoipa_swagger_ui::{Config, SwaggerUi};
        config.service(SwaggerUi::new("/docs/{_:.*}").config(Config::from("/api/v1/openapi.json")));
    }
    config.default_service(web::to(|| async { Err::<actix_web::HttpResponse, _>(crate::error::AppError::NotFound) }));
}

/// Counts requests by route pattern and status; never by address.
async fn measure(
    request: actix_web::dev::ServiceRequest,
    next: actix_web::middleware::Next<impl actix_web::body::MessageBody>,
) -> Result<actix_web::dev::ServiceResponse<impl actix_web::body::MessageBody>, actix_web::Error> {
    let begun = std::time::Instant::now();
    let response = next.call(request).await?;
    let route = response.request().match_pattern().unwrap_or_else(|| "unmatched".into());
    let status = response.status().as_u16().to_string();
    ::metrics::counter!("passerelle_requests_total", "route" => route.clone(), "status" => status).increment(1);
    ::metrics::histogram!("passerelle_request_seconds", "route" => route).record(begun.elapsed().as_secs_f64());
    Ok(response)
}

/// The key that signs cookies: from the configuration, or made once and kept in the data folder.
fn cookie_key(config: &Config) -> Result<Key, StartError> {
    if !config.security.secret_key.is_empty() {
        return Ok(Key::derive_from(config.security.secret_key.as_bytes()));
    }
    let folder = &config.storage.data_dir;
    std::fs::create_dir_all(folder).map_err(io(format!("cannot make the folder {}", folder.display())))?;
    let file = folder.join("secret.key");
    let secret = match std::fs::read_to_string(&file) {
        Ok(secret) if secret.trim().len() >= 64 => secret,
        Ok(_) => {
            let source = std::io::Error::other("the file is shorter than 64 characters");
            return Err(StartError::Io { what: format!("cannot use {}", file.display()), source });
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => make_secret(&file)?,
        Err(error) => return Err(io(format!("cannot read {}", file.display()))(error)),
    };
    Ok(Key::derive_from(secret.trim().as_bytes()))
}

fn make_secret(file: &Path) -> Result<String, StartError> {
    use std::io::Write;
    let secret = crate::auth::secret::random();
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    match options.open(file) {
        Ok(mut made) => {
            made.write_all(secret.as_bytes()).map_err(io(format!("cannot write {}", file.display())))?;
            Ok(secret)
        }
        // Another process was faster: its secret counts.
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            std::fs::read_to_string(file).map_err(io(format!("cannot read {}", file.display())))
        }
        Err(error) => Err(io(format!("cannot write {}", file.display()))(error)),
    }
}
