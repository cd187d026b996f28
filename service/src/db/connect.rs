//! Opens the pools: on SQLite one writer and some read-only readers, on PostgreSQL one pool.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sea_orm::sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions, SqliteSynchronous};
use sea_orm::{DatabaseConnection, SqlxPostgresConnector, SqlxSqliteConnector};

use tokio::net::{TcpStream, UnixStream};

use super::dialect::Dialect;
use super::error::DatabaseError;
use super::growth::Growth;
use super::kept::{Asking, Kept};
use super::lane::{Inline, Lane, Turn, WriteLane};
use super::network;
use super::stable_plans;
use super::statement::{OnStatement, StatementInfo};
use super::url::{DatabaseUrl, Target};
use super::watch::{Bell, Watchers};
use crate::clock::Clock;
use crate::error::{Error, Result};

/// What survives a power cut on SQLite.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Synchronous {
    /// Every commit that was acknowledged.
    #[default]
    Full,
    /// The file stays whole; the newest commits may be lost. About 3 times as many commits a second.
    Normal,
}

/// How a board is opened.
#[derive(Clone, Debug)]
pub struct OpenOptions {
    /// PostgreSQL: the schema that holds the board's tables; `public` where none is named. SQLite ignores it.
    pub schema: Option<String>,
    /// PostgreSQL: where the board's own transactions look for tables that the board does not have, so that an app's
    /// entities work in [`crate::Callboard::transaction`] and `step_tx`. Nowhere by default; the schema must not be that of another
    /// board. Where both have a table of one name, the board's is found.
    pub app_schema: Option<String>,
    /// Connections of the PostgreSQL pool, or of SQLite's readers beside its writer; 1 without a write lane
    /// ([`WriteLane::off`]) is one for all that a program does, on either. At least 1, and 8 by default:
    /// a verb needs one for its transaction, so a process with more workers than that wants as many as it has workers
    /// (16 on a pool of 4 do 0.6 of what they do on 16), and a server gives all of its processes 100 together.
    pub max_connections: u32,
    /// How long a call waits for a connection, on SQLite for another writer, and on PostgreSQL for each lock.
    pub busy_timeout: Duration,
    /// PostgreSQL: how long a transaction of the board may be open and do nothing until the server ends it; zero for as
    /// long as it likes. What is idle in a transaction keeps its locks, and every old version of a row in every table. An app
    /// that works for longer between two statements of [`crate::Callboard::transaction`] or of a `step_tx` raises it.
    pub idle_in_transaction: Duration,
    /// SQLite: what survives a power cut. PostgreSQL has a setting of its own for it (`synchronous_commit`).
    pub synchronous: Synchronous,
    /// SQLite: how claims, completions and their like share commits. PostgreSQL shares them by itself.
    pub lane: WriteLane,
    /// SQLite: short questions are answered on the thread that asks, on a connection of their own, rather than on sqlx's
    /// thread: for a program that asks once and ends, whose other tasks can wait so long. The other connections are opened when
    /// they are used.
    pub inline_reads: bool,
    /// How often those who wait for work look by themselves ([`crate::Callboard::watch`]): how long it may stay unseen what
    /// nobody tells of, such as a commit of an app's own transaction on PostgreSQL. At least 20 ms. Behind a pooler that
    /// hands out connections by transaction nobody is told of anything, and this is how often they look.
    pub poll: Duration,
    /// What the board takes for the time; tests move it.
    pub clock: Clock,
    /// Who is told of each statement: see [`OpenOptions::on_statement`].
    pub on_statement: Option<OnStatement>,
}

impl Default for OpenOptions {
    fn default() -> Self {
        Self {
            schema: None,
            app_schema: None,
            max_connections: 8,
            busy_timeout: Duration::from_secs(10),
            idle_in_transaction: Duration::from_secs(60),
            synchronous: Synchronous::Full,
            lane: WriteLane::default(),
            inline_reads: false,
            poll: Duration::from_secs(5),
            clock: Clock::system(),
            on_statement: None,
        }
    }
}

impl OpenOptions {
    /// Calls `callback` after each statement that the board sends: for an app's metrics.
    ///
    /// It is told the text with placeholders, never a bound value. Not told are: beginning and ending transactions, what
    /// an app sends by `execute_unprepared`, and what runs on a connection of the app's own
    /// ([`crate::Callboard::run_in`]). It is called in the task that waits for the statement, or on the thread of SQLite's
    /// write lane, inside the transaction, so it should be quick; what it panics with is traced and harms nothing.
    ///
    /// Whoever collects traces sees the same texts without it: `sqlx::query` at debug, and at trace what the lane and inline
    /// reads send past sqlx.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use std::sync::atomic::{AtomicU64, Ordering};
    ///
    /// let slow = Arc::new(AtomicU64::new(0));
    /// let count = Arc::clone(&slow);
    /// let options = callboard_service::OpenOptions::default().on_statement(move |statement| {
    ///     if statement.elapsed.as_millis() > 100 {
    ///         count.fetch_add(1, Ordering::Relaxed);
    ///     }
    /// });
    /// # let _ = options;
    /// ```
    #[must_use]
    pub fn on_statement(mut self, callback: impl Fn(&StatementInfo<'_>) + Send + Sync + 'static) -> Self {
        self.on_statement = Some(OnStatement::new(callback));
        self
    }
}

/// The open pools of one board.
#[derive(Clone, Debug)]
pub(crate) struct Db {
    pub dialect: Dialect,
    pub writer: DatabaseConnection,
    pub reader: DatabaseConnection,
    pub schema: Option<String>,
    /// As in [`OpenOptions::busy_timeout`].
    pub busy_timeout: Duration,
    /// SQLite: the right to write, for which the writer and the lane wait in one row.
    pub turn: Option<Turn>,
    /// PostgreSQL: where single statements are done.
    pub kept: Option<Kept>,
    /// SQLite: where the hot verbs are done.
    pub lane: Option<Lane>,
    /// SQLite: where short questions are answered.
    pub inline: Option<Inline>,
    /// PostgreSQL: keeps statistics up with tables that grow.
    pub growth: Option<Growth>,
    /// Who tells other processes of new work.
    pub bell: Bell,
    /// Who looks out for new work, while anybody waits for it.
    pub watchers: Watchers,
    /// As in [`OpenOptions::poll`].
    pub poll: Duration,
}

impl Db {
    /// To be held while the pool is asked for a connection.
    pub fn asking(&self) -> Option<Asking<'_>> {
        self.kept.as_ref().map(Kept::ask)
    }
}

/// To how many bytes the WAL of a SQLite file is cut once a long reader lets it be written back: twice what it has when it
/// is written back as it should be, so that it is not cut and grown all the time. A longer one is what `health` tells of.
pub(super) const JOURNAL_SIZE_LIMIT: u64 = 8 << 20;

pub(crate) async fn connect(url: &DatabaseUrl, options: &OpenOptions) -> Result<Db> {
    let mut db = match url.target() {
        Target::Sqlite(path) => sqlite(path, options).await?,
        Target::Postgres => postgres(url, options).await?,
    };
    if let Some(callback) = &options.on_statement {
        callback.listen(&mut db.writer);
        callback.listen(&mut db.reader);
    }
    Ok(db)
}

async fn sqlite(path: &Path, options: &OpenOptions) -> Result<Db> {
    check_version(rusqlite::version_number(), rusqlite::version())?;
    let target = path.display().to_string();
    let refuse = |why: String| Error::from(DatabaseError::Open { target: target.clone(), why });
    let meta = std::fs::metadata(path).map_err(|e| refuse(e.to_string()))?;
    if !meta.is_file() {
        return Err(refuse("it is not a file".to_owned()));
    }
    if let Some(kind) = network::filesystem(path) {
        return Err(refuse(format!(
            "it lies on a network file system ({kind}), where SQLite cannot lock; move it to a local disk or use PostgreSQL"
        )));
    }
    let base = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(false)
        .foreign_keys(true)
        .busy_timeout(options.busy_timeout)
        .pragma("journal_size_limit", JOURNAL_SIZE_LIMIT.to_string())
        .synchronous(match options.synchronous {
            Synchronous::Full => SqliteSynchronous::Full,
            Synchronous::Normal => SqliteSynchronous::Normal,
        });
    // One writer: more of them only wait for each other's lock (notes/performance.md, 1.1). No recycling: it would lose
    // the prepared statements. No test before use: a file does not hang up.
    let pool = |max: u32| {
        SqlitePoolOptions::new()
            .max_connections(max.max(1))
            .acquire_timeout(options.busy_timeout)
            .idle_timeout(None)
            .max_lifetime(None)
            .test_before_acquire(false)
            .after_connect(|conn, _| Box::pin(stable_plans::enable(conn)))
    };
    let inline = options.inline_reads.then(|| Inline::open(path, options)).flatten();
    let writer = match &inline {
        Some(_) => pool(1).connect_lazy_with(base.clone()),
        None => pool(1).connect_with(base.clone()).await.map_err(|e| refuse(e.to_string()))?,
    };
    // Another connection reads the whole schema again, half of what a command that asks one question takes.
    let reader = match options {
        OpenOptions { max_connections: 0 | 1, lane: WriteLane { max_group: 0, .. }, .. } => writer.clone(),
        _ => pool(options.max_connections).connect_lazy_with(base.read_only(true)),
    };
    let turn = Turn::default();
    let lane = Lane::new(path.to_owned(), options, turn.clone());
    Ok(Db {
        dialect: Dialect::Sqlite,
        writer: SqlxSqliteConnector::from_sqlx_sqlite_pool(writer),
        reader: SqlxSqliteConnector::from_sqlx_sqlite_pool(reader),
        schema: None,
        busy_timeout: options.busy_timeout,
        turn: Some(turn),
        kept: None,
        growth: None,
        lane,
        inline,
        bell: Bell::default(),
        watchers: Watchers::default(),
        poll: options.poll,
    })
}

/// Refuses an SQLite with the WAL-reset bug, which loses commits (3.7.0 to 3.51.2; sqlite.org/wal.html#walresetbug).
///
/// The library that is linked says so itself, which takes no connection: there is one SQLite in the program.
fn check_version(number: i32, version: &str) -> Result<()> {
    if number >= 3_051_003 {
        return Ok(());
    }
    Err(DatabaseError::Open {
        target: "SQLite".to_owned(),
        why: format!("this build links SQLite {version}, which can lose commits; 3.51.3 or newer is needed"),
    }
    .into())
}

async fn postgres(url: &DatabaseUrl, options: &OpenOptions) -> Result<Db> {
    // Named also where it is the default: a role or an app may have set another one.
    let schema = options.schema.clone().unwrap_or_else(|| "public".to_owned());
    super::schema::check_name("schema", &schema)?;
    let mut path = schema.clone();
    if let Some(app) = &options.app_schema {
        super::schema::check_name("app_schema", app)?;
        path = format!("{path},{app}");
    }
    let connect = url.postgres()?.application_name("callboard").options(session(path, options));
    let refuse = |why: String| Error::from(DatabaseError::Open { target: url.redacted(), why });
    reachable(&connect, options.busy_timeout).await.map_err(|e| refuse(e.to_string()))?;
    // No test before use: the round trip that asks whether a connection lives costs a sixth of all claims
    // (notes/performance.md, 2.1), and a server that went away in between is told as an error either way.
    let pool = PgPoolOptions::new()
        .max_connections(options.max_connections.max(1))
        .acquire_timeout(options.busy_timeout)
        .test_before_acquire(false)
        .connect_with(connect)
        .await
        .map_err(|e| refuse(e.to_string()))?;
    let kept = Kept::new(pool.clone(), options.max_connections.max(1), options.on_statement.clone());
    let db = SqlxPostgresConnector::from_sqlx_postgres_pool(pool);
    Ok(Db {
        dialect: Dialect::Postgres,
        writer: db.clone(),
        reader: db,
        schema: Some(schema),
        busy_timeout: options.busy_timeout,
        bell: Bell::default(),
        watchers: Watchers::default(),
        poll: options.poll,
        turn: None,
        kept: Some(kept),
        growth: Some(Growth::default()),
        lane: None,
        inline: None,
    })
}

/// What our own sessions are set to, each on purpose; an app's connection keeps what the app set.
fn session(search_path: String, options: &OpenOptions) -> [(&'static str, String); 5] {
    [
        ("search_path", search_path),
        // Whatever the server's default: the verbs lock what they read, and a claim is one statement.
        ("default_transaction_isolation", "read committed".to_owned()),
        // What holds locks and does nothing is ended, also when its process was cut off from the server.
        ("idle_in_transaction_session_timeout", options.idle_in_transaction.as_millis().to_string()),
        // As SQLite's busy timeout: a verb behind a lock that nobody gives up says so, rather than wait for ever.
        ("lock_timeout", options.busy_timeout.as_millis().to_string()),
        // Compiling a statement takes longer than any of ours runs, and the estimates of a claim can ask for it.
        ("jit", "off".to_owned()),
    ]
}

/// Whether anything listens there: a pool would try a refused connection again and again, and report a timeout in place
/// of the cause.
async fn reachable(connect: &PgConnectOptions, patience: Duration) -> io::Result<()> {
    let port = connect.get_port();
    let host = connect.get_host();
    let folder = connect.get_socket().map(PathBuf::as_path).or_else(|| host.starts_with('/').then(|| Path::new(host)));
    let knock = async {
        match folder {
            Some(folder) => UnixStream::connect(folder.join(format!(".s.PGSQL.{port}"))).await.map(drop),
            None => TcpStream::connect((host, port)).await.map(drop),
        }
    };
    match tokio::time::timeout(patience, knock).await {
        Ok(done) => done,
        Err(_) => Err(io::Error::new(io::ErrorKind::TimedOut, format!("no answer within {} s", patience.as_secs()))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_sqlite_that_can_lose_commits_is_refused() {
        assert!(check_version(rusqlite::version_number(), rusqlite::version()).is_ok());
        for (number, version, is_refused) in
            [(3_051_002, "3.51.2", true), (3_007_000, "3.7.0", true), (3_052_000, "3.52.0", false)]
        {
            let refused = check_version(number, version).err().map(|error| error.to_string());
            assert_eq!(refused.is_some(), is_refused, "{version}");
            assert!(refused.is_none_or(|why| why.contains(version) && why.contains("3.51.3 or newer")), "{version}");
        }
    }
}
