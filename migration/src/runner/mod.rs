//! Takes a database up and down: one connection, one lock, one transaction, checked before COMMIT.
//!
//! SeaORM's own runner is never called: it has no lock, is not atomic on SQLite, and on a pool can lose rows.

mod apply;
mod baseline;
pub(crate) mod catalogue;
mod clash;
mod connect;
mod event;
pub(crate) mod expected;
mod file;
mod foresee;
pub(crate) mod history;
mod invariants;
mod lock;
mod loss;
mod outcome;
mod plan;
mod record;
mod rehearse;
pub(crate) mod session;
pub(crate) mod status;

use std::time::Duration;

pub use baseline::{Baseline, BaselineOptions, baseline, baseline_with};
#[cfg(feature = "entities")]
pub(crate) use catalogue::columns;
pub use catalogue::describe;
pub(crate) use catalogue::{counts, describe_in, has_schema, literal, postgres_tables, quoted, sqlite_tables, strings};
pub(crate) use connect::{Access, open_look, postgres as open_postgres, postgres_options, sqlite as open_sqlite};
pub use event::{Direction, Done, Event, Report};
pub use expected::{Drift, Found};
pub(crate) use file::{State, create, failed, folder as folder_of, has_hot_journal, inspect, make_folder};
pub use foresee::Foreseen;
pub(crate) use foresee::foresee;
pub(crate) use history::read as applied;
pub use history::{Applied, TABLE as HISTORY_TABLE};
pub(crate) use lock::{Patience, lock_file, take as take_lock};
pub use loss::{Loss, Lost};
pub(crate) use plan::Order;
pub use plan::{DownGoal, Goal, resolve};
pub use record::{Recorded, record};
pub use rehearse::{Rehearsal, Rows, rehearse_down, rehearse_up};
#[cfg(feature = "entities")]
pub(crate) use session::begin_to_look;
pub(crate) use session::{Alone, Place, Session, refuse_read_only};
pub use status::Status;
pub(crate) use status::open as open_for_reading;

use crate::backup;
use crate::error::Error;
use crate::step::Step;
use crate::target::DatabaseUrl;

/// How long to wait for another migration by default.
pub const DEFAULT_LOCK_TIMEOUT: Duration = Duration::from_secs(60);

/// Which database, and how patient.
#[derive(Clone, Debug)]
pub struct Options {
    pub url: DatabaseUrl,
    /// The PostgreSQL schema; `public` when none is named. SQLite has none: it is ignored there.
    pub schema: Option<String>,
    /// How long to wait for another process that migrates the same database, or that writes to it.
    pub lock_timeout: Duration,
    /// The backups that precede a change.
    pub backups: backup::Settings,
    /// Whether each statement of a step is told as [`Event::Statement`].
    pub show_sql: bool,
}

impl Options {
    /// The `public` schema and the default patience.
    pub fn new(url: DatabaseUrl) -> Self {
        Self {
            url,
            schema: None,
            lock_timeout: DEFAULT_LOCK_TIMEOUT,
            backups: backup::Settings::default(),
            show_sql: false,
        }
    }
}

/// Whether rows may be lost on the way down.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum OnLoss {
    /// Refuse, naming every table and how many rows it would lose.
    Refuse,
    Accept,
}

/// Applies what is pending, up to the goal. All of it or none; applying nothing is a success.
///
/// A SQLite file that does not exist is made (mode 0600, WAL), and so is a missing `.callboard` folder (0700) or
/// PostgreSQL schema. Dropping the future rolls back, unless [`Event::Committing`] was already sent.
///
/// # Errors
/// Refused before anything is changed: a newer or different history, a clash of names, a busy lock, a database that
/// can't be used. A step that fails is [`Error::Failed`]: rolled back, and checked to be as before.
pub async fn up(options: &Options, goal: Goal, events: &mut (dyn FnMut(&Event) + Send)) -> Result<Report, Error> {
    up_with(crate::known(), options, goal, events).await
}

/// As [`up`], with a history of the caller's own.
///
/// # Errors
/// As [`up`].
pub async fn up_with(
    steps: &[Step],
    options: &Options,
    goal: Goal,
    events: &mut (dyn FnMut(&Event) + Send),
) -> Result<Report, Error> {
    apply::run(steps, options, &plan::Order::Up(goal), events).await
}

/// Takes back what is applied, newest first, down to the goal. All of it or none.
///
/// # Errors
/// As [`up`]; and [`Error::WouldLoseData`] when rows would be lost and the caller did not accept that.
pub async fn down(
    options: &Options,
    goal: DownGoal,
    on_loss: OnLoss,
    events: &mut (dyn FnMut(&Event) + Send),
) -> Result<Report, Error> {
    down_with(crate::known(), options, goal, on_loss, events).await
}

/// As [`down`], with a history of the caller's own.
///
/// # Errors
/// As [`down`].
pub async fn down_with(
    steps: &[Step],
    options: &Options,
    goal: DownGoal,
    on_loss: OnLoss,
    events: &mut (dyn FnMut(&Event) + Send),
) -> Result<Report, Error> {
    apply::run(steps, options, &plan::Order::Down(goal, on_loss), events).await
}

/// The schema that the first `applied` steps give, as [`describe`] writes it, but for the order of the tables; none
/// when a step's tables are not known.
pub fn expected_tables(steps: &[Step], applied: usize, kind: crate::target::Kind) -> Option<String> {
    let tables = expected::tables(steps, applied, kind)?;
    let block = |(table, lines): (String, Vec<String>)| {
        format!("table {table}\n{}", lines.iter().map(|l| format!("  {l}\n")).collect::<String>())
    };
    Some(tables.into_iter().map(block).collect())
}

/// Opens a migrated database for reading only, and reads what is applied to it.
///
/// # Errors
/// [`Error::NoDatabase`] when there is none, or no migration is applied to it; a database that can't be opened.
#[cfg(feature = "entities")]
pub(crate) async fn look(options: &Options) -> Result<(sea_orm::DatabaseConnection, Status), Error> {
    let missing = || Error::NoDatabase { target: options.url.to_string() };
    let status = status(options).await?;
    if status.current().is_none() {
        return Err(missing());
    }
    let since = std::time::Instant::now();
    let (db, _) = status::open(options).await.map_err(|e| e.finished(&options.url, since))?;
    Ok((db.ok_or_else(missing)?, status))
}

/// What is applied and what is pending. Reads only: creates no table, no file and no folder, and takes no lock.
///
/// # Errors
/// A database that can't be opened. One that does not exist yet is no error: everything is pending.
pub async fn status(options: &Options) -> Result<Status, Error> {
    status_with(crate::known(), options).await
}

/// As [`status`], with a history of the caller's own.
///
/// # Errors
/// As [`status`].
pub async fn status_with(steps: &[Step], options: &Options) -> Result<Status, Error> {
    let since = std::time::Instant::now();
    status::read(steps, options).await.map_err(|e| e.finished(&options.url, since))
}
