//! The aggregates over a project's rows, by metric.

use std::collections::HashMap;

use callboard_entity::work_items;
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, PaginatorTrait, QueryResult, Value as Bound};
use uuid::Uuid;

use super::measure::Value;
use super::metric::{RECENT_DAYS, TIMES_DAYS};
use crate::clock::Timestamp;
use crate::db::Tx;
use crate::error::Result;
use crate::id::Ref;
use crate::item::{ListItems, filter};
use crate::maintenance::stale::{self, Thresholds};

/// Open assignments that are looked at in one statement.
const PAGE: u64 = 1000;

/// The values of a project's metrics, by name: a fixed number of statements, and one for each 1,000 assignments
/// that are open.
pub(super) async fn values(tx: &Tx, project: Uuid) -> Result<HashMap<&'static str, Value>> {
    let mut values = HashMap::new();
    items(tx, project, &mut values).await?;
    times(tx, project, &mut values).await?;
    assignments(tx, project, &mut values).await?;
    files(tx, project, &mut values).await?;
    decisions(tx, project, &mut values).await?;
    values.insert("stale_items", count(stale(tx, project).await?));
    let stuck = ListItems { project: Some(Ref::Id(project)), stuck: true, ..ListItems::default() };
    let stuck = filter::apply(tx, work_items::Entity::find(), &stuck).await?.count(&tx.conn).await?;
    values.insert("stuck_items", count(stuck));
    Ok(values)
}

/// A number of things; each of them is behind it.
fn count(found: u64) -> Value {
    Value { value: rounded(of(found)), of: found }
}

/// A part of a whole; 0 of nothing.
fn ratio(part: u64, whole: u64) -> Value {
    let value = if whole == 0 { 0.0 } else { rounded(of(part) / of(whole)) };
    Value { value, of: whole }
}

fn hours(millis: i64, of: u64) -> Value {
    Value { value: rounded(precise(millis) / 3_600_000.0), of }
}

/// To four decimals, so that both databases give the same.
fn rounded(value: f64) -> f64 {
    (value * 10_000.0).round() / 10_000.0
}

#[allow(clippy::cast_precision_loss, reason = "numbers of rows stay far below 2^52")]
fn of(found: u64) -> f64 {
    found as f64
}

#[allow(clippy::cast_precision_loss, reason = "milliseconds of many centuries stay below 2^52")]
fn precise(millis: i64) -> f64 {
    millis as f64
}

async fn row(tx: &Tx, sql: &str, bound: impl IntoIterator<Item = Bound>) -> Result<Row> {
    let found = tx.conn.query_one_raw(tx.dialect.statement(sql, bound)).await?;
    Ok(Row(found))
}

/// The row of an aggregate.
struct Row(Option<QueryResult>);

impl Row {
    fn count(&self, column: &str) -> Result<u64> {
        Ok(self.whole(column)?.unwrap_or(0).unsigned_abs())
    }

    fn whole(&self, column: &str) -> Result<Option<i64>> {
        match &self.0 {
            Some(row) => Ok(row.try_get("", column)?),
            None => Ok(None),
        }
    }
}

fn days_ago(tx: &Tx, days: i64) -> Timestamp {
    tx.now - chrono::TimeDelta::days(days)
}

async fn items(tx: &Tx, project: Uuid, values: &mut HashMap<&'static str, Value>) -> Result<()> {
    let open = "status NOT IN ('done', 'cancelled')";
    let sql = format!(
        "SELECT count(CASE WHEN status <> 'cancelled' THEN 1 END) AS counted, \
         count(CASE WHEN status = 'done' THEN 1 END) AS done, \
         count(CASE WHEN status = 'done' AND completed_at >= $3 THEN 1 END) AS recent, \
         count(CASE WHEN {open} THEN 1 END) AS unfinished, \
         count(CASE WHEN {open} AND created_at < $3 THEN 1 END) AS old, \
         count(CASE WHEN {open} AND (status = 'blocked' OR delegation_status = 'blocked') THEN 1 END) AS blocked, \
         count(CASE WHEN {open} AND due_at < $2 THEN 1 END) AS overdue, \
         count(CASE WHEN dead_at IS NOT NULL THEN 1 END) AS dead, \
         count(CASE WHEN status = 'review' THEN 1 END) AS reviews, \
         min(CASE WHEN status = 'review' THEN {since} END) AS review_since \
         FROM work_items WHERE project_id = $1 AND archived_at IS NULL",
        since = tx.dialect.millis("coalesce(last_activity_at, updated_at)"),
    );
    let row = row(tx, &sql, [project.into(), tx.now.into(), days_ago(tx, RECENT_DAYS).into()]).await?;
    let unfinished = row.count("unfinished")?;
    values.insert("completion_rate", ratio(row.count("done")?, row.count("counted")?));
    values.insert("throughput_7d", Value { of: row.count("old")?, ..count(row.count("recent")?) });
    values.insert("dead_letters", count(row.count("dead")?));
    values.insert("overdue", count(row.count("overdue")?));
    values.insert("blocked_ratio", ratio(row.count("blocked")?, unfinished));
    let waited = row.whole("review_since")?.map_or(0, |since| (tx.now.timestamp_millis() - since).max(0));
    values.insert("review_wait_max", hours(waited, row.count("reviews")?));
    Ok(())
}

/// The nearest rank: of 10 times, p50 is the fifth and p90 the ninth.
async fn times(tx: &Tx, project: Uuid, values: &mut HashMap<&'static str, Value>) -> Result<()> {
    let done = "FROM work_items w WHERE w.project_id = $1 AND w.archived_at IS NULL AND w.status = 'done' \
        AND w.completed_at >= $2";
    let ended = tx.dialect.millis("w.completed_at");
    let started = format!(
        "(SELECT min({}) FROM task_assignments a WHERE a.work_item_id = w.id AND a.started_at IS NOT NULL)",
        tx.dialect.millis("a.started_at")
    );
    let cycle = format!("SELECT {ended} - {started} AS took {done}");
    let lead = format!("SELECT {ended} - {} AS took {done}", tx.dialect.millis("w.created_at"));
    for (p50, p90, took) in [("cycle_time_p50", "cycle_time_p90", cycle), ("lead_time_p50", "lead_time_p90", lead)] {
        let ranked = format!(
            "SELECT took, row_number() OVER (ORDER BY took) AS place, count(*) OVER () AS n \
             FROM ({took}) AS times WHERE took IS NOT NULL"
        );
        let sql = format!(
            "SELECT max(n) AS n, max(CASE WHEN place = (n * 50 + 99) / 100 THEN took END) AS p50, \
             max(CASE WHEN place = (n * 90 + 99) / 100 THEN took END) AS p90 FROM ({ranked}) AS ranked"
        );
        let row = row(tx, &sql, [project.into(), days_ago(tx, TIMES_DAYS).into()]).await?;
        let n = row.count("n")?;
        values.insert(p50, hours(row.whole("p50")?.unwrap_or(0), n));
        values.insert(p90, hours(row.whole("p90")?.unwrap_or(0), n));
    }
    Ok(())
}

async fn assignments(tx: &Tx, project: Uuid, values: &mut HashMap<&'static str, Value>) -> Result<()> {
    let ended = row(
        tx,
        "SELECT count(*) AS ended, count(CASE WHEN a.status = 'expired' THEN 1 END) AS expired, \
         count(CASE WHEN a.status = 'failed' THEN 1 END) AS failed \
         FROM task_assignments a JOIN work_items w ON w.id = a.work_item_id \
         WHERE w.project_id = $1 AND w.archived_at IS NULL AND a.status IN ('completed', 'failed', 'expired') \
         AND a.completed_at >= $2",
        [project.into(), days_ago(tx, RECENT_DAYS).into()],
    )
    .await?;
    let (expired, failed) = (ended.count("expired")?, ended.count("failed")?);
    values.insert("lease_expiries", count(expired));
    values.insert("failure_rate", ratio(expired + failed, ended.count("ended")?));
    let lease_now = tx.dialect.read_lease_now(&tx.conn, tx.now).await?;
    let held = row(
        tx,
        "SELECT count(*) AS n FROM task_assignments a JOIN work_items w ON w.id = a.work_item_id \
         WHERE w.project_id = $1 AND w.archived_at IS NULL AND a.status IN ('assigned', 'started', 'paused') \
         AND a.lease_expires_at <= $2",
        [project.into(), lease_now.into()],
    )
    .await?;
    values.insert("expired_leases", count(held.count("n")?));
    Ok(())
}

/// By the one judgement that the clean-up has too; the open assignments are read a page at a time.
async fn stale(tx: &Tx, project: Uuid) -> Result<u64> {
    let items =
        Condition::all().add(work_items::Column::ProjectId.eq(project)).add(work_items::Column::ArchivedAt.is_null());
    let (mut found, mut after, mut thresholds) = (0, None, Thresholds::default());
    loop {
        let (stale, next, _) = stale::page(tx, items.clone(), &mut thresholds, after, PAGE).await?;
        found += stale.len() as u64;
        after = next;
        if after.is_none() {
            return Ok(found);
        }
    }
}

/// What was only read is no failure of the project's: others may change it.
async fn files(tx: &Tx, project: Uuid, values: &mut HashMap<&'static str, Value>) -> Result<()> {
    let failed = row(
        tx,
        "SELECT count(*) AS n FROM file_operations f JOIN work_items w ON w.id = f.work_item_id \
         WHERE w.project_id = $1 AND w.archived_at IS NULL AND f.operation <> 'read' \
         AND f.verification_status IN ('pending', 'partial', 'failed') AND f.verification_status = 'failed'",
        [project.into()],
    )
    .await?;
    values.insert("verification_failures", count(failed.count("n")?));
    Ok(())
}

async fn decisions(tx: &Tx, project: Uuid, values: &mut HashMap<&'static str, Value>) -> Result<()> {
    let words: Vec<String> =
        crate::decision::state::IN_FORCE.iter().map(|status| format!("'{}'", status.as_str())).collect();
    let sql = format!(
        "SELECT count(*) AS n FROM board_decisions WHERE project_id = $1 AND review_at <= $2 AND status IN ({})",
        words.join(", ")
    );
    let due = row(tx, &sql, [project.into(), tx.now.into()]).await?;
    values.insert("decisions_due", count(due.count("n")?));
    Ok(())
}
