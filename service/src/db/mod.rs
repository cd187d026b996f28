//! The database under a board: connecting, transactions, errors, and what differs between SQLite and PostgreSQL.
//!
//! Only this folder asks which database it is.

mod by;
mod changed;
mod connect;
pub(crate) mod dialect;
mod error;
mod forget;
mod idempotency;
mod network;
mod reap_clock;
mod schema;
mod statement;
mod transaction;
mod url;
mod watch;

pub(crate) use by::By;
pub(crate) use changed::changed;
pub(crate) use connect::{Db, connect};
pub use connect::{OpenOptions, Synchronous};
pub use error::DatabaseError;
pub(crate) use forget::forget_answers;
pub(crate) use reap_clock::ReapClock;
pub(crate) use schema::check as check_schema;
pub use statement::{OnStatement, StatementInfo};
pub use transaction::{Alone, BoxFuture, Query, Tx, Verb};
pub use url::DatabaseUrl;
pub use watch::Watch;
