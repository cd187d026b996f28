//! The steps of a sweep, each bounded and safe in several processes at once.

use callboard_entity::{
    MaintenanceOperationExecutionStatus as Status, board_projects as projects, maintenance_operations as operations,
    project_health_metrics as metrics,
};
use chrono::TimeDelta;
use sea_orm::sea_query::{LockBehavior, LockType};
use sea_orm::{ColumnTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::report::{Finding, Severity};
use super::run;
use crate::archive;
use crate::assignment::reap;
use crate::checkpoint;
use crate::clock::Timestamp;
use crate::db::{Tx, forget_answers};
use crate::error::Result;
use crate::session;
use crate::setting;
use crate::workflow::context;

/// What a step did.
#[derive(Clone, Debug, Default)]
pub(super) struct Done {
    pub findings: Vec<Finding>,
    /// There may be more of it.
    pub more: bool,
}

/// One kind of what time alone asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    KilledRuns,
    Deadlines,
    Sessions,
    Archives,
    Checkpoints,
    Answers,
    Values,
    Metrics,
    Runs,
}

impl Step {
    /// In the order in which they are done.
    pub const ALL: &'static [Self] = &[
        Self::KilledRuns,
        Self::Deadlines,
        Self::Sessions,
        Self::Archives,
        Self::Checkpoints,
        Self::Answers,
        Self::Values,
        Self::Metrics,
        Self::Runs,
    ];

    /// The name of its number in the summary.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::KilledRuns => "killed_runs",
            Self::Deadlines => "deadlines",
            Self::Sessions => "dead_sessions",
            Self::Archives => "expired_archives",
            Self::Checkpoints => "old_checkpoints",
            Self::Answers => "expired_answers",
            Self::Values => "expired_values",
            Self::Metrics => "old_metrics",
            Self::Runs => "old_runs",
        }
    }

    /// Does up to `limit` of it, in a project or on the whole board.
    pub async fn run(self, tx: &Tx, project: Option<Uuid>, limit: u64) -> Result<Done> {
        // Expiry is judged by the clock that leases are judged by.
        let now = tx.dialect.read_lease_now(&tx.conn, tx.now).await?;
        match self {
            Self::KilledRuns => killed(tx).await,
            Self::Deadlines => deadlines(tx, project, limit).await,
            Self::Sessions => sessions(tx, project, limit).await,
            Self::Archives => {
                let gone = archive::purge_expired(tx, project, now, limit).await?;
                let told = gone.iter().map(|(key, at)| {
                    let detail = format!("was kept until {}", at.to_rfc3339());
                    Finding::reported("archive_expired", key, Severity::Low, detail).changed("purge")
                });
                Ok(Done { findings: told.collect(), more: gone.len() as u64 == limit })
            }
            Self::Checkpoints => checkpoints(tx, project, limit).await,
            Self::Answers => {
                let gone = forget_answers(tx, now, limit).await?;
                let told = gone.iter().map(|(verb, key)| {
                    let detail = format!("the answer of {verb} is no longer kept");
                    Finding::reported("answer_expired", key, Severity::Low, detail).changed("remove")
                });
                Ok(Done { findings: told.collect(), more: gone.len() as u64 == limit })
            }
            Self::Values => {
                let gone = context::forget_values(tx, now, limit).await?;
                let told = gone.iter().map(|name| {
                    Finding::reported("value_expired", name, Severity::Low, "its time is over").changed("remove")
                });
                Ok(Done { findings: told.collect(), more: gone.len() as u64 == limit })
            }
            Self::Metrics => old(tx, project, limit, Table::Metrics).await,
            Self::Runs => old(tx, project, limit, Table::Runs).await,
        }
    }
}

async fn killed(tx: &Tx) -> Result<Done> {
    let marked = run::mark_killed(tx).await?;
    let told = marked.iter().map(|id| {
        let detail = "its process ended without finishing it";
        Finding::reported("killed_run", &id.to_string(), Severity::High, detail).changed("mark")
    });
    Ok(Done { findings: told.collect(), more: marked.len() as u64 == run::MARKED })
}

async fn deadlines(tx: &Tx, project: Option<Uuid>, limit: u64) -> Result<Done> {
    let at_once = u32::try_from(limit).unwrap_or(u32::MAX);
    let reaped = reap::reap(tx, project, at_once).await?;
    let full = |n: usize| n as u64 >= limit;
    let more = full(reaped.expired.len()) || full(reaped.released.len()) || full(reaped.timed_out.len());
    let mut findings = Vec::new();
    for (assignment, item) in &reaped.expired {
        let ran_out = assignment.lease_expires_at.map(|at| at.to_rfc3339()).unwrap_or_default();
        let (severity, dead) = match item.dead_at {
            Some(_) => (Severity::High, "; no attempt is left"),
            None => (Severity::Medium, ""),
        };
        let detail = format!("the lease ran out at {ran_out}{dead}");
        findings.push(Finding::reported("lease_expired", &item.key, severity, detail).changed("expire"));
    }
    for key in &reaped.timed_out {
        let detail = "the step of a workflow waited for it for too long";
        findings.push(Finding::reported("step_timed_out", key, Severity::Medium, detail).changed("cancel"));
    }
    for item in &reaped.released {
        findings
            .push(Finding::reported("backoff_over", &item.key, Severity::Low, "it is ready again").changed("release"));
    }
    for (what, why) in &reaped.unread {
        findings.push(Finding::reported("unreadable", what, Severity::High, "it cannot be taken back").missed(why));
    }
    Ok(Done { findings, more })
}

/// The projects that are swept, each with its settings; `None` stands for what is of no project.
async fn scopes(tx: &Tx, project: Option<Uuid>) -> Result<Vec<Option<Uuid>>> {
    if project.is_some() {
        return Ok(vec![project]);
    }
    let all = projects::Entity::find().select_only().column(projects::Column::Id).order_by_asc(projects::Column::Id);
    let ids: Vec<Uuid> = all.into_tuple().all(&tx.conn).await?;
    Ok(std::iter::once(None).chain(ids.into_iter().map(Some)).collect())
}

async fn sessions(tx: &Tx, project: Option<Uuid>, limit: u64) -> Result<Done> {
    let mut done = Done::default();
    for scope in scopes(tx, project).await? {
        let hours = setting::session_idle_hours(tx, scope).await?;
        let since = tx.now - TimeDelta::hours(hours);
        let left = limit.saturating_sub(done.findings.len() as u64);
        for key in session::abandon_idle(tx, scope, since, left).await? {
            let detail = format!("it gave no sign of life for {hours} hours");
            done.findings.push(Finding::reported("dead_session", &key, Severity::Medium, detail).changed("abandon"));
        }
    }
    done.more = done.findings.len() as u64 >= limit;
    Ok(done)
}

async fn checkpoints(tx: &Tx, project: Option<Uuid>, limit: u64) -> Result<Done> {
    let mut done = Done::default();
    for scope in scopes(tx, project).await?.into_iter().flatten() {
        let left = limit.saturating_sub(done.findings.len() as u64);
        for (key, gone) in checkpoint::prune_old(tx, scope, left).await? {
            let detail = format!("{gone} checkpoints are more than the project keeps");
            done.findings.push(Finding::reported("old_checkpoints", &key, Severity::Low, detail).changed("remove"));
        }
    }
    done.more = done.findings.len() as u64 >= limit;
    Ok(done)
}

/// What a project keeps for a number of days.
#[derive(Clone, Copy)]
enum Table {
    Metrics,
    Runs,
}

async fn old(tx: &Tx, project: Option<Uuid>, limit: u64, table: Table) -> Result<Done> {
    let mut done = Done::default();
    let mut left = limit;
    for scope in scopes(tx, project).await? {
        let days = setting::retention(tx, scope).await?;
        let (kind, days) = match table {
            Table::Metrics => ("old_metric", days.metrics()),
            Table::Runs => ("old_run", days.operations()),
        };
        let before = tx.now - TimeDelta::days(days);
        let gone = match table {
            Table::Metrics => remove_metrics(tx, scope, before, left).await?,
            Table::Runs => remove_runs(tx, scope, before, left).await?,
        };
        left = left.saturating_sub(gone.len() as u64);
        for (subject, at) in gone {
            let detail = format!("it is of {}, {days} days are kept", at.format("%Y-%m-%d"));
            done.findings.push(Finding::reported(kind, &subject, Severity::Low, detail).changed("remove"));
        }
    }
    done.more = left == 0;
    Ok(done)
}

async fn remove_metrics(
    tx: &Tx,
    project: Option<Uuid>,
    before: Timestamp,
    limit: u64,
) -> Result<Vec<(String, Timestamp)>> {
    // Every metric is of a project.
    let Some(project) = project else { return Ok(Vec::new()) };
    let found: Vec<(Uuid, String, Timestamp)> = metrics::Entity::find()
        .select_only()
        .columns([metrics::Column::Id, metrics::Column::MetricType, metrics::Column::MeasuredAt])
        .filter(tx.dialect.not_found_by(metrics::Column::ProjectId).eq(project))
        .filter(metrics::Column::MeasuredAt.lt(before))
        .order_by_asc(metrics::Column::MeasuredAt)
        .order_by_asc(metrics::Column::Id)
        .limit(limit)
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .into_tuple()
        .all(&tx.conn)
        .await?;
    let ids = found.iter().map(|(id, ..)| *id);
    metrics::Entity::delete_many().filter(metrics::Column::Id.is_in(ids)).exec(&tx.conn).await?;
    Ok(found.into_iter().map(|(_, kind, at)| (kind, at)).collect())
}

async fn remove_runs(
    tx: &Tx,
    project: Option<Uuid>,
    before: Timestamp,
    limit: u64,
) -> Result<Vec<(String, Timestamp)>> {
    let of = match project {
        Some(project) => operations::Column::ProjectId.eq(project),
        None => operations::Column::ProjectId.is_null(),
    };
    let found: Vec<(Uuid, Timestamp)> = operations::Entity::find()
        .select_only()
        .columns([operations::Column::Id, operations::Column::CreatedAt])
        .filter(of)
        .filter(operations::Column::ExecutionStatus.is_in([Status::Completed, Status::Failed]))
        .filter(operations::Column::CompletedAt.lt(before))
        .order_by_asc(operations::Column::Id)
        .limit(limit)
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .into_tuple()
        .all(&tx.conn)
        .await?;
    let ids = found.iter().map(|(id, _)| *id);
    operations::Entity::delete_many().filter(operations::Column::Id.is_in(ids)).exec(&tx.conn).await?;
    Ok(found.into_iter().map(|(id, at)| (id.to_string(), at)).collect())
}
