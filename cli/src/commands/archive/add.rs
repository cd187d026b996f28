//! `callboard archive add`.

use callboard_service::Ref;
use callboard_service::archive::AddArchive;
use callboard_service::entity::WorkItemArchiveReason as Reason;

use crate::args::DryRun;
use crate::context::Context;
use crate::error::CliError;
use crate::output::archives;
use crate::values::vocabulary;

/// Take an item off the board with all of its rows, to be put back until it expires
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The item's key or id
    #[arg(value_name = "KEY")]
    item: Ref,

    /// Why; finished items go as completed and dead ones as failed
    #[arg(long, value_name = "REASON", value_parser = vocabulary(Reason::ALL, Reason::as_str))]
    reason: Option<Reason>,

    #[command(flatten)]
    dry_run: DryRun,
}

const EXAMPLES: &str = "It is kept as the setting retention_days says for its reason, then removed by the sweep.

Examples:
  callboard archive add CB-7
  callboard archive add CB-9 --reason stale --dry-run";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let add = AddArchive { item: args.item, reason: args.reason };
    let added = context.run_or_rehearse(&add, args.dry_run).await?;
    context.out.data("archived", &added, |text| archives::added(text, &added))
}
