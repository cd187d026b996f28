//! Claiming and completing, by the public API, against the leanest statements that leave the same rows.

mod callboard;
mod lean_postgres;
mod lean_sqlite;
mod measure;
mod pgbench;
mod proof;
pub mod run;
mod sqlx_postgres;
mod sqlx_sqlite;
mod timing;
mod tokio_postgres;
pub mod worker;

use chrono::{DateTime, Utc};
use sea_orm::prelude::Uuid;

pub use measure::run as measure;

/// A new id, in the order of time as ours are.
fn new_id() -> Uuid {
    Uuid::now_v7()
}

/// In microseconds, as both databases keep it.
fn now() -> DateTime<Utc> {
    callboard_service::Clock::system().now()
}
