//! `callboard item retry`.

use callboard_service::Ref;
use callboard_service::item::RetryItem;

use super::view;
use crate::context::Context;
use crate::error::CliError;

/// Give a dead item all its attempts again
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
  callboard item retry CB-7 --reason \"the server is up again\"";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    view::moved(context, &context.run(&RetryItem { item: args.key, reason: args.reason }).await?)
}
