//! `migration fleet`: the verbs over a folder of databases, one file each.

mod args;
mod backup;
mod down;
mod hints;
mod restore;
mod run;
mod screen;
mod status;
mod up;
mod verify;

use std::process::ExitCode;

use clap::Subcommand;

/// Do the same to every database below a folder
///
/// Finds the SQLite files that a pattern names, looks at all of them before the first is changed, then works on several
/// at once, each with its own lock, transaction and backup. One that fails stops no other; it is named in the table at
/// the end, and the exit code is 12.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Up(up::Args),
    Down(down::Args),
    Status(status::Args),
    Verify(verify::Args),
    Backup(backup::Args),
    Restore(restore::Args),
}

const EXAMPLES: &str = "\
Examples:
  migration fleet status --root data
  migration fleet up --root data --dry-run
  migration fleet up --root data --canary 2 --max-failures 5
  migration fleet up --root data --resume          go on with an interrupted run
  migration fleet restore 20261121T132512 --root data
  migration fleet up --root /srv --pattern '*/.callboard/callboard.db'

Each run has an id, the time at which it began; `fleet restore` finds its backups by it. What a run finished
is written to ROOT/.callboard-fleet/ID.jsonl.";

pub fn run(args: &Args) -> ExitCode {
    match &args.verb {
        Verb::Up(args) => up::run(args),
        Verb::Down(args) => down::run(args),
        Verb::Status(args) => status::run(args),
        Verb::Verify(args) => verify::run(args),
        Verb::Backup(args) => backup::run(args),
        Verb::Restore(args) => restore::run(args),
    }
}
