//! The statements of the other hot assignment verbs.

use std::sync::LazyLock;

use callboard_entity::{task_assignments, work_items};

use super::Dialect;
use super::ready::READY;
use crate::db::listed::columns;

/// For SQLite and PostgreSQL.
fn hold(sqlite: &str, postgres: &str) -> [String; 2] {
    let from = "FROM work_items w JOIN task_assignments a ON a.work_item_id = w.id WHERE a.id = $1";
    let columns = [columns::<task_assignments::Model>("a"), columns::<work_items::Model>("w")].join(", ");
    [
        format!("SELECT {columns}, $2{sqlite} {from}"),
        format!("SELECT {columns}, clock_timestamp(){postgres} {from} FOR UPDATE OF w, a"),
    ]
}

/// 1 where there is such a row, else 0.
fn any(of: &str) -> String {
    format!(", (SELECT count(*) FROM (SELECT 1 FROM {of} LIMIT 1) x)")
}

impl Dialect {
    /// Reads an assignment and its item for a change, with the time by which the lease is judged (`$1` id, `$2` now by
    /// the app). PostgreSQL locks the item's row first, then the assignment's.
    pub fn hold(self) -> &'static str {
        static HOLD: LazyLock<[String; 2]> = LazyLock::new(|| hold("", ""));
        self.one_of(&HOLD)
    }

    /// As [`Dialect::hold`], with whether operations on files were tracked for the item, whether a step of a workflow may
    /// wait for it, and whether other items may: each one probe of an index.
    ///
    /// On PostgreSQL the last two are looked for when the item's row is locked: what came while it was waited for would be
    /// missed here.
    pub fn hold_to_complete(self) -> &'static str {
        static HOLD: LazyLock<[String; 2]> = LazyLock::new(|| {
            let files = any("file_operations f WHERE f.work_item_id = w.id");
            let workflow = any("workflow_steps s WHERE s.work_item_id = w.id AND s.status = 'waiting'");
            let dependents =
                any("task_prerequisites p WHERE p.prerequisite_id = w.id AND p.status IN ('pending', 'failed')");
            hold(&[files.as_str(), &workflow, &dependents].concat(), &format!("{files}, 1::bigint, 1::bigint"))
        });
        self.one_of(&HOLD)
    }

    fn one_of(self, texts: &'static [String; 2]) -> &'static str {
        match self {
            Self::Sqlite => &texts[0],
            Self::Postgres => &texts[1],
        }
    }

    /// Extends the lease of an open assignment whose lease still runs; writes nothing else and no ledger row
    /// (`$1` id, `$2` seconds, `$3` now and `$4` the new end by the app's clock; PostgreSQL reckons from its own).
    ///
    /// The status is hidden from PostgreSQL's planner, see `ending::STATUS`.
    pub fn heartbeat(self) -> &'static str {
        match self {
            Self::Sqlite => {
                "UPDATE task_assignments SET lease_expires_at = CASE WHEN agent_id IS NULL THEN NULL \
                 WHEN lease_expires_at > $4 THEN lease_expires_at ELSE $4 END, \
                 heartbeat_at = $3, updated_at = $3 \
                 WHERE id = $1 AND status IN ('assigned', 'started', 'paused') \
                 AND (lease_expires_at IS NULL OR lease_expires_at > $3) RETURNING lease_expires_at"
            }
            Self::Postgres => {
                "UPDATE task_assignments SET lease_expires_at = CASE WHEN agent_id IS NULL THEN NULL \
                 ELSE GREATEST(lease_expires_at, clock_timestamp() + make_interval(secs => $2::double precision)) END, \
                 heartbeat_at = clock_timestamp(), updated_at = $3 \
                 WHERE id = $1 AND status || '' IN ('assigned', 'started', 'paused') \
                 AND (lease_expires_at IS NULL OR lease_expires_at > clock_timestamp()) RETURNING lease_expires_at"
            }
        }
    }

    /// Open assignments whose lease has run out, oldest first (`$1` now by the app, `$2` project or NULL, `$3` limit).
    ///
    /// The items are locked, skipping those that another process works on; whoever holds the lock decides.
    pub fn due_leases(self) -> &'static str {
        match self {
            Self::Sqlite => {
                "SELECT a.id FROM task_assignments a INDEXED BY ix_task_assignments_lease \
                 JOIN work_items w ON w.id = a.work_item_id \
                 WHERE a.status IN ('assigned', 'started', 'paused') AND a.lease_expires_at <= $1 \
                 AND ($2 IS NULL OR w.project_id = $2) ORDER BY a.lease_expires_at LIMIT $3"
            }
            Self::Postgres => {
                "SELECT a.id FROM task_assignments a JOIN work_items w ON w.id = a.work_item_id \
                 WHERE a.status IN ('assigned', 'started', 'paused') AND a.lease_expires_at <= (SELECT clock_timestamp()) \
                 AND ($2::uuid IS NULL OR w.project_id = $2) \
                 ORDER BY a.lease_expires_at LIMIT $3 FOR UPDATE OF w SKIP LOCKED"
            }
        }
    }

    /// Items whose backoff is over, oldest first (`$1` now by the app, `$2` project or NULL, `$3` limit).
    pub fn due_backoffs(self) -> &'static str {
        match self {
            Self::Sqlite => {
                "SELECT w.* FROM work_items w INDEXED BY ix_work_items_available_at \
                 WHERE w.available_at IS NOT NULL AND w.available_at <= $1 AND ($2 IS NULL OR w.project_id = $2) \
                 ORDER BY w.available_at LIMIT $3"
            }
            Self::Postgres => {
                "SELECT w.* FROM work_items w WHERE w.available_at IS NOT NULL \
                 AND w.available_at <= (SELECT clock_timestamp()) AND ($2::uuid IS NULL OR w.project_id = $2) \
                 ORDER BY w.available_at LIMIT $3 FOR UPDATE OF w SKIP LOCKED"
            }
        }
    }

    /// Whether claims run beside each other, so that one may find the heads of the queue locked by others, and claim in
    /// one statement. SQLite has one writer, and a SELECT with three writes is faster there.
    pub fn claims_race(self) -> bool {
        self == Self::Postgres
    }

    /// What [`Dialect::due_leases`] would find: the item's key, and whether its attempts are spent.
    pub fn list_due_leases(self) -> &'static str {
        match self {
            Self::Sqlite => {
                "SELECT w.key AS key, (a.started_at IS NOT NULL AND w.attempt_count >= w.max_attempts) AS spent \
                 FROM task_assignments a INDEXED BY ix_task_assignments_lease \
                 JOIN work_items w ON w.id = a.work_item_id \
                 WHERE a.status IN ('assigned', 'started', 'paused') AND a.lease_expires_at <= $1 \
                 AND ($2 IS NULL OR w.project_id = $2) ORDER BY a.lease_expires_at LIMIT $3"
            }
            Self::Postgres => {
                "SELECT w.key AS key, (a.started_at IS NOT NULL AND w.attempt_count >= w.max_attempts) AS spent \
                 FROM task_assignments a JOIN work_items w ON w.id = a.work_item_id \
                 WHERE a.status IN ('assigned', 'started', 'paused') AND a.lease_expires_at <= (SELECT clock_timestamp()) \
                 AND ($2::uuid IS NULL OR w.project_id = $2) ORDER BY a.lease_expires_at LIMIT $3"
            }
        }
    }

    /// What [`Dialect::due_backoffs`] would find: the item's key.
    pub fn list_due_backoffs(self) -> &'static str {
        match self {
            Self::Sqlite => {
                "SELECT w.key AS key FROM work_items w INDEXED BY ix_work_items_available_at \
                 WHERE w.available_at IS NOT NULL AND w.available_at <= $1 AND ($2 IS NULL OR w.project_id = $2) \
                 ORDER BY w.available_at LIMIT $3"
            }
            Self::Postgres => {
                "SELECT w.key AS key FROM work_items w WHERE w.available_at IS NOT NULL \
                 AND w.available_at <= (SELECT clock_timestamp()) AND ($2::uuid IS NULL OR w.project_id = $2) \
                 ORDER BY w.available_at LIMIT $3"
            }
        }
    }

    /// Why an agent found nothing: counts that stop at 1,000 (`$1` agent, `$2` project or NULL).
    pub fn hidden_work(self) -> String {
        let project = match self {
            Self::Sqlite => "($2 IS NULL OR w.project_id = $2)",
            Self::Postgres => "($2::uuid IS NULL OR w.project_id = $2)",
        };
        let count = |name: &str, from: &str| format!("(SELECT count(*) FROM (SELECT 1 {from} LIMIT 1000) c) AS {name}");
        let parts = [
            count(
                "waiting",
                "FROM task_assignments a WHERE a.agent_id = $1 AND a.status = 'assigned' \
                 AND a.status IN ('assigned', 'started', 'paused')",
            ),
            count("ready", &format!("FROM work_items w WHERE {READY} AND {project}")),
            count("backoff", &format!("FROM work_items w WHERE w.available_at IS NOT NULL AND {project}")),
            count(
                "unmet",
                &format!(
                    "FROM work_items w WHERE w.delegation_status = 'unassigned' AND w.unmet_prerequisites > 0 AND {project}"
                ),
            ),
        ];
        format!("SELECT {}", parts.join(", "))
    }
}
