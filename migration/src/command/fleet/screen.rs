//! How a run over many databases is shown: a bar or a line each, then a table and the counts.

use std::io::{IsTerminal, Write};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use callboard_migration::Error;
use callboard_migration::backup::Backup;
use callboard_migration::fleet::{Change, Intent, Outcome, Planned, Prepared, Progress, Stopped, Summary};
use serde_json::{Value, json};

use super::hints::Hints;
use crate::command::screen::{escaped, line, note, object};

/// How often the bar is drawn at most.
const PAUSE: Duration = Duration::from_millis(60);
const WIDTH: usize = 30;

/// Shows the work: as JSON, as a bar on a terminal, else as one line for each database.
pub struct View {
    json: bool,
    bar: bool,
    drawn: Option<Instant>,
    since: Instant,
    failed: usize,
}

impl View {
    pub fn new(json: bool) -> Self {
        let bar = !json && std::io::stderr().is_terminal();
        Self { json, bar, drawn: None, since: Instant::now(), failed: 0 }
    }

    pub fn see(&mut self, progress: &Progress<'_>) {
        if self.json {
            return tell_json(progress);
        }
        match progress {
            Progress::Began { run, changes, before } => {
                let before = match before {
                    0 => String::new(),
                    n => format!("; {n} were done before the interruption"),
                };
                note(&format!("Run {run}: {changes} databases to work on{before}"));
            }
            Progress::Finished { project, outcome, done, of } => {
                let text = format!("{}{}", outcome.word(), after(&detail(outcome)));
                self.finished(project, &text, matches!(outcome, Outcome::Failed(_)), (*done, *of));
            }
            Progress::Stopping { why } => {
                self.clear();
                note(&format!("Stopping: {}", reason(why)));
            }
            _ => {}
        }
    }

    /// One database is finished with: the number `done` of `of`.
    pub fn finished(&mut self, project: &str, text: &str, failed: bool, (done, of): (usize, usize)) {
        self.failed += usize::from(failed);
        if !self.bar {
            return note(&format!("[{done}/{of}] {project}: {text}"));
        }
        if failed {
            self.clear();
            note(&format!("{project}: {text}"));
        }
        self.draw(done, of);
    }

    fn draw(&mut self, done: usize, of: usize) {
        if self.drawn.is_some_and(|at| at.elapsed() < PAUSE) && done < of {
            return;
        }
        self.drawn = Some(Instant::now());
        let full = WIDTH * done / of.max(1);
        let left = self.since.elapsed().as_secs_f64() / done.max(1) as f64 * (of - done.min(of)) as f64;
        let failed = self.failed;
        let bar = format!("{}{}", "#".repeat(full), ".".repeat(WIDTH - full));
        // The line is drawn over the one before; what is left of that is cleared.
        let _ = write!(std::io::stderr(), "\r[{bar}] {done}/{of}, {failed} failed, {left:.0} s left\u{1b}[K");
    }

    /// Takes the bar away, so that a line can be written.
    pub fn clear(&mut self) {
        if self.bar && self.drawn.take().is_some() {
            let _ = write!(std::io::stderr(), "\r\u{1b}[K");
        }
    }
}

fn tell_json(progress: &Progress<'_>) {
    match progress {
        Progress::Began { run, changes, before } => {
            object("began", json!({ "run": run, "changes": changes, "done_before": before }));
        }
        Progress::Started { project } => object("started", json!({ "project": project })),
        Progress::Finished { project, outcome, done, of } => {
            let mut fields = fields(project, outcome);
            fields["done"] = json!(done);
            fields["of"] = json!(of);
            object("finished", fields);
        }
        Progress::Stopping { why } => object("stopping", json!({ "why": reason(why) })),
        _ => {}
    }
}

/// The table and the counts; the last line of stdout is the counts.
pub fn summary(summary: &Summary, as_json: bool) {
    let (succeeded, skipped, failed) = summary.counts();
    let (restored, not_restored) = (summary.failed_with(9), summary.failed_with(10));
    if as_json {
        let outcomes: Vec<Value> = summary.outcomes.iter().map(|(name, outcome)| fields(name, outcome)).collect();
        return object(
            "summary",
            json!({
                "run": summary.run, "succeeded": succeeded, "skipped": skipped, "failed": failed,
                "restored": restored, "not_restored": not_restored, "exit_code": summary.exit_code(),
                "stopped": summary.stopped.as_ref().map(reason), "outcomes": outcomes,
            }),
        );
    }
    let rows = summary
        .outcomes
        .iter()
        .map(|(name, outcome)| [name.clone(), outcome.word().to_owned(), version(outcome), detail(outcome)]);
    table(["PROJECT", "OUTCOME", "VERSION", "DETAIL"], rows.collect());
    let mut hints = Hints::default();
    for (name, outcome) in &summary.outcomes {
        if let Outcome::Failed(error) = outcome {
            hints.add(name, error);
        }
    }
    hints.print();
    if let Some(why) = &summary.stopped {
        line(&format!("Stopped: {}", reason(why)));
    }
    line(&format!("Run {}", summary.run));
    let mut how = Vec::new();
    if !restored.is_empty() {
        how.push(format!("restored: {}", restored.join(", ")));
    }
    if !not_restored.is_empty() {
        how.push(format!("NOT restored: {}", not_restored.join(", ")));
    }
    let how = if how.is_empty() { String::new() } else { format!(" ({})", how.join("; ")) };
    line(&format!("{succeeded} succeeded, {skipped} skipped, {failed} failed{how}"));
}

/// What would be done to each database; 12 when some would be refused.
pub fn plan(prepared: &Prepared, as_json: bool) -> ExitCode {
    let planned = prepared.planned();
    let refused = planned.iter().filter(|p| matches!(p.intent, Intent::Refused(_))).count();
    let changes = planned.iter().filter(|p| matches!(p.intent, Intent::Change(_))).count();
    let code = if refused > 0 { 12 } else { 0 };
    if as_json {
        let projects: Vec<Value> = planned.iter().map(intended).collect();
        object(
            "summary",
            json!({ "dry_run": true, "changes": changes, "refused": refused, "exit_code": code, "projects": projects }),
        );
    } else {
        let rows = planned.iter().map(|p| {
            let (word, version, detail) = match &p.intent {
                Intent::Change(change) => foretold(change),
                Intent::Nothing { at } => ("nothing to do", named(at.as_deref()), String::new()),
                Intent::Skip(why) => ("skip", String::new(), why.to_string()),
                Intent::Refused(error) => ("refuse", String::new(), refusal(error)),
            };
            [p.project.name.clone(), word.to_owned(), version, detail]
        });
        table(["PROJECT", "PLAN", "VERSION", "DETAIL"], rows.collect());
        let mut hints = Hints::default();
        for one in planned {
            if let Intent::Refused(error) = &one.intent {
                hints.add(&one.project.name, error);
            }
        }
        hints.print();
        let others = planned.len() - changes - refused;
        line(&format!(
            "{changes} would be changed, {others} left as they are, {refused} refused. Nothing was changed."
        ));
    }
    ExitCode::from(code)
}

fn foretold(change: &Change) -> (&'static str, String, String) {
    match change {
        Change::Up(seen) | Change::Down(seen) => {
            let word = if matches!(change, Change::Up(_)) { "up" } else { "down" };
            let lost = match seen.losses.as_slice() {
                [] => String::new(),
                losses => format!("; would lose {}", callboard_migration::runner::Loss::list(losses)),
            };
            let version = format!("{} -> {}", named(seen.from.as_deref()), named(seen.to.as_deref()));
            (word, version, format!("{}{lost}", count(seen.versions.len())))
        }
        Change::Backup => ("back up", String::new(), String::new()),
        Change::Restore(backup) => {
            let m = &backup.manifest;
            let detail = format!("{} of {}", m.id, m.created_at.format("%Y-%m-%d %H:%M:%S UTC"));
            ("restore", named(m.schema_version.as_deref()), detail)
        }
    }
}

fn intended(planned: &Planned) -> Value {
    let mut out = match &planned.intent {
        Intent::Change(change @ (Change::Up(seen) | Change::Down(seen))) => json!({
            "plan": foretold(change).0, "from": seen.from, "to": seen.to, "versions": seen.versions, "losses": seen.losses,
        }),
        Intent::Change(Change::Backup) => json!({ "plan": "backup" }),
        Intent::Change(Change::Restore(backup)) => {
            let Backup { path, manifest } = &**backup;
            json!({ "plan": "restore", "backup": { "path": path.to_string_lossy(), "manifest": manifest } })
        }
        Intent::Nothing { at } => json!({ "plan": "nothing", "at": at }),
        Intent::Skip(why) => json!({ "plan": "skip", "why": why }),
        Intent::Refused(error) => {
            json!({ "plan": "refuse", "exit_code": error.exit_code(), "error": error.to_string(), "hint": error.hint() })
        }
    };
    out["project"] = json!(planned.project.name);
    out["path"] = json!(planned.project.path.to_string_lossy());
    out
}

fn fields(project: &str, outcome: &Outcome) -> Value {
    let mut out = match outcome {
        Outcome::Done(done) => serde_json::to_value(done).unwrap_or_default(),
        Outcome::Nothing { at } => json!({ "to": at }),
        Outcome::Skipped(why) => json!({ "why": why }),
        Outcome::Failed(error) => {
            json!({ "error": error.to_string(), "hint": error.hint(), "verdict": error.verdict() })
        }
    };
    out["project"] = json!(project);
    out["outcome"] = json!(outcome.word().replace(' ', "_"));
    out["exit_code"] = json!(outcome.exit_code());
    out
}

fn version(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Done(done) => named(done.to.as_deref()),
        Outcome::Nothing { at } => named(at.as_deref()),
        Outcome::Skipped(_) | Outcome::Failed(_) => String::new(),
    }
}

pub fn named(version: Option<&str>) -> String {
    version.unwrap_or("none").to_owned()
}

fn detail(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Done(done) => {
            let mut parts = Vec::new();
            if done.steps > 0 {
                parts.push(count(done.steps));
            }
            if done.rows_lost > 0 {
                parts.push(format!("{} rows lost", done.rows_lost));
            }
            parts.push(format!("{} ms", done.duration_ms));
            if let Some(backup) = done.backup.as_ref().and_then(|b| b.file_name()) {
                parts.push(format!("backup {}", backup.to_string_lossy()));
            }
            parts.join(", ")
        }
        Outcome::Nothing { .. } => String::new(),
        Outcome::Skipped(why) => why.to_string(),
        Outcome::Failed(error) => {
            let verdict =
                if matches!(error.exit_code(), 9 | 10) { format!(" {}", error.verdict()) } else { String::new() };
            format!("{}{verdict}", refusal(error))
        }
    }
}

/// An error with its exit code.
pub fn refusal(error: &Error) -> String {
    format!("({}) {error}", error.exit_code())
}

fn count(migrations: usize) -> String {
    if migrations == 1 { "1 migration".to_owned() } else { format!("{migrations} migrations") }
}

fn after(detail: &str) -> String {
    if detail.is_empty() { String::new() } else { format!(", {detail}") }
}

fn reason(why: &Stopped) -> String {
    match why {
        Stopped::Interrupted => "interrupted; `--resume` goes on".to_owned(),
        Stopped::Canary { project } => format!("{project}, one of the first, failed"),
        Stopped::Failures { failed } => format!("{failed} failed, more than --max-failures allows"),
        Stopped::Journal(error) => format!("the journal can't be written: {error}"),
    }
}

/// Columns as wide as their widest cell; the last one is not padded.
pub fn table<const N: usize>(head: [&str; N], rows: Vec<[String; N]>) {
    let head = head.map(str::to_owned);
    let rows: Vec<[String; N]> = std::iter::once(head).chain(rows).map(|row| row.map(|cell| escaped(&cell))).collect();
    let width = |at: usize| rows.iter().map(|row| row[at].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..N).map(width).collect();
    for row in &rows {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        line(cells.collect::<Vec<_>>().join("  ").trim_end());
    }
}
