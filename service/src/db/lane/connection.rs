//! The lane's connection: rusqlite on the SQLite that sqlx links too, and how far the verb is that runs on it.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{CachedStatement, Connection, OpenFlags};
use sea_orm::{DbErr, MockExecResult, Statement, Value as Bound};

use super::error::{self, Refused};
use super::rows::{Row, Shapes};
use super::value::{self, Failure};
use crate::db::cells::Cells;
use crate::db::connect::{JOURNAL_SIZE_LIMIT, Synchronous};
use crate::db::fixed::Read;
use crate::db::statement::{OnStatement, Timed};

/// So many texts are kept prepared; the hot verbs have some thirty.
pub(super) const PREPARED: usize = 256;
/// What would end or begin a transaction under the lane's feet.
const CONTROL: &[&str] = &["BEGIN", "COMMIT", "END", "ROLLBACK", "SAVEPOINT", "RELEASE", "ATTACH", "DETACH", "VACUUM"];
/// What changes rows and nothing else.
const COUNTED: &[&str] = &["INSERT", "UPDATE", "DELETE", "REPLACE", "WITH"];

/// How the lane's connection is opened; it is done at its first use.
#[derive(Debug)]
pub(super) struct Place {
    pub path: PathBuf,
    pub synchronous: Synchronous,
    pub told: Option<OnStatement>,
    /// What a column holds must be known by its declared type: an expression's value makes the statement unfit.
    pub declared_only: bool,
}

/// The connection, and how far the verb is that runs on it.
pub(in crate::db) struct Link {
    place: Place,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    conn: Option<Connection>,
    closed: bool,
    patience: Option<Duration>,
    shapes: Shapes,
    /// How many savepoints are open; the first is the verb's own.
    depth: usize,
    /// The verb has no savepoint of its own: what it leaves is taken back with the whole transaction.
    bare: bool,
    /// How many rows had been changed before the verb.
    before: u64,
    verb: Verb,
}

/// What has become of the verb that runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Verb {
    /// It has been taken back.
    pub refused: bool,
    /// It was to be taken back, but what it changed is still there.
    pub left: bool,
    /// It changed something that is not counted by rows, as a table's definition.
    pub uncounted: bool,
    /// It needs SeaORM's connection: why.
    pub unfit: Option<String>,
    /// A savepoint could not be set, kept or taken back: nothing of the transaction can be relied upon.
    pub broken: bool,
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Link").field("place", &self.place).finish_non_exhaustive()
    }
}

impl Link {
    pub(super) fn new(place: Place) -> Self {
        let shapes = Shapes::new(place.declared_only);
        Self { place, state: Mutex::new(State { shapes, ..State::default() }) }
    }

    /// A verb that panicked may have poisoned the lock; whatever it left open is looked at after every verb.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[cfg(test)]
    pub(super) fn is_poisoned(&self) -> bool {
        self.state.is_poisoned()
    }

    /// Leaves the lock as a thread does that panics while it holds it.
    #[cfg(test)]
    pub(super) fn poison(&self) {
        let _held = self.state();
        std::panic::resume_unwind(Box::new("part of the test"));
    }

    /// Opens the connection if it is not open; gives whether other connections may read while it commits (WAL).
    pub(super) fn open(&self) -> Result<bool, DbErr> {
        let mut state = self.state();
        if state.closed {
            return Err(DbErr::Custom("the board is closed".to_owned()));
        }
        if state.conn.is_none() {
            state.conn = Some(connect(&self.place).map_err(error::of)?);
        }
        let conn = state.conn.as_ref().ok_or_else(closed)?;
        let mode: String = conn.query_row("PRAGMA journal_mode", [], |row| row.get(0)).map_err(error::of)?;
        Ok(mode == "wal")
    }

    pub(super) fn is_open(&self) -> bool {
        self.state().conn.is_some()
    }

    /// Closes the connection for good.
    pub(super) fn close(&self) {
        let mut state = self.state();
        state.closed = true;
        if let Some((_conn, error)) = state.conn.take().and_then(|conn| conn.close().err()) {
            tracing::warn!(%error, "the write lane's connection could not be closed in order");
        }
    }

    /// Begins a transaction for a group, if no other process writes; its COMMIT waits so long for others.
    pub(super) fn begin(&self, patience: Duration) -> Result<(), Refused> {
        let mut state = self.state();
        state.wait_for_others(Duration::ZERO)?;
        state.control("BEGIN IMMEDIATE")?;
        state.wait_for_others(patience)
    }

    /// Begins a transaction that reads one state of the file. Waits for nobody.
    pub(super) fn begin_read(&self) -> Result<(), Refused> {
        let mut state = self.state();
        state.wait_for_others(Duration::ZERO)?;
        state.control("BEGIN")
    }

    pub(super) fn commit(&self) -> Result<(), DbErr> {
        let committed = self.state().control("COMMIT").map_err(DbErr::from);
        if committed.is_err() {
            self.rollback();
        }
        committed
    }

    /// Takes the transaction back, if SQLite has not done so by itself.
    pub(super) fn rollback(&self) {
        let mut state = self.state();
        let is_open = state.conn.as_ref().is_some_and(|conn| !conn.is_autocommit());
        if is_open && let Err(error) = state.control("ROLLBACK") {
            // A connection that cannot roll back is dropped, which rolls back; the next group opens another.
            tracing::warn!(error = %DbErr::from(error), "the write lane cannot roll back");
            state.conn = None;
            state.patience = None;
        }
    }

    /// Before a verb.
    pub(super) fn enter(&self, bare: bool) {
        let mut state = self.state();
        (state.depth, state.bare, state.verb) = (0, bare, Verb::default());
        state.before = state.changes();
    }

    /// After a verb: takes back what it left open, and tells what became of it. `None` where the transaction is lost.
    pub(super) fn leave(&self) -> Option<Verb> {
        let mut state = self.state();
        while state.depth > 0 {
            state.roll_back();
        }
        let mut verb = std::mem::take(&mut state.verb);
        verb.left = state.bare && verb.refused && (verb.uncounted || state.changes() != state.before);
        let is_over = state.conn.as_ref().is_none_or(Connection::is_autocommit);
        (!is_over && !verb.broken).then_some(verb)
    }

    /// The rows of a statement of the verb's.
    pub(super) fn query(&self, statement: &Statement) -> Result<Vec<Row>, DbErr> {
        self.timed(&statement.sql, |state| state.query(statement))
    }

    pub(super) fn execute(&self, statement: &Statement) -> Result<MockExecResult, DbErr> {
        self.timed(&statement.sql, |state| state.execute(statement))
    }

    /// The rows of a fixed statement of the verb's.
    pub(in crate::db) fn rows<T>(&self, sql: &str, values: &[Bound], read: Read<T>) -> Result<Vec<T>, DbErr> {
        self.timed(sql, |state| {
            let mut prepared = state.usable()?.prepare_cached(sql)?;
            value::bind(&mut prepared, values)?;
            let (mut rows, mut found) = (prepared.raw_query(), Vec::new());
            while let Some(row) = rows.next()? {
                found.push(read(&mut Cells::of_lane(row)).map_err(|error| Failure::Unfit(error.to_string()))?);
            }
            Ok(found)
        })
    }

    /// Runs a fixed statement of the verb's; gives how many rows it changed.
    pub(in crate::db) fn write(&self, sql: &str, values: &[Bound]) -> Result<u64, DbErr> {
        self.timed(sql, |state| {
            let mut prepared = state.usable()?.prepare_cached(sql)?;
            value::bind(&mut prepared, values)?;
            Ok(u64::try_from(prepared.raw_execute()?).unwrap_or(u64::MAX))
        })
    }

    /// Sets a savepoint; the first is the verb's own.
    pub(super) fn set(&self) {
        self.state().set();
    }

    /// Keeps what was done since the last savepoint.
    pub(super) fn keep(&self) {
        self.state().keep();
    }

    /// Takes back what was done since the last savepoint.
    pub(super) fn roll_back(&self) {
        self.state().roll_back();
    }

    fn timed<T>(&self, sql: &str, run: impl FnOnce(&mut State) -> Result<T, Failure>) -> Result<T, DbErr> {
        let timed = Timed::begin(self.place.told.as_ref());
        let mut state = self.state();
        // A panic in here would poison SeaORM's lock around it, and end the process when the transaction is dropped.
        let result = catch_unwind(AssertUnwindSafe(|| run(&mut state)));
        let result = result.unwrap_or_else(|_| Err(Failure::Unfit("a fault of the lane's".to_owned())));
        let result = result.map_err(|failure| match failure {
            Failure::Sqlite(error) => error::of(error),
            Failure::Unfit(why) => {
                let error = DbErr::Custom(format!("not for the write lane: {why}"));
                state.verb.unfit = Some(why);
                error
            }
        });
        drop(state);
        timed.end(sql, result.is_err());
        result
    }
}

fn closed() -> DbErr {
    DbErr::Custom("the write lane is closed".to_owned())
}

/// The connection, while the verb's transaction is open.
fn usable<'c>(conn: Option<&'c Connection>, verb: &Verb) -> Result<&'c Connection, Failure> {
    let conn = conn.filter(|conn| !conn.is_autocommit() && !verb.broken);
    conn.ok_or_else(|| Failure::Unfit("the transaction is over".to_owned()))
}

fn connect(place: &Place) -> Result<Connection, rusqlite::Error> {
    // One thread at a time, by the lock around it: SQLite need not lock again.
    let conn = Connection::open_with_flags(
        &place.path,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_PRIVATE_CACHE,
    )?;
    conn.set_prepared_statement_cache_capacity(PREPARED);
    // Else SQLite prepares a statement anew whenever a value is bound that its plan could depend on, such as a LIMIT or,
    // after ANALYZE, a compared one: with the statistics that it is built with, ten times the work of a claim.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    let synchronous = match place.synchronous {
        Synchronous::Full => "FULL",
        Synchronous::Normal => "NORMAL",
    };
    conn.execute_batch(&format!(
        // What a savepoint would take back is kept in memory, not in a file.
        "PRAGMA foreign_keys = ON; PRAGMA synchronous = {synchronous}; PRAGMA temp_store = MEMORY; \
         PRAGMA journal_size_limit = {JOURNAL_SIZE_LIMIT}"
    ))?;
    Ok(conn)
}

impl State {
    fn conn(&self) -> Result<&Connection, Refused> {
        self.conn.as_ref().ok_or_else(|| Refused::Failed(closed()))
    }

    fn wait_for_others(&mut self, patience: Duration) -> Result<(), Refused> {
        if self.patience != Some(patience) {
            self.conn()?.busy_timeout(patience)?;
            self.patience = Some(patience);
        }
        Ok(())
    }

    fn usable(&self) -> Result<&Connection, Failure> {
        usable(self.conn.as_ref(), &self.verb)
    }

    fn control(&self, sql: &str) -> Result<(), Refused> {
        let conn = self.conn()?;
        let mut statement = conn.prepare_cached(sql)?;
        statement.raw_execute()?;
        Ok(())
    }

    /// All rows that were changed since the connection was opened, by triggers too.
    fn changes(&self) -> u64 {
        self.conn.as_ref().map_or(0, Connection::total_changes)
    }

    fn set(&mut self) {
        self.depth += 1;
        if self.depth > 1 || !self.bare {
            self.mark(&format!("SAVEPOINT callboard_{}", self.depth));
        }
    }

    fn keep(&mut self) {
        // What is done elsewhere must leave nothing here, even if the verb makes nothing of the failed statement.
        if self.depth == 1 && self.verb.unfit.is_some() {
            return self.roll_back();
        }
        if self.depth > 1 || !self.bare {
            self.mark(&format!("RELEASE callboard_{}", self.depth));
        }
        self.depth = self.depth.saturating_sub(1);
    }

    fn roll_back(&mut self) {
        if self.depth == 0 {
            return;
        }
        if self.depth > 1 || !self.bare {
            self.mark(&format!("ROLLBACK TO callboard_{}", self.depth));
            self.mark(&format!("RELEASE callboard_{}", self.depth));
        }
        self.verb.refused |= self.depth == 1;
        self.depth = self.depth.saturating_sub(1);
    }

    /// SAVEPOINT would begin a transaction where there is none any more.
    fn mark(&mut self, sql: &str) {
        let is_over = self.conn.as_ref().is_none_or(Connection::is_autocommit);
        if is_over || self.control(sql).is_err() {
            self.verb.broken = true;
        }
    }

    /// Prepares and binds a statement, and hands it over with the form of its rows.
    fn prepared<T>(
        &mut self,
        statement: &Statement,
        run: impl FnOnce(&Connection, CachedStatement<'_>, &mut Shapes) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let conn = usable(self.conn.as_ref(), &self.verb)?;
        let sql = statement.sql.trim_end().trim_end_matches(';');
        // A comment in front could hide what it is.
        let word = sql.trim_start().split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default();
        if sql.contains(';') || word.is_empty() || CONTROL.iter().any(|control| control.eq_ignore_ascii_case(word)) {
            return Err(Failure::Unfit("it is more than one statement, or begins or ends a transaction".to_owned()));
        }
        let mut prepared = conn.prepare_cached(sql)?;
        self.verb.uncounted |=
            !prepared.readonly() && !COUNTED.iter().any(|counted| counted.eq_ignore_ascii_case(word));
        value::bind(&mut prepared, statement.values.as_ref().map_or(&[][..], |values| values.0.as_slice()))?;
        run(conn, prepared, &mut self.shapes)
    }

    fn query(&mut self, statement: &Statement) -> Result<Vec<Row>, Failure> {
        self.prepared(statement, |_, mut prepared, shapes| {
            let shape = shapes.of(&statement.sql, &prepared);
            let mut found = Vec::new();
            let mut rows = prepared.raw_query();
            while let Some(row) = rows.next()? {
                if row.as_ref().column_count() != shape.len() {
                    // Prepared anew by itself, because the schema changed.
                    shapes.forget(&statement.sql);
                    return Err(Failure::Unfit("the schema changed meanwhile".to_owned()));
                }
                found.push(shape.read(row)?);
            }
            Ok(found)
        })
    }

    fn execute(&mut self, statement: &Statement) -> Result<MockExecResult, Failure> {
        self.prepared(statement, |conn, mut prepared, _| {
            let mut rows = prepared.raw_query();
            while rows.next()?.is_some() {}
            let last_insert_id = u64::try_from(conn.last_insert_rowid()).unwrap_or(0);
            Ok(MockExecResult { last_insert_id, rows_affected: conn.changes() })
        })
    }
}
