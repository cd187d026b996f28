//! `migration fleet restore`.

use std::process::ExitCode;

use callboard_migration::fleet::Task;

use super::args::{Care, Fleet};
use super::run::{Asked, run as start};

/// Put back the backups that a run took, each in its own project's place
///
/// All of them are read in full before the first is put back; what is overwritten is backed up first, and no backup is
/// removed. A project of which the run took none is skipped.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    fleet: Fleet,

    #[command(flatten)]
    care: Care,

    /// The run, by its id or the beginning of it
    #[arg(value_name = "TIMESTAMP")]
    run: String,

    /// Do not ask
    #[arg(long, conflicts_with = "dry_run")]
    yes: bool,
}

const EXAMPLES: &str = "\
Examples:
  migration fleet restore 20261121T132512 --root data --dry-run
  migration fleet restore 20261121T132512.123Z --root data --yes
  migration fleet restore 20261121T132512 --root data --project p1";

pub fn run(args: &Args) -> ExitCode {
    let mut settings = args.fleet.settings();
    args.care.apply(&mut settings);
    let asked = match Asked::of(args.care.dry_run) {
        Asked::DoIt if !args.yes => Asked::AskFirst,
        asked => asked,
    };
    start(&settings, &Task::Restore(args.run.clone()), asked, args.fleet.json)
}
