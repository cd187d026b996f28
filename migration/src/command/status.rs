//! `migration status`.

use std::process::ExitCode;

use callboard_migration::runner::{Applied, Options, Status, status};
use serde_json::json;

use super::args::Target;
use super::run::block_on;
use super::screen;

/// Show which migrations are applied, when, by which version and how long it took, and which are pending
///
/// A checksum that DIFFERS was recorded by a build with other SQL. Reads only: it creates no table, no file and no folder, and takes no lock.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    target: Target,

    /// Exit with 3 when something is pending, 7 when the database is newer than this binary, 5 when a checksum differs
    #[arg(long)]
    check: bool,
}

const EXAMPLES: &str = "\
Examples:
  migration status
  migration status --check --database-url sqlite://board.db
  migration status --json";

/// Something is pending.
const FOUND: u8 = 3;

pub fn run(args: &Args) -> ExitCode {
    let json = args.target.json;
    let options = match args.target.options() {
        Ok(options) => options,
        Err(error) => return screen::failure(&error, json),
    };
    block_on(async {
        match status(&options).await {
            Ok(status) => {
                if json {
                    print_json(&status)
                } else {
                    print(&status, &options)
                }
                verdict(&status, args.check)
            }
            Err(error) => screen::failure(&error, json),
        }
    })
}

fn verdict(status: &Status, check: bool) -> ExitCode {
    if let Some(refusal) = &status.refusal {
        let code = screen::failure(refusal, false);
        return if check { code } else { ExitCode::SUCCESS };
    }
    if check && !status.pending.is_empty() { ExitCode::from(FOUND) } else { ExitCode::SUCCESS }
}

fn print(status: &Status, options: &Options) {
    let schema = status.schema.as_ref().map(|s| format!(", schema {s}")).unwrap_or_default();
    let missing = if status.exists { "" } else { " (does not exist yet)" };
    screen::line(&format!("{} {}{schema}{missing}", status.database, options.url));
    let versions = status.applied.iter().map(|a| a.version.as_str()).chain(status.pending.iter().map(String::as_str));
    let width = versions.map(|v| screen::escaped(v).chars().count()).max().unwrap_or(0);
    for (row, same) in status.applied.iter().zip(&status.checksums) {
        let Applied { version, applied_at, duration_ms, product_version, .. } = row;
        let at = applied_at.format("%Y-%m-%d %H:%M:%S UTC");
        screen::line(&format!(
            "{:width$}  applied {at}  {duration_ms} ms  by {product_version}  checksum {}",
            screen::escaped(version),
            match same {
                Some(true) => "ok",
                Some(false) => "DIFFERS",
                None => "unknown",
            }
        ));
    }
    for version in &status.pending {
        screen::line(&format!("{version:width$}  pending"));
    }
    screen::line(&format!("{} applied, {} pending", status.applied.len(), status.pending.len()));
}

fn print_json(status: &Status) {
    let applied = status.applied.iter().zip(&status.checksums).map(|(row, same)| {
        let mut fields = json!(row);
        fields["checksum_ok"] = json!(same);
        fields
    });
    screen::object(
        "status",
        json!({
            "database": status.database,
            "schema": status.schema,
            "exists": status.exists,
            "current": status.current(),
            "applied": applied.collect::<Vec<_>>(),
            "pending": status.pending,
            "refusal": status.refusal.as_ref().map(|e| json!({ "exit_code": e.exit_code(), "error": e.to_string() })),
        }),
    );
}
