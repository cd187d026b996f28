//! `callboard workflow retry`.

use callboard_service::Ref;
use callboard_service::workflow::RetryRun;

use super::view;
use crate::context::Context;
use crate::error::CliError;

/// Give the failed steps of a failed run further attempts, and let it go on
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// What the run is called, or its id
    run: Ref,

    /// Only this step
    #[arg(long, value_name = "NAME")]
    step: Option<String>,

    /// How many further attempts each gets, 1 to 100
    #[arg(long, value_name = "N", default_value_t = 1)]
    attempts: i64,
}

const EXAMPLES: &str = "Examples:
  callboard workflow retry falls-2026
  callboard workflow retry falls-2026 --step search --attempts 3";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let verb = RetryRun { run: args.run, step: args.step, attempts: args.attempts };
    view::resumed(context, &context.run(&verb).await?)
}
