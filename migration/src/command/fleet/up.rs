//! `migration fleet up`.

use std::process::ExitCode;

use callboard_migration::fleet::Task;

use super::args::{Care, Fleet, Protection};
use super::run::{Asked, run as start};
use crate::command::goal;

/// Apply the pending migrations to every database below a folder
///
/// Each database: all of them or none, with a backup of what holds rows, as `migration up` does. A project without a
/// database is skipped; none is made.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    fleet: Fleet,

    #[command(flatten)]
    care: Care,

    #[command(flatten)]
    protection: Protection,

    #[command(flatten)]
    goal: goal::Up,
}

const EXAMPLES: &str = "\
Examples:
  migration fleet up --root data
  migration fleet up --root data --dry-run
  migration fleet up --root data --project p1 --project p2 --to 11
  migration fleet up --root data --jobs 8 --canary 2 --max-failures 5 --json
  migration fleet up --root data --resume";

pub fn run(args: &Args) -> ExitCode {
    let mut settings = args.fleet.settings();
    args.care.apply(&mut settings);
    args.protection.apply(&mut settings);
    start(&settings, &Task::Up(args.goal.goal()), Asked::of(args.care.dry_run), args.fleet.json)
}
