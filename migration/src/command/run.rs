//! What `up` and `down` share: the runtime, the signals, the progress and the report.

use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use callboard_migration::Error;
use callboard_migration::runner::{Direction, Event, Loss, Rehearsal, Report, Rows};
use serde_json::json;
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::screen;

/// Interrupted by a signal.
const INTERRUPTED: u8 = 130;

/// Runs a future to its end on one thread.
pub fn block_on<F: Future<Output = ExitCode>>(future: F) -> ExitCode {
    match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => {
            let code = runtime.block_on(future);
            // A driver's thread may still wait for a lock that nobody needs any more.
            runtime.shutdown_background();
            code
        }
        Err(e) => screen::failure_with(&format!("the runtime could not start: {e}"), None, 1, false),
    }
}

/// The moment from which a run's outcome is the database's, and an interrupt waits for it.
#[derive(Debug, Default)]
pub struct Point(AtomicBool);

impl Point {
    /// Prints the event, and notes when the run passes the point.
    pub fn see(&self, event: &Event, as_json: bool) {
        if matches!(event, Event::Committing | Event::Undoing { .. } | Event::Restoring { .. }) {
            self.0.store(true, Ordering::SeqCst);
        }
        if as_json { tell_json(event) } else { tell(event) }
    }

    fn passed(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

/// Waits for the run; SIGINT and SIGTERM drop it, which rolls it back.
pub async fn interruptible<F, T>(run: F, point: &Point, print: impl FnOnce(&T, bool), as_json: bool) -> ExitCode
where
    F: Future<Output = Result<T, Error>>,
{
    let succeed = |report: &T| {
        print(report, as_json);
        ExitCode::SUCCESS
    };
    interruptible_with(run, point, "interrupted, and rolled back", succeed, as_json).await
}

/// As [`interruptible`], for a report that decides about the exit code.
pub async fn interruptible_with<F, T>(
    run: F,
    point: &Point,
    interrupted: &str,
    print: impl FnOnce(&T) -> ExitCode,
    as_json: bool,
) -> ExitCode
where
    F: Future<Output = Result<T, Error>>,
{
    let (mut interrupt, mut terminate) = match (signal(SignalKind::interrupt()), signal(SignalKind::terminate())) {
        (Ok(interrupt), Ok(terminate)) => (interrupt, terminate),
        (Err(e), _) | (_, Err(e)) => {
            return screen::failure_with(&format!("signals can't be caught: {e}"), None, 1, as_json);
        }
    };
    let mut run = Box::pin(run);
    let outcome = loop {
        tokio::select! {
            biased;
            outcome = &mut run => break Some(outcome),
            () = either(&mut interrupt, &mut terminate) => {
                if !point.passed() {
                    break None;
                }
                screen::note("Interrupted while the changes are being committed: waiting for that to end");
            }
        }
    };
    match outcome {
        Some(Ok(report)) => print(&report),
        Some(Err(error)) => screen::failed_change(&error, as_json),
        None => {
            drop(run);
            // The rollback has been handed to the driver; were it cut off, the next one to open the database does it.
            tokio::time::sleep(Duration::from_millis(100)).await;
            let code = screen::failure_with(interrupted, Some("run it again"), INTERRUPTED, as_json);
            screen::note("Nothing was changed.");
            code
        }
    }
}

async fn either(a: &mut Signal, b: &mut Signal) {
    tokio::select! {
        _ = a.recv() => {}
        _ = b.recv() => {}
    }
}

fn tell(event: &Event) {
    match event {
        Event::Waiting { what, at_most } => {
            screen::note(&format!("Waiting up to {:.0} s: another process holds {what}", at_most.as_secs_f64()));
        }
        Event::Losing { losses } => losses.iter().for_each(|loss| screen::note(&format!("Losing {loss}"))),
        Event::Drifted { drift } => {
            screen::warn("the schema is not the one that these migrations make; what differs is left as it is:");
            drift.iter().for_each(|d| screen::note(&format!("  {d}")));
        }
        Event::Copying { done, of } => screen::note(&format!("Copied {} %", done * 100 / (*of).max(1))),
        Event::BackedUp { backup } => {
            screen::note(&format!("Backup {} ({} bytes)", backup.path.display(), backup.manifest.bytes));
        }
        Event::Checking { path } => screen::note(&format!("Checking {}", path.display())),
        Event::Undoing { reason } => screen::warn(&format!("it has to be undone: {reason}")),
        Event::Restoring { backup } => screen::note(&format!("Restoring {}", backup.path.display())),
        Event::NotGiven { notes } => notes.iter().for_each(|note| screen::warn(note)),
        Event::Finished { direction, version, number, of, duration } => {
            screen::note(&format!("[{number}/{of}] {direction} {version} ({} ms)", duration.as_millis()));
        }
        _ => {}
    }
}

fn tell_json(event: &Event) {
    match event {
        Event::Waiting { what, at_most } => {
            screen::object("waiting", json!({ "what": what, "at_most_seconds": at_most.as_secs_f64() }));
        }
        Event::Planned { direction, versions } => {
            screen::object("planned", json!({ "direction": direction, "versions": versions }));
        }
        Event::Losing { losses } => screen::object("losing", json!({ "losses": losses })),
        Event::Started { direction, version, number, of } => {
            screen::object("started", json!({ "direction": direction, "version": version, "number": number, "of": of }))
        }
        Event::Finished { direction, version, number, of, duration } => {
            let ms = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
            screen::object(
                "finished",
                json!({ "direction": direction, "version": version, "number": number, "of": of, "duration_ms": ms }),
            );
        }
        Event::Statement { version, sql } => screen::object("statement", json!({ "version": version, "sql": sql })),
        Event::Drifted { drift } => screen::object("drifted", json!({ "drift": drift })),
        Event::Checked { before, after } => {
            screen::object("checked", json!({ "rows_before": before, "rows_after": after }));
        }
        Event::BackingUp { folder } => screen::object("backing_up", json!({ "folder": folder.to_string_lossy() })),
        Event::Copying { done, of } => screen::object("copying", json!({ "pages_done": done, "pages": of })),
        Event::CopyingTables { database } => screen::object("copying_tables", json!({ "database": database })),
        Event::BackedUp { backup } => screen::object("backed_up", json!({ "backup": backup })),
        Event::Checking { path } => screen::object("checking", json!({ "path": path.to_string_lossy() })),
        Event::Undoing { reason } => screen::object("undoing", json!({ "reason": reason })),
        Event::Restoring { backup } => screen::object("restoring", json!({ "backup": backup })),
        Event::NotGiven { notes } => screen::object("not_given", json!({ "notes": notes })),
        Event::Restored { backup } => screen::object("restored", json!({ "backup": backup })),
        Event::Committing => screen::object("committing", json!({})),
        Event::Committed => screen::object("committed", json!({})),
        _ => {}
    }
}

pub fn print_report(report: &Report, as_json: bool) {
    if as_json {
        let fields = serde_json::to_value(report).unwrap_or_default();
        return screen::object("summary", fields);
    }
    let at = match &report.to {
        Some(version) => format!("The database is at {version}."),
        None => "No migration is applied.".to_owned(),
    };
    let word = match report.direction {
        Direction::Up => "Applied",
        Direction::Down => "Took back",
    };
    match report.steps.len() {
        0 => screen::line(&format!("Nothing to do. {at}")),
        1 => screen::line(&format!("{word} 1 migration. {at}")),
        n => screen::line(&format!("{word} {n} migrations. {at}")),
    }
    if !report.losses.is_empty() {
        screen::line(&format!("Lost: {}", Loss::list(&report.losses)));
    }
}

/// Prints what a dry run found: the SQL, the rows of each table, and what would be lost.
pub fn print_rehearsal(rehearsal: &Rehearsal, as_json: bool) {
    let Rehearsal { report, statements, tables } = rehearsal;
    if as_json {
        // The statements were told as they ran.
        let mut fields = serde_json::to_value(report).unwrap_or_default();
        if let Some(fields) = fields.as_object_mut() {
            fields.insert("dry_run".to_owned(), true.into());
            fields.insert("tables".to_owned(), json!(tables));
        }
        return screen::object("summary", fields);
    }
    let mut last = "";
    for (version, sql) in statements {
        if version != last {
            last = version;
            let ms = report.steps.iter().find(|s| s.version == *version).map_or(0, |s| s.duration_ms);
            screen::line(&format!("-- {} {version} ({ms} ms)", report.direction));
        }
        screen::line(&format!("{sql};"));
    }
    let width = tables.iter().map(|r| r.table.chars().count()).max().unwrap_or(0).max(5);
    if !tables.is_empty() {
        screen::line(&format!("-- {:width$}  {:>12}  {:>12}", "table", "rows before", "rows after"));
    }
    let word = |n: &Option<u64>| n.map_or_else(|| "-".to_owned(), |n| n.to_string());
    for Rows { table, before, after } in tables {
        screen::line(&format!("-- {:width$}  {:>12}  {:>12}", screen::escaped(table), word(before), word(after)));
    }
    for loss in &report.losses {
        screen::line(&format!("-- would lose {loss}"));
    }
    let took: u64 = report.steps.iter().map(|s| s.duration_ms).sum();
    match report.steps.len() {
        0 => screen::note("Dry run: there is nothing to do."),
        n => screen::note(&format!("Dry run: {n} steps, {took} ms on a copy. Nothing was changed.")),
    }
}
