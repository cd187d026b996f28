//! `migration verify`.

use std::io::IsTerminal;
use std::process::ExitCode;

use callboard_migration::runner::Options;
use callboard_migration::verify::{Checked, Event, Report, verify};
use serde_json::json;

use super::args::Target;
use super::run::{Point, block_on, interruptible_with};
use super::screen;

/// Check a database against its recorded version, and change nothing
///
/// Looks for: other SQL than this build has (history), another schema (drift), damaged pages, indexes and values
/// (integrity), references to rows that are gone (foreign_keys, orphans), and stored counts that differ from a recount
/// (counters). Works on a file that nobody may write to.
///
/// Exits with 0 when nothing is found; 4 for drift or a gap in the history alone, 5 for checksums alone, 11 for anything
/// else; 7 when the database is newer than this binary, 13 when there is none.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    target: Target,
}

const EXAMPLES: &str = "\
Examples:
  migration verify
  migration verify --database-url sqlite://board.db
  migration verify --json | jq 'select(.kind == \"finding\")'
  DATABASE_URL=postgres://me@localhost/app migration verify --schema board";

pub fn run(args: &Args) -> ExitCode {
    let json = args.target.json;
    let options = match args.target.options() {
        Ok(options) => options,
        Err(error) => return screen::failure(&error, json),
    };
    let progress = !json && std::io::stderr().is_terminal();
    block_on(async {
        let mut see = |event: &Event| {
            if let (true, Event::Started { check, number, of }) = (progress, event) {
                screen::note(&format!("[{number}/{of}] {check} ..."));
            }
        };
        let print = |report: &Report| {
            if json {
                print_json(report)
            } else {
                print(report, &options)
            }
            ExitCode::from(report.exit_code())
        };
        interruptible_with(verify(&options, &mut see), &Point::default(), "interrupted", print, json).await
    })
}

fn print(report: &Report, options: &Options) {
    let schema = report.schema.as_ref().map(|s| format!(", schema {s}")).unwrap_or_default();
    let version = report.version.as_deref().unwrap_or("a version that can't be read");
    screen::line(&format!("{} {}{schema} at {version}", report.database, options.url));
    for checked in &report.checks {
        screen::line(&format!("{:13} {}", checked.check, outcome(checked)));
        let findings = report.findings.iter().filter(|f| f.check == checked.check);
        let named = findings.map(|f| screen::line(&format!("  {f}"))).count();
        let more = checked.found.saturating_sub(u64::try_from(named).unwrap_or(u64::MAX));
        if more > 0 && named > 0 {
            screen::line(&format!("  and {more} more"));
        }
    }
    for line in &report.others {
        screen::line(&format!("{:13} {line}", "not ours"));
    }
    match report.total() {
        0 => screen::line("Nothing is wrong."),
        1 => screen::line("1 thing is wrong."),
        n => screen::line(&format!("{n} things are wrong.")),
    }
}

fn outcome(checked: &Checked) -> String {
    let found = if checked.found == 0 { "ok".to_owned() } else { format!("{} found", checked.found) };
    match checked.not_run {
        0 => found,
        n => format!("{found} ({n} rules not asked: a column that they read has drifted)"),
    }
}

fn print_json(report: &Report) {
    for finding in &report.findings {
        screen::object("finding", json!(finding));
    }
    screen::object(
        "summary",
        json!({
            "database": report.database,
            "schema": report.schema,
            "version": report.version,
            "checks": report.checks,
            "others": report.others,
            "found": report.total(),
            "exit_code": report.exit_code(),
        }),
    );
}
