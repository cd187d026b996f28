//! What the verbs that change databases share: look, ask, work, and say how it ended.

use std::process::ExitCode;
use std::time::Duration;

use callboard_migration::Error;
use callboard_migration::fleet::{Change, Intent, Planned, Prepared, Settings, Stopped, Task, prepare};
use callboard_migration::runner::OnLoss;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use super::screen::{self, View};
use crate::command::restore::agreed;
use crate::command::screen as common;

/// Interrupted by a signal.
const INTERRUPTED: u8 = 130;

/// How sure the caller is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Asked {
    DoIt,
    AskFirst,
    DryRun,
}

impl Asked {
    pub fn of(dry_run: bool) -> Self {
        if dry_run { Self::DryRun } else { Self::DoIt }
    }
}

pub fn run(settings: &Settings, task: &Task, asked: Asked, json: bool) -> ExitCode {
    block_on(work(settings, task, asked, json))
}

/// Runs a future on all processors.
pub fn block_on(future: impl Future<Output = ExitCode>) -> ExitCode {
    match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => {
            let code = runtime.block_on(future);
            // A thread may still wait for an answer that nobody needs any more.
            runtime.shutdown_background();
            code
        }
        Err(e) => common::failure_with(&format!("the runtime could not start: {e}"), None, 1, false),
    }
}

async fn work(settings: &Settings, task: &Task, asked: Asked, json: bool) -> ExitCode {
    let mut stop = match on_signals() {
        Ok(stop) => stop,
        Err(e) => return no_signals(&e, json),
    };
    let refuses = matches!(task, Task::Down(_, OnLoss::Refuse));
    let task = match task {
        // What would be lost is in the plan.
        Task::Down(goal, _) if asked == Asked::DryRun => &Task::Down(goal.clone(), OnLoss::Accept),
        task => task,
    };
    let prepared = tokio::select! {
        biased;
        prepared = prepare(settings, task) => prepared,
        _ = stop.wait_for(|stop| *stop) => return interrupted(" before anything was begun", json),
    };
    let mut prepared = match prepared {
        Ok(prepared) => prepared,
        Err(error) => return common::failed_change(&error, json),
    };
    match asked {
        Asked::DryRun => {
            let mut see = |name: &str| common::note(&format!("Trying {name} on a copy"));
            tokio::select! {
                () = prepared.rehearse(&mut see) => {}
                _ = stop.wait_for(|stop| *stop) => return interrupted(" before anything was begun", json),
            }
            let code = screen::plan(&prepared, json);
            if refuses && prepared.planned().iter().any(loses) {
                common::note("Hint: without --yes-lose-data those that would lose rows are refused");
            }
            return code;
        }
        Asked::AskFirst => {
            let question = question(&prepared);
            let answer = tokio::task::spawn_blocking(move || agreed(&question));
            let answer = tokio::select! {
                answer = answer => answer.unwrap_or(false),
                _ = stop.wait_for(|stop| *stop) => return interrupted(" before anything was begun", json),
            };
            if !answer {
                let hint = Some("run it again with --yes");
                let code = common::failure_with("not restored: it was not agreed to", hint, 14, json);
                common::note("Nothing was changed.");
                return code;
            }
        }
        Asked::DoIt => {}
    }
    let mut view = View::new(json);
    let summary = prepared.run(stop, &mut |progress| view.see(progress)).await;
    view.clear();
    match summary {
        Ok(summary) => {
            if matches!(summary.stopped, Some(Stopped::Interrupted)) {
                // The rollbacks were handed to the driver; were one cut off, whoever opens the file next does it.
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            screen::summary(&summary, json);
            ExitCode::from(summary.exit_code())
        }
        Err(error) => common::failed_change(&error, json),
    }
}

/// Why a look at all of them has no end.
pub enum Unfinished {
    Interrupted,
    Failed(Error),
    NoSignals(std::io::Error),
}

impl Unfinished {
    /// Prints it, and gives its exit code.
    pub fn tell(&self, json: bool) -> ExitCode {
        match self {
            Self::Interrupted => interrupted("", json),
            Self::Failed(error) => common::failure(error, json),
            Self::NoSignals(e) => no_signals(e, json),
        }
    }
}

/// Runs what only reads: at SIGINT or SIGTERM it is dropped.
pub async fn reading(work: impl Future<Output = Result<(), Error>>) -> Result<(), Unfinished> {
    let mut stop = on_signals().map_err(Unfinished::NoSignals)?;
    tokio::select! {
        biased;
        done = work => done.map_err(Unfinished::Failed),
        _ = stop.wait_for(|stop| *stop) => Err(Unfinished::Interrupted),
    }
}

fn no_signals(e: &std::io::Error, json: bool) -> ExitCode {
    common::failure_with(&format!("signals can't be caught: {e}"), None, 1, json)
}

fn interrupted(when: &str, json: bool) -> ExitCode {
    let code = common::failure_with(&format!("interrupted{when}"), Some("run it again"), INTERRUPTED, json);
    common::note("Nothing was changed.");
    code
}

/// True once SIGINT or SIGTERM came.
fn on_signals() -> std::io::Result<watch::Receiver<bool>> {
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    let (tell, stop) = watch::channel(false);
    tokio::spawn(async move {
        loop {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            tell.send_replace(true);
        }
    });
    Ok(stop)
}

fn loses(planned: &Planned) -> bool {
    matches!(&planned.intent, Intent::Change(Change::Down(seen)) if !seen.losses.is_empty())
}

fn question(prepared: &Prepared) -> String {
    let of = |fits: fn(&Intent) -> bool| prepared.planned().iter().filter(|p| fits(&p.intent)).count();
    let changes = of(|i| matches!(i, Intent::Change(_)));
    let refused = of(|i| matches!(i, Intent::Refused(_)));
    let run = prepared.restoring.as_deref().unwrap_or_default();
    let others = match refused {
        0 => String::new(),
        n => format!(" ({n} can't be restored)"),
    };
    format!("Replace {changes} databases by their backups of the run {run}?{others}")
}
