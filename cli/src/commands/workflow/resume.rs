//! `callboard workflow resume`.

use callboard_service::Ref;
use callboard_service::workflow::ResumeRun;

use super::view;
use crate::context::Context;
use crate::error::CliError;

/// Let a paused or failed run go on from its first unfinished step
///
/// What is done is not done again. A run whose steps are code goes on only once its program drives it again; one that
/// was interrupted needs nothing else.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// What the run is called, or its id
    run: Ref,
}

const EXAMPLES: &str = "Examples:
  callboard workflow resume falls-2026";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    view::resumed(context, &context.run(&ResumeRun { run: args.run }).await?)
}
