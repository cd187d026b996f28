//! `callboard archive restore`.

use callboard_service::Ref;
use callboard_service::archive::RestoreArchive;

use crate::args::DryRun;
use crate::context::Context;
use crate::error::CliError;
use crate::output::archives;

/// Put an archived item back on the board with all of its rows
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The item's key, its id, or the archive's
    #[arg(value_name = "KEY")]
    archive: Ref,

    /// Leave out rows that do not fit any more, in place of refusing: they are told, and lost
    #[arg(long)]
    leave_out: bool,

    #[command(flatten)]
    dry_run: DryRun,
}

const EXAMPLES: &str = "Examples:
  callboard archive restore CB-7
  callboard archive restore CB-7 --dry-run
  callboard archive restore CB-7 --leave-out";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let restore = RestoreArchive { archive: args.archive, leave_out: args.leave_out };
    let restored = context.run_or_rehearse(&restore, args.dry_run).await?;
    context.out.data("restored_archive", &restored, |text| archives::restored(text, &restored))
}
