//! `migration fleet status`.

use std::process::ExitCode;

use callboard_migration::Error;
use callboard_migration::fleet::{Project, status};
use callboard_migration::runner::Status;
use serde_json::{Value, json};

use super::args::Fleet;
use super::run::block_on;
use super::screen::{named, refusal, table};
use crate::command::screen::{failure, line, object};

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

type Row = (Project, Result<Option<Status>, Error>);

pub fn run(args: &Args) -> ExitCode {
    let json = args.fleet.json;
    block_on(async {
        match status(&args.fleet.settings()).await {
            Ok(rows) => {
                let code = verdict(&rows, args.check);
                if json {
                    print_json(&rows, code)
                } else {
                    print(&rows)
                }
                ExitCode::from(code)
            }
            Err(error) => failure(&error, json),
        }
    })
}

fn verdict(rows: &[Row], check: bool) -> u8 {
    let statuses = || rows.iter().filter_map(|(_, status)| status.as_ref().ok()?.as_ref());
    if rows.iter().any(|(_, status)| status.is_err()) || check && statuses().any(|s| s.refusal.is_some()) {
        PARTIAL
    } else if check && statuses().any(|s| !s.pending.is_empty()) {
        FOUND
    } else {
        0
    }
}

fn print(rows: &[Row]) {
    let cells = rows.iter().map(|(project, status)| {
        let (version, pending, detail) = match status {
            Ok(Some(s)) => {
                let detail = s.refusal.as_ref().map(refusal).unwrap_or_default();
                (named(s.current()), s.pending.len().to_string(), detail)
            }
            Ok(None) => (String::new(), String::new(), "no database".to_owned()),
            Err(error) => (String::new(), String::new(), refusal(error)),
        };
        [project.name.clone(), version, pending, detail]
    });
    table(["PROJECT", "VERSION", "PENDING", "DETAIL"], cells.collect());
    let count = |of: fn(&Row) -> bool| rows.iter().filter(|row| of(row)).count();
    line(&format!(
        "{} databases, {} projects without one, {} can't be read",
        count(|(_, s)| matches!(s, Ok(Some(_)))),
        count(|(_, s)| matches!(s, Ok(None))),
        count(|(_, s)| s.is_err())
    ));
}

fn print_json(rows: &[Row], code: u8) {
    let told =
        |error: &Error| json!({ "exit_code": error.exit_code(), "error": error.to_string(), "hint": error.hint() });
    let projects: Vec<Value> = rows
        .iter()
        .map(|(project, status)| {
            let mut out = match status {
                Ok(Some(s)) => json!({
                    "exists": true, "current": s.current(), "applied": s.applied.len(), "pending": s.pending,
                    "refusal": s.refusal.as_ref().map(told),
                }),
                Ok(None) => json!({ "exists": false }),
                Err(error) => json!({ "refusal": told(error), "unreadable": true }),
            };
            out["project"] = json!(project.name);
            out["path"] = json!(project.path);
            out
        })
        .collect();
    object("summary", json!({ "exit_code": code, "projects": projects }));
}
