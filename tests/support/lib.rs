//! The test harness: one body, both databases, nothing left behind.
//!
//! A test is written in one of these macros, any number of functions in each:
//!
//! - [`both!`]: `async fn name(t: TestDb)` runs on a freshly migrated SQLite file and on a freshly migrated PostgreSQL
//!   database, as `<area>::<file>::<name>[sqlite]` and `[postgres]`;
//! - [`both_large!`]: the same on a board with 100,000 items, for what must not grow with them;
//! - [`both_empty!`]: the same on a database that holds nothing (on SQLite: the file does not exist yet);
//! - [`on_sqlite!`], [`on_sqlite_empty!`], [`on_postgres_empty!`] and [`on_postgres_large!`]: on one database, for what the
//!   other one does not have. Before each function stands the reason: `why: "SQLite has no roles";`. A rule test reads and lists them;
//! - [`plain!`]: `fn name()` needs no database.
//!
//! No body of these leaves early: a test that returns on one database would pass there without a check.
//!
//! [`child!`] makes a function that runs in a process of its own, for races and for tests that kill.
//!
//! Tests run in random order (CALLBOARD_TEST_SEED repeats one) and fail by name when they take longer than
//! CALLBOARD_TEST_TIMEOUT seconds (300); CALLBOARD_TEST_SLOWEST=10 prints the ten slowest at the end. PostgreSQL is a
//! throwaway cluster of this process, started at first need, or the server of CALLBOARD_TEST_POSTGRES_URL. If there is
//! neither, the PostgreSQL tests fail: they are never skipped.

pub mod automation_rows;
pub mod board;
mod case;
mod child;
pub mod cli;
mod database;
pub mod fixture;
pub mod flow;
mod harness;
mod index;
pub mod large;
mod patience;
mod scratch;
mod server;
pub mod shim;
mod snapshot;
mod stage;
mod statements;
mod template;
pub mod work;
pub mod workflow_rows;

pub use board::Seed;
pub use case::{Case, ChildBody, Content, OneDatabase};
pub use database::{Kind, TestDb};
pub use harness::{expect_panic, main, names, on_one_database};
pub use index::documents;
pub use inventory;
pub use patience::within;
pub use scratch::scratch_dir;
pub use snapshot::Snapshot;
pub use stage::stage_event;
pub use statements::AsVerb;
