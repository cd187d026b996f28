//! `migration fleet down`.

use std::process::ExitCode;

use callboard_migration::fleet::Task;
use callboard_migration::runner::{DownGoal, OnLoss};

use super::args::{Backups, Care, Fleet};
use super::run::{Asked, run as start};

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
    backups: Backups,

    /// Take no backups: a failure after COMMIT can then not be undone, nor the run by `fleet restore`
    #[arg(long)]
    no_backup: bool,

    /// So many
    #[arg(long, value_name = "N", default_value_t = 1, conflicts_with_all = ["to", "all"])]
    steps: usize,

    /// Down to this one, which stays applied: in full, by a unique prefix, or by its number
    #[arg(long, value_name = "VERSION", conflicts_with = "all")]
    to: Option<String>,

    /// All of them: nothing of Callboard stays in the databases
    #[arg(long)]
    all: bool,

    /// Go on when rows are lost
    #[arg(long)]
    yes_lose_data: bool,
}

const EXAMPLES: &str = "\
Examples:
  migration fleet down --root data                       take the newest one back in each
  migration fleet down --root data --all --dry-run
  migration fleet down --root data --all --yes-lose-data --canary 1";

pub fn run(args: &Args) -> ExitCode {
    let goal = match &args.to {
        Some(version) => DownGoal::To(version.clone()),
        None if args.all => DownGoal::All,
        None => DownGoal::Steps(args.steps),
    };
    let on_loss = if args.yes_lose_data { OnLoss::Accept } else { OnLoss::Refuse };
    let mut settings = args.fleet.settings();
    args.care.apply(&mut settings);
    args.backups.apply(&mut settings);
    settings.backups.before_changes = !args.no_backup;
    start(&settings, &Task::Down(goal, on_loss), Asked::of(args.care.dry_run), args.fleet.json)
}
