//! `callboard item unarchive`.

use callboard_service::Ref;
use callboard_service::item::UnarchiveItem;

use super::view;
use crate::context::Context;
use crate::error::CliError;

/// Bring an archived item back
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Key or id
    key: Ref,
}

const EXAMPLES: &str = "Examples:
  callboard item unarchive CB-7";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    view::moved(context, &context.run(&UnarchiveItem { item: args.key }).await?)
}
