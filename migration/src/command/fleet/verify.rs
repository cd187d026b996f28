//! `migration fleet verify`.

use std::process::ExitCode;

use callboard_migration::Error;
use callboard_migration::fleet::{Project, verify};
use callboard_migration::verify::{Checked, Report};
use serde_json::{Value, json};

use super::args::Fleet;
use super::run::block_on;
use super::screen::{named, refusal, table};
use crate::command::screen::{failure, line, object};

/// Check every database below a folder against its recorded version, and change nothing
///
/// As `migration verify` does for one. Exits with 12 when something was found in a database, or one can't be read; a
/// database that has no board is skipped.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    fleet: Fleet,
}

const EXAMPLES: &str = "\
Examples:
  migration fleet verify --root data
  migration fleet verify --root data --project p1 --json
  migration verify --database-url sqlite://data/projects/p1/project.db     what was found, in full";

const PARTIAL: u8 = 12;

type Row = (Project, Result<Option<Report>, Error>);

pub fn run(args: &Args) -> ExitCode {
    let json = args.fleet.json;
    block_on(async {
        match verify(&args.fleet.settings()).await {
            Ok(rows) => {
                let well = rows.iter().all(|row| code(row) == 0);
                let exit = if well { 0 } else { PARTIAL };
                if json {
                    print_json(&rows, exit)
                } else {
                    print(&rows)
                }
                ExitCode::from(exit)
            }
            Err(error) => failure(&error, json),
        }
    })
}

/// Of one database.
fn code((_, report): &Row) -> u8 {
    match report {
        Ok(Some(report)) => report.exit_code(),
        Ok(None) => 0,
        Err(error) => error.exit_code(),
    }
}

fn print(rows: &[Row]) {
    let cells = rows.iter().map(|(project, report)| {
        let (version, found) = match report {
            Ok(Some(report)) if report.total() == 0 => (named(report.version.as_deref()), "ok".to_owned()),
            Ok(Some(report)) => (named(report.version.as_deref()), kinds(report)),
            Ok(None) => (String::new(), "no board".to_owned()),
            Err(error) => (String::new(), refusal(error)),
        };
        [project.name.clone(), version, found]
    });
    table(["PROJECT", "VERSION", "FOUND"], cells.collect());
    let count = |of: fn(&Row) -> bool| rows.iter().filter(|row| of(row)).count();
    line(&format!(
        "{} are well, {} have no board, {} are not well",
        count(|row| code(row) == 0 && !matches!(row.1, Ok(None))),
        count(|row| matches!(row.1, Ok(None))),
        count(|row| code(row) != 0)
    ));
}

fn kinds(report: &Report) -> String {
    let found = report.checks.iter().filter(|checked| checked.found > 0);
    let found: Vec<_> = found.map(|Checked { check, found, .. }| format!("{check} {found}")).collect();
    let first = report.findings.first().map(|finding| format!(", such as {finding}")).unwrap_or_default();
    format!("({}) {}{first}", report.exit_code(), found.join(", "))
}

fn print_json(rows: &[Row], exit: u8) {
    let project = |row: &Row| {
        let mut out = match &row.1 {
            Ok(Some(r)) => {
                json!({ "version": r.version, "found": r.total(), "checks": r.checks, "findings": r.findings })
            }
            Ok(None) => json!({ "board": false }),
            Err(error) => json!({ "error": error.to_string(), "hint": error.hint() }),
        };
        out["project"] = json!(row.0.name);
        out["path"] = json!(row.0.path);
        out["exit_code"] = json!(code(row));
        out
    };
    let projects: Vec<Value> = rows.iter().map(project).collect();
    object("summary", json!({ "exit_code": exit, "projects": projects }));
}
