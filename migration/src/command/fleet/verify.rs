//! `migration fleet verify`.

use std::process::ExitCode;

use callboard_migration::fleet::{Looked, verify};
use callboard_migration::verify::{Checked, Report};
use serde_json::{Value, json};

use super::args::Fleet;
use super::hints::Hints;
use super::run::{block_on, reading};
use super::screen::{View, named, refusal, table};
use crate::command::screen::{line, object};

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

/// What is kept of each database until the end.
#[derive(Default)]
struct Seen {
    rows: Vec<Row>,
    hints: Hints,
}

struct Row {
    project: String,
    version: String,
    /// The counts and the first finding, or the error.
    found: String,
    exit_code: u8,
    board: bool,
}

pub fn run(args: &Args) -> ExitCode {
    let json = args.fleet.json;
    block_on(async {
        let (mut seen, mut view) = (Seen::default(), View::new(json));
        let mut see = |looked: Looked<Report>| {
            let row = row(&looked);
            if json {
                object("finished", fields(&looked, row.exit_code));
            } else {
                view.finished(&row.project, &row.found, row.exit_code != 0, (looked.done, looked.of));
            }
            if let Err(error) = &looked.found {
                seen.hints.add(&row.project, error);
            }
            seen.rows.push(row);
        };
        let settings = args.fleet.settings();
        let ended = reading(verify(&settings, &mut see)).await;
        view.clear();
        match ended {
            Ok(()) => seen.end(json),
            Err(why) => why.tell(json),
        }
    })
}

fn row(looked: &Looked<Report>) -> Row {
    let (version, found, exit_code) = match &looked.found {
        Ok(Some(report)) if report.total() == 0 => (named(report.version.as_deref()), "ok".to_owned(), 0),
        Ok(Some(report)) => (named(report.version.as_deref()), kinds(report), report.exit_code()),
        Ok(None) => (String::new(), "no board".to_owned(), 0),
        Err(error) => (String::new(), refusal(error), error.exit_code()),
    };
    let board = !matches!(looked.found, Ok(None));
    Row { project: looked.project.name.clone(), version, found, exit_code, board }
}

impl Seen {
    fn end(mut self, as_json: bool) -> ExitCode {
        self.rows.sort_by(|a, b| a.project.cmp(&b.project));
        let count = |of: fn(&Row) -> bool| self.rows.iter().filter(|row| of(row)).count();
        let (ill, without) = (count(|row| row.exit_code != 0), count(|row| !row.board));
        let well = self.rows.len() - ill - without;
        let code = if ill == 0 { 0 } else { PARTIAL };
        if as_json {
            let project = |row: &Row| json!({ "project": row.project, "version": row.version, "found": row.found, "exit_code": row.exit_code });
            let projects: Vec<Value> = self.rows.iter().map(project).collect();
            let counts =
                json!({ "exit_code": code, "well": well, "without": without, "not_well": ill, "projects": projects });
            object("summary", counts);
        } else {
            let cells = self.rows.into_iter().map(|row| [row.project, row.version, row.found]);
            table(["PROJECT", "VERSION", "FOUND"], cells.collect());
            self.hints.print();
            line(&format!("{well} are well, {without} have no board, {ill} are not well"));
        }
        ExitCode::from(code)
    }
}

fn kinds(report: &Report) -> String {
    let found = report.checks.iter().filter(|checked| checked.found > 0);
    let found: Vec<_> = found.map(|Checked { check, found, .. }| format!("{check} {found}")).collect();
    let first = report.findings.first().map(|finding| format!(", such as {finding}")).unwrap_or_default();
    format!("({}) {}{first}", report.exit_code(), found.join(", "))
}

/// All that was found in one database.
fn fields(looked: &Looked<Report>, exit_code: u8) -> Value {
    let mut out = match &looked.found {
        Ok(Some(r)) => json!({ "version": r.version, "found": r.total(), "checks": r.checks, "findings": r.findings }),
        Ok(None) => json!({ "board": false }),
        Err(error) => json!({ "error": error.to_string(), "hint": error.hint() }),
    };
    out["project"] = json!(looked.project.name);
    out["path"] = json!(looked.project.path.to_string_lossy());
    out["exit_code"] = json!(exit_code);
    out["done"] = json!(looked.done);
    out["of"] = json!(looked.of);
    out
}
