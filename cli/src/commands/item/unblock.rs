//! `callboard item unblock`.

use callboard_service::Ref;
use callboard_service::item::UnblockItem;

use super::view;
use crate::context::Context;
use crate::error::CliError;

/// Take a block away: the item is ready again
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
  callboard item unblock CB-7 --reason \"the vendor answered\"";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    view::moved(context, &context.run(&UnblockItem { item: args.key, reason: args.reason }).await?)
}
