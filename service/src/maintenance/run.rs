//! A run of the maintenance: begun, advanced in portions, each in one transaction with its progress, and finished.

use callboard_entity::{MaintenanceOperationExecutionStatus as Status, maintenance_operations as operations};
use chrono::TimeDelta;
use sea_orm::sea_query::{LockBehavior, LockType};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::begin::Begin;
use super::report::{Finding, Results};
use super::request::{Request, Within};
use crate::actor::Actor;
use crate::board::Callboard;
use crate::clock::{Timestamp, micros};
use crate::db::{Tx, Verb, changed};
use crate::error::{Error, Result};

/// How long a run may be silent before it is taken for killed. A portion takes far less.
const LEASE: TimeDelta = TimeDelta::minutes(2);
/// The most killed runs that are marked at once.
pub(super) const MARKED: u64 = 100;

/// What one portion of a run brought, for those who wait.
#[derive(Clone, Copy, Debug)]
pub struct Brought<'a> {
    /// What it found and did, row by row.
    pub findings: &'a [Finding],
    /// Numbers of the summary, such as how many rows were looked at.
    pub counts: &'a [(&'static str, i64)],
}

/// Sees what each portion brought as it comes.
pub type Watch<'a> = &'a (dyn Fn(Brought<'_>) + Send + Sync);

/// A command of the maintenance: many transactions, each with its progress, and a row that tells of the whole.
pub trait Maintenance: Sync {
    /// Does it. Callers use [`Callboard::maintain`].
    fn carry_out(
        &self,
        board: &Callboard,
        actor: Actor,
        watch: Watch<'_>,
    ) -> impl Future<Output = Result<Maintained>> + Send;
}

impl Callboard {
    /// Runs a command of the maintenance. What it finds is handed to `watch` portion by portion, and told at the end.
    ///
    /// # Errors
    /// What keeps the run from beginning. What stops it later is in [`Maintained::refused`], beside what was done by then.
    pub async fn maintain<M: Maintenance>(&self, actor: Actor, what: &M, watch: Watch<'_>) -> Result<Maintained> {
        what.carry_out(self, actor, watch).await
    }
}

/// One bounded portion after the other, each in a transaction of its own.
///
/// A portion that is tried again (a lost race) begins at the same cursor: whatever else it goes by must not change.
pub(crate) trait Batch: Sync {
    /// Does the portion at `cursor`; none is the first. In a dry run what it writes is taken back.
    fn portion(&self, tx: &Tx, cursor: Option<&Value>) -> impl Future<Output = Result<Portion>> + Send;
}

/// What a portion found and did.
#[derive(Clone, Debug, Default)]
pub(crate) struct Portion {
    pub findings: Vec<Finding>,
    /// Numbers for the summary, which add up: `looked_at`, ...
    pub counts: Vec<(&'static str, i64)>,
    /// Where the next one begins; none where there is no more.
    pub next: Option<Value>,
}

impl Portion {
    /// What of it is told.
    pub fn brought(&self) -> Brought<'_> {
        Brought { findings: &self.findings, counts: &self.counts }
    }
}

/// What became of a run.
#[derive(Debug, Serialize, Deserialize)]
pub struct Maintained {
    /// Its row, with the first of the findings.
    pub operation: operations::Model,
    /// All findings of this process.
    pub findings: Vec<Finding>,
    /// Why the run did not come to its end; what is told until then was done.
    #[serde(skip)]
    pub refused: Option<Error>,
}

/// A run that this process has begun.
#[derive(Debug)]
pub(crate) struct Run<'b> {
    board: &'b Callboard,
    actor: Actor,
    row: operations::Model,
    results: Results,
    within: Within,
    findings: Vec<Finding>,
    lease: TimeDelta,
}

impl<'b> Run<'b> {
    /// Writes down that the run begins, or goes on; killed ones of before are marked failed first.
    ///
    /// # Errors
    /// What [`Request::within`] refuses; `NotFound`, `Transition` and `Invalid` for a run that cannot be resumed so.
    pub async fn begin(board: &'b Callboard, actor: Actor, request: &Request) -> Result<Run<'b>> {
        Self::begin_pausing(board, actor, request, TimeDelta::zero()).await
    }

    /// As [`Run::begin`], of a run that pauses between its portions, for as long as this at most.
    ///
    /// # Errors
    /// As [`Run::begin`].
    pub async fn begin_pausing(
        board: &'b Callboard,
        actor: Actor,
        request: &Request,
        pause: TimeDelta,
    ) -> Result<Run<'b>> {
        let lease = LEASE + pause;
        let (row, within) = board.run(actor, &Begin { request, lease }).await?;
        let results = results_of(&row)?;
        Ok(Self { board, actor, row, results, within, findings: Vec::new(), lease })
    }

    /// What the request means on this board.
    pub fn within(&self) -> &Within {
        &self.within
    }

    /// The run's row as this process wrote it last.
    pub fn row(&self) -> &operations::Model {
        &self.row
    }

    /// Does the next portion, and writes down how far the run is, in one transaction.
    ///
    /// # Errors
    /// What the portion refuses; `RunLost` where the run was marked failed meanwhile, or another process resumed it.
    pub async fn advance<B: Batch>(&mut self, batch: &B) -> Result<Portion> {
        let step = Step { row: &self.row, results: &self.results, batch, lease: self.lease };
        let (row, results, portion) = self.board.run(self.actor, &step).await?;
        (self.row, self.results) = (row, results);
        Ok(portion)
    }

    /// Writes down what was found and done outside of the run's own portions.
    ///
    /// # Errors
    /// As [`Run::advance`].
    pub async fn record(&mut self, portion: Portion) -> Result<()> {
        self.advance(&Told(portion)).await.map(|_| ())
    }

    /// Keeps findings for the end.
    pub fn keep(&mut self, findings: Vec<Finding>) {
        self.findings.extend(findings);
    }

    /// Advances to the end and finishes. A refusal on the way marks the run failed, and what was done until then is told.
    ///
    /// # Errors
    /// The database's, where not even the end can be written.
    pub async fn complete<B: Batch>(mut self, batch: &B, watch: Watch<'_>) -> Result<Maintained> {
        loop {
            match self.advance(batch).await {
                Ok(portion) => {
                    watch(portion.brought());
                    let more = portion.next.is_some();
                    self.findings.extend(portion.findings);
                    if !more {
                        return self.finish().await;
                    }
                }
                Err(error) => return self.fail(error).await,
            }
        }
    }

    /// Writes down that the run is complete.
    ///
    /// # Errors
    /// `RunLost`, as [`Run::advance`]; it is in [`Maintained::refused`] then.
    pub async fn finish(self) -> Result<Maintained> {
        let end = End { row: &self.row, error: None };
        match self.board.run(self.actor, &end).await {
            Ok(operation) => Ok(Maintained { operation, findings: self.findings, refused: None }),
            Err(error) => Ok(Maintained { operation: self.row, findings: self.findings, refused: Some(error) }),
        }
    }

    /// Writes down why the run did not come to its end.
    ///
    /// # Errors
    /// None of its own: a run that cannot be marked is found by its lease.
    pub async fn fail(self, error: Error) -> Result<Maintained> {
        let end = End { row: &self.row, error: Some(error.to_string()) };
        let operation = match self.board.run(self.actor, &end).await {
            Ok(operation) => operation,
            Err(second) => {
                tracing::warn!(%second, operation = %self.row.id, "a failed run could not be marked");
                self.row
            }
        };
        Ok(Maintained { operation, findings: self.findings, refused: Some(error) })
    }
}

fn results_of(row: &operations::Model) -> Result<Results> {
    let Some(results) = &row.results else { return Ok(Results::default()) };
    serde_json::from_value(results.clone()).map_err(|e| Error::Stored {
        what: format!("results of the maintenance operation {}", row.id),
        why: e.to_string(),
    })
}

/// A portion, and how far the run is after it.
struct Step<'a, B> {
    row: &'a operations::Model,
    results: &'a Results,
    batch: &'a B,
    lease: TimeDelta,
}

impl<B: Batch> Verb for Step<'_, B> {
    type Output = (operations::Model, Results, Portion);

    async fn apply(&self, tx: &Tx) -> Result<Self::Output> {
        let before = own(tx, self.row).await?;
        let part = Part { batch: self.batch, cursor: before.cursor.as_ref() };
        let portion = if before.dry_run { tx.rehearse(&part).await? } else { part.apply(tx).await? };
        let mut results = self.results.clone();
        results.count(&portion.counts);
        results.add(&portion.findings);
        let mut after = before.clone();
        after.lease_expires_at = Some(lease(tx, self.lease).await?);
        after.cursor.clone_from(&portion.next);
        after.results = Some(stored(&results)?);
        Ok((write(tx, &before, after).await?, results, portion))
    }
}

/// A portion as a verb, so that it can be taken back.
struct Part<'a, B> {
    batch: &'a B,
    cursor: Option<&'a Value>,
}

impl<B: Batch> Verb for Part<'_, B> {
    type Output = Portion;

    async fn apply(&self, tx: &Tx) -> Result<Portion> {
        self.batch.portion(tx, self.cursor).await
    }
}

/// What was done already.
struct Told(Portion);

impl Batch for Told {
    async fn portion(&self, _tx: &Tx, _cursor: Option<&Value>) -> Result<Portion> {
        Ok(self.0.clone())
    }
}

/// The end of a run, in order or not.
struct End<'a> {
    row: &'a operations::Model,
    error: Option<String>,
}

impl Verb for End<'_> {
    type Output = operations::Model;

    async fn apply(&self, tx: &Tx) -> Result<operations::Model> {
        let before = own(tx, self.row).await?;
        let mut after = before.clone();
        after.execution_status = if self.error.is_some() { Status::Failed } else { Status::Completed };
        after.error.clone_from(&self.error);
        after.lease_expires_at = None;
        if self.error.is_none() {
            after.cursor = None;
            after.results = Some(stored(&results_of(&before)?)?);
        }
        after.completed_at = Some(tx.now);
        write(tx, &before, after).await
    }
}

/// Marks runs failed whose process was killed: their lease ran out. Gives their ids.
///
/// Several processes may do this at once: each takes what the others have not locked.
pub(crate) async fn mark_killed(tx: &Tx) -> Result<Vec<Uuid>> {
    let now = tx.dialect.read_lease_now(&tx.conn, tx.now).await?;
    let killed = operations::Entity::find()
        .filter(operations::Column::ExecutionStatus.is_in([Status::Pending, Status::Running]))
        .filter(operations::Column::LeaseExpiresAt.lte(now))
        .order_by_asc(operations::Column::Id)
        .limit(MARKED)
        .lock_with_behavior(LockType::NoKeyUpdate, LockBehavior::SkipLocked)
        .all(&tx.conn)
        .await?;
    let mut ids = Vec::with_capacity(killed.len());
    for before in killed {
        let ran_out = before.lease_expires_at.map(|at| at.to_rfc3339()).unwrap_or_default();
        let mut after = before.clone();
        after.execution_status = Status::Failed;
        after.error = Some(format!("its process ended without finishing it: the lease ran out at {ran_out}"));
        after.lease_expires_at = None;
        after.completed_at = Some(tx.now);
        write(tx, &before, after).await?;
        ids.push(before.id);
    }
    Ok(ids)
}

/// The run's row, locked, as long as it is this process's: each portion leaves a lease by which the next one knows it.
async fn own(tx: &Tx, last: &operations::Model) -> Result<operations::Model> {
    let row = lock(tx, last.id).await?;
    let why = match row.execution_status {
        Status::Running if row.lease_expires_at == last.lease_expires_at => return Ok(row),
        Status::Running => "another process has resumed it".to_owned(),
        ended => format!("it is {}{}", ended.as_str(), row.error.map(|e| format!(" ({e})")).unwrap_or_default()),
    };
    Err(Error::RunLost { run: format!("maintenance operation {}", last.id), why })
}

pub(super) async fn lock(tx: &Tx, id: Uuid) -> Result<operations::Model> {
    let row = operations::Entity::find_by_id(id).lock(LockType::NoKeyUpdate).one(&tx.conn).await?;
    row.ok_or_else(|| Error::not_found("maintenance operation", id.to_string()))
}

pub(super) async fn write(
    tx: &Tx,
    before: &operations::Model,
    mut after: operations::Model,
) -> Result<operations::Model> {
    after.updated_at = tx.now;
    operations::Entity::update_many()
        .set(changed::<_, operations::ActiveModel>(before, &after))
        .filter(operations::Column::Id.eq(before.id))
        .exec(&tx.conn)
        .await?;
    Ok(after)
}

pub(super) async fn lease(tx: &Tx, length: TimeDelta) -> Result<Timestamp> {
    Ok(micros(tx.dialect.read_lease_now(&tx.conn, tx.now).await? + length))
}

fn stored(results: &Results) -> Result<Value> {
    serde_json::to_value(results)
        .map_err(|e| Error::Stored { what: "results of a maintenance operation".to_owned(), why: e.to_string() })
}
