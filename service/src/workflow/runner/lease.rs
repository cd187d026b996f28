//! Taking a run, keeping it by heartbeats, and giving it back.

use std::time::Duration;

use callboard_entity::{WorkflowRunStatus as Status, workflow_runs as runs};
use chrono::TimeDelta;
use sea_orm::{EntityTrait, QuerySelect};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::actor::Actor;
use crate::board::Callboard;
use crate::clock::micros;
use crate::db::{Tx, Verb};
use crate::error::{Conflict, Error, Result};
use crate::workflow::journal::{Journal, extend, refused_run};
use crate::workflow::state::RunEvent;

/// Who is to drive a run, and for how long without a sign of life.
#[derive(Clone, Debug)]
pub(super) struct Runner {
    pub name: String,
    pub lease: TimeDelta,
}

/// Makes a runner the one that drives a run: from now on writes of any other are refused.
#[derive(Clone, Debug)]
pub(super) struct Take {
    pub run: Uuid,
    pub by: Runner,
}

/// A run that was taken, or that has ended.
#[derive(Clone, Debug)]
pub(super) enum Taken {
    Driven { run: runs::Model, again: bool },
    Ended(runs::Model),
}

impl Verb for Take {
    type Output = Taken;

    async fn apply(&self, tx: &Tx) -> Result<Taken> {
        self.by.take(Journal::open(tx, self.run).await?).await
    }
}

impl Runner {
    pub(super) async fn take(&self, mut journal: Journal<'_>) -> Result<Taken> {
        let tx = journal.tx;
        let now = tx.dialect.read_lease_now(&tx.conn, tx.now).await?;
        let again = journal.run.started_at.is_some();
        match journal.run.status {
            Status::Completed | Status::Cancelled => return Ok(Taken::Ended(journal.run)),
            Status::Failed | Status::Paused => return Err(refused_run(&journal.run, RunEvent::Start)),
            Status::Pending => journal.move_run(RunEvent::Start, None)?,
            Status::Running => {
                if let (Some(runner), Some(until)) = (&journal.run.runner_id, journal.run.lease_expires_at)
                    && until > now
                {
                    let (run, runner) = (journal.run.workflow_id.clone(), runner.clone());
                    return Err(Conflict::RunHeld { run, runner, until }.into());
                }
            }
        }
        let interrupted = journal.run.runner_id.take().map(|runner| format!("the lease of runner {runner} ran out"));
        journal.run.runner_id = Some(self.name.clone());
        journal.run.run_epoch += 1;
        journal.run.lease_expires_at = Some(micros(now + self.lease));
        journal.note("taken", None, interrupted.as_deref(), None);
        Ok(Taken::Driven { run: journal.close().await?, again })
    }
}

/// Lets the runner's own writes through while the run is its own.
///
/// A paused run may still be told how the step ended that was under way; nothing new begins.
///
/// # Errors
/// `RunLost` where another runner took it or it ended; `Suspended` where it is paused and something new is to begin.
pub(super) fn fence(run: &runs::Model, epoch: i64, ending: bool) -> Result<()> {
    let lost = |why: String| Err(Error::RunLost { run: run.workflow_id.clone(), why });
    match run.status {
        _ if run.run_epoch != epoch => {
            let by = run.runner_id.as_deref().map(|runner| format!(" by runner {runner}")).unwrap_or_default();
            lost(format!("it was taken{by} (epoch {}, not {epoch})", run.run_epoch))
        }
        Status::Running => Ok(()),
        Status::Paused if ending => Ok(()),
        Status::Paused => Err(Error::Suspended { run: run.workflow_id.clone(), why: "it is paused".to_owned() }),
        ended => lost(format!("it is {}", ended.as_str())),
    }
}

/// Gives the run back, so that any process may take it at once.
pub(super) struct Release {
    pub run: Uuid,
    pub epoch: i64,
    pub why: &'static str,
}

impl Verb for Release {
    type Output = runs::Model;

    async fn apply(&self, tx: &Tx) -> Result<runs::Model> {
        let mut journal = Journal::open(tx, self.run).await?;
        if journal.run.run_epoch != self.epoch || journal.run.runner_id.is_none() {
            return Ok(journal.run);
        }
        journal.note("released", None, Some(self.why), None);
        journal.unhand();
        journal.close().await
    }
}

/// What the heartbeat knows of the run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Pulse {
    Beating,
    /// Another process paused it.
    Paused,
    /// It is this runner's no longer.
    Lost(String),
}

struct Beat {
    run: Uuid,
    epoch: i64,
    lease: TimeDelta,
}

impl Verb for Beat {
    type Output = Pulse;

    async fn apply(&self, tx: &Tx) -> Result<Pulse> {
        let run = runs::Entity::find_by_id(self.run).lock_exclusive().one(&tx.conn).await?;
        let run = run.ok_or_else(|| Error::not_found("workflow run", self.run.to_string()))?;
        if run.status == Status::Failed && run.run_epoch == self.epoch {
            // One of its steps did that; the others that are under way are let end, and kept.
            return Ok(Pulse::Beating);
        }
        match fence(&run, self.epoch, false) {
            Ok(()) => {}
            Err(Error::Suspended { .. }) => return Ok(Pulse::Paused),
            Err(Error::RunLost { why, .. }) => return Ok(Pulse::Lost(why)),
            Err(other) => return Err(other),
        }
        if run.runner_id.is_some() {
            let now = tx.dialect.read_lease_now(&tx.conn, tx.now).await?;
            extend(tx, &run, micros(now + self.lease)).await?;
        }
        Ok(Pulse::Beating)
    }
}

/// A task that extends the lease until it is dropped.
#[derive(Debug)]
pub(super) struct Heart {
    pulse: watch::Receiver<Pulse>,
    task: JoinHandle<()>,
}

impl Heart {
    pub fn start(board: Callboard, run: Uuid, epoch: i64, lease: TimeDelta) -> Self {
        let (send, pulse) = watch::channel(Pulse::Beating);
        let every = lease.to_std().unwrap_or(Duration::from_secs(1)) / 3;
        let task = tokio::spawn(async move {
            loop {
                tokio::time::sleep(every).await;
                match board.run(Actor::SYSTEM, &Beat { run, epoch, lease }).await {
                    Ok(pulse) => {
                        let lost = matches!(pulse, Pulse::Lost(_));
                        send.send_if_modified(|old| {
                            let new = *old != pulse;
                            *old = pulse;
                            new
                        });
                        if lost {
                            return;
                        }
                    }
                    // The epoch guards what is written; a database that is away for a moment loses nothing.
                    Err(error) => tracing::warn!(%error, %run, "the heartbeat of a run failed"),
                }
            }
        });
        Self { pulse, task }
    }

    pub fn pulse(&self) -> watch::Receiver<Pulse> {
        self.pulse.clone()
    }
}

impl Drop for Heart {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Ends when the run is lost; never while it is this runner's.
pub(super) async fn lost(mut pulse: watch::Receiver<Pulse>) -> String {
    loop {
        if let Pulse::Lost(why) = &*pulse.borrow_and_update() {
            return why.clone();
        }
        if pulse.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
