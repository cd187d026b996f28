//! Telling an app of each statement, for its metrics.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use sea_orm::DatabaseConnection;
use tracing::Level;

/// A statement that was sent to the database.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct StatementInfo<'a> {
    /// Its text. Values are bound, so it holds placeholders, never what a user wrote.
    pub sql: &'a str,
    /// From sending it to its answer; waiting for a connection is not in it.
    pub elapsed: Duration,
    /// Whether the database refused it.
    pub failed: bool,
}

/// A callback that is told of each statement, made by [`super::OpenOptions::on_statement`].
#[derive(Clone)]
pub struct OnStatement(Arc<dyn Fn(&StatementInfo<'_>) + Send + Sync>);

impl OnStatement {
    pub(super) fn new(callback: impl Fn(&StatementInfo<'_>) + Send + Sync + 'static) -> Self {
        Self(Arc::new(callback))
    }

    pub(super) fn listen(&self, connection: &mut DatabaseConnection) {
        let callback = self.clone();
        connection.set_metric_callback(move |told| callback.tell(&told.statement.sql, told.elapsed, told.failed));
    }

    pub(super) fn tell(&self, sql: &str, elapsed: Duration, failed: bool) {
        let info = StatementInfo { sql, elapsed, failed };
        // A panic must not tear a transaction in two.
        if catch_unwind(AssertUnwindSafe(|| (self.0)(&info))).is_err() {
            tracing::warn!("a callback of on_statement panicked");
        }
    }
}

impl fmt::Debug for OnStatement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OnStatement")
    }
}

/// A statement that is sent past sqlx, which cannot trace it.
pub(super) struct Timed<'a> {
    told: Option<&'a OnStatement>,
    /// None where nobody asks.
    begun: Option<Instant>,
}

impl<'a> Timed<'a> {
    pub(super) fn begin(told: Option<&'a OnStatement>) -> Self {
        let asked = told.is_some() || tracing::enabled!(Level::TRACE);
        Self { told, begun: asked.then(Instant::now) }
    }

    pub(super) fn end(self, sql: &str, failed: bool) {
        let Some(begun) = self.begun else { return };
        let elapsed = begun.elapsed();
        tracing::trace!(sql, ?elapsed, failed, "a statement");
        if let Some(told) = self.told {
            told.tell(sql, elapsed, failed);
        }
    }
}
