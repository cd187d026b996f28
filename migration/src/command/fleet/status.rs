//! `migration fleet status`.

use std::process::ExitCode;

use callboard_migration::Error;
use callboard_migration::fleet::{Looked, status};
use callboard_migration::runner::Status;
use serde_json::{Value, json};

use super::args::Fleet;
use super::hints::Hints;
use super::run::{block_on, reading};
use super::screen::{View, named, refusal, table};
use crate::command::screen::{line, object};

/// Show where every database below a folder stands
///
/// Reads only: it creates no file and takes no lock. A database that can't be read is named, and the exit code is 12.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    fleet: Fleet,

    /// Exit with 3 when something is pending, and with 12 when a database would be refused by `up`
    #[arg(long)]
    check: bool,
}

const EXAMPLES: &str = "\
Examples:
  migration fleet status --root data
  migration fleet status --root data --check --json";

const FOUND: u8 = 3;
const PARTIAL: u8 = 12;

/// What is kept of each database until the end.
#[derive(Default)]
struct Seen {
    rows: Vec<Row>,
    hints: Hints,
    databases: usize,
    without: usize,
    unreadable: usize,
    refused: usize,
    pending: usize,
}

struct Row {
    project: String,
    version: String,
    pending: String,
    detail: String,
    exit_code: u8,
}

pub fn run(args: &Args) -> ExitCode {
    let json = args.fleet.json;
    block_on(async {
        let (mut seen, mut view) = (Seen::default(), View::new(json));
        let mut see = |looked: Looked<Status>| {
            if json {
                object("finished", fields(&looked));
            }
            let (done, of) = (looked.done, looked.of);
            let row = seen.add(looked);
            if !json {
                view.finished(&row.project, &row.text(), row.exit_code != 0, (done, of));
            }
        };
        let settings = args.fleet.settings();
        let ended = reading(status(&settings, &mut see)).await;
        view.clear();
        match ended {
            Ok(()) => seen.end(args.check, json),
            Err(why) => why.tell(json),
        }
    })
}

impl Seen {
    fn add(&mut self, Looked { project, found, .. }: Looked<Status>) -> &Row {
        let mut row = Row {
            project: project.name,
            version: String::new(),
            pending: String::new(),
            detail: String::new(),
            exit_code: 0,
        };
        match found {
            Ok(Some(status)) => {
                self.databases += 1;
                self.pending += usize::from(!status.pending.is_empty());
                row.version = named(status.current());
                row.pending = status.pending.len().to_string();
                if let Some(error) = &status.refusal {
                    self.refused += 1;
                    self.refuse(&mut row, error);
                }
            }
            Ok(None) => {
                self.without += 1;
                row.detail = "no database".to_owned();
            }
            Err(error) => {
                self.unreadable += 1;
                self.refuse(&mut row, &error);
            }
        }
        let at = self.rows.len();
        self.rows.push(row);
        &self.rows[at]
    }

    fn refuse(&mut self, row: &mut Row, error: &Error) {
        row.detail = refusal(error);
        row.exit_code = error.exit_code();
        self.hints.add(&row.project, error);
    }

    fn verdict(&self, check: bool) -> u8 {
        if self.unreadable > 0 || check && self.refused > 0 {
            PARTIAL
        } else if check && self.pending > 0 {
            FOUND
        } else {
            0
        }
    }

    fn end(mut self, check: bool, as_json: bool) -> ExitCode {
        self.rows.sort_by(|a, b| a.project.cmp(&b.project));
        let code = self.verdict(check);
        let Self { rows, hints, databases, without, unreadable, refused, pending } = self;
        if as_json {
            let projects: Vec<Value> = rows.iter().map(Row::json).collect();
            object(
                "summary",
                json!({
                    "exit_code": code, "databases": databases, "without": without, "unreadable": unreadable,
                    "refused": refused, "pending": pending, "projects": projects,
                }),
            );
        } else {
            let cells = rows.into_iter().map(|row| [row.project, row.version, row.pending, row.detail]);
            table(["PROJECT", "VERSION", "PENDING", "DETAIL"], cells.collect());
            hints.print();
            line(&format!("{databases} databases, {without} projects without one, {unreadable} can't be read"));
        }
        ExitCode::from(code)
    }
}

impl Row {
    fn text(&self) -> String {
        match (self.version.as_str(), self.pending.as_str()) {
            ("", _) => self.detail.clone(),
            (version, pending) if self.detail.is_empty() => format!("{version}, {pending} pending"),
            (version, _) => format!("{version}, {}", self.detail),
        }
    }

    fn json(&self) -> Value {
        let Self { project, version, pending, detail, exit_code } = self;
        json!({ "project": project, "version": version, "pending": pending.parse::<usize>().ok(), "detail": detail, "exit_code": exit_code })
    }
}

/// All that is known of one database.
fn fields(looked: &Looked<Status>) -> Value {
    let told =
        |error: &Error| json!({ "exit_code": error.exit_code(), "error": error.to_string(), "hint": error.hint() });
    let mut out = match &looked.found {
        Ok(Some(s)) => json!({
            "exists": true, "current": s.current(), "applied": s.applied.len(), "pending": s.pending,
            "refusal": s.refusal.as_ref().map(told),
        }),
        Ok(None) => json!({ "exists": false }),
        Err(error) => json!({ "refusal": told(error), "unreadable": true }),
    };
    out["project"] = json!(looked.project.name);
    out["path"] = json!(looked.project.path.to_string_lossy());
    out["done"] = json!(looked.done);
    out["of"] = json!(looked.of);
    out
}
