//! `callboard item reopen`.

use callboard_service::Ref;
use callboard_service::item::ReopenItem;

use super::view;
use crate::context::Context;
use crate::error::CliError;

/// Reopen an item that is done or cancelled, with all its attempts
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
  callboard item reopen CB-7 --reason \"the bug is back\"";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    view::moved(context, &context.run(&ReopenItem { item: args.key, reason: args.reason }).await?)
}
