//! `migration fleet backup`.

use std::process::ExitCode;

use callboard_migration::fleet::Task;

use super::args::{Backups, Care, Fleet};
use super::run::{Asked, run as start};

/// Take a backup of every database below a folder, each into its own folder beside it
///
/// All of them belong to one run, whose id is what `fleet restore` takes.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    fleet: Fleet,

    #[command(flatten)]
    care: Care,

    #[command(flatten)]
    backups: Backups,
}

const EXAMPLES: &str = "\
Examples:
  migration fleet backup --root data
  migration fleet backup --root data --project p1 --keep 30 --keep-days 90";

pub fn run(args: &Args) -> ExitCode {
    let mut settings = args.fleet.settings();
    args.care.apply(&mut settings);
    args.backups.apply(&mut settings);
    start(&settings, &Task::Backup, Asked::of(args.care.dry_run), args.fleet.json)
}
