//! `callboard item delete`.

use callboard_service::Ref;
use callboard_service::item::DeleteItem;

use crate::args::DryRun;
use crate::context::Context;
use crate::error::CliError;

/// Delete an item that was added by mistake: one that nothing has happened to
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Key or id
    key: Ref,

    /// It can't be brought back
    #[arg(long, required_unless_present = "dry_run")]
    yes: bool,

    #[command(flatten)]
    dry_run: DryRun,
}

const EXAMPLES: &str = "Examples:
  callboard item delete CB-7 --dry-run
  callboard item delete CB-7 --yes";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let item = context.run_or_rehearse(&DeleteItem { item: args.key }, args.dry_run).await?;
    context.out.data("deleted_item", &item, |text| {
        text.line(format_args!("Deleted {}  {}", item.key, item.title));
    })
}
