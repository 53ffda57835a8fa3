//! Opening a database, and bringing its schema up to date.

use crate::error::StoreError;
use crate::tx::Tx;
use passerelle_domain::ids::UserId;
use passerelle_migrations::{Migrations, Migrator};
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Arbitrary but fixed: every process that migrates the same PostgreSQL takes this lock.
const MIGRATION_LOCK: i64 = 0x7061_7373_6572;

/// How to open a database.
#[derive(Debug, Clone)]
pub struct Options {
    /// `sqlite://path/to/file.sqlite` or `postgres://…`.
    pub url: String,
    /// Connections for reading on SQLite; all connections on PostgreSQL.
    pub connections: u32,
}

/// An open database. Cheap to clone.
///
/// SQLite has one connection that writes and several that read: writers queue in the pool, in
/// order, where several writing connections would wait for the file lock by sleeping.
#[derive(Debug, Clone)]
pub struct Store {
    writer: DatabaseConnection,
    reader: DatabaseConnection,
}

impl Store {
    /// Opens the database and creates the SQLite file if need be. Does not migrate.
    ///
    /// # Errors
    /// When the database cannot be reached or the folder of the file is missing.
    pub async fn open(options: &Options) -> Result<Self, StoreError> {
        // Held while opening: the first switch to WAL fails if two processes race for it.
        let _held = hold_file_lock(&options.url).await?;
        Self::connect_both(options).await
    }

    /// Opens the database and runs every pending migration, one process at a time.
    ///
    /// # Errors
    /// As [`Store::open`], and when a migration fails; a failed one leaves nothing behind.
    pub async fn open_and_migrate(options: &Options) -> Result<Self, StoreError> {
        let _held = hold_file_lock(&options.url).await?;
        let store = Self::connect_both(options).await?;
        store.migrate().await?;
        Ok(store)
    }

    async fn connect_both(options: &Options) -> Result<Self, StoreError> {
        if options.url.starts_with("sqlite:") {
            let writer = connect(options, 1, true).await?;
            let reader = connect(options, options.connections.max(1), false).await?;
            Ok(Self { writer, reader })
        } else {
            let both = connect(options, options.connections.max(2), true).await?;
            Ok(Self { writer: both.clone(), reader: both })
        }
    }

    async fn migrate(&self) -> Result<(), StoreError> {
        if self.is_postgres() {
            let pool = self.writer.get_postgres_connection_pool();
            let mut guard = pool.acquire().await.map_err(|error| StoreError::Unavailable(acquire_error(&error)))?;
            sqlx_lock(&mut guard, "SELECT pg_advisory_lock($1)").await?;
            let outcome = Migrator::up(&self.writer, None).await;
            sqlx_lock(&mut guard, "SELECT pg_advisory_unlock($1)").await?;
            outcome?;
        } else {
            Migrator::up(&self.writer, None).await?;
        }
        Ok(())
    }

    /// Undoes every migration. For tests of the migrations themselves.
    ///
    /// # Errors
    /// When a migration cannot be undone.
    pub async fn migrate_down(&self) -> Result<(), StoreError> {
        Migrator::down(&self.writer, None).await?;
        Ok(())
    }

    /// Whether every migration of this version has run and no newer one has.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn check_schema(&self) -> Result<(), StoreError> {
        match Migrator::get_pending_migrations(&self.writer).await {
            Ok(pending) if pending.is_empty() => Ok(()),
            Ok(_) => Err(StoreError::Schema),
            Err(error) => Err(error.into()),
        }
    }

    /// A round trip to the database.
    ///
    /// # Errors
    /// When it does not answer.
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.reader.ping().await.map_err(StoreError::Unavailable)
    }

    pub fn is_postgres(&self) -> bool {
        self.writer.get_database_backend() == DbBackend::Postgres
    }

    /// The connection for reading. On SQLite it cannot write.
    pub fn read(&self) -> &DatabaseConnection {
        &self.reader
    }

    /// Begins a transaction in which everything is written or nothing is. Dropping it undoes it.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn begin(&self, actor: Option<UserId>, now_ms: i64) -> Result<Tx, StoreError> {
        Tx::begin(&self.writer, actor, now_ms).await
    }

    /// Begins a transaction that reads one consistent state and writes nothing.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn snapshot(&self) -> Result<sea_orm::DatabaseTransaction, StoreError> {
        use sea_orm::{AccessMode, IsolationLevel, TransactionTrait};
        let transaction = if self.is_postgres() {
            self.reader.begin_with_config(Some(IsolationLevel::RepeatableRead), Some(AccessMode::ReadOnly)).await?
        } else {
            self.reader.begin().await?
        };
        Ok(transaction)
    }

    /// Writes a consistent copy of a SQLite database, while others go on reading and writing.
    ///
    /// # Errors
    /// When the file exists already, cannot be written, or the database is not SQLite.
    pub async fn backup_to(&self, file: &Path) -> Result<(), StoreError> {
        let statement = sea_orm::Statement::from_sql_and_values(
            self.writer.get_database_backend(),
            "VACUUM INTO ?",
            [file.display().to_string().into()],
        );
        self.writer.execute_raw(statement).await?;
        Ok(())
    }

    /// Ends all connections; on SQLite the last one folds the log file into the database.
    ///
    /// # Errors
    /// When a connection does not end well.
    pub async fn close(self) -> Result<(), StoreError> {
        if !self.is_postgres() {
            self.reader.close().await?;
        }
        Ok(self.writer.close().await?)
    }

    /// Asks SQLite whether the file is whole. PostgreSQL looks after itself.
    ///
    /// # Errors
    /// When it is damaged.
    pub async fn check_integrity(&self) -> Result<(), StoreError> {
        if self.is_postgres() {
            return Ok(());
        }
        let backend = self.writer.get_database_backend();
        let row = self.writer.query_one_raw(sea_orm::Statement::from_string(backend, "PRAGMA quick_check(1)")).await?;
        let answer: Option<String> = row.map(|row| row.try_get_by_index(0)).transpose()?;
        if answer.as_deref() == Some("ok") { Ok(()) } else { Err(StoreError::Damaged) }
    }

    /// Calls back for every statement that either connection sends: for tests that count them.
    pub fn count_statements(&mut self, callback: impl Fn(&str) + Send + Sync + Clone + 'static) {
        let other = callback.clone();
        self.writer.set_metric_callback(move |info| callback(&info.statement.sql));
        if !self.is_postgres() {
            self.reader.set_metric_callback(move |info| other(&info.statement.sql));
        } else {
            self.reader = self.writer.clone();
        }
    }
}

async fn sqlx_lock(connection: &mut sea_orm::sqlx::PgConnection, sql: &'static str) -> Result<(), StoreError> {
    use sea_orm::sqlx;
    sqlx::query(sql)
        .bind(MIGRATION_LOCK)
        .execute(connection)
        .await
        .map(|_| ())
        .map_err(|error| StoreError::Unavailable(acquire_error(&error)))
}

fn acquire_error(error: &sea_orm::sqlx::Error) -> sea_orm::DbErr {
    sea_orm::DbErr::Custom(error.to_string())
}

async fn connect(options: &Options, connections: u32, writes: bool) -> Result<DatabaseConnection, StoreError> {
    let mut connect = ConnectOptions::new(options.url.clone());
    connect
        .max_connections(connections)
        .min_connections(1)
        .connect_timeout(Duration::from_secs(5))
        .acquire_timeout(Duration::from_secs(20))
        .sqlx_logging(false);
    connect.map_sqlx_sqlite_opts(move |sqlite| {
        use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
        sqlite
            .create_if_missing(writes)
            .journal_mode(SqliteJournalMode::Wal)
            // An answered request survives a power cut.
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(10))
            .pragma("cache_size", "-65536")
            .pragma("mmap_size", "268435456")
            .pragma("temp_store", "memory")
            .pragma("query_only", if writes { "0" } else { "1" })
            .optimize_on_close(writes, None)
    });
    Database::connect(connect).await.map_err(StoreError::Unavailable)
}

/// The path of a `sqlite:` address, without its options; `None` for other databases and memory.
fn sqlite_path(url: &str) -> Option<PathBuf> {
    if !url.starts_with("sqlite:") {
        return None;
    }
    let path = url.trim_start_matches("sqlite://").trim_start_matches("sqlite:");
    let path = path.split('?').next().unwrap_or(path);
    (!path.is_empty() && path != ":memory:").then(|| PathBuf::from(path))
}

/// Waits for the lock file beside the database; the lock goes when the file is dropped.
async fn hold_file_lock(url: &str) -> Result<Option<File>, StoreError> {
    let Some(path) = sqlite_path(url) else { return Ok(None) };
    // Waiting blocks a thread, and the runtime's own threads are needed by whoever holds the lock.
    let waiting = tokio::task::spawn_blocking(move || {
        let file = File::create(path.with_extension("lock"))?;
        file.lock()?;
        Ok(file)
    });
    let locked = waiting.await.unwrap_or_else(|error| Err(std::io::Error::other(error)));
    locked.map(Some).map_err(StoreError::Locked)
}
