//! The work on one database, which an interrupt ends as long as it can be rolled back.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use tokio::sync::watch;

use super::outcome::{Done, Outcome, Skip};
use super::preflight::{Change, refuse_links};
use crate::backup::{self, Careful, Reason};
use crate::error::Error;
use crate::runner::{self, DownGoal, Event, Goal, OnLoss, Options, Report};

#[derive(Debug)]
pub(super) struct Job {
    pub root: PathBuf,
    pub options: Options,
    pub change: Change,
    pub on_loss: OnLoss,
}

impl Job {
    /// Does it. When `stop` becomes true it is dropped, which rolls it back, unless its outcome is the database's
    /// already: then that is waited for.
    pub(super) async fn run(self, mut stop: watch::Receiver<bool>) -> Outcome {
        let decided = AtomicBool::new(false);
        let mut see = |event: &Event| {
            if matches!(event, Event::Committing | Event::Undoing { .. } | Event::Restoring { .. }) {
                decided.store(true, Ordering::SeqCst);
            }
        };
        let mut work = Box::pin(self.work(&mut see));
        let mut told = false;
        loop {
            tokio::select! {
                biased;
                outcome = &mut work => return outcome.unwrap_or_else(Outcome::Failed),
                () = becomes_true(&mut stop), if !told => {
                    if !decided.load(Ordering::SeqCst) {
                        return Outcome::Skipped(Skip::RolledBack);
                    }
                    told = true;
                }
            }
        }
    }

    async fn work(&self, see: &mut (dyn FnMut(&Event) + Send)) -> Result<Outcome, Error> {
        let since = Instant::now();
        // Someone may have put a link there since it was looked at.
        refuse_links(&self.root, &self.options)?;
        let mut done = match &self.change {
            Change::Up(seen) => {
                let goal = seen.to.clone().map_or(Goal::Latest, Goal::To);
                of_report(runner::up(&self.options, goal, see).await?)
            }
            Change::Down(seen) => {
                let goal = seen.to.clone().map_or(DownGoal::All, DownGoal::To);
                of_report(runner::down(&self.options, goal, self.on_loss, see).await?)
            }
            Change::Backup => {
                let taken = backup::take(&self.options, Reason::Asked, see).await?;
                let version = taken.manifest.schema_version;
                Outcome::Done(Done { from: version.clone(), to: version, backup: Some(taken.path), ..Done::default() })
            }
            Change::Restore(chosen) => {
                let restored = backup::restore(&self.options, chosen, Careful::default(), see).await?;
                let from = restored.overwritten.as_ref().and_then(|b| b.manifest.schema_version.clone());
                let backup = restored.overwritten.map(|b| b.path);
                Outcome::Done(Done { from, to: restored.backup.manifest.schema_version, backup, ..Done::default() })
            }
        };
        if let Outcome::Done(done) = &mut done {
            done.duration_ms = u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX);
        }
        Ok(done)
    }
}

fn of_report(report: Report) -> Outcome {
    if report.steps.is_empty() {
        // Another process was faster.
        return Outcome::Nothing { at: report.to };
    }
    Outcome::Done(Done {
        from: report.from,
        to: report.to,
        steps: report.steps.len(),
        rows_lost: report.losses.iter().fold(0, |sum, loss| sum.saturating_add(loss.rows)),
        backup: report.backup.map(|b| b.path),
        duration_ms: 0,
    })
}

/// Never returns when the one who could say so is gone.
pub(super) async fn becomes_true(stop: &mut watch::Receiver<bool>) {
    if stop.wait_for(|stop| *stop).await.is_err() {
        std::future::pending().await
    }
}
