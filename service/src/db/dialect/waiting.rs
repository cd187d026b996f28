//! The statements of waiting for work.

use std::sync::LazyLock;

use sea_orm::Statement;

use super::Dialect;
use super::ready::{PREASSIGNED, READY};
use crate::clock::Timestamp;

/// Where work is told of on PostgreSQL; the message is the board's schema.
pub(crate) const CHANNEL: &str = "callboard";

impl Dialect {
    /// Tells those who listen that there may be work on the board of a schema; none where nobody has to be told.
    pub fn ring(self, schema: &str) -> Option<Statement> {
        match self {
            Self::Sqlite => None,
            Self::Postgres => Some(self.statement("SELECT pg_notify($1, $2)", [CHANNEL.into(), schema.into()])),
        }
    }

    /// Whether there is anything to claim or to take back, and when the next backoff, lease and step's deadline end: a
    /// probe of an index each. By the server's clock on PostgreSQL, by `now` on SQLite.
    pub fn prospect(self, now: Timestamp) -> Statement {
        static SQL: LazyLock<[String; 2]> = LazyLock::new(|| [prospect(Dialect::Sqlite), prospect(Dialect::Postgres)]);
        match self {
            Self::Sqlite => self.statement(&SQL[0], [now.into()]),
            Self::Postgres => self.statement(&SQL[1], []),
        }
    }
}

fn prospect(dialect: Dialect) -> String {
    // The clock is read once, so that it can be a bound of the indexes.
    let (clock, now) = match dialect {
        Dialect::Sqlite => ("", "$1"),
        Dialect::Postgres => ("WITH clock AS MATERIALIZED (SELECT clock_timestamp() AS at) ", "(SELECT at FROM clock)"),
    };
    // Named, as in `claim`.
    let by = |index: &str| match dialect {
        Dialect::Sqlite => format!(" INDEXED BY {index}"),
        Dialect::Postgres => String::new(),
    };
    let ending = [
        ("backoff", "work_items", "available_at", "ix_work_items_available_at", "t.available_at IS NOT NULL"),
        (
            "lease",
            "task_assignments",
            "lease_expires_at",
            "ix_task_assignments_lease",
            "t.status IN ('assigned', 'started', 'paused')",
        ),
        ("deadline", "workflow_steps", "deadline_at", "ix_workflow_steps_deadline", "t.status = 'waiting'"),
    ];
    let over = ending.map(|(_, table, column, index, only)| {
        format!("EXISTS (SELECT 1 FROM {table} t{} WHERE {only} AND t.{column} <= {now})", by(index))
    });
    let next = ending.map(|(name, table, column, index, only)| {
        format!(
            "(SELECT t.{column} FROM {table} t{} WHERE {only} AND t.{column} > {now} ORDER BY t.{column} LIMIT 1) AS {name}",
            by(index)
        )
    });
    format!(
        "{clock}SELECT {now} AS now, (EXISTS (SELECT 1 FROM work_items w{} WHERE {READY}) \
         OR EXISTS (SELECT 1 FROM work_items w{} WHERE {PREASSIGNED}) OR {}) AS has_work, {}",
        by("ix_work_items_ready"),
        by("ix_work_items_preassigned"),
        over.join(" OR "),
        next.join(", ")
    )
}
