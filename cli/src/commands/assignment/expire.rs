//! `callboard assignment expire`.

use callboard_service::assignment::{Due, Expire};

use crate::args::DryRun;
use crate::context::Context;
use crate::error::CliError;
use crate::output::assignments;

/// Take back what ran out: leases of assignments, and pauses after failures
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Everything that is due (claims do it in small portions by themselves)
    #[arg(long, required = true)]
    due: bool,

    #[command(flatten)]
    dry_run: DryRun,

    /// At most so many of each: 1 to 1000
    #[arg(long, value_name = "N", default_value_t = 1000)]
    limit: u32,
}

const EXAMPLES: &str = "Examples:
  callboard assignment expire --due --dry-run
  callboard assignment expire --due --json                 such as from cron";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    // `--due` says what is meant; there is no other way of expiring.
    debug_assert!(args.due);
    let expire = Expire { project: context.project(), limit: args.limit };
    let dry_run = args.dry_run.dry_run;
    let expired = if dry_run { context.read(&Due(expire)).await? } else { context.run(&expire).await? };
    if dry_run {
        context.out.rehearsed();
    }
    context.out.data("expired", &expired, |text| assignments::expired(text, &expired, dry_run))
}
