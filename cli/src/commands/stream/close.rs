//! `callboard stream close`.

use callboard_service::Ref;
use callboard_service::stream::CloseStream;

use crate::context::Context;
use crate::error::CliError;
use crate::output::streams;

/// Close a work stream: nothing is claimed from it any more, and no item changes
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Slug or id
    stream: Ref,
}

const EXAMPLES: &str = "Examples:
  callboard stream close manual
  callboard stream close manual --project web-shop";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let stream = context.run(&CloseStream { project: context.project(), stream: args.stream }).await?;
    context.out.data("stream", &stream, |text| streams::stream(text, &stream))
}
