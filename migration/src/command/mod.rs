//! The verbs of the `migration` binary, one file each.

mod args;
mod backup;
mod backups;
mod baseline;
#[cfg(feature = "entities")]
mod docs;
mod down;
#[cfg(feature = "entities")]
mod entities;
mod fleet;
mod goal;
mod lint;
#[cfg(feature = "entities")]
mod live;
mod restore;
mod run;
mod screen;
mod status;
mod up;
mod verify;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Takes a Callboard database up and down safely.
///
/// One connection, one lock, one transaction: a run that fails leaves the database as it was.
#[derive(Debug, Parser)]
#[command(name = "migration", version, max_term_width = 100, after_help = EXAMPLES)]
struct Cli {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Up(up::Args),
    Down(down::Args),
    Status(status::Args),
    Lint(lint::Args),
    Backup(backup::Args),
    Backups(backups::Args),
    Restore(restore::Args),
    Verify(verify::Args),
    Baseline(baseline::Args),
    Fleet(fleet::Args),
    #[cfg(feature = "entities")]
    Docs(docs::Args),
    #[cfg(feature = "entities")]
    Entities(entities::Args),
}

const EXAMPLES: &str = "\
Examples:
  migration up                   the board of this folder, made if there is none
  migration up --database-url sqlite://board.db
  DATABASE_URL=postgres://me@localhost/app migration up --schema board
  migration status --check
  migration backup               beside the database; `migration backups` lists them
  migration restore 20261121T10
  migration verify
  migration down --steps 1
  migration fleet up --root data  every database below a folder
  migration lint --database postgres migrations/*.sql
  migration docs --check

The database is the first of: --database-url, --database-url-file, DATABASE_URL,
the .callboard folder here or above, a new .callboard/callboard.db.
Exit codes: docs/errors.md.";

/// Parses the command line, runs the verb and gives its exit code.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(e) => return screen::usage(&e),
    };
    // Nothing is open yet. Where it could not be had the fleet is slower, and nothing else.
    let _ = callboard_migration::without_memory_statistics();
    match cli.verb {
        Verb::Up(args) => up::run(&args),
        Verb::Down(args) => down::run(&args),
        Verb::Status(args) => status::run(&args),
        Verb::Lint(args) => lint::run(&args),
        Verb::Backup(args) => backup::run(&args),
        Verb::Backups(args) => backups::run(&args),
        Verb::Restore(args) => restore::run(&args),
        Verb::Verify(args) => verify::run(&args),
        Verb::Baseline(args) => baseline::run(&args),
        Verb::Fleet(args) => fleet::run(&args),
        #[cfg(feature = "entities")]
        Verb::Docs(args) => docs::run(&args),
        #[cfg(feature = "entities")]
        Verb::Entities(args) => entities::run(&args),
    }
}
