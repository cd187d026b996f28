//! The database under a board: connecting, transactions, errors, and what differs between SQLite and PostgreSQL.
//!
//! Only this folder asks which database it is.

mod by;
mod caller;
mod cells;
mod changed;
mod connect;
pub(crate) mod dialect;
mod error;
mod fixed;
mod forget;
mod growth;
mod idempotency;
mod kept;
mod lane;
pub(crate) mod listed;
mod network;
mod plain;
mod read;
mod reap_clock;
mod schema;
mod stable_plans;
mod statement;
mod transaction;
mod url;
mod verb;
mod watch;

pub(crate) use by::By;
pub(crate) use cells::Cells;
pub(crate) use changed::changed;
pub(crate) use connect::{Db, connect};
pub use connect::{OpenOptions, Synchronous};
pub use error::DatabaseError;
pub(crate) use forget::forget_answers;
pub use lane::{InlineCounts, LaneCounts, OnLane, WriteLane};
pub(crate) use plain::{Lacks, PlainClaims};
pub(crate) use reap_clock::ReapClock;
pub(crate) use schema::check as check_schema;
pub use statement::{OnStatement, StatementInfo};
pub use transaction::{BoxFuture, Tx};
pub use url::DatabaseUrl;
pub use verb::{Alone, Query, Verb};
pub use watch::Watch;
