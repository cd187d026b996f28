//! `callboard stream reopen`.

use callboard_service::Ref;
use callboard_service::stream::ReopenStream;

use crate::context::Context;
use crate::error::CliError;
use crate::output::streams;

/// Open a closed work stream again, with the items and the order that it had
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Slug or id
    stream: Ref,
}

const EXAMPLES: &str = "Examples:
  callboard stream reopen manual
  callboard stream reopen manual --project web-shop";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let stream = context.run(&ReopenStream { project: context.project(), stream: args.stream }).await?;
    context.out.data("stream", &stream, |text| streams::stream(text, &stream))
}
