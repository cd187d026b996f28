//! `migration fleet down`.

use std::process::ExitCode;

use callboard_migration::fleet::Task;

use super::args::{Care, Fleet, Protection};
use super::run::{Asked, run as start};
use crate::command::goal;

/// Take migrations back in every database below a folder
///
/// Each database: all of them or none. One that would lose rows is refused, naming the tables and how many rows each,
/// unless --yes-lose-data is given.
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
    goal: goal::Down,
}

const EXAMPLES: &str = "\
Examples:
  migration fleet down --root data                       take the newest one back in each
  migration fleet down --root data --all --dry-run
  migration fleet down --root data --all --yes-lose-data --canary 1";

pub fn run(args: &Args) -> ExitCode {
    let mut settings = args.fleet.settings();
    args.care.apply(&mut settings);
    args.protection.apply(&mut settings);
    start(&settings, &Task::Down(args.goal.goal(), args.goal.on_loss()), Asked::of(args.care.dry_run), args.fleet.json)
}
