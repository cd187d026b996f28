//! `callboard stream show`.

use callboard_service::Ref;
use callboard_service::stream::ShowStream;

use crate::context::Context;
use crate::error::CliError;
use crate::output::streams;

/// Show a work stream with its guidance and its items in order
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Slug or id
    stream: Ref,
}

const EXAMPLES: &str = "Examples:
  callboard stream show manual
  callboard stream show manual --json";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let found = context.read(&ShowStream { project: context.project(), stream: args.stream }).await?;
    context.out.data("stream_details", &found, |text| streams::details(text, &found))
}
