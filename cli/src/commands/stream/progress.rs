//! `callboard stream progress`.

use callboard_service::Ref;
use callboard_service::stream::StreamProgress;

use crate::context::Context;
use crate::error::CliError;
use crate::output::streams;

/// Show how far a work stream is, and who is at what
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Slug or id
    stream: Ref,
}

const EXAMPLES: &str = "Examples:
  callboard stream progress manual
  callboard stream progress manual --json";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let found = context.read(&StreamProgress { project: context.project(), stream: args.stream }).await?;
    context.out.data("stream_progress", &found, |text| streams::progress(text, &found))
}
