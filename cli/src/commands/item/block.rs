//! `callboard item block`.

use callboard_service::Ref;
use callboard_service::item::BlockItem;

use super::view;
use crate::context::Context;
use crate::error::CliError;

/// Block an item: nobody can take it until it is unblocked
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Key or id
    key: Ref,

    /// Why: shown with the item
    #[arg(long, value_name = "TEXT")]
    reason: String,
}

const EXAMPLES: &str = "Examples:
  callboard item block CB-7 --reason \"waits for the vendor\"";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    view::moved(context, &context.run(&BlockItem { item: args.key, reason: args.reason }).await?)
}
