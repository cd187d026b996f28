//! `callboard workflow outputs`.

use callboard_service::Ref;
use callboard_service::workflow::RunOutputs;

use crate::context::Context;
use crate::error::CliError;
use crate::output::runs;

/// Show what a run has given so far, also one that failed; with KEY print that value alone
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// What the run is called, or its id
    run: Ref,

    /// Only this output: its value as it is, a text or JSON
    key: Option<String>,
}

const EXAMPLES: &str = "Examples:
  callboard workflow outputs falls-2026
  callboard workflow outputs falls-2026 draft > draft.md";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let one = args.key.is_some();
    let found = context.read(&RunOutputs { run: args.run, key: args.key }).await?;
    context.out.data("run_outputs", &found, |text| match found.first().filter(|_| one) {
        Some(output) => _ = text.lines(&output.value),
        None => runs::outputs(text, &found),
    })
}
