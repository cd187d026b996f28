//! `migration fleet up`.

use std::process::ExitCode;

use callboard_migration::fleet::Task;
use callboard_migration::runner::Goal;

use super::args::{Backups, Care, Fleet};
use super::run::{Asked, run as start};

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
    backups: Backups,

    /// Take no backups: a failure after COMMIT can then not be undone, nor the run by `fleet restore`
    #[arg(long)]
    no_backup: bool,

    /// Up to this one, which is applied too: in full, by a unique prefix, or by its number
    #[arg(long, value_name = "VERSION", conflicts_with = "steps")]
    to: Option<String>,

    /// At most so many
    #[arg(long, value_name = "N")]
    steps: Option<usize>,
}

const EXAMPLES: &str = "\
Examples:
  migration fleet up --root data
  migration fleet up --root data --dry-run
  migration fleet up --root data --project p1 --project p2 --to 11
  migration fleet up --root data --jobs 8 --canary 2 --max-failures 5 --json
  migration fleet up --root data --resume";

pub fn run(args: &Args) -> ExitCode {
    let goal = match (&args.to, args.steps) {
        (Some(version), _) => Goal::To(version.clone()),
        (None, Some(n)) => Goal::Steps(n),
        (None, None) => Goal::Latest,
    };
    let mut settings = args.fleet.settings();
    args.care.apply(&mut settings);
    args.backups.apply(&mut settings);
    settings.backups.before_changes = !args.no_backup;
    start(&settings, &Task::Up(goal), Asked::of(args.care.dry_run), args.fleet.json)
}
