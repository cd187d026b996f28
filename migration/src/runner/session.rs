//! A run's hold on a database: its one connection, its lock, and its transaction.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, SqliteTransactionMode, Statement,
    TransactionOptions, TransactionTrait,
};
use sha2::{Digest, Sha256};

use super::connect::{self, Access};
use super::event::Event;
use super::file::{self, State};
use super::lock::{self, Patience};
use super::{Options, catalogue};
use crate::error::Error;
use crate::target::{DEFAULT_SCHEMA, DatabaseUrl, Kind, schema_name};

/// Where the tables are, within a database.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub kind: Kind,
    /// `main` on SQLite.
    pub schema: String,
}

impl Place {
    pub(crate) fn new(kind: Kind, schema: Option<&str>) -> Result<Self, Error> {
        let schema = match kind {
            Kind::Sqlite => "main".to_owned(),
            Kind::Postgres => schema_name(schema.unwrap_or(DEFAULT_SCHEMA))?,
        };
        Ok(Self { kind, schema })
    }

    /// A SQLite file's one place.
    pub(crate) fn sqlite() -> Self {
        Self { kind: Kind::Sqlite, schema: "main".to_owned() }
    }

    /// A database, and on PostgreSQL the schema within it, as messages name them.
    pub(crate) fn within(&self, url: &DatabaseUrl) -> String {
        match self.kind {
            Kind::Sqlite => url.to_string(),
            Kind::Postgres => format!("{url}, schema {}", self.schema),
        }
    }

    pub(crate) fn backend(&self) -> DbBackend {
        match self.kind {
            Kind::Sqlite => DbBackend::Sqlite,
            Kind::Postgres => DbBackend::Postgres,
        }
    }

    pub(crate) fn ask(&self, sql: impl Into<String>) -> Statement {
        Statement::from_string(self.backend(), sql)
    }
}

#[derive(Debug)]
pub(crate) struct Session {
    pub place: Place,
    /// The SQLite file.
    path: Option<PathBuf>,
    db: DatabaseConnection,
    /// Held until the session ends.
    lock: Lock,
    patience: Patience,
}

/// What keeps other runs away until the session ends, also after its transaction has: what that left is looked at, and
/// may be undone.
#[derive(Debug)]
enum Lock {
    /// The lock of a SQLite file.
    File { _file: File },
    /// A second connection to the server, and a transaction on it that holds an advisory lock, once it is taken.
    Server { db: DatabaseConnection, held: Option<DatabaseTransaction> },
}

/// Whether the caller of [`Session::begin_by_hand`] keeps other runs away already.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Alone {
    /// Other runs are waited for, and then kept away until the session ends.
    Become,
    /// The caller does: only a transaction that has not ended yet is waited for.
    Is,
}

/// Statements that were run, in their order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Statements(Arc<Mutex<Vec<String>>>);

impl Statements {
    /// Those since the last call.
    pub(crate) fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Session {
    /// Opens the database for a run; `create` makes a SQLite file that is not there.
    pub(crate) async fn open(
        options: &Options,
        create: bool,
        events: &mut (dyn FnMut(&Event) + Send),
    ) -> Result<Self, Error> {
        let place = Place::new(options.url.kind(), options.schema.as_deref())?;
        let mut patience = Patience::new(options.lock_timeout);
        match options.url.sqlite_path() {
            Some(path) => {
                let (db, lock) = open_file(path, create, &mut patience, events).await?;
                let lock = Lock::File { _file: lock };
                Ok(Self { place, path: Some(path.to_owned()), db, lock, patience })
            }
            None => {
                let db = connect::postgres(&options.url).await?;
                let lock = Lock::Server { db: connect::postgres(&options.url).await?, held: None };
                Ok(Self { place, path: None, db, lock, patience })
            }
        }
    }

    /// Begins the transaction of the run, as the only one that migrates this database.
    pub(crate) async fn begin(
        &mut self,
        events: &mut (dyn FnMut(&Event) + Send),
    ) -> Result<DatabaseTransaction, Error> {
        match self.place.kind {
            Kind::Sqlite => {
                let immediate = TransactionOptions {
                    sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
                    ..Default::default()
                };
                self.db.begin_with_options(immediate).await.map_err(|e| Error::database("beginning", &e))
            }
            Kind::Postgres => {
                self.become_alone(events).await?;
                self.begin_postgres(events).await
            }
        }
    }

    /// As [`Session::begin`] on PostgreSQL, for a caller that needs the connection itself: the transaction is ended by
    /// its own `COMMIT` or `ROLLBACK`, or with the connection.
    pub(crate) async fn begin_by_hand(
        &mut self,
        alone: Alone,
        events: &mut (dyn FnMut(&Event) + Send),
    ) -> Result<(), Error> {
        if alone == Alone::Become {
            self.become_alone(events).await?;
        }
        loop {
            self.db.execute_unprepared("BEGIN").await.map_err(|e| Error::database("beginning", &e))?;
            if self.try_lock(&self.db, RUN).await.map_err(|e| Error::database("taking the lock", &e))? {
                let prepared = self.prepare_postgres(&self.db).await;
                return prepared.map_err(|e| Error::database("setting up the session", &e));
            }
            let ended = self.db.execute_unprepared("ROLLBACK").await;
            ended.map_err(|e| Error::database("waiting for the lock", &e))?;
            self.patience.wait("the migration lock", events).await?;
        }
    }

    /// A transaction on PostgreSQL that holds the lock of those that change the schema. It ends with the transaction,
    /// so that even one whose client is gone is waited for.
    async fn begin_postgres(&mut self, events: &mut (dyn FnMut(&Event) + Send)) -> Result<DatabaseTransaction, Error> {
        loop {
            let tx = self.db.begin().await.map_err(|e| Error::database("beginning", &e))?;
            if self.try_lock(&tx, RUN).await.map_err(|e| Error::database("taking the lock", &e))? {
                self.prepare_postgres(&tx).await.map_err(|e| Error::database("setting up the session", &e))?;
                return Ok(tx);
            }
            // Nothing stays open during the wait: an idle transaction would hold back others.
            tx.rollback().await.map_err(|e| Error::database("waiting for the lock", &e))?;
            self.patience.wait("the migration lock", events).await?;
        }
    }

    /// Keeps other runs away until the session ends. A lock of a transaction, not of a connection: it also works through
    /// a connection pooler.
    async fn become_alone(&mut self, events: &mut (dyn FnMut(&Event) + Send)) -> Result<(), Error> {
        let failed = |e: DbErr| Error::database("taking the lock", &e);
        loop {
            let Lock::Server { db, held: None } = &self.lock else { return Ok(()) };
            let tx = db.begin().await.map_err(failed)?;
            if self.try_lock(&tx, SESSION).await.map_err(failed)? {
                // It waits for as long as the work on the other connection takes.
                tx.execute_unprepared("SET LOCAL idle_in_transaction_session_timeout = 0").await.map_err(failed)?;
                if let Lock::Server { held, .. } = &mut self.lock {
                    *held = Some(tx);
                }
                return Ok(());
            }
            tx.rollback().await.map_err(failed)?;
            self.patience.wait("the migration lock", events).await?;
        }
    }

    /// Whether other runs are still kept away: a lock on a server ends with its connection.
    pub(crate) async fn is_alone(&self) -> bool {
        match &self.lock {
            Lock::File { .. } => true,
            Lock::Server { held: None, .. } => false,
            Lock::Server { held: Some(tx), .. } => tx.execute_unprepared("SELECT 1").await.is_ok(),
        }
    }

    /// Returns once the run's transaction has ended on the server, however it did: a COMMIT whose answer was lost may
    /// still be under way. A server that is gone is waited for.
    pub(crate) async fn ended(&mut self) -> Result<(), Error> {
        if self.place.kind == Kind::Sqlite {
            return Ok(());
        }
        let until = Instant::now() + SERVER_BACK;
        loop {
            self.patience = Patience::new(until.saturating_duration_since(Instant::now()));
            // It holds this lock until then.
            let locked = match self.begin_postgres(&mut |_| {}).await {
                Ok(tx) => tx.rollback().await.map_err(|e| Error::database("looking at what is there", &e)),
                Err(e) => Err(e),
            };
            match locked {
                Err(_) if Instant::now() < until => tokio::time::sleep(Duration::from_millis(100)).await,
                done => return done,
            }
        }
    }

    async fn try_lock(&self, tx: &impl ConnectionTrait, what: &str) -> Result<bool, DbErr> {
        let row = tx.query_one_raw(self.place.ask("SELECT current_database() AS name")).await?;
        let database: String = row.ok_or_else(none)?.try_get("", "name")?;
        let digest = Sha256::digest(format!("{what}\0{database}\0{}", self.place.schema));
        let key = digest.iter().take(8).fold(0_u64, |key, byte| key << 8 | u64::from(*byte)).cast_signed();
        let row = tx.query_one_raw(self.place.ask(format!("SELECT pg_try_advisory_xact_lock({key}) AS held"))).await?;
        row.ok_or_else(none)?.try_get("", "held")
    }

    async fn prepare_postgres(&self, tx: &impl ConnectionTrait) -> Result<(), DbErr> {
        let schema = catalogue::quoted(&self.place.schema);
        let wait = self.patience.left().as_millis().max(1);
        let settings = [
            format!("SET LOCAL search_path TO {schema}"),
            // Someone else's lock on a table ends the run in time.
            format!("SET LOCAL lock_timeout = {wait}"),
            // The run decides how long it takes, whatever the role's defaults.
            "SET LOCAL statement_timeout = 0".to_owned(),
            "SET LOCAL idle_in_transaction_session_timeout = 0".to_owned(),
            WITHOUT_JIT.to_owned(),
        ];
        tx.execute_unprepared(&settings.join("; ")).await.map(drop)
    }

    /// What is left of the run's time for waiting.
    pub(crate) fn patience(&mut self) -> &mut Patience {
        &mut self.patience
    }

    /// Collects the statements from here on, each with its values in one line.
    pub(crate) fn collect(&mut self) -> Statements {
        let seen = Statements::default();
        let sink = seen.clone();
        self.watch(move |statement| {
            let line = statement.to_string().lines().map(str::trim).collect::<Vec<_>>().join(" ");
            sink.0.lock().unwrap_or_else(PoisonError::into_inner).push(line);
        });
        seen
    }

    /// Shows every statement of the transactions that begin from here on.
    pub(crate) fn watch(&mut self, see: impl Fn(&Statement) + Send + Sync + 'static) {
        self.db.set_metric_callback(move |info| see(info.statement));
    }

    /// The connection outside of the run's transaction, once that has ended.
    pub(crate) fn connection(&self) -> &DatabaseConnection {
        &self.db
    }

    /// Whether SQLite still has to roll back what was begun, which it does when the file is next opened: it can't while
    /// the disk takes no write at all.
    pub(crate) fn is_rollback_left(&self) -> bool {
        self.path.as_deref().is_some_and(file::has_hot_journal)
    }

    pub(crate) async fn close(self) {
        // What was to be written is committed or rolled back: nothing depends on how the closing goes.
        let _ = self.db.close().await;
        if let Lock::Server { db, held } = self.lock {
            if let Some(tx) = held {
                let _ = tx.rollback().await;
            }
            let _ = db.close().await;
        }
    }
}

/// The digest of a table that was never analysed looks dear enough to be compiled, which takes longer than the digest.
pub(super) const WITHOUT_JIT: &str = "SET LOCAL jit = off";

/// The advisory locks of PostgreSQL: of the transaction that changes the schema, and of the whole run.
const RUN: &str = "callboard migration";
const SESSION: &str = "callboard migration session";

/// How long a server that went away in the middle of a run is waited for, to see what it left.
const SERVER_BACK: Duration = Duration::from_secs(10);

/// Begins a transaction that reads the tables of the board's schema.
#[cfg(feature = "entities")]
pub(crate) async fn begin_to_look(db: &DatabaseConnection, options: &Options) -> Result<DatabaseTransaction, Error> {
    let place = Place::new(options.url.kind(), options.schema.as_deref())?;
    let failed = |e: DbErr| Error::database("beginning", &e);
    let tx = db.begin().await.map_err(failed)?;
    if place.kind == Kind::Postgres {
        let schema = catalogue::quoted(&place.schema);
        let settings = format!("SET TRANSACTION READ ONLY; SET LOCAL search_path TO {schema}; {WITHOUT_JIT}");
        tx.execute_unprepared(&settings).await.map_err(failed)?;
    }
    Ok(tx)
}

fn none() -> DbErr {
    DbErr::RecordNotFound("an answer without a row".to_owned())
}

/// Checks the file, takes its lock, opens it, and makes it when it is to be made.
async fn open_file(
    path: &Path,
    create: bool,
    patience: &mut Patience,
    events: &mut (dyn FnMut(&Event) + Send),
) -> Result<(DatabaseConnection, File), Error> {
    let state = file::inspect(path)?;
    refuse_read_only(path, state)?;
    if state == State::Missing {
        if !create {
            return Err(Error::NoDatabase { target: format!("sqlite://{}", path.display()) });
        }
        file::make_folder(path)?;
    }
    let before = file::identity(path);
    let opened = match state {
        // No lock file is left beside something that is no database.
        State::Database { .. } => Some(connect::sqlite(path, Access::Write, patience.left()).await?),
        State::Missing | State::Empty => None,
    };
    let since = Instant::now();
    let locked = async {
        let lock = lock::take(path, patience, events).await?;
        let state = file::inspect(path)?;
        refuse_read_only(path, state)?;
        Ok((lock, state))
    };
    let (lock, state) = match (locked.await, &opened) {
        (Err(error), Some(db)) => {
            // Nothing was begun on it.
            let _ = db.close_by_ref().await;
            return Err(error);
        }
        (other, _) => other?,
    };
    if let Some(db) = opened {
        // Another process may have put another file there while this one waited.
        if before.is_some() && before == file::identity(path) && matches!(state, State::Database { .. }) {
            if since.elapsed() > NOTHING {
                let left = format!("PRAGMA busy_timeout = {}", patience.left().as_millis());
                db.execute_unprepared(&left).await.map_err(|e| Error::database("opening", &e))?;
            }
            return Ok((db, lock));
        }
        let _ = db.close().await;
    }
    // Or it may have made it.
    let access = match state {
        State::Missing => {
            file::create(path)?;
            Access::WriteNew
        }
        State::Empty if create => Access::WriteNew,
        _ => Access::Write,
    };
    Ok((connect::sqlite(path, access, patience.left()).await?, lock))
}

/// A wait that changes nothing of what is left of a run's time.
const NOTHING: Duration = Duration::from_millis(10);

pub(crate) fn refuse_read_only(path: &Path, state: State) -> Result<(), Error> {
    match state {
        State::Database { read_only: true } => Err(Error::ReadOnly { path: path.to_owned() }),
        _ => Ok(()),
    }
}
