//! `callboard archive purge`.

use callboard_service::Ref;
use callboard_service::archive::PurgeArchive;

use crate::args::DryRun;
use crate::context::Context;
use crate::error::CliError;

/// Remove an archive for good, before it expires
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The item's key, its id, or the archive's
    #[arg(value_name = "KEY")]
    archive: Ref,

    /// Why
    #[arg(long, value_name = "TEXT")]
    reason: String,

    #[command(flatten)]
    dry_run: DryRun,
}

const EXAMPLES: &str = "Examples:
  callboard archive purge CB-7 --reason \"holds a customer's data\"
  callboard archive purge CB-7 --reason \"a test\" --dry-run";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let purge = PurgeArchive { archive: args.archive, reason: args.reason };
    let purged = context.run_or_rehearse(&purge, args.dry_run).await?;
    context.out.data("purged_archive", &purged, |text| {
        text.line(format_args!("{} is gone for good: {}", purged.archive.item, purged.archive.title));
    })
}
