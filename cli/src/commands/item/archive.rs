//! `callboard item archive`.

use callboard_service::Ref;
use callboard_service::item::ArchiveItem;

use super::view;
use crate::context::Context;
use crate::error::CliError;

/// Archive an item that is finished or was never started: lists leave it out
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Key or id
    key: Ref,

    /// Why: kept in the history
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

const EXAMPLES: &str = "Examples:
  callboard item archive CB-7";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    view::moved(context, &context.run(&ArchiveItem { item: args.key, reason: args.reason }).await?)
}
