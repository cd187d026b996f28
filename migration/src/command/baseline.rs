//! `migration baseline`.

use std::process::ExitCode;

use callboard_migration::Error;
use callboard_migration::runner::{Baseline, BaselineOptions, baseline};
use callboard_migration::verify::Finding;
use serde_json::json;

use super::args::Target;
use super::run::{Point, block_on, interruptible};
use super::screen;

/// Take over a database whose tables were made by hand or by another tool: compare them, then record their version
///
/// Refused, naming every difference, unless schema and rows are what `up` would have made; nothing but the history is
/// written. Then `migration up` goes on from that version.
///
/// Exits with 4 when the schema differs, 11 when rows break a rule, 13 when there are no tables of ours, 14 when a
/// version is recorded already.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    target: Target,

    /// The version of the tables: in full, by a unique prefix, or by its number [default: the newest]
    #[arg(long, value_name = "VERSION")]
    version: Option<String>,

    /// Compare, and record nothing
    #[arg(long)]
    dry_run: bool,
}

const EXAMPLES: &str = "\
Examples:
  migration baseline --dry-run
  migration baseline --version 10 --database-url sqlite://board.db
  DATABASE_URL=postgres://me@localhost/app migration baseline --schema board";

pub fn run(args: &Args) -> ExitCode {
    let json = args.target.json;
    let options = match args.target.options() {
        Ok(options) => options,
        Err(error) => return screen::failure(&error, json),
    };
    let wanted = BaselineOptions { version: args.version.clone(), dry_run: args.dry_run };
    block_on(async {
        let point = Point::default();
        let mut see = |event: &_| point.see(event, json);
        let work = async { baseline(&options, &wanted, &mut see).await.inspect_err(|error| name(error, json)) };
        interruptible(work, &point, print, json).await
    })
}

/// What stands in the way, one line or object each; the error that follows has their number.
fn name(error: &Error, json: bool) {
    let findings: &[Finding] = match error {
        Error::Drift { findings, .. } | Error::Unsound { findings, .. } => findings,
        _ => &[],
    };
    for finding in findings {
        if json {
            screen::object("finding", json!(finding));
        } else {
            screen::line(&finding.to_string());
        }
    }
}

fn print(report: &Baseline, json: bool) {
    if json {
        return screen::object("summary", json!(report));
    }
    let Baseline { version, recorded, dry_run, .. } = report;
    let word = if *dry_run { "Would record" } else { "Recorded" };
    screen::line(&format!("{word} {} migrations as applied. The database is at {version}.", recorded.len()));
}
